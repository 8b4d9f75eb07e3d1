//! Before a call: that it begins is written down, on disk, and only while the recipient is still ours. Calls that begin at the
//! same moment share a write.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use shared::{
    deliveries::DeliveryState,
    id::{ChannelId, SliceId},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    super::{
        Busy, budget,
        lease::Lease,
        pace::ahead,
        parts::{self, Fact, PartKey, Person},
        store::{self, Budget},
    },
    MESSAGES,
};
use crate::{
    App,
    db::{self, Lane, Tx},
};

/// At most so many in one write.
const BATCH: usize = 256;
/// A call is written down as started at most so long (µs) before its moment.
const SOON: i64 = 100_000;

/// A call that is to begin.
pub(crate) struct Start {
    pub(crate) lease: Arc<Lease>,
    pub(crate) key: PartKey,
    /// What became of the messages before it, which may not be on disk yet.
    pub(crate) facts: Vec<Fact>,
}

/// A call that waits to be let begin.
pub(super) struct Asked {
    pub(super) start: Arc<Start>,
    /// Its moment (UTC µs), which may have passed; none without a budget.
    pub(super) moment: Option<i64>,
    pub(super) go: oneshot::Sender<Begun>,
}

/// Whether a call begins.
pub(super) enum Begun {
    /// It is written down, and is to be made at this moment (UTC µs); at once without a budget.
    At(Option<i64>),
    /// It may not.
    Not,
}

/// What one write began.
pub(super) struct Written {
    pub(super) begun: Vec<Begun>,
    /// The number's budget as it is then, where it was asked for moments.
    pub(super) budget: Option<Budget>,
}

/// Lets calls of one channel begin until its lane and its senders are gone. What cannot be written down does not begin.
///
/// Moments that passed are replaced in the same write. A call whose new moment is not soon waits before it is written down:
/// one that is on disk as started and whose server dies is unknown for good.
pub(super) async fn start_behind(app: App, busy: Busy, me: Arc<str>, mut asked: mpsc::Receiver<Asked>) {
    let mut waiting: Vec<Asked> = Vec::new();
    let mut noted: HashSet<PartKey> = HashSet::new();
    let (mut budget, mut later): (Option<Budget>, i64) = (None, 0);
    loop {
        let wait = if waiting.is_empty() { Duration::MAX } else { until_room(budget.as_ref(), app.clock.now_micros()) };
        tokio::select! {
            came = asked.recv_many(&mut waiting, BATCH) => if came == 0 { return },
            () = tokio::time::sleep(wait) => {}
            () = app.tasks.stopping(), if !waiting.is_empty() => {
                // Who waits is told by the end of her channel.
                waiting.clear();
                continue;
            }
        }
        let (began, now) = (Instant::now(), app.clock.now_micros());
        let (batch, rest) = chosen(waiting, budget.as_ref(), now);
        waiting = rest;
        noted.retain(|key| waiting.iter().any(|one| one.start.key == *key));
        let to_note = waiting.iter().map(|one| &one.start).filter(|one| !one.facts.is_empty());
        let to_note: Vec<Arc<Start>> = to_note.filter(|one| !noted.contains(&one.key)).cloned().collect();
        if batch.is_empty() && to_note.is_empty() {
            continue;
        }
        let until = now / 1_000 + app.config.engine.lease_ms;
        let moments: Vec<Option<i64>> = batch.iter().map(|one| one.moment).collect();
        let (starts, go): (Vec<Arc<Start>>, Vec<_>) = batch.into_iter().map(|one| (one.start, one.go)).unzip();
        let (work, of, me, waits) = (starts.clone(), busy.clone(), me.clone(), to_note.clone());
        let write = move |tx: &mut Tx<'_>| {
            let may = begin(tx, &of, &me, &work, &waits, now / 1_000, until)?;
            give_moments(tx, of.channel, &may, &moments, (now, now + later))
        };
        let written = match app.db.write_as(Lane::Engine, write).await {
            Ok(written) => {
                noted.extend(to_note.iter().map(|one| one.key));
                written
            }
            Err(error) => {
                tracing::error!(channel = %busy.channel, %error, calls = starts.len(), "calls could not begin");
                Written { begun: starts.iter().map(|_| Begun::Not).collect(), budget: None }
            }
        };
        later = ahead(began);
        budget = written.budget.or(budget);
        for ((start, begun), go) in starts.iter().zip(written.begun).zip(go) {
            if matches!(begun, Begun::At(_)) {
                start.lease.renewed(until);
            }
            // Who asked may be gone.
            let _ = go.send(begun);
        }
    }
}

/// How long until another call that missed its moment may begin.
fn until_room(budget: Option<&Budget>, now: i64) -> Duration {
    let wait = budget.map_or(0, |budget| budget.free_at(now) - SOON - now);
    Duration::from_micros(u64::try_from(wait).unwrap_or_default())
}

