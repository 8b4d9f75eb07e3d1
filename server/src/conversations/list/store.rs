//! SQL of the list: a page by keyset, counts, one card, the tags of a page.

use shared::{
    contacts::{ChannelRef, Tag},
    conversations::{ConversationFilter, ConversationState, Sort, When},
    id::{ContactId, ConversationId, TeamId},
    members::MemberRef,
};

use super::{
    super::{
        cursor::Cursor,
        filter::{self, Asked, Reading},
        texts,
    },
    CardRow, LastRow,
};
use crate::{
    caller::Caller,
    db::{FromRow, Query, Result, Row, Sql, Tx, params},
};

impl FromRow for CardRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let last = match row.get("last_kind")? {
            Some(kind) => Some(LastRow {
                kind,
                text: row.get::<Option<String>>("last_text")?.unwrap_or_default(),
                from_customer: row.get::<Option<bool>>("last_from_customer")?.unwrap_or_default(),
                at: row.get("last_message_at")?,
            }),
            None => None,
        };
        let owner = match row.get("owner_id")? {
            Some(id) => Some(MemberRef { id, name: row.get("owner_name")? }),
            None => None,
        };
        Ok(Self {
            id: row.get("id")?,
            contact: row.get("contact_id")?,
            name: row.get("name")?,
            channel: ChannelRef {
                id: row.get("channel_id")?,
                name: row.get("channel_name")?,
                platform: row.get("platform")?,
            },
            state: row.get("state")?,
            subscription: row.get("subscription")?,
            unread: row.get("unread")?,
            waiting_since: row.get("waiting_since")?,
            last_at: row.get("last_at")?,
            last,
            last_customer_at: row.get("last_customer_at")?,
            owner,
        })
    }
}

/// Left joins keep the conversation the outer table on SQLite, and with it the order of its index.
const CARD: &str = "SELECT c.id, c.contact_id, c.channel_id, c.state, c.subscription, c.unread, c.waiting_since, c.last_at, \
     c.last_kind, c.last_text, c.last_from_customer, c.last_message_at, c.last_customer_at, c.owner_id, \
     k.name, h.name AS channel_name, h.platform, m.name AS owner_name \
     FROM conversation c \
     LEFT JOIN contact k ON k.team_id = c.team_id AND k.id = c.contact_id \
     LEFT JOIN channel h ON h.team_id = c.team_id AND h.id = c.channel_id \
     LEFT JOIN member m ON m.team_id = c.team_id AND m.id = c.owner_id \
     WHERE c.team_id = $#";

/// How a page begins and ends. PostgreSQL first finds which conversations are in it: as long as it only asks for what stands
/// in the index, it reads nothing else of those it passes over. SQLite reads the index first by itself.
pub(super) const PAGE: Sql = Sql::pair(
    CARD,
    "SELECT c.id, c.contact_id, c.channel_id, c.state, c.subscription, c.unread, c.waiting_since, c.last_at, \
     c.last_kind, c.last_text, c.last_from_customer, c.last_message_at, c.last_customer_at, c.owner_id, \
     k.name, h.name AS channel_name, h.platform, m.name AS owner_name \
     FROM (SELECT c.team_id, c.id, c.last_at FROM conversation c WHERE c.team_id = $#",
);
const PAGE_END: Sql = Sql::pair(
    "",
    ") p JOIN conversation c ON c.team_id = p.team_id AND c.id = p.id \
     LEFT JOIN contact k ON k.team_id = c.team_id AND k.id = c.contact_id \
     LEFT JOIN channel h ON h.team_id = c.team_id AND h.id = c.channel_id \
     LEFT JOIN member m ON m.team_id = c.team_id AND m.id = c.owner_id",
);

/// Half of those from whom nothing came for a while. PostgreSQL compares inside its index with one of the two, not with
/// "either", which it finds out for each row that it passes over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Silent {
    /// Wrote, but not within so many days.
    Within(u32),
    /// Never wrote.
    Ever,
}

/// The rows after the cursor, in this order.
pub(super) fn page(
    tx: &mut Tx<'_>,
    caller: &Caller,
    asked: &Asked<'_>,
    sort: Sort,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<CardRow>> {
    let mut read = |asked: &Asked<'_>, silent| {
        let mut query = Query::new(PAGE, params![caller.team]);
        narrow(&mut query, caller, asked, silent, sort, after, limit);
        tx.all_query::<CardRow>(&query)
    };
    let Some(When::NotWithin { days }) = asked.filter.last_customer else {
        return read(asked, None);
    };
    let filter = ConversationFilter { last_customer: None, ..asked.filter.clone() };
    let asked = Asked { filter: &filter, ..*asked };
    let mut rows = read(&asked, Some(Silent::Within(days)))?;
    rows.extend(read(&asked, Some(Silent::Ever))?);
    rows.sort_unstable_by_key(|row| (row.last_at, row.id));
    if sort == Sort::Newest {
        rows.reverse();
    }
    rows.truncate(limit);
    Ok(rows)
}

