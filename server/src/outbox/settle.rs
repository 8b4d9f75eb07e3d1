//! Settling: many answers in one write, guarded by the lease once per slice and by its state per row.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use shared::{
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, SliceId, TeamId},
    limits::Platform,
    reasons::{CheckedBy, Reason},
};
use tokio::{sync::mpsc, time::Instant};

use super::{
    Policies, budget, control,
    lease::{Asked, Done, Lease},
    line,
    parts::{Fact, PartKey},
    schedule,
    store::{self, Moved, Settled, Taken, Try},
    whatsapp,
};
use crate::{
    App,
    clock::Clock,
    db::{self, Lane, Tx},
    live::{News, Subject},
    platforms::Outcome,
};

/// At most so many answers in one write, and recipients but for those of the last answer.
const BATCH: usize = 500;

/// Collects answers for a moment and settles them together, until every lane is gone.
pub(crate) async fn settle_behind(app: App, policies: Policies, me: Arc<str>, mut outcomes: mpsc::Receiver<Done>) {
    let patience = Duration::from_millis(app.config.engine.settle_ms);
    let pulse = app.tasks.pulse("outbox.settle");
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if outcomes.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let late = Instant::now() + patience;
        while batch.len() < BATCH {
            let room = BATCH - batch.len();
            match tokio::time::timeout_at(late, outcomes.recv_many(&mut batch, room)).await {
                Ok(more) if more > 0 => {}
                _ => break,
            }
        }
        pulse.waits();
        for part in parted(batch) {
            settle_batch(&app, policies, &me, part).await;
            pulse.goes_on();
        }
        pulse.rests();
    }
}

/// Answers, so few together that a write stays short although one may be about many people.
fn parted(answers: Vec<Done>) -> Vec<Vec<Done>> {
    let mut parts: Vec<Vec<Done>> = Vec::new();
    let mut people = BATCH;
    for done in answers {
        if people >= BATCH {
            people = 0;
            parts.push(Vec::new());
        }
        people += done.people();
        if let Some(part) = parts.last_mut() {
            part.push(done);
        }
    }
    parts
}

/// Waits between tries of a batch that the database would not take, in milliseconds. The last goes on while it is away.
const SETTLE_AGAIN: [u64; 4] = [50, 200, 1_000, 5_000];

/// Settles one batch. While the database cannot be reached it is tried again for as long as its leases hold; after that, or
/// where the database refuses it time and again, the same calls are made again under the same keys.
async fn settle_batch(app: &App, policies: Policies, me: &Arc<str>, batch: Vec<Done>) {
    let plan = Arc::new(plan(app, policies, me, &batch));
    let lease_ms = app.config.engine.lease_ms;
    let give_up = app.clock.now() + lease_ms;
    let mut waits = SETTLE_AGAIN.iter();
    let mut wait = 0;
    let mut how: fn(&mut Tx<'_>, &Plan, i64) -> db::Result<Carried> = carry_out;
    let is_free = loop {
        let (work, until) = (plan.clone(), app.clock.now() + lease_ms);
        let error = match app.db.write_as(Lane::Engine, move |tx| how(tx, &work, until)).await {
            Ok(Carried { is_free, lost, stopped }) => {
                for campaign in stopped {
                    app.outbox.hold(campaign);
                }
                for SlicePlan { lease, .. } in &plan.slices {
                    lease.renewed(if lost.contains(&lease.term()) { 0 } else { until });
                }
                break is_free;
            }
            Err(error) => error,
        };
        how = carry_out_again;
        tracing::error!(%error, answers = batch.len(), "answers could not be settled");
        let may_pass = matches!(error, db::Error::Unavailable(_) | db::Error::Full | db::Error::Race);
        let next = waits.next().copied();
        if (next.is_none() && !may_pass) || app.clock.now() >= give_up {
            plan.slices.iter().for_each(|slice| slice.lease.tear());
            break false;
        }
        wait = next.unwrap_or(wait);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    };
    if is_free {
        // What is due at once need not wait for the poll.
        app.outbox.wake();
    }
}

/// What a batch comes to, made outside the writer's thread.
pub(crate) struct Plan {
    pub(crate) me: Arc<str>,
    pub(crate) policies: Policies,
    pub(crate) clock: Clock,
    /// UTC ms.
    pub(crate) now: i64,
    pub(crate) slices: Vec<SlicePlan>,
}

/// What a batch comes to for one slice.
pub(crate) struct SlicePlan {
    pub(crate) lease: Arc<Lease>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) later: Vec<(DeliveryId, bool)>,
    pub(crate) tries: Vec<Try>,
    pub(crate) batch_tries: Vec<line::BatchTry>,
    /// How a batch goes on.
    pub(crate) next: line::Next,
    pub(crate) stop: Option<Reason>,
    pub(crate) slowed: bool,
    /// All its calls are answered.
    pub(crate) is_last: bool,
    /// Recipients on WhatsApp, whose messages are settled one by one; the rest is about those.
    pub(crate) people: Vec<DeliveryId>,
    pub(crate) facts: Vec<Fact>,
    /// Messages whose call ended, and which are to be sent again.
    pub(crate) back: Vec<PartKey>,
    /// Why the campaign is held.
    pub(crate) halt: Option<Reason>,
    /// Who does not want messages any more, and since when (UTC ms).
    pub(crate) opted_out: Vec<(DeliveryId, i64)>,
}

