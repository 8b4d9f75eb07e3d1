//! What one record holds beside its row: its content, what it came to by account and by reason, and whose it is.

use shared::{
    content::Content,
    deliveries::DeliveryState,
    id::{CampaignId, ChannelId, TeamId},
    reasons::Reason,
    selection::Selection,
};

use super::texts;
use crate::{
    campaigns::{Sent, drafts::store::from_json},
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

/// What was frozen when a send was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub(crate) content: Content,
    pub(crate) selection: Selection,
}

impl FromRow for Frozen {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { content: from_json(row, "content")?, selection: from_json(row, "selection")? })
    }
}

/// What was frozen of a campaign.
pub(crate) fn frozen(tx: &mut Tx<'_>, team: TeamId, id: CampaignId) -> Result<Frozen> {
    tx.one("SELECT content, selection FROM campaign WHERE team_id = $1 AND id = $2", params![team, id])
}

/// The people of a campaign by account and state.
pub(crate) fn by_channel(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: CampaignId,
) -> Result<Vec<(ChannelId, DeliveryState, u64)>> {
    tx.all(
        "SELECT channel_id, state, COUNT(*) FROM delivery WHERE team_id = $1 AND campaign_id = $2
         GROUP BY channel_id, state",
        params![team, id],
    )
}

/// People who did not get it, by reason, most first.
pub(crate) fn reasons(tx: &mut Tx<'_>, team: TeamId, id: CampaignId) -> Result<Vec<(Reason, u64)>> {
    tx.all(
        "SELECT reason, COUNT(*) AS people FROM delivery
         WHERE team_id = $1 AND campaign_id = $2 AND state IN ('failed', 'unknown') AND reason IS NOT NULL
         GROUP BY reason ORDER BY people DESC, reason",
        params![team, id],
    )
}

/// The first few names behind a reason.
pub(crate) fn names_of(tx: &mut Tx<'_>, team: TeamId, id: CampaignId, reason: Reason) -> Result<Vec<String>> {
    tx.all(
        "SELECT name FROM delivery WHERE team_id = $1 AND campaign_id = $2 AND state IN ('failed', 'unknown')
             AND reason = $3
         ORDER BY id LIMIT 5",
        params![team, id, reason],
    )
}

impl FromRow for Sent {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get("id")?, sender: row.get("sender_id")?, store: row.get("store_id")? })
    }
}

/// Who sent these campaigns, and under which store.
pub(crate) fn sent(tx: &mut Tx<'_>, team: TeamId, ids: &[CampaignId]) -> Result<Vec<Sent>> {
    tx.all(
        Sql::pair(
            "SELECT id, sender_id, store_id FROM campaign
             WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
            "SELECT id, sender_id, store_id FROM campaign WHERE team_id = $1 AND id = ANY($2)",
        ),
        params![team, texts(ids.iter())],
    )
}
