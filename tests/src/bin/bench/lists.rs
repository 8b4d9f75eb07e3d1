//! The list of conversations with 100,000 that one admin sees.

use anyhow::ensure;
use server::{db, params};
use shared::{
    attributes::{AttributeCondition, AttributeTest, Number},
    contacts::Subscription,
    conversations::{ConversationFilter, CountConversations, ListConversations, Scope, Sort, When},
    id::{AttributeId, MemberId, StoreId, TagId, TeamId},
};
use tests::{Client, Engine, World};

use crate::{
    filling::{id, over_numbers, settle},
    measuring::{Row, quietest, timed},
};

/// Conversations in the list.
const MANY: i64 = 100_000;

/// Rows of a page, as the app asks for them.
const PAGE: u32 = 50;

/// A filter to be measured.
struct Case {
    name: &'static str,
    filter: ConversationFilter,
    sort: Sort,
    /// How many it must find, give or take the minutes that pass while it is measured.
    matching: u64,
}

impl Case {
    fn new(name: &'static str, matching: u64, filter: ConversationFilter) -> Self {
        Self { name, filter, sort: Sort::Newest, matching }
    }

    fn oldest_first(self) -> Self {
        Self { sort: Sort::Oldest, ..self }
    }

    /// What a page may take, in milliseconds: where fewer than 1 % match it is that of a count (architecture.md 8).
    fn most(&self) -> f64 {
        if self.matching < MANY.unsigned_abs() / 100 { COUNT } else { 15.0 }
    }
}

/// What a count may take, in milliseconds.
const COUNT: f64 = 100.0;

fn cases(world: &World) -> anyhow::Result<Vec<Case>> {
    let nothing = ConversationFilter::default;
    let tags = |places: &[u64]| places.iter().map(|n| TagId(id("tag", *n))).collect::<Vec<_>>();
    let search = |text: &str| ConversationFilter { search: text.into(), ..nothing() };
    let customer = |when| ConversationFilter { last_customer: Some(when), ..nothing() };
    let marketing = |when| ConversationFilter { last_marketing: Some(when), ..nothing() };
    let attribute = |n, test| ConversationFilter {
        attributes: vec![AttributeCondition { attribute: AttributeId(id("attribute", n)), test }],
        ..nothing()
    };
    let number = AttributeTest::Numbers { from: Some(Number(90_000)), to: None };
    let gold = AttributeTest::TextIs { text: "金卡".into() };
    let blocked = ConversationFilter { subscriptions: vec![Subscription::Blocked], ..nothing() };
    let several = ConversationFilter {
        search: "雅".into(),
        tags_any: tags(&[0]),
        last_customer: Some(When::Within { days: 90 }),
        ..nothing()
    };
    Ok(vec![
        Case::new("all", 100_000, nothing()),
        Case::new("tag, 10 %", 10_000, ConversationFilter { tags_any: tags(&[0]), ..nothing() }),
        Case::new("tag, 1 %", 1_000, ConversationFilter { tags_any: tags(&[1]), ..nothing() }),
        Case::new("without a tag, 90 %", 90_000, ConversationFilter { tags_none: tags(&[0]), ..nothing() }),
        Case::new("two tags, 1 %", 1_000, ConversationFilter { tags_all: tags(&[0, 1]), ..nothing() }),
        Case::new("wrote in 7 days, 10 %", 10_081, customer(When::Within { days: 7 })),
        Case::new("wrote in 7 days, oldest first", 10_081, customer(When::Within { days: 7 })).oldest_first(),
        Case::new("silent for 60 days, 14 %", 13_599, customer(When::NotWithin { days: 60 })),
        Case::new("no marketing in 30 days, 71 %", 71_199, marketing(When::NotWithin { days: 30 })),
        Case::new("blocked, 2 %", 2_000, blocked),
        Case::new("unread, 5 %", 5_000, ConversationFilter { unread: true, ..nothing() }),
        Case::new(
            "one owner, 50 %",
            50_000,
            ConversationFilter { owners: vec![world.team.seat("sales")?.id], ..nothing() },
        ),
        Case::new("attribute from 90, 8 %", 8_000, attribute(0, number)),
        Case::new("attribute text, 33 %", 33_334, attribute(1, gold)),
        Case::new("attribute empty, 25 %", 25_000, attribute(0, AttributeTest::Empty)),
        Case::new("frequent name, 10 %", 10_000, search("王")),
        Case::new("rare name", 1, search("王雅99900")),
        Case::new("no such name", 0, search("Zanzibar")),
        Case::new("tag, time and name, 1 %", 1_000, several),
    ])
}

/// Measures pages and counts over HTTP.
pub(crate) async fn measure(engine: Engine, runs: usize, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let world = World::start_on(engine).await?;
    let app = world.server.app()?;
    let (team, channel) = (world.team.id, world.team.accounts[0].id);
    let owners = [world.team.seat("sales")?.id, world.team.seat("colleague")?.id];
    let store = world.team.stores[0];
    let now = app.clock.now();
    app.db.write(move |tx| fill(tx, team, &channel.to_string(), owners, store, now)).await?;
    settle(engine, &world.config).await?;
    let mut all = Vec::new();
    for _ in 0..runs.max(1) {
        all.push(run(engine, &world, rounds).await?);
    }
    world.stop().await?;
    Ok(quietest(all))
}