impl SlicePlan {
    pub(crate) fn new(lease: Arc<Lease>) -> Self {
        Self {
            lease,
            settled: Vec::new(),
            later: Vec::new(),
            tries: Vec::new(),
            batch_tries: Vec::new(),
            next: line::Next::Same,
            stop: None,
            slowed: false,
            is_last: false,
            people: Vec::new(),
            facts: Vec::new(),
            back: Vec::new(),
            halt: None,
            opted_out: Vec::new(),
        }
    }
}

pub(crate) fn plan(app: &App, policies: Policies, me: &Arc<str>, batch: &[Done]) -> Plan {
    let now = app.clock.now();
    let mut slices: BTreeMap<(String, i64), SlicePlan> = BTreeMap::new();
    for done in batch {
        let key = (done.lease.slice.id.to_string(), done.lease.slice.generation);
        let slice = slices.entry(key).or_insert_with(|| SlicePlan::new(done.lease.clone()));
        match &done.asked {
            Asked::Push => weigh(app, done, slice, now),
            Asked::Batch(batch) => line::weigh(app, done, batch, slice, now),
            Asked::Check(members) => line::refuse(done, members, slice),
            Asked::Message(steps) => whatsapp::weigh(app, done, steps, slice, now),
        }
        slice.is_last = done.lease.answered();
    }
    Plan { me: me.clone(), policies, clock: app.clock.clone(), now, slices: slices.into_values().collect() }
}

