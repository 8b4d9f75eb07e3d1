//! The group-send records: 10,000 of them with a million recipients, half of these in a single one.

use anyhow::{Context as _, ensure};
use server::{
    db::{self, Value},
    params,
};
use shared::{
    campaigns::{CampaignFilter, CampaignState, ListCampaigns, ShowCampaign},
    contacts::ChannelRef,
    content::{Content, Part},
    deliveries::{ExportDeliveries, ListDeliveries, Outcome},
    id::{CampaignId, MemberId, StoreId, TeamId},
    limits::Platform,
    reasons::Reason,
    selection::Selection,
    words::Language,
};
use tests::{Client, Engine, World};

use crate::{
    filling::{id, over_numbers, settle},
    measuring::{Row, quietest, streamed, timed},
};

/// Records.
const CAMPAIGNS: i64 = 10_000;
/// Recipients of each record but the newest.
const EACH: i64 = 50;
/// Recipients of the newest.
const MOST: i64 = DELIVERIES - (CAMPAIGNS - 1) * EACH;
/// Recipients of all.
const DELIVERIES: i64 = 1_000_000;
/// One recipient in so many failed.
const FAILED: i64 = 5_000;
/// Which of those failed.
const FAILED_AT: i64 = 17;
/// Records that are still being sent.
const SENDING: i64 = 5;
/// Between two records, in milliseconds: they fill a year.
const APART: i64 = 3_000_000;

/// What a page may take, in milliseconds (architecture.md 8).
const PAGE: f64 = 20.0;
/// What a file of 32 MB may add to the memory of server and client together, in MB.
const GROWTH: f64 = 16.0;

/// A page of the list to be measured.
struct Case {
    name: &'static str,
    who: &'static str,
    filter: CampaignFilter,
    /// How many it must find, up to a page of 50.
    found: usize,
}

fn cases(world: &World) -> anyhow::Result<Vec<Case>> {
    let case = |name, found, filter| Case { name, who: "admin", filter, found };
    let nothing = CampaignFilter::default;
    let in_state = |state| CampaignFilter { states: vec![state], ..nothing() };
    let sent_by = |who| anyhow::Ok(CampaignFilter { senders: vec![world.team.seat(who)?.id], ..nothing() });
    let from = |text: &str| anyhow::Ok(CampaignFilter { from: Some(text.parse()?), ..nothing() });
    Ok(vec![
        case("all", 50, nothing()),
        case("completed, 97 %", 50, in_state(CampaignState::Completed)),
        case("failed, 2 %", 50, in_state(CampaignState::Failed)),
        case("held, none", 0, in_state(CampaignState::Paused)),
        case("with failures, 1 %", 50, CampaignFilter { with_failures: true, ..nothing() }),
        case("one store, 50 %", 50, CampaignFilter { stores: vec![world.team.stores[1]], ..nothing() }),
        case("one sender, 1 %", 50, sent_by("sales")?),
        case("one sender, none", 0, sent_by("admin")?),
        case("days to come, none", 0, from("2999-01-01")?),
        Case { who: "manager", ..case("a manager's", 50, nothing()) },
        Case { who: "sales", ..case("a salesperson's own, 1 %", 50, nothing()) },
    ])
}

/// Measures pages over HTTP, and what files take of memory.
pub(crate) async fn measure(engine: Engine, runs: usize, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let world = World::start_on(engine).await?;
    let app = world.server.app()?;
    let filling = Filling::of(&world, app.clock.now())?;
    app.db.write(move |tx| filling.write(tx)).await?;
    settle(engine, &world.config).await?;
    let mut all = Vec::new();
    for _ in 0..runs.max(1) {
        let mut rows = lists(engine, &world, rounds).await?;
        rows.extend(record(engine, &world, rounds).await?);
        all.push(rows);
    }
    let mut rows = quietest(all);
    // Once: a second time would find the memory of the first.
    rows.extend(file(engine, &world).await?);
    world.stop().await?;
    Ok(rows)
}

/// Pages of the list.
async fn lists(engine: Engine, world: &World, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for case in cases(world)? {
        let client = world.client(case.who).await?;
        let took = timed(rounds, async || {
            let call = ListCampaigns { filter: case.filter.clone(), limit: 50, after: None };
            let found = client.call(call).await?.items.len();
            ensure!(found == case.found, "{}: the page holds {found}", case.name);
            Ok(())
        });
        rows.push(Row::at_most(format!("{engine:?}, records: {}", case.name), PAGE, took.await?, "ms p99"));
    }
    let client = world.client("admin").await?;
    let after = far_down(&client).await?;
    let took = timed(rounds, async || {
        let call = ListCampaigns { filter: CampaignFilter::default(), limit: 50, after: Some(after.clone()) };
        ensure!(client.call(call).await?.items.len() == 50, "the page is not full");
        Ok(())
    });
    rows.push(Row::at_most(format!("{engine:?}, records: all, far down"), PAGE, took.await?, "ms p99"));
    Ok(rows)
}

