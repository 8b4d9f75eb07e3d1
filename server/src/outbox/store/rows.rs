//! SQL of recipients and of the tries to reach them.

use shared::{
    id::{CampaignId, ConversationId, DeliveryId, IdentityId, SliceId, TeamId},
    reasons::{CheckedBy, Reason},
};

use super::{
    super::enqueue::{NewCampaignDeliveries, NewDelivery, NewReply},
    Taken,
};
use crate::{
    db::{FromRow, Result, Row, Sql, Tx, Value},
    params, row,
};

/// The class of broadcasts.
const BROADCAST: i64 = 2;

/// Recipients of a campaign, with their ids. Those known to fail are written as failed at once.
pub(crate) fn add_deliveries(
    tx: &mut Tx<'_>,
    new: &NewCampaignDeliveries,
    slice: SliceId,
    ids: &[DeliveryId],
    recipients: &[&NewDelivery],
) -> Result<()> {
    let policy = if new.class == BROADCAST { "broadcast" } else { "group" };
    let rows: Vec<Vec<Value>> = ids
        .iter()
        .zip(recipients)
        .map(|(id, one)| {
            let failed = one.refused.is_some();
            row![
                id,
                one.channel,
                one.identity,
                one.contact,
                one.conversation,
                &one.address,
                &one.name,
                if failed { "failed" } else { "queued" },
                one.refused,
                failed.then_some("storecast"),
                failed.then_some(new.now),
            ]
        })
        .collect();
    tx.many(
        Sql::pair(
            "INSERT INTO delivery (team_id, policy, campaign_id, slice_id, sender_id, id, channel_id, identity_id, contact_id,
                 conversation_id, address, name, state, reason, checked_by, settled_at, attempt, tries, unsure)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, 0, FALSE)",
            "INSERT INTO delivery (team_id, policy, campaign_id, slice_id, sender_id, id, channel_id, identity_id, contact_id,
                 conversation_id, address, name, state, reason, checked_by, settled_at, attempt, tries, unsure)
             SELECT $1, $2, $3, $4, $5, u.*, 1, 0, FALSE
             FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                 $14::text[], $15::text[], $16::bigint[]) AS u",
        ),
        params![new.team, policy, new.campaign, slice, new.sender],
        &rows,
    )
    .map(drop)
}

pub(crate) fn add_reply(tx: &mut Tx<'_>, reply: &NewReply, slice: SliceId, content: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO delivery (team_id, id, policy, message_id, slice_id, channel_id, identity_id, contact_id, conversation_id,
             sender_id, address, name, fill, state, attempt, tries, unsure)
         VALUES ($1, $2, 'reply', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', 1, 0, FALSE)",
        params![
            reply.team, reply.delivery, reply.message, slice, reply.channel, reply.identity, reply.contact,
            reply.conversation, reply.sender, &reply.address, &reply.name, content,
        ],
    )
    .map(drop)
}

/// A row of a slice that is still to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) id: DeliveryId,
    pub(crate) identity: IdentityId,
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) fill: Option<String>,
    pub(crate) attempt: i64,
    pub(crate) tries: u64,
    pub(crate) unsure: bool,
}

impl FromRow for Queued {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            identity: row.get("identity_id")?,
            address: row.get("address")?,
            name: row.get("name")?,
            fill: row.get("fill")?,
            attempt: row.get("attempt")?,
            tries: row.get("tries")?,
            unsure: row.get("unsure")?,
        })
    }
}

/// The rows of a slice that are still queued, in order. Somebody between these neighbours may be of another slice: sent again
/// by a person's decision, or of a batch that was narrowed.
pub(crate) fn queued(tx: &mut Tx<'_>, slice: &Taken, campaign: Option<CampaignId>) -> Result<Vec<Queued>> {
    match campaign {
        Some(campaign) => tx.all(
            "SELECT id, identity_id, address, name, fill, attempt, tries, unsure FROM delivery
             WHERE campaign_id = $1 AND id BETWEEN $2 AND $3 AND slice_id = $4 AND state = 'queued' ORDER BY id",
            params![campaign, slice.first, slice.last, slice.id],
        ),
        None => tx.all(
            "SELECT id, identity_id, address, name, fill, attempt, tries, unsure FROM delivery
             WHERE id = $1 AND state = 'queued'",
            params![slice.first],
        ),
    }
}

