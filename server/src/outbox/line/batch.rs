//! Batches: what the answer to a multicast means for all who were in it, and how one that was rejected is narrowed to those
//! whom LINE does not take, so that nobody else suffers (providers.md C1).

use std::time::Duration;

use shared::{
    id::{DeliveryId, SliceId},
    reasons::{CheckedBy, Reason},
};

use super::{
    super::{lease::Done, schedule, settle::SlicePlan, store::Settled},
    store::{self, BatchTry},
};
use crate::{
    App,
    db::{self, Tx},
    platforms::{Answer, Outcome, line::Blame},
};

/// After so many narrowings the rest is asked one by one. Halving comes down to one within nine; it is for a batch with many
/// who are named one at a time.
const DEEPEST: i64 = 10;

/// A multicast.
pub(crate) struct Batch {
    /// Who was in it, in the order of its body.
    pub(crate) members: Vec<DeliveryId>,
    /// Whom a refusal is about.
    pub(crate) blame: Blame,
}

/// How a batch goes on with those of it who are not settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Next {
    /// As it is.
    #[default]
    Same,
    /// The same call once more; whether this one may have been taken.
    Again { may_have_arrived: bool },
    /// Without some, so under another key.
    Narrowed {
        /// Who stays in its slice.
        kept: Range,
        /// Who gets a slice of their own.
        half: Option<(SliceId, Range)>,
    },
}

/// Neighbours who are asked for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: DeliveryId,
    pub(crate) last: DeliveryId,
    /// By multicast still; one by one otherwise.
    pub(crate) is_batch: bool,
}

/// What one answer means for a batch (architecture.md 4).
pub(crate) fn weigh(app: &App, done: &Done, batch: &Batch, plan: &mut SlicePlan, now: i64) {
    let Some(answer) = &done.answer else {
        plan.lease.put_off(now);
        return;
    };
    let settle = |plan: &mut SlicePlan, state, reason| {
        plan.settled.extend(batch.members.iter().map(|id| settled(*id, state, reason, answer, done.at)));
    };
    let (outcome, reason) = match &answer.outcome {
        Outcome::Accepted { .. } => {
            settle(plan, "accepted", None);
            return;
        }
        Outcome::Stop { reason } | Outcome::Halt { reason } => {
            plan.stop = Some(*reason);
            plan.lease.put_off(now);
            ("stop", *reason)
        }
        Outcome::Refused { reason } => {
            if matches!(batch.blame, Blame::All | Blame::Messages) {
                settle(plan, "failed", Some(*reason));
            } else {
                narrow(app, done, batch, answer, plan);
                plan.lease.put_off(now);
            }
            ("refused", *reason)
        }
        Outcome::Later { after, reason } => {
            plan.slowed |= *reason == Reason::LineRateLimited;
            if !again(app, done, plan, now, *after, false) {
                // Gave up is failed only if every try was a definite refusal; if any may have arrived, it is unknown.
                let (state, why) = if done.unsure { ("unknown", Reason::NoAnswer) } else { ("failed", *reason) };
                settle(plan, state, Some(why));
            }
            ("later", *reason)
        }
        Outcome::Unsure { reason } => {
            if !again(app, done, plan, now, Duration::ZERO, true) {
                settle(plan, "unknown", Some(*reason));
            }
            ("unsure", *reason)
        }
    };
    plan.batch_tries.extend(tried(app, done, plan, answer, outcome, reason));
}

/// Settles those whose messages LINE found wrong before they were called for.
pub(crate) fn refuse(done: &Done, members: &[DeliveryId], plan: &mut SlicePlan) {
    if let Some(answer) = &done.answer {
        let reason = Some(Reason::LineMessageInvalid);
        plan.settled.extend(members.iter().map(|id| settled(*id, "failed", reason, answer, done.at)));
    }
}

fn settled(id: DeliveryId, state: &'static str, reason: Option<Reason>, answer: &Answer, at: i64) -> Settled {
    Settled {
        id,
        state,
        reason,
        checked_by: reason.map(|_| CheckedBy::Platform),
        provider_id: None,
        code: answer.code.clone(),
        text: answer.text.clone(),
        request_id: answer.request_id.clone(),
        at,
    }
}

