//! A 1:1 reply to a customer, of one to five messages: kept in the thread and put into the delivery engine as one push,
//! in one transaction.

mod store;

#[cfg(test)]
mod store_test;

use std::collections::BTreeSet;

use shared::{
    contacts::Subscription,
    content::{Content, Part},
    conversations::{Message, MessageKind, Reply, Window},
    id::{ConversationId, DeliveryId, MediaId, MemberId, MessageId},
    limits::MAX_PARTS,
    problem::{Conflict, Problem, Rule},
    reasons::Reason,
    templates::Filled,
};
use uuid::Uuid;

use super::{Found, act::refusal, may, preview, thread, visible};
use crate::{
    App,
    caller::Caller,
    campaigns::reach,
    db::{self, Tx},
    media::{self, Holder},
    outbox::{self, NewReply},
    refused::Result,
    templates,
};

/// A message of ours, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    id: MessageId,
    conversation: ConversationId,
    member: MemberId,
    kind: MessageKind,
    /// With the name filled in; empty for a picture or film, the body of a template.
    text: String,
    /// A picture or film, a template's header included.
    media: Option<MediaId>,
    /// Filled in for this customer.
    template: Option<Filled>,
    /// The first message of the same reply; none on the first itself.
    part_of: Option<MessageId>,
    at: i64,
}

/// Writes to the customer. The same key again, by the same member in the same conversation, is the same reply, whatever
/// happened to it or to the conversation since. The caller wakes the engine after the commit.
pub(super) fn reply(tx: &mut Tx<'_>, app: &App, caller: &Caller, call: &Reply) -> Result<Vec<Message>> {
    let place = store::place_of(tx, caller.team, call.key)?;
    if place == Some((call.id, Some(caller.member))) {
        return written(tx, app, caller, call.key);
    }
    let found = visible(tx, caller, call.id)?;
    if place.is_some() {
        return Err(Problem::invalid("key", Rule::Taken).into());
    }
    let ids: Vec<MediaId> = call.content.media().map(|(_, id)| id).collect();
    check(tx, app, caller, &found, &call.content, &ids)?;
    if !may(caller, &found).reply {
        return Err(Problem::conflict(refusal(&found)).into());
    }
    let now = app.clock.now();
    let window = Window::of(found.platform, found.last_customer_at, now);
    let template = call.content.template();
    if let Some(reason) = unreachable(found.subscription, window, template.is_some()) {
        return Err(Problem::conflict(Conflict::CannotReach { reason }).into());
    }
    if let Some(filled) = template {
        templates::check(tx, caller, found.channel, filled)?;
        count_in(tx, caller, &found, window, now)?;
    }
    let messages = messages(caller, &found, call, now);
    for message in &messages {
        store::keep(tx, caller.team, message)?;
    }
    if let Some(last) = messages.last() {
        store::note_team(tx, caller.team, found.id, last.kind, &preview(&last.text), last.at)?;
    }
    media::hold(tx, caller.team, Holder::Message(call.key), &ids)?;
    outbox::enqueue_reply(tx, &delivery(app.clock.id(), caller, found, call, now))?;
    written(tx, app, caller, call.key)
}

/// Refuses what cannot be sent to this customer.
fn check(
    tx: &mut Tx<'_>,
    app: &App,
    caller: &Caller,
    found: &Found,
    content: &Content,
    media: &[MediaId],
) -> Result<()> {
    let media = media::infos(app, tx, caller.team, media)?;
    Ok(content.check(&found.name, &[found.platform], &media)?)
}

/// Counts a customer in whose window is closed: of the people whom the business may write to first within 24 hours.
fn count_in(tx: &mut Tx<'_>, caller: &Caller, found: &Found, window: Window, now: i64) -> Result<()> {
    if window != Window::Closed {
        return Ok(());
    }
    if let Some(reach) = reach::of(tx, caller.team, found.channel, &BTreeSet::from([found.contact]), now)? {
        reach::check(reach)?;
    }
    Ok(reach::note(tx, caller.team, &[found.id], now)?)
}

/// The messages of a reply. They arrive together; a millisecond between them keeps their order in the thread.
fn messages(caller: &Caller, found: &Found, call: &Reply, now: i64) -> Vec<Written> {
    let parts = call.content.filled(&found.name).parts;
    let written = |(at, (id, part)): (i64, (MessageId, Part))| Written {
        id,
        conversation: found.id,
        member: caller.member,
        kind: thread::kind_of(&part),
        text: thread::text_of(&part),
        media: thread::medium_of(&part),
        template: part.as_template().cloned(),
        part_of: (id != call.key).then_some(call.key),
        at,
    };
    (now..).zip(ids(call.key).into_iter().zip(parts)).map(written).collect()
}

/// The ids that the messages of this reply have or would have: the first is the key.
pub(super) fn ids(key: MessageId) -> Vec<MessageId> {
    let rest = (1..MAX_PARTS).map(|place| MessageId(Uuid::new_v5(&key.0, place.to_string().as_bytes())));
    std::iter::once(key).chain(rest).collect()
}

/// Why a customer cannot be written to, if so: LINE would answer 200 all the same (seed step 15), and WhatsApp takes
/// nothing but templates outside the window (seed step 18).
fn unreachable(subscription: Subscription, window: Window, is_template: bool) -> Option<Reason> {
    match subscription {
        Subscription::Blocked => Some(Reason::Unfollowed),
        Subscription::Unsubscribed => Some(Reason::Unsubscribed),
        Subscription::Subscribed | Subscription::Unknown => {
            (window == Window::Closed && !is_template).then_some(Reason::WaWindowClosed)
        }
    }
}

fn delivery(id: DeliveryId, caller: &Caller, found: Found, call: &Reply, now: i64) -> NewReply {
    NewReply {
        team: caller.team,
        delivery: id,
        message: call.key,
        channel: found.channel,
        identity: found.identity,
        contact: found.contact,
        conversation: found.id,
        sender: caller.member,
        address: found.address,
        name: found.name,
        content: call.content.clone(),
        now,
    }
}

fn written(tx: &mut Tx<'_>, app: &App, caller: &Caller, key: MessageId) -> Result<Vec<Message>> {
    thread::messages(tx, caller, &ids(key), &|stored| media::reference(app, stored))
}

/// Which of these replies may not go out any more at this time (UTC ms), and why: asked by the engine as it claims them
/// (`outbox::Policies`). Who wrote one may have handed the conversation on since; what she wrote still goes out.
pub fn ineligible(tx: &mut Tx<'_>, deliveries: &[DeliveryId], now: i64) -> db::Result<Vec<(DeliveryId, Reason)>> {
    let unfit = |one: store::Waiting| {
        let window = Window::of(one.platform, one.last_customer_at, now);
        Some((one.delivery, unreachable(one.subscription, window, one.is_template)?))
    };
    Ok(store::waiting(tx, deliveries)?.into_iter().filter_map(unfit).collect())
}
