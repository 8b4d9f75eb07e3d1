//! SQL of forgetting people. A person is a contact and all who were merged into it.

use shared::id::{ContactId, ConversationId, MessageId, TeamId};

use crate::{
    db::{Error, FromRow, Result, Row, Sql, Tx, Value},
    params,
};

/// Somebody who is being forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) team: TeamId,
    pub(super) contact: ContactId,
    /// As webhooks named her; they are nowhere else any more.
    pub(super) addresses: Vec<String>,
}

impl FromRow for Begun {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let addresses: String = row.get("addresses")?;
        let addresses = serde_json::from_str(&addresses)
            .map_err(|error| Error::Column { name: "addresses".into(), problem: error.to_string() })?;
        Ok(Self { team: row.get("team_id")?, contact: row.get("contact_id")?, addresses })
    }
}

/// The people of a team with this address. It reads all of the team's addresses.
pub(super) fn with_address(tx: &mut Tx<'_>, team: TeamId, address: &str) -> Result<Vec<ContactId>> {
    tx.all(
        "SELECT DISTINCT COALESCE(k.merged_into, k.id) AS id FROM identity_address a
         JOIN identity i ON i.team_id = a.team_id AND i.id = a.identity_id
         JOIN contact k ON k.team_id = i.team_id AND k.id = i.contact_id
         WHERE a.team_id = $1 AND a.address = $2 ORDER BY id",
        params![team, address],
    )
}

/// Who this person is: herself, or the one that she was merged into.
pub(super) fn living(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<Option<ContactId>> {
    tx.opt("SELECT COALESCE(merged_into, id) FROM contact WHERE team_id = $1 AND id = $2", params![team, contact])
}

/// She, and all who were merged into her.
pub(super) fn all_of(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<Vec<ContactId>> {
    tx.all(
        "SELECT id FROM contact WHERE team_id = $1 AND (id = $2 OR merged_into = $2) ORDER BY id",
        params![team, contact],
    )
}

/// Her addresses on all channels.
pub(super) fn addresses(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<Vec<String>> {
    tx.all(
        "SELECT DISTINCT a.address FROM contact k JOIN identity i ON i.team_id = k.team_id AND i.contact_id = k.id
         JOIN identity_address a ON a.team_id = i.team_id AND a.identity_id = i.id
         WHERE k.team_id = $1 AND (k.id = $2 OR k.merged_into = $2) ORDER BY a.address",
        params![team, contact],
    )
}

/// Whether she is being forgotten.
pub(super) fn begun(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<Option<Begun>> {
    tx.opt(
        "SELECT team_id, contact_id, addresses FROM erasure WHERE team_id = $1 AND contact_id = $2",
        params![team, contact],
    )
}

/// Everybody who is being forgotten, of all teams.
pub(super) fn all_begun(tx: &mut Tx<'_>) -> Result<Vec<Begun>> {
    tx.all("SELECT team_id, contact_id, addresses FROM erasure ORDER BY started_at, contact_id", params![])
}

/// What goes at once, by person. Without an address nothing reaches her and who writes is somebody new; who is
/// unsubscribed and whose conversation is closed is sent nothing that still waits.
const AT_ONCE: [&str; 6] = [
    "DELETE FROM identity_address WHERE team_id = $1 AND identity_id IN
     (SELECT id FROM identity WHERE team_id = $1 AND contact_id = $2)",
    "DELETE FROM binding WHERE team_id = $1 AND identity_id IN
     (SELECT id FROM identity WHERE team_id = $1 AND contact_id = $2)",
    "DELETE FROM contact_tag WHERE team_id = $1 AND contact_id = $2",
    "DELETE FROM contact_attribute WHERE team_id = $1 AND contact_id = $2",
    "DELETE FROM portfolio_contact WHERE team_id = $1 AND contact_id = $2",
    "UPDATE sales_order SET contact_id = NULL WHERE team_id = $1 AND contact_id = $2",
];

/// What is emptied at once, by person and time (UTC ms).
const EMPTIED: [&str; 3] = [
    "UPDATE contact SET name = '', folded_name = '', deleted_at = $3 WHERE team_id = $1 AND id = $2",
    "UPDATE identity SET subscription = 'unsubscribed', subscription_at = $3, profile_at = $3
     WHERE team_id = $1 AND contact_id = $2",
    "UPDATE conversation SET state = 'closed', subscription = 'unsubscribed', folded_name = '', unread = 0,
         waiting_since = NULL, last_kind = NULL, last_text = NULL, last_from_customer = NULL, last_message_at = NULL,
         reply_token = NULL, reply_token_at = NULL, last_at = CASE WHEN last_at > $3 THEN $3 ELSE last_at END
     WHERE team_id = $1 AND contact_id = $2",
];

/// Begins to forget her.
pub(super) fn begin(tx: &mut Tx<'_>, begun: &Begun, now: i64) -> Result<()> {
    let Begun { team, contact, addresses } = begun;
    let addresses = serde_json::to_string(addresses).map_err(|error| Error::Other(error.to_string()))?;
    tx.execute(
        "INSERT INTO erasure (team_id, contact_id, addresses, started_at) VALUES ($1, $2, $3, $4)",
        params![team, contact, addresses, now],
    )?;
    for person in all_of(tx, *team, *contact)? {
        for text in AT_ONCE {
            tx.execute(text, params![team, person])?;
        }
        for text in EMPTIED {
            tx.execute(text, params![team, person, now])?;
        }
    }
    Ok(())
}

/// What hangs on a message: our replies with all that was tried, and what holds their media.
const OF_MESSAGES: [(&str, &str); 5] = [
    (
        "DELETE FROM delivery_part WHERE team_id = $1 AND delivery_id IN (SELECT id FROM delivery WHERE team_id = $1
         AND message_id IN (SELECT value FROM json_each($2)))",
        "DELETE FROM delivery_part WHERE team_id = $1 AND delivery_id IN (SELECT id FROM delivery WHERE team_id = $1
         AND message_id = ANY($2))",
    ),
    (
        "DELETE FROM attempt WHERE team_id = $1 AND delivery_id IN (SELECT id FROM delivery WHERE team_id = $1
         AND message_id IN (SELECT value FROM json_each($2)))",
        "DELETE FROM attempt WHERE team_id = $1 AND delivery_id IN (SELECT id FROM delivery WHERE team_id = $1
         AND message_id = ANY($2))",
    ),
    (
        "DELETE FROM delivery WHERE team_id = $1 AND message_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM delivery WHERE team_id = $1 AND message_id = ANY($2)",
    ),
    (
        "DELETE FROM media_use
         WHERE team_id = $1 AND held_by = 'message' AND holder_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM media_use WHERE team_id = $1 AND held_by = 'message' AND holder_id = ANY($2)",
    ),
    (
        "DELETE FROM message WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
        "DELETE FROM message WHERE team_id = $1 AND id = ANY($2)",
    ),
];

