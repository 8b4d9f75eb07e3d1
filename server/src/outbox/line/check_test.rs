//! Asking LINE whether a content is right: once, and what comes of each answer.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use shared::id::CampaignId;

use super::{super::start, testing::Field};
use crate::{
    App,
    campaigns::fixture_test::texts,
    channels::testing::Shop,
    conversations::fixture_test::World,
    db::{self, Db, Tx, params, testing::on_both_engines},
    platforms::testing::{Then, stub},
    serve::POLICIES,
};

on_both_engines![
    a_content_is_asked_about_once_before_the_first_call,
    a_wrong_content_fails_all_with_the_words_of_line_and_one_answer,
    where_line_cannot_be_asked_the_send_goes_on,
    wrong_messages_that_a_multicast_told_of_are_not_sent_again,
];

const WRONG: &[u8] = br#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#;

/// Answers by the end of the path.
fn habit(validate: fn() -> Then, multicast: fn() -> Then) -> impl Fn(&str) -> Then + Send + 'static {
    move |request| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match path.rsplit('/').next() {
            Some("multicast") => multicast(),
            _ if path.contains("/validate/") => validate(),
            _ => Then::answer("200 OK", "", b"{\"sentMessages\":[{\"id\":\"1\"}]}"),
        }
    }
}

fn fine() -> Then {
    Then::answer("200 OK", "x-line-request-id: r-1\r\n", b"{}")
}

fn wrong() -> Then {
    Then::answer("400 Bad Request", "x-line-request-id: r-2\r\n", WRONG)
}

/// A server around this world whose LINE is at this address.
async fn serving(world: &World, base: String) -> App {
    let app = world
        .app_with(|config| {
            config.line.api_base = base;
            config.engine.poll_ms = 10;
        })
        .await;
    let World { team, shop, north, .. } = *world;
    let shop = Shop { db: world.db.clone(), clock: world.clock.clone(), team, store: north, channel: shop };
    shop.seal(&app, b"secret", b"token").await;
    app
}

/// Sends to so many, and waits until all are settled.
async fn runs(field: &Field, people: usize, got: &Arc<Mutex<Vec<String>>>, base: String) -> CampaignId {
    let campaign = field.sent_many(people, texts(&["您好"])).await;
    let app = serving(&field.world, base).await;
    start(&app, POLICIES);
    settled(field, campaign, got).await;
    app.tasks.stop(Duration::from_secs(5)).await;
    campaign
}

async fn settled(field: &Field, campaign: CampaignId, got: &Arc<Mutex<Vec<String>>>) {
    for _ in 0..1_000 {
        if field.counts(campaign).await.0 == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never settled: {:?}", paths(got));
}

/// What LINE was asked.
fn paths(got: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    let path = |request: &String| request.split(' ').nth(1).unwrap_or_default().replace("/v2/bot/message/", "");
    got.lock().unwrap().iter().map(path).collect()
}

async fn a_content_is_asked_about_once_before_the_first_call(db: Db) {
    let (base, got) = stub(habit(fine, fine)).await;
    let field = Field::new(db).await;
    let campaign = runs(&field, 1_001, &got, base.clone()).await;
    let asked = paths(&got);
    assert_eq!(asked[0], "validate/push");
    let mut rest = asked[1..].to_vec();
    rest.sort_unstable();
    assert_eq!(rest, ["multicast", "multicast", "push"]);
    assert!(got.lock().unwrap()[0].ends_with("\r\n\r\n{\"messages\":[{\"type\":\"text\",\"text\":\"您好\"}]}"));
    assert_eq!(field.counts(campaign).await, (0, 1_001, 0, 0));
    // Another server, or this one after a restart, finds the mark.
    field.world.write(move |tx| queue_again(tx, campaign)).await;
    got.lock().unwrap().clear();
    let app = serving(&field.world, base).await;
    start(&app, POLICIES);
    settled(&field, campaign, &got).await;
    app.tasks.stop(Duration::from_secs(5)).await;
    assert_eq!(paths(&got), ["push"]);
}

/// The only recipient who was alone is queued again, as by a person's decision.
fn queue_again(tx: &mut Tx<'_>, campaign: CampaignId) -> db::Result<()> {
    tx.execute(
        "UPDATE delivery SET state = 'queued', attempt = 2 WHERE id = (SELECT MAX(id) FROM delivery WHERE campaign_id = $1)",
        params![campaign],
    )?;
    tx.execute(
        "INSERT INTO slice (team_id, id, campaign_id, channel_id, class, first_id, last_id, is_batch, open, due_at, expires_at,
             generation, lease_until, was_lost)
         SELECT team_id, slice_id, campaign_id, channel_id, 1, id, id, FALSE, 1, 0, 9000000000000, 0, 0, FALSE FROM delivery
         WHERE campaign_id = $1 AND state = 'queued'",
        params![campaign],
    )?;
    tx.execute(
        "UPDATE campaign SET state = 'sending', queued = 1, accepted = accepted - 1 WHERE id = $1",
        params![campaign],
    )
    .map(drop)
}

async fn a_wrong_content_fails_all_with_the_words_of_line_and_one_answer(db: Db) {
    let (base, got) = stub(habit(wrong, fine)).await;
    let field = Field::new(db).await;
    let campaign = runs(&field, 1_200, &got, base).await;
    assert_eq!(paths(&got), ["validate/push"]);
    assert_eq!(field.counts(campaign).await, (0, 0, 1_200, 0));
    let told: Vec<(String, String, String, String, String)> = field
        .world
        .read(move |tx| {
            tx.all(
                "SELECT DISTINCT reason, checked_by, provider_code, provider_text, request_id FROM delivery
                 WHERE campaign_id = $1",
                params![campaign],
            )
        })
        .await;
    let words = "The request body has 1 error(s); messages[0].text: May not be empty";
    let expected = ["line_message_invalid", "platform", "400", words, "r-2"].map(str::to_owned);
    assert_eq!(told, [expected.into()]);
    assert_eq!(field.state(campaign).await, "failed");
}

async fn where_line_cannot_be_asked_the_send_goes_on(db: Db) {
    let (base, got) = stub(habit(|| Then::answer("503 Service Unavailable", "", b""), fine)).await;
    let field = Field::new(db).await;
    let campaign = runs(&field, 700, &got, base).await;
    let mut asked = paths(&got);
    asked.sort_unstable();
    assert_eq!(asked, ["multicast", "multicast", "validate/push"], "once");
    assert_eq!(field.counts(campaign).await, (0, 700, 0, 0));
}

async fn wrong_messages_that_a_multicast_told_of_are_not_sent_again(db: Db) {
    let (base, got) = stub(habit(|| Then::answer("404 Not Found", "", b"{}"), wrong)).await;
    let field = Field::new(db).await;
    let campaign = runs(&field, 500, &got, base).await;
    assert_eq!(field.counts(campaign).await, (0, 0, 500, 0));
    assert_eq!(paths(&got), ["validate/push", "multicast"]);
}
