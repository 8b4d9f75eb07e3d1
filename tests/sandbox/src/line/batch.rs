//! Many customers and acts at once, several events per webhook, to fill a demo in seconds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Act, CustomerSummary, Delivery, LineWorld, Relation, WorldError, channel::Channel};

/// Body of `POST /_sandbox/line/batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Name of the channel.
    pub channel: String,
    /// Events per webhook call, 100 if left out.
    #[serde(default = "hundred")]
    pub per_call: usize,
    /// Without webhooks: the customers simply are there, friends when they follow.
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

/// A new customer: follows unless told not to, then writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCustomer {
    /// Display name.
    pub name: String,
    /// BCP 47 tag.
    #[serde(default)]
    pub language: Option<String>,
    /// Adds the account as a friend.
    #[serde(default = "yes")]
    pub follow: bool,
    /// `timestamp` of the events, milliseconds; each next one is 1 ms later. Now if left out.
    #[serde(default)]
    pub timestamp: Option<i64>,
    /// What they write.
    #[serde(default)]
    pub texts: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// An act of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAct {
    /// User id.
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
    /// Calls not answered with 200 at the first try; they are redelivered.
    pub failed: usize,
}

impl LineWorld {
    /// Does a whole batch; the calls go out one after the other, so that events arrive in order.
    pub async fn batch(&self, batch: Batch) -> Result<BatchDone, WorldError> {
        if batch.per_call == 0 {
            return Err(WorldError::Invalid { field: "per_call", cure: "must be at least 1".to_owned() });
        }
        let channel = self.channel(&batch.channel)?;
        let mut done = BatchDone::default();
        let mut events = Vec::with_capacity(batch.per_call);
        for new in batch.customers {
            let customer = self.new_customer(&channel, &new.name, new.language.as_deref());
            let mut acts: Vec<Act> = new.texts.into_iter().map(|text| Act::Text { text }).collect();
            if new.follow && batch.silent {
                self.relate(&channel, &customer, Relation::Friend);
            } else if new.follow {
                acts.insert(0, Act::Follow);
            }
            for (act, later) in acts.into_iter().zip(0..) {
                let at_ms = new.timestamp.map(|at_ms| at_ms + later);
                events.push(self.perform(&channel, &customer, act, at_ms)?);
                self.send_full(&channel, &mut events, (batch.per_call, batch.silent), &mut done).await;
            }
            done.customers.push(customer.summary());
        }
        for BatchAct { user, act, timestamp } in batch.acts {
            let customer = channel.known(&user)?;
            events.push(self.perform(&channel, &customer, act, timestamp)?);
            self.send_full(&channel, &mut events, (batch.per_call, batch.silent), &mut done).await;
        }
        self.send_full(&channel, &mut events, (1, batch.silent), &mut done).await;
        Ok(done)
    }

    async fn send_full(
        &self,
        channel: &Arc<Channel>,
        events: &mut Vec<Value>,
        (enough, silent): (usize, bool),
        done: &mut BatchDone,
    ) {
        if events.len() < enough {
            return;
        }
        let events = std::mem::take(events);
        done.events += events.len();
        if !silent && channel.settings().spec.webhook_url.is_some() {
            done.calls += 1;
            let answered = self.deliver(channel, events, Delivery::Now).await;
            done.failed += usize::from(answered != Some(200));
        }
    }
}
