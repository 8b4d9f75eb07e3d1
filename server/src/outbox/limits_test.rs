//! What an account's limits come to when LINE answers by them, and what a lane costs that has nothing to do.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use shared::{content::NAME_TOKEN, id::CampaignId};

use super::{Lanes, start_with};
use crate::{
    App,
    campaigns::fixture_test::sent,
    channels::testing::Shop,
    config::Config,
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    platforms::testing::{Then, stub},
    serve::POLICIES,
};

on_both_engines![
    a_month_that_line_calls_used_up_while_messages_are_left_is_only_too_fast,
    a_month_that_is_used_up_pauses_the_account_and_burns_nobody,
    a_lane_with_nothing_to_do_ends_and_is_opened_again,
    calls_that_missed_their_moments_are_made_at_others,
];

const TAKEN: &[u8] = b"{\"sentMessages\":[{\"id\":\"1\"}]}";
const MONTH: &[u8] = b"{\"message\":\"You have reached your monthly limit.\"}";

/// A LINE that says of the first so many pushes that the month is used up, and of whose 500 messages so many are.
async fn line(refused: usize, used: u32) -> String {
    let pushes = AtomicUsize::new(0);
    let (base, _) = stub(move |request| match request.split(' ').nth(1).unwrap() {
        "/v2/bot/message/push" if pushes.fetch_add(1, Relaxed) < refused => {
            Then::answer("429 Too Many Requests", "", MONTH)
        }
        "/v2/bot/message/push" => Then::answer("200 OK", "", TAKEN),
        "/v2/bot/message/quota" => Then::answer("200 OK", "", b"{\"type\":\"limited\",\"value\":500}"),
        "/v2/bot/message/quota/consumption" => {
            Then::answer("200 OK", "", format!("{{\"totalUsage\":{used}}}").as_bytes())
        }
        _ => Then::answer("200 OK", "", b"{}"),
    })
    .await;
    base
}

/// A server around this world whose LINE is at this address, and its lanes.
async fn serving(world: &World, base: String) -> (App, Lanes) {
    let change = |config: &mut Config| {
        config.line.api_base = base;
        config.engine.retry_ms = vec![100; 5];
        config.engine.poll_ms = 10;
    };
    let app = world.app_with(change).await;
    let World { team, shop, north, .. } = *world;
    let shop = Shop { db: world.db.clone(), clock: world.clock.clone(), team, store: north, channel: shop };
    shop.seal(&app, b"secret", b"token").await;
    let lanes = Lanes::default();
    start_with(&app, POLICIES, lanes.clone());
    (app, lanes)
}

/// A send to so many, to each by her name.
async fn personal(world: &World, people: usize) -> CampaignId {
    sent(world, &world.ann, people, &format!("{NAME_TOKEN}您好")).await.0
}

/// A campaign's state, and how many of it are queued, accepted and failed.
async fn state(world: &World, campaign: CampaignId) -> (String, i64, i64, i64) {
    let sql = "SELECT state, queued, accepted, failed FROM campaign WHERE id = $1";
    world.read(move |tx| tx.one(sql, params![campaign])).await
}

async fn paused(world: &World) -> Option<String> {
    let shop = world.shop;
    world.read(move |tx| tx.one("SELECT paused_reason FROM channel WHERE id = $1", params![shop])).await
}

/// Waits until it is so, while time goes on.
async fn until<F: Future<Output = bool>>(world: &World, mut is_so: impl FnMut() -> F) {
    for _ in 0..1_500 {
        if is_so().await {
            return;
        }
        world.clock.advance(100);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never was");
}

async fn a_month_that_line_calls_used_up_while_messages_are_left_is_only_too_fast(db: Db) {
    let world = World::new(db).await;
    let campaign = personal(&world, 2).await;
    let (app, _) = serving(&world, line(2, 20).await).await;
    until(&world, || async { state(&world, campaign).await.0 == "completed" }).await;
    app.tasks.stop(Duration::from_secs(5)).await;
    assert_eq!(state(&world, campaign).await, ("completed".into(), 0, 2, 0));
    assert_eq!(paused(&world).await, None);
    let tries: Vec<(String, String)> =
        world.read(|tx| tx.all("SELECT reason, provider_text FROM attempt ORDER BY id", params![])).await;
    let told = ("line_rate_limited".to_owned(), "You have reached your monthly limit.".to_owned());
    assert_eq!(tries, [told.clone(), told], "with LINE's own words");
}

async fn a_month_that_is_used_up_pauses_the_account_and_burns_nobody(db: Db) {
    let world = World::new(db).await;
    let campaign = personal(&world, 3).await;
    let (app, _) = serving(&world, line(usize::MAX, 500).await).await;
    until(&world, || async { paused(&world).await.is_some() }).await;
    app.tasks.stop(Duration::from_secs(5)).await;
    assert_eq!(paused(&world).await.as_deref(), Some("line_monthly_limit"));
    assert_eq!(state(&world, campaign).await, ("sending".into(), 3, 0, 0));
}

async fn a_lane_with_nothing_to_do_ends_and_is_opened_again(db: Db) {
    let world = World::new(db).await;
    let (app, lanes) = serving(&world, line(0, 0).await).await;
    for _ in 0..2 {
        let campaign = personal(&world, 1).await;
        until(&world, || async { state(&world, campaign).await.0 == "completed" }).await;
        until(&world, || async { lanes.channels().is_empty() }).await;
    }
    app.tasks.stop(Duration::from_secs(5)).await;
}

/// Time leaps here, so that nearly every moment has passed when its call is to be made.
async fn calls_that_missed_their_moments_are_made_at_others(db: Db) {
    let world = World::new(db).await;
    let (team, shop) = (world.team, world.shop);
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO channel_budget (team_id, channel_id, endpoint, rate, rate_now, next_at)
                 VALUES ($1, $2, 'push', 1000, 1000, 0)",
                params![team, shop],
            )
        })
        .await;
    let campaign = personal(&world, 30).await;
    let (app, _) = serving(&world, line(0, 0).await).await;
    until(&world, || async { state(&world, campaign).await.0 == "completed" }).await;
    app.tasks.stop(Duration::from_secs(5)).await;
    assert_eq!(state(&world, campaign).await, ("completed".into(), 0, 30, 0));
}
