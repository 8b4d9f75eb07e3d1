//! The inbox: webhooks are checked, kept and answered at once; what they say is applied behind, each event once.

mod apply;
pub mod http;
mod keeper;
mod line;
mod process;
mod store;
#[cfg(test)]
mod store_test;
#[cfg(test)]
mod storm_test;
#[cfg(test)]
mod testing;
mod whatsapp;

use std::{
    collections::HashSet,
    fmt::Display,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use shared::{
    id::{ChannelId, TeamId},
    limits::Platform,
    problem::Problem,
};
use tokio::sync::Notify;

use self::keeper::{Keeper, Webhook};
pub use self::process::start;
use crate::{
    App,
    db::{self, Lane, Tx},
    platforms::{Unreadable, hash},
    refused::{Refused, Result},
};

/// Longer keys are kept as their hash.
const KEY: usize = 200;
/// A bad signature is logged at most this often, in milliseconds, or anyone could fill the log.
const LOG_EVERY: i64 = 10_000;
/// How far a platform's clock may be ahead of ours, in milliseconds; a time from further on would silence all that
/// follows it.
const AHEAD: i64 = 60_000;
/// How many numbers and accounts that are not ours are remembered as logged.
const STRANGERS: usize = 1_000;

/// Wakes what works on webhooks. Cloning gives another hand on the same.
#[derive(Clone, Default)]
pub struct Inbox {
    keeper: Keeper,
    kept: Arc<Notify>,
    applied: Arc<Notify>,
    logged_at: Arc<AtomicI64>,
    strangers: Arc<Mutex<HashSet<String>>>,
}

impl Inbox {
    /// Resolves after events were applied, perhaps several batches of them; for one listener: the one that asks for
    /// names.
    pub async fn applied(&self) {
        self.applied.notified().await;
    }

    /// Whether this number or account is met for the first time.
    fn is_new_stranger(&self, of: String) -> bool {
        let mut known = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        known.len() < STRANGERS && known.insert(of)
    }
}

/// Forgotten or erased in one transaction.
const PIECE: usize = 500;

/// What waits to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Events.
    pub waiting: i64,
    /// When the oldest of them was received, UTC milliseconds.
    pub oldest: Option<i64>,
}

/// What waits to be applied, of all teams.
pub fn backlog(tx: &mut Tx<'_>) -> db::Result<Backlog> {
    store::backlog(tx)
}

/// Forgets the bodies of one piece of the events that were received before this (UTC ms) and are applied; returns how many.
/// They are looked for outside of the write, which others wait for.
pub async fn forget_bodies(app: &App, before: i64) -> db::Result<u64> {
    let old = app.db.read(move |tx| store::old(tx, before, PIECE)).await?;
    if old.is_empty() { Ok(0) } else { app.db.write_as(Lane::Engine, move |tx| store::forget(tx, &old)).await }
}

/// Forgets the keys of one piece of the events that were erased before this (UTC ms); returns how many.
pub async fn forget_erased(app: &App, before: i64) -> db::Result<u64> {
    let old = app.db.read(move |tx| store::erased(tx, before, PIECE)).await?;
    if old.is_empty() { Ok(0) } else { app.db.write_as(Lane::Engine, move |tx| store::remove(tx, &old)).await }
}

/// Erases one piece of the applied events of a team that name this address; returns how many. Their keys stay for a while, so
/// that a repeat does not bring them back.
pub async fn erase(app: &App, team: TeamId, address: &str) -> db::Result<u64> {
    let (now, address) = (app.clock.now(), address.to_owned());
    let named = app.db.read(move |tx| store::naming(tx, team, &address, PIECE)).await?;
    if named.is_empty() { Ok(0) } else { app.db.write_as(Lane::Engine, move |tx| store::erase(tx, &named, now)).await }
}

/// Why a webhook is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// No such channel or app.
    #[error("there is nothing at this address")]
    NoChannel,
    /// Without the platform's signature.
    #[error("it has no signature")]
    NoSignature,
    /// Not signed by the channel's, or the app's, secret.
    #[error("its signature is wrong")]
    WrongSignature,
    /// Meta asks whether the address is ours, with another token than the app's.
    #[error("its verify token is wrong")]
    WrongToken,
    /// Its body does not come.
    #[error("its body takes too long")]
    Slow,
    /// Signed, but no webhook.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Signed, but for another bot.
    #[error("it is for another bot")]
    WrongDestination,
    /// A fault of ours: the platform will send it again.
    #[error(transparent)]
    Fault(#[from] Refused),
}

impl NotTaken {
    /// What is missing is not there to anybody; the rest is a fault.
    fn of(error: Refused) -> Self {
        match error {
            Refused::Problem(Problem::Missing { .. }) => Self::NoChannel,
            error => Self::Fault(error),
        }
    }
}

/// What a platform says happened, as far as it matters for keeping it.
struct Event<'a> {
    channel: ChannelId,
    /// The platform's id of it, if it has one.
    key: Option<&'a str>,
    /// When, in UTC milliseconds, if it tells.
    at: Option<i64>,
    body: &'a str,
}

/// Keeps events, one row each; a repeat changes nothing. Returns once the rows are on disk.
async fn keep(app: &App, team: TeamId, platform: Platform, events: &[Event<'_>]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let events: Vec<_> = events.iter().map(|event| row_of(app, team, event, now)).collect();
    let late: Vec<i64> = events.iter().map(|event| now - event.at).collect();
    app.inbox.keeper.keep(app, Webhook { platform, events }).await?;
    let delay = metrics::histogram!("storecast_webhook_delay_seconds", "platform" => platform.as_str());
    for millis in late {
        delay.record(Duration::from_millis(u64::try_from(millis).unwrap_or_default()).as_secs_f64());
    }
    Ok(())
}

fn row_of(app: &App, team: TeamId, event: &Event<'_>, now: i64) -> store::NewEvent {
    let key = match event.key {
        Some(key) if key.len() <= KEY && !key.contains('\0') => key.to_owned(),
        Some(key) => hash(key.as_bytes()),
        None => hash(event.body.as_bytes()),
    };
    let at = event.at.unwrap_or(now).clamp(0, now + AHEAD);
    let id = app.clock.id::<uuid::Uuid>().to_string();
    store::NewEvent { team, channel: event.channel, key, id, body: event.body.to_owned(), at }
}

/// Whether an error is about no event in particular: what it failed is to be tried again as it was.
fn is_of_all(error: &db::Error) -> bool {
    matches!(error, db::Error::Race | db::Error::Full | db::Error::Unavailable(_))
}

/// Once, without the body: it is not ours to know where the signature is wrong.
fn log_refusal(app: &App, platform: Platform, at: impl Display, why: &NotTaken) {
    metrics::counter!("storecast_webhook_refused_total", "platform" => platform.as_str()).increment(1);
    let now = app.clock.now();
    let last = app.inbox.logged_at.load(Ordering::Relaxed);
    if now - last >= LOG_EVERY
        && app.inbox.logged_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    {
        tracing::warn!(platform = platform.as_str(), %at, error = %why, "a webhook was refused");
    }
}
