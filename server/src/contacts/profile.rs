//! Asks the platform what customers are called, behind the webhook that brought them.

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt as _, stream};
use shared::id::ChannelId;

use super::store::{self, Nameless};
use crate::{App, channels, db::Lane, platforms::AskError, refused::Result};

/// Asked for in one look.
const BATCH: usize = 64;
/// Of them, at the same time.
const AT_ONCE: usize = 8;
/// After so many tries in vain, some hours, the customer stays without a name until she follows the account again.
const TRIES: i64 = 20;
/// Between two looks where nothing announced itself.
const LOOK: Duration = Duration::from_secs(5);
/// The first pause of a channel that LINE does not answer for, and the longest, in milliseconds.
const PAUSES: (i64, i64) = (5_000, 600_000);

/// Channels that LINE does not answer for now: when to ask again, and after which pause. They keep nobody else waiting.
type Quiet = HashMap<ChannelId, (i64, i64)>;

/// Starts asking for profiles.
pub fn start(app: &App) {
    let app = app.clone();
    app.tasks.clone().spawn("contacts.profile", async move {
        let mut quiet = Quiet::new();
        while !app.tasks.is_stopping() {
            let has_more = look(&app, &mut quiet).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "profiles cannot be asked for now");
                false
            });
            if !has_more {
                tokio::select! {
                    () = app.tasks.stopping() => return,
                    () = app.inbox.applied() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        }
    });
}

/// Asks for one batch; returns whether more should follow at once.
async fn look(app: &App, quiet: &mut Quiet) -> Result<bool> {
    let now = app.clock.now();
    let without: Vec<ChannelId> =
        quiet.iter().filter(|(_, (until, _))| *until > now).map(|(channel, _)| *channel).collect();
    let batch = app.db.read(move |tx| store::nameless(tx, &without, BATCH)).await?;
    let is_full = batch.len() == BATCH;
    let asked: Vec<(ChannelId, Result<bool>)> = stream::iter(batch)
        .map(|nameless| async move { (nameless.channel, ask(app, nameless).await) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (channel, answered) in asked {
        if answered? {
            quiet.remove(&channel);
        } else if quiet.get(&channel).is_none_or(|(until, _)| *until <= now) {
            let (first, longest) = PAUSES;
            let pause = quiet.get(&channel).map_or(first, |(_, pause)| (pause * 2).min(longest));
            quiet.insert(channel, (now + pause, pause));
        }
    }
    Ok(is_full)
}

/// Asks for one; returns whether LINE answers for this channel.
async fn ask(app: &App, nameless: Nameless) -> Result<bool> {
    let Nameless { team, channel, known, line_user } = nameless;
    let asked = match channels::account(app, channel).await {
        Ok(account) => app.platforms.line.profile(&account.token, &line_user).await,
        Err(error) => Err(AskError::Stop(error.to_string())),
    };
    let now = app.clock.now();
    match asked {
        Ok(profile) => {
            app.db.write_as(Lane::Intake, move |tx| super::rename(tx, team, known, &profile.name, now)).await?;
            Ok(true)
        }
        // Not a friend, or she does not agree to it: there is no name to be had.
        Err(AskError::NotFound) => {
            app.db.write_as(Lane::Intake, move |tx| store::profile_done(tx, team, known.identity, now)).await?;
            Ok(true)
        }
        Err(error) => {
            tracing::debug!(%channel, %error, "a profile was not answered");
            app.db
                .write_as(Lane::Intake, move |tx| store::profile_failed(tx, team, known.identity, TRIES, now))
                .await?;
            Ok(false)
        }
    }
}

#[cfg(test)]
#[path = "profile_test.rs"]
mod tests;
