//! SQL of recipients and their messages on WhatsApp. Rows are guarded by the lock that [`load`] takes on their recipient.

use std::collections::HashMap;

use shared::{
    content::Content,
    deliveries::DeliveryState,
    id::{CampaignId, ChannelId, DeliveryId, SliceId, TeamId},
    reasons::{CheckedBy, Reason},
};

use super::person::{Part, PartKey, Person};
use crate::{
    db::{Error, FromRow, Result, Row, Sql, Tx, Value},
    params, row,
};

impl FromRow for Person {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let (parts, fill): (Option<usize>, Option<String>) = (row.get("parts")?, row.get("fill")?);
        let total = match (parts, fill) {
            (Some(parts), _) => parts,
            (None, Some(fill)) => serde_json::from_str::<Content>(&fill)
                .map_err(|error| Error::Other(format!("the content of a reply cannot be read: {error}")))?
                .parts
                .len(),
            (None, None) => 1,
        };
        Ok(Self {
            id: row.get("id")?,
            campaign: row.get("campaign_id")?,
            conversation: row.get("conversation_id")?,
            identity: row.get("identity_id")?,
            channel: row.get("channel_id")?,
            slice: row.get("slice_id")?,
            state: row.get("state")?,
            attempt: row.get("attempt")?,
            total,
            campaign_state: row.get("campaign_state")?,
            class: row.get::<Option<i64>>("class")?.unwrap_or_default(),
            expires_at: row.get("expires_at")?,
            parts: Vec::new(),
            request_id: None,
            dropped: None,
        })
    }
}

/// A message, with whose it is.
struct Owned(DeliveryId, Part);

impl FromRow for Owned {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let part = Part {
            number: row.get("part")?,
            attempt: row.get("attempt")?,
            state: row.get("state")?,
            started_at: row.get("started_at")?,
            provider_id: row.get("provider_id")?,
            reason: row.get("reason")?,
            code: row.get("provider_code")?,
            text: row.get("provider_text")?,
            at: row.get("updated_at")?,
            is_changed: false,
        };
        Ok(Self(row.get("delivery_id")?, part))
    }
}

fn texts(ids: &[DeliveryId]) -> Value {
    Value::Texts(ids.iter().map(ToString::to_string).collect())
}

/// These recipients with their messages, in order, locked until the end of the transaction.
pub(crate) fn load(tx: &mut Tx<'_>, team: TeamId, ids: &[DeliveryId]) -> Result<Vec<Person>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut people: Vec<Person> = tx.all(
        Sql::pair(
            "SELECT d.id, d.campaign_id, d.conversation_id, d.identity_id, d.channel_id, d.slice_id, d.state, d.attempt,
                 d.fill, c.parts, c.state AS campaign_state, c.class, c.expires_at
             FROM delivery d LEFT JOIN campaign c ON c.team_id = d.team_id AND c.id = d.campaign_id
             WHERE d.team_id = $1 AND d.id IN (SELECT value FROM json_each($2)) ORDER BY d.id",
            "SELECT d.id, d.campaign_id, d.conversation_id, d.identity_id, d.channel_id, d.slice_id, d.state, d.attempt,
                 d.fill, c.parts, c.state AS campaign_state, c.class, c.expires_at
             FROM delivery d LEFT JOIN campaign c ON c.team_id = d.team_id AND c.id = d.campaign_id
             WHERE d.team_id = $1 AND d.id = ANY($2) ORDER BY d.id FOR UPDATE OF d",
        ),
        params![team, texts(ids)],
    )?;
    // A statement of its own, so that it sees what was committed while the first one waited for its locks.
    let parts: Vec<Owned> = tx.all(
        Sql::pair(
            "SELECT delivery_id, part, attempt, state, started_at, provider_id, reason, provider_code, provider_text,
                 updated_at FROM delivery_part
             WHERE team_id = $1 AND delivery_id IN (SELECT value FROM json_each($2)) ORDER BY delivery_id, part, attempt",
            "SELECT delivery_id, part, attempt, state, started_at, provider_id, reason, provider_code, provider_text,
                 updated_at FROM delivery_part
             WHERE team_id = $1 AND delivery_id = ANY($2) ORDER BY delivery_id, part, attempt",
        ),
        params![team, texts(ids)],
    )?;
    let mut by_person: HashMap<DeliveryId, Vec<Part>> = HashMap::new();
    for Owned(delivery, part) in parts {
        by_person.entry(delivery).or_default().push(part);
    }
    for person in &mut people {
        person.parts = by_person.remove(&person.id).unwrap_or_default();
    }
    Ok(people)
}

/// Which message WhatsApp knows by this id on a number.
pub(crate) fn by_provider_id(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    provider_id: &str,
) -> Result<Option<PartKey>> {
    let found: Option<(DeliveryId, usize, i64)> = tx.opt(
        "SELECT delivery_id, part, attempt FROM delivery_part WHERE team_id = $1 AND channel_id = $2 AND provider_id = $3",
        params![team, channel, provider_id],
    )?;
    Ok(found.map(|(delivery, part, attempt)| PartKey { delivery, part, attempt }))
}

