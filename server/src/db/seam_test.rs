//! What transactions promise, on both engines; [`super::rows_test`] has what goes in and comes out.
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use futures_util::future::join_all;

use super::{Db, Engine, Error, Lane, Result, Tx, Value, testing::on_both_engines};
use crate::params;

on_both_engines![
    a_lost_race_is_retried,
    a_race_the_closure_hides_is_retried,
    counters_are_right_in_every_lane,
    a_panic_is_an_error_and_undoes_its_write,
    an_error_undoes_its_write,
    a_hidden_failure_undoes_its_write,
    a_savepoint_undoes_only_itself,
    constraints_have_the_same_names,
    a_reader_cannot_write,
    a_reader_sees_one_state,
    two_migrate_at_once,
    it_answers,
];

pub(super) const NO: &[Value] = &[];

pub(super) async fn tables(db: &Db) {
    db.write(|tx| {
        tx.execute(
            "CREATE TABLE seam_person (id TEXT NOT NULL PRIMARY KEY, email TEXT NOT NULL, active BOOLEAN NOT NULL DEFAULT FALSE, \
             visits BIGINT NOT NULL CHECK (visits >= 0), photo BYTEA, UNIQUE (email, active))",
            NO,
        )?;
        tx.execute(
            "CREATE TABLE seam_order (id TEXT NOT NULL PRIMARY KEY, person_id TEXT NOT NULL REFERENCES seam_person (id))",
            NO,
        )?;
        tx.execute(
            "CREATE TABLE seam_kept (id TEXT NOT NULL PRIMARY KEY, person_id TEXT NOT NULL REFERENCES seam_person (id) ON DELETE RESTRICT)",
            NO,
        )
    })
    .await
    .unwrap();
}

pub(super) fn add(tx: &mut Tx<'_>, id: &str, visits: i64) -> Result<u64> {
    let email = format!("{id}@example.com");
    tx.execute("INSERT INTO seam_person (id, email, visits) VALUES ($1, $2, $3)", params![id, email, visits])
}

/// Breaks one key only: where two are broken, each engine names another.
pub(super) fn take_again(tx: &mut Tx<'_>, id: &str) -> Result<u64> {
    tx.execute("INSERT INTO seam_person (id, email, visits) VALUES ($1, 'other@example.com', 1)", params![id])
}

pub(super) async fn add_one(db: &Db, id: &'static str, visits: i64) {
    db.write(move |tx| add(tx, id, visits)).await.unwrap();
}

pub(super) async fn visits(db: &Db, id: &'static str) -> i64 {
    db.read(move |tx| tx.one("SELECT visits FROM seam_person WHERE id = $1", params![id])).await.unwrap()
}

pub(super) async fn ids(db: &Db) -> Vec<String> {
    db.read(|tx| tx.all("SELECT id FROM seam_person ORDER BY id", NO)).await.unwrap()
}

/// Reads, then writes what it made of it: the update a READ COMMITTED engine loses.
fn visit(tx: &mut Tx<'_>) -> Result<u64> {
    let visits: i64 = tx.one("SELECT visits FROM seam_person WHERE id = $1", params!["a"])?;
    tx.execute("UPDATE seam_person SET visits = $2 WHERE id = $1", params!["a", visits + 1])
}

async fn a_lost_race_is_retried(db: Db) {
    tables(&db).await;
    add_one(&db, "a", 0).await;
    let person = || async {
        for _ in 0..10 {
            db.write(visit).await.unwrap();
        }
    };
    join_all((0..8).map(|_| person())).await;
    assert_eq!(visits(&db, "a").await, 80);
}

async fn a_race_the_closure_hides_is_retried(db: Db) {
    #[derive(Debug)]
    struct Mine;
    impl From<Error> for Mine {
        fn from(_: Error) -> Self {
            Self
        }
    }
    tables(&db).await;
    add_one(&db, "a", 0).await;
    let person = || async {
        for _ in 0..5 {
            db.write(|tx| visit(tx).map_err(Mine::from)).await.unwrap();
        }
    };
    join_all((0..8).map(|_| person())).await;
    assert_eq!(visits(&db, "a").await, 40);
}

async fn counters_are_right_in_every_lane(db: Db) {
    tables(&db).await;
    add_one(&db, "a", 0).await;
    let worker = |lane| {
        let db = &db;
        async move {
            for _ in 0..20 {
                let work =
                    |tx: &mut Tx<'_>| tx.execute("UPDATE seam_person SET visits = visits + 1 WHERE id = 'a'", NO);
                assert_eq!(db.write_as(lane, work).await, Ok(1));
            }
        }
    };
    join_all([Lane::People, Lane::Intake, Lane::Engine, Lane::Engine].map(worker)).await;
    assert_eq!(visits(&db, "a").await, 80);
}

async fn a_panic_is_an_error_and_undoes_its_write(db: Db) {
    tables(&db).await;
    let bad = db.write(|tx| {
        let changed = add(tx, "bad", 1)?;
        assert_eq!(changed, 0, "on purpose");
        Ok::<_, Error>(())
    });
    let good = db.write(|tx| add(tx, "good", 1));
    let also_good = db.write(|tx| add(tx, "more", 1));
    let (bad, good, also_good) = tokio::join!(bad, good, also_good);
    assert!(matches!(bad, Err(Error::Other(text)) if text.contains("panicked")));
    assert_eq!((good, also_good), (Ok(1), Ok(1)));
    let read: Result<()> = db.read(|_| panic!("on purpose")).await;
    assert!(matches!(read, Err(Error::Other(text)) if text.contains("panicked")));
    for _ in 0..12 {
        assert_eq!(ids(&db).await, ["good", "more"]);
    }
}

