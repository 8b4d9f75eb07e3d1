//! A lane: everything that goes out by one channel, claimed one batch ahead, with bounded calls in flight.

use std::{collections::HashMap, sync::Arc, time::Duration};

use shared::{content::Content, id::CampaignId};
use tokio::{sync::mpsc, time::Instant};

use super::{
    Busy, Policies,
    claim::{self, Claimed, Row, Want},
    fair::Fair,
    hand::hand_out,
    lease::Lease,
};
use crate::{App, db::Lane as DbLane, refused};

/// Rows of one claim.
const CLAIM: u64 = 500;
/// Between two looks for a token that cannot be read.
const TOKEN_LOOK: Duration = Duration::from_secs(5);
/// Between two looks whether a sender is free again.
const SENDER_LOOK: Duration = Duration::from_millis(5);
/// Contents that a lane remembers; a campaign's is read once.
const REMEMBERED: usize = 256;
/// A lane ends after it found nothing to do for so many polls: a minute, as they are.
const IDLE_POLLS: u32 = 60;

/// How a platform is sent to: what differs between the lanes of LINE and of WhatsApp.
pub(crate) trait Post: Clone + Send + Sync + 'static {
    /// How long (µs) before its moment a row is handed out, for what has to be done before the call.
    const LEAD: i64;

    /// Frozen content, ready to be filled in for each recipient.
    type Message: Send + Sync + 'static;

    /// Makes frozen content ready.
    fn message(&self, content: &Content) -> Self::Message;

    /// Whether calls can be authorised. Where they cannot, nothing is claimed: whoever waits is not burned by a fault of ours.
    fn authorised(&self) -> impl Future<Output = refused::Result<()>> + Send;

    /// How many recipients are sent to at once.
    fn in_flight(&self) -> usize;

    /// One sender: takes one recipient after the other until the lane ends. What it may not send any more is handed back
    /// unsent: when the server stops, or when the lease ran out while the row waited for its turn.
    fn send_all(self, work: async_channel::Receiver<Item<Self::Message>>) -> impl Future<Output = ()> + Send + 'static;
}

/// One channel's lane.
pub(crate) struct Lane<P: Post> {
    app: App,
    policies: Policies,
    me: Arc<str>,
    busy: Busy,
    post: P,
    messages: HashMap<CampaignId, Arc<P::Message>>,
    fair: Fair,
    /// The way to the senders, once there was something to send.
    hands: Option<Hands<P::Message>>,
}

/// A recipient to send to.
pub(crate) struct Item<M> {
    pub(crate) lease: Arc<Lease>,
    pub(crate) row: Row,
    pub(crate) message: Arc<M>,
}

/// The way to a lane's senders. They end when it is dropped and all is sent.
struct Hands<M> {
    /// One batch lies ready while the next is claimed.
    ready: mpsc::Sender<Vec<Item<M>>>,
    /// What no sender was free for yet.
    given: async_channel::Receiver<Item<M>>,
    /// The rows have moments.
    is_paced: bool,
}

/// What a look for work came to.
enum Look {
    /// There was some, the last of which goes out in so long.
    Found(Duration),
    /// There is nothing for at most so long.
    Nothing(Duration),
}

impl<P: Post> Lane<P> {
    pub(crate) fn new(app: App, policies: Policies, me: Arc<str>, busy: Busy, post: P) -> Self {
        Self { app, policies, me, busy, post, messages: HashMap::new(), fair: Fair::default(), hands: None }
    }

