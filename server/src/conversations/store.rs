//! SQL of a single conversation: finding it and moving it between states.

use shared::{
    contacts::Subscription,
    id::{ContactId, ConversationId, MediaId, MemberId, StoreId, TeamId},
    members::Role,
};

use super::{Found, Standing, texts};
use crate::db::{FromRow, Query, Result, Row, Sql, Tx, params};

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            identity: row.get("identity_id")?,
            contact: row.get("contact_id")?,
            channel: row.get("channel_id")?,
            channel_stores: Vec::new(),
            state: row.get("state")?,
            owner: row.get("owner_id")?,
            store: row.get("store_id")?,
            subscription: row.get::<Subscription>("subscription")?,
            platform: row.get("platform")?,
            last_customer_at: row.get("last_customer_at")?,
            name: row.get("name")?,
            address: row.get::<Option<String>>("address")?.unwrap_or_default(),
        })
    }
}

/// The customer's address on the platform, of `conversation c`: her LINE user id; on WhatsApp her number, the one seen last, or,
/// where she shows none, `bsuid:` and Meta's own id of her.
pub(super) const ADDRESS: &str = "COALESCE((SELECT a.address FROM identity_address a \
     WHERE a.team_id = c.team_id AND a.identity_id = c.identity_id AND a.kind IN ('line_user', 'phone') \
     ORDER BY a.seen_at DESC, a.address LIMIT 1), \
     (SELECT 'bsuid:' || min(a.address) FROM identity_address a \
     WHERE a.team_id = c.team_id AND a.identity_id = c.identity_id AND a.kind = 'bsuid')) AS address";

/// The conversation with what the rules ask about it, whoever asks.
pub(super) fn find(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<Option<Found>> {
    let mut query = Query::new(
        "SELECT c.team_id, c.id, c.identity_id, c.contact_id, c.channel_id, c.state, c.owner_id, c.store_id, c.subscription, h.platform, \
         c.last_customer_at, k.name,",
        params![],
    );
    query.push(ADDRESS, params![]);
    query.push(
        "FROM conversation c JOIN contact k ON k.team_id = c.team_id AND k.id = c.contact_id \
         JOIN channel h ON h.team_id = c.team_id AND h.id = c.channel_id WHERE c.team_id = $# AND c.id = $#",
        params![team, id],
    );
    let found = tx.opt_query::<Found>(&query)?;
    let Some(mut found) = found else { return Ok(None) };
    found.channel_stores = tx.all(
        "SELECT store_id FROM channel_store WHERE team_id = $1 AND channel_id = $2",
        params![team, found.channel],
    )?;
    Ok(Some(found))
}

/// Makes a pending conversation hers; whether it still was pending.
pub(super) fn take(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: ConversationId,
    owner: MemberId,
    store: Option<StoreId>,
) -> Result<bool> {
    let taken = tx.execute(
        "UPDATE conversation SET state = 'in_progress', owner_id = $3, store_id = $4 \
         WHERE team_id = $1 AND id = $2 AND state = 'pending'",
        params![team, id, owner, store],
    )?;
    Ok(taken > 0)
}

/// Hands a pending or open conversation to a member, under her store; whether it still was one.
pub(super) fn hand_over(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: ConversationId,
    to: MemberId,
    store: Option<StoreId>,
) -> Result<bool> {
    let handed = tx.execute(
        "UPDATE conversation SET state = 'in_progress', owner_id = $3, store_id = $4 \
         WHERE team_id = $1 AND id = $2 AND state IN ('pending', 'in_progress')",
        params![team, id, to, store],
    )?;
    Ok(handed > 0)
}

/// Closes a conversation; whether it still was open. Its owner stays on it, and where nobody took it, the store of whoever
/// closes it is noted, so that its manager still finds it.
pub(super) fn close(tx: &mut Tx<'_>, team: TeamId, id: ConversationId, store: Option<StoreId>) -> Result<bool> {
    let closed = tx.execute(
        "UPDATE conversation SET state = 'closed', store_id = COALESCE(store_id, $3), unread = 0, waiting_since = NULL \
         WHERE team_id = $1 AND id = $2 AND state IN ('pending', 'in_progress')",
        params![team, id, store],
    )?;
    Ok(closed > 0)
}

/// Opens a closed conversation as hers; whether it still was closed.
pub(super) fn reopen(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: ConversationId,
    owner: MemberId,
    store: Option<StoreId>,
) -> Result<bool> {
    let opened = tx.execute(
        "UPDATE conversation SET state = 'in_progress', owner_id = $3, store_id = $4 \
         WHERE team_id = $1 AND id = $2 AND state = 'closed'",
        params![team, id, owner, store],
    )?;
    Ok(opened > 0)
}

/// Nothing is unread any more; whether something was.
pub(super) fn mark_read(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<bool> {
    let read = tx.execute(
        "UPDATE conversation SET unread = 0 WHERE team_id = $1 AND id = $2 AND unread > 0",
        params![team, id],
    )?;
    Ok(read > 0)
}

/// A conversation and one of the stores that work with its account, if there is one.
struct Placed {
    id: ConversationId,
    standing: Standing,
}

impl FromRow for Placed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            standing: Standing {
                state: row.get("state")?,
                owner: row.get("owner_id")?,
                store: row.get("store_id")?,
                channel_stores: row.get::<Option<StoreId>>("channel_store")?.into_iter().collect(),
            },
        })
    }
}