/// Puts the batch off to its next try; false where the schedule has ended.
fn again(app: &App, done: &Done, plan: &mut SlicePlan, now: i64, floor: Duration, may_have_arrived: bool) -> bool {
    let wait = schedule::next(&app.config.engine.retry_ms, done.tries + 1, floor, rand::random::<f64>());
    if let Some(wait) = wait {
        plan.lease.put_off(now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        plan.next = Next::Again { may_have_arrived };
    }
    wait.is_some()
}

/// Settles whom the refusal is about, and makes out how the others go on. Nobody got it, not by an earlier try either, as a
/// repeat of what was taken is answered 409 (providers.md A4, A9): so another key cannot reach anybody twice.
fn narrow(app: &App, done: &Done, batch: &Batch, answer: &Answer, plan: &mut SlicePlan) {
    let members = &batch.members;
    if let Blame::Places(places) = &batch.blame {
        let bad = places.iter().filter_map(|place| members.get(*place));
        let failed = Some(Reason::LineInvalidUser);
        plan.settled.extend(bad.map(|id| settled(*id, "failed", failed, answer, done.at)));
    }
    let groups = narrowed(members, &batch.blame, plan.lease.slice.round);
    if let Some((kept, rest)) = groups.split_first() {
        let half = rest.first().map(|half| (app.clock.id(), *half));
        plan.next = Next::Narrowed { kept: *kept, half };
    }
}

/// In which one or two groups those are asked again whom the refusal of a batch is not about; none where it is about all.
fn narrowed(members: &[DeliveryId], blame: &Blame, round: i64) -> Vec<Range> {
    let left: Vec<DeliveryId> = match blame {
        Blame::Places(places) => {
            let is_good = |(place, _): &(usize, &DeliveryId)| !places.contains(place);
            members.iter().enumerate().filter(is_good).map(|(_, id)| *id).collect()
        }
        Blame::All | Blame::Messages => Vec::new(),
        Blame::Somebody => members.to_vec(),
    };
    // Of one who is asked alone only a push says whether it is she.
    let is_deepest = round >= DEEPEST || (*blame == Blame::Somebody && left.len() == 1);
    let range = |ids: &[DeliveryId]| {
        let (first, last) = (*ids.first()?, *ids.last()?);
        Some(Range { first, last, is_batch: ids.len() > 1 && !is_deepest })
    };
    match blame {
        Blame::Somebody if !is_deepest => left.chunks(left.len().div_ceil(2).max(1)).filter_map(range).collect(),
        _ => range(&left).into_iter().collect(),
    }
}

fn tried(
    app: &App,
    done: &Done,
    plan: &SlicePlan,
    answer: &Answer,
    outcome: &'static str,
    reason: Reason,
) -> Option<BatchTry> {
    let slice = &plan.lease.slice;
    // A reply is never of a batch.
    plan.lease.campaign.map(|campaign| BatchTry {
        team: plan.lease.team,
        id: app.clock.id(),
        campaign,
        first: slice.first,
        last: slice.last,
        outcome,
        reason,
        code: answer.code.clone(),
        text: answer.text.clone(),
        request_id: answer.request_id.clone(),
        at: done.at,
    })
}

/// Writes down how a batch goes on whose lease is held. `now` is UTC ms.
pub(crate) fn carry_out(tx: &mut Tx<'_>, plan: &SlicePlan, now: i64) -> db::Result<()> {
    let slice = &plan.lease.slice;
    match &plan.next {
        Next::Same => Ok(()),
        Next::Again { may_have_arrived } => store::count_batch_try(tx, slice.id, *may_have_arrived),
        Next::Narrowed { kept, half } => {
            store::next_round(tx, slice.id, (kept.first, kept.last), kept.is_batch, None)?;
            let Some((new, half)) = half else { return Ok(()) };
            store::split_off(tx, slice.id, *new, half, now)
        }
    }
}

#[cfg(test)]
#[path = "batch_test.rs"]
mod tests;
