//! SQL of 1:1 replies.

use shared::{
    contacts::Subscription,
    conversations::MessageKind,
    id::{ConversationId, DeliveryId, MemberId, MessageId, TeamId},
    limits::Platform,
};

use super::{super::texts, Written};
use crate::db::{Error, FromRow, Result, Row, Sql, Tx, params};

/// Where the message of this id stands and who wrote it, if it is there.
pub(super) fn place_of(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: MessageId,
) -> Result<Option<(ConversationId, Option<MemberId>)>> {
    tx.opt("SELECT conversation_id, member_id FROM message WHERE team_id = $1 AND id = $2", params![team, id])
}

/// Keeps a message of ours. Where the same one is kept at this very moment, this is [`Error::Race`]: tried again, it is
/// found.
pub(super) fn keep(tx: &mut Tx<'_>, team: TeamId, message: &Written) -> Result<()> {
    let template = message.template.as_ref().map(serde_json::to_string).transpose();
    let template = template.map_err(|error| Error::Other(format!("JSON cannot be written: {error}")))?;
    let kept = tx.execute(
        "INSERT INTO message (team_id, id, conversation_id, from_customer, kind, text, media_id, member_id, \
         part_of, at, \
         created_at, template) VALUES ($1, $2, $3, FALSE, $4, $5, $6, $7, $8, $9, $9, $10) \
         ON CONFLICT (team_id, id) DO NOTHING",
        params![
            team,
            message.id,
            message.conversation,
            message.kind,
            &message.text,
            message.media,
            message.member,
            message.part_of,
            message.at,
            template,
        ],
    )?;
    if kept == 0 { Err(Error::Race) } else { Ok(()) }
}

/// Counts the last message in: nobody waits any more, and what came before counts as read (domain.md 3.1).
pub(super) fn note_team(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: ConversationId,
    kind: MessageKind,
    preview: &str,
    at: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE conversation SET unread = 0, waiting_since = NULL, \
         last_at = CASE WHEN last_at > $3 THEN last_at ELSE $3 END, \
         last_team_at = CASE WHEN last_team_at > $3 THEN last_team_at ELSE $3 END, \
         last_kind = CASE WHEN last_message_at > $3 THEN last_kind ELSE $5 END, \
         last_text = CASE WHEN last_message_at > $3 THEN last_text ELSE $4 END, \
         last_from_customer = CASE WHEN last_message_at > $3 THEN last_from_customer ELSE FALSE END, \
         last_message_at = CASE WHEN last_message_at > $3 THEN last_message_at ELSE $3 END \
         WHERE team_id = $1 AND id = $2",
        params![team, id, at, preview, kind],
    )?;
    Ok(())
}

/// What decides whether a reply may still go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) delivery: DeliveryId,
    pub(super) subscription: Subscription,
    pub(super) platform: Platform,
    /// When the customer last wrote, UTC milliseconds.
    pub(super) last_customer_at: Option<i64>,
    /// Whether it is a template.
    pub(super) is_template: bool,
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            delivery: row.get("id")?,
            subscription: row.get("subscription")?,
            platform: row.get("platform")?,
            last_customer_at: row.get("last_customer_at")?,
            is_template: row.get("is_template")?,
        })
    }
}

/// What stands behind these deliveries, of whatever team: the engine serves all.
pub(super) fn waiting(tx: &mut Tx<'_>, deliveries: &[DeliveryId]) -> Result<Vec<Waiting>> {
    tx.all(
        Sql::pair(
            "SELECT d.id, c.subscription, h.platform, c.last_customer_at, m.template IS NOT NULL AS is_template \
             FROM delivery d JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id \
             JOIN channel h ON h.team_id = d.team_id AND h.id = d.channel_id \
             JOIN message m ON m.team_id = d.team_id AND m.id = d.message_id \
             WHERE d.id IN (SELECT value FROM json_each($1))",
            "SELECT d.id, c.subscription, h.platform, c.last_customer_at, m.template IS NOT NULL AS is_template \
             FROM delivery d JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id \
             JOIN channel h ON h.team_id = d.team_id AND h.id = d.channel_id \
             JOIN message m ON m.team_id = d.team_id AND m.id = d.message_id \
             WHERE d.id = ANY($1)",
        ),
        &[texts(deliveries)],
    )
}
