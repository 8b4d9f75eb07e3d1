//! SQL of a person's hand on campaigns. Each change is guarded by the state it starts from.

use shared::{
    id::{CampaignId, ChannelId, DeliveryId, MemberId, SliceId, TeamId},
    reasons::Reason,
};

use super::Lost;
use crate::{
    db::{FromRow, Result, Row, Sql, Tx, Value},
    outbox::store::Taken,
    params, row,
};

/// Holds a campaign by a person's hand. Returns whether it was being sent, or held for a reason of its own.
pub(crate) fn pause(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, by: MemberId) -> Result<bool> {
    let held = tx.execute(
        "UPDATE campaign SET state = 'paused', paused_reason = NULL, paused_by = $3
         WHERE team_id = $1 AND id = $2 AND (state = 'sending' OR (state = 'paused' AND paused_by IS NULL))",
        params![team, campaign, by],
    )?;
    Ok(held > 0)
}

/// Holds a campaign that is being sent, for a reason of its own. Returns whether it was.
pub(crate) fn hold_campaign(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, reason: Reason) -> Result<bool> {
    let held = tx.execute(
        "UPDATE campaign SET state = 'paused', paused_reason = $3, paused_by = NULL
         WHERE team_id = $1 AND id = $2 AND state = 'sending'",
        params![team, campaign, reason],
    )?;
    Ok(held > 0)
}

/// Lets a held campaign go on. Returns whether it was held.
pub(crate) fn resume(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId) -> Result<bool> {
    let resumed = tx.execute(
        "UPDATE campaign SET state = 'sending', paused_reason = NULL, paused_by = NULL
         WHERE team_id = $1 AND id = $2 AND state = 'paused'",
        params![team, campaign],
    )?;
    Ok(resumed > 0)
}

/// Lets a campaign go on that is held for a reason of its own. Returns whether it was.
pub(crate) fn let_go(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId) -> Result<bool> {
    let resumed = tx.execute(
        "UPDATE campaign SET state = 'sending', paused_reason = NULL
         WHERE team_id = $1 AND id = $2 AND state = 'paused' AND paused_by IS NULL",
        params![team, campaign],
    )?;
    Ok(resumed > 0)
}

/// Stops a campaign for good. Returns whether it was under way.
pub(crate) fn cancel(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, by: MemberId) -> Result<bool> {
    let stopped = tx.execute(
        "UPDATE campaign SET state = 'cancelled', paused_reason = NULL, paused_by = NULL, cancelled_by = $3
         WHERE team_id = $1 AND id = $2 AND state IN ('sending', 'paused')",
        params![team, campaign, by],
    )?;
    Ok(stopped > 0)
}

/// Which of these campaigns are held or stopped.
pub(crate) fn stopped(tx: &mut Tx<'_>, campaigns: &[CampaignId]) -> Result<Vec<CampaignId>> {
    if campaigns.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = campaigns.iter().map(ToString::to_string).collect();
    tx.all(
        Sql::pair(
            "SELECT id FROM campaign WHERE id IN (SELECT value FROM json_each($1)) AND state IN ('paused', 'cancelled')",
            "SELECT id FROM campaign WHERE id = ANY($1) AND state IN ('paused', 'cancelled')",
        ),
        params![ids],
    )
}

/// Which of these recipients are queued in other slices than these.
pub(crate) fn queued_elsewhere(tx: &mut Tx<'_>, ids: &[DeliveryId], slices: &[SliceId]) -> Result<Vec<DeliveryId>> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let slices: Vec<String> = slices.iter().map(ToString::to_string).collect();
    tx.all(
        Sql::pair(
            "SELECT id FROM delivery WHERE id IN (SELECT value FROM json_each($1)) AND state = 'queued'
                 AND slice_id NOT IN (SELECT value FROM json_each($2)) ORDER BY id",
            "SELECT id FROM delivery WHERE id = ANY($1) AND state = 'queued' AND slice_id <> ALL($2) ORDER BY id",
        ),
        params![ids, slices],
    )
}

/// Campaigns that were stopped while somebody of them still waits.
pub(crate) fn stopping(tx: &mut Tx<'_>) -> Result<Vec<(TeamId, CampaignId)>> {
    tx.all(
        "SELECT team_id, id FROM campaign WHERE state = 'cancelled' AND finished_at IS NULL ORDER BY team_id, id",
        params![],
    )
}

/// A slice that nobody holds, taken from a campaign that was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) channel: ChannelId,
    pub(crate) slice: Taken,
}

impl FromRow for Rest {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { channel: row.get("channel_id")?, slice: Taken::from_row(row)? })
    }
}

