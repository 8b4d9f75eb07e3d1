//! SQL of the engine's figures.

use shared::id::ChannelId;

use super::Queue;
use crate::{
    db::{FromRow, Result, Row, Tx},
    outbox::store::Budget,
    params,
};

impl FromRow for Queue {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { channel: row.get("channel_id")?, depth: row.get("depth")?, due_since: row.get("due_since")? })
    }
}

/// What waits on the channels of all teams at this time (UTC ms): a row for 200 recipients, so it is quickly read.
pub(super) fn queues(tx: &mut Tx<'_>, now: i64) -> Result<Vec<Queue>> {
    tx.all(
        "SELECT s.channel_id, CAST(SUM(s.open) AS BIGINT) AS depth,
             MIN(CASE WHEN s.due_at <= $1 AND s.lease_until <= $1 AND h.state = 'ready'
                 AND (s.campaign_id IS NULL OR c.state = 'sending') THEN s.due_at END) AS due_since
         FROM slice s JOIN channel h ON h.team_id = s.team_id AND h.id = s.channel_id
             LEFT JOIN campaign c ON c.team_id = s.team_id AND c.id = s.campaign_id
         GROUP BY s.channel_id ORDER BY s.channel_id",
        params![now],
    )
}

/// A budget with its channel and endpoint.
struct Named(ChannelId, String, Budget);

impl FromRow for Named {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.get("channel_id")?, row.get("endpoint")?, Budget::from_row(row)?))
    }
}

/// The budgets of the channels of all teams.
pub(super) fn budgets(tx: &mut Tx<'_>) -> Result<Vec<(ChannelId, String, Budget)>> {
    let found: Vec<Named> = tx.all(
        "SELECT b.channel_id, b.endpoint, b.rate, b.rate_now, b.next_at, b.slowed_at FROM channel_budget b
             JOIN channel h ON h.team_id = b.team_id AND h.id = b.channel_id
         WHERE h.deleted_at IS NULL ORDER BY b.channel_id, b.endpoint",
        params![],
    )?;
    Ok(found.into_iter().map(|Named(channel, endpoint, budget)| (channel, endpoint, budget)).collect())
}
