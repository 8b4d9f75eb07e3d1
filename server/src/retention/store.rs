//! SQL of deleting what is old.

use shared::id::{CampaignId, DeliveryId, TeamId};

use crate::{
    db::{Result, Sql, Tx, Value},
    params,
};

/// Of the sends of this kind, of all teams, that ended before this (UTC ms) and still have recipients, the one that
/// ended first. One of which something still waits is none of them.
pub(super) fn oldest(tx: &mut Tx<'_>, kind: &str, before: i64) -> Result<Option<(TeamId, CampaignId)>> {
    tx.opt(
        "SELECT c.team_id, c.id FROM campaign c
         WHERE c.kind = $1 AND c.recipients_gone_at IS NULL AND c.finished_at IS NOT NULL AND c.finished_at < $2
             AND NOT EXISTS (SELECT 1 FROM slice s WHERE s.team_id = c.team_id AND s.campaign_id = c.id)
         ORDER BY c.finished_at, c.id LIMIT 1",
        params![kind, before],
    )
}

/// The first recipients of a send.
pub(super) fn recipients(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, limit: usize) -> Result<Vec<DeliveryId>> {
    tx.all(
        "SELECT id FROM delivery WHERE team_id = $1 AND campaign_id = $2 ORDER BY id LIMIT $3",
        params![team, campaign, limit],
    )
}

/// Deletes these recipients of a send with all that hangs on them; returns how many there were. A click that an order
/// is credited to stays.
pub(super) fn delete(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, ids: &[DeliveryId]) -> Result<u64> {
    let ids = Value::Texts(ids.iter().map(ToString::to_string).collect());
    for hanging in [
        Sql::pair(
            "DELETE FROM delivery_part WHERE team_id = $1 AND delivery_id IN (SELECT value FROM json_each($2))",
            "DELETE FROM delivery_part WHERE team_id = $1 AND delivery_id = ANY($2)",
        ),
        Sql::pair(
            "DELETE FROM attempt WHERE team_id = $1 AND delivery_id IN (SELECT value FROM json_each($2))",
            "DELETE FROM attempt WHERE team_id = $1 AND delivery_id = ANY($2)",
        ),
    ] {
        tx.execute(hanging, &[team.into(), ids.clone()])?;
    }
    tx.execute(
        Sql::pair(
            "DELETE FROM click
             WHERE team_id = $1 AND campaign_id = $2 AND delivery_id IN (SELECT value FROM json_each($3))
             AND NOT EXISTS (SELECT 1 FROM credit k WHERE k.team_id = click.team_id AND k.click_id = click.id)",
            "DELETE FROM click WHERE team_id = $1 AND campaign_id = $2 AND delivery_id = ANY($3)
             AND NOT EXISTS (SELECT 1 FROM credit k WHERE k.team_id = click.team_id AND k.click_id = click.id)",
        ),
        &[team.into(), campaign.into(), ids.clone()],
    )?;
    tx.execute(
        Sql::pair(
            "DELETE FROM delivery WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
            "DELETE FROM delivery WHERE team_id = $1 AND id = ANY($2)",
        ),
        &[team.into(), ids],
    )
}

/// Marks a send whose recipients are gone (UTC ms), and deletes what was noted of whole batches of them.
pub(super) fn mark(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, at: i64) -> Result<()> {
    tx.execute("DELETE FROM batch_attempt WHERE team_id = $1 AND campaign_id = $2", params![team, campaign])?;
    tx.execute(
        "UPDATE campaign SET recipients_gone_at = $3 WHERE team_id = $1 AND id = $2",
        params![team, campaign, at],
    )
    .map(drop)
}

/// Deletes acts of all teams from before this (UTC ms), at most `limit`; returns how many.
pub(super) fn delete_acts(tx: &mut Tx<'_>, before: i64, limit: usize) -> Result<u64> {
    tx.execute(
        "DELETE FROM audit WHERE (team_id, id) IN (SELECT team_id, id FROM audit WHERE at < $1 ORDER BY at LIMIT $2)",
        params![before, limit],
    )
}
