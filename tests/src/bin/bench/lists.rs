//! The list of conversations with 100,000 that one admin sees.

use std::time::{Duration, Instant};

use server::{
    db::{self, Sql},
    params,
};
use shared::{
    attributes::{AttributeCondition, AttributeTest, Number},
    contacts::Subscription,
    conversations::{ConversationFilter, CountConversations, ListConversations, Scope, When},
    id::{AttributeId, MemberId, StoreId, TagId, TeamId},
};
use tests::{Client, Engine, World};
use uuid::Uuid;

use crate::Row;

/// Conversations in the list.
const MANY: i64 = 100_000;

/// Where the generated ids of each kind begin.
#[derive(Clone, Copy)]
enum Ids {
    Contact = 1,
    Identity = 2,
    Conversation = 3,
    Tag = 4,
    Attribute = 5,
}

/// The id of the nth of a kind, as [`fill`] writes it in SQL.
fn id(kind: Ids, n: u64) -> Uuid {
    Uuid::from_u128((0x7000_u128 << 64) | ((0x8000 + kind as u128) << 48) | u128::from(n))
}

/// A filter to be measured: what it is called, and whether it matches so few that only the count's limit holds for its page.
type Case = (&'static str, bool, ConversationFilter);

fn cases(team: &World) -> Vec<Case> {
    let tags = |places: &[u64]| places.iter().map(|n| TagId(id(Ids::Tag, *n))).collect::<Vec<_>>();
    let nothing = ConversationFilter::default;
    let search = |text: &str| ConversationFilter { search: text.into(), ..nothing() };
    let attribute = |n, test| ConversationFilter {
        attributes: vec![AttributeCondition { attribute: AttributeId(id(Ids::Attribute, n)), test }],
        ..nothing()
    };
    let number = AttributeTest::Numbers { from: Some(Number(90_000)), to: None };
    vec![
        ("all", false, nothing()),
        ("tag, 10 %", false, ConversationFilter { tags_any: tags(&[0]), ..nothing() }),
        ("tag, 1 %", false, ConversationFilter { tags_any: tags(&[1]), ..nothing() }),
        ("without a tag, 90 %", false, ConversationFilter { tags_none: tags(&[0]), ..nothing() }),
        ("two tags, 1 %", false, ConversationFilter { tags_all: tags(&[0, 1]), ..nothing() }),
        ("wrote in 7 days", false, ConversationFilter { last_customer: Some(When::Within { days: 7 }), ..nothing() }),
        (
            "no marketing in 30 days",
            false,
            ConversationFilter { last_marketing: Some(When::NotWithin { days: 30 }), ..nothing() },
        ),
        ("blocked, 2 %", false, ConversationFilter { subscriptions: vec![Subscription::Blocked], ..nothing() }),
        ("unread, 5 %", false, ConversationFilter { unread: true, ..nothing() }),
        (
            "one owner, 50 %",
            false,
            ConversationFilter {
                owners: vec![team.team.seat("sales").map(|seat| seat.id).unwrap_or_default()],
                ..nothing()
            },
        ),
        ("attribute from 90, 10 %", false, attribute(0, number)),
        ("attribute text, 33 %", false, attribute(1, AttributeTest::TextIs { text: "金卡".into() })),
        ("attribute empty, 25 %", false, attribute(0, AttributeTest::Empty)),
        ("frequent name", false, search("王")),
        ("rare name", true, search("王雅99998")),
        ("no such name", true, search("Zanzibar")),
        (
            "tag, time and name, 1 %",
            false,
            ConversationFilter {
                search: "雅".into(),
                tags_any: tags(&[0]),
                last_customer: Some(When::Within { days: 90 }),
                ..nothing()
            },
        ),
    ]
}

/// Measures pages and counts, each so many times, over HTTP.
pub(crate) async fn measure(engine: Engine, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let world = World::start_on(engine).await?;
    let app = world.server.app()?;
    let (team, channel) = (world.team.id, world.team.accounts[0].id);
    let owners = [world.team.seat("sales")?.id, world.team.seat("colleague")?.id];
    let store = world.team.stores[0];
    let now = app.clock.now();
    app.db.write(move |tx| fill(tx, team, &channel.to_string(), owners, store, now)).await?;
    let admin = world.client("admin").await?;
    let mut rows = Vec::new();
    for (name, rare, filter) in cases(&world) {
        let page = timed(rounds, || page(&admin, &filter)).await?;
        let count = timed(rounds.min(50), || count(&admin, &filter)).await?;
        let most = if rare { 100.0 } else { 15.0 };
        rows.push(Row::at_most(format!("{engine:?}, page: {name}"), most, page, "ms p99"));
        rows.push(Row::at_most(format!("{engine:?}, count: {name}"), 100.0, count, "ms p99"));
    }
    world.stop().await?;
    Ok(rows)
}

async fn page(client: &Client, filter: &ConversationFilter) -> anyhow::Result<()> {
    let call = ListConversations { scope: Scope::Team, filter: filter.clone(), limit: 50, ..Default::default() };
    client.call(call).await?;
    Ok(())
}

async fn count(client: &Client, filter: &ConversationFilter) -> anyhow::Result<()> {
    client.call(CountConversations { scope: Scope::Team, filter: filter.clone(), ..Default::default() }).await?;
    Ok(())
}

/// The 99th percentile of so many rounds, in milliseconds, after one that warms up.
async fn timed<F: Future<Output = anyhow::Result<()>>>(rounds: usize, work: impl Fn() -> F) -> anyhow::Result<f64> {
    work().await?;
    let mut took = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let began = Instant::now();
        work().await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let place = (took.len() * 99).div_ceil(100).saturating_sub(1);
    let p99: Duration = took.get(place).copied().unwrap_or_default();
    Ok(p99.as_secs_f64() * 1_000.0)
}

/// Numbers from 0 to before [`MANY`], as a table.
const NUMBERS: Sql = Sql::pair(
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1) ",
    "WITH n(i) AS (SELECT generate_series(0::BIGINT, $1 - 1)) ",
);

