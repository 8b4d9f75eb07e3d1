//! What only PostgreSQL has: the server's and the database's properties, and several connections.
use futures_util::future::join_all;
use tokio_postgres::Config;

use super::{
    Db, Error, Lane, Value, migrate,
    postgres::Postgres,
    testing::{CLEAN, cluster, with_database, with_postgres},
};
use crate::params;

const NO: &[Value] = &[];

async fn open(config: Config) -> Result<Db, Error> {
    Postgres::connect(config).await.map(Db::Postgres)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_migrate_a_new_database() {
    let Some(cluster) = cluster() else { return };
    with_database(&cluster, CLEAN, |config| async move {
        let server = || async { open(config.clone()).await.unwrap().migrate().await.unwrap() };
        let applied = join_all((0..4).map(|_| server())).await;
        let files = migrate::runner().get_migrations().len();
        assert_eq!(applied.iter().sum::<usize>(), files);
        assert!(applied.iter().all(|&n| n == 0 || n == files), "{applied:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_ordered_by_a_language_is_refused() {
    let Some(cluster) = cluster() else { return };
    let by_language =
        "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en'";
    with_database(&cluster, by_language, |config| async {
        let refused = open(config).await.err();
        assert!(matches!(&refused, Some(Error::Other(text)) if text.contains("LC_COLLATE 'C'")), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_unicode_is_refused() {
    let Some(cluster) = cluster() else { return };
    let latin = "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'";
    with_database(&cluster, latin, |config| async {
        let refused = open(config).await.err();
        assert!(matches!(&refused, Some(Error::Other(text)) if text.contains("ENCODING 'UTF8'")), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_that_do_not_work_are_explained() {
    let refused = Db::open("postgres://me:secret@localhost/shop?sslmode=require").await.err();
    assert!(matches!(&refused, Some(Error::Other(text)) if text.contains("sslmode") && !text.contains("secret")));
    let refused = Db::open("postgres://me:secret@localhost/shop?colour=red").await.err();
    assert!(
        matches!(&refused, Some(Error::Other(text)) if text.contains("colour") && !text.contains("secret")),
        "{refused:?}"
    );
    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("postgres://me:secret@localhost/shop?host={}", folder.path().display());
    let refused = Db::open(&nobody).await.err();
    assert!(matches!(&refused, Some(Error::Unavailable(text)) if !text.contains("secret")), "{refused:?}");
}

/// Ten connections are enough for any number of writes, and the engine never has them all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_writes_than_connections() {
    with_postgres(|db| async move {
        db.write(|tx| tx.execute("CREATE TABLE seam_note (id BIGINT PRIMARY KEY)", NO)).await.unwrap();
        let slow = |id: i64| {
            db.write_as(Lane::Engine, move |tx| {
                tx.all::<Option<String>>("SELECT CAST(pg_sleep(0.05) AS TEXT)", NO)?;
                tx.execute("INSERT INTO seam_note (id) VALUES ($1)", params![id])
            })
        };
        let busy = db.read(|tx| {
            tx.all::<Option<String>>("SELECT CAST(pg_sleep(0.12) AS TEXT)", NO)?;
            tx.one::<i64>(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.05)%' AND pid <> pg_backend_pid()",
                NO,
            )
        });
        let (wrote, busy) = tokio::join!(join_all((0..40).map(slow)), busy);
        assert!(wrote.iter().all(|wrote| *wrote == Ok(1)), "{wrote:?}");
        let busy = busy.unwrap();
        assert!((1..=5).contains(&busy), "{busy} connections of the engine");
    })
    .await;
}

/// The rows a webhook or the engine guards by its own `WHERE` see what was committed meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lanes_have_their_isolation() {
    with_postgres(|db| async move {
        let level = |lane| db.write_as(lane, |tx| tx.one::<String>("SHOW transaction_isolation", NO));
        assert_eq!(level(Lane::People).await.as_deref(), Ok("serializable"));
        assert_eq!(level(Lane::Intake).await.as_deref(), Ok("read committed"));
        assert_eq!(level(Lane::Engine).await.as_deref(), Ok("read committed"));
        let read = db.read(|tx| tx.one::<String>("SHOW transaction_isolation", NO)).await;
        assert_eq!(read.as_deref(), Ok("repeatable read"));
    })
    .await;
}

/// Two that wait for each other's row: one is chosen by PostgreSQL to fail, and runs again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_retried() {
    with_postgres(|db| async move {
        db.write(|tx| {
            tx.execute("CREATE TABLE seam_note (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)", NO)?;
            tx.execute("INSERT INTO seam_note (id, n) VALUES (1, 0), (2, 0)", NO)
        })
        .await
        .unwrap();
        let both = |first: i64, second: i64| {
            db.write_as(Lane::Engine, move |tx| {
                const ADD: &str = "UPDATE seam_note SET n = n + 1 WHERE id = $1";
                tx.execute(ADD, params![first])?;
                tx.all::<Option<String>>("SELECT CAST(pg_sleep(0.1) AS TEXT)", NO)?;
                tx.execute(ADD, params![second])
            })
        };
        let (one, other) = tokio::join!(both(1, 2), both(2, 1));
        assert_eq!((one, other), (Ok(1), Ok(1)));
        let sums: Vec<i64> = db.read(|tx| tx.all("SELECT n FROM seam_note", NO)).await.unwrap();
        assert_eq!(sums, [2, 2]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_names_the_tool() {
    with_postgres(|db| async move {
        let refused = db.backup("copy.db").await;
        assert!(matches!(refused, Err(Error::Other(text)) if text.contains("pg_dump")));
    })
    .await;
}

/// A connection that was cut is replaced.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_connection_is_unavailable_then_replaced() {
    with_postgres(|db| async move {
        let cut = db.write(|tx| {
            tx.all::<bool>("SELECT pg_terminate_backend(pg_backend_pid())", NO)?;
            tx.one::<i64>("SELECT 1", NO)
        });
        assert!(matches!(cut.await, Err(Error::Unavailable(_))));
        assert_eq!(db.ping().await, Ok(()));
    })
    .await;
}
