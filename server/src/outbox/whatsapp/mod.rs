//! How WhatsApp is sent to: a call for every message of a recipient, in order, each written down before it begins. There is
//! no key that would make a repeat harmless, so a call whose end nobody knows is never made again by itself.

mod claim;
#[cfg(test)]
mod crash_test;
#[cfg(test)]
mod lane_test;
mod pairs;
mod settle;
#[cfg(test)]
mod settle_test;
mod start;
#[cfg(test)]
mod storm_test;
#[cfg(test)]
pub(crate) mod testing;

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use shared::{content::Content, id::MediaId, reasons::Reason};
use tokio::sync::{OnceCell, mpsc, oneshot};

pub(crate) use self::{
    claim::{fit, give_up},
    settle::{carry_out, weigh},
    start::Start,
};
use self::{
    pairs::Pairs,
    start::{Asked, Begun, start_behind},
};
use super::{
    Busy, Policies, budget,
    lane::{Item, Post},
    lease::{self, Done, Steps},
    pace::Pace,
    parts::{Fact, PartKey, PartState},
};
use crate::{
    App, channels,
    platforms::{
        Answer, Outcome,
        whatsapp::message::{Prepared, To, UploadedMedium},
    },
    refused,
};

/// The endpoint whose budget messages are taken from.
pub(crate) const MESSAGES: &str = "messages";
/// How long (µs) before her moment a recipient is handed out: within it her call is written down as started.
const LEAD: i64 = 50_000;
/// Before a number is tried again whose token cannot be read.
const TOKEN_PAUSE: Duration = Duration::from_secs(5);

/// The messages of a send.
pub(crate) struct Message {
    prepared: Prepared,
    /// What WhatsApp calls the pictures and films in it, asked for once.
    media: OnceCell<HashMap<MediaId, UploadedMedium>>,
}

/// A hand of one number's lane.
#[derive(Clone)]
pub(crate) struct WhatsappPost {
    app: App,
    policies: Policies,
    busy: Busy,
    settle: mpsc::Sender<Done>,
    start: mpsc::Sender<Asked>,
    pace: Pace,
    pairs: Arc<Pairs>,
}

impl WhatsappPost {
    pub(crate) fn new(
        app: &App,
        policies: Policies,
        me: &Arc<str>,
        busy: &Busy,
        settle: mpsc::Sender<Done>,
        pace: Pace,
    ) -> Self {
        let (start, asked) = mpsc::channel(app.config.whatsapp.in_flight.max(1));
        app.tasks.spawn("outbox.start", start_behind(app.clone(), busy.clone(), me.clone(), asked));
        Self { app: app.clone(), policies, busy: busy.clone(), settle, start, pace, pairs: Arc::default() }
    }

    /// Sends her messages to one recipient, until one is not accepted.
    async fn send(&self, item: Item<Message>) -> Done {
        let mut progress = Progress { key: first(&item), facts: Vec::new() };
        let number = match channels::number(&self.app, self.busy.channel).await {
            Ok(number) => number,
            Err(error) => {
                tracing::error!(channel = %self.busy.channel, %error, "the number's token cannot be read");
                return progress.ends(item, Some(later(TOKEN_PAUSE, Reason::Internal)), &self.app);
            }
        };
        let message = item.message.clone();
        let media = match message.media.get_or_try_init(|| self.upload(&message.prepared)).await {
            Ok(media) => media,
            Err(answer) => return progress.ends(item, Some(answer), &self.app),
        };
        let to = To::read(&item.row.queued.address);
        let mut moment = item.row.at;
        loop {
            let key = progress.key;
            let name = &item.row.queued.name;
            let Some(body) = message.prepared.body(key.part, &to, name, &key.to_string(), media) else {
                tracing::error!(delivery = %key.delivery, part = key.part, "a message cannot be written");
                let outcome = Outcome::Refused { reason: Reason::Internal };
                return progress.ends(
                    item,
                    Some(Answer { outcome, code: None, text: None, request_id: None }),
                    &self.app,
                );
            };
            let wait = self.pairs.take(&item.row.queued.address, self.app.clock.now());
            if wait > 0 {
                return progress.waits(item, wait, &self.app);
            }
            if !self.may_call(&item, &progress, moment).await {
                return progress.ends(item, None, &self.app);
            }
            let answer = self.app.platforms.whatsapp.send(&number.token, &number.phone_number_id, body).await;
            if matches!(answer.outcome, Outcome::Stop { .. }) {
                // The token may have been replaced: the next call asks for it anew.
                self.app.channels.forget(self.busy.channel);
            }
            if !matches!(answer.outcome, Outcome::Accepted { .. }) || key.part + 1 >= item.row.parts {
                return progress.ends(item, Some(answer), &self.app);
            }
            progress.goes_on(&answer, self.app.clock.now());
            // Each of her messages takes a moment of its own.
            moment = moment.map(|_| budget::PASSED);
        }
    }

