//! What these tests are set on: many customers, a send to each by her name, and what comes of it.

use std::time::Duration;

use server::{config::Config, db::params};
use shared::{
    content::NAME_TOKEN,
    deliveries::{DeliveryRow, ListDeliveries, Outcome},
    id::CampaignId,
};
use tests::{
    Client, Engine, World,
    crowd::{crowd, everybody, receipts},
    world::{new_draft, send, until},
};

/// Few calls at once, so that a send has a middle.
pub(crate) fn slow(config: &mut Config) {
    config.line.in_flight = 4;
    config.engine.poll_ms = 50;
}

/// A world with so many customers of one member of the sales staff.
pub(crate) async fn start(engine: Engine, change: impl FnOnce(&mut Config), customers: usize) -> (World, Client) {
    let world = World::start_with(engine, change).await.unwrap();
    let client = world.client("sales").await.unwrap();
    crowd(&world, &client, customers).await.unwrap();
    (world, client)
}

/// A send to everybody, a call for each, as it begins with her name.
pub(crate) async fn people(client: &Client, text: &str) -> CampaignId {
    send(client, new_draft(), everybody(), &[&format!("{NAME_TOKEN}{text}")]).await.unwrap()
}

/// Waits until LINE took so many.
pub(crate) async fn accepted(world: &World, least: usize) {
    until("so many got it", async || receipts(world).len() >= least).await;
}

/// Waits until the ledger has not grown for a while; says how many got it by then.
pub(crate) async fn quiet(world: &World) -> usize {
    let mut got = receipts(world).len();
    loop {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let now = receipts(world).len();
        if now == got {
            return got;
        }
        got = now;
    }
}

/// The recipients of a record.
pub(crate) async fn rows(client: &Client, campaign: CampaignId, outcome: Option<Outcome>) -> Vec<DeliveryRow> {
    let call = ListDeliveries { id: campaign, outcome, reason: None, limit: 100, after: None };
    client.call(call).await.unwrap().items
}

/// What was done to a send, and by whom.
pub(crate) async fn audit(world: &World, campaign: CampaignId) -> Vec<String> {
    audit_of(world, &campaign.to_string()).await
}

/// What was done to this, and by whom.
pub(crate) async fn audit_of(world: &World, subject: &str) -> Vec<String> {
    let subject = subject.to_owned();
    let sql = "SELECT a.action, m.name FROM audit a JOIN member m ON m.team_id = a.team_id AND m.id = a.member_id
         WHERE a.subject = $1 ORDER BY a.id";
    let read = world.server.app().unwrap().db.read(move |tx| tx.all::<(String, String)>(sql, params![&subject]));
    read.await.unwrap().into_iter().map(|(action, name)| format!("{action} {name}")).collect()
}
