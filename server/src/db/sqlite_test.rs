//! What only SQLite has: the writer that shares commits, and the file.
use std::sync::{Arc, Mutex, mpsc};

use futures_util::future::{join, join_all};
use tokio::sync::Notify;

use super::{Db, Error, Lane, Tx, Value, testing};
use crate::params;

const NO: &[Value] = &[];

async fn table(db: &Db) {
    db.write(|tx| tx.execute("CREATE TABLE seam_note (id TEXT NOT NULL PRIMARY KEY, text TEXT)", NO)).await.unwrap();
}

async fn ids(db: &Db) -> Vec<String> {
    db.read(|tx| tx.all("SELECT id FROM seam_note ORDER BY id", NO)).await.unwrap()
}

fn add(tx: &mut Tx<'_>, id: &str) -> Result<u64, Error> {
    tx.execute("INSERT INTO seam_note (id) VALUES ($1)", params![id])
}

/// Runs the writes in one group, in the order in which they are polled: the writer is held until all of them wait.
async fn as_a_group<T>(db: &Db, writes: impl Future<Output = T>) -> T {
    let entered = Arc::new(Notify::new());
    let (let_go, gate) = mpsc::channel();
    let (holding, gate) = (Arc::clone(&entered), Mutex::new(gate));
    let hold = db.write(move |_| {
        holding.notify_one();
        gate.lock().unwrap().recv().unwrap();
        Ok::<_, Error>(())
    });
    let together = async {
        entered.notified().await;
        // The writes are polled first, so they wait in the queue when the writer goes on.
        join(writes, async { let_go.send(()).unwrap() }).await.0
    };
    let (hold, out) = join(hold, together).await;
    hold.unwrap();
    out
}

/// Group commit must not answer Ok for what an error of another rolled back.
#[tokio::test]
async fn a_group_that_is_rolled_back_runs_again() {
    let (db, _folder) = testing::sqlite().await;
    table(&db).await;
    db.write(|tx| add(tx, "taken")).await.unwrap();
    let runs = Arc::new(Mutex::new(Vec::new()));
    let write = |id: &'static str| {
        let (db, runs) = (&db, Arc::clone(&runs));
        async move {
            db.write(move |tx| {
                runs.lock().unwrap().push(id);
                if id == "culprit" {
                    // Rolls back the whole transaction, the savepoints of those before included.
                    return tx.execute("INSERT OR ROLLBACK INTO seam_note (id) VALUES ('taken')", NO);
                }
                add(tx, id)
            })
            .await
        }
    };
    let out = as_a_group(&db, join_all(["a", "b", "culprit", "c"].map(write))).await;
    assert_eq!(out, [Ok(1), Ok(1), Err(Error::Unique { what: "seam_note.id".into() }), Ok(1)]);
    assert_eq!(ids(&db).await, ["a", "b", "c", "taken"]);
    assert_eq!(
        *runs.lock().unwrap(),
        ["a", "b", "culprit", "a", "b", "culprit", "c"],
        "the group ran, then each alone"
    );
}

/// After such a rollback SQLite would commit each further statement of the closure by itself.
#[tokio::test]
async fn nothing_is_written_after_a_rollback() {
    let (db, _folder) = testing::sqlite().await;
    table(&db).await;
    db.write(|tx| add(tx, "taken")).await.unwrap();
    let stubborn = |tx: &mut Tx<'_>| {
        let _ = tx.execute("INSERT OR ROLLBACK INTO seam_note (id) VALUES ('taken')", NO);
        let _ = add(tx, "stray");
        Ok::<_, Error>(())
    };
    let alone = db.write(stubborn).await;
    assert_eq!(alone, Err(Error::Unique { what: "seam_note.id".into() }));
    let (first, second) = as_a_group(&db, join(db.write(stubborn), db.write(|tx| add(tx, "b")))).await;
    assert!(first.is_err());
    assert_eq!(second, Ok(1));
    let ended = db.write(|tx| {
        add(tx, "c")?;
        tx.execute("ROLLBACK", NO)
    });
    assert!(matches!(ended.await, Err(Error::Other(text)) if text.contains("ended inside")));
    assert_eq!(ids(&db).await, ["b", "taken"]);
}

#[tokio::test]
async fn a_full_disk_loses_only_what_does_not_fit() {
    let (db, _folder) = testing::sqlite().await;
    table(&db).await;
    let pages: i64 = db.read(|tx| tx.one("PRAGMA page_count", NO)).await.unwrap();
    let limit: Vec<i64> = db
        .write(move |tx| match pages + 40 {
            // A pragma takes no parameters, so the limit is one of a few texts.
            ..=100 => tx.all("PRAGMA max_page_count = 100", NO),
            101..=1_000 => tx.all("PRAGMA max_page_count = 1000", NO),
            _ => panic!("the schema has grown: raise the limits here"),
        })
        .await
        .unwrap();
    let too_much = "x".repeat(usize::try_from(limit[0]).unwrap() * 5_000);
    let big = {
        let too_much = too_much.clone();
        db.write(move |tx| tx.execute("INSERT INTO seam_note (id, text) VALUES ('big', $1)", params![&too_much]))
    };
    let writes = async { tokio::join!(biased; db.write(|tx| add(tx, "a")), big, db.write(|tx| add(tx, "b"))) };
    let out = as_a_group(&db, Box::pin(writes)).await;
    assert_eq!(out, (Ok(1), Err(Error::Full), Ok(1)));
    assert_eq!(ids(&db).await, ["a", "b"]);
}

