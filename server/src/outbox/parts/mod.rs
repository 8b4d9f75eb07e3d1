//! Recipients on WhatsApp, where every message is a call of its own: what became of each, and what they come to.
//!
//! Whoever wants to change one loads it ([`load`]), which locks it; tells it what was learned; and concludes
//! ([`conclude`]), which writes it down and moves the counters with it. While a recipient is queued, only who holds the lease
//! of her slice moves her; what a webhook says meanwhile is kept with her messages and found by the holder.

mod person;
mod store;
#[cfg(test)]
mod store_test;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::{
    deliveries::DeliveryState,
    id::{CampaignId, ConversationId, DeliveryId, SliceId, TeamId},
    limits::Platform,
    reasons::Reason,
};

#[cfg(test)]
pub(crate) use self::person::Part;
pub(crate) use self::{
    person::{Ending, Fact, PartKey, PartState, Person, Standing},
    store::{by_provider_id, hasten, is_ready, load, put},
};
use super::{
    Policies,
    enqueue::REPLY_LIFE_MS,
    store::{Moved, NewSlice, add_slice, count},
};
use crate::{
    clock::Clock,
    db::{self, Tx},
    live::News,
};

/// Whether WhatsApp took all messages of a recipient in this state.
pub(crate) const fn is_taken(state: DeliveryState) -> bool {
    matches!(state, DeliveryState::Accepted | DeliveryState::Sent | DeliveryState::Delivered | DeliveryState::Read)
}

/// What a recipient in this state is among the counters of her campaign.
fn counted(state: DeliveryState) -> Moved {
    let one = |is: bool| i64::from(is);
    Moved {
        accepted: one(is_taken(state)),
        failed: one(state == DeliveryState::Failed),
        unknown: one(state == DeliveryState::Unknown),
        delivered: one(matches!(state, DeliveryState::Delivered | DeliveryState::Read)),
        read: one(state == DeliveryState::Read),
        told: one(is_taken(state)),
    }
}

/// What it takes to conclude.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) policies: Policies,
    pub(crate) team: TeamId,
    /// UTC ms.
    pub(crate) now: i64,
}

/// Writes down what became of these recipients, who are in the order of their ids: their messages, themselves, the counters
/// of their campaigns. Those that are queued move only where they are `mine`; one that had ended and has messages still to be
/// sent, because a status says now that the one before them was taken, is queued again in a slice of her own. Returns how
/// many left the queue, by slice.
pub(crate) fn conclude(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    people: &mut [Person],
    mine: impl Fn(&Person) -> bool,
) -> db::Result<HashMap<SliceId, usize>> {
    let mut written = Written::default();
    let mut left: HashMap<SliceId, usize> = HashMap::new();
    for person in people.iter_mut() {
        let before = (person.state, person.slice);
        if person.state != DeliveryState::Queued || mine(person) {
            settle(tx, desk, person, &mut written)?;
        }
        if before.0 == DeliveryState::Queued && person.state != DeliveryState::Queued {
            *left.entry(before.1).or_default() += 1;
        }
        if before.0 != person.state || person.parts.iter().any(|part| part.is_changed) {
            written.tell(person);
        }
    }
    put(tx, desk.team, people)?;
    store::apply(tx, desk.team, &written.moves)?;
    written.finish(tx, desk)?;
    Ok(left)
}

/// Another attempt of these, who are queued for it: the messages that are to be sent again are written down as such. Those
/// that nobody knows of are among them only where a person decided so.
pub(crate) fn try_again(
    tx: &mut Tx<'_>,
    team: TeamId,
    ids: &[DeliveryId],
    unknown_too: bool,
    now: i64,
) -> db::Result<()> {
    let mut people = load(tx, team, ids)?;
    for person in &mut people {
        person.try_again(unknown_too, now);
    }
    put(tx, team, &mut people)
}

/// What comes of a batch.
#[derive(Default)]
struct Written {
    moves: Vec<store::Move>,
    counts: BTreeMap<CampaignId, Moved>,
    reached: BTreeSet<ConversationId>,
    told: (BTreeSet<CampaignId>, BTreeSet<ConversationId>),
}

