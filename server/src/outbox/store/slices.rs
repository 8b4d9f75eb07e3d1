//! SQL of slices, the unit of lease.

use shared::id::{CampaignId, ChannelId, DeliveryId, SliceId, TeamId};
use uuid::Uuid;

use super::super::{budget::Kinds, fair::Due};
use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

/// A slice to be made.
pub(crate) struct NewSlice {
    pub(crate) team: TeamId,
    pub(crate) id: SliceId,
    pub(crate) campaign: Option<CampaignId>,
    pub(crate) channel: ChannelId,
    pub(crate) class: i64,
    pub(crate) first: DeliveryId,
    pub(crate) last: DeliveryId,
    pub(crate) open: usize,
    pub(crate) due_at: i64,
    pub(crate) expires_at: i64,
}

pub(crate) fn add_slice(tx: &mut Tx<'_>, slice: &NewSlice) -> Result<()> {
    insert(tx, slice, false)
}

/// As [`add_slice`], of recipients who go out as one multicast.
pub(crate) fn add_batch(tx: &mut Tx<'_>, slice: &NewSlice) -> Result<()> {
    insert(tx, slice, true)
}

fn insert(tx: &mut Tx<'_>, slice: &NewSlice, is_batch: bool) -> Result<()> {
    tx.execute(
        "INSERT INTO slice (team_id, id, campaign_id, channel_id, class, first_id, last_id, is_batch, open, due_at, expires_at,
             generation, lease_until, was_lost)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, FALSE)",
        params![
            slice.team, slice.id, slice.campaign, slice.channel, slice.class, slice.first, slice.last, is_batch,
            slice.open, slice.due_at, slice.expires_at,
        ],
    )
    .map(drop)
}

/// Makes every lease free, for an engine that alone owns the database file: whoever held them is dead. They count as lost,
/// as what was in flight may have arrived.
pub(crate) fn free_all(tx: &mut Tx<'_>) -> Result<u64> {
    tx.execute("UPDATE slice SET lease_until = 0 WHERE lease_by IS NOT NULL", params![])
}

impl FromRow for Due {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            campaign: row.get("campaign_id")?,
            class: row.get("class")?,
            waiting: row.get("waiting")?,
            largest: row.get("largest")?,
        })
    }
}

/// What is due on a channel in slices of these kinds, by campaign; nothing while the channel is paused.
pub(crate) fn due(tx: &mut Tx<'_>, channel: ChannelId, now: i64, kinds: Kinds) -> Result<Vec<Due>> {
    tx.all(
        "SELECT s.campaign_id, s.class, CAST(SUM(s.open) AS BIGINT) AS waiting, MAX(s.open) AS largest
         FROM slice s JOIN channel h ON h.id = s.channel_id LEFT JOIN campaign c ON c.id = s.campaign_id
         WHERE s.channel_id = $1 AND h.state = 'ready' AND s.due_at <= $2 AND s.lease_until <= $2
             AND (s.campaign_id IS NULL OR c.state = 'sending') AND ((s.is_batch AND $4) OR (NOT s.is_batch AND $3))
         GROUP BY s.campaign_id, s.class",
        params![channel, now, kinds.singles, kinds.batches],
    )
}

/// A slice under our lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) id: SliceId,
    pub(crate) first: DeliveryId,
    pub(crate) last: DeliveryId,
    pub(crate) generation: i64,
    pub(crate) expires_at: i64,
    pub(crate) first_tried_at: i64,
    /// A lease ran out on it, or a multicast of it was not answered, so any queued row may have been sent.
    pub(crate) was_lost: bool,
    /// Whether it goes out as one multicast.
    pub(crate) is_batch: bool,
    /// Of a batch: which set of members it is down to, from 1.
    pub(crate) round: i64,
    /// Of a batch: calls that settled nobody.
    pub(crate) tries: u64,
}

impl Taken {
    /// The retry key of a batch. Derived, so that it is the same after a crash, and from the round too: members who leave make
    /// another body, which must not go under the key of the former, while those who stay need not be written anew.
    pub(crate) fn key(&self) -> Uuid {
        Uuid::new_v5(&self.id.0, self.round.to_string().as_bytes())
    }
}

impl FromRow for Taken {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            first: row.get("first_id")?,
            last: row.get("last_id")?,
            generation: row.get("generation")?,
            expires_at: row.get("expires_at")?,
            first_tried_at: row.get("first_tried_at")?,
            was_lost: row.get("was_lost")?,
            is_batch: row.get("is_batch")?,
            round: row.get("round")?,
            tries: row.get("tries")?,
        })
    }
}

