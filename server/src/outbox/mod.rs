//! The delivery engine: claims what is due under a lease, sends it outside any transaction, settles the answers in batches.
//!
//! It knows no feature: a delivery names its policy, and the feature behind the policy says, inside the claim, who may not
//! be sent any more ([`Policies`]). Crash at any point: nobody is lost and nobody gets it twice. On LINE the key and the body
//! of a try are the same however often it is repeated; on WhatsApp, which knows no keys, a call is written down before it
//! begins and never repeated by itself where nobody knows how it ended (architecture.md 4).

mod budget;
mod claim;
pub mod control;
mod enqueue;
mod expand;
mod expire;
mod fair;
pub mod figures;
mod hand;
mod lane;
#[cfg(test)]
mod lane_test;
mod lease;
#[cfg(test)]
mod limits_test;
mod line;
mod month;
mod pace;
mod parts;
mod schedule;
mod settle;
pub mod statuses;
mod store;
mod whatsapp;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use shared::{
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, IdentityId, MediaId, TeamId},
    limits::Platform,
    reasons::Reason,
};
use tokio::sync::{Notify, mpsc};

pub use self::enqueue::{NewCampaignDeliveries, NewDelivery, NewReply, Recipients, enqueue_campaign, enqueue_reply};
pub(crate) use self::store::on_its_way;
use self::{control::Held, pace::Pace};
#[cfg(test)]
pub(crate) use self::{enqueue::expand, store::next_pieces, whatsapp::testing};
use crate::{
    App,
    clock::Clock,
    cluster::Relay,
    db::{self, Lane, Tx},
    platforms::{Answer, MediaAddress, whatsapp::message::UploadedMedium},
};

/// How long LINE surely still knows a retry key; it says 24 hours from first use (providers.md A9).
const KEY_LIFE_MS: i64 = 23 * 3_600_000;

