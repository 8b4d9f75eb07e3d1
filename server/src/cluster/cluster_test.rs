//! Two servers on one PostgreSQL database, without HTTP.

use std::{sync::Arc, time::Duration};

use shared::{
    id::{CampaignId, MemberId, TeamId},
    live::LiveEvent,
    members::Role,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::*;
use crate::{
    App,
    channels::{self, testing::Shop},
    conversations::fixture_test::caller,
    db::{self, Db, testing},
    http::testing::World,
    live::{News, Subject},
    outbox::Outbox,
    params,
    tasks::Tasks,
};

/// How long anything may take that the servers do by themselves.
const PATIENCE: Duration = Duration::from_secs(20);
const TEAM: TeamId = TeamId(Uuid::from_u128(1));

fn server(world: &World, db: &Db) -> App {
    let live = db.live().clone();
    let outbox = Outbox::of_many(live.relay().clone());
    let app = App { db: db.clone(), live, outbox, tasks: Tasks::default(), ..world.app.clone() };
    crate::live::start(&app);
    start(&app);
    app
}

/// Waits until both wires are there.
async fn connected(db: &Db, wires: i64) {
    let connected = async {
        loop {
            let open = db.read(|tx| {
                tx.one::<i64>(
                    "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'storecast-cluster' AND \
                     datname = current_database() AND state = 'idle'",
                    params![],
                )
            });
            if open.await.unwrap() == wires {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, connected).await.unwrap();
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it did not come")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_server_commits_the_clients_and_the_engine_of_another_hear() {
    let world = World::new().await;
    testing::with_postgres(|db| async move {
        let (one, other) = (server(&world, &db), server(&world, &testing::beside(&db).await));
        let channels = other.live.listen(caller(TEAM, MemberId(Uuid::from_u128(2)), "Ann", Role::Admin, &[]));
        assert_eq!(channels.next().await, Some(LiveEvent::Hello));
        connected(&db, 2).await;
        let told = one.db.write(|tx| {
            tx.tell(News::of(TEAM, Subject::Channels));
            Ok::<_, db::Error>(())
        });
        told.await.unwrap();
        // Its wire may only just have been there: then it looks at everything.
        loop {
            match soon(channels.next()).await {
                Some(LiveEvent::Channels) => break,
                Some(LiveEvent::LookAgain) => {}
                event => panic!("{event:?}"),
            }
        }
        let woken = other.outbox.woken();
        one.outbox.wake();
        soon(woken).await;
        // Undone work is told to nobody.
        let undone = one.db.write(|tx| {
            tx.tell(News::of(TEAM, CampaignId(Uuid::from_u128(9))));
            Err::<(), _>(db::Error::NotFound)
        });
        undone.await.unwrap_err();
        one.db.live().publish(vec![News::signed_out(TEAM, MemberId(Uuid::from_u128(2)), None)]);
        assert_eq!(soon(channels.next()).await, None, "signed out on the other server");
        assert!(one.tasks.stop(PATIENCE).await && other.tasks.stop(PATIENCE).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wire_that_breaks_is_taken_up_again_and_clients_look_at_what_they_missed() {
    let world = World::new().await;
    testing::with_postgres(|db| async move {
        let app = server(&world, &db);
        connected(&db, 1).await;
        let listening = app.live.listen(caller(TEAM, MemberId(Uuid::from_u128(2)), "Ann", Role::Admin, &[]));
        assert_eq!(listening.next().await, Some(LiveEvent::Hello));
        let cut = db.read(|tx| {
            tx.all::<bool>(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE application_name = 'storecast-cluster' AND datname = current_database()",
                params![],
            )
        });
        assert_eq!(cut.await.unwrap(), [true]);
        assert_eq!(soon(listening.next()).await, Some(LiveEvent::LookAgain));
        connected(&db, 1).await;
        assert!(app.tasks.stop(PATIENCE).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_tells_the_servers_before_it_ends_and_they_forget_replaced_secrets() {
    let world = World::new().await;
    testing::with_postgres(|db| async move {
        let app = server(&world, &db);
        connected(&db, 1).await;
        let shop = Shop::open(db.clone()).await;
        shop.seal(&app, b"secret", b"token").await;
        let known = channels::account(&app, shop.channel).await.unwrap();
        let command = testing::beside(&db).await;
        command.live().relay().secrets_changed();
        flush(&command).await.unwrap();
        let forgotten = async {
            while Arc::ptr_eq(&known, &channels::account(&app, shop.channel).await.unwrap()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon(forgotten).await;
        assert!(command.live().relay().take(Instant::now()).said.is_empty(), "it is told once");
        assert!(app.tasks.stop(PATIENCE).await);
    })
    .await;
}
