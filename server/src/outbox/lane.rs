//! A lane: everything that goes out by one channel, claimed one batch ahead, with bounded calls in flight.

use std::{collections::HashMap, sync::Arc, time::Duration};

use shared::{content::Content, id::CampaignId, reasons::Reason};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    Busy, Policies,
    claim::{self, Claimed, Row, Want},
    settle::{Done, Lease},
};
use crate::{
    App, channels,
    db::Lane as DbLane,
    platforms::{Answer, Outcome, line::Template},
};

/// Rows of one claim.
const CLAIM: u64 = 500;
/// How late (µs) a call may be and still catch up: at 1,900 calls a second that is 95 more in one, which LINE's 2,000 allow.
const LATE: i64 = 50_000;
/// Between two looks for a token that cannot be read.
const TOKEN_LOOK: Duration = Duration::from_secs(5);
/// Contents that a lane remembers; a campaign's is read once.
const REMEMBERED: usize = 256;

/// One channel's lane.
pub(crate) struct Lane {
    app: App,
    policies: Policies,
    me: Arc<str>,
    busy: Busy,
    settle: mpsc::Sender<Done>,
    templates: HashMap<CampaignId, Arc<Template>>,
}

/// A call to make.
struct Item {
    lease: Arc<Lease>,
    row: Row,
    template: Arc<Template>,
}

impl Lane {
    pub(crate) fn new(app: App, policies: Policies, me: Arc<str>, busy: Busy, settle: mpsc::Sender<Done>) -> Self {
        Self { app, policies, me, busy, settle, templates: HashMap::new() }
    }

    /// Works until the server stops.
    pub(crate) async fn run(mut self) {
        let (give, work) = async_channel::bounded::<Item>(usize::try_from(CLAIM).unwrap_or(usize::MAX));
        for _ in 0..self.app.config.line.in_flight.max(1) {
            let worker = send_all(self.app.clone(), self.busy.clone(), work.clone(), self.settle.clone());
            self.app.tasks.spawn("outbox.send", worker);
        }
        drop(work);
        let poll = Duration::from_millis(self.app.config.engine.poll_ms);
        while !self.app.tasks.is_stopping() {
            let app = self.app.clone();
            let woken = app.outbox.wake.notified();
            tokio::pin!(woken);
            // Interest is registered before looking, or a wake-up in between would be lost.
            woken.as_mut().enable();
            // Without a token nothing is claimed: whoever waits is not burned by a fault of ours.
            if let Err(error) = channels::account(&app, self.busy.channel).await {
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
            known: self.templates.keys().copied().collect(),
        };
        self.app.db.write_as(DbLane::Engine, move |tx| claim::claim(tx, &want)).await
    }

    /// Hands the rows to the senders, each at its moment. What cannot be rendered is a fault of ours and is settled as such.
    async fn hand_out(&mut self, claimed: Claimed, give: &async_channel::Sender<Item>) {
        if self.templates.len() > REMEMBERED {
            self.templates.clear();
        }
        for (campaign, content) in claimed.contents {
            let template = self.template(&content);
            self.templates.insert(campaign, Arc::new(template));
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
            let template = match (&row.queued.fill, row.campaign.and_then(|campaign| self.templates.get(&campaign))) {
                (Some(own), _) => Arc::new(self.template(own)),
                (None, Some(known)) => known.clone(),
                (None, None) => Arc::new(self.template("")),
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
            let _ = give.send(Item { lease: lease.clone(), row, template }).await;
        }
    }

    /// Frozen content as a template. It was checked when it was accepted; an unreadable one sends nothing and is refused by
    /// LINE.
    fn template(&self, content: &str) -> Template {
        let content: Content = serde_json::from_str(content).unwrap_or_else(|error| {
            tracing::error!(%error, "frozen content cannot be read");
            Content::default()
        });
        Template::of(&content, |media| (self.policies.media)(&self.app, self.busy.team, media))
    }
}

/// How long (µs) a row of this moment waits now, where those before it are `lag` late. A lane that was held up goes on at its
/// pace instead of making all the calls it missed at once, which LINE would count as too fast.
fn paced(at: i64, lag: &mut i64, now: i64) -> u64 {
    *lag = (*lag).max(now - at - LATE);
    u64::try_from(at + *lag - now).unwrap_or_default()
}

/// One sender: makes one call at a time. What it may not send any more is handed back unsent: when the server stops, or when
/// the lease ran out while the row waited for its turn.
async fn send_all(app: App, busy: Busy, work: async_channel::Receiver<Item>, settle: mpsc::Sender<Done>) {
    while let Ok(Item { lease, row, template }) = work.recv().await {
        let queued = row.queued;
        let answer = if app.tasks.is_stopping() || !lease.holds(app.clock.now()) {
            None
        } else {
            // The same key and the same bytes for every try of an attempt: LINE then takes it once.
            let key = Uuid::new_v5(&queued.id.0, queued.attempt.to_string().as_bytes());
            match channels::account(&app, busy.channel).await {
                Ok(account) => Some(
                    app.platforms.line.push(&account.token, key, template.body(&queued.address, &queued.name)).await,
                ),
                Err(error) => {
                    tracing::error!(channel = %busy.channel, %error, "the channel's token cannot be read");
                    let outcome = Outcome::Later { after: Duration::from_secs(5), reason: Reason::Internal };
                    Some(Answer { outcome, code: None, text: None, request_id: None })
                }
            }
        };
        if matches!(&answer, Some(Answer { outcome: Outcome::Stop { .. }, .. })) {
            // The token may have been replaced: the next call asks for it anew.
            app.channels.forget(busy.channel);
        }
        let done = Done {
            lease,
            delivery: queued.id,
            attempt: queued.attempt,
            tries: queued.tries,
            unsure: queued.unsure || row.slice.was_lost,
            answer,
            at: app.clock.now(),
        };
        if settle.send(done).await.is_err() {
            return;
        }
    }
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
