//! What staff do with a conversation: take, transfer, close, reopen, read.

use shared::{
    conversations::{ConversationState, EventKind},
    id::{ConversationId, MemberId},
    limits,
    members::Role,
    problem::{Conflict, Problem, Rule, What},
};

use super::{Found, intake::history, may, may_take_from, missing, sees, store, store_for, thread::Event, visible};
use crate::{caller::Caller, clock::Clock, db::Tx, live::News, refused::Result};

/// Becomes the owner of a pending conversation (接手). Of several who try, one gets it; that one may try again, so that a
/// lost answer does no harm.
pub(super) fn take(tx: &mut Tx<'_>, clock: &Clock, caller: &Caller, id: ConversationId) -> Result<()> {
    let found = store::find(tx, caller.team, id)?.ok_or_else(missing)?;
    // Who could have seen it pending is told that she came too late, instead of that it never was.
    if !sees(caller, &found) && !may_take_from(caller, &found.channel_stores) {
        return Err(missing());
    }
    if found.state == ConversationState::InProgress && found.owner == Some(caller.member) {
        return Ok(());
    }
    let taken = may(caller, &found).take && store::take(tx, caller.team, id, caller.member, store_for(caller, &found))?;
    changed(taken)?;
    note(tx, clock, caller, &found, EventKind::Taken, None)
}

/// Hands conversations to a colleague (移轉): all or none, at most 20 (domain.md 3.1).
pub(super) fn transfer(
    tx: &mut Tx<'_>,
    clock: &Clock,
    caller: &Caller,
    ids: &[ConversationId],
    to: MemberId,
) -> Result<()> {
    if ids.is_empty() {
        return Err(Problem::invalid("ids", Rule::Required).into());
    }
    if ids.len() > limits::TRANSFER {
        let rule = Rule::TooMany { limit: limits::TRANSFER as u64, actual: ids.len() as u64 };
        return Err(Problem::invalid("ids", rule).into());
    }
    let target = store::active_member(tx, caller.team, to)?.ok_or(Problem::missing(What::Member))?;
    if !may_receive(caller, &target) {
        return Err(Problem::conflict(Conflict::NotAssignable).into());
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let found = visible(tx, caller, id)?;
        if found.state == ConversationState::InProgress && found.owner == Some(to) {
            continue;
        }
        if !may(caller, &found).transfer {
            return Err(Problem::conflict(refusal(&found)).into());
        }
        changed(store::hand_over(tx, caller.team, id, to, target.stores.first().copied())?)?;
        note(tx, clock, caller, &found, EventKind::Transferred, Some(to))?;
    }
    Ok(())
}

/// Whether conversations may be handed to this member: a sales role, and for sales roles one who shares a store, as in the
/// list of colleagues.
fn may_receive(caller: &Caller, target: &store::Target) -> bool {
    target.role != Role::Admin
        && (caller.role == Role::Admin || target.stores.iter().any(|store| caller.stores.contains(store)))
}

/// Closes a conversation.
pub(super) fn close(tx: &mut Tx<'_>, clock: &Clock, caller: &Caller, id: ConversationId) -> Result<()> {
    let found = visible(tx, caller, id)?;
    if !may(caller, &found).close {
        return Err(Problem::conflict(refusal(&found)).into());
    }
    changed(store::close(tx, caller.team, id, store_for(caller, &found))?)?;
    note(tx, clock, caller, &found, EventKind::Closed, None)
}

/// Opens a closed conversation again, as the caller's own.
pub(super) fn reopen(tx: &mut Tx<'_>, clock: &Clock, caller: &Caller, id: ConversationId) -> Result<()> {
    let found = visible(tx, caller, id)?;
    let opened =
        may(caller, &found).reopen && store::reopen(tx, caller.team, id, caller.member, store_for(caller, &found))?;
    changed(opened)?;
    note(tx, clock, caller, &found, EventKind::Reopened, None)
}

/// Marks a conversation as read, if the caller owns it: a manager who looks in takes nothing off its owner's list.
pub(super) fn mark_read(tx: &mut Tx<'_>, caller: &Caller, id: ConversationId) -> Result<()> {
    let found = visible(tx, caller, id)?;
    if found.owner == Some(caller.member) && store::mark_read(tx, caller.team, id)? {
        tx.tell(News::of(caller.team, id));
    }
    Ok(())
}

/// What stands against doing something that the state or the owner does not allow.
pub(super) fn refusal(found: &Found) -> Conflict {
    match found.state {
        ConversationState::InProgress => Conflict::NotOwner,
        ConversationState::Pending | ConversationState::Closed => Conflict::WrongState,
    }
}

fn changed(done: bool) -> Result<(), Problem> {
    if done { Ok(()) } else { Err(Problem::conflict(Conflict::WrongState)) }
}

/// Notes in the history what was done to a conversation, and tells those who saw it and those who see it now.
fn note(
    tx: &mut Tx<'_>,
    clock: &Clock,
    caller: &Caller,
    found: &Found,
    kind: EventKind,
    to: Option<MemberId>,
) -> Result<()> {
    tx.tell(News::moved(caller.team, found.id, found.standing()));
    let event = Event { kind, by: Some(caller.member), to, at: clock.now() };
    Ok(history(tx, clock, caller.team, found.id, event)?)
}