/// What decides who sees these conversations, by id.
pub(super) fn standings(
    tx: &mut Tx<'_>,
    team: TeamId,
    ids: &[ConversationId],
) -> Result<Vec<(ConversationId, Standing)>> {
    let rows: Vec<Placed> = tx.all(
        Sql::pair(
            "SELECT c.id, c.state, c.owner_id, c.store_id, s.store_id AS channel_store FROM conversation c \
             LEFT JOIN channel_store s ON s.team_id = c.team_id AND s.channel_id = c.channel_id \
             WHERE c.team_id = $1 AND c.id IN (SELECT value FROM json_each($2)) ORDER BY c.id, s.store_id",
            "SELECT c.id, c.state, c.owner_id, c.store_id, s.store_id AS channel_store FROM conversation c \
             LEFT JOIN channel_store s ON s.team_id = c.team_id AND s.channel_id = c.channel_id \
             WHERE c.team_id = $1 AND c.id = ANY($2) ORDER BY c.id, s.store_id",
        ),
        &[team.into(), texts(ids)],
    )?;
    let mut standings: Vec<(ConversationId, Standing)> = Vec::new();
    for Placed { id, standing } in rows {
        match standings.last_mut().filter(|(last, _)| *last == id) {
            Some((_, last)) => last.channel_stores.extend(standing.channel_stores),
            None => standings.push((id, standing)),
        }
    }
    Ok(standings)
}

/// The conversations of these customers.
pub(super) fn of_contacts(tx: &mut Tx<'_>, team: TeamId, contacts: &[ContactId]) -> Result<Vec<ConversationId>> {
    tx.all(
        Sql::pair(
            "SELECT id FROM conversation WHERE team_id = $1 AND contact_id IN (SELECT value FROM json_each($2))",
            "SELECT id FROM conversation WHERE team_id = $1 AND contact_id = ANY($2)",
        ),
        &[team.into(), texts(contacts)],
    )
}

/// The conversations that these media were sent in.
pub(super) fn of_media(tx: &mut Tx<'_>, team: TeamId, media: &[MediaId]) -> Result<Vec<ConversationId>> {
    tx.all(
        Sql::pair(
            "SELECT conversation_id FROM message WHERE team_id = $1 AND media_id IN (SELECT value FROM json_each($2))",
            "SELECT conversation_id FROM message WHERE team_id = $1 AND media_id = ANY($2)",
        ),
        &[team.into(), texts(media)],
    )
}

/// A member that a conversation is to be handed to: her role and her stores, the primary one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) role: Role,
    pub(super) stores: Vec<StoreId>,
}

/// The member of the team, unless disabled or gone.
pub(super) fn active_member(tx: &mut Tx<'_>, team: TeamId, id: MemberId) -> Result<Option<Target>> {
    let role = tx.opt::<Role>(
        "SELECT role FROM member WHERE team_id = $1 AND id = $2 AND disabled_at IS NULL AND deleted_at IS NULL",
        params![team, id],
    )?;
    let Some(role) = role else { return Ok(None) };
    let stores = tx.all(
        "SELECT store_id FROM member_store WHERE team_id = $1 AND member_id = $2 ORDER BY is_primary DESC, store_id",
        params![team, id],
    )?;
    Ok(Some(Target { role, stores }))
}
