//! SQL of what customers do. It runs at READ COMMITTED, so each statement guards its row by itself.

use shared::{
    contacts::Subscription,
    conversations::{ConversationState, MessageKind},
    id::{ContactId, ConversationId, IdentityId, MemberId, MessageId, TeamId},
};

use super::Inbound;
use crate::{
    contacts::Known,
    db::{FromRow, Result, Row, Sql, Tx, params},
    row,
};

/// A customer's conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) team: TeamId,
    pub(super) identity: IdentityId,
    pub(super) conversation: ConversationId,
    pub(super) state: ConversationState,
}

impl FromRow for Place {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            identity: row.get("identity_id")?,
            conversation: row.get("id")?,
            state: row.get("state")?,
        })
    }
}

/// The identities' conversations, locked in their order against other events of theirs until the end of the
/// transaction.
pub(super) fn lock(tx: &mut Tx<'_>, customers: &[(TeamId, IdentityId)]) -> Result<Vec<Place>> {
    let rows: Vec<_> = customers.iter().map(|(team, identity)| row![*team, *identity]).collect();
    tx.many_returning(
        Sql::pair(
            "SELECT team_id, identity_id, id, state FROM conversation WHERE team_id = $1 AND identity_id = $2",
            "SELECT c.team_id, c.identity_id, c.id, c.state \
             FROM unnest($1::text[], $2::text[]) AS k (team_id, identity_id) \
             JOIN conversation c ON c.team_id = k.team_id AND c.identity_id = k.identity_id \
             ORDER BY c.team_id, c.identity_id FOR UPDATE OF c",
        ),
        params![],
        &rows,
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

/// A message that is to be kept.
pub(super) struct NewMessage<'a> {
    pub(super) id: MessageId,
    pub(super) conversation: ConversationId,
    pub(super) inbound: &'a Inbound,
    /// Its text, without NUL.
    pub(super) text: String,
}

/// Keeps the messages; returns those that are new, by the platform's id. Of the same twice, the first counts.
pub(super) fn keep_messages(tx: &mut Tx<'_>, messages: &[NewMessage<'_>], now: i64) -> Result<Vec<MessageId>> {
    let row = |message: &NewMessage<'_>| {
        let NewMessage { id, conversation, inbound, text } = message;
        let Inbound { team, kind, media, platform_id, at, .. } = inbound;
        row![*team, *id, *conversation, *kind, text, *media, platform_id, *at]
    };
    let rows: Vec<_> = messages.iter().map(row).collect();
    tx.many_returning(
        Sql::pair(
            "INSERT INTO message (created_at, team_id, id, conversation_id, from_customer, kind, text, media_id, \
             platform_id, at) VALUES ($1, $2, $3, $4, TRUE, $5, $6, $7, $8, $9) \
             ON CONFLICT (team_id, conversation_id, platform_id) WHERE platform_id IS NOT NULL DO NOTHING RETURNING id",
            "INSERT INTO message (created_at, team_id, id, conversation_id, from_customer, kind, text, media_id, \
             platform_id, at) \
             SELECT CAST($1 AS BIGINT), m.team_id, m.id, m.conversation_id, TRUE, m.kind, m.text, m.media_id, \
             m.platform_id, m.at FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], \
             $8::text[], $9::bigint[]) AS m (team_id, id, conversation_id, kind, text, media_id, platform_id, at) \
             ON CONFLICT (team_id, conversation_id, platform_id) WHERE platform_id IS NOT NULL DO NOTHING RETURNING id",
        ),
        params![now],
        &rows,
    )
}

/// What new messages of its customer change of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) team: TeamId,
    pub(super) id: ConversationId,
    /// How many they are.
    pub(super) messages: i64,
    /// When the first of them was written, UTC milliseconds.
    pub(super) first_at: i64,
    /// When the last of them was.
    pub(super) last_at: i64,
    /// What the last one is.
    pub(super) kind: MessageKind,
    /// The beginning of it.
    pub(super) preview: String,
    /// The freshest reply token, and when it came.
    pub(super) token: Option<(String, i64)>,
}