async fn run(engine: Engine, world: &World, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let admin = world.client("admin").await?;
    let mut rows = Vec::new();
    for case in cases(world)? {
        let page = timed(rounds, || page(&admin, &case)).await?;
        let count = timed(rounds.min(50), || count(&admin, &case)).await?;
        rows.push(Row::at_most(format!("{engine:?}, page: {}", case.name), case.most(), page, "ms p99"));
        rows.push(Row::at_most(format!("{engine:?}, count: {}", case.name), COUNT, count, "ms p99"));
    }
    Ok(rows)
}

async fn page(client: &Client, case: &Case) -> anyhow::Result<()> {
    let (filter, sort) = (case.filter.clone(), case.sort);
    let call = ListConversations { scope: Scope::Team, filter, sort, limit: PAGE, ..Default::default() };
    let found = client.call(call).await?.items.len() as u64;
    ensure!(found == case.matching.min(PAGE.into()), "{}: the page holds {found}", case.name);
    Ok(())
}

async fn count(client: &Client, case: &Case) -> anyhow::Result<()> {
    let call = CountConversations { scope: Scope::Team, filter: case.filter.clone(), ..Default::default() };
    let found = client.call(call).await?.matching;
    ensure!(found.abs_diff(case.matching) <= case.matching / 20, "{}: {found} match", case.name);
    Ok(())
}

/// Writes the customers and their conversations: the same ones in every run.
fn fill(
    tx: &mut db::Tx<'_>,
    team: TeamId,
    channel: &str,
    owners: [MemberId; 2],
    store: StoreId,
    now: i64,
) -> db::Result<()> {
    const NAME: &str = "substr('王李張陳林黃吳劉蔡楊', CAST(i % 10 AS INTEGER) + 1, 1) || \
                        substr('雅婷柏翰詩涵子晴家豪', CAST(i / 10 % 10 AS INTEGER) + 1, 1) || CAST(i AS TEXT)";
    for n in [0, 1] {
        let tag = TagId(id("tag", n));
        tx.execute(
            "INSERT INTO tag (team_id, id, name, folded_name, created_at) VALUES ($1, $2, $3, $3, 1)",
            params![team, tag, format!("bench {n}")],
        )?;
        let (attribute, kind) = (AttributeId(id("attribute", n)), ["number", "text"][usize::from(n == 1)]);
        tx.execute(
            "INSERT INTO attribute (team_id, id, name, folded_name, kind, created_at) VALUES ($1, $2, $3, $3, $4, 1)",
            params![team, attribute, format!("bench {n}"), kind],
        )?;
    }
    let contacts = format!(
        "INSERT INTO contact (team_id, id, name, folded_name, created_at) \
         SELECT $2, ID(contact, i), {NAME}, {NAME}, 1 FROM n"
    );
    tx.execute(over_numbers(&contacts), params![MANY, team])?;
    tx.execute(
        over_numbers(
            "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_at, \
             profile_tries, created_at) \
             SELECT $2, ID(identity, i), ID(contact, i), $3, 'subscribed', 1, 1, 0, 1 FROM n",
        ),
        params![MANY, team, channel],
    )?;
    let conversations = format!(
        "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, owner_id, store_id, \
         folded_name, subscription, unread, last_at, last_kind, last_text, last_from_customer, last_message_at, \
         last_customer_at, last_marketing_at, created_at) \
         SELECT $2, ID(conversation, i), ID(identity, i), ID(contact, i), $3, 'in_progress', \
         CASE WHEN i % 2 = 0 THEN $4 ELSE $5 END, $6, {NAME}, \
         CASE WHEN i % 50 = 7 THEN 'blocked' ELSE 'subscribed' END, CASE WHEN i % 20 = 3 THEN 1 ELSE 0 END, \
         $7 - i * 60000, 'text', '好的', TRUE, $7 - i * 60000, $7 - i * 60000, \
         CASE WHEN i % 3 = 0 THEN $7 - i * 30000 ELSE NULL END, 1 FROM n"
    );
    tx.execute(over_numbers(&conversations), params![MANY, team, channel, owners[0], owners[1], store, now])?;
    for (n, every) in [(0, 10), (1, 100)] {
        tx.execute(
            over_numbers(
                "INSERT INTO contact_tag (team_id, contact_id, tag_id, created_at) \
                 SELECT $2, ID(contact, i), $3, 1 FROM n WHERE i % $4 = 0",
            ),
            params![MANY, team, TagId(id("tag", n)), every],
        )?;
    }
    tx.execute(
        over_numbers(
            "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, int_value) \
             SELECT $2, ID(contact, i), $3, 'number', i % 100 * 1000 FROM n WHERE i % 4 <> 0",
        ),
        params![MANY, team, AttributeId(id("attribute", 0))],
    )?;
    tx.execute(
        over_numbers(
            "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, text_value, folded_text) \
             SELECT $2, ID(contact, i), $3, 'text', CASE WHEN i % 3 = 0 THEN '金卡' ELSE '銀卡' END, \
             CASE WHEN i % 3 = 0 THEN '金卡' ELSE '銀卡' END FROM n",
        ),
        params![MANY, team, AttributeId(id("attribute", 1))],
    )?;
    Ok(())
}
