//! SQL of what customers do. It runs in the intake lane, so each statement guards its row by itself.

use shared::{
    contacts::Subscription,
    conversations::ConversationState,
    id::{ContactId, ConversationId, IdentityId, MemberId, MessageId, TeamId},
};

use super::Inbound;
use crate::{
    contacts::Known,
    db::{FromRow, Result, Row, Sql, Tx, params},
};

/// The identity's conversation, locked against other events of hers until the end of the transaction.
pub(super) fn lock(
    tx: &mut Tx<'_>,
    team: TeamId,
    identity: IdentityId,
) -> Result<Option<(ConversationId, ConversationState)>> {
    tx.opt(
        Sql::pair(
            "SELECT id, state FROM conversation WHERE team_id = $1 AND identity_id = $2",
            "SELECT id, state FROM conversation WHERE team_id = $1 AND identity_id = $2 FOR UPDATE",
        ),
        params![team, identity],
    )
}

/// Begins a pending conversation, unless another event of the same customer was first.
pub(super) fn begin(tx: &mut Tx<'_>, inbound: &Inbound, id: ConversationId, now: i64) -> Result<()> {
    tx.execute(
        Sql::pair(
            "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, folded_name, subscription, unread, \
             last_at, created_at) \
             SELECT i.team_id, $3, i.id, k.id, $5, 'pending', k.folded_name, i.subscription, 0, CAST($6 AS BIGINT), \
             CAST($7 AS BIGINT) \
             FROM identity i JOIN contact k ON k.team_id = i.team_id AND k.id = $4 \
             WHERE i.team_id = $1 AND i.id = $2 \
             ON CONFLICT (team_id, identity_id) DO NOTHING",
            // A profile that names the contact at this moment is waited for, or its name would be missed here.
            "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, folded_name, subscription, unread, \
             last_at, created_at) \
             SELECT i.team_id, $3, i.id, k.id, $5, 'pending', k.folded_name, i.subscription, 0, CAST($6 AS BIGINT), \
             CAST($7 AS BIGINT) \
             FROM identity i JOIN contact k ON k.team_id = i.team_id AND k.id = $4 \
             WHERE i.team_id = $1 AND i.id = $2 FOR SHARE OF k \
             ON CONFLICT (team_id, identity_id) DO NOTHING",
        ),
        params![inbound.team, inbound.identity, id, inbound.contact, inbound.channel, inbound.at, now],
    )?;
    Ok(())
}

/// Keeps the message; whether it is new, by the platform's id.
pub(super) fn keep_message(
    tx: &mut Tx<'_>,
    inbound: &Inbound,
    conversation: ConversationId,
    id: MessageId,
    text: &str,
    now: i64,
) -> Result<bool> {
    let kept = tx.execute(
        "INSERT INTO message (team_id, id, conversation_id, from_customer, kind, text, media_id, platform_id, at, created_at) \
         VALUES ($1, $2, $3, TRUE, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (team_id, conversation_id, platform_id) WHERE platform_id IS NOT NULL DO NOTHING",
        params![
            inbound.team,
            id,
            conversation,
            inbound.kind,
            text,
            inbound.media,
            &inbound.platform_id,
            inbound.at,
            now
        ],
    )?;
    Ok(kept > 0)
}

/// Counts the message in: a closed conversation becomes pending and nobody's, times only move forward by the event's
/// own, the wait goes back to the earliest message that nobody answered.
pub(super) fn note_customer(tx: &mut Tx<'_>, inbound: &Inbound, id: ConversationId, preview: &str) -> Result<()> {
    tx.execute(
        "UPDATE conversation SET \
         state = CASE state WHEN 'closed' THEN 'pending' ELSE state END, \
         owner_id = CASE state WHEN 'closed' THEN NULL ELSE owner_id END, \
         store_id = CASE state WHEN 'closed' THEN NULL ELSE store_id END, \
         unread = unread + 1, \
         waiting_since = CASE WHEN waiting_since < $3 THEN waiting_since ELSE $3 END, \
         last_at = CASE WHEN last_at > $3 THEN last_at ELSE $3 END, \
         last_customer_at = CASE WHEN last_customer_at > $3 THEN last_customer_at ELSE $3 END, \
         last_kind = CASE WHEN last_message_at > $3 THEN last_kind ELSE $4 END, \
         last_text = CASE WHEN last_message_at > $3 THEN last_text ELSE $5 END, \
         last_from_customer = CASE WHEN last_message_at > $3 THEN last_from_customer ELSE TRUE END, \
         last_message_at = CASE WHEN last_message_at > $3 THEN last_message_at ELSE $3 END \
         WHERE team_id = $1 AND id = $2",
        params![inbound.team, id, inbound.at, inbound.kind, preview],
    )?;
    Ok(())
}

/// Keeps the freshest reply token.
pub(super) fn keep_reply_token(tx: &mut Tx<'_>, team: TeamId, id: ConversationId, token: &str, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE conversation SET reply_token = $3, reply_token_at = $4 \
         WHERE team_id = $1 AND id = $2 AND (reply_token_at IS NULL OR reply_token_at <= $4)",
        params![team, id, token, at],
    )?;
    Ok(())
}