/// Erases messages with this person, hers and ours, at most `limit`, but for those of a reply that is not settled.
/// Returns how many went. Media that she sent are erased before.
pub(super) fn erase_messages(tx: &mut Tx<'_>, team: TeamId, person: ContactId, limit: usize) -> Result<u64> {
    let ids: Vec<MessageId> = tx.all(
        "SELECT m.id FROM conversation c JOIN message m ON m.team_id = c.team_id AND m.conversation_id = c.id
         WHERE c.team_id = $1 AND c.contact_id = $2 AND NOT EXISTS (SELECT 1 FROM delivery d
             WHERE d.message_id = COALESCE(m.part_of, m.id) AND d.team_id = m.team_id AND d.state = 'queued')
         ORDER BY m.id LIMIT $3",
        params![team, person, limit],
    )?;
    let texts = Value::Texts(ids.iter().map(ToString::to_string).collect());
    for (sqlite, postgres) in OF_MESSAGES {
        tx.execute(Sql::pair(sqlite, postgres), &[team.into(), texts.clone()])?;
    }
    Ok(ids.len() as u64)
}

/// What a recipient's row keeps is what became of it.
const OF_RECIPIENTS: [(&str, &str); 3] = [
    (
        "UPDATE delivery_part SET provider_id = NULL, provider_text = NULL
         WHERE team_id = $1 AND delivery_id IN (SELECT value FROM json_each($2))",
        "UPDATE delivery_part SET provider_id = NULL, provider_text = NULL
         WHERE team_id = $1 AND delivery_id = ANY($2)",
    ),
    (
        "UPDATE attempt SET provider_text = NULL
         WHERE team_id = $1 AND delivery_id IN (SELECT value FROM json_each($2))",
        "UPDATE attempt SET provider_text = NULL WHERE team_id = $1 AND delivery_id = ANY($2)",
    ),
    (
        "UPDATE delivery SET name = '', address = '', fill = NULL, provider_id = NULL, provider_text = NULL
         WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
        "UPDATE delivery SET name = '', address = '', fill = NULL, provider_id = NULL, provider_text = NULL
         WHERE team_id = $1 AND id = ANY($2)",
    ),
];