/// Takes the next slice of a campaign that nobody holds, due or not, as a claim takes one.
pub(crate) fn take_rest(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    me: &str,
    now: i64,
) -> Result<Option<Rest>> {
    tx.opt(
        Sql::pair(
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $4, lease_until = $3,
                 generation = generation + 1, first_tried_at = COALESCE(first_tried_at, $3)
             WHERE id = (SELECT id FROM slice WHERE team_id = $1 AND campaign_id = $2 AND lease_until <= $3
                 ORDER BY id LIMIT 1)
             RETURNING *",
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $4, lease_until = $3,
                 generation = generation + 1, first_tried_at = COALESCE(first_tried_at, $3)
             WHERE id = (SELECT id FROM slice WHERE team_id = $1 AND campaign_id = $2 AND lease_until <= $3
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING *",
        ),
        params![team, campaign, now, me],
    )
}

impl FromRow for Lost {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get("id")?, channel: row.get("channel_id")? })
    }
}

/// Who of a campaign failed for these reasons, in order, locked.
pub(crate) fn failed(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, reasons: &[Reason]) -> Result<Vec<Lost>> {
    let reasons: Vec<String> = reasons.iter().map(|reason| reason.as_str().to_owned()).collect();
    tx.all(
        Sql::pair(
            "SELECT id, channel_id FROM delivery WHERE team_id = $1 AND campaign_id = $2
                 AND state IN ('failed', 'unknown') AND state = 'failed'
                 AND reason IN (SELECT value FROM json_each($3)) ORDER BY id",
            "SELECT id, channel_id FROM delivery WHERE team_id = $1 AND campaign_id = $2
                 AND state IN ('failed', 'unknown') AND state = 'failed' AND reason = ANY($3) ORDER BY id FOR UPDATE",
        ),
        params![team, campaign, reasons],
    )
}

/// Of whom of a campaign nobody knows whether they got it, in order, locked; only this one, where one is named.
pub(crate) fn unknown(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    only: Option<DeliveryId>,
) -> Result<Vec<Lost>> {
    tx.all(
        Sql::pair(
            "SELECT id, channel_id FROM delivery WHERE team_id = $1 AND campaign_id = $2
                 AND state IN ('failed', 'unknown') AND state = 'unknown' AND ($3 IS NULL OR id = $3) ORDER BY id",
            "SELECT id, channel_id FROM delivery WHERE team_id = $1 AND campaign_id = $2
                 AND state IN ('failed', 'unknown') AND state = 'unknown' AND ($3::text IS NULL OR id = $3)
             ORDER BY id FOR UPDATE",
        ),
        params![team, campaign, only],
    )
}

/// The order in which a campaign is served.
pub(crate) fn class(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId) -> Result<i64> {
    tx.one("SELECT class FROM campaign WHERE team_id = $1 AND id = $2", params![team, campaign])
}

/// Queues another attempt of these, who failed or are unknown, each in her slice. What the last one came to is in the history.
pub(crate) fn requeue(tx: &mut Tx<'_>, team: TeamId, places: &[(DeliveryId, SliceId)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = places.iter().map(|(id, slice)| row![id, slice]).collect();
    tx.many(
        Sql::pair(
            "UPDATE delivery SET state = 'queued', slice_id = $3, attempt = attempt + 1, tries = 0, unsure = FALSE,
                 reason = NULL, checked_by = NULL, provider_code = NULL, provider_text = NULL, request_id = NULL,
                 settled_at = NULL
             WHERE team_id = $1 AND id = $2 AND state IN ('failed', 'unknown')",
            "UPDATE delivery d SET state = 'queued', slice_id = u.slice, attempt = d.attempt + 1, tries = 0, unsure = FALSE,
                 reason = NULL, checked_by = NULL, provider_code = NULL, provider_text = NULL, request_id = NULL,
                 settled_at = NULL
             FROM unnest($2::text[], $3::text[]) AS u (id, slice)
             WHERE d.team_id = $1 AND d.id = u.id AND d.state IN ('failed', 'unknown')",
        ),
        params![team],
        &rows,
    )
    .map(drop)
}

/// Gives a campaign that may be sent again until then (UTC ms). False, where it is held or stopped.
pub(crate) fn reopen(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, expires_at: i64) -> Result<bool> {
    let reopened = tx.execute(
        "UPDATE campaign SET expires_at = $3
         WHERE team_id = $1 AND id = $2 AND state IN ('sending', 'completed', 'failed')",
        params![team, campaign, expires_at],
    )?;
    Ok(reopened > 0)
}