/// What one answer means for its row (architecture.md 4).
fn weigh(app: &App, done: &Done, plan: &mut SlicePlan, now: i64) {
    let Some(answer) = &done.answer else {
        plan.lease.put_off(now);
        return;
    };
    let settled = |state, reason: Option<Reason>, provider_id: Option<String>| Settled {
        id: done.delivery,
        state,
        reason,
        checked_by: reason.map(|_| CheckedBy::Platform),
        provider_id,
        code: answer.code.clone(),
        text: answer.text.clone(),
        request_id: answer.request_id.clone(),
        at: done.at,
    };
    let (outcome, reason) = match &answer.outcome {
        Outcome::Accepted { provider_id } => {
            plan.settled.push(settled("accepted", None, provider_id.clone()));
            return;
        }
        Outcome::Refused { reason } => {
            plan.settled.push(settled("failed", Some(*reason), None));
            ("refused", *reason)
        }
        Outcome::Stop { reason } | Outcome::Halt { reason } => {
            plan.stop = Some(*reason);
            plan.lease.put_off(now);
            ("stop", *reason)
        }
        Outcome::Later { after, reason } => {
            plan.slowed |= *reason == Reason::LineRateLimited;
            // Gave up is failed only if every try was a definite refusal; if any may have arrived, it is unknown.
            let (state, why) = if done.unsure { ("unknown", Reason::NoAnswer) } else { ("failed", *reason) };
            let floor = schedule::floor(*reason, done.tries, *after);
            put_off(app, done, plan, now, floor, false, settled(state, Some(why), None));
            ("later", *reason)
        }
        Outcome::Unsure { reason } => {
            put_off(app, done, plan, now, Duration::ZERO, true, settled("unknown", Some(*reason), None));
            ("unsure", *reason)
        }
    };
    plan.tries.push(Try {
        team: plan.lease.team,
        id: app.clock.id(),
        delivery: done.delivery,
        attempt: done.attempt,
        part: None,
        outcome,
        reason,
        code: answer.code.clone(),
        text: answer.text.clone(),
        request_id: answer.request_id.clone(),
        at: done.at,
    });
}

/// Puts a row off to its next try, or settles it as `otherwise` where the schedule has ended.
fn put_off(app: &App, done: &Done, plan: &mut SlicePlan, now: i64, floor: Duration, unsure: bool, otherwise: Settled) {
    match schedule::next(&app.config.engine.retry_ms, done.tries + 1, floor, rand::random::<f64>()) {
        Some(wait) => {
            plan.later.push((done.delivery, unsure));
            let due_at = now + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            plan.lease.put_off(due_at);
        }
        None => plan.settled.push(otherwise),
    }
}

/// What writing a plan down came to.
pub(crate) struct Carried {
    /// Whether rows became due that anyone may claim.
    pub(crate) is_free: bool,
    /// Leases that are another's by now.
    pub(crate) lost: HashSet<(SliceId, i64)>,
    /// Campaigns that a person held or stopped, perhaps on another server, while calls of them are still to be made here.
    pub(crate) stopped: Vec<CampaignId>,
}

/// Writes a plan down. Done twice, as when the answer to the first commit was lost, it comes to the same. The counters come
/// last, so that they are locked for the shortest time.
pub(crate) fn carry_out(tx: &mut Tx<'_>, plan: &Plan, until: i64) -> db::Result<Carried> {
    carry_out_but(tx, plan, until, &HashSet::new())
}

/// As [`carry_out`], where that may have been done and nobody heard of it: whom it settled then a person may have sent again
/// since, and this is no answer to the new attempt.
fn carry_out_again(tx: &mut Tx<'_>, plan: &Plan, until: i64) -> db::Result<Carried> {
    let slices: Vec<SliceId> = plan.slices.iter().map(|slice| slice.lease.slice.id).collect();
    let settled = plan.slices.iter().flat_map(|slice| slice.settled.iter().map(|row| row.id));
    let later = plan.slices.iter().flat_map(|slice| slice.later.iter().map(|(id, _)| *id));
    let ids: Vec<DeliveryId> = settled.chain(later).collect();
    let gone = control::queued_elsewhere(tx, &ids, &slices)?.into_iter().collect();
    carry_out_but(tx, plan, until, &gone)
}

