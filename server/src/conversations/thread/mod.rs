//! The thread of a conversation: messages either way, what staff did, and the group sends she was in.

mod store;

#[cfg(test)]
mod store_test;

use std::collections::{BTreeMap, HashMap};

use shared::{
    call::Page,
    content::{Content, Part},
    conversations::{Entry, EventKind, MediaRef, Message, MessageKind, ShowThread},
    deliveries::{DeliveryState, Outcome},
    id::{CampaignId, ConversationId, DeliveryId, EventId, MediaId, MemberId, MessageId, TeamId},
    members::MemberRef,
    reasons::Reason,
    templates::Filled,
};

use super::{
    cursor::{self, Cursor},
    reply, visible,
};
use crate::{
    App,
    caller::{Caller, Zone},
    campaigns::{self, SentPart},
    db::{self, Tx},
    media::{self, Stored},
    refused::{Refused, Result},
};

/// Something that happened to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Who did it; nobody where the customer did.
    pub by: Option<MemberId>,
    /// The new owner, of a transfer.
    pub to: Option<MemberId>,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// Appends to what happened.
pub(super) fn append(
    tx: &mut Tx<'_>,
    team: TeamId,
    conversation: ConversationId,
    id: EventId,
    event: Event,
) -> db::Result<()> {
    store::append(tx, team, conversation, id, event)
}

/// A message as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct MessageRow {
    id: MessageId,
    from_customer: bool,
    kind: MessageKind,
    text: String,
    media: Option<Stored>,
    template: Option<Box<Filled>>,
    at: i64,
    by: Option<MemberRef>,
    /// The first message of the same reply; none on the first itself.
    part_of: Option<MessageId>,
    delivery: Option<DeliveryId>,
    state: Option<DeliveryState>,
    reason: Option<Reason>,
}

/// An event as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct EventRow {
    id: EventId,
    kind: EventKind,
    by: Option<MemberRef>,
    to: Option<MemberRef>,
    at: i64,
}

/// A delivery of a group send as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DeliveryRow {
    id: DeliveryId,
    campaign: CampaignId,
    content: Content,
    name: String,
    sender: MemberRef,
    state: DeliveryState,
    reason: Option<Reason>,
    at: i64,
}

/// An entry with its place in the thread: by time, then by its key.
type Placed = ((i64, String), Entry);

/// A page of the thread, newest first.
pub(super) async fn show(app: &App, caller: Caller, call: ShowThread) -> Result<Page<Entry>> {
    let limit = cursor::page_limit(call.limit)?;
    let after = Cursor::read(call.after.as_deref())?;
    let for_media = app.clone();
    app.db
        .read(move |tx| {
            visible(tx, &caller, call.id)?;
            let reference = |stored: &Stored| media::reference(&for_media, stored);
            let entries = entries(tx, &caller, call.id, after.as_ref(), limit + 1, &reference)?;
            let page = cursor::page(entries, limit, |((at, key), _)| Cursor { at: *at, key: key.clone() });
            Ok::<_, Refused>(Page { items: page.items.into_iter().map(|(_, entry)| entry).collect(), next: page.next })
        })
        .await
}

/// Makes of a stored medium what those get who may see the conversation.
pub(super) type Reference<'a> = &'a dyn Fn(&Stored) -> MediaRef;

/// The newest entries before the cursor: the newest of each of the three sources, merged.
fn entries(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: ConversationId,
    before: Option<&Cursor>,
    limit: usize,
    reference: Reference<'_>,
) -> Result<Vec<Placed>> {
    let zone = caller.zone;
    let messages = store::messages(tx, caller.team, id, before, limit)?;
    let events = store::events(tx, caller.team, id, before, limit)?;
    // The page before may have ended inside a delivery: it is read again for the rest of its parts.
    let deliveries = store::deliveries(tx, caller.team, id, before, limit + 1)?;
    let sent = sent_media(tx, caller.team, &deliveries, reference)?;
    let replied = messages.iter().filter_map(|row| row.delivery);
    let tried: Vec<DeliveryId> = replied.chain(deliveries.iter().map(|row| row.id)).collect();
    let tried = campaigns::parts(tx, caller.team, &tried)?;

    let mut entries: Vec<Placed> = Vec::new();
    entries.extend(
        messages
            .into_iter()
            .map(|row| ((row.at, row.id.to_string()), Entry::Message(shown(row, zone, &tried, reference)))),
    );
    entries.extend(events.into_iter().map(|row| place_event(row, zone)));
    entries.extend(deliveries.into_iter().flat_map(|row| place_parts(row, zone, &sent, &tried)));
    if let Some(before) = before {
        entries.retain(|((at, key), _)| (*at, key) < (before.at, &before.key));
    }
    entries.sort_by(|(a, _), (b, _)| b.cmp(a));
    entries.truncate(limit);
    Ok(entries)
}

