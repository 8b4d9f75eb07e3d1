//! SQL of what customers do. It runs in the intake lane, so each statement guards its row by itself.

use shared::{
    contacts::Subscription,
    conversations::ConversationState,
    id::{ContactId, ConversationId, IdentityId, MessageId, TeamId},
};

use super::Inbound;
use crate::db::{Result, Sql, Tx, params};

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

/// Counts the message in: a closed conversation becomes pending and nobody's, times only move forward by the event's own,
/// the wait goes back to the earliest message that nobody answered.
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