/// Takes the next due slice of these kinds of a campaign (or of the replies) on a channel. A lease that is still named but ran
/// out was lost.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    campaign: Option<CampaignId>,
    kinds: Kinds,
    now: i64,
    me: &str,
    until: i64,
) -> Result<Option<Taken>> {
    tx.opt(
        Sql::pair(
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $4, lease_until = $5,
                 generation = generation + 1, first_tried_at = COALESCE(first_tried_at, $3)
             WHERE id = (SELECT id FROM slice WHERE channel_id = $1 AND campaign_id IS NOT DISTINCT FROM $2
                 AND due_at <= $3 AND lease_until <= $3 AND ((is_batch AND $7) OR (NOT is_batch AND $6))
                 ORDER BY id LIMIT 1)
             RETURNING id, first_id, last_id, generation, expires_at, first_tried_at, was_lost, is_batch, round,
                 tries",
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $4, lease_until = $5,
                 generation = generation + 1, first_tried_at = COALESCE(first_tried_at, $3)
             WHERE id = (SELECT id FROM slice WHERE channel_id = $1 AND campaign_id IS NOT DISTINCT FROM $2::text
                 AND due_at <= $3 AND lease_until <= $3 AND ((is_batch AND $7) OR (NOT is_batch AND $6))
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING id, first_id, last_id, generation, expires_at, first_tried_at, was_lost, is_batch, round,
                 tries",
        ),
        params![channel, campaign, now, me, until, kinds.singles, kinds.batches],
    )
}

/// A slice whose time to start is over.
pub(crate) struct Late {
    pub(crate) team: TeamId,
    pub(crate) channel: ChannelId,
    pub(crate) campaign: Option<CampaignId>,
    pub(crate) class: i64,
    pub(crate) due_at: i64,
    pub(crate) slice: Taken,
}

impl FromRow for Late {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            channel: row.get("channel_id")?,
            campaign: row.get("campaign_id")?,
            class: row.get("class")?,
            due_at: row.get("due_at")?,
            slice: Taken::from_row(row)?,
        })
    }
}

/// Takes the next slice behind this one whose time to start is over and which nobody holds, of any team, for this transaction.
/// Those of campaigns that were stopped are settled as such.
pub(crate) fn take_late(tx: &mut Tx<'_>, after: SliceId, me: &str, now: i64) -> Result<Option<Late>> {
    tx.opt(
        Sql::pair(
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $2, lease_until = $3,
                 generation = generation + 1
             WHERE id = (SELECT s.id FROM slice s LEFT JOIN campaign c ON c.team_id = s.team_id AND c.id = s.campaign_id
                 WHERE s.id > $1 AND s.expires_at < $3 AND s.lease_until <= $3
                     AND (s.campaign_id IS NULL OR c.state IN ('sending', 'paused')) ORDER BY s.id LIMIT 1)
             RETURNING team_id, channel_id, campaign_id, class, due_at, id, first_id, last_id, generation, expires_at,
                 COALESCE(first_tried_at, $3) AS first_tried_at, was_lost, is_batch, round, tries",
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $2, lease_until = $3,
                 generation = generation + 1
             WHERE id = (SELECT s.id FROM slice s LEFT JOIN campaign c ON c.team_id = s.team_id AND c.id = s.campaign_id
                 WHERE s.id > $1 AND s.expires_at < $3 AND s.lease_until <= $3
                     AND (s.campaign_id IS NULL OR c.state IN ('sending', 'paused')) ORDER BY s.id LIMIT 1
                 FOR UPDATE OF s SKIP LOCKED)
             RETURNING team_id, channel_id, campaign_id, class, due_at, id, first_id, last_id, generation, expires_at,
                 COALESCE(first_tried_at, $3) AS first_tried_at, was_lost, is_batch, round, tries",
        ),
        params![after, me, now],
    )
}

/// Renews the lease of a slice. False, if it was lost: then somebody else answers for its rows.
pub(crate) fn hold(tx: &mut Tx<'_>, slice: SliceId, me: &str, generation: i64, until: i64) -> Result<bool> {
    let held = tx.execute(
        "UPDATE slice SET lease_until = $4 WHERE id = $1 AND lease_by = $2 AND generation = $3",
        params![slice, me, generation, until],
    )?;
    Ok(held > 0)
}

/// Books that so many rows of a slice that is held are done; returns how many are left. Only rows that moved are counted:
/// a batch that is settled twice, as when the answer to a commit was lost, then books nothing the second time.
pub(crate) fn book(tx: &mut Tx<'_>, slice: SliceId, moved: usize) -> Result<i64> {
    tx.one("UPDATE slice SET open = open - $2 WHERE id = $1 RETURNING open", params![slice, moved])
}

/// Nothing is open in it any more.
pub(crate) fn close_slice(tx: &mut Tx<'_>, slice: SliceId) -> Result<()> {
    tx.execute("DELETE FROM slice WHERE id = $1", params![slice]).map(drop)
}

/// All its answers are in, and some rows come later. `was_lost`: answers of it could not be settled, so that rows which are
/// still queued may have arrived.
pub(crate) fn release(tx: &mut Tx<'_>, slice: SliceId, due_at: i64, was_lost: bool) -> Result<()> {
    tx.execute(
        "UPDATE slice SET lease_by = NULL, lease_until = 0, due_at = $2, was_lost = was_lost OR $3 WHERE id = $1",
        params![slice, due_at, was_lost],
    )
    .map(drop)
}
