//! How LINE is sent to: one push for all messages of a recipient, or one multicast for a batch to whom the same goes, under a
//! key that makes a repeat harmless.

mod batch;
mod check;
#[cfg(test)]
mod check_test;
#[cfg(test)]
mod crash_test;
mod store;
#[cfg(test)]
mod store_test;
#[cfg(test)]
mod storm_test;
#[cfg(test)]
mod testing;

use std::{sync::Arc, time::Duration};

use shared::{content::Content, reasons::Reason};
use tokio::sync::mpsc;
use uuid::Uuid;

use self::check::Message;
pub(crate) use self::{
    batch::{Batch, Next, carry_out, refuse, weigh},
    store::{BatchTry, add_batch_tries, next_round},
};
use super::{
    Busy, Policies,
    claim::Row,
    lane::{Item, Post},
    lease::{Asked, Done, Lease},
    month::Month,
    pace::Pace,
};
use crate::{
    App,
    channels::{self, Account},
    platforms::{
        Answer, Outcome,
        line::{Blame, Template},
    },
    refused,
};

/// Before a channel is tried again whose token cannot be read.
const TOKEN_PAUSE: Duration = Duration::from_secs(5);

/// A hand of one LINE channel's lane.
#[derive(Clone)]
pub(crate) struct LinePost {
    pub(crate) app: App,
    pub(crate) policies: Policies,
    pub(crate) busy: Busy,
    pub(crate) settle: mpsc::Sender<Done>,
    pub(crate) pace: Pace,
    pub(crate) month: Month,
}

impl LinePost {
    /// Sends to one recipient, or to a batch.
    async fn send(&self, item: &Item<Message>) -> (Option<Answer>, Asked) {
        let row = &item.row;
        let account = match channels::account(&self.app, self.busy.channel).await {
            Ok(account) => account,
            Err(error) => {
                tracing::error!(channel = %self.busy.channel, %error, "the channel's token cannot be read");
                let outcome = Outcome::Later { after: TOKEN_PAUSE, reason: Reason::Internal };
                let answer = Answer { outcome, code: None, text: None, request_id: None };
                return (Some(answer), asked(row, Blame::All));
            }
        };
        if let Some(wrong) = item.message.wrong(&self.app, &account.token, row).await {
            let members = row.members().map(|queued| queued.id).collect();
            return (Some(wrong), Asked::Check(members));
        }
        // Both the question and the moment may have taken their time.
        if !self.pace.turn(row.endpoint, row.at).await || !self.may_call(item) {
            return (None, asked(row, Blame::All));
        }
        let (answer, asked) = self.call(item, &account).await;
        let answer = self.month.judge(&self.app, &account.token, row.members().count(), answer).await;
        if matches!(answer.outcome, Outcome::Stop { .. }) {
            // The token may have been replaced: the next call asks for it anew.
            self.app.channels.forget(self.busy.channel);
        }
        (Some(answer), asked)
    }

    /// Not when the server stops, nor once another engine may have taken the slice over, nor once a person held the campaign.
    fn may_call(&self, item: &Item<Message>) -> bool {
        let is_ours = !self.app.tasks.is_stopping() && item.lease.holds(self.app.clock.now());
        is_ours && !self.app.outbox.held.has(item.lease.campaign)
    }

    /// The same key and the same bytes for every try of an attempt, or of a batch that is as it was: LINE then takes it once.
    async fn call(&self, item: &Item<Message>, account: &Account) -> (Answer, Asked) {
        let (row, template, line) = (&item.row, &item.message.template, &self.app.platforms.line);
        if !row.slice.is_batch {
            let body = template.body(&row.queued.address, &row.queued.name);
            return (line.push(&account.token, key(row), body).await, Asked::Push);
        }
        let body = template.batch_body(row.members().map(|queued| queued.address.as_str()));
        let users = row.members().count();
        let (answer, blame) = line.multicast(&account.token, key(row), body, users).await;
        if blame == Blame::Messages {
            item.message.is_wrong(&answer);
        }
        (answer, asked(row, blame))
    }
}

/// The retry key of a row's call.
fn key(row: &Row) -> Uuid {
    if row.slice.is_batch {
        row.slice.key()
    } else {
        Uuid::new_v5(&row.queued.id.0, row.queued.attempt.to_string().as_bytes())
    }
}

/// What is asked of LINE for a row, and whom a refusal is about.
fn asked(row: &Row, blame: Blame) -> Asked {
    if row.slice.is_batch {
        let members = row.members().map(|queued| queued.id).collect();
        Asked::Batch(Box::new(Batch { members, blame }))
    } else {
        Asked::Push
    }
}

impl Post for LinePost {
    const LEAD: i64 = 0;

    type Message = Message;

    fn message(&self, content: &Content) -> Message {
        Message::of(Template::of(content, |media| (self.policies.media)(&self.app, self.busy.team, media)))
    }

    async fn authorised(&self) -> refused::Result<()> {
        channels::account(&self.app, self.busy.channel).await.map(drop)
    }

    fn in_flight(&self) -> usize {
        self.app.config.line.in_flight
    }

    async fn send_all(self, work: async_channel::Receiver<Item<Message>>) {
        while let Ok(item) = work.recv().await {
            let (answer, asked) =
                if self.may_call(&item) { self.send(&item).await } else { (None, asked(&item.row, Blame::All)) };
            let done = done(item.lease, &item.row, answer, asked, self.app.clock.now());
            if self.settle.send(done).await.is_err() {
                return;
            }
        }
    }
}

/// A row was answered, or is handed back without a call.
fn done(lease: Arc<Lease>, row: &Row, answer: Option<Answer>, asked: Asked, at: i64) -> Done {
    Done {
        lease,
        delivery: row.queued.id,
        attempt: row.queued.attempt,
        tries: if row.slice.is_batch { row.slice.tries } else { row.queued.tries },
        unsure: row.may_have_arrived(),
        answer,
        at,
        asked,
    }
}
