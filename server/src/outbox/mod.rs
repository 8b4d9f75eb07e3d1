//! The delivery engine: claims what is due under a lease, sends it outside any transaction, settles the answers in batches.
//!
//! It knows no feature: a delivery names its policy, and the feature behind the policy says, inside the claim, who may not
//! be sent any more ([`Policies`]). Crash at any point: on LINE nobody twice and nobody lost, as the key and the body of
//! a try are the same however often it is repeated (architecture.md 4).

mod claim;
mod enqueue;
mod fair;
mod lane;
#[cfg(test)]
mod lane_test;
mod schedule;
mod settle;
mod store;
#[cfg(test)]
mod store_test;

use std::{sync::Arc, time::Duration};

use shared::{
    id::{ChannelId, ConversationId, DeliveryId, MediaId, TeamId},
    limits::Platform,
    reasons::Reason,
};
use tokio::sync::{Notify, mpsc};

pub use self::enqueue::{NewCampaignDeliveries, NewDelivery, NewReply, enqueue_campaign, enqueue_reply};
use crate::{
    App,
    db::{self, Lane, Tx},
    platforms::MediaAddress,
};

/// How long LINE surely still knows a retry key; it says 24 hours from first use (providers.md A9).
const KEY_LIFE_MS: i64 = 23 * 3_600_000;

/// Says which of these deliveries may not be sent any more, and why. Runs inside the claim.
pub type Ineligible = fn(&mut Tx<'_>, &[DeliveryId]) -> db::Result<Vec<(DeliveryId, Reason)>>;

/// What the features say about the deliveries they enqueued.
#[derive(Clone, Copy)]
pub struct Policies {
    /// For 1:1 replies.
    pub reply: Ineligible,
    /// For group sends.
    pub group: Ineligible,
    /// Where the platforms fetch a picture or film of a team: the same every time, or a try again would not be the same bytes.
    pub media: fn(&App, TeamId, MediaId) -> MediaAddress,
    /// Told once per settled batch which conversations a group send reached, and when (UTC ms).
    pub reached: fn(&mut Tx<'_>, TeamId, &[ConversationId], i64) -> db::Result<()>,
}

/// The engine's hand: wakes it after a commit that added work.
#[derive(Clone, Default)]
pub struct Outbox {
    wake: Arc<Notify>,
}

impl Outbox {
    /// Work was committed: look now instead of at the next poll.
    pub fn wake(&self) {
        self.wake.notify_waiters();
    }
}

/// A channel that has work waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Busy {
    pub(crate) team: TeamId,
    pub(crate) channel: ChannelId,
    pub(crate) platform: Platform,
}

/// Starts the engine: one task that settles, and one lane for each channel that has work, so that a slow channel holds
/// nobody else up.
pub fn start(app: &App, policies: Policies) {
    let (settle, outcomes) = mpsc::channel(2_048);
    let me: Arc<str> = app.clock.id::<uuid::Uuid>().to_string().into();
    app.tasks.spawn("outbox.settle", settle::settle_behind(app.clone(), policies, me.clone(), outcomes));
    app.tasks.spawn("outbox.lanes", open_lanes(app.clone(), policies, me, settle));
}

/// Opens a lane for every channel that has work and none yet.
async fn open_lanes(app: App, policies: Policies, me: Arc<str>, settle: mpsc::Sender<settle::Done>) {
    if matches!(app.db.engine(), db::Engine::Sqlite)
        && let Err(error) = app.db.write_as(Lane::Engine, store::free_all).await
    {
        // The leases then run out by themselves.
        tracing::warn!(%error, "leases of the last run could not be freed at start");
    }
    let mut open = std::collections::HashSet::new();
    let poll = Duration::from_millis(app.config.engine.poll_ms);
    while !app.tasks.is_stopping() {
        let woken = app.outbox.wake.notified();
        tokio::pin!(woken);
        // Interest is registered before looking, or a wake-up in between would be lost.
        woken.as_mut().enable();
        match app.db.read(store::busy_channels).await {
            Ok(busy) => {
                for busy in busy.into_iter().filter(|busy| busy.platform == Platform::Line) {
                    if open.insert(busy.channel) {
                        let lane = lane::Lane::new(app.clone(), policies, me.clone(), busy, settle.clone());
                        app.tasks.spawn("outbox.lane", lane.run());
                    }
                }
            }
            Err(error) => tracing::error!(%error, "channels with work could not be read"),
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(poll) => {}
            () = app.tasks.stopping() => break,
        }
    }
}
