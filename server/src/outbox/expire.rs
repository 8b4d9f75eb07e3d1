//! Settling what could not start in time, whoever and whatever held it up: a campaign or an account that is paused for days must
//! not send days late. A claim finds the same where anything is claimed; this looks where nothing is.

use std::{collections::HashSet, sync::Arc, time::Duration};

use shared::id::SliceId;

use super::{
    Busy, Policies,
    claim::{self, Claimed, Want},
    fair::{Due, Fair},
    store::{self, Late},
};
use crate::{
    App,
    clock::Clock,
    db::{self, Lane, Tx},
};

/// Between two looks.
const ROUND: Duration = Duration::from_mins(1);
/// Rows of one write, or one slice more.
const PIECE: usize = 1_000;

/// What it takes to look.
#[derive(Clone)]
pub(crate) struct Sweep {
    pub(crate) me: Arc<str>,
    pub(crate) policies: Policies,
    pub(crate) clock: Clock,
}

/// Looks every minute until the server stops. Several servers share the work.
pub(crate) async fn expire(app: App, sweep: Sweep) {
    loop {
        tokio::select! {
            () = app.tasks.stopping() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
        let mut after = Some(SliceId::default());
        while let Some(last) = after
            && !app.tasks.is_stopping()
        {
            let sweep = sweep.clone();
            after = match app.db.write_as(Lane::Engine, move |tx| expire_piece(tx, &sweep, last)).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "what is too late could not be settled; it is looked for again in a minute");
                    None
                }
            };
        }
    }
}

/// Settles some of what is too late and under no lease, in slices behind this one; says which was the last, or that there is
/// none any more.
pub(crate) fn expire_piece(tx: &mut Tx<'_>, sweep: &Sweep, after: SliceId) -> db::Result<Option<SliceId>> {
    let now = sweep.clock.now();
    let (mut last, mut rows) = (None, 0);
    while rows < PIECE {
        let Some(late) = store::take_late(tx, last.unwrap_or(after), &sweep.me, now)? else { break };
        last = Some(late.slice.id);
        rows += expire_slice(tx, sweep, &late, now)?;
    }
    Ok(last)
}

/// Settles a slice as a claim does, and gives back what stays: on LINE those who may have got it, who are asked for under their
/// keys when that is possible again, and are unknown once it is not any more.
fn expire_slice(tx: &mut Tx<'_>, sweep: &Sweep, late: &Late, now: i64) -> db::Result<usize> {
    let queued = store::queued(tx, &late.slice, late.campaign)?;
    let rows = queued.len();
    let want = Want {
        busy: Busy { team: late.team, channel: late.channel, platform: store::platform(tx, late.team, late.channel)? },
        me: sweep.me.to_string(),
        rows: 0,
        fair: Fair::default(),
        now_micros: now * 1_000,
        lease_ms: 0,
        policies: sweep.policies,
        clock: sweep.clock.clone(),
        known: HashSet::new(),
    };
    let due = Due { campaign: late.campaign, class: late.class, waiting: rows as u64, largest: rows as u64 };
    let mut claimed = Claimed::default();
    claim::sort_out(tx, &want, now, due, &late.slice, queued, &mut claimed)?;
    if !claimed.rows.is_empty() {
        store::release(tx, late.slice.id, late.due_at, false)?;
    }
    Ok(rows)
}

#[cfg(test)]
#[path = "expire_test.rs"]
mod tests;