/// A statement over the numbers; `ID(k)` in it is the id of the row of that kind.
fn over_numbers(statement: &'static str) -> Sql {
    let text = |numbers: &str, hex: &str| -> &'static str {
        let mut text = format!("{numbers}{statement}");
        for kind in [Ids::Contact, Ids::Identity, Ids::Conversation, Ids::Tag, Ids::Attribute] {
            let prefix = format!("'00000000-0000-7000-800{}-' || {hex}", kind as u8);
            text = text.replace(&format!("ID({})", kind as u8), &prefix);
        }
        // A handful of statements, kept to the end of a benchmark.
        text.leak()
    };
    Sql::pair(text(NUMBERS.sqlite, "printf('%012x', i)"), text(NUMBERS.postgres, "lpad(to_hex(i), 12, '0')"))
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
        let tag = TagId(id(Ids::Tag, n));
        tx.execute(
            "INSERT INTO tag (team_id, id, name, folded_name, created_at) VALUES ($1, $2, $3, $3, 1)",
            params![team, tag, format!("bench {n}")],
        )?;
        let (attribute, kind) = (AttributeId(id(Ids::Attribute, n)), ["number", "text"][usize::from(n == 1)]);
        tx.execute(
            "INSERT INTO attribute (team_id, id, name, folded_name, kind, created_at) VALUES ($1, $2, $3, $3, $4, 1)",
            params![team, attribute, format!("bench {n}"), kind],
        )?;
    }
    let contacts = format!(
        "INSERT INTO contact (team_id, id, name, folded_name, created_at) SELECT $2, ID(1), {NAME}, {NAME}, 1 FROM n"
    );
    tx.execute(over_numbers(contacts.leak()), params![MANY, team])?;
    tx.execute(
        over_numbers(
            "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_at, \
             profile_tries, created_at) SELECT $2, ID(2), ID(1), $3, 'subscribed', 1, 1, 0, 1 FROM n",
        ),
        params![MANY, team, channel],
    )?;
    let conversations = format!(
        "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, owner_id, store_id, \
         folded_name, subscription, unread, last_at, last_kind, last_text, last_from_customer, last_message_at, \
         last_customer_at, last_marketing_at, created_at) \
         SELECT $2, ID(3), ID(2), ID(1), $3, 'in_progress', CASE WHEN i % 2 = 0 THEN $4 ELSE $5 END, $6, {NAME}, \
         CASE WHEN i % 50 = 7 THEN 'blocked' ELSE 'subscribed' END, CASE WHEN i % 20 = 3 THEN 1 ELSE 0 END, \
         $7 - i * 60000, 'text', '好的', TRUE, $7 - i * 60000, $7 - i * 60000, \
         CASE WHEN i % 3 = 0 THEN $7 - i * 30000 ELSE NULL END, 1 FROM n"
    );
    tx.execute(over_numbers(conversations.leak()), params![MANY, team, channel, owners[0], owners[1], store, now])?;
    for (n, every) in [(0, 10), (1, 100)] {
        tx.execute(
            over_numbers(
                "INSERT INTO contact_tag (team_id, contact_id, tag_id, created_at) \
                 SELECT $2, ID(1), $3, 1 FROM n WHERE i % $4 = 0",
            ),
            params![MANY, team, TagId(id(Ids::Tag, n)), every],
        )?;
    }
    tx.execute(
        over_numbers(
            "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, int_value) \
             SELECT $2, ID(1), $3, 'number', i % 100 * 1000 FROM n WHERE i % 4 <> 0",
        ),
        params![MANY, team, AttributeId(id(Ids::Attribute, 0))],
    )?;
    tx.execute(
        over_numbers(
            "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, text_value, folded_text) \
             SELECT $2, ID(1), $3, 'text', CASE WHEN i % 3 = 0 THEN '金卡' ELSE '銀卡' END, \
             CASE WHEN i % 3 = 0 THEN '金卡' ELSE '銀卡' END FROM n",
        ),
        params![MANY, team, AttributeId(id(Ids::Attribute, 1))],
    )?;
    tx.execute("ANALYZE", &[])?;
    Ok(())
}
