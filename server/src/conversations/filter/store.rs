//! SQL of scopes and filters, put together from fixed fragments on `conversation c`, so that each combination keeps its
//! index.

use shared::{
    conversations::{ConversationState, Scope, When},
    id::TagId,
    members::Role,
    text::fold,
};

use super::{super::texts, Asked, Reading};
use crate::{
    caller::{Caller, Zone},
    db::{Query, Sql, params},
};

const DAY_MS: i64 = 86_400_000;

/// Keeps to one state, and to whom the caller asks for within what she may see (the rules of `sees`).
pub(in crate::conversations) fn scope(query: &mut Query, caller: &Caller, state: ConversationState, scope: Scope) {
    query.push("AND c.state = $#", params![state]);
    match (state, scope, caller.role) {
        (ConversationState::Pending, _, Role::Admin) | (_, Scope::Team, Role::Admin) => {}
        (ConversationState::Pending, ..) if !caller.settings.sales_may_take_pending => {
            query.push("AND FALSE", &[]);
        }
        (ConversationState::Pending, ..) => {
            query.push(
                Sql::pair(
                    "AND c.channel_id IN (SELECT s.channel_id FROM channel_store s \
                     WHERE s.team_id = $# AND s.store_id IN (SELECT value FROM json_each($#)))",
                    "AND c.channel_id IN (SELECT s.channel_id FROM channel_store s \
                     WHERE s.team_id = $# AND s.store_id = ANY($#))",
                ),
                &[caller.team.into(), texts(&caller.stores)],
            );
        }
        (_, Scope::Mine, _) | (_, Scope::Team, Role::SalesStaff) => {
            query.push("AND c.owner_id = $#", params![caller.member]);
        }
        (_, Scope::Team, Role::SalesManager) => {
            // The unary plus keeps SQLite on the index of (state, last_at), which gives the order of the list.
            query.push(
                Sql::pair(
                    "AND (+c.owner_id = $# OR c.store_id IN (SELECT value FROM json_each($#)))",
                    "AND (c.owner_id = $# OR c.store_id = ANY($#))",
                ),
                &[caller.member.into(), texts(&caller.stores)],
            );
        }
    }
}

/// Adds the conditions that the filter has; an absent one adds nothing.
pub(in crate::conversations) fn conditions(query: &mut Query, caller: &Caller, asked: &Asked<'_>, reading: Reading) {
    let filter = asked.filter;
    let part = fold(filter.search.trim());
    if !part.is_empty() {
        // No LIKE: nothing in a name is a wildcard.
        query.push(Sql::pair("AND instr(c.folded_name, $#) > 0", "AND strpos(c.folded_name, $#) > 0"), params![part]);
    }
    if !filter.channels.is_empty() {
        query.push(
            Sql::pair("AND c.channel_id IN (SELECT value FROM json_each($#))", "AND c.channel_id = ANY($#)"),
            &[texts(&filter.channels)],
        );
    }
    tags(query, caller, asked, reading);
    when(query, caller.zone, asked);
    if !filter.subscriptions.is_empty() {
        let words: Vec<_> = filter.subscriptions.iter().map(|one| one.as_str()).collect();
        query.push(
            Sql::pair("AND c.subscription IN (SELECT value FROM json_each($#))", "AND c.subscription = ANY($#)"),
            &[texts(&words)],
        );
    }
    if filter.unread {
        query.push("AND c.unread > 0", &[]);
    }
    if filter.waiting {
        query.push("AND c.waiting_since IS NOT NULL", &[]);
    }
    if !filter.owners.is_empty() {
        query.push(
            Sql::pair("AND +c.owner_id IN (SELECT value FROM json_each($#))", "AND c.owner_id = ANY($#)"),
            &[texts(&filter.owners)],
        );
    }
}

/// Has any of these tags: the row by row form, and the one that gathers first.
const TAG_OF_ROW: Sql = Sql::pair(
    "EXISTS (SELECT 1 FROM contact_tag t WHERE t.team_id = c.team_id AND t.contact_id = c.contact_id \
     AND t.tag_id IN (SELECT value FROM json_each($#)))",
    "EXISTS (SELECT 1 FROM contact_tag t WHERE t.team_id = c.team_id AND t.contact_id = c.contact_id \
     AND t.tag_id = ANY($#))",
);
const ROW_OF_TAG: Sql = Sql::pair(
    "c.contact_id IN (SELECT t.contact_id FROM contact_tag t \
     WHERE t.tag_id IN (SELECT value FROM json_each($#)) AND t.team_id = $#)",
    "c.contact_id IN (SELECT t.contact_id FROM contact_tag t WHERE t.tag_id = ANY($#) AND t.team_id = $#)",
);

fn tags(query: &mut Query, caller: &Caller, asked: &Asked<'_>, reading: Reading) {
    let filter = asked.filter;
    let mut has = |junction: &'static str, tags: &[TagId]| {
        query.push(junction, &[]);
        match reading {
            Reading::First => query.push(TAG_OF_ROW, &[texts(tags)]),
            Reading::All => query.push(ROW_OF_TAG, &[texts(tags), caller.team.into()]),
        };
    };
    if !filter.tags_any.is_empty() {
        has("AND", &filter.tags_any);
    }
    if !filter.tags_none.is_empty() {
        has("AND NOT", &filter.tags_none);
    }
    for tag in &filter.tags_all {
        has("AND", &[*tag]);
    }
}

/// The statements of a condition on one time: since a moment, not since, from one moment to before another.
struct Times {
    since: &'static str,
    not_since: &'static str,
    between: &'static str,
}

const LAST_CUSTOMER: Times = Times {
    since: "AND c.last_customer_at >= $#",
    not_since: "AND (c.last_customer_at IS NULL OR c.last_customer_at < $#)",
    between: "AND c.last_customer_at >= $# AND c.last_customer_at < $#",
};
const LAST_TEAM: Times = Times {
    since: "AND c.last_team_at >= $#",
    not_since: "AND (c.last_team_at IS NULL OR c.last_team_at < $#)",
    between: "AND c.last_team_at >= $# AND c.last_team_at < $#",
};
const LAST_MARKETING: Times = Times {
    since: "AND c.last_marketing_at >= $#",
    not_since: "AND (c.last_marketing_at IS NULL OR c.last_marketing_at < $#)",
    between: "AND c.last_marketing_at >= $# AND c.last_marketing_at < $#",
};

fn when(query: &mut Query, zone: Zone, asked: &Asked<'_>) {
    let filter = asked.filter;
    let conditions =
        [(LAST_CUSTOMER, filter.last_customer), (LAST_TEAM, filter.last_team), (LAST_MARKETING, filter.last_marketing)];
    for (times, when) in conditions {
        match when {
            None => {}
            Some(When::Within { days }) => {
                query.push(times.since, params![asked.now - i64::from(days) * DAY_MS]);
            }
            Some(When::NotWithin { days }) => {
                query.push(times.not_since, params![asked.now - i64::from(days) * DAY_MS]);
            }
            Some(When::Between { from, to }) => {
                // The last day is included: until the first moment of the day after, if the calendar has one.
                let end = to.succ_opt().map_or(i64::MAX, |after| zone.start_of(after));
                query.push(times.between, params![zone.start_of(from), end]);
            }
        }
    }
}