    /// Has it written down that the call begins, and waits for its moment; false where it may not be made. The lease has to
    /// outlast the call: once it is another's, a person may decide to send again what nobody knows of.
    async fn may_call(&self, item: &Item<Message>, progress: &Progress, moment: Option<i64>) -> bool {
        let longest = i64::try_from(self.app.config.whatsapp.timeout_ms).unwrap_or(i64::MAX);
        let is_ours = || item.lease.holds(self.app.clock.now().saturating_add(longest));
        if self.app.tasks.is_stopping() || !is_ours() {
            return false;
        }
        let (go, begun) = oneshot::channel();
        let (lease, facts) = (item.lease.clone(), progress.facts.clone());
        let start = Arc::new(Start { lease, key: progress.key, facts });
        if self.start.send(Asked { start, moment, go }).await.is_err() {
            return false;
        }
        match begun.await {
            Ok(Begun::At(moment)) => self.pace.turn(item.row.endpoint, moment).await && is_ours(),
            Ok(Begun::Not) | Err(_) => false,
        }
    }

    async fn upload(&self, message: &Prepared) -> Result<HashMap<MediaId, UploadedMedium>, Answer> {
        let mut ids = HashMap::new();
        let Busy { team, channel, .. } = self.busy;
        for media in message.media() {
            if let Entry::Vacant(place) = ids.entry(media) {
                place.insert((self.policies.uploaded)(self.app.clone(), team, channel, media).await?);
            }
        }
        Ok(ids)
    }
}

impl Post for WhatsappPost {
    const LEAD: i64 = LEAD;

    type Message = Message;

    fn message(&self, content: &Content) -> Message {
        Message { prepared: Prepared::of(content), media: OnceCell::new() }
    }

    async fn authorised(&self) -> refused::Result<()> {
        channels::number(&self.app, self.busy.channel).await.map(drop)
    }

    fn in_flight(&self) -> usize {
        self.app.config.whatsapp.in_flight
    }

    async fn send_all(self, work: async_channel::Receiver<Item<Message>>) {
        while let Ok(item) = work.recv().await {
            let done = self.send(item).await;
            if self.settle.send(done).await.is_err() {
                return;
            }
        }
    }
}

/// How far a recipient is.
struct Progress {
    /// The message that is next.
    key: PartKey,
    /// Those before it that were accepted now.
    facts: Vec<Fact>,
}

fn first(item: &Item<Message>) -> PartKey {
    let queued = &item.row.queued;
    PartKey { delivery: queued.id, part: item.row.next, attempt: queued.attempt }
}

impl Progress {
    /// The message was accepted.
    fn goes_on(&mut self, answer: &Answer, at: i64) {
        self.facts.push(accepted(self.key, answer, at));
        self.key.part += 1;
    }

    /// The message was answered, or may not be sent now.
    fn ends(self, item: Item<Message>, answer: Option<Answer>, app: &App) -> Done {
        self.done(item, answer, 0, app)
    }

    /// She has to wait so long (ms).
    fn waits(self, item: Item<Message>, wait: i64, app: &App) -> Done {
        self.done(item, None, wait, app)
    }

    fn done(self, item: Item<Message>, answer: Option<Answer>, wait: i64, app: &App) -> Done {
        Done {
            lease: item.lease,
            delivery: self.key.delivery,
            attempt: self.key.attempt,
            tries: item.row.queued.tries,
            unsure: false,
            answer,
            at: app.clock.now(),
            asked: lease::Asked::Message(Box::new(Steps { part: self.key.part, facts: self.facts, wait })),
        }
    }
}

/// That WhatsApp took a message.
fn accepted(key: PartKey, answer: &Answer, at: i64) -> Fact {
    let provider_id = match &answer.outcome {
        Outcome::Accepted { provider_id } => provider_id.clone(),
        _ => None,
    };
    Fact { provider_id, ..fact(key, PartState::Accepted, None, answer, at) }
}

/// What an answer says of a message.
fn fact(key: PartKey, state: PartState, reason: Option<Reason>, answer: &Answer, at: i64) -> Fact {
    Fact {
        key,
        state,
        provider_id: None,
        reason,
        code: answer.code.clone(),
        text: answer.text.clone(),
        request_id: answer.request_id.clone(),
        at,
    }
}

fn later(after: Duration, reason: Reason) -> Answer {
    Answer { outcome: Outcome::Later { after, reason }, code: None, text: None, request_id: None }
}