/// The subscription as the conversation has it.
pub(super) fn subscription(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<Subscription> {
    tx.one("SELECT subscription FROM conversation WHERE team_id = $1 AND id = $2", params![team, id])
}

/// Sets the copied subscription.
pub(super) fn set_subscription(tx: &mut Tx<'_>, team: TeamId, id: ConversationId, now: Subscription) -> Result<()> {
    tx.execute("UPDATE conversation SET subscription = $3 WHERE team_id = $1 AND id = $2", params![team, id, now])?;
    Ok(())
}

/// Sets the copied name on all conversations of the contact.
pub(super) fn rename(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, folded: &str) -> Result<()> {
    tx.execute(
        "UPDATE conversation SET folded_name = $3 WHERE team_id = $1 AND contact_id = $2",
        params![team, contact, folded],
    )?;
    Ok(())
}

/// A conversation as it is weighed against another of the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weighed {
    pub(super) id: ConversationId,
    pub(super) state: ConversationState,
    pub(super) owner: Option<MemberId>,
    pub(super) created_at: i64,
}

impl FromRow for Weighed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            state: row.get("state")?,
            owner: row.get("owner_id")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The identity's conversation, locked against other events of hers until the end of the transaction.
pub(super) fn weighed(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<Option<Weighed>> {
    tx.opt(
        Sql::pair(
            "SELECT id, state, owner_id, created_at FROM conversation WHERE team_id = $1 AND identity_id = $2",
            "SELECT id, state, owner_id, created_at FROM conversation WHERE team_id = $1 AND identity_id = $2 FOR UPDATE",
        ),
        params![team, identity],
    )
}

/// Sets the copied subscription to what the identity has.
pub(super) fn follow_identity(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<()> {
    tx.execute(
        "UPDATE conversation SET subscription = \
         (SELECT i.subscription FROM identity i WHERE i.team_id = $1 AND i.id = $2) \
         WHERE team_id = $1 AND identity_id = $2",
        params![team, identity],
    )?;
    Ok(())
}

/// Messages, events and sends of one conversation become another's, whose customer is this one, and its times and
/// counts go into the other's. It ends.
pub(super) fn pour(
    tx: &mut Tx<'_>,
    team: TeamId,
    from: ConversationId,
    into: ConversationId,
    known: Known,
) -> Result<()> {
    let both = params![team, from, into];
    tx.execute("UPDATE message SET conversation_id = $3 WHERE team_id = $1 AND conversation_id = $2", both)?;
    tx.execute("UPDATE conversation_event SET conversation_id = $3 WHERE team_id = $1 AND conversation_id = $2", both)?;
    tx.execute(
        "UPDATE delivery SET conversation_id = $3, identity_id = $4, contact_id = $5 \
         WHERE team_id = $1 AND conversation_id = $2",
        params![team, from, into, known.identity, known.contact],
    )?;
    tx.execute(
        "UPDATE conversation AS s SET \
         unread = s.unread + g.unread, \
         waiting_since = CASE WHEN s.waiting_since <= g.waiting_since OR g.waiting_since IS NULL \
         THEN s.waiting_since ELSE g.waiting_since END, \
         last_at = CASE WHEN s.last_at >= g.last_at THEN s.last_at ELSE g.last_at END, \
         last_customer_at = CASE WHEN s.last_customer_at >= g.last_customer_at OR g.last_customer_at IS NULL \
         THEN s.last_customer_at ELSE g.last_customer_at END, \
         last_team_at = CASE WHEN s.last_team_at >= g.last_team_at OR g.last_team_at IS NULL \
         THEN s.last_team_at ELSE g.last_team_at END, \
         last_marketing_at = CASE WHEN s.last_marketing_at >= g.last_marketing_at OR g.last_marketing_at IS NULL \
         THEN s.last_marketing_at ELSE g.last_marketing_at END, \
         last_kind = CASE WHEN s.last_message_at >= g.last_message_at OR g.last_message_at IS NULL \
         THEN s.last_kind ELSE g.last_kind END, \
         last_text = CASE WHEN s.last_message_at >= g.last_message_at OR g.last_message_at IS NULL \
         THEN s.last_text ELSE g.last_text END, \
         last_from_customer = CASE WHEN s.last_message_at >= g.last_message_at OR g.last_message_at IS NULL \
         THEN s.last_from_customer ELSE g.last_from_customer END, \
         last_message_at = CASE WHEN s.last_message_at >= g.last_message_at OR g.last_message_at IS NULL \
         THEN s.last_message_at ELSE g.last_message_at END \
         FROM conversation AS g WHERE s.team_id = $1 AND s.id = $3 AND g.team_id = $1 AND g.id = $2",
        both,
    )?;
    tx.execute("DELETE FROM conversation WHERE team_id = $1 AND id = $2", params![team, from])?;
    Ok(())
}