/// The pictures and films of these sends, for those who may see the conversation.
fn sent_media(
    tx: &mut Tx<'_>,
    team: TeamId,
    deliveries: &[DeliveryRow],
    reference: Reference<'_>,
) -> db::Result<HashMap<MediaId, MediaRef>> {
    let mut ids: Vec<MediaId> = deliveries.iter().flat_map(|row| row.content.media()).map(|(_, id)| id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(store::media(tx, team, &ids)?.iter().map(|stored| (stored.id, reference(stored))).collect())
}

/// The messages of these recipients that were sent one by one.
type Tried = BTreeMap<DeliveryId, Vec<SentPart>>;

/// How the message at this place of a delivery stands, and why: by itself, where it was sent by itself (domain.md 11.19), else
/// as the whole. One that was left out after another failed did not go out either.
fn standing(
    tried: &Tried,
    delivery: DeliveryId,
    place: usize,
    whole: (DeliveryState, Option<Reason>),
) -> (Outcome, Option<Reason>) {
    let parts = tried.get(&delivery).map(Vec::as_slice).unwrap_or_default();
    let (state, reason) = whole;
    match parts.iter().find(|part| usize::try_from(part.part) == Ok(place)) {
        Some(SentPart { outcome: Some(outcome), reason, .. }) => (*outcome, *reason),
        _ => (state.outcome(), reason),
    }
}

fn shown(row: MessageRow, zone: Zone, tried: &Tried, reference: Reference<'_>) -> Message {
    let place = row.part_of.and_then(|key| reply::ids(key).iter().position(|id| *id == row.id)).unwrap_or_default();
    let stands = row.delivery.zip(row.state);
    let stands = stands.map(|(delivery, state)| standing(tried, delivery, place, (state, row.reason)));
    Message {
        id: row.id.to_string(),
        from_customer: row.from_customer,
        kind: row.kind,
        text: row.text,
        media: row.media.as_ref().map(reference),
        template: row.template,
        at: zone.stamp(row.at),
        by: row.by,
        campaign: None,
        outcome: stands.map(|(outcome, _)| outcome),
        reason: stands.and_then(|(_, reason)| reason),
    }
}

fn place_event(row: EventRow, zone: Zone) -> Placed {
    let entry = Entry::Event { id: row.id, at: zone.stamp(row.at), what: row.kind, by: row.by, to: row.to };
    ((row.at, row.id.to_string()), entry)
}

/// One message for each part of a group send, as this customer gets it.
fn place_parts(row: DeliveryRow, zone: Zone, sent: &HashMap<MediaId, MediaRef>, tried: &Tried) -> Vec<Placed> {
    let parts = row.content.filled(&row.name).parts;
    let place = |(place, part): (usize, Part)| {
        let id = format!("{}:{place}", row.id);
        let (outcome, reason) = standing(tried, row.id, place, (row.state, row.reason));
        let message = Message {
            id: id.clone(),
            from_customer: false,
            kind: kind_of(&part),
            media: medium_of(&part).map(|id| sent.get(&id).cloned().unwrap_or_else(|| lost(id))),
            text: text_of(&part),
            template: part.as_template().cloned().map(Box::new),
            at: zone.stamp(row.at),
            by: Some(row.sender.clone()),
            campaign: Some(row.campaign),
            outcome: Some(outcome),
            reason,
        };
        ((row.at, id), Entry::Message(message))
    };
    parts.into_iter().enumerate().map(place).collect()
}

/// What a part of a send is as a message.
pub(super) fn kind_of(part: &Part) -> MessageKind {
    match part {
        Part::Text { .. } => MessageKind::Text,
        Part::Image { .. } => MessageKind::Image,
        Part::Video { .. } => MessageKind::Video,
        Part::Template(_) => MessageKind::Template,
    }
}

/// The picture or film of a part, a template's header included.
pub(super) fn medium_of(part: &Part) -> Option<MediaId> {
    part.as_media().map(|(_, id)| id).or_else(|| part.as_template().and_then(|filled| filled.header))
}

/// What a part says in words.
pub(super) fn text_of(part: &Part) -> String {
    let template = || part.as_template().map(|filled| filled.rendered("").body);
    part.as_text().map(str::to_owned).or_else(template).unwrap_or_default()
}

/// A medium that is not kept any more.
fn lost(id: MediaId) -> MediaRef {
    MediaRef { id, mime: String::new(), name: None, size: None, url: None, preview_url: None, lost: true }
}

/// Those of these messages that are there, oldest first, as their sender is answered.
pub(super) fn messages(
    tx: &mut Tx<'_>,
    caller: &Caller,
    ids: &[MessageId],
    reference: Reference<'_>,
) -> Result<Vec<Message>> {
    let rows = store::messages_of(tx, caller.team, ids)?;
    let deliveries: Vec<DeliveryId> = rows.iter().filter_map(|row| row.delivery).collect();
    let tried = campaigns::parts(tx, caller.team, &deliveries)?;
    Ok(rows.into_iter().map(|row| shown(row, caller.zone, &tried, reference)).collect())
}
