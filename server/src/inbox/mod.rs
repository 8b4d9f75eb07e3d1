//! The inbox: webhooks are checked, kept and answered at once; what they say is applied behind, each event once.

mod apply;
pub mod http;
mod process;
mod store;
#[cfg(test)]
mod store_test;

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use aws_lc_rs::digest;
use shared::id::ChannelId;
use tokio::sync::Notify;

pub use self::process::start;
use crate::{
    App, channels,
    db::Lane,
    platforms::line::webhook::{self, Envelope, Webhook},
    refused::{Refused, Result},
};

/// Longer keys are kept as their hash.
const KEY: usize = 100;
/// A bad signature is logged at most this often, in milliseconds, or anyone could fill the log.
const LOG_EVERY: i64 = 10_000;

/// How far LINE's clock may be ahead of ours, in milliseconds; a time from further on would silence all that follows it.
const AHEAD: i64 = 60_000;

/// Wakes what works on webhooks. Cloning gives another hand on the same.
#[derive(Clone, Default)]
pub struct Inbox {
    kept: Arc<Notify>,
    applied: Arc<Notify>,
    logged_at: Arc<AtomicI64>,
}

impl Inbox {
    /// Resolves after events were applied, perhaps several batches of them; for one listener: the one that asks for names.
    pub async fn applied(&self) {
        self.applied.notified().await;
    }
}

/// Why a webhook is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    /// No such channel.
    #[error("no such channel")]
    NoChannel,
    /// Without `x-line-signature`.
    #[error("it has no signature")]
    NoSignature,
    /// Not signed by the channel's secret.
    #[error("its signature is wrong")]
    WrongSignature,
    /// Its body does not come.
    #[error("its body takes too long")]
    Slow,
    /// Signed, but no webhook.
    #[error(transparent)]
    Unreadable(#[from] webhook::Unreadable),
    /// Signed, but for another bot.
    #[error("it is for another bot")]
    WrongDestination,
    /// A fault of ours: LINE will send it again.
    #[error(transparent)]
    Fault(#[from] Refused),
}

/// The account that a webhook is for, if it has a signature at all: asked before its body is read.
pub(crate) async fn expected(
    app: &App,
    channel: ChannelId,
    signature: Option<&str>,
) -> Result<Arc<channels::Account>, NotTaken> {
    let account = channels::account(app, channel).await.map_err(|error| match error {
        Refused::Problem(shared::problem::Problem::Missing { .. }) => NotTaken::NoChannel,
        error => NotTaken::Fault(error),
    })?;
    if signature.is_none() {
        log_refusal(app, channel, &NotTaken::NoSignature);
        return Err(NotTaken::NoSignature);
    }
    Ok(account)
}

/// Takes a webhook of LINE: signature first, over the bytes as they came; then one row per event. A repeat changes
/// nothing. Returns once the rows are on disk.
pub(crate) async fn take_line(
    app: &App,
    channel: ChannelId,
    signature: Option<&str>,
    body: &[u8],
) -> Result<(), NotTaken> {
    let account = expected(app, channel, signature).await?;
    let refused = |why: NotTaken| {
        log_refusal(app, channel, &why);
        why
    };
    if !webhook::is_signed(&account.secret, body, signature.unwrap_or_default()) {
        return Err(refused(NotTaken::WrongSignature));
    }
    let webhook = Webhook::read(body).map_err(|error| refused(error.into()))?;
    if webhook.destination != account.bot {
        return Err(refused(NotTaken::WrongDestination));
    }
    let events = webhook.events().map_err(|error| refused(error.into()))?;
    if events.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut rows: Vec<_> = events.iter().map(|event| row_of(app, event, now)).collect();
    // One statement takes each key once, in one order, or two webhooks could lock each other out.
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows.dedup_by(|one, other| one.key == other.key);
    let team = account.team;
    let kept = app
        .db
        .write_as(Lane::Intake, move |tx| store::keep(tx, team, channel, &rows, now))
        .await
        .map_err(Refused::from)?;
    metrics::counter!("storecast_webhook_events_total", "platform" => "line").increment(kept);
    metrics::counter!("storecast_webhook_repeats_total", "platform" => "line").increment(events.len() as u64 - kept);
    app.inbox.kept.notify_one();
    Ok(())
}

fn row_of(app: &App, event: &Envelope<'_>, now: i64) -> store::NewEvent {
    let key = match &event.key {
        Some(key) if key.len() <= KEY && !key.contains('\0') => key.to_string(),
        Some(key) => hash(key.as_bytes()),
        None => hash(event.body.as_bytes()),
    };
    let at = event.at.unwrap_or(now).clamp(0, now + AHEAD);
    store::NewEvent { key, id: app.clock.id::<uuid::Uuid>().to_string(), body: event.body.to_owned(), at }
}

fn hash(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::from("sha256:"), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Once, without the body: it is not ours to know where the signature is wrong.
fn log_refusal(app: &App, channel: ChannelId, why: &NotTaken) {
    metrics::counter!("storecast_webhook_refused_total", "platform" => "line").increment(1);
    let now = app.clock.now();
    let last = app.inbox.logged_at.load(Ordering::Relaxed);
    if now - last >= LOG_EVERY
        && app.inbox.logged_at.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    {
        tracing::warn!(%channel, error = %why, "a webhook was refused");
    }
}
