//! SQL of scopes and filters, put together from fixed fragments on `conversation c`, so that each combination keeps its
//! index.

use shared::{
    attributes::{AttributeCondition, AttributeTest},
    conversations::{ConversationFilter, ConversationState, Scope, WINDOW_MS, When},
    id::TagId,
    members::Role,
    text::fold,
    time::Day,
};

use super::{super::texts, Asked, Reading};
use crate::{
    caller::{Caller, Zone},
    contacts::attributes::day_number,
    db::{Query, Sql, params},
};

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
        search(query, part);
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
        // The unary plus keeps SQLite from the index of these, which is not in the order of a page.
        query.push(
            match reading {
                Reading::First => Sql::pair("AND +c.unread > 0", "AND c.unread > 0"),
                Reading::All => "AND c.unread > 0".into(),
            },
            &[],
        );
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
    bound(query, caller, filter);
    window(query, caller, asked);
    for condition in &filter.attributes {
        attribute(query, caller, condition, reading);
    }
}

/// Has this in the name, or in a telephone number where it is one. No LIKE: nothing in a name is a wildcard.
fn search(query: &mut Query, part: String) {
    let digits: String = part.chars().filter(char::is_ascii_digit).collect();
    // Kept with the country's code in front, where at home a 0 stands.
    let digits = digits.strip_prefix('0').filter(|rest| rest.len() >= 3).unwrap_or(&digits).to_owned();
    let is_phone = digits.len() >= 3 && part.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    if is_phone {
        query.push(
            Sql::pair(
                "AND (instr(c.folded_name, $#) > 0 OR EXISTS (SELECT 1 FROM identity_address a \
                 WHERE a.team_id = c.team_id AND a.identity_id = c.identity_id AND a.kind = 'phone' \
                 AND instr(a.address, $#) > 0))",
                "AND (strpos(c.folded_name, $#) > 0 OR EXISTS (SELECT 1 FROM identity_address a \
                 WHERE a.team_id = c.team_id AND a.identity_id = c.identity_id AND a.kind = 'phone' \
                 AND strpos(a.address, $#) > 0))",
            ),
            params![part, digits],
        );
    } else {
        query.push(Sql::pair("AND instr(c.folded_name, $#) > 0", "AND strpos(c.folded_name, $#) > 0"), params![part]);
    }
}

/// Bound to any of these members, and in any of these stores.
fn bound(query: &mut Query, caller: &Caller, filter: &ConversationFilter) {
    if !filter.bound_members.is_empty() {
        query.push(
            Sql::pair(
                "AND c.identity_id IN (SELECT b.identity_id FROM binding b \
                 WHERE b.team_id = $# AND b.member_id IN (SELECT value FROM json_each($#)))",
                "AND c.identity_id IN (SELECT b.identity_id FROM binding b WHERE b.team_id = $# AND b.member_id = ANY($#))",
            ),
            &[caller.team.into(), texts(&filter.bound_members)],
        );
    }
    if !filter.bound_stores.is_empty() {
        query.push(
            Sql::pair(
                "AND c.identity_id IN (SELECT b.identity_id FROM binding b \
                 WHERE b.team_id = $# AND b.store_id IN (SELECT value FROM json_each($#)))",
                "AND c.identity_id IN (SELECT b.identity_id FROM binding b WHERE b.team_id = $# AND b.store_id = ANY($#))",
            ),
            &[caller.team.into(), texts(&filter.bound_stores)],
        );
    }
}

/// On WhatsApp, with the window open or closed.
fn window(query: &mut Query, caller: &Caller, asked: &Asked<'_>) {
    let Some(open) = asked.filter.window_open else { return };
    query.push(
        "AND c.channel_id IN (SELECT h.id FROM channel h WHERE h.team_id = $# AND h.platform = 'whatsapp')",
        params![caller.team],
    );
    let times = if open { LAST_CUSTOMER.since } else { LAST_CUSTOMER.not_since };
    // As `Window::of`: after a whole day it is closed.
    query.push(times, params![asked.now - WINDOW_MS + 1]);
}

/// A customer who has the attribute: with any value; row by row; and gathered first, on SQLite. The test on its value `v` and
/// a bracket follow. In the second the limit changes nothing but SQLite's mind: it would go through the index of values for
/// each row. In the third PostgreSQL joins: a `NOT IN` of more than it can hold it does by going through them for each row.
const ANY_VALUE: &str = "EXISTS (SELECT 1 FROM contact_attribute v \
     WHERE v.team_id = c.team_id AND v.contact_id = c.contact_id AND v.attribute_id = $#";