/// Writes the messages of these recipients that changed.
pub(crate) fn put(tx: &mut Tx<'_>, team: TeamId, people: &mut [Person]) -> Result<()> {
    let mut rows = Vec::new();
    for person in people {
        for part in person.parts.iter_mut().filter(|part| part.is_changed) {
            rows.push(row![
                person.id,
                part.number,
                part.attempt,
                part.state,
                part.started_at,
                person.channel,
                &part.provider_id,
                part.reason,
                &part.code,
                &part.text,
                part.at,
            ]);
            part.is_changed = false;
        }
    }
    tx.many(
        Sql::pair(
            "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, started_at, channel_id, provider_id, reason,
                 provider_code, provider_text, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (delivery_id, part, attempt) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
                 provider_id = excluded.provider_id, reason = excluded.reason, provider_code = excluded.provider_code,
                 provider_text = excluded.provider_text, updated_at = excluded.updated_at",
            "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, started_at, channel_id, provider_id, reason,
                 provider_code, provider_text, updated_at)
             SELECT $1, u.* FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[],
                 $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[]) AS u
             ON CONFLICT (delivery_id, part, attempt) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
                 provider_id = excluded.provider_id, reason = excluded.reason, provider_code = excluded.provider_code,
                 provider_text = excluded.provider_text, updated_at = excluded.updated_at",
        ),
        params![team],
        &rows,
    )
    .map(drop)
}

/// A recipient as she is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) id: DeliveryId,
    pub(crate) state: DeliveryState,
    pub(crate) slice: SliceId,
    pub(crate) reason: Option<Reason>,
    pub(crate) checked_by: Option<CheckedBy>,
    pub(crate) provider_id: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    /// UTC ms; none while she is queued.
    pub(crate) at: Option<i64>,
}

/// Writes recipients that moved, in the order of their ids. A time is kept from the first move that brought it. Who is queued
/// again begins with no tries.
pub(crate) fn apply(tx: &mut Tx<'_>, team: TeamId, moves: &[Move]) -> Result<()> {
    let rows: Vec<Vec<Value>> = moves
        .iter()
        .map(|one| {
            let at = |reached: bool| one.at.filter(|_| reached);
            let (is_read, is_taken) = (one.state == DeliveryState::Read, super::is_taken(one.state));
            row![
                one.id,
                one.state,
                one.slice,
                one.reason,
                one.checked_by.map(|by| match by {
                    CheckedBy::Storecast => "storecast",
                    CheckedBy::Platform => "platform",
                }),
                &one.provider_id,
                &one.code,
                &one.text,
                &one.request_id,
                one.at,
                at(is_taken),
                at(is_read || one.state == DeliveryState::Delivered),
                at(is_read),
            ]
        })
        .collect();
    tx.many(
        Sql::pair(
            "UPDATE delivery SET state = $3, slice_id = $4, reason = $5, checked_by = $6, provider_id = COALESCE($7, provider_id),
                 provider_code = $8, provider_text = $9, request_id = COALESCE($10, request_id), settled_at = $11,
                 sent_at = COALESCE(sent_at, $12), delivered_at = COALESCE(delivered_at, $13), read_at = COALESCE(read_at, $14),
                 tries = CASE WHEN $3 = 'queued' THEN 0 ELSE tries END
             WHERE team_id = $1 AND id = $2",
            "UPDATE delivery d SET state = u.state, slice_id = u.slice, reason = u.reason, checked_by = u.checked_by,
                 provider_id = COALESCE(u.provider_id, d.provider_id), provider_code = u.code, provider_text = u.text,
                 request_id = COALESCE(u.request_id, d.request_id), settled_at = u.at, sent_at = COALESCE(d.sent_at, u.sent_at),
                 delivered_at = COALESCE(d.delivered_at, u.delivered_at), read_at = COALESCE(d.read_at, u.read_at),
                 tries = CASE WHEN u.state = 'queued' THEN 0 ELSE d.tries END
             FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                 $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[])
                 AS u (id, state, slice, reason, checked_by, provider_id, code, text, request_id, at, sent_at, delivered_at,
                     read_at)
             WHERE d.team_id = $1 AND d.id = u.id",
        ),
        params![team],
        &rows,
    )
    .map(drop)
}

/// Whether a channel may send.
pub(crate) fn is_ready(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<bool> {
    let ready: Option<i64> =
        tx.opt("SELECT 1 FROM channel WHERE team_id = $1 AND id = $2 AND state = 'ready'", params![team, channel])?;
    Ok(ready.is_some())
}

/// What waits of a held campaign for its next try need not wait any more.
pub(crate) fn hasten(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE slice SET due_at = $3 WHERE team_id = $1 AND campaign_id = $2 AND due_at > $3
             AND EXISTS (SELECT 1 FROM campaign c WHERE c.team_id = $1 AND c.id = $2 AND c.state = 'paused')",
        params![team, campaign, now],
    )
    .map(drop)
}
