//! Settling on WhatsApp: what an answer means for its message, and what the messages then come to.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use shared::{
    id::{DeliveryId, SliceId, TeamId},
    reasons::Reason,
};

use super::{
    super::{
        control,
        lease::{Done, Steps},
        parts::{self, Desk, PartKey, PartState},
        schedule,
        settle::{Plan, SlicePlan},
        store::Try,
    },
    accepted, fact,
};
use crate::{
    App,
    db::{self, Tx},
    platforms::{Answer, Outcome},
};

/// What one answer means for its message (architecture.md 4).
pub(crate) fn weigh(app: &App, done: &Done, steps: &Steps, plan: &mut SlicePlan, now: i64) {
    let key = PartKey { delivery: done.delivery, part: steps.part, attempt: done.attempt };
    plan.people.push(done.delivery);
    plan.facts.extend(steps.facts.iter().cloned());
    let Some(answer) = &done.answer else {
        // It may be on disk as started: then its moment could not be had.
        plan.back.push(key);
        plan.lease.put_off(now + steps.wait);
        return;
    };
    let failed = |plan: &mut SlicePlan, reason| {
        plan.facts.push(fact(key, PartState::Failed, Some(reason), answer, done.at));
        if reason == Reason::Unsubscribed {
            plan.opted_out.push((done.delivery, done.at));
        }
    };
    let (outcome, reason) = match &answer.outcome {
        Outcome::Accepted { .. } => {
            plan.facts.push(accepted(key, answer, done.at));
            return;
        }
        Outcome::Stop { reason } => {
            plan.stop = Some(*reason);
            plan.back.push(key);
            plan.lease.put_off(now);
            ("stop", *reason)
        }
        Outcome::Halt { reason } if plan.lease.campaign.is_some() => {
            plan.halt = Some(*reason);
            plan.back.push(key);
            plan.lease.put_off(now);
            ("stop", *reason)
        }
        // A reply has no campaign that could be held.
        Outcome::Refused { reason } | Outcome::Halt { reason } => {
            failed(plan, *reason);
            ("refused", *reason)
        }
        Outcome::Later { after, reason } => {
            plan.slowed |= *reason == Reason::WaRateLimited;
            match next_try(app, done.tries, *after, *reason) {
                Some(wait) => {
                    plan.back.push(key);
                    plan.later.push((done.delivery, false));
                    plan.lease.put_off(now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                }
                None => failed(plan, *reason),
            }
            ("later", *reason)
        }
        Outcome::Unsure { reason } => {
            plan.facts.push(fact(key, PartState::Unknown, Some(*reason), answer, done.at));
            ("unsure", *reason)
        }
    };
    plan.tries.push(tried(app, done, key, answer, outcome, reason, plan.lease.team));
}

/// When a message is tried again; none where it is given up.
fn next_try(app: &App, tries: u64, after: Duration, reason: Reason) -> Option<Duration> {
    let floor = schedule::floor(reason, tries, after);
    schedule::next(&app.config.engine.retry_ms, tries + 1, floor, rand::random::<f64>())
}

fn tried(
    app: &App,
    done: &Done,
    key: PartKey,
    answer: &Answer,
    outcome: &'static str,
    reason: Reason,
    team: TeamId,
) -> Try {
    Try {
        team,
        id: app.clock.id(),
        delivery: done.delivery,
        attempt: done.attempt,
        part: Some(key.part),
        outcome,
        reason,
        code: answer.code.clone(),
        text: answer.text.clone(),
        request_id: answer.request_id.clone(),
        at: done.at,
    }
}

/// Writes down what a plan says of recipients on WhatsApp. What an answer tells of a message is true whoever holds the lease,
/// so it is kept in any case; recipients that are queued move only under a lease that is held. Returns how many of them left
/// the queue, by slice.
pub(crate) fn carry_out(
    tx: &mut Tx<'_>,
    plan: &Plan,
    held: &HashSet<(SliceId, i64)>,
) -> db::Result<HashMap<SliceId, usize>> {
    let mut teams: BTreeMap<TeamId, Vec<&SlicePlan>> = BTreeMap::new();
    for slice in plan.slices.iter().filter(|slice| !slice.people.is_empty()) {
        teams.entry(slice.lease.team).or_default().push(slice);
    }
    let mut left = HashMap::new();
    for (team, slices) in teams {
        left.extend(carry_out_team(tx, plan, team, &slices, held)?);
    }
    Ok(left)
}

fn carry_out_team(
    tx: &mut Tx<'_>,
    plan: &Plan,
    team: TeamId,
    slices: &[&SlicePlan],
    held: &HashSet<(SliceId, i64)>,
) -> db::Result<HashMap<SliceId, usize>> {
    let ids: Vec<DeliveryId> = slices.iter().flat_map(|slice| slice.people.iter().copied()).collect();
    let mut people = parts::load(tx, team, &ids)?;
    let place: HashMap<DeliveryId, usize> = people.iter().enumerate().map(|(i, person)| (person.id, i)).collect();
    for slice in slices {
        for fact in &slice.facts {
            if let Some(i) = place.get(&fact.key.delivery) {
                people[*i].hear(fact);
            }
        }
        if held.contains(&slice.lease.term()) {
            for key in &slice.back {
                if let Some(i) = place.get(&key.delivery) {
                    people[*i].hand_back(*key, plan.now);
                }
            }
        }
        if let (Some(reason), Some(campaign)) = (slice.halt, slice.lease.campaign) {
            control::hold_campaign(tx, team, campaign, reason)?;
        }
    }
    let ours: HashSet<SliceId> = held.iter().map(|(slice, _)| *slice).collect();
    let desk = Desk { clock: &plan.clock, policies: plan.policies, team, now: plan.now };
    let left = parts::conclude(tx, desk, &mut people, |person| ours.contains(&person.slice))?;
    for (delivery, at) in slices.iter().flat_map(|slice| &slice.opted_out) {
        if let Some(i) = place.get(delivery) {
            (plan.policies.opted_out)(tx, &plan.clock, team, people[*i].identity, *at)?;
        }
    }
    Ok(left)
}
