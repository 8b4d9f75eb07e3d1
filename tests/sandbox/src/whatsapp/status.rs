//! Statuses: what a number is told of the messages it sent (providers.md B5).

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{
    StatusPlan, WhatsappWorld,
    account::Number,
    check::To,
    customer::Customer,
    errors, wamid,
    webhook::{self, Pack},
};
use crate::{
    delivery::{self, Delivery},
    ledger::Accepted,
};

/// A message that was accepted, with what its statuses need.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub number: Arc<Number>,
    pub waba: String,
    /// Nobody when it was for a number that is nobody's.
    pub person: Option<Arc<Customer>>,
    pub to: To,
    pub accepted: Arc<Accepted>,
    /// Of its template, or `service`.
    pub category: String,
}

impl Outgoing {
    /// It is on the phone from now on.
    pub(super) fn arrive(&self) {
        if let Some(person) = &self.person {
            person.arrive(&self.number.name, self.accepted.clone());
        }
    }
}

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Sent,
    Delivered,
    Read,
    Failed(i64),
}

impl Told {
    const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed(_) => "failed",
        }
    }
}

/// What is told when, and when it happened, both in milliseconds after acceptance; the earliest first.
fn steps(plan: &StatusPlan, receipts: bool) -> Vec<(u64, Told, u64)> {
    let read_ms = plan.read_ms.filter(|_| receipts);
    let first = |of: &[Option<u64>]| of.iter().flatten().copied().min().unwrap_or(0);
    let mut steps: Vec<_> = [
        (plan.sent_ms, Told::Sent, first(&[plan.sent_ms, plan.delivered_ms, read_ms])),
        (plan.delivered_ms, Told::Delivered, first(&[plan.delivered_ms, read_ms])),
        (read_ms, Told::Read, first(&[read_ms])),
    ]
    .into_iter()
    .filter_map(|(told_ms, told, happened_ms)| told_ms.map(|told_ms| (told_ms, told, happened_ms)))
    .collect();
    if let Some(code) = plan.failed {
        steps.push((plan.failed_ms, Told::Failed(code), plan.failed_ms));
    }
    steps.sort_by_key(|(told_ms, ..)| *told_ms);
    steps
}

impl WhatsappWorld {
    /// Tells what becomes of a message, in the background; what the plan wants told early is waited for. It is told all
    /// the same where the caller hangs up meanwhile.
    pub(super) async fn tell(&self, outgoing: Arc<Outgoing>, plan: StatusPlan) {
        let steps = steps(&plan, outgoing.person.as_ref().is_none_or(|person| person.receipts));
        let early = if plan.early { steps.partition_point(|(told_ms, ..)| *told_ms == 0) } else { 0 };
        if steps.is_empty() {
            return;
        }
        let (told_early, is_told) = oneshot::channel();
        let mut told_early = Some(told_early);
        let (world, under_way) = (self.clone(), self.begin());
        self.0.common.in_background(async move {
            let mut waited = 0;
            for (place, (told_ms, told, happened_ms)) in steps.into_iter().enumerate() {
                if place >= early {
                    drop(told_early.take());
                }
                tokio::time::sleep(Duration::from_millis(told_ms - waited)).await;
                waited = told_ms;
                world.tell_one(&outgoing, told, happened_ms, plan).await;
            }
            drop((told_early, under_way));
        });
        if early > 0 {
            // Nothing is ever sent: it ends when the other half is dropped.
            let _: Result<(), _> = is_told.await;
        }
    }

    async fn tell_one(&self, outgoing: &Outgoing, told: Told, happened_ms: u64, plan: StatusPlan) {
        let at_ms = outgoing.accepted.at_ms.saturating_add(i64::try_from(happened_ms).unwrap_or(0));
        if told == Told::Read
            && let Some(person) = &outgoing.person
        {
            person.read_one(&outgoing.number.name, outgoing.accepted.first_message_id);
        }
        let event = status(outgoing, told, at_ms);
        let how = match (plan.held, plan.twice) {
            (true, _) => Delivery::Held,
            (false, true) => Delivery::Twice,
            (false, false) => Delivery::Now,
        };
        let Some(hook) = self.hook_of(&outgoing.waba, Pack::default()) else { return };
        if let Some(calls) = self.common().calls.as_ref().filter(|_| hook.is_set()) {
            calls.tell(wamid::text(outgoing.accepted.first_message_id), told.name());
        }
        delivery::deliver(&hook, vec![event], how).await;
    }
}

