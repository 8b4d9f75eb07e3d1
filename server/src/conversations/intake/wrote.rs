//! Customers write: their messages are kept and counted in, however many come at once.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    slice,
};

use shared::{
    conversations::{ConversationState, EventKind},
    id::{ConversationId, IdentityId, MessageId, TeamId},
};

use super::{
    Event, Inbound, Wrote, history,
    store::{self, NewMessage, Note, Place},
};
use crate::{
    clock::Clock,
    conversations::{preview, standings},
    db::{self, Tx},
    live::News,
};

/// As [`customers_wrote`], of one message.
pub fn customer_wrote(tx: &mut Tx<'_>, clock: &Clock, inbound: &Inbound) -> db::Result<Wrote> {
    let wrote = customers_wrote(tx, clock, slice::from_ref(inbound))?;
    wrote.into_iter().next().ok_or(db::Error::NotFound)
}

/// Keeps customers' messages; of one customer's, in the order given. Without a conversation a pending one begins; a
/// closed one becomes pending and nobody's; others stay as they are (domain.md 3.1).
pub fn customers_wrote(tx: &mut Tx<'_>, clock: &Clock, inbound: &[Inbound]) -> db::Result<Vec<Wrote>> {
    let places = places(tx, clock, inbound)?;
    let mut messages = Vec::with_capacity(inbound.len());
    for one in inbound {
        let place = places.get(&(one.team, one.identity)).ok_or(db::Error::NotFound)?;
        // No database text may hold a NUL.
        let text = one.text.replace('\0', "");
        messages.push(NewMessage { id: clock.id(), conversation: place.conversation, inbound: one, text });
    }
    let new: HashSet<MessageId> = store::keep_messages(tx, &messages, clock.now())?.into_iter().collect();
    let notes = noted(messages.iter().filter(|message| new.contains(&message.id)));
    let mut reopened = HashMap::new();
    for place in places.values().filter(|place| place.state == ConversationState::Closed) {
        let Some(note) = notes.get(&place.conversation) else { continue };
        // It goes out of the sight of who had it.
        let before = standings(tx, note.team, &[note.id])?.into_iter().next().map(|(_, standing)| standing);
        reopened.insert(note.id, before);
        store::reopen(tx, note.team, note.id)?;
        // By the platform's time, which may be cut to seconds, she may have written before it was closed.
        let at = note.first_at.max(store::last_event_at(tx, note.team, note.id)?);
        let event = Event { kind: EventKind::Reopened, by: None, to: None, at };
        history(tx, clock, note.team, note.id, event)?;
    }
    store::note_customers(tx, notes.values())?;
    for note in notes.values() {
        let before = reopened.remove(&note.id).flatten();
        tx.tell(News::Changed { team: note.team, subject: note.id.into(), before });
    }
    let wrote = |message: &NewMessage<'_>| {
        let NewMessage { id, conversation, .. } = *message;
        if new.contains(&id) { Wrote::New { conversation, message: id } } else { Wrote::Duplicate }
    };
    Ok(messages.iter().map(wrote).collect())
}

/// The conversations of these messages' customers, locked; those that are missing begin.
fn places(tx: &mut Tx<'_>, clock: &Clock, inbound: &[Inbound]) -> db::Result<HashMap<(TeamId, IdentityId), Place>> {
    // In one order for everybody, so that two servers do not lock each other out.
    let mut customers = BTreeMap::new();
    for one in inbound {
        customers.entry((one.team, one.identity)).or_insert(one);
    }
    let of = |places: Vec<Place>| places.into_iter().map(|place| ((place.team, place.identity), place));
    let all: Vec<_> = customers.keys().copied().collect();
    let mut found: HashMap<_, _> = of(store::lock(tx, &all)?).collect();
    customers.retain(|customer, _| !found.contains_key(customer));
    for first in customers.values() {
        store::begin(tx, first, clock.id(), clock.now())?;
    }
    // Another event of hers may have begun it at the same moment; then that one counts.
    let begun: Vec<_> = customers.into_keys().collect();
    found.extend(of(store::lock(tx, &begun)?));
    Ok(found)
}

/// What new messages change of each conversation. The latest is the one that is shown; of the same moment, the one that
/// came last.
fn noted<'m>(messages: impl Iterator<Item = &'m NewMessage<'m>>) -> BTreeMap<ConversationId, Note> {
    let mut notes = BTreeMap::<ConversationId, Note>::new();
    for NewMessage { conversation, inbound, text, .. } in messages {
        let note = notes.entry(*conversation).or_insert_with(|| Note {
            team: inbound.team,
            id: *conversation,
            messages: 0,
            first_at: inbound.at,
            last_at: inbound.at,
            kind: inbound.kind,
            preview: String::new(),
            token: None,
        });
        note.messages += 1;
        note.first_at = note.first_at.min(inbound.at);
        if inbound.at >= note.last_at {
            (note.last_at, note.kind, note.preview) = (inbound.at, inbound.kind, preview(text));
        }
        if let Some(token) = &inbound.reply_token
            && note.token.as_ref().is_none_or(|(_, at)| inbound.at >= *at)
        {
            note.token = Some((token.clone(), inbound.at));
        }
    }
    notes
}