async fn an_error_undoes_its_write(db: Db) {
    tables(&db).await;
    let refused = db.write(|tx| {
        add(tx, "a", 1)?;
        Err::<(), _>(Error::NotFound)
    });
    assert_eq!(refused.await, Err(Error::NotFound));
    assert!(ids(&db).await.is_empty());
}

/// PostgreSQL would answer the commit of it with a rollback and no error, SQLite would keep the first row.
async fn a_hidden_failure_undoes_its_write(db: Db) {
    tables(&db).await;
    let hidden = db.write(|tx| {
        add(tx, "a", 1)?;
        let _ = take_again(tx, "a");
        Ok::<_, Error>(())
    });
    assert_eq!(hidden.await, Err(Error::Unique { what: "seam_person.id".into() }));
    assert!(ids(&db).await.is_empty());
}

async fn a_savepoint_undoes_only_itself(db: Db) {
    tables(&db).await;
    db.write(|tx| {
        add(tx, "a", 1)?;
        let taken = tx.savepoint(|tx| {
            add(tx, "b", 1)?;
            take_again(tx, "a")
        });
        assert_eq!(taken, Err(Error::Unique { what: "seam_person.id".into() }));
        let inner: Result<()> = tx.savepoint(|tx| {
            add(tx, "c", 1)?;
            tx.savepoint(|tx| add(tx, "d", 1))?;
            Err(Error::NotFound)
        });
        assert_eq!(inner, Err(Error::NotFound));
        tx.savepoint(|tx| add(tx, "e", 1))
    })
    .await
    .unwrap();
    assert_eq!(ids(&db).await, ["a", "e"]);
}

async fn constraints_have_the_same_names(db: Db) {
    tables(&db).await;
    add_one(&db, "a", 1).await;
    let unique = |what: &str| Err(Error::Unique { what: what.into() });
    let taken = db.write(|tx| take_again(tx, "a")).await;
    assert_eq!(taken, unique("seam_person.id"));
    let taken = db
        .write(|tx| tx.execute("INSERT INTO seam_person (id, email, visits) VALUES ('b', 'a@example.com', 1)", NO))
        .await;
    assert_eq!(taken, unique("seam_person.email, seam_person.active"));
    let rule = db.write(|tx| add(tx, "c", -1)).await;
    assert!(matches!(rule, Err(Error::Check { what }) if what.contains("visits")));
    let rule = db.write(|tx| tx.execute("UPDATE seam_person SET email = $1", params![None::<String>])).await;
    assert_eq!(rule, Err(Error::Check { what: "seam_person.email".into() }));
    for table in [
        "INSERT INTO seam_order (id, person_id) VALUES ('o', $1)",
        "INSERT INTO seam_kept (id, person_id) VALUES ('o', $1)",
    ] {
        assert_eq!(db.write(move |tx| tx.execute(table, params!["nobody"])).await, Err(Error::ForeignKey));
        assert_eq!(db.write(move |tx| tx.execute(table, params!["a"])).await, Ok(1));
        assert_eq!(db.write(|tx| tx.execute("DELETE FROM seam_person", NO)).await, Err(Error::ForeignKey));
        db.write(|tx| tx.execute("DELETE FROM seam_order", NO)).await.unwrap();
    }
    let broken = db.write(|tx| tx.execute("INSERT INTO seam_nothing (id) VALUES (1)", NO)).await;
    assert!(matches!(broken, Err(Error::Other(text)) if text.contains("seam_nothing")));
}

async fn a_reader_cannot_write(db: Db) {
    tables(&db).await;
    for _ in 0..6 {
        let refused = db.read(|tx| add(tx, "a", 1)).await;
        assert!(matches!(refused, Err(Error::Other(text)) if text.contains("read")));
    }
    assert!(ids(&db).await.is_empty());
}

async fn a_reader_sees_one_state(db: Db) {
    tables(&db).await;
    add_one(&db, "a", 1).await;
    let (seen, has_seen) = tokio::sync::oneshot::channel();
    let (go_on, has_written) = tokio::sync::oneshot::channel::<()>();
    let read = db.read(move |tx| {
        let before: i64 = tx.one("SELECT count(*) FROM seam_person", NO)?;
        seen.send(()).unwrap();
        has_written.blocking_recv().unwrap();
        let after: i64 = tx.one("SELECT count(*) FROM seam_person", NO)?;
        Ok::<_, Error>((before, after))
    });
    let write = async {
        has_seen.await.unwrap();
        add_one(&db, "b", 1).await;
        go_on.send(()).unwrap();
    };
    let (read, ()) = tokio::join!(read, write);
    assert_eq!(read, Ok((1, 1)));
    assert_eq!(ids(&db).await.len(), 2);
}

/// The database is migrated already; see the engines' own tests for a fresh one.
async fn two_migrate_at_once(db: Db) {
    let (one, other) = tokio::join!(db.migrate(), db.migrate());
    assert_eq!((one, other), (Ok(0), Ok(0)));
}

async fn it_answers(db: Db) {
    assert_eq!(db.ping().await, Ok(()));
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let engine = db
        .write(move |tx| {
            counted.fetch_add(1, SeqCst);
            Ok::<_, Error>(tx.engine())
        })
        .await;
    assert_eq!(engine, Ok(db.engine()));
    assert_eq!(runs.load(SeqCst), 1);
    assert_eq!(matches!(db, Db::Sqlite(_)), db.engine() == Engine::Sqlite);
}