/// Says which of these deliveries, all of this platform, may not be sent any more at this time (UTC ms), and why. Runs inside
/// the claim.
pub type Ineligible = fn(&mut Tx<'_>, Platform, &[DeliveryId], i64) -> db::Result<Vec<(DeliveryId, Reason)>>;

/// Comes to what WhatsApp has of a medium, or to what the upload was answered.
pub type Uploaded = BoxFuture<'static, Result<UploadedMedium, Answer>>;

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
    /// Told once per settled batch which conversations of a platform a group send reached, and when (UTC ms).
    pub reached: fn(&mut Tx<'_>, Platform, TeamId, &[ConversationId], i64) -> db::Result<()>,
    /// Told that a customer does not want messages any more, as the platform answered a message to her, and since when (UTC ms).
    pub opted_out: fn(&mut Tx<'_>, &Clock, TeamId, IdentityId, i64) -> db::Result<()>,
}

/// The engine's hand: wakes it after a commit that added work.
#[derive(Clone, Default)]
pub struct Outbox {
    wake: Arc<Notify>,
    relay: Relay,
    /// What a person held while rows of it are in a lane's hands.
    held: Held,
}

impl Outbox {
    /// One that wakes the engines of other servers too.
    pub fn of_many(relay: Relay) -> Self {
        Self { relay, ..Self::default() }
    }

    /// Work was committed: look now instead of at the next poll.
    pub fn wake(&self) {
        self.wake_here();
        self.relay.wake();
    }

    /// Resolves once it is woken, from now on.
    #[cfg(test)]
    pub(crate) fn woken(&self) -> tokio::sync::futures::Notified<'_> {
        self.wake.notified()
    }

    /// A person held or stopped this campaign, and it is on disk: calls of it that have not begun do not begin.
    pub fn hold(&self, campaign: CampaignId) {
        self.hold_here(campaign);
        self.relay.hold(campaign);
    }

    /// As [`Outbox::hold`], for this server alone: another one said so.
    pub fn hold_here(&self, campaign: CampaignId) {
        self.held.add(campaign);
    }

    /// As [`Outbox::wake`], for this server alone: another one said so.
    pub fn wake_here(&self) {
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
    start_with(app, policies, Lanes::default());
}

fn start_with(app: &App, policies: Policies, lanes: Lanes) {
    let (settle, outcomes) = mpsc::channel(2_048);
    let me: Arc<str> = app.clock.id::<uuid::Uuid>().to_string().into();
    app.tasks.spawn("outbox.settle", settle::settle_behind(app.clone(), policies, me.clone(), outcomes));
    app.tasks.spawn("outbox.sweep", control::sweep(app.clone(), policies, me.clone()));
    app.tasks.spawn("outbox.expand", expand::expand(app.clone()));
    let late = expire::Sweep { me: me.clone(), policies, clock: app.clock.clone() };
    app.tasks.spawn("outbox.expire", expire::expire(app.clone(), late));
    app.tasks.spawn("outbox.lanes", open_lanes(app.clone(), policies, me, settle, lanes));
}

/// Opens a lane for every channel that has work and none yet.
async fn open_lanes(app: App, policies: Policies, me: Arc<str>, settle: mpsc::Sender<lease::Done>, lanes: Lanes) {
    if matches!(app.db.engine(), db::Engine::Sqlite)
        && let Err(error) = app.db.write_as(Lane::Engine, store::free_all).await
    {
        // The leases then run out by themselves.
        tracing::warn!(%error, "leases of the last run could not be freed at start");
    }
    let pulse = app.tasks.pulse("outbox.lanes");
    pulse.waits();
    whenever_woken(&app, || async {
        match app.db.read(store::busy_channels).await {
            Ok(busy) => {
                pulse.goes_on();
                for busy in busy {
                    if lanes.open(busy.channel) {
                        open_lane(&app, policies, &me, busy, &settle, &lanes);
                    }
                }
            }
            Err(error) => tracing::error!(%error, "channels with work could not be read"),
        }
    })
    .await;
}

/// Looks for work now, whenever the engine is woken, and where nothing wakes it at every poll, until the server stops.
async fn whenever_woken<F: Future<Output = ()>>(app: &App, look: impl Fn() -> F) {
    let poll = Duration::from_millis(app.config.engine.poll_ms);
    while !app.tasks.is_stopping() {
        let woken = app.outbox.wake.notified();
        tokio::pin!(woken);
        // Interest is registered before looking, or a wake-up in between would be lost.
        woken.as_mut().enable();
        look().await;
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(poll) => {}
            () = app.tasks.stopping() => return,
        }
    }
}

/// Channels that have a lane.
#[derive(Clone, Default)]
struct Lanes(Arc<Mutex<HashSet<ChannelId>>>);

impl Lanes {
    /// Whether it had none; now it has one.
    fn open(&self, channel: ChannelId) -> bool {
        self.channels().insert(channel)
    }

    /// Its lane has ended.
    fn close(&self, channel: ChannelId) {
        self.channels().remove(&channel);
    }

    fn channels(&self) -> MutexGuard<'_, HashSet<ChannelId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_lane(
    app: &App,
    policies: Policies,
    me: &Arc<str>,
    busy: Busy,
    settle: &mpsc::Sender<lease::Done>,
    lanes: &Lanes,
) {
    let settle = settle.clone();
    let pace = Pace::new(app, busy.channel);
    match busy.platform {
        Platform::Line => {
            let month = month::Month::default();
            let post = line::LinePost { app: app.clone(), policies, busy: busy.clone(), settle, pace, month };
            run_lane(app, lanes, busy.channel, lane::Lane::new(app.clone(), policies, me.clone(), busy, post));
        }
        Platform::Whatsapp => {
            let post = whatsapp::WhatsappPost::new(app, policies, me, &busy, settle, pace);
            run_lane(app, lanes, busy.channel, lane::Lane::new(app.clone(), policies, me.clone(), busy, post));
        }
    }
}

/// A lane costs senders and polls, so one that has nothing to do ends, and is opened again with the next work.
fn run_lane<P: lane::Post>(app: &App, lanes: &Lanes, channel: ChannelId, lane: lane::Lane<P>) {
    let (lanes, outbox) = (lanes.clone(), app.outbox.clone());
    app.tasks.spawn("outbox.lane", async move {
        lane.run().await;
        lanes.close(channel);
        // What came between its last look and now is looked for again.
        outbox.wake_here();
    });
}
