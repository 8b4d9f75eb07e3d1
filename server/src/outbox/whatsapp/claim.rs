//! Claiming recipients on WhatsApp: what was started under a lease that was lost may have arrived, what statuses said meanwhile
//! counts, and who may not be sent any more is settled without a call.

use std::collections::HashMap;

use shared::{
    deliveries::DeliveryState,
    id::{DeliveryId, TeamId},
    limits::Platform,
    reasons::Reason,
};

use super::super::{
    claim::{Row, Want},
    parts::{self, Desk, Person, Standing},
    store::{self, Queued, Taken},
};
use crate::db::{self, Tx};

/// Keeps of the rows of a slice those that are to be sent, each from the message that is next; settles the others, and closes
/// the slice where none is left. Adds to `dropped` how many were settled.
pub(crate) fn fit(
    tx: &mut Tx<'_>,
    want: &Want,
    slice: &Taken,
    rows: Vec<Row>,
    now: i64,
    dropped: &mut usize,
) -> db::Result<Vec<Row>> {
    let team = want.busy.team;
    let ids: Vec<DeliveryId> = rows.iter().map(|row| row.queued.id).collect();
    let mut people = waiting(tx, team, slice, &ids, now)?;
    give_up_unfit(tx, want, slice, &rows, &mut people, now)?;
    let desk = Desk { clock: &want.clock, policies: want.policies, team, now };
    *dropped += settle(tx, desk, slice, &mut people)?;
    let next: HashMap<DeliveryId, (usize, usize)> = people.iter().filter_map(next).collect();
    let fit = rows.into_iter().filter_map(|row| {
        let (next, parts) = *next.get(&row.queued.id)?;
        Some(Row { next, parts, ..row })
    });
    Ok(fit.collect())
}

/// Settles the rows of a slice that we hold without another call, for this reason; what was started may have arrived.
pub(crate) fn give_up(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    slice: &Taken,
    ids: &[DeliveryId],
    reason: Reason,
) -> db::Result<()> {
    let mut people = waiting(tx, desk.team, slice, ids, desk.now)?;
    for person in &mut people {
        if let Standing::Next(number) = person.standing() {
            person.give_up(number, reason, desk.now);
        }
    }
    settle(tx, desk, slice, &mut people).map(drop)
}

/// The recipients of a slice that we hold who are queued in it. Whoever made their calls before is gone.
fn waiting(tx: &mut Tx<'_>, team: TeamId, slice: &Taken, ids: &[DeliveryId], now: i64) -> db::Result<Vec<Person>> {
    let mut people = parts::load(tx, team, ids)?;
    people.retain(|person| person.slice == slice.id && person.state == DeliveryState::Queued);
    for person in &mut people {
        person.lose_calls(now);
    }
    Ok(people)
}

/// Settles those of a slice who have nothing more to be sent, and closes it where none is left. Returns how many they were.
fn settle(tx: &mut Tx<'_>, desk: Desk<'_>, slice: &Taken, people: &mut [Person]) -> db::Result<usize> {
    let left = parts::conclude(tx, desk, people, |_| true)?.remove(&slice.id).unwrap_or_default();
    if people.iter().all(|person| next(person).is_none()) {
        store::close_slice(tx, slice.id)?;
    } else if left > 0 {
        store::book(tx, slice.id, left)?;
    }
    Ok(left)
}

/// The message that is next, and how many there are.
fn next(person: &Person) -> Option<(DeliveryId, (usize, usize))> {
    match person.standing() {
        Standing::Next(next) if person.state == DeliveryState::Queued => Some((person.id, (next, person.total))),
        _ => None,
    }
}

/// Gives up who is too late or may not be sent any more.
fn give_up_unfit(
    tx: &mut Tx<'_>,
    want: &Want,
    slice: &Taken,
    rows: &[Row],
    people: &mut [Person],
    now: i64,
) -> db::Result<()> {
    let waiting: Vec<DeliveryId> = people.iter().filter_map(next).map(|(id, _)| id).collect();
    let unfit: HashMap<DeliveryId, Reason> = if now > slice.expires_at {
        waiting.into_iter().map(|id| (id, Reason::Expired)).collect()
    } else {
        let is_reply = |row: &Row| matches!(&row.queued, Queued { fill: Some(_), .. });
        let eligibility = if rows.iter().any(is_reply) { want.policies.reply } else { want.policies.group };
        eligibility(tx, Platform::Whatsapp, &waiting, now)?.into_iter().collect()
    };
    for person in people {
        if let (Some(reason), Standing::Next(number)) = (unfit.get(&person.id), person.standing()) {
            person.give_up(number, *reason, now);
        }
    }
    Ok(())
}
