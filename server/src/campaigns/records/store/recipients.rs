//! The recipients of a campaign, and the tries to reach them.

use shared::{
    deliveries::{DeliveryState, Outcome},
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, TeamId},
    reasons::{CheckedBy, Reason},
};

use super::texts;
use crate::{
    db::{Error, FromRow, Query, Result, Row, Sql, Tx},
    params,
};

/// A recipient as she is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) name: String,
    pub(crate) channel: ChannelId,
    pub(crate) conversation: ConversationId,
    pub(crate) state: DeliveryState,
    pub(crate) reason: Option<Reason>,
    pub(crate) checked_by: Option<CheckedBy>,
    pub(crate) settled_at: Option<i64>,
    pub(crate) delivered_at: Option<i64>,
    pub(crate) read_at: Option<i64>,
    /// The place of the first message that failed, from 0, on a platform that takes each by itself.
    pub(crate) failed_part: Option<u32>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl FromRow for StoredDelivery {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let checked_by: Option<String> = row.get("checked_by")?;
        let checked_by = match checked_by.as_deref() {
            None => None,
            Some("storecast") => Some(CheckedBy::Storecast),
            Some("platform") => Some(CheckedBy::Platform),
            Some(_) => {
                return Err(Error::Column { name: "checked_by".into(), problem: "names nobody we know".into() });
            }
        };
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            channel: row.get("channel_id")?,
            conversation: row.get("conversation_id")?,
            state: row.get("state")?,
            reason: row.get("reason")?,
            checked_by,
            settled_at: row.get("settled_at")?,
            delivered_at: row.get("delivered_at")?,
            read_at: row.get("read_at")?,
            failed_part: row.get("failed_part")?,
            code: row.get("provider_code")?,
            text: row.get("provider_text")?,
            request_id: row.get("request_id")?,
        })
    }
}

const RECIPIENT: &str =
    "SELECT id, name, channel_id, conversation_id, state, reason, checked_by, settled_at, delivered_at, read_at,
     provider_code, provider_text, request_id, CASE WHEN state = 'failed' THEN (SELECT MIN(p.part) FROM delivery_part p
         WHERE p.delivery_id = delivery.id AND p.state = 'failed' AND NOT EXISTS (SELECT 1 FROM delivery_part o
             WHERE o.delivery_id = p.delivery_id AND o.part = p.part
                 AND (o.state IN ('accepted', 'sent', 'delivered', 'read')
                     OR (o.attempt > p.attempt AND o.state <> 'skipped')))) END AS failed_part
     FROM delivery WHERE team_id = $# AND campaign_id = $#";

/// Recipients of a campaign, in the order they were written.
pub(crate) fn deliveries(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    outcome: Option<Outcome>,
    reason: Option<Reason>,
    after: Option<DeliveryId>,
    limit: usize,
) -> Result<Vec<StoredDelivery>> {
    let mut query = Query::new(RECIPIENT, params![team, campaign]);
    if let Some(outcome) = outcome {
        match outcome.states() {
            // An index may give those of one state in order, not those of several.
            [one] => query.push("AND state = $#", params![*one]),
            several => query.push(
                Sql::pair("AND state IN (SELECT value FROM json_each($#))", "AND state = ANY($#)"),
                params![texts(several.iter().map(|state| state.as_str()))],
            ),
        };
    }
    if reason.is_some() || matches!(outcome, Some(Outcome::Failed | Outcome::Unknown)) {
        // Said in these words, as the indexes of those who did not get it are.
        query.push("AND state IN ('failed', 'unknown')", &[]);
    }
    if let Some(reason) = reason {
        query.push("AND reason = $#", params![reason]);
    }
    if let Some(after) = after {
        query.push("AND id > $#", params![after]);
    }
    query.push("ORDER BY id LIMIT $#", params![limit]);
    tx.all_query(&query)
}

/// One recipient of a campaign.
pub(crate) fn delivery(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    id: DeliveryId,
) -> Result<Option<StoredDelivery>> {
    let mut query = Query::new(RECIPIENT, params![team, campaign]);
    query.push("AND id = $#", params![id]);
    tx.opt_query(&query)
}

/// A try that did not succeed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredAttempt {
    pub(crate) at: i64,
    pub(crate) outcome: String,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl FromRow for StoredAttempt {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            at: row.get("at")?,
            outcome: row.get("outcome")?,
            code: row.get("provider_code")?,
            text: row.get("provider_text")?,
            request_id: row.get("request_id")?,
        })
    }
}

/// The tries of a delivery, oldest first: its own, and those of the multicasts it was in until it was settled.
pub(crate) fn attempts(tx: &mut Tx<'_>, team: TeamId, delivery: DeliveryId) -> Result<Vec<StoredAttempt>> {
    tx.all(
        "SELECT id, at, outcome, provider_code, provider_text, request_id FROM attempt
             WHERE team_id = $1 AND delivery_id = $2
         UNION ALL SELECT b.id, b.at, b.outcome, b.provider_code, b.provider_text, b.request_id
             FROM delivery d JOIN batch_attempt b ON b.team_id = d.team_id AND b.campaign_id = d.campaign_id
                 AND b.first_id <= d.id AND b.last_id >= d.id AND (d.settled_at IS NULL OR b.at <= d.settled_at)
             WHERE d.team_id = $1 AND d.id = $2 ORDER BY id",
        params![team, delivery],
    )
}
