//! Many customers and acts at once, several events per webhook: to fill a demo in seconds, or as a storm.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Act, CustomerSummary, NewCustomer, WhatsappWorld, webhook::Pack};
use crate::{
    WorldError,
    delivery::{self, Delivery},
};

/// Body of `POST /_sandbox/whatsapp/batch`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Name of the number.
    pub number: String,
    /// Events per webhook call, 100 if left out.
    #[serde(default = "hundred")]
    pub per_call: usize,
    /// How they share a call.
    #[serde(default)]
    pub pack: Pack,
    /// Without webhooks: it simply happened.
    #[serde(default)]
    pub silent: bool,
    /// New customers, in this order.
    #[serde(default)]
    pub customers: Vec<BatchCustomer>,
    /// Acts of customers already there, after the new ones.
    #[serde(default)]
    pub acts: Vec<BatchAct>,
}

const fn hundred() -> usize {
    100
}

impl Batch {
    /// A batch for this number with nobody in it yet.
    pub fn new(number: &str) -> Self {
        Self {
            number: number.to_owned(),
            per_call: hundred(),
            pack: Pack::default(),
            silent: false,
            customers: Vec::new(),
            acts: Vec::new(),
        }
    }
}

/// A new customer, who then writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCustomer {
    /// Who.
    #[serde(flatten)]
    pub new: NewCustomer,
    /// `timestamp` of the messages, milliseconds; each next one is a second later. Now if left out.
    #[serde(default)]
    pub timestamp: Option<i64>,
    /// What they write.
    #[serde(default)]
    pub texts: Vec<String>,
}

/// An act of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchAct {
    /// The id here, the phone number with `+`, or the BSUID.
    pub user: String,
    /// What they do.
    pub act: Act,
    /// `timestamp` of the event, milliseconds; now if left out.
    #[serde(default)]
    pub timestamp: Option<i64>,
}

/// What a batch did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchDone {
    /// The new customers, in the order given.
    pub customers: Vec<CustomerSummary>,
    /// Events made.
    pub events: usize,
    /// Webhook calls.
    pub calls: usize,
    /// Calls not answered with 200 at the first try; they are sent again.
    pub failed: usize,
}

impl WhatsappWorld {
    /// Does a whole batch; the calls go out one after the other, so that events arrive in order.
    pub async fn batch(&self, batch: Batch) -> Result<BatchDone, WorldError> {
        if batch.per_call == 0 {
            return Err(WorldError::invalid("per_call", "must be at least 1"));
        }
        let number = self.number(&batch.number)?;
        let waba = number.spec().waba.clone();
        let mut done = BatchDone::default();
        let mut events: Vec<Value> = Vec::new();
        for BatchCustomer { new, timestamp, texts } in batch.customers {
            let person = self.new_person(&number, new)?;
            for (text, later) in texts.into_iter().zip(0..) {
                let at_ms = timestamp.map(|at_ms| at_ms + later * 1000);
                events.extend(self.perform(&number, &person, Act::text(&text), at_ms)?.events);
            }
            done.customers.push(person.summary(&number.name, self.0.common.clock.now_ms()));
        }
        for BatchAct { user, act, timestamp } in batch.acts {
            let person = self.person(&number, &user)?;
            events.extend(self.perform(&number, &person, act, timestamp)?.events);
        }
        done.events = events.len();
        let hook = self.hook_of(&waba, batch.pack).filter(|_| !batch.silent);
        if let Some(hook) = hook.filter(super::webhook::AppHook::is_set) {
            for events in events.chunks(batch.per_call) {
                done.calls += 1;
                let answered = delivery::deliver(&hook, events.to_vec(), Delivery::Now).await;
                done.failed += usize::from(answered != Some(200));
            }
        }
        Ok(done)
    }
}
