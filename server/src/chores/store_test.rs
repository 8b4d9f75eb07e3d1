//! The SQL of work that comes round, on both engines.

use super::store;
use crate::db::{Db, Lane, testing::on_both_engines};

on_both_engines![is_due_take_and_put_off, of_many_servers_one_takes_it];

async fn is_due_take_and_put_off(db: Db) {
    let is_due = |now| db.read(move |tx| store::is_due(tx, "sweep", now));
    let take = |now, until| db.write(move |tx| store::take(tx, "sweep", now, until));
    assert!(is_due(10).await.unwrap(), "it never was done");
    assert!(take(10, 20).await.unwrap());
    assert!(!is_due(19).await.unwrap() && !take(19, 99).await.unwrap(), "it is somebody's");
    assert!(take(20, 30).await.unwrap(), "who died");
    db.write(|tx| store::put_off(tx, "sweep", 500)).await.unwrap();
    assert!(!is_due(499).await.unwrap() && is_due(500).await.unwrap());
    assert!(db.write(|tx| store::take(tx, "another", 10, 20)).await.unwrap(), "each has its own time");
}

async fn of_many_servers_one_takes_it(db: Db) {
    for due in [0, 100, 200] {
        let servers = (0..8).map(|_| db.write_as(Lane::Engine, move |tx| store::take(tx, "sweep", due, due + 100)));
        let took = futures_util::future::join_all(servers).await;
        assert_eq!(took.into_iter().filter(|took| *took.as_ref().unwrap()).count(), 1);
    }
}