const ATTRIBUTE_OF_ROW: Sql = Sql::pair(
    "EXISTS (SELECT 1 FROM (SELECT a.kind, a.int_value, a.folded_text FROM contact_attribute a \
     WHERE a.team_id = c.team_id AND a.contact_id = c.contact_id AND a.attribute_id = $# LIMIT 1) v WHERE TRUE",
    ANY_VALUE,
);
const ROW_OF_ATTRIBUTE: Sql = Sql::pair(
    "c.contact_id IN (SELECT v.contact_id FROM contact_attribute v \
     WHERE v.team_id = $# AND v.attribute_id = $#",
    "EXISTS (SELECT 1 FROM contact_attribute v \
     WHERE v.contact_id = c.contact_id AND v.team_id = $# AND v.attribute_id = $#",
);

/// Meets a condition on a custom attribute.
fn attribute(query: &mut Query, caller: &Caller, condition: &AttributeCondition, reading: Reading) {
    query.push(if condition.test == AttributeTest::Empty { "AND NOT" } else { "AND" }, &[]);
    match (&condition.test, reading) {
        // Too many to be gathered.
        (AttributeTest::Filled | AttributeTest::Empty, _) => query.push(ANY_VALUE, params![condition.attribute]),
        (_, Reading::First) => query.push(ATTRIBUTE_OF_ROW, params![condition.attribute]),
        (_, Reading::All) => query.push(ROW_OF_ATTRIBUTE, params![caller.team, condition.attribute]),
    };
    match &condition.test {
        AttributeTest::Filled | AttributeTest::Empty => {}
        AttributeTest::TextIs { text } => {
            query.push("AND v.kind = 'text' AND v.folded_text = $#", params![fold(text.trim())]);
        }
        AttributeTest::TextIsNot { text } => {
            query.push("AND v.kind = 'text' AND v.folded_text <> $#", params![fold(text.trim())]);
        }
        AttributeTest::TextHas { text } => {
            query.push(
                Sql::pair(
                    "AND v.kind = 'text' AND instr(v.folded_text, $#) > 0",
                    "AND v.kind = 'text' AND strpos(v.folded_text, $#) > 0",
                ),
                params![fold(text.trim())],
            );
        }
        AttributeTest::Numbers { from, to } => {
            query.push(
                "AND v.kind = 'number' AND v.int_value >= $# AND v.int_value <= $#",
                params![from.map_or(i64::MIN, |from| from.0), to.map_or(i64::MAX, |to| to.0)],
            );
        }
        AttributeTest::Days { from, to } => {
            let (first, last) = (from.unwrap_or(Day::MIN), to.unwrap_or(Day::MAX));
            let (since, before) = moments(caller.zone, first, last);
            query.push(
                "AND ((v.kind = 'date' AND v.int_value >= $# AND v.int_value <= $#) \
                 OR (v.kind = 'datetime' AND v.int_value >= $# AND v.int_value < $#))",
                params![day_number(first), day_number(last), since, before],
            );
        }
        AttributeTest::Is { yes } => {
            query.push("AND v.kind = 'boolean' AND v.int_value = $#", params![i64::from(*yes)]);
        }
    }
    query.push(")", &[]);
}

/// From the first moment of the first day to before the first of the day after the last, if the calendar has one.
fn moments(zone: Zone, first: Day, last: Day) -> (i64, i64) {
    (zone.start_of(first), last.succ_opt().map_or(i64::MAX, |after| zone.start_of(after)))
}

/// Has any of these tags: the row by row form, and the one that gathers first, as of attributes.
const TAG_OF_ROW: Sql = Sql::pair(
    "EXISTS (SELECT 1 FROM contact_tag t WHERE t.team_id = c.team_id AND t.contact_id = c.contact_id \
     AND t.tag_id IN (SELECT value FROM json_each($#)))",
    "EXISTS (SELECT 1 FROM contact_tag t WHERE t.team_id = c.team_id AND t.contact_id = c.contact_id \
     AND t.tag_id = ANY($#))",
);
const ROW_OF_TAG: Sql = Sql::pair(
    "c.contact_id IN (SELECT t.contact_id FROM contact_tag t \
     WHERE t.tag_id IN (SELECT value FROM json_each($#)) AND t.team_id = $#)",
    "EXISTS (SELECT 1 FROM contact_tag t WHERE t.contact_id = c.contact_id AND t.tag_id = ANY($#) AND t.team_id = $#)",
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
                query.push(times.since, params![asked.days_ago(days)]);
            }
            Some(When::NotWithin { days }) => {
                query.push(times.not_since, params![asked.days_ago(days)]);
            }
            Some(When::Between { from, to }) => {
                let (since, before) = moments(zone, from, to);
                query.push(times.between, params![since, before]);
            }
        }
    }
}