fn carry_out_but(tx: &mut Tx<'_>, plan: &Plan, until: i64, gone: &HashSet<DeliveryId>) -> db::Result<Carried> {
    let mut carried = Carried { is_free: false, lost: HashSet::new(), stopped: Vec::new() };
    let (mut held, mut settled) = (Vec::new(), Vec::new());
    let (mut later, mut tries, mut batch_tries) = (Vec::new(), Vec::new(), Vec::new());
    let mut campaigns: BTreeMap<DeliveryId, CampaignId> = BTreeMap::new();
    let mut slowed: BTreeSet<(ChannelId, &str)> = BTreeSet::new();
    for slice in &plan.slices {
        let lease = &slice.lease;
        if !store::hold(tx, lease.slice.id, &plan.me, lease.slice.generation, until)? {
            metrics::counter!("storecast_outbox_lease_lost_total").increment(1);
            tracing::warn!(slice = %lease.slice.id, answers = slice.settled.len(), "a lease was lost; its answers are left to the next holder");
            carried.lost.insert(lease.term());
            continue;
        }
        held.push(slice);
        if let Some(campaign) = lease.campaign {
            campaigns.extend(slice.settled.iter().map(|row| (row.id, campaign)));
        }
        settled.extend(slice.settled.iter().filter(|row| !gone.contains(&row.id)).cloned());
        later.extend(slice.later.iter().filter(|(id, _)| !gone.contains(id)).copied());
        tries.extend(slice.tries.iter().cloned());
        batch_tries.extend(slice.batch_tries.iter().cloned());
        if let Some(reason) = slice.stop {
            store::pause(tx, lease.channel, reason, plan.now)?;
            tx.tell(News::of(lease.team, Subject::Channels));
        }
        if slice.slowed {
            slowed.insert((lease.channel, lease.endpoint));
        }
    }
    settled.sort_by_key(|row: &Settled| row.id);
    later.sort_unstable();
    let moved: HashMap<DeliveryId, ConversationId> = store::settle(tx, &settled)?.into_iter().collect();
    store::count_tries(tx, &later)?;
    store::add_tries(tx, &tries)?;
    line::add_batch_tries(tx, &batch_tries)?;
    let terms = held.iter().map(|slice| slice.lease.term()).collect();
    let left = whatsapp::carry_out(tx, plan, &terms)?;
    carried.stopped = control::stopped(tx, &unasked(&held))?;
    for slice in &held {
        let done = slice.settled.iter().filter(|row| moved.contains_key(&row.id)).count();
        let done = done + left.get(&slice.lease.slice.id).copied().unwrap_or_default();
        line::carry_out(tx, slice, plan.now)?;
        carried.is_free |= hand_on(tx, slice, done, plan.now)?;
        let settled = slice.settled.iter().filter_map(|row| moved.get(&row.id));
        tell_settled(tx, slice.lease.team, slice.lease.campaign, settled);
    }
    tell_reached(tx, plan, &held, &moved)?;
    count(tx, &settled, &moved, &campaigns, plan.now)?;
    // Behind the counters, as in a claim: whoever locks both waits for nobody who has the other.
    slowed.into_iter().try_for_each(|(channel, endpoint)| budget::slow_down(tx, channel, endpoint, plan.now))?;
    Ok(carried)
}

/// Campaigns with calls still to be made that nobody asks the database about before each of them, as WhatsApp does.
fn unasked(held: &[&SlicePlan]) -> Vec<CampaignId> {
    let unasked = held.iter().filter(|slice| !slice.is_last && slice.people.is_empty());
    let campaigns: BTreeSet<CampaignId> = unasked.filter_map(|slice| slice.lease.campaign).collect();
    campaigns.into_iter().collect()
}

/// Books the rows of a slice that are done: closes it with its last, gives it back with its last answer. Returns whether it
/// was given back and is due now.
fn hand_on(tx: &mut Tx<'_>, slice: &SlicePlan, done: usize, now: i64) -> db::Result<bool> {
    let lease = &slice.lease;
    if store::book(tx, lease.slice.id, done)? <= 0 {
        store::close_slice(tx, lease.slice.id)?;
    } else if slice.is_last {
        let due_at = lease.due_at();
        store::release(tx, lease.slice.id, due_at, lease.is_torn())?;
        return Ok(due_at <= now);
    }
    Ok(false)
}

/// Tells that a send went on, or that replies in these conversations are settled.
fn tell_settled<'a>(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: Option<CampaignId>,
    settled: impl Iterator<Item = &'a ConversationId>,
) {
    let mut settled = settled.peekable();
    match campaign {
        Some(campaign) if settled.peek().is_some() => tx.tell(News::of(team, campaign)),
        Some(_) => {}
        None => settled.for_each(|conversation| tx.tell(News::of(team, *conversation))),
    }
}

