//! Several servers on one PostgreSQL database, by HTTP.

use futures_util::future::try_join_all;
use sandbox::line::Act;
use server::{clock::Clock, config::Config, members::admin, params};
use shared::{contacts::AddTag, conversations::Take, id::ConversationId, live::LiveEvent};
use tests::{
    Client, Engine, World,
    running::{Running, listener},
    team::PASSWORD,
    world::{PATIENCE, new_draft, until},
};

use super::{another, arrived};

/// Whether there is a cluster to test on.
fn has_postgres() -> bool {
    Engine::here().unwrap().contains(&Engine::Postgres)
}

async fn client(world: &World, server: &Running, who: &str) -> Client {
    let seat = world.team.seat(who).unwrap();
    Client::new(&server.base).unwrap().sign_in(&seat.email, PASSWORD).await.unwrap()
}

/// Something that the whole team is told of.
async fn mark(client: &Client, id: ConversationId) {
    client.call(AddTag { id, name: new_draft().to_string()[..20].to_owned() }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_on_one_server_reaches_the_clients_of_another() {
    if !has_postgres() {
        return;
    }
    let world = World::start_on(Engine::Postgres).await.unwrap();
    let mut other = another(&world).await;
    let sales = world.client("sales").await.unwrap();
    let (_, card) = world.arrives(&sales, "林雅婷", "您好").await.unwrap();
    let mut manager = client(&world, &other, "manager").await.watch().await.unwrap();
    // Taken on one server; its standing before and after decides who hears of it on the other.
    sales.call(Take { id: card.id }).await.unwrap();
    manager.until(LiveEvent::Conversation { id: card.id }).await.unwrap();
    mark(&sales, card.id).await;
    manager.until(LiveEvent::Tags).await.unwrap();

    // The connection between the servers is cut: it heals, and clients look at what they missed.
    let cut = world.server.app().unwrap().db.read(|tx| {
        tx.all::<bool>(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = 'storecast-cluster' AND datname = current_database()",
            params![],
        )
    });
    assert_eq!(cut.await.unwrap(), [true, true]);
    manager.until(LiveEvent::LookAgain).await.unwrap();
    mark(&sales, card.id).await;
    loop {
        match manager.next().await.unwrap().unwrap() {
            LiveEvent::Tags => break,
            LiveEvent::LookAgain => mark(&sales, card.id).await,
            _ => {}
        }
    }

    // Signed out on one server, her stream on the other ends.
    let app = world.server.app().unwrap();
    let seat = world.team.seat("manager").unwrap();
    admin::disable_member(&app.db, &app.clock, world.team.id, seat.id).await.unwrap();
    manager.ended(PATIENCE).await.unwrap();
    other.stop().await.unwrap();
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_share_the_work_and_nobody_gets_anything_twice() {
    if !has_postgres() {
        return;
    }
    let world = World::start_with(Engine::Postgres, |config| config.line.rate = 200).await.unwrap();
    let mut others = [another(&world).await, another(&world).await];
    let sales = world.client("sales").await.unwrap();
    let mut ids = Vec::new();
    for number in 0..30 {
        ids.push(world.taken(&sales, &format!("客人{number}"), "您好").await.unwrap().1);
    }
    let mut sends = Vec::new();
    for text in ["第一則", "第二則", "第三則"] {
        sends.push(world.send(&sales, &ids, &[text]).await.unwrap());
    }
    for campaign in sends {
        let progress = world.settled(&sales, campaign).await.unwrap();
        assert_eq!((progress.figures.succeeded, progress.figures.audience), (30, 30));
    }
    for text in ["第一則", "第二則", "第三則"] {
        let counts = arrived(&world, text);
        assert_eq!(counts.len(), 30);
        assert!(counts.values().all(|times| *times == 1), "{counts:?}");
    }
    for other in &mut others {
        other.stop().await.unwrap();
    }
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_on_an_empty_database_all_serve() {
    if !has_postgres() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::for_test(folder.path());
    config.database = Engine::Postgres.new_database(folder.path()).await.unwrap();
    let start = || async { Running::here(config.clone(), listener(0).await?, Clock::system()).await };
    let mut servers = try_join_all([start(), start(), start()]).await.unwrap();
    for server in &mut servers {
        let answer = Client::new(&server.base).unwrap().get("/readyz").await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        server.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_one_server_took_is_applied_by_another_where_the_first_is_gone() {
    if !has_postgres() {
        return;
    }
    let mut world = World::start_on(Engine::Postgres).await.unwrap();
    let mut other = another(&world).await;
    let customer = world.customer("林雅婷").unwrap();
    world.act(&customer, Act::Follow).await.unwrap();
    world.act(&customer, Act::text("您好")).await.unwrap();
    world.server.stop().await.unwrap();
    let admin = client(&world, &other, "admin").await;
    let pending = (shared::conversations::ConversationState::Pending, shared::conversations::Scope::Mine);
    until("her message is there", async || {
        let written = world.find(&admin, pending, "林雅婷", |card| card.last.is_some()).await;
        written.is_ok_and(|card| card.last.is_some_and(|last| last.text == "您好"))
    })
    .await;
    other.stop().await.unwrap();
}