/// Those that begin now, and the others: those whose moments are still to come, and as many of those who need another one as
/// get it soon. The budget is as it was last seen; where it was not yet, one of them finds out.
fn chosen(waiting: Vec<Asked>, budget: Option<&Budget>, now: i64) -> (Vec<Asked>, Vec<Asked>) {
    let mut room = room(budget, now);
    waiting.into_iter().partition(|one| {
        let needs = has_passed(one.moment, now);
        room -= i64::from(needs);
        !needs || room >= 0
    })
}

/// How many calls that need another moment get one soon.
fn room(budget: Option<&Budget>, now: i64) -> i64 {
    budget.map_or(1, |budget| (now + SOON - budget.free_at(now)).div_euclid(budget.apart(now)) + 1)
}

/// Whether a call needs another moment.
fn has_passed(moment: Option<i64>, now: i64) -> bool {
    moment.is_some_and(|at| at < now)
}

/// Gives those that begin their moments: their own, or another one from `(now, from)` on where it has passed now (UTC µs).
pub(super) fn give_moments(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    may: &[bool],
    moments: &[Option<i64>],
    (now, from): (i64, i64),
) -> db::Result<Written> {
    let needs = |(may, moment): (&bool, &Option<i64>)| *may && has_passed(*moment, now);
    let calls = may.iter().zip(moments).filter(|one| needs(*one)).count();
    let reserved = if calls > 0 { budget::reserve(tx, channel, MESSAGES, calls, from)? } else { None };
    let (new, budget) = reserved.map_or((Vec::new(), None), |it| (it.moments, Some(it.budget)));
    let mut new = new.into_iter();
    let begun = may.iter().zip(moments).map(|(may, moment)| match (may, has_passed(*moment, now)) {
        (false, _) => Begun::Not,
        (true, false) => Begun::At(*moment),
        (true, true) => Begun::At(new.next()),
    });
    Ok(Written { begun: begun.collect(), budget })
}

/// Writes down that these calls begin, each at most once and only the next of its recipient; says which may. Of those that
/// wait on, it writes down what became of the messages before them: it may be long until they begin, and what is on disk is
/// known whoever dies.
///
/// Who is not ours any more is left as she is: what was learned of her comes with the answer, which settles her anew.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    busy: &Busy,
    me: &str,
    starts: &[Arc<Start>],
    waiting: &[Arc<Start>],
    now: i64,
    until: i64,
) -> db::Result<Vec<bool>> {
    let all = || starts.iter().chain(waiting);
    let terms: BTreeMap<SliceId, i64> = all().map(|one| one.lease.term()).collect();
    let mut held = BTreeMap::new();
    for (slice, generation) in terms {
        if store::hold(tx, slice, me, generation, until)? {
            held.insert(slice, generation);
        }
    }
    let ids: Vec<_> = all().map(|one| one.key.delivery).collect();
    let mut people = parts::load(tx, busy.team, &ids)?;
    let may_send = parts::is_ready(tx, busy.team, busy.channel)?;
    for start in waiting {
        heard(&mut people, &held, start);
    }
    let mut may = Vec::with_capacity(starts.len());
    for start in starts {
        let person = heard(&mut people, &held, start).filter(|person| may_send && is_under_way(person));
        may.push(person.is_some_and(|person| person.start(start.key.part, now)));
    }
    parts::put(tx, busy.team, &mut people)?;
    Ok(may)
}

/// The recipient of a call, where she is ours, with what became of the messages before it.
fn heard<'p>(people: &'p mut [Person], held: &BTreeMap<SliceId, i64>, start: &Start) -> Option<&'p mut Person> {
    let (slice, generation) = start.lease.term();
    let person = people.iter_mut().find(|person| person.id == start.key.delivery)?;
    let is_held = held.get(&slice) == Some(&generation);
    if !is_held || !is_queued_in(person, slice) || person.attempt != start.key.attempt {
        return None;
    }
    for fact in &start.facts {
        person.hear(fact);
    }
    Some(person)
}

fn is_queued_in(person: &Person, slice: SliceId) -> bool {
    person.state == DeliveryState::Queued && person.slice == slice
}

/// Not once its campaign was held or stopped.
fn is_under_way(person: &Person) -> bool {
    person.campaign_state.as_deref().is_none_or(|state| state == "sending")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_another_moment_begins_when_that_is_soon() {
        let budget = |next_at| Budget { rate: 50, rate_now: 50, next_at, slowed_at: None };
        let now = 1_000_000;
        assert_eq!(room(None, now), 1, "one finds out");
        assert_eq!(room(Some(&budget(0)), now), 6, "now and every 20 ms of the next 100");
        assert_eq!(room(Some(&budget(now + 100_000)), now), 1);
        assert_eq!(room(Some(&budget(now + 100_001)), now), 0);
        assert_eq!(until_room(Some(&budget(now + 100_001)), now), Duration::from_micros(1));
        assert_eq!(
            until_room(Some(&budget(now + 100_000)), now),
            Duration::ZERO,
            "as soon as there is room, and not before"
        );
        assert!(room(Some(&budget(now + 900_000)), now) < 0);
    }

    #[test]
    fn without_a_budget_no_moment_passes() {
        assert!(!has_passed(None, i64::MAX));
        assert!(has_passed(Some(budget::PASSED), 1));
        assert!(!has_passed(Some(5), 5));
    }
}