/// Narrows [`PAGE`] down to one.
pub(super) fn narrow(
    query: &mut Query,
    caller: &Caller,
    asked: &Asked<'_>,
    silent: Option<Silent>,
    sort: Sort,
    after: Option<&Cursor>,
    limit: usize,
) {
    filter::scope(query, caller, asked.state, asked.scope);
    filter::conditions(query, caller, asked, Reading::First);
    match silent {
        None => {}
        Some(Silent::Within(days)) => {
            query.push("AND c.last_customer_at < $#", params![asked.days_ago(days)]);
        }
        Some(Silent::Ever) => {
            query.push("AND c.last_customer_at IS NULL", &[]);
        }
    }
    let (beyond, order, again) = match sort {
        Sort::Newest => (
            "AND (c.last_at, c.id) < ($#, $#)",
            "ORDER BY c.last_at DESC, c.id DESC LIMIT $#",
            Sql::pair("", "ORDER BY p.last_at DESC, p.id DESC"),
        ),
        Sort::Oldest => (
            "AND (c.last_at, c.id) > ($#, $#)",
            "ORDER BY c.last_at, c.id LIMIT $#",
            Sql::pair("", "ORDER BY p.last_at, p.id"),
        ),
    };
    if let Some(after) = after {
        query.push(beyond, params![after.at, &after.key]);
    }
    query.push(order, params![limit]).push(PAGE_END, &[]).push(again, &[]);
}

/// How many there are. `through` reads the whole table in its order, for those who ask for much of it: on SQLite that takes
/// a quarter of going from an index to each row. PostgreSQL finds out by itself.
pub(super) fn count(tx: &mut Tx<'_>, caller: &Caller, asked: &Asked<'_>, through: bool) -> Result<u64> {
    const INDEXED: &str = "SELECT count(*) FROM conversation c WHERE c.team_id = $#";
    const THROUGH: Sql = Sql::pair("SELECT count(*) FROM conversation c NOT INDEXED WHERE c.team_id = $#", INDEXED);
    let text = if through { THROUGH } else { INDEXED.into() };
    let mut query = Query::new(text, params![caller.team]);
    filter::scope(&mut query, caller, asked.state, asked.scope);
    filter::conditions(&mut query, caller, asked, Reading::All);
    tx.one_query(&query)
}

/// How many conversations of the team there are in each state; states without any are left out.
pub(super) fn spread(tx: &mut Tx<'_>, team: TeamId) -> Result<Vec<(ConversationState, u64)>> {
    tx.all("SELECT state, count(*) FROM conversation WHERE team_id = $1 GROUP BY state", params![team])
}

/// One card, whoever asks.
pub(super) fn one(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<Option<CardRow>> {
    let mut query = Query::new(CARD, params![team]);
    query.push("AND c.id = $#", params![id]);
    tx.opt_query(&query)
}

/// The tags of these contacts, by name.
pub(super) fn tags(tx: &mut Tx<'_>, team: TeamId, contacts: &[ContactId]) -> Result<Vec<(ContactId, Tag)>> {
    let rows: Vec<(ContactId, shared::id::TagId, String)> = tx.all(
        Sql::pair(
            "SELECT x.contact_id, t.id, t.name FROM contact_tag x JOIN tag t ON t.team_id = x.team_id AND t.id = x.tag_id \
             WHERE x.team_id = $1 AND x.contact_id IN (SELECT value FROM json_each($2)) AND t.deleted_at IS NULL \
             ORDER BY t.folded_name, t.id",
            "SELECT x.contact_id, t.id, t.name FROM contact_tag x JOIN tag t ON t.team_id = x.team_id AND t.id = x.tag_id \
             WHERE x.team_id = $1 AND x.contact_id = ANY($2) AND t.deleted_at IS NULL \
             ORDER BY t.folded_name, t.id",
        ),
        &[team.into(), texts(contacts)],
    )?;
    Ok(rows.into_iter().map(|(contact, id, name)| (contact, Tag { id, name })).collect())
}