#[tokio::test]
async fn a_group_keeps_the_good_ones() {
    let (db, _folder) = testing::sqlite().await;
    table(&db).await;
    let write = |n: usize| {
        db.write(move |tx| {
            add(tx, &format!("{n:03}"))?;
            match n % 4 {
                1 => Err(Error::NotFound),
                2 => panic!("on purpose"),
                _ => Ok(n),
            }
        })
    };
    // More than fit into one group.
    let out = as_a_group(&db, join_all((0..600).map(write))).await;
    for (n, out) in out.iter().enumerate() {
        match n % 4 {
            1 => assert_eq!(*out, Err(Error::NotFound)),
            2 => assert_eq!(*out, Err(Error::panicked())),
            _ => assert_eq!(*out, Ok(n)),
        }
    }
    assert_eq!(ids(&db).await.len(), 300);
}

#[tokio::test]
async fn people_go_before_the_engine() {
    let (db, _folder) = testing::sqlite().await;
    let (done, order) = mpsc::channel();
    let write = |(lane, name): (Lane, &'static str)| {
        let done = done.clone();
        db.write_as(lane, move |_| {
            done.send(name).unwrap();
            Ok::<_, Error>(())
        })
    };
    let writes = [(Lane::Engine, "e1"), (Lane::People, "p1"), (Lane::Engine, "e2"), (Lane::Intake, "p2")];
    as_a_group(&db, join_all(writes.map(write))).await;
    assert_eq!(order.try_iter().collect::<Vec<_>>(), ["p1", "p2", "e1", "e2"]);
}

/// A constraint checked at the commit fails the commit of all.
#[tokio::test]
async fn a_commit_that_fails_loses_only_its_cause() {
    let (db, _folder) = testing::sqlite().await;
    table(&db).await;
    db.write(|tx| {
        tx.execute("CREATE TABLE seam_link (id TEXT REFERENCES seam_note (id) DEFERRABLE INITIALLY DEFERRED)", NO)
    })
    .await
    .unwrap();
    let dangling = |tx: &mut Tx<'_>| tx.execute("INSERT INTO seam_link (id) VALUES ('nothing')", NO);
    assert_eq!(db.write(dangling).await, Err(Error::ForeignKey));
    let writes =
        async { tokio::join!(biased; db.write(|tx| add(tx, "a")), db.write(dangling), db.write(|tx| add(tx, "b"))) };
    let out = as_a_group(&db, Box::pin(writes)).await;
    assert_eq!(out, (Ok(1), Err(Error::ForeignKey), Ok(1)));
    assert_eq!(ids(&db).await, ["a", "b"]);
}

#[tokio::test]
async fn the_file_is_as_it_has_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folder/shop.db");
    let db = Db::open(&format!("sqlite:{}", path.display())).await.unwrap();
    let pragmas = |tx: &mut Tx<'_>| {
        let mode: String = tx.one("PRAGMA journal_mode", NO)?;
        let synchronous: i64 = tx.one("PRAGMA synchronous", NO)?;
        let foreign_keys: i64 = tx.one("PRAGMA foreign_keys", NO)?;
        let timeout: i64 = tx.one("PRAGMA busy_timeout", NO)?;
        Ok::<_, Error>((mode, synchronous, foreign_keys, timeout))
    };
    let right = Ok(("wal".to_owned(), 2, 1, 5_000));
    assert_eq!((db.read(pragmas).await, db.write(pragmas).await), (right.clone(), right));
    assert!(path.exists());
    let copy = folder.path().join("copy.db");
    db.backup(&copy).await.unwrap();
    #[cfg(unix)]
    for name in ["new/folder/shop.db", "new/folder/shop.db-wal", "copy.db"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}: customers' words are for nobody else on the machine");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_open_and_migrate_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let server = || async {
        let db = Db::open(path.to_str().unwrap()).await.unwrap();
        db.migrate().await.unwrap()
    };
    let applied = join_all((0..4).map(|_| server())).await;
    let files = super::migrate::runner().get_migrations().len();
    assert_eq!(applied.iter().sum::<usize>(), files);
    assert!(applied.iter().all(|&n| n == 0 || n == files), "{applied:?}");
}

#[tokio::test]
async fn a_backup_is_whole_and_replaces_nothing() {
    let (db, folder) = testing::sqlite().await;
    table(&db).await;
    db.write(|tx| add(tx, "a")).await.unwrap();
    let copy = folder.path().join("copy.db");
    db.backup(&copy).await.unwrap();
    db.write(|tx| add(tx, "b")).await.unwrap();
    let again = db.backup(&copy).await;
    assert!(matches!(again, Err(Error::Other(text)) if text.contains("exists already")));
    let copy = Db::open(copy.to_str().unwrap()).await.unwrap();
    assert_eq!(ids(&copy).await, ["a"]);
    assert_eq!(copy.migrate().await, Ok(0));
    let nowhere = db.backup(folder.path().join("missing/copy.db")).await;
    assert!(matches!(nowhere, Err(Error::Unavailable(_))), "{nowhere:?}");
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    for address in ["", "sqlite:", ":memory:", "sqlite::memory:", "mysql://root@localhost/shop"] {
        let refused = Db::open(address).await.err();
        assert!(matches!(&refused, Some(Error::Other(text)) if text.contains("sqlite:PATH")), "{address}: {refused:?}");
    }
}

#[tokio::test]
async fn a_file_held_by_another_process_is_unavailable() {
    let (db, folder) = testing::sqlite().await;
    table(&db).await;
    let other = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = db.write(|tx| add(tx, "a")).await;
    assert!(matches!(refused, Err(Error::Unavailable(text)) if text.contains("another process")));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(db.write(|tx| add(tx, "a")).await, Ok(1));
}
