//! Applies what the inbox holds, in batches, behind the answers.

use std::{collections::BTreeMap, time::Duration};

use shared::id::{ChannelId, TeamId};

use super::{
    apply::{self, Applied, ApplyError},
    is_of_all,
    store::{self, Waiting},
};
use crate::{
    App, channels,
    clock::Clock,
    db::{self, Lane, Tx},
};

/// Applied in one transaction.
const BATCH: usize = 100;
/// An event that so often cannot be applied is kept, marked, and left.
const TRIES: i64 = 5;
/// How long a batch waits, at most, for webhooks that wait to be kept: their senders wait for the answer.
const GIVES_WAY: Duration = Duration::from_millis(40);
/// Between two looks where nothing announced itself: another server may have taken a webhook and died.
const LOOK: Duration = Duration::from_secs(2);

/// What one batch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Round {
    /// Events that were looked at.
    pub(super) seen: usize,
    /// Of them, those that were applied.
    pub(super) applied: usize,
    /// Of the rest, those that were given up.
    pub(super) given_up: usize,
    /// Whether media are to be fetched.
    pub(super) wants_media: bool,
    /// When the oldest of them was received, UTC milliseconds.
    oldest: Option<i64>,
}

/// Starts applying webhooks.
pub fn start(app: &App) {
    let worker = app.clone();
    let pulse = app.tasks.pulse("inbox.process");
    pulse.waits();
    app.tasks.spawn("inbox.process", async move {
        while !worker.tasks.is_stopping() {
            worker.inbox.keeper.rest(GIVES_WAY).await;
            let done = round(&worker).await;
            if done.is_ok() {
                pulse.goes_on();
            }
            match done {
                // What failed is tried again at once, so that it is out of the way soon.
                Ok(round) if round.seen > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "webhooks cannot be applied now"),
            }
            tokio::select! {
                () = worker.tasks.stopping() => return,
                () = worker.inbox.kept.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// Applies one batch and wakes whom it concerns.
pub(super) async fn round(app: &App) -> db::Result<Round> {
    let clock = app.clock.clone();
    let round = app.db.write_as(Lane::Engine, move |tx| batch(tx, &clock)).await?;
    if let Some(oldest) = round.oldest {
        let seconds = Duration::from_millis(u64::try_from(app.clock.now() - oldest).unwrap_or_default()).as_secs_f64();
        metrics::histogram!("storecast_webhook_lag_seconds").record(seconds);
        metrics::counter!("storecast_webhook_failed_total").increment(round.given_up as u64);
        app.inbox.applied.notify_one();
    }
    if round.wants_media {
        app.media.wake();
    }
    Ok(round)
}

fn batch(tx: &mut Tx<'_>, clock: &Clock) -> db::Result<Round> {
    let mut events = store::claim(tx, BATCH)?;
    let mut round =
        Round { seen: events.len(), oldest: events.iter().map(|event| event.received_at).min(), ..Round::default() };
    // As they happened, and of one time, which on WhatsApp is a second, as they came; and one order for all servers, so that
    // two batches do not lock each other out for long.
    events.sort_by_key(|event| event.at);
    if let Some(applied) = apply_together(tx, clock, &events)? {
        round.applied = events.len();
        round.wants_media = applied.wants_media;
    } else {
        apply_each(tx, clock, &events, &mut round)?;
    }
    let channels: BTreeMap<_, _> =
        events.iter().map(|event| ((event.team, event.channel), event.received_at)).collect();
    for ((team, channel), at) in channels {
        channels::webhook_seen(tx, team, channel, at)?;
    }
    Ok(round)
}

/// Applies all of them and marks them; none where one of them cannot be applied: then nothing is.
fn apply_together(tx: &mut Tx<'_>, clock: &Clock, events: &[Waiting]) -> db::Result<Option<Applied>> {
    let applied = tx.savepoint(|tx| {
        let applied = apply::apply_all(tx, clock, events)?;
        store::done(tx, events.iter().map(key_of), clock.now())?;
        Ok::<_, ApplyError>(applied)
    });
    match applied {
        Ok(applied) => Ok(Some(applied)),
        Err(ApplyError::Db(error)) if is_of_all(&error) => Err(error),
        Err(error) => {
            tracing::debug!(%error, "webhook events are applied one by one");
            Ok(None)
        }
    }
}

fn key_of(event: &Waiting) -> (TeamId, ChannelId, &str) {
    (event.team, event.channel, &event.key)
}

fn apply_each(tx: &mut Tx<'_>, clock: &Clock, events: &[Waiting], round: &mut Round) -> db::Result<()> {
    for event in events {
        match apply_one(tx, clock, event)? {
            Some(applied) => {
                round.applied += 1;
                round.wants_media |= applied.wants_media;
            }
            None if event.tries + 1 >= TRIES => round.given_up += 1,
            None => {}
        }
    }
    Ok(())
}

/// Applies one event and marks it, both or neither. One that cannot be applied is counted and holds nobody else up.
fn apply_one(tx: &mut Tx<'_>, clock: &Clock, event: &Waiting) -> db::Result<Option<Applied>> {
    let Waiting { team, channel, key, .. } = event;
    let now = clock.now();
    let applied = tx.savepoint(|tx| {
        let applied = apply::apply(tx, clock, event)?;
        store::done(tx, [key_of(event)], now)?;
        Ok::<_, ApplyError>(applied)
    });
    match applied {
        Ok(applied) => Ok(Some(applied)),
        Err(ApplyError::Db(error)) if is_of_all(&error) => Err(error),
        Err(error) => {
            let given_up = event.tries + 1 >= TRIES;
            // The error names columns and positions, never what a customer wrote.
            let why = error.to_string();
            if given_up {
                tracing::error!(%channel, event = key, error = why, "a webhook event cannot be applied and was left");
            }
            store::failed(tx, *team, *channel, key, &why, given_up.then_some(now))?;
            Ok(None)
        }
    }
}

#[cfg(test)]
#[path = "process_test.rs"]
mod tests;
