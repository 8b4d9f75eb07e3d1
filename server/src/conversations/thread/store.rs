//! SQL of the thread: three sources, each the newest before a place, by (time, key).

use shared::{
    conversations::EventKind,
    id::{ConversationId, EventId, MediaId, MemberId, MessageId, TeamId},
    members::MemberRef,
};

use super::{
    super::{cursor::Cursor, texts},
    DeliveryRow, Event, EventRow, MessageRow,
};
use crate::{
    db::{Error, FromRow, Query, Result, Row, Sql, Tx, params},
    media::Stored,
};

/// Writes an event.
pub(super) fn append(
    tx: &mut Tx<'_>,
    team: TeamId,
    conversation: ConversationId,
    id: EventId,
    event: Event,
) -> Result<()> {
    tx.execute(
        "INSERT INTO conversation_event (team_id, id, conversation_id, kind, by_id, to_id, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![team, id, conversation, event.kind, event.by, event.to, event.at],
    )?;
    Ok(())
}

/// A member that a row may name.
fn member(row: &Row<'_>, id: &str, name: &str) -> Result<Option<MemberRef>> {
    match row.get::<Option<MemberId>>(id)? {
        Some(id) => Ok(Some(MemberRef { id, name: row.get::<Option<String>>(name)?.unwrap_or_default() })),
        None => Ok(None),
    }
}

fn unreadable(name: &str, error: &serde_json::Error) -> Error {
    Error::Column { name: name.into(), problem: format!("is not readable JSON: {error}") }
}

impl FromRow for MessageRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let media = match row.get::<Option<MediaId>>("media_id")? {
            Some(_) => Some(Stored::from_row(row)?),
            None => None,
        };
        Ok(Self {
            id: row.get("id")?,
            from_customer: row.get("from_customer")?,
            kind: row.get("kind")?,
            text: row.get("text")?,
            media,
            template: match row.get::<Option<String>>("template")? {
                Some(template) => {
                    Some(serde_json::from_str(&template).map_err(|error| unreadable("template", &error))?)
                }
                None => None,
            },
            at: row.get("at")?,
            by: member(row, "member_id", "member_name")?,
            part_of: row.get("part_of")?,
            delivery: row.get("delivery_id")?,
            state: row.get("state")?,
            reason: row.get("reason")?,
        })
    }
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            id: row.get("media_id")?,
            state: row.get("media_state")?,
            mime: row.get("mime")?,
            name: row.get("media_name")?,
            size: row.get("media_size")?,
            has_preview: row.get::<Option<String>>("preview_path")?.is_some(),
        })
    }
}

/// The parts of a reply share its delivery, which names the first of them.
const MESSAGE: &str = "SELECT m.team_id, m.id, m.from_customer, m.kind, m.text, m.media_id, m.at, m.member_id, \
     m.template, m.part_of, x.state AS media_state, x.mime, x.name AS media_name, x.size AS media_size, x.preview_path, \
     b.name AS member_name, d.id AS delivery_id, d.state, d.reason \
     FROM message m \
     LEFT JOIN media x ON x.team_id = m.team_id AND x.id = m.media_id \
     LEFT JOIN member b ON b.team_id = m.team_id AND b.id = m.member_id \
     LEFT JOIN delivery d ON d.message_id = COALESCE(m.part_of, m.id) AND d.team_id = m.team_id \
     WHERE m.team_id = $#";

/// The newest messages before this place.
pub(super) fn messages(
    tx: &mut Tx<'_>,
    team: TeamId,
    conversation: ConversationId,
    before: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<MessageRow>> {
    let mut query = Query::new(MESSAGE, params![team]);
    query.push("AND m.conversation_id = $#", params![conversation]);
    if let Some(before) = before {
        query.push("AND (m.at, m.id) < ($#, $#)", params![before.at, &before.key]);
    }
    query.push("ORDER BY m.at DESC, m.id DESC LIMIT $#", params![limit]);
    tx.all_query(&query)
}

/// Those of these messages that are there, oldest first.
pub(super) fn messages_of(tx: &mut Tx<'_>, team: TeamId, ids: &[MessageId]) -> Result<Vec<MessageRow>> {
    let mut query = Query::new(MESSAGE, params![team]);
    query.push(Sql::pair("AND m.id IN (SELECT value FROM json_each($#))", "AND m.id = ANY($#)"), &[texts(ids)]);
    query.push("ORDER BY m.at, m.id", params![]);
    tx.all_query(&query)
}

/// Those of these media that are there.
pub(super) fn media(tx: &mut Tx<'_>, team: TeamId, ids: &[MediaId]) -> Result<Vec<Stored>> {
    tx.all(
        Sql::pair(
            "SELECT team_id, id AS media_id, state AS media_state, mime, name AS media_name, size AS media_size, \
                 preview_path FROM media \
             WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
            "SELECT team_id, id AS media_id, state AS media_state, mime, name AS media_name, size AS media_size, \
                 preview_path FROM media \
             WHERE team_id = $1 AND id = ANY($2)",
        ),
        &[team.into(), texts(ids)],
    )
}

impl FromRow for EventRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get::<EventKind>("kind")?,
            by: member(row, "by_id", "by_name")?,
            to: member(row, "to_id", "to_name")?,
            at: row.get("at")?,
        })
    }
}

/// The newest events before this place.
pub(super) fn events(
    tx: &mut Tx<'_>,
    team: TeamId,
    conversation: ConversationId,
    before: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<EventRow>> {
    let mut query = Query::new(
        "SELECT e.id, e.kind, e.by_id, e.to_id, e.at, b.name AS by_name, t.name AS to_name FROM conversation_event e \
         LEFT JOIN member b ON b.team_id = e.team_id AND b.id = e.by_id \
         LEFT JOIN member t ON t.team_id = e.team_id AND t.id = e.to_id \
         WHERE e.team_id = $# AND e.conversation_id = $#",
        params![team, conversation],
    );
    if let Some(before) = before {
        query.push("AND (e.at, e.id) < ($#, $#)", params![before.at, &before.key]);
    }
    query.push("ORDER BY e.at DESC, e.id DESC LIMIT $#", params![limit]);
    tx.all_query(&query)
}

impl FromRow for DeliveryRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let content =
            serde_json::from_str(&row.get::<String>("content")?).map_err(|error| unreadable("content", &error))?;
        Ok(Self {
            id: row.get("id")?,
            campaign: row.get("campaign_id")?,
            content,
            name: row.get("name")?,
            sender: MemberRef { id: row.get("sender_id")?, name: row.get("sender_name")? },
            state: row.get("state")?,
            reason: row.get("reason")?,
            at: row.get("created_at")?,
        })
    }
}

/// The newest deliveries of group sends before this place. They stand in the thread at the time that the send was accepted,
/// which does not move while it is going out.
pub(super) fn deliveries(
    tx: &mut Tx<'_>,
    team: TeamId,
    conversation: ConversationId,
    before: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<DeliveryRow>> {
    let mut query = Query::new(
        "SELECT d.id, d.campaign_id, p.content, d.name, p.sender_id, p.sender_name, d.state, d.reason, p.created_at \
         FROM delivery d JOIN campaign p ON p.team_id = d.team_id AND p.id = d.campaign_id \
         WHERE d.team_id = $# AND d.conversation_id = $#",
        params![team, conversation],
    );
    if let Some(before) = before {
        query.push("AND (p.created_at, d.id) < ($#, $#)", params![before.at, &before.key]);
    }
    query.push("ORDER BY p.created_at DESC, d.id DESC LIMIT $#", params![limit]);
    tx.all_query(&query)
}