/// Counts new messages in: times only move forward by the events' own, the wait goes back to the earliest message that
/// nobody answered, the freshest reply token stays. Each conversation once.
pub(super) fn note_customers<'n>(tx: &mut Tx<'_>, notes: impl Iterator<Item = &'n Note>) -> Result<()> {
    let row = |note: &Note| {
        let (token, token_at) = note.token.clone().unzip();
        row![note.team, note.id, note.messages, note.first_at, note.last_at, note.kind, &note.preview, token, token_at]
    };
    let rows: Vec<_> = notes.map(row).collect();
    tx.many(
        Sql::pair(
            "UPDATE conversation SET \
             unread = unread + $3, \
             waiting_since = CASE WHEN waiting_since < $4 THEN waiting_since ELSE $4 END, \
             last_at = CASE WHEN last_at > $5 THEN last_at ELSE $5 END, \
             last_customer_at = CASE WHEN last_customer_at > $5 THEN last_customer_at ELSE $5 END, \
             last_kind = CASE WHEN last_message_at > $5 THEN last_kind ELSE $6 END, \
             last_text = CASE WHEN last_message_at > $5 THEN last_text ELSE $7 END, \
             last_from_customer = CASE WHEN last_message_at > $5 THEN last_from_customer ELSE TRUE END, \
             last_message_at = CASE WHEN last_message_at > $5 THEN last_message_at ELSE $5 END, \
             reply_token = CASE WHEN $9 IS NULL OR reply_token_at > $9 THEN reply_token ELSE $8 END, \
             reply_token_at = CASE WHEN $9 IS NULL OR reply_token_at > $9 THEN reply_token_at ELSE $9 END \
             WHERE team_id = $1 AND id = $2",
            "UPDATE conversation AS c SET \
             unread = c.unread + n.messages, \
             waiting_since = CASE WHEN c.waiting_since < n.first_at THEN c.waiting_since ELSE n.first_at END, \
             last_at = CASE WHEN c.last_at > n.last_at THEN c.last_at ELSE n.last_at END, \
             last_customer_at = CASE WHEN c.last_customer_at > n.last_at THEN c.last_customer_at ELSE n.last_at END, \
             last_kind = CASE WHEN c.last_message_at > n.last_at THEN c.last_kind ELSE n.kind END, \
             last_text = CASE WHEN c.last_message_at > n.last_at THEN c.last_text ELSE n.preview END, \
             last_from_customer = CASE WHEN c.last_message_at > n.last_at THEN c.last_from_customer ELSE TRUE END, \
             last_message_at = CASE WHEN c.last_message_at > n.last_at THEN c.last_message_at ELSE n.last_at END, \
             reply_token = CASE WHEN n.token_at IS NULL OR c.reply_token_at > n.token_at THEN c.reply_token \
             ELSE n.token END, \
             reply_token_at = CASE WHEN n.token_at IS NULL OR c.reply_token_at > n.token_at THEN c.reply_token_at \
             ELSE n.token_at END \
             FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], \
             $8::text[], $9::bigint[]) \
             AS n (team_id, id, messages, first_at, last_at, kind, preview, token, token_at) \
             WHERE c.team_id = n.team_id AND c.id = n.id",
        ),
        params![],
        &rows,
    )?;
    Ok(())
}

/// A closed conversation becomes pending and nobody's.
pub(super) fn reopen(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<()> {
    tx.execute(
        "UPDATE conversation SET state = 'pending', owner_id = NULL, store_id = NULL \
         WHERE team_id = $1 AND id = $2 AND state = 'closed'",
        params![team, id],
    )?;
    Ok(())
}

/// When the latest event of a conversation was (UTC ms); 0 where there is none.
pub(super) fn last_event_at(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<i64> {
    tx.one(
        "SELECT COALESCE(MAX(at), 0) FROM conversation_event WHERE team_id = $1 AND conversation_id = $2",
        params![team, id],
    )
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

/// Messages, events and sends, written or still to be, of one conversation become another's, whose customer is this one, and its times and
/// counts go into the other's. It ends.
pub(super) fn pour(
    tx: &mut Tx<'_>,
    team: TeamId,
    from: ConversationId,
    into: ConversationId,
    known: Known,
) -> Result<()> {
    let both = params![team, from, into];
    // Before the rows, so that what another server writes of a piece meanwhile is among them.
    tx.execute(
        "UPDATE campaign_piece AS p SET \
         people = replace(replace(replace(p.people, g.id, $3), g.identity_id, $4), g.contact_id, $5) \
         FROM conversation AS g \
         WHERE g.team_id = $1 AND g.id = $2 AND p.team_id = g.team_id AND replace(p.people, g.id, '') <> p.people",
        params![team, from, into, known.identity, known.contact],
    )?;
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