/// Erases who this person is from recipients that are settled, at most `limit`. Returns how many they were.
pub(super) fn erase_recipients(tx: &mut Tx<'_>, team: TeamId, person: ContactId, limit: usize) -> Result<u64> {
    let ids: Vec<String> = tx.all(
        "SELECT d.id FROM conversation c JOIN delivery d ON d.conversation_id = c.id AND d.team_id = c.team_id
         WHERE c.team_id = $1 AND c.contact_id = $2 AND d.state <> 'queued' AND d.address <> '' ORDER BY d.id LIMIT $3",
        params![team, person, limit],
    )?;
    let count = ids.len() as u64;
    let ids = Value::Texts(ids);
    for (sqlite, postgres) in OF_RECIPIENTS {
        tx.execute(Sql::pair(sqlite, postgres), &[team.into(), ids.clone()])?;
    }
    Ok(count)
}

/// How many of our messages to her still name her, as they are not settled or not yet written as recipients, and how many
/// messages are left.
pub(super) fn left(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<u64> {
    tx.one(
        "SELECT (SELECT COUNT(*) FROM contact k JOIN conversation c ON c.team_id = k.team_id AND c.contact_id = k.id
             JOIN delivery d ON d.conversation_id = c.id AND d.team_id = c.team_id
             WHERE k.team_id = $1 AND (k.id = $2 OR k.merged_into = $2) AND d.address <> '')
         + (SELECT COUNT(*) FROM contact k JOIN conversation c ON c.team_id = k.team_id AND c.contact_id = k.id
             JOIN message m ON m.team_id = c.team_id AND m.conversation_id = c.id
             WHERE k.team_id = $1 AND (k.id = $2 OR k.merged_into = $2)
                 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = COALESCE(m.part_of, m.id)
                     AND d.team_id = m.team_id))
         + (SELECT COUNT(*) FROM contact k JOIN campaign_piece p ON p.team_id = k.team_id
                 AND replace(p.people, k.id, '') <> p.people
             WHERE k.team_id = $1 AND (k.id = $2 OR k.merged_into = $2))",
        params![team, contact],
    )
}

/// Her conversations.
pub(super) fn conversations(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<Vec<ConversationId>> {
    tx.all(
        "SELECT c.id FROM contact k JOIN conversation c ON c.team_id = k.team_id AND c.contact_id = k.id
         WHERE k.team_id = $1 AND (k.id = $2 OR k.merged_into = $2) ORDER BY c.id",
        params![team, contact],
    )
}

/// The rest, from what refers to what is referred to. Of a delivery her ids stay, which name nobody any more.
const REST: [&str; 6] = [
    "DELETE FROM conversation_event WHERE team_id = $1 AND conversation_id IN (SELECT c.id FROM conversation c
     JOIN contact k ON k.team_id = c.team_id AND k.id = c.contact_id
     WHERE c.team_id = $1 AND (k.id = $2 OR k.merged_into = $2))",
    "DELETE FROM conversation WHERE team_id = $1 AND contact_id IN
     (SELECT id FROM contact WHERE team_id = $1 AND (id = $2 OR merged_into = $2))",
    "DELETE FROM identity WHERE team_id = $1 AND contact_id IN
     (SELECT id FROM contact WHERE team_id = $1 AND (id = $2 OR merged_into = $2))",
    "DELETE FROM erasure WHERE team_id = $1 AND contact_id = $2",
    "DELETE FROM contact WHERE team_id = $1 AND merged_into = $2",
    "DELETE FROM contact WHERE team_id = $1 AND id = $2",
];

/// Removes the rest of her. Nothing hangs on it any more.
pub(super) fn remove(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<()> {
    for text in REST {
        tx.execute(text, params![team, contact])?;
    }
    Ok(())
}
