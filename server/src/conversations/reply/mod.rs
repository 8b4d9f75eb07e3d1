//! A 1:1 message to a customer: kept in the thread and put into the delivery engine, in one transaction.

mod store;

#[cfg(test)]
mod store_test;

use shared::{
    contacts::Subscription,
    content::{Content, Part, fill_name},
    conversations::{Message, Reply},
    id::{ConversationId, DeliveryId, MemberId, MessageId},
    problem::{Conflict, Problem, Rule},
    reasons::Reason,
};

use super::{Found, act::refusal, may, preview, thread, visible};
use crate::{
    caller::Caller,
    clock::Clock,
    db::{self, Tx},
    outbox::{self, NewReply},
    refused::{Refused, Result},
};

/// A message of ours, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    id: MessageId,
    conversation: ConversationId,
    member: MemberId,
    text: String,
    at: i64,
}

/// Writes to the customer. The same key again, by the same member in the same conversation, is the same message, whatever
/// happened to it or to the conversation since. The caller wakes the engine after the commit.
pub(super) fn reply(tx: &mut Tx<'_>, clock: &Clock, caller: &Caller, call: &Reply) -> Result<Message> {
    let found = visible(tx, caller, call.id)?;
    if let Some((conversation, member)) = store::place_of(tx, caller.team, call.key)? {
        if (conversation, member) != (call.id, Some(caller.member)) {
            return Err(Problem::invalid("key", Rule::Taken).into());
        }
        return written(tx, caller, call.key);
    }
    let content = checked(&call.text, &found.name)?;
    if !may(caller, &found).reply {
        return Err(Problem::conflict(refusal(&found)).into());
    }
    if let Some(reason) = unreachable(found.subscription) {
        return Err(Problem::conflict(Conflict::CannotReach { reason }).into());
    }
    let now = clock.now();
    let text = fill_name(&call.text, &found.name);
    let message = Written { id: call.key, conversation: found.id, member: caller.member, text, at: now };
    store::keep(tx, caller.team, &message)?;
    store::note_team(tx, caller.team, found.id, &preview(&message.text), now)?;
    outbox::enqueue_reply(tx, &delivery(clock.id(), caller, found, message.id, content, now))?;
    written(tx, caller, call.key)
}

/// The text as a content, if it can be sent with this name filled in.
fn checked(text: &str, name: &str) -> Result<Content, Problem> {
    let content = Content { parts: vec![Part::Text { text: text.to_owned() }] };
    content.check(name).map_err(|problem| match problem {
        Problem::Invalid { rule, .. } => Problem::invalid("text", rule),
        other => other,
    })?;
    Ok(content)
}

/// Why a customer cannot be written to, if so: LINE would answer 200 all the same (seed step 15).
fn unreachable(subscription: Subscription) -> Option<Reason> {
    match subscription {
        Subscription::Blocked => Some(Reason::Unfollowed),
        Subscription::Unsubscribed => Some(Reason::Unsubscribed),
        Subscription::Subscribed | Subscription::Unknown => None,
    }
}

fn delivery(id: DeliveryId, caller: &Caller, found: Found, message: MessageId, content: Content, now: i64) -> NewReply {
    NewReply {
        team: caller.team,
        delivery: id,
        message,
        channel: found.channel,
        identity: found.identity,
        contact: found.contact,
        conversation: found.id,
        sender: caller.member,
        address: found.address,
        name: found.name,
        content,
        now,
    }
}

fn written(tx: &mut Tx<'_>, caller: &Caller, id: MessageId) -> Result<Message> {
    thread::message(tx, caller, id)?.ok_or_else(|| Refused::fault("a reply that was kept is not there"))
}

/// Which of these replies may not go out any more, and why: asked by the engine as it claims them (`outbox::Policies`).
/// Who wrote one may have handed the conversation on since; what she wrote still goes out.
pub fn ineligible(tx: &mut Tx<'_>, deliveries: &[DeliveryId]) -> db::Result<Vec<(DeliveryId, Reason)>> {
    let found = store::subscriptions(tx, deliveries)?;
    Ok(found.into_iter().filter_map(|(id, subscription)| Some((id, unreachable(subscription)?))).collect())
}