/// A row that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) id: DeliveryId,
    /// `accepted`, `failed` or `unknown`.
    pub(crate) state: &'static str,
    pub(crate) reason: Option<Reason>,
    pub(crate) checked_by: Option<CheckedBy>,
    pub(crate) provider_id: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) at: i64,
}

/// Settles rows, forwards only: what is settled stays so. Returns those that moved, with their conversations.
pub(crate) fn settle(tx: &mut Tx<'_>, rows: &[Settled]) -> Result<Vec<(DeliveryId, ConversationId)>> {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|one| {
            let checked_by = one.checked_by.map(|by| match by {
                CheckedBy::Storecast => "storecast",
                CheckedBy::Platform => "platform",
            });
            row![
                one.id,
                one.state,
                one.reason,
                checked_by,
                &one.provider_id,
                &one.code,
                &one.text,
                &one.request_id,
                one.at,
                (one.state == "accepted").then_some(one.at),
            ]
        })
        .collect();
    tx.many_returning(
        Sql::pair(
            "UPDATE delivery SET state = $2, reason = $3, checked_by = $4, provider_id = $5, provider_code = $6,
                 provider_text = $7, request_id = $8, settled_at = $9, sent_at = $10, tries = tries + 1
             WHERE id = $1 AND state = 'queued' RETURNING id, conversation_id",
            "UPDATE delivery d SET state = u.state, reason = u.reason, checked_by = u.checked_by, provider_id = u.provider_id,
                 provider_code = u.code, provider_text = u.text, request_id = u.request_id, settled_at = u.at,
                 sent_at = u.sent_at, tries = d.tries + 1
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                 $9::bigint[], $10::bigint[])
                 AS u (id, state, reason, checked_by, provider_id, code, text, request_id, at, sent_at)
             WHERE d.id = u.id AND d.state = 'queued' RETURNING d.id, d.conversation_id",
        ),
        params![],
        &rows,
    )
}

/// Counts a try that did not settle, and remembers whether it may have arrived.
pub(crate) fn count_tries(tx: &mut Tx<'_>, rows: &[(DeliveryId, bool)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = rows.iter().map(|(id, unsure)| row![id, *unsure]).collect();
    tx.many(
        Sql::pair(
            "UPDATE delivery SET tries = tries + 1, unsure = unsure OR $2 WHERE id = $1 AND state = 'queued'",
            "UPDATE delivery d SET tries = d.tries + 1, unsure = d.unsure OR u.unsure
             FROM unnest($1::text[], $2::boolean[]) AS u (id, unsure) WHERE d.id = u.id AND d.state = 'queued'",
        ),
        params![],
        &rows,
    )
    .map(drop)
}

/// A try that did not succeed at once, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) team: TeamId,
    pub(crate) id: uuid::Uuid,
    pub(crate) delivery: DeliveryId,
    pub(crate) attempt: i64,
    /// Which message it was about, where each is a call of its own (WhatsApp).
    pub(crate) part: Option<usize>,
    /// `later`, `refused`, `unsure` or `stop`.
    pub(crate) outcome: &'static str,
    pub(crate) reason: Reason,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) at: i64,
}

pub(crate) fn add_tries(tx: &mut Tx<'_>, tries: &[Try]) -> Result<()> {
    let rows: Vec<Vec<Value>> = tries
        .iter()
        .map(|one| {
            row![
                one.team,
                one.id.to_string(),
                one.delivery,
                one.attempt,
                one.part,
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
            "INSERT INTO attempt (team_id, id, delivery_id, attempt, part, outcome, reason, provider_code, provider_text, request_id, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
            "INSERT INTO attempt (team_id, id, delivery_id, attempt, part, outcome, reason, provider_code, provider_text, request_id, at)
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                 $8::text[], $9::text[], $10::text[], $11::bigint[]) ON CONFLICT (id) DO NOTHING",
        ),
        params![],
        &rows,
    )
    .map(drop)
}
