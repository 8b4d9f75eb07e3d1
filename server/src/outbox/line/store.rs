//! SQL of batches, which are slices that go out as one multicast; their lease is held.

use shared::{
    id::{CampaignId, DeliveryId, SliceId, TeamId},
    reasons::Reason,
};

use super::batch::Range;
use crate::{
    db::{Result, Sql, Tx, Value},
    params, row,
};

/// Counts a call of a batch that settled nobody, and remembers whether it may have been taken.
pub(crate) fn count_batch_try(tx: &mut Tx<'_>, slice: SliceId, may_have_arrived: bool) -> Result<()> {
    tx.execute(
        "UPDATE slice SET tries = tries + 1, was_lost = was_lost OR $2 WHERE id = $1",
        params![slice, may_have_arrived],
    )
    .map(drop)
}

/// A batch goes on with those of it between these two: another body under another key, which nobody got yet.
/// `first_tried_at`: when that key is first used (UTC ms), if that is now.
pub(crate) fn next_round(
    tx: &mut Tx<'_>,
    slice: SliceId,
    between: (DeliveryId, DeliveryId),
    is_batch: bool,
    first_tried_at: Option<i64>,
) -> Result<()> {
    tx.execute(
        "UPDATE slice SET round = round + 1, first_id = $2, last_id = $3, is_batch = $4, first_tried_at = $5, was_lost = FALSE
         WHERE id = $1",
        params![slice, between.0, between.1, is_batch, first_tried_at],
    )
    .map(drop)
}

/// Those of a slice who are queued within this range get one of their own, which is due now (UTC ms).
pub(crate) fn split_off(tx: &mut Tx<'_>, slice: SliceId, new: SliceId, range: &Range, now: i64) -> Result<()> {
    let moved = tx.execute(
        "UPDATE delivery SET slice_id = $2 WHERE slice_id = $1 AND state = 'queued' AND id BETWEEN $3 AND $4",
        params![slice, new, range.first, range.last],
    )?;
    if moved == 0 {
        return Ok(());
    }
    let moved = i64::try_from(moved).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO slice (team_id, id, campaign_id, channel_id, class, first_id, last_id, is_batch, open, due_at, expires_at,
             generation, lease_until, was_lost, round, tries)
         SELECT team_id, CAST($2 AS TEXT), campaign_id, channel_id, class, CAST($3 AS TEXT), CAST($4 AS TEXT),
             CAST($5 AS BOOLEAN), CAST($6 AS BIGINT), CAST($7 AS BIGINT), expires_at, 0, 0, FALSE, round, tries
         FROM slice WHERE id = $1",
        params![slice, new, range.first, range.last, range.is_batch, moved, now],
    )?;
    tx.execute("UPDATE slice SET open = open - $2 WHERE id = $1", params![slice, moved]).map(drop)
}

/// A call of a batch that did not succeed at once, for the history of all who were in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchTry {
    pub(crate) team: TeamId,
    pub(crate) id: uuid::Uuid,
    pub(crate) campaign: CampaignId,
    /// Between whom they are.
    pub(crate) first: DeliveryId,
    pub(crate) last: DeliveryId,
    /// `later`, `refused`, `unsure` or `stop`.
    pub(crate) outcome: &'static str,
    pub(crate) reason: Reason,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) at: i64,
}

pub(crate) fn add_batch_tries(tx: &mut Tx<'_>, tries: &[BatchTry]) -> Result<()> {
    let rows: Vec<Vec<Value>> = tries
        .iter()
        .map(|one| {
            row![
                one.team,
                one.id.to_string(),
                one.campaign,
                one.first,
                one.last,
                one.outcome,
                one.reason,
                &one.code,
                &one.text,
                &one.request_id,
                one.at,
            ]
        })
        .collect();
    tx.many(
        Sql::pair(
            "INSERT INTO batch_attempt (team_id, id, campaign_id, first_id, last_id, outcome, reason, provider_code, provider_text,
                 request_id, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
            "INSERT INTO batch_attempt (team_id, id, campaign_id, first_id, last_id, outcome, reason, provider_code, provider_text,
                 request_id, at)
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                 $8::text[], $9::text[], $10::text[], $11::bigint[]) ON CONFLICT (id) DO NOTHING",
        ),
        params![],
        &rows,
    )
    .map(drop)
}

/// Whether LINE found the content of a campaign right.
pub(crate) fn is_valid(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<bool> {
    tx.one("SELECT line_valid_at IS NOT NULL FROM campaign WHERE id = $1", params![campaign])
}

/// LINE found the content of a campaign right, at this time (UTC ms).
pub(crate) fn is_right(tx: &mut Tx<'_>, campaign: CampaignId, now: i64) -> Result<()> {
    tx.execute("UPDATE campaign SET line_valid_at = $2 WHERE id = $1", params![campaign, now]).map(drop)
}