/// Tells whom a group send on LINE reached; recipients on WhatsApp are settled on their own.
fn tell_reached(
    tx: &mut Tx<'_>,
    plan: &Plan,
    held: &[&SlicePlan],
    moved: &HashMap<DeliveryId, ConversationId>,
) -> db::Result<()> {
    let mut teams: BTreeMap<TeamId, Vec<ConversationId>> = BTreeMap::new();
    for slice in held.iter().filter(|slice| slice.lease.campaign.is_some()) {
        let reached = slice.settled.iter().filter(|row| row.state == "accepted").filter_map(|row| moved.get(&row.id));
        let mut reached = reached.copied().peekable();
        if reached.peek().is_some() {
            teams.entry(slice.lease.team).or_default().extend(reached);
        }
    }
    for (team, mut conversations) in teams {
        conversations.sort_unstable();
        (plan.policies.reached)(tx, Platform::Line, team, &conversations, plan.now)?;
    }
    Ok(())
}

fn count(
    tx: &mut Tx<'_>,
    settled: &[Settled],
    moved: &HashMap<DeliveryId, ConversationId>,
    campaigns: &BTreeMap<DeliveryId, CampaignId>,
    now: i64,
) -> db::Result<()> {
    let mut counts: BTreeMap<CampaignId, Moved> = BTreeMap::new();
    let mut seen: BTreeMap<(&'static str, Option<Reason>), u64> = BTreeMap::new();
    for row in settled.iter().filter(|row| moved.contains_key(&row.id)) {
        *seen.entry((row.state, row.reason)).or_default() += 1;
        let Some(campaign) = campaigns.get(&row.id) else {
            continue;
        };
        let count = counts.entry(*campaign).or_default();
        match row.state {
            "accepted" => count.accepted += 1,
            "unknown" => count.unknown += 1,
            _ => count.failed += 1,
        }
    }
    for ((state, reason), rows) in seen {
        let reason = reason.map_or("", Reason::as_str);
        metrics::counter!("storecast_outbox_settled_total", "state" => state, "reason" => reason).increment(rows);
    }
    counts.into_iter().try_for_each(|(campaign, moved)| store::count(tx, campaign, moved, now))
}

/// A row that is settled without a call.
pub(crate) fn unsent(
    id: DeliveryId,
    state: &'static str,
    reason: Reason,
    checked_by: Option<CheckedBy>,
    at: i64,
) -> Settled {
    Settled {
        id,
        state,
        reason: Some(reason),
        checked_by,
        provider_id: None,
        code: None,
        text: None,
        request_id: None,
        at,
    }
}

/// Settles rows inside the claim of their slice. `rows` is how many were queued in it: with none left it is closed.
pub(crate) fn settle_unsent(
    tx: &mut Tx<'_>,
    team: TeamId,
    slice: &Taken,
    campaign: Option<CampaignId>,
    mut dropped: Vec<Settled>,
    rows: usize,
    now: i64,
) -> db::Result<usize> {
    if dropped.is_empty() && rows > 0 {
        return Ok(0);
    }
    dropped.sort_by_key(|row| row.id);
    let moved: HashMap<DeliveryId, ConversationId> = store::settle(tx, &dropped)?.into_iter().collect();
    if dropped.len() == rows {
        store::close_slice(tx, slice.id)?;
    } else {
        store::book(tx, slice.id, moved.len())?;
    }
    tell_settled(tx, team, campaign, moved.values());
    let campaigns = campaign.map(|campaign| dropped.iter().map(|row| (row.id, campaign)).collect()).unwrap_or_default();
    count(tx, &dropped, &moved, &campaigns, now)?;
    Ok(moved.len())
}

#[cfg(test)]
#[path = "settle_test.rs"]
mod tests;
