//! The engine's statements. Those of claim and settle run at READ COMMITTED: each row is guarded by its own `WHERE`, slices
//! by `SKIP LOCKED`, counters are relative. They find rows by ids that are unique across teams.

mod budget;
mod pieces;
mod rows;
mod slices;
#[cfg(test)]
mod store_test;

use shared::{
    id::{CampaignId, ChannelId, TeamId},
    limits::Platform,
    reasons::Reason,
};

pub(crate) use self::{
    budget::{Budget, budget, budgets, set_budget},
    pieces::{Place, add_piece, next_pieces, on_its_way, take_piece},
    rows::{Queued, Settled, Try, add_deliveries, add_reply, add_tries, count_tries, queued, settle},
    slices::{
        Late, NewSlice, Taken, add_batch, add_slice, book, close_slice, due, free_all, hold, release, take, take_late,
    },
};
use super::Busy;
use crate::{
    db::{FromRow, Result, Row, Tx},
    params,
};

impl FromRow for Busy {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { team: row.get("team_id")?, channel: row.get("id")?, platform: row.get("platform")? })
    }
}

/// Channels with slices that may send. One that is paused gets its lane when it goes on.
pub(crate) fn busy_channels(tx: &mut Tx<'_>) -> Result<Vec<Busy>> {
    tx.all(
        "SELECT c.team_id, c.id, c.platform FROM channel c
         WHERE c.state = 'ready' AND EXISTS (SELECT 1 FROM slice s WHERE s.channel_id = c.id)",
        params![],
    )
}

/// Which platform a channel of the team is on.
pub(crate) fn platform(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<Platform> {
    tx.one("SELECT platform FROM channel WHERE team_id = $1 AND id = $2", params![team, channel])
}

/// The frozen content of a campaign, JSON.
pub(crate) fn content(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<String> {
    tx.one("SELECT content FROM campaign WHERE id = $1", params![campaign])
}

/// How the counters of a campaign move: what left the queue went to the first three, or the other way round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) accepted: i64,
    pub(crate) failed: i64,
    pub(crate) unknown: i64,
    /// Of those accepted: on the phone.
    pub(crate) delivered: i64,
    /// Of those accepted: read.
    pub(crate) read: i64,
    /// Of those accepted: on a platform that tells who read.
    pub(crate) told: i64,
}

impl Moved {
    /// Somebody moved from one place among the counters to another.
    pub(crate) fn shift(&mut self, from: Self, to: Self) {
        self.accepted += to.accepted - from.accepted;
        self.failed += to.failed - from.failed;
        self.unknown += to.unknown - from.unknown;
        self.delivered += to.delivered - from.delivered;
        self.read += to.read - from.read;
        self.told += to.told - from.told;
    }
}

/// Moves the counters of a campaign, last in the transaction. With the last row it is finished: failed where nobody can have
/// got it. A row that is queued again, or a late word on one, opens it or judges it anew.
pub(crate) fn count(tx: &mut Tx<'_>, campaign: CampaignId, moved: Moved, now: i64) -> Result<()> {
    let Moved { accepted, failed, unknown, delivered, read, told } = moved;
    if moved == Moved::default() {
        return Ok(());
    }
    tx.execute(
        "UPDATE campaign SET queued = queued - $2 - $3 - $4, accepted = accepted + $2, failed = failed + $3, unknown = unknown + $4,
             delivered = delivered + $6, read = read + $7, told = told + $8,
             state = CASE
                 WHEN state NOT IN ('sending', 'paused', 'completed', 'failed') THEN state
                 WHEN queued > $2 + $3 + $4 THEN CASE WHEN state = 'paused' THEN 'paused' ELSE 'sending' END
                 WHEN accepted + $2 + unknown + $4 > 0 THEN 'completed' ELSE 'failed' END,
             paused_reason = CASE WHEN queued > $2 + $3 + $4 THEN paused_reason END,
             finished_at = CASE WHEN queued > $2 + $3 + $4 THEN NULL ELSE COALESCE(finished_at, $5) END
         WHERE id = $1",
        params![campaign, accepted, failed, unknown, now, delivered, read, told],
    )
    .map(drop)
}

/// Stops a channel: nothing more is claimed on it, and nobody queued is burned.
pub(crate) fn pause(tx: &mut Tx<'_>, channel: ChannelId, reason: Reason, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE channel SET state = 'paused', paused_reason = $2, paused_at = $3 WHERE id = $1 AND state = 'ready'",
        params![channel, reason, now],
    )
    .map(drop)
}
