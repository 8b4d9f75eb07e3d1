//! The list of conversations and its counts.

mod store;

#[cfg(test)]
mod store_test;

use shared::{
    call::Page,
    contacts::{ChannelRef, Subscription, Tag},
    conversations::{
        Conversation, ConversationCard, ConversationFilter, ConversationState, CountConversations, Counts, LastMessage,
        ListConversations, MessageKind, Scope,
    },
    id::{ContactId, ConversationId},
    members::{MemberRef, Role},
};

use super::{
    cursor::{self, Cursor},
    filter::Asked,
    may, missing, visible,
};
use crate::{
    caller::{Caller, Zone},
    db::Tx,
    refused::Result,
};

/// A card as the database has it; its tags are read for the whole page at once.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CardRow {
    id: ConversationId,
    contact: ContactId,
    name: String,
    channel: ChannelRef,
    state: ConversationState,
    subscription: Subscription,
    unread: u32,
    waiting_since: Option<i64>,
    last_at: i64,
    last: Option<LastRow>,
    last_customer_at: Option<i64>,
    owner: Option<MemberRef>,
}

/// The last message of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LastRow {
    kind: MessageKind,
    text: String,
    from_customer: bool,
    at: i64,
}

impl CardRow {
    fn card(self, zone: Zone, tags: &[(ContactId, Tag)]) -> ConversationCard {
        let mine = tags.iter().filter(|(contact, _)| *contact == self.contact);
        ConversationCard {
            id: self.id,
            name: self.name,
            channel: self.channel,
            state: self.state,
            subscription: self.subscription,
            unread: self.unread,
            waiting_since: self.waiting_since.map(|at| zone.stamp(at)),
            last: self.last.map(|last| LastMessage {
                kind: last.kind,
                text: last.text,
                from_customer: last.from_customer,
                at: zone.stamp(last.at),
            }),
            last_customer_at: self.last_customer_at.map(|at| zone.stamp(at)),
            tags: mine.map(|(_, tag)| tag.clone()).collect(),
            owner: self.owner,
        }
    }
}

/// A page of a tab. `now` is UTC milliseconds.
pub(super) fn list(
    tx: &mut Tx<'_>,
    caller: &Caller,
    call: &ListConversations,
    now: i64,
) -> Result<Page<ConversationCard>> {
    call.filter.check("filter")?;
    let limit = cursor::page_limit(call.limit)?;
    let after = Cursor::read(call.after.as_deref())?;
    let asked = Asked { state: call.state, scope: call.scope, filter: &call.filter, now };
    let rows = store::page(tx, caller, &asked, call.sort, after.as_ref(), limit + 1)?;
    let page = cursor::page(rows, limit, |row| Cursor { at: row.last_at, key: row.id.to_string() });
    let contacts: Vec<ContactId> = page.items.iter().map(|row| row.contact).collect();
    let tags = store::tags(tx, caller.team, &contacts)?;
    let items = page.items.into_iter().map(|row| row.card(caller.zone, &tags)).collect();
    Ok(Page { items, next: page.next })
}

/// How many each tab holds, and how many match the filter.
pub(super) fn count(tx: &mut Tx<'_>, caller: &Caller, call: &CountConversations, now: i64) -> Result<Counts> {
    call.filter.check("filter")?;
    let nothing = ConversationFilter::default();
    let unread = ConversationFilter { unread: true, ..ConversationFilter::default() };
    let wide = call.scope == Scope::Team && caller.role != Role::SalesStaff;
    let spread = if wide { store::spread(tx, caller.team)? } else { Vec::new() };
    let everything = wide && caller.role == Role::Admin;
    let mut of = |state, filter: &ConversationFilter| {
        if everything && filter.is_empty() {
            return Ok(held(&spread, state));
        }
        let asked = Asked { state, scope: call.scope, filter, now };
        // Those that hold something unread have an index of their own.
        store::count(tx, caller, &asked, !filter.unread && is_much(&spread, state))
    };
    let pending = of(ConversationState::Pending, &nothing)?;
    let in_progress = of(ConversationState::InProgress, &nothing)?;
    let closed = of(ConversationState::Closed, &nothing)?;
    let matching = match (call.filter.is_empty(), call.state) {
        (true, ConversationState::Pending) => pending,
        (true, ConversationState::InProgress) => in_progress,
        (true, ConversationState::Closed) => closed,
        (false, state) => of(state, &call.filter)?,
    };
    let unread = of(ConversationState::InProgress, &unread)?;
    Ok(Counts { matching, pending, in_progress, closed, unread })
}

/// How many conversations of the team are in this state.
fn held(spread: &[(ConversationState, u64)], state: ConversationState) -> u64 {
    spread.iter().filter(|(one, _)| *one == state).map(|(_, count)| count).sum()
}

/// Whether so many conversations are in this state that reading all of them costs less than looking these up.
fn is_much(spread: &[(ConversationState, u64)], state: ConversationState) -> bool {
    let all: u64 = spread.iter().map(|(_, count)| count).sum();
    held(spread, state) * 4 > all
}

/// One conversation, as in the list, and what the caller may do with it.
pub(super) fn show(tx: &mut Tx<'_>, caller: &Caller, id: ConversationId) -> Result<Conversation> {
    let found = visible(tx, caller, id)?;
    let row = store::one(tx, caller.team, id)?.ok_or_else(missing)?;
    let tags = store::tags(tx, caller.team, &[row.contact])?;
    Ok(Conversation { card: row.card(caller.zone, &tags), may: may(caller, &found) })
}
