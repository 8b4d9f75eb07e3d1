//! Fetches what customers sent before the platform deletes it, which it does after an undisclosed time (providers.md
//! A1).

use std::time::Duration;

use aws_lc_rs::digest;
use futures_util::{StreamExt as _, stream};
use shared::{
    id::{ChannelId, MediaId, TeamId},
    limits::Platform,
};

use super::{LARGEST, canonical_path, hex, kinds, store};
use crate::{
    App, channels,
    db::Lane,
    live::News,
    platforms::{AskError, Fetched},
    refused::{Refused, Result},
};

/// Fetched at once: four large films are 256 MB of memory at worst.
const AT_ONCE: usize = 4;
/// How long a fetch is this server's, in milliseconds; longer than a call may take.
const LEASE: i64 = 180_000;
/// After so many tries it is given up: about a day.
const TRIES: i64 = 20;
/// The first pause, in milliseconds; a film is prepared in seconds.
const FIRST_PAUSE: i64 = 2_000;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE: i64 = 2 * 3_600_000;
/// Between two looks where nothing announced itself.
const LOOK: Duration = Duration::from_secs(30);

/// Starts fetching what is wanted.
pub(super) fn start(app: &App) {
    let app = app.clone();
    app.tasks.clone().spawn("media.fetch", async move {
        while !app.tasks.is_stopping() {
            let wait = match fetch_due(&app).await {
                Ok(0) => until_due(&app).await,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "media cannot be fetched now");
                    LOOK
                }
            };
            tokio::select! {
                () = app.tasks.stopping() => return,
                () = app.media.wanted.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    });
}

/// How long until the next one is due.
async fn until_due(app: &App) -> Duration {
    let due = app.db.read(store::next_due).await.ok().flatten();
    let wait = due.map(|due| u64::try_from(due - app.clock.now()).unwrap_or_default());
    wait.map_or(LOOK, |wait| Duration::from_millis(wait.max(100)).min(LOOK))
}

/// Fetches one batch of what is due; returns how many it tried.
pub(super) async fn fetch_due(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let batch = app.db.write_as(Lane::Intake, move |tx| store::claim(tx, now, now + LEASE, AT_ONCE)).await?;
    let tried = batch.len();
    stream::iter(batch)
        .for_each_concurrent(AT_ONCE, |wanted| async move {
            let (team, id) = (wanted.team, wanted.id);
            if let Err(error) = fetch(app, wanted).await {
                // Its lease runs out, and it is tried again.
                tracing::warn!(%team, media = %id, %error, "a medium was not kept");
            }
        })
        .await;
    Ok(tried)
}

async fn fetch(app: &App, wanted: store::Wanted) -> Result<()> {
    let store::Wanted { team, id, channel, platform_id, tries } = wanted;
    match bytes_of(app, team, channel, &platform_id).await {
        Ok(fetched) => keep(app, team, id, fetched.bytes).await,
        Err(error @ (AskError::NotFound | AskError::Refused(_) | AskError::TooLarge(_))) => {
            lose(app, team, id, &error).await
        }
        Err(error) if tries >= TRIES => lose(app, team, id, &error).await,
        Err(error) => {
            tracing::debug!(media = %id, tries, %error, "a medium is fetched again later");
            let due = app.clock.now() + pause(tries);
            Ok(app.db.write_as(Lane::Intake, move |tx| store::later(tx, team, id, due)).await?)
        }
    }
}

/// The bytes from the platform of the account that they came by.
async fn bytes_of(app: &App, team: TeamId, channel: ChannelId, platform_id: &str) -> Result<Fetched, AskError> {
    let stop = |error: Refused| AskError::Stop(error.to_string());
    match channels::show(app, team, channel).await.map_err(stop)?.platform {
        Platform::Line => {
            let account = channels::account(app, channel).await.map_err(stop)?;
            app.platforms.line.content(&account.token, platform_id, LARGEST).await
        }
        Platform::Whatsapp => {
            let number = channels::number(app, channel).await.map_err(stop)?;
            app.platforms.whatsapp.media(&number.token, platform_id, LARGEST).await
        }
    }
}

async fn keep(app: &App, team: TeamId, id: MediaId, bytes: bytes::Bytes) -> Result<()> {
    let file = store::File {
        mime: kinds::sniff(&bytes).to_owned(),
        size: bytes.len() as u64,
        sha256: hex(digest::digest(&digest::SHA256, &bytes).as_ref()),
        path: canonical_path(team, id),
        name: None,
    };
    app.media.write(&file.path, bytes).await?;
    let kept = app.db.write_as(Lane::Intake, move |tx| {
        tx.tell(News::of(team, id));
        store::ready(tx, team, id, &file)
    });
    if !kept.await? {
        // It was erased meanwhile.
        return Ok(app.media.delete(&canonical_path(team, id)).await?);
    }
    metrics::counter!("storecast_media_fetched_total").increment(1);
    Ok(())
}

async fn lose(app: &App, team: TeamId, id: MediaId, why: &AskError) -> Result<()> {
    tracing::info!(media = %id, error = %why, "a medium is lost");
    metrics::counter!("storecast_media_lost_total").increment(1);
    let noted = app.db.write_as(Lane::Intake, move |tx| {
        tx.tell(News::of(team, id));
        store::lost(tx, team, id)
    });
    Ok(noted.await?)
}

/// Doubles with each try.
fn pause(tries: i64) -> i64 {
    let doublings = u32::try_from(tries - 1).unwrap_or_default().min(20);
    (FIRST_PAUSE << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
#[path = "fetch_test.rs"]
mod tests;
