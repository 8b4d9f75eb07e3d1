//! SQL of recipients that are still to be written.

use shared::id::{CampaignId, ChannelId, TeamId};

use super::super::enqueue::NewCampaignDeliveries;
use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

/// Which piece: of a campaign, from 0.
pub(crate) type Place = (CampaignId, i64);

/// Recipients of a campaign who are still to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// As they were accepted; `now` is when they are written.
    pub(crate) new: NewCampaignDeliveries,
    pub(crate) channel: ChannelId,
    /// JSON.
    pub(crate) people: String,
}

/// Keeps a piece of a campaign for later.
pub(crate) fn add_piece(
    tx: &mut Tx<'_>,
    new: &NewCampaignDeliveries,
    number: usize,
    channel: ChannelId,
    people: &str,
) -> Result<()> {
    tx.execute(
        "INSERT INTO campaign_piece (team_id, campaign_id, number, channel_id, class, sender_id, expires_at, is_personal, people)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            new.team, new.campaign, number, channel, new.class, new.sender, new.expires_at, new.is_personal, people,
        ],
    )
    .map(drop)
}

/// How many people of a channel something is on its way to, whether they are written yet or not.
pub(crate) fn on_its_way(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<u64> {
    tx.one(
        Sql::pair(
            "SELECT (SELECT COALESCE(SUM(open), 0) FROM slice WHERE team_id = $1 AND channel_id = $2)
                 + (SELECT COUNT(*) FROM campaign_piece p JOIN json_each(p.people) e
                     WHERE p.team_id = $1 AND p.channel_id = $2 AND json_extract(e.value, '$[5]') IS NULL)",
            "SELECT (SELECT CAST(COALESCE(SUM(open), 0) AS BIGINT) FROM slice WHERE team_id = $1 AND channel_id = $2)
                 + (SELECT COUNT(*) FROM campaign_piece p CROSS JOIN LATERAL jsonb_array_elements(p.people::jsonb) e
                     WHERE p.team_id = $1 AND p.channel_id = $2 AND e.value ->> 5 IS NULL)",
        ),
        params![team, channel],
    )
}

/// What is to be written next, of all teams: the campaigns by turns.
pub(crate) fn next_pieces(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<Place>> {
    tx.all("SELECT campaign_id, number FROM campaign_piece ORDER BY number, campaign_id LIMIT $1", params![limit])
}

/// Takes a piece out, to be written in this transaction. None, where it is written or another server is at it.
pub(crate) fn take_piece(tx: &mut Tx<'_>, (campaign, number): Place, now: i64) -> Result<Option<Piece>> {
    let taken = tx.opt::<Piece>(
        Sql::pair(
            "DELETE FROM campaign_piece WHERE campaign_id = $1 AND number = $2 RETURNING *",
            "DELETE FROM campaign_piece WHERE (campaign_id, number) IN
                 (SELECT campaign_id, number FROM campaign_piece WHERE campaign_id = $1 AND number = $2
                 FOR UPDATE SKIP LOCKED)
             RETURNING *",
        ),
        params![campaign, number],
    )?;
    Ok(taken.map(|piece| Piece { new: NewCampaignDeliveries { now, ..piece.new }, ..piece }))
}

impl FromRow for Piece {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let new = NewCampaignDeliveries {
            team: row.get("team_id")?,
            campaign: row.get("campaign_id")?,
            class: row.get("class")?,
            sender: row.get("sender_id")?,
            expires_at: row.get("expires_at")?,
            now: 0,
            is_personal: row.get("is_personal")?,
        };
        Ok(Self { new, channel: row.get("channel_id")?, people: row.get("people")? })
    }
}