/// The statuses of messages that somebody just read, if they let it be known.
pub(super) fn read_statuses(number: &Arc<Number>, person: &Arc<Customer>, at_ms: i64) -> Vec<Value> {
    let read = person.read_all(&number.name);
    if !person.receipts {
        return Vec::new();
    }
    let identity = person.identity();
    let to = match (identity.phone, identity.bsuid) {
        (Some(phone), _) => To::Phone(phone),
        (None, bsuid) => To::Bsuid(bsuid.unwrap_or_default()),
    };
    let told = |accepted: Arc<Accepted>| {
        let category = accepted.shown.as_ref().and_then(|shown| shown["category"].as_str()).unwrap_or("service");
        let outgoing = Outgoing {
            number: number.clone(),
            waba: number.spec().waba.clone(),
            person: Some(person.clone()),
            to: to.clone(),
            category: category.to_lowercase(),
            accepted,
        };
        status(&outgoing, Told::Read, at_ms)
    };
    read.into_iter().map(told).collect()
}

/// The event of one status.
fn status(outgoing: &Outgoing, told: Told, at_ms: i64) -> Value {
    let mut status = json!({
        "id": wamid::text(outgoing.accepted.first_message_id),
        "status": told.name(),
        "timestamp": (at_ms / 1000).to_string(),
    });
    let identity = outgoing.person.as_ref().map(|person| person.identity()).unwrap_or_default();
    let phone = match &outgoing.to {
        To::Phone(digits) => Some(digits.clone()),
        To::Bsuid(_) => identity.phone.clone(),
    };
    if let Some(phone) = phone {
        status["recipient_id"] = json!(phone);
    }
    let failed = matches!(told, Told::Failed(_));
    let bsuid = match &outgoing.to {
        To::Bsuid(id) => Some(id.clone()),
        // A failed message to a phone number tells no BSUID (providers.md B5).
        To::Phone(_) => identity.bsuid.clone().filter(|_| !failed),
    };
    if let Some(bsuid) = bsuid {
        status["recipient_user_id"] = json!(bsuid);
    }
    if let Some(callback) = &outgoing.accepted.callback {
        status["biz_opaque_callback_data"] = json!(callback);
    }
    if let Told::Failed(code) = told {
        status["errors"] = json!([errors::told(code)]);
    } else {
        status["pricing"] =
            json!({ "billable": true, "pricing_model": "PMP", "type": "regular", "category": outgoing.category });
    }
    let mut value = webhook::value(&outgoing.number.spec());
    if let Some(person) = outgoing.person.as_ref().filter(|_| !failed) {
        value["contacts"] = json!([webhook::contact(person)]);
    }
    value["statuses"] = json!([status]);
    webhook::event(&outgoing.waba, "messages", &value)
}

#[cfg(test)]
mod tests {
    use super::{StatusPlan, Told, steps};

    #[test]
    fn what_is_told_late_happened_in_order() {
        let plan = StatusPlan { sent_ms: Some(90), delivered_ms: Some(50), read_ms: Some(70), ..StatusPlan::NEVER };
        let told = steps(&plan, true);
        assert_eq!(told, [(50, Told::Delivered, 50), (70, Told::Read, 70), (90, Told::Sent, 50)]);
        assert_eq!(steps(&plan, false).len(), 2, "read receipts are off");
        assert_eq!(steps(&StatusPlan::failed(131_049), true), [(0, Told::Failed(131_049), 0)]);
        assert_eq!(steps(&StatusPlan::NEVER, true), []);
    }
}
