//! `/readyz` of a server whose work stands still, or does not.

use sandbox::{Fault, FaultKind};
use server::{config::Config, params};
use tests::{Client, Engine, World, world::until};

async fn ready(client: &Client) -> (u16, String) {
    let answer = client.get("/readyz").await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_apply_webhooks_says_so_until_it_can() {
    let world = World::start_with(Engine::Sqlite, |config| config.health.stuck_ms = 6_000).await.unwrap();
    let visitor = world.visitor().unwrap();
    assert_eq!(ready(&visitor).await.0, 200);
    let db = world.server.app().unwrap().db.clone();
    db.write(|tx| tx.execute("ALTER TABLE inbox RENAME TO inbox_gone", params![])).await.unwrap();
    until("it is not ready", async || {
        let (status, why) = ready(&visitor).await;
        status == 503 && why.contains("inbox.process")
    })
    .await;
    db.write(|tx| tx.execute("ALTER TABLE inbox_gone RENAME TO inbox", params![])).await.unwrap();
    until("it is ready again", async || ready(&visitor).await.0 == 200).await;
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_away_is_no_reason() {
    let often = |config: &mut Config| (config.engine.retry_ms, config.engine.poll_ms) = (vec![50; 20], 50);
    let world = World::start_with(Engine::Sqlite, often).await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("push"));
    let campaign = world.send(&sales, &[id], &["新品"]).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    assert_eq!(ready(&world.visitor().unwrap()).await.0, 200);
    world.stop().await.unwrap();
}