    /// Works until the server stops, or until there was nothing to do for a while.
    pub(crate) async fn run(mut self) {
        let poll = Duration::from_millis(self.app.config.engine.poll_ms);
        let mut idle_since = Instant::now();
        while !self.app.tasks.is_stopping() && idle_since.elapsed() <= poll * IDLE_POLLS {
            let app = self.app.clone();
            let woken = app.outbox.wake.notified();
            tokio::pin!(woken);
            // Interest is registered before looking, or a wake-up in between would be lost.
            woken.as_mut().enable();
            if let Err(error) = self.post.authorised().await {
                tracing::error!(channel = %self.busy.channel, %error, "the channel's token cannot be read: it sends nothing");
                tokio::select! {
                    () = tokio::time::sleep(TOKEN_LOOK) => continue,
                    () = app.tasks.stopping() => break,
                }
            }
            self.room().await;
            let wait = match self.look(poll).await {
                Look::Found(work) => {
                    idle_since = Instant::now() + work;
                    continue;
                }
                Look::Nothing(wait) => wait,
            };
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(wait) => {}
                () = app.tasks.stopping() => break,
            }
        }
    }

    /// Waits until there is room for another batch. Where moments are reserved with the claim that means a free sender: they
    /// would pass in the queue, and be lost for everybody.
    async fn room(&self) {
        let Some(hands) = &self.hands else { return };
        // Only this lane puts batches there, so the place stays free.
        drop(hands.ready.reserve().await);
        while hands.is_paced && !hands.given.is_empty() && !self.app.tasks.is_stopping() {
            tokio::time::sleep(SENDER_LOOK).await;
        }
    }

    async fn look(&mut self, poll: Duration) -> Look {
        match self.claim().await {
            Ok(claimed) => {
                if let Some(fair) = &claimed.fair {
                    self.fair = fair.clone();
                }
                let now = self.app.clock.now_micros();
                let until = |at: i64| Duration::from_micros(u64::try_from(at - now).unwrap_or_default());
                if claimed.rows.is_empty() && claimed.dropped == 0 {
                    return Look::Nothing(claimed.wait_until.map_or(poll, |at| until(at).min(poll)));
                }
                let work = claimed.rows.iter().filter_map(|row| row.at).max().map_or(Duration::ZERO, until);
                self.hand_over(claimed).await;
                Look::Found(work)
            }
            Err(error) => {
                tracing::error!(channel = %self.busy.channel, %error, "a claim failed");
                Look::Nothing(poll)
            }
        }
    }

    async fn claim(&self) -> crate::db::Result<Claimed> {
        let want = Want {
            busy: self.busy.clone(),
            me: self.me.to_string(),
            rows: CLAIM,
            fair: self.fair.clone(),
            now_micros: self.app.clock.now_micros(),
            lease_ms: self.app.config.engine.lease_ms,
            policies: self.policies,
            clock: self.app.clock.clone(),
            known: self.messages.keys().copied().collect(),
        };
        let moment = self.app.outbox.held.moment();
        let claimed = self.app.db.write_as(DbLane::Engine, move |tx| claim::claim(tx, &want)).await?;
        self.app.outbox.held.claimed(claimed.rows.iter().filter_map(|row| row.campaign), moment);
        Ok(claimed)
    }

    /// Hands over what was claimed. What cannot be rendered is a fault of ours and is settled as such.
    async fn hand_over(&mut self, claimed: Claimed) {
        if claimed.rows.is_empty() {
            return;
        }
        if self.messages.len() > REMEMBERED {
            self.messages.clear();
        }
        for (campaign, content) in claimed.contents {
            let message = self.message(&content);
            self.messages.insert(campaign, Arc::new(message));
        }
        let mut calls: HashMap<_, usize> = HashMap::new();
        for row in &claimed.rows {
            *calls.entry(row.slice.id).or_default() += 1;
        }
        let is_paced = claimed.rows.iter().any(|row| row.at.is_some());
        let mut leases: HashMap<_, Arc<Lease>> = HashMap::new();
        let mut batch = Vec::with_capacity(claimed.rows.len());
        for row in claimed.rows {
            let lease = leases.entry(row.slice.id).or_insert_with(|| {
                let calls = calls.get(&row.slice.id).copied().unwrap_or_default();
                Arc::new(Lease::new(&self.busy, row.campaign, row.slice.clone(), calls, claimed.until))
            });
            let message = match (&row.queued.fill, row.campaign.and_then(|campaign| self.messages.get(&campaign))) {
                (Some(own), _) => Arc::new(self.message(own)),
                (None, Some(known)) => known.clone(),
                (None, None) => Arc::new(self.message("")),
            };
            batch.push(Item { lease: lease.clone(), row, message });
        }
        let mut hands = self.hands.take().unwrap_or_else(|| self.open_hands());
        hands.is_paced = is_paced;
        // It is received as long as this end is there.
        let _ = hands.ready.send(batch).await;
        self.hands = Some(hands);
    }

    fn open_hands(&self) -> Hands<P::Message> {
        let (ready, batches) = mpsc::channel(1);
        let (give, given) = async_channel::bounded(usize::try_from(CLAIM).unwrap_or(usize::MAX));
        for _ in 0..self.post.in_flight().max(1) {
            self.app.tasks.spawn("outbox.send", self.post.clone().send_all(given.clone()));
        }
        self.app.tasks.spawn("outbox.hand", hand_out(self.app.clone(), P::LEAD, batches, give));
        Hands { ready, given, is_paced: false }
    }

    /// Frozen content, made ready. It was checked when it was accepted; an unreadable one sends nothing and is refused by the
    /// platform.
    fn message(&self, content: &str) -> P::Message {
        let content: Content = serde_json::from_str(content).unwrap_or_else(|error| {
            tracing::error!(%error, "frozen content cannot be read");
            Content::default()
        });
        self.post.message(&content)
    }
}
