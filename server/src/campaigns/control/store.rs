//! SQL of what is asked before a send is sent again, and of whose hand is on it.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    deliveries::DeliveryState,
    id::{CampaignId, ChannelId, ContactId, DeliveryId, MemberId, TeamId},
    members::MemberRef,
    reasons::Reason,
};

use super::Hands;
use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

impl FromRow for Hands {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let member = |id: &str, name: &str| -> Result<Option<MemberRef>> {
            let (id, name): (Option<MemberId>, Option<String>) = (row.get(id)?, row.get(name)?);
            Ok(id.map(|id| MemberRef { id, name: name.unwrap_or_default() }))
        };
        Ok(Self {
            paused_by: member("paused_by", "paused_name")?,
            cancelled_by: member("cancelled_by", "cancelled_name")?,
        })
    }
}

/// Who held a send, and who stopped it.
pub(super) fn hands(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId) -> Result<Hands> {
    tx.one(
        "SELECT c.paused_by, p.name AS paused_name, c.cancelled_by, s.name AS cancelled_name FROM campaign c
             LEFT JOIN member p ON p.team_id = c.team_id AND p.id = c.paused_by
             LEFT JOIN member s ON s.team_id = c.team_id AND s.id = c.cancelled_by
         WHERE c.team_id = $1 AND c.id = $2",
        params![team, campaign],
    )
}

/// The accounts that are paused while people of a send wait for them, and why.
pub(super) fn paused_channels(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId) -> Result<Vec<(ChannelId, Reason)>> {
    tx.all(
        "SELECT h.id, h.paused_reason FROM channel h WHERE h.team_id = $1 AND h.state = 'paused'
             AND h.paused_reason IS NOT NULL
             AND EXISTS (SELECT 1 FROM slice s WHERE s.campaign_id = $2 AND s.channel_id = h.id) ORDER BY h.id",
        params![team, campaign],
    )
}

/// How a recipient of a send stands.
pub(super) fn state_of(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    delivery: DeliveryId,
) -> Result<Option<DeliveryState>> {
    tx.opt(
        "SELECT state FROM delivery WHERE team_id = $1 AND campaign_id = $2 AND id = $3",
        params![team, campaign, delivery],
    )
}

/// Who of these recipients has not written since `closed` (UTC ms), by the WhatsApp number she would be written to
/// from.
pub(super) fn outside(
    tx: &mut Tx<'_>,
    team: TeamId,
    ids: &[DeliveryId],
    closed: i64,
) -> Result<BTreeMap<ChannelId, BTreeSet<ContactId>>> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<(ChannelId, ContactId)> = tx.all(
        Sql::pair(
            "SELECT d.channel_id, d.contact_id FROM delivery d
                 JOIN channel h ON h.team_id = d.team_id AND h.id = d.channel_id AND h.platform = 'whatsapp'
                 JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.team_id = $1 AND d.id IN (SELECT value FROM json_each($2))
                 AND (c.last_customer_at IS NULL OR c.last_customer_at <= $3)",
            "SELECT d.channel_id, d.contact_id FROM delivery d
                 JOIN channel h ON h.team_id = d.team_id AND h.id = d.channel_id AND h.platform = 'whatsapp'
                 JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.team_id = $1 AND d.id = ANY($2) AND (c.last_customer_at IS NULL OR c.last_customer_at <= $3)",
        ),
        params![team, ids, closed],
    )?;
    let mut people: BTreeMap<ChannelId, BTreeSet<ContactId>> = BTreeMap::new();
    for (channel, contact) in rows {
        people.entry(channel).or_default().insert(contact);
    }
    Ok(people)
}
