//! The delivery engine: claims what is due under a lease, sends it outside any transaction, settles the answers in batches.
//!
//! It knows no feature: a delivery names its policy, and the feature behind the policy says, inside the claim, who may not
//! be sent any more ([`Policies`]). Crash at any point: nobody is lost and nobody gets it twice. On LINE the key and the body
//! of a try are the same however often it is repeated; on WhatsApp, which knows no keys, a call is written down before it
//! begins and never repeated by itself where nobody knows how it ended (architecture.md 4).

mod claim;
mod enqueue;
mod fair;
mod lane;
#[cfg(test)]
mod lane_test;
mod lease;
mod line;
mod parts;
mod schedule;
mod settle;
pub mod statuses;
mod store;
#[cfg(test)]
mod store_test;
mod whatsapp;

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use shared::{
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, IdentityId, MediaId, TeamId},
    limits::Platform,
    reasons::Reason,
};
use tokio::sync::{Notify, mpsc};

pub use self::enqueue::{NewCampaignDeliveries, NewDelivery, NewReply, enqueue_campaign, enqueue_reply};
#[cfg(test)]
pub(crate) use self::whatsapp::testing;
use crate::{
    App,
    clock::Clock,
    db::{self, Lane, Tx},
    live::News,
    platforms::{Answer, MediaAddress},
};

/// How long LINE surely still knows a retry key; it says 24 hours from first use (providers.md A9).
const KEY_LIFE_MS: i64 = 23 * 3_600_000;

/// Says which of these deliveries may not be sent any more at this time (UTC ms), and why. Runs inside the claim.
pub type Ineligible = fn(&mut Tx<'_>, &[DeliveryId], i64) -> db::Result<Vec<(DeliveryId, Reason)>>;

/// Comes to what WhatsApp calls an upload, or to what the upload was answered.
pub type Uploaded = BoxFuture<'static, Result<String, Answer>>;

/// What the features say about the deliveries they enqueued.
#[derive(Clone, Copy)]
pub struct Policies {
    /// For 1:1 replies.
    pub reply: Ineligible,
    /// For group sends.
    pub group: Ineligible,
    /// Where the platforms fetch a picture or film of a team: the same every time, or a try again would not be the same bytes.
    pub media: fn(&App, TeamId, MediaId) -> MediaAddress,
    /// What WhatsApp calls a picture or film of a team for one of its numbers, uploaded first where it was not; or what the
    /// upload was answered, as if it were the message's own answer.
    pub uploaded: fn(App, TeamId, ChannelId, MediaId) -> Uploaded,
    /// Told once per settled batch which conversations a group send reached, and when (UTC ms).
    pub reached: fn(&mut Tx<'_>, TeamId, &[ConversationId], i64) -> db::Result<()>,
    /// Told that a customer does not want messages any more, as the platform answered a message to her, and since when (UTC ms).
    pub opted_out: fn(&mut Tx<'_>, &Clock, TeamId, IdentityId, i64) -> db::Result<()>,
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
async fn open_lanes(app: App, policies: Policies, me: Arc<str>, settle: mpsc::Sender<lease::Done>) {
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
                for busy in busy {
                    if open.insert(busy.channel) {
                        open_lane(&app, policies, &me, busy, &settle);
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

fn open_lane(app: &App, policies: Policies, me: &Arc<str>, busy: Busy, settle: &mpsc::Sender<lease::Done>) {
    let settle = settle.clone();
    match busy.platform {
        Platform::Line => {
            let post = line::LinePost { app: app.clone(), policies, busy: busy.clone(), settle };
            app.tasks.spawn("outbox.lane", lane::Lane::new(app.clone(), policies, me.clone(), busy, post).run());
        }
        Platform::Whatsapp => {
            let post = whatsapp::WhatsappPost::new(app, policies, me, &busy, settle);
            app.tasks.spawn("outbox.lane", lane::Lane::new(app.clone(), policies, me.clone(), busy, post).run());
        }
    }
}

/// Lets a campaign go on that was held, as when its template is approved again. One that is not held stays as it is. What
/// waited for its next try is due at once; the caller wakes the engine after the commit. `now` is UTC ms.
pub fn resume_campaign(tx: &mut Tx<'_>, campaign: CampaignId, now: i64) -> db::Result<()> {
    if let Some(team) = parts::resume_campaign(tx, campaign)? {
        parts::hasten(tx, team, campaign, now)?;
        tx.tell(News::of(team, campaign));
    }
    Ok(())
}