/// Where the 90th page of 100 ends.
async fn far_down(client: &Client) -> anyhow::Result<String> {
    let mut after = None;
    for _ in 0..90 {
        let call = ListCampaigns { filter: CampaignFilter::default(), limit: 100, after };
        after = client.call(call).await?.next;
    }
    after.context("there are no 9,000 records")
}

/// The longest record, and pages of its recipients.
async fn record(engine: Engine, world: &World, rounds: usize) -> anyhow::Result<Vec<Row>> {
    let client = world.client("admin").await?;
    let longest = CampaignId(id("campaign", 0));
    let mut rows = Vec::new();
    let took = timed(rounds, async || {
        let shown = client.call(ShowCampaign { id: longest }).await?;
        ensure!(shown.reasons.iter().map(|reason| reason.count).sum::<u64>() == shown.row.figures.failed, "miscounted");
        Ok(())
    });
    rows.push(Row::at_most(format!("{engine:?}, a record of {MOST}"), PAGE, took.await?, "ms p99"));
    let every = ListDeliveries { id: longest, outcome: None, reason: None, limit: 50, after: None };
    let of = |outcome| ListDeliveries { outcome: Some(outcome), ..every.clone() };
    for (name, found, call) in [
        ("all", 50, every.clone()),
        ("accepted, 100 %", 50, of(Outcome::Succeeded)),
        ("failed, 0.02 %", 50, of(Outcome::Failed)),
        ("unknown, none", 0, of(Outcome::Unknown)),
        ("waiting, none", 0, of(Outcome::Waiting)),
        ("one reason, 0.02 %", 50, ListDeliveries { reason: Some(Reason::Unfollowed), ..every.clone() }),
    ] {
        let took = timed(rounds, async || {
            let items = client.call(call.clone()).await?.items.len();
            ensure!(items == found, "{name}: the page holds {items}");
            Ok(())
        });
        rows.push(Row::at_most(format!("{engine:?}, its recipients: {name}"), PAGE, took.await?, "ms p99"));
    }
    Ok(rows)
}

/// The file of the longest record's recipients. A short one before it warms up what stays.
async fn file(engine: Engine, world: &World) -> anyhow::Result<Option<Row>> {
    let client = world.client("admin").await?;
    let of = |n| {
        let id = CampaignId(id("campaign", n));
        ExportDeliveries { id, outcome: None, reason: None, language: Language::En }
    };
    streamed(&client, &of(1)).await?;
    let whole = streamed(&client, &of(0)).await?;
    ensure!(whole.lines.abs_diff(1) == usize::try_from(MOST)?, "the file has {} lines", whole.lines);
    let name = format!("{engine:?}, its recipients: memory for a file");
    Ok(whole.grew.map(|grew| Row::at_most(name, GROWTH, grew, "MB")))
}

/// What the rows are made of.
struct Filling {
    team: TeamId,
    channel: ChannelRef,
    sales: MemberId,
    /// Those who sent the rest, and their stores, by turns.
    others: [(MemberId, StoreId); 2],
    now: i64,
}

impl Filling {
    fn of(world: &World, now: i64) -> anyhow::Result<Self> {
        let (team, account) = (&world.team, &world.team.accounts[0]);
        Ok(Self {
            team: team.id,
            channel: ChannelRef { id: account.id, name: account.name.clone(), platform: Platform::Line },
            sales: team.seat("sales")?.id,
            others: [(team.seat("colleague")?.id, team.stores[0]), (team.seat("elsewhere")?.id, team.stores[1])],
            now,
        })
    }

    fn write(&self, tx: &mut db::Tx<'_>) -> db::Result<()> {
        self.campaigns(tx)?;
        self.deliveries(tx)?;
        self.slices(tx)
    }