/// Moves one recipient to where her messages are.
fn settle(tx: &mut Tx<'_>, desk: Desk<'_>, person: &mut Person, written: &mut Written) -> db::Result<()> {
    let before = person.state;
    if let Standing::Next(number) = person.standing()
        && before != DeliveryState::Queued
    {
        match too_late(person, desk.now) {
            Some(reason) => person.give_up(number, reason, desk.now),
            None => return queue_again(tx, desk, person, written),
        }
    }
    let Standing::Ended(ending) = person.standing() else {
        return Ok(());
    };
    if ending.state == DeliveryState::Failed {
        person.skip_rest(desk.now);
    }
    person.leave_out(desk.now);
    if ending.state != before {
        person.state = ending.state;
        written.note(before, person, Some(ending));
    }
    Ok(())
}

/// Why the rest of her messages is not sent any more.
fn too_late(person: &Person, now: i64) -> Option<Reason> {
    let of_reply = || person.first_started().map(|at| at + REPLY_LIFE_MS);
    if person.campaign_state.as_deref() == Some("cancelled") {
        return Some(Reason::Cancelled);
    }
    person.expires_at.or_else(of_reply).is_none_or(|at| now > at).then_some(Reason::Expired)
}

fn queue_again(tx: &mut Tx<'_>, desk: Desk<'_>, person: &mut Person, written: &mut Written) -> db::Result<()> {
    let before = person.state;
    person.slice = desk.clock.id();
    person.state = DeliveryState::Queued;
    let expires_at = person.expires_at.or_else(|| person.first_started().map(|at| at + REPLY_LIFE_MS));
    let slice = NewSlice {
        team: desk.team,
        id: person.slice,
        campaign: person.campaign,
        channel: person.channel,
        class: person.class,
        first: person.id,
        last: person.id,
        open: 1,
        due_at: desk.now,
        expires_at: expires_at.unwrap_or(desk.now),
    };
    add_slice(tx, &slice)?;
    written.note(before, person, None);
    Ok(())
}

impl Written {
    /// A recipient moved from `before` to where she is now; without an ending she is queued.
    fn note(&mut self, before: DeliveryState, person: &Person, ending: Option<Ending>) {
        let reason = ending.as_ref().and_then(|ending| ending.reason);
        metrics::counter!("storecast_outbox_settled_total", "state" => person.state.as_str(), "reason" => reason.map_or("", Reason::as_str))
            .increment(1);
        if let Some(campaign) = person.campaign {
            self.counts.entry(campaign).or_default().shift(counted(before), counted(person.state));
            if is_taken(person.state) && !is_taken(before) {
                self.reached.insert(person.conversation);
            }
        }
        let at = ending.as_ref().map(|ending| ending.at);
        let (checked_by, code, text) = ending.map_or((None, None, None), |it| (it.checked_by, it.code, it.text));
        self.moves.push(store::Move {
            id: person.id,
            state: person.state,
            slice: person.slice,
            reason,
            checked_by,
            provider_id: person.provider_id().map(str::to_owned),
            code,
            text,
            request_id: person.request_id.clone(),
            at,
        });
    }

    fn tell(&mut self, person: &Person) {
        match person.campaign {
            Some(campaign) => drop(self.told.0.insert(campaign)),
            None => drop(self.told.1.insert(person.conversation)),
        }
    }

    /// Tells who looks and who was reached, then moves the counters, which are locked for the shortest time.
    fn finish(self, tx: &mut Tx<'_>, desk: Desk<'_>) -> db::Result<()> {
        self.told.0.into_iter().for_each(|campaign| tx.tell(News::of(desk.team, campaign)));
        self.told.1.into_iter().for_each(|conversation| tx.tell(News::of(desk.team, conversation)));
        let reached: Vec<ConversationId> = self.reached.into_iter().collect();
        if !reached.is_empty() {
            (desk.policies.reached)(tx, Platform::Whatsapp, desk.team, &reached, desk.now)?;
        }
        self.counts.into_iter().try_for_each(|(campaign, moved)| count(tx, campaign, moved, desk.now))
    }
}
