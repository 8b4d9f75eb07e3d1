//! Keeps webhooks: those that wait at the same time share one transaction, and each is answered once it is on disk.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use shared::limits::Platform;
use tokio::sync::{Notify, oneshot};

use super::{
    is_of_all,
    store::{self, NewEvent},
};
use crate::{
    App,
    db::{self, Lane, Tx},
};

/// Events that share a transaction, about; a webhook is never split.
const GROUP: usize = 500;

/// Where webhooks wait to be kept. Cloning gives another hand on the same.
#[derive(Clone, Default)]
pub(super) struct Keeper(Arc<Inner>);

#[derive(Default)]
struct Inner {
    queue: Mutex<Queue>,
    rested: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    turn_is_taken: bool,
}

/// A webhook that waits.
struct Waiting {
    webhook: Arc<Webhook>,
    reply: oneshot::Sender<db::Result<()>>,
}

/// What one webhook tells.
pub(super) struct Webhook {
    /// Who sent it.
    pub(super) platform: Platform,
    /// Its events.
    pub(super) events: Vec<NewEvent>,
}

impl Keeper {
    /// Keeps a webhook's events, one row each; a repeat changes nothing. Returns once the rows are on disk.
    pub(super) async fn keep(&self, app: &App, webhook: Webhook) -> db::Result<()> {
        let (reply, answer) = oneshot::channel();
        self.0.queue().waiting.push_back(Waiting { webhook: Arc::new(webhook), reply });
        if let Some(turn) = Turn::begin(&self.0) {
            // Not in the hands of who called: she may go away, and others wait for the same.
            app.tasks.spawn("inbox.keep", work(app.clone(), turn));
        }
        answer.await.unwrap_or_else(|_| Err(db::Error::Unavailable("a webhook was not kept".into())))
    }

    /// Returns when no webhook waits, or after this time.
    pub(super) async fn rest(&self, at_most: Duration) {
        let rested = self.0.rested.notified();
        if self.0.queue().turn_is_taken {
            // Late is as good as rested.
            let _ = tokio::time::timeout(at_most, rested).await;
        }
    }
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn to keep what waits: one has it at a time, and it ends with this.
struct Turn(Arc<Inner>);

impl Turn {
    /// None where nothing waits, or somebody has it.
    fn begin(of: &Arc<Inner>) -> Option<Self> {
        let mut queue = of.queue();
        let begins = !queue.turn_is_taken && !queue.waiting.is_empty();
        queue.turn_is_taken |= begins;
        begins.then(|| Self(Arc::clone(of)))
    }

    /// The webhooks that have waited longest.
    fn group(&self) -> Vec<Waiting> {
        let mut queue = self.0.queue();
        let mut events = 0;
        let many = queue.waiting.iter().take_while(|waiting| {
            let begins = events < GROUP;
            events += waiting.webhook.events.len();
            begins
        });
        let many = many.count();
        queue.waiting.drain(..many).collect()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.queue().turn_is_taken = false;
    }
}

async fn work(app: App, mut turn: Turn) {
    loop {
        let group = turn.group();
        if !group.is_empty() {
            keep_group(&app, group).await;
            app.inbox.kept.notify_one();
            continue;
        }
        let inner = Arc::clone(&turn.0);
        drop(turn);
        // One that came in between found the turn taken.
        match Turn::begin(&inner) {
            Some(again) => turn = again,
            None => return inner.rested.notify_waiters(),
        }
    }
}

/// Keeps these webhooks together; each alone where one of them cannot be kept.
async fn keep_group(app: &App, group: Vec<Waiting>) {
    let outcome = keep_together(app, group.iter().map(|waiting| Arc::clone(&waiting.webhook)).collect()).await;
    let is_of_one = outcome.as_ref().is_err_and(|error| !is_of_all(error)) && group.len() > 1;
    for Waiting { webhook, reply } in group {
        let outcome = if is_of_one { keep_together(app, vec![webhook]).await } else { outcome.clone() };
        // The caller may have gone away.
        let _ = reply.send(outcome);
    }
}

async fn keep_together(app: &App, webhooks: Vec<Arc<Webhook>>) -> db::Result<()> {
    let now = app.clock.now();
    let told = |platform| {
        let of_it = webhooks.iter().filter(|webhook| webhook.platform == platform);
        of_it.map(|webhook| webhook.events.len() as u64).sum::<u64>()
    };
    let told: Vec<_> = Platform::ALL.iter().map(|platform| (*platform, told(*platform))).collect();
    let kept = app.db.write_as(Lane::Intake, move |tx| {
        Platform::ALL.iter().map(|platform| keep_of(tx, *platform, &webhooks, now)).collect::<db::Result<Vec<u64>>>()
    });
    for ((platform, told), kept) in told.into_iter().zip(kept.await?) {
        let platform = platform.as_str();
        metrics::counter!("storecast_webhook_events_total", "platform" => platform).increment(kept);
        metrics::counter!("storecast_webhook_repeats_total", "platform" => platform)
            .increment(told.saturating_sub(kept));
    }
    Ok(())
}

/// Keeps what one platform tells; returns how many events are new.
fn keep_of(tx: &mut Tx<'_>, platform: Platform, webhooks: &[Arc<Webhook>], now: i64) -> db::Result<u64> {
    let of_it = webhooks.iter().filter(|webhook| webhook.platform == platform);
    let mut events: Vec<&NewEvent> = of_it.flat_map(|webhook| &webhook.events).collect();
    // One statement takes each key once, in one order, or two servers could lock each other out.
    events.sort_by(|one, other| (one.channel, &one.key).cmp(&(other.channel, &other.key)));
    events.dedup_by(|one, other| (one.channel, &one.key) == (other.channel, &other.key));
    store::keep(tx, &events, now)
}

#[cfg(test)]
#[path = "keeper_test.rs"]
mod tests;
