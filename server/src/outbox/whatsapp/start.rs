//! Before a call: that it begins is written down, on disk, and only while the recipient is still ours. Calls that begin at the
//! same moment share a write.

use std::{collections::BTreeMap, sync::Arc};

use shared::{deliveries::DeliveryState, id::SliceId};
use tokio::sync::{mpsc, oneshot};

use super::super::{
    Busy,
    lease::Lease,
    parts::{self, Fact, PartKey, Person},
    store,
};
use crate::{
    App,
    db::{self, Lane, Tx},
};

/// At most so many in one write.
const BATCH: usize = 256;

/// A call that is to begin.
pub(crate) struct Start {
    pub(crate) lease: Arc<Lease>,
    pub(crate) key: PartKey,
    /// What became of the messages before it, which may not be on disk yet.
    pub(crate) facts: Vec<Fact>,
}

/// A call that waits to be let begin.
pub(super) struct Asked {
    pub(super) start: Start,
    pub(super) go: oneshot::Sender<bool>,
}

/// Lets calls of one channel begin until its lane and its senders are gone. What cannot be written down does not begin.
pub(super) async fn start_behind(app: App, busy: Busy, me: Arc<str>, mut asked: mpsc::Receiver<Asked>) {
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if asked.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let (starts, waiting): (Vec<Start>, Vec<_>) = batch.into_iter().map(|one| (one.start, one.go)).unzip();
        let starts = Arc::new(starts);
        let (now, work, team, me) = (app.clock.now(), starts.clone(), busy.clone(), me.clone());
        let until = now + app.config.engine.lease_ms;
        let written = app.db.write_as(Lane::Engine, move |tx| begin(tx, &team, &me, &work, now, until)).await;
        let may = written.unwrap_or_else(|error| {
            tracing::error!(channel = %busy.channel, %error, calls = starts.len(), "calls could not begin");
            vec![false; starts.len()]
        });
        for ((start, may), go) in starts.iter().zip(may).zip(waiting) {
            if may {
                start.lease.renewed(until);
            }
            // Who asked may be gone.
            let _ = go.send(may);
        }
    }
}

/// Writes down that these calls begin, each at most once and only the next of its recipient; says which may.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    busy: &Busy,
    me: &str,
    starts: &[Start],
    now: i64,
    until: i64,
) -> db::Result<Vec<bool>> {
    let terms: BTreeMap<SliceId, i64> = starts.iter().map(|one| one.lease.term()).collect();
    let mut held = BTreeMap::new();
    for (slice, generation) in terms {
        if store::hold(tx, slice, me, generation, until)? {
            held.insert(slice, generation);
        }
    }
    let ids: Vec<_> = starts.iter().map(|one| one.key.delivery).collect();
    let mut people = parts::load(tx, busy.team, &ids)?;
    let may_send = parts::is_ready(tx, busy.team, busy.channel)?;
    let mut may = Vec::with_capacity(starts.len());
    for start in starts {
        let found = people.iter_mut().find(|person| person.id == start.key.delivery);
        let Some(person) = found else {
            may.push(false);
            continue;
        };
        for fact in &start.facts {
            person.hear(fact);
        }
        let (slice, generation) = start.lease.term();
        let is_ours = held.get(&slice) == Some(&generation) && is_queued_in(person, slice);
        let is_this = person.attempt == start.key.attempt && is_under_way(person);
        may.push(may_send && is_ours && is_this && person.start(start.key.part, now));
    }
    parts::put(tx, busy.team, &mut people)?;
    Ok(may)
}

fn is_queued_in(person: &Person, slice: SliceId) -> bool {
    person.state == DeliveryState::Queued && person.slice == slice
}

/// Not once its campaign was held or stopped.
fn is_under_way(person: &Person) -> bool {
    person.campaign_state.as_deref().is_none_or(|state| state == "sending")
}
