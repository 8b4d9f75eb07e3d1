//! SQL of selections: one statement for the ticked ones, one for each filter.

use shared::id::{ConversationId, TeamId};

use super::{
    super::{
        filter::{self, Asked, Reading},
        store::ADDRESS,
        texts,
    },
    Chosen,
};
use crate::{
    caller::Caller,
    db::{FromRow, Query, Result, Row, Sql, Tx, params},
};

impl FromRow for Chosen {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            conversation: row.get("id")?,
            identity: row.get("identity_id")?,
            contact: row.get("contact_id")?,
            channel: row.get("channel_id")?,
            channel_name: row.get("channel_name")?,
            platform: row.get("platform")?,
            name: row.get("name")?,
            state: row.get("state")?,
            owner: row.get("owner_id")?,
            subscription: row.get("subscription")?,
            last_customer_at: row.get("last_customer_at")?,
            address: row.get::<Option<String>>("address")?.unwrap_or_default(),
        })
    }
}

/// Everyone of a team, to be narrowed down.
fn of_team(team: TeamId) -> Query {
    let mut query = Query::new(
        "SELECT c.team_id, c.id, c.identity_id, c.contact_id, c.channel_id, h.name AS channel_name, h.platform, k.name, c.state, \
         c.owner_id, c.subscription, c.last_customer_at,",
        params![],
    );
    query.push(ADDRESS, params![]);
    // Left joins keep the conversation the outer table on SQLite, whatever its planner thinks.
    query.push(
        "FROM conversation c \
         LEFT JOIN channel h ON h.team_id = c.team_id AND h.id = c.channel_id \
         LEFT JOIN contact k ON k.team_id = c.team_id AND k.id = c.contact_id \
         WHERE c.team_id = $#",
        params![team],
    );
    query
}

/// Those of these conversations that the team has, each once.
pub(super) fn ticked(tx: &mut Tx<'_>, team: TeamId, ids: &[ConversationId]) -> Result<Vec<Chosen>> {
    let mut query = of_team(team);
    query.push(Sql::pair("AND c.id IN (SELECT value FROM json_each($#))", "AND c.id = ANY($#)"), &[texts(ids)]);
    tx.all_query(&query)
}

/// Everyone whom the filter finds, without the exceptions.
pub(super) fn matching(
    tx: &mut Tx<'_>,
    caller: &Caller,
    asked: &Asked<'_>,
    except: &[ConversationId],
) -> Result<Vec<Chosen>> {
    let mut query = of_team(caller.team);
    filter::scope(&mut query, caller, asked.state, asked.scope);
    filter::conditions(&mut query, caller, asked, Reading::All);
    if !except.is_empty() {
        query.push(
            Sql::pair("AND c.id NOT IN (SELECT value FROM json_each($#))", "AND c.id <> ALL($#)"),
            &[texts(except)],
        );
    }
    tx.all_query(&query)
}

/// Sets the time of the last group send where it is later. Two batches with the same people lock them in the order of the index;
/// should PostgreSQL choose another, one of the two runs again.
pub(super) fn set_marketed(tx: &mut Tx<'_>, team: TeamId, conversations: &[ConversationId], at: i64) -> Result<()> {
    tx.execute(
        Sql::pair(
            "UPDATE conversation SET last_marketing_at = $3 \
             WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2)) \
             AND (last_marketing_at IS NULL OR last_marketing_at < $3)",
            "UPDATE conversation SET last_marketing_at = $3 \
             WHERE team_id = $1 AND id = ANY($2) AND (last_marketing_at IS NULL OR last_marketing_at < $3)",
        ),
        &[team.into(), texts(conversations), at.into()],
    )?;
    Ok(())
}
