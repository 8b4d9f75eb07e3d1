//! A lane: everything that goes out by one channel, claimed one batch ahead, with bounded calls in flight.

use std::{collections::HashMap, sync::Arc, time::Duration};

use shared::{content::Content, id::CampaignId};

use super::{
    Busy, Policies,
    claim::{self, Claimed, Row, Want},
    lease::Lease,
};
use crate::{App, db::Lane as DbLane, refused};

/// Rows of one claim.
const CLAIM: u64 = 500;
/// How late (µs) a call may be and still catch up: at 1,900 calls a second that is 95 more in one, which LINE's 2,000 allow.
const LATE: i64 = 50_000;
/// Between two looks for a token that cannot be read.
const TOKEN_LOOK: Duration = Duration::from_secs(5);
/// Contents that a lane remembers; a campaign's is read once.
const REMEMBERED: usize = 256;

/// How a platform is sent to: what differs between the lanes of LINE and of WhatsApp.
pub(crate) trait Post: Clone + Send + Sync + 'static {
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
}

/// A recipient to send to.
pub(crate) struct Item<M> {
    pub(crate) lease: Arc<Lease>,
    pub(crate) row: Row,
    pub(crate) message: Arc<M>,
}

impl<P: Post> Lane<P> {
    pub(crate) fn new(app: App, policies: Policies, me: Arc<str>, busy: Busy, post: P) -> Self {
        Self { app, policies, me, busy, post, messages: HashMap::new() }
    }

    /// Works until the server stops.
    pub(crate) async fn run(mut self) {
        let (give, work) = async_channel::bounded(usize::try_from(CLAIM).unwrap_or(usize::MAX));
        for _ in 0..self.post.in_flight().max(1) {
            self.app.tasks.spawn("outbox.send", self.post.clone().send_all(work.clone()));
        }
        drop(work);
        let poll = Duration::from_millis(self.app.config.engine.poll_ms);
        while !self.app.tasks.is_stopping() {
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
            let wait = match self.claim().await {
                Ok(claimed) if !claimed.rows.is_empty() => {
                    self.hand_out(claimed, &give).await;
                    continue;
                }
                Ok(Claimed { dropped, .. }) if dropped > 0 => continue,
                Ok(Claimed { wait_until: Some(at), .. }) => {
                    let micros = u64::try_from(at - self.app.clock.now_micros()).unwrap_or_default();
                    Duration::from_micros(micros).min(poll)
                }
                Ok(_) => poll,
                Err(error) => {
                    tracing::error!(channel = %self.busy.channel, %error, "a claim failed");
                    poll
                }
            };
            tokio::select! {
                () = woken => {}
                () = tokio::time::sleep(wait) => {}
                () = app.tasks.stopping() => break,
            }
        }
    }

    async fn claim(&self) -> crate::db::Result<Claimed> {
        let want = Want {
            busy: self.busy.clone(),
            me: self.me.to_string(),
            rows: CLAIM,
            now_micros: self.app.clock.now_micros(),
            lease_ms: self.app.config.engine.lease_ms,
            policies: self.policies,
            clock: self.app.clock.clone(),
            known: self.messages.keys().copied().collect(),
        };
        self.app.db.write_as(DbLane::Engine, move |tx| claim::claim(tx, &want)).await
    }

    /// Hands the rows to the senders, each at its moment. What cannot be rendered is a fault of ours and is settled as such.
    async fn hand_out(&mut self, claimed: Claimed, give: &async_channel::Sender<Item<P::Message>>) {
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
        let mut leases: HashMap<_, Arc<Lease>> = HashMap::new();
        let mut lag = 0;
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
            let wait = paced(row.at, &mut lag, self.app.clock.now_micros());
            if wait > 0 {
                // At shutdown nobody waits for a moment: the senders hand the row back.
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_micros(wait)) => {}
                    () = self.app.tasks.stopping() => {}
                }
            }
            // The senders outlive the lane, so this cannot fail while it runs.
            let _ = give.send(Item { lease: lease.clone(), row, message }).await;
        }
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

/// How long (µs) a row of this moment waits now, where those before it are `lag` late. A lane that was held up goes on at its
/// pace instead of making all the calls it missed at once, which LINE would count as too fast.
fn paced(at: i64, lag: &mut i64, now: i64) -> u64 {
    *lag = (*lag).max(now - at - LATE);
    u64::try_from(at + *lag - now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_that_was_held_up_goes_on_at_its_pace() {
        let mut lag = 0;
        assert_eq!(paced(1_000, &mut lag, 400), 600);
        assert_eq!((paced(2_000, &mut lag, 3_000), lag), (0, 0), "a millisecond late catches up");
        // A second of silence: what was missed is moved, not made up for.
        assert_eq!(paced(3_000, &mut lag, 1_003_000), 0);
        assert_eq!(lag, 1_000_000 - LATE);
        assert_eq!(paced(100_000, &mut lag, 1_003_000), 97_000 - 50_000);
    }

    #[test]
    fn without_a_budget_nobody_waits() {
        let mut lag = 0;
        assert_eq!(paced(0, &mut lag, 1_700_000_000_000_000), 0);
        assert_eq!(paced(0, &mut lag, 1_700_000_000_000_001), 0);
    }
}