    fn campaigns(&self, tx: &mut db::Tx<'_>) -> db::Result<()> {
        let json = |value: serde_json::Result<String>| value.map_err(|error| db::Error::Other(error.to_string()));
        let text = "{{name}}，秋冬新品到貨了，歡迎到店裡看看：https://shop.example/new";
        let content = Content { parts: vec![Part::text(text), Part::text("現在加入會員，首購九折。")] };
        let [(one, here), (other, there)] = self.others;
        let lost = format!(
            "CASE WHEN i = 0 THEN {} WHEN i % {} = 0 THEN 1 ELSE 0 END",
            (MOST - FAILED_AT).div_euclid(FAILED) + 1,
            FAILED / EACH
        );
        let waiting = format!("CASE WHEN i BETWEEN 1 AND {SENDING} THEN 10 ELSE 0 END");
        let audience = format!("CASE WHEN i = 0 THEN {MOST} ELSE {EACH} END");
        tx.execute(
            over_numbers(&format!(
                "INSERT INTO campaign (team_id, id, kind, class, subject, sender_id, sender_name, store_id, \
                 store_name, content, first_text, parts, referral_links, audience_kind, selection, channels, state, \
                 created_at, started_at, broadcast_at, expires_at, finished_at, audience, queued, accepted, failed, unknown) \
                 SELECT $2, ID(campaign, i), 'group_message', 1, '', \
                 CASE WHEN i % 100 = 1 THEN $3 WHEN i % 2 = 0 THEN $4 ELSE $5 END, '林子晴', \
                 CASE WHEN i % 2 = 0 THEN $6 ELSE $7 END, '信義店', \
                 $8, $9, 2, 1, 'selection', $10, $11, \
                 CASE WHEN i BETWEEN 1 AND {SENDING} THEN 'sending' WHEN i % 50 = 9 THEN 'failed' \
                 WHEN i % 100 = 11 THEN 'cancelled' ELSE 'completed' END, \
                 $12 - i * {APART}, $12 - i * {APART}, $12 - i * {APART}, $12 - i * {APART} + 86400000, \
                 CASE WHEN i BETWEEN 1 AND {SENDING} THEN NULL ELSE $12 - i * {APART} + 60000 END, \
                 {audience}, {waiting}, {audience} - ({waiting}) - ({lost}), {lost}, 0 FROM n"
            )),
            params![
                CAMPAIGNS,
                self.team,
                self.sales,
                one,
                other,
                here,
                there,
                json(serde_json::to_string(&content))?,
                text,
                json(serde_json::to_string(&Selection::default()))?,
                json(serde_json::to_string(&[&self.channel]))?,
                self.now
            ],
        )
        .map(drop)
    }

    /// Each campaign's stand together, as they do where they are written when it is accepted.
    fn deliveries(&self, tx: &mut db::Tx<'_>) -> db::Result<()> {
        let last = format!("i >= {MOST} AND i < {MOST} + {SENDING} * {EACH} AND i % {EACH} >= {}", EACH - 10);
        let failed = format!("i % {FAILED} = {FAILED_AT}");
        tx.execute(
            over_numbers(&format!(
                "INSERT INTO delivery (team_id, id, policy, campaign_id, slice_id, channel_id, identity_id, \
                 contact_id, conversation_id, sender_id, address, name, state, attempt, tries, unsure, reason, \
                 checked_by, settled_at) \
                 SELECT $2, ID(delivery, i), 'group', ID(campaign, c), ID(slice, c), $3, ID(identity, i), \
                 ID(contact, i), ID(conversation, i), $4, \
                 'U' || ID(identity, i), '陳雅婷' || CAST(i AS TEXT), \
                 CASE WHEN {failed} THEN 'failed' WHEN {last} THEN 'queued' ELSE 'accepted' END, 1, 1, FALSE, \
                 CASE WHEN {failed} THEN 'unfollowed' END, CASE WHEN {failed} THEN 'storecast' END, \
                 CASE WHEN {last} THEN NULL ELSE $5 - c * {APART} + 1000 END \
                 FROM (SELECT i, CASE WHEN i < {MOST} THEN 0 ELSE 1 + (i - {MOST}) / {EACH} END AS c FROM n) AS placed"
            )),
            params![DELIVERIES, self.team, self.channel.id, self.sales, self.now],
        )
        .map(drop)
    }

    /// Of the campaigns that are being sent; due tomorrow, so that the server leaves them alone.
    fn slices(&self, tx: &mut db::Tx<'_>) -> db::Result<()> {
        let tomorrow = Value::from(self.now + 86_400_000);
        tx.execute(
            over_numbers(
                "INSERT INTO slice (team_id, id, campaign_id, channel_id, class, first_id, last_id, is_batch, open, \
                 due_at, expires_at, generation, lease_until, was_lost) \
                 SELECT $2, ID(slice, i + 1), ID(campaign, i + 1), $3, 1, ID(delivery, i), ID(delivery, i), FALSE, 10, \
                 CAST($4 AS BIGINT), CAST($4 AS BIGINT) + 86400000, 0, 0, FALSE FROM n",
            ),
            &[SENDING.into(), self.team.into(), self.channel.id.into(), tomorrow],
        )
        .map(drop)
    }
}
