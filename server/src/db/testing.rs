//! Databases for tests: each test gets a migrated one of its own, and each store function is tested on both engines.
//!
//! PostgreSQL is the cluster that `STORECAST_TEST_POSTGRES` names, e.g. `postgres://postgres@localhost/postgres?host=/run/pg`;
//! its user must be allowed to create databases. Without it those tests are skipped, but fail where `CI` is `true`.
use std::{
    io::Write as _,
    panic::{AssertUnwindSafe, resume_unwind},
};

use deadpool_postgres::{Manager, Pool};
use futures_util::FutureExt as _;
use tempfile::TempDir;
use tokio_postgres::{Config, NoTls};

use super::{Db, migrate, postgres::Postgres};

/// Makes `on_sqlite::name` and `on_postgres::name` of each `async fn name(db: Db)`:
/// `on_both_engines![orders_round_trip, a_lost_race_is_retried];`
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::db::testing::with_sqlite(super::$name).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::db::testing::with_postgres(super::$name).await;
            }
        )*}
    };
}
pub(crate) use on_both_engines;

/// A migrated SQLite database; the folder it lies in is removed when the second part is dropped.
pub(crate) async fn sqlite() -> (Db, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(folder.path().join("test.db").to_str().unwrap()).await.unwrap();
    db.migrate().await.unwrap();
    (db, folder)
}

/// Runs the test on a migrated SQLite database of its own.
pub(crate) async fn with_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Db) -> F) {
    let (db, _folder) = sqlite().await;
    test(db).await;
}

/// Runs the test on a migrated PostgreSQL database of its own, which is dropped also when the test fails.
pub(crate) async fn with_postgres<F: Future<Output = ()>>(test: impl FnOnce(Db) -> F) {
    let Some(config) = cluster() else { return };
    let template = template(&config).await;
    let clone = format!("TEMPLATE {template}");
    with_database(&config, &clone, |config| async {
        test(Db::Postgres(Postgres::connect(config).await.unwrap())).await;
    })
    .await;
}

/// Another server's handle on the same database of PostgreSQL.
pub(crate) async fn beside(db: &Db) -> Db {
    let Db::Postgres(one) = db else { panic!("SQLite is one server's own") };
    Db::Postgres(one.beside().await.unwrap())
}

/// Runs the test with the address of a new database, made with these options.
pub(super) async fn with_database<F: Future<Output = ()>>(
    cluster: &Config,
    options: &str,
    test: impl FnOnce(Config) -> F,
) {
    let name = format!("storecast_test_{:016x}", rand::random::<u64>());
    run(cluster, &format!("CREATE DATABASE {name} {options}")).await;
    let mut config = cluster.clone();
    config.dbname(&name);
    let outcome = AssertUnwindSafe(async { test(config).await }).catch_unwind().await;
    run(cluster, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
}

/// The cluster to test on.
#[expect(clippy::disallowed_methods, reason = "tests have no `Config`")]
pub(super) fn cluster() -> Option<Config> {
    if let Ok(address) = std::env::var("STORECAST_TEST_POSTGRES") {
        return Some(address.parse().expect("STORECAST_TEST_POSTGRES must be a postgres:// address"));
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "STORECAST_TEST_POSTGRES is missing: name a PostgreSQL cluster, both engines are tested here"
    );
    // Not `eprintln!`, which is kept back for a test that passes.
    let skipped = "SKIPPED: STORECAST_TEST_POSTGRES is missing, nothing was tested on PostgreSQL";
    let _ = writeln!(std::io::stderr(), "{skipped}");
    None
}

/// The name of a migrated database to clone, made once per cluster and history of migrations, by whoever is first among all
/// test processes.
async fn template(cluster: &Config) -> String {
    let name = format!("storecast_template_{:016x}", migrate::fingerprint());
    let alone = admin(cluster);
    let lock = alone.get().await.unwrap();
    lock.batch_execute("SELECT pg_advisory_lock(20260717)").await.unwrap();
    let made = lock.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await.unwrap();
    if made.is_none() {
        // Under another name first: what a killed test left behind is not taken for a template.
        let unfinished = format!("{name}_unfinished");
        lock.batch_execute(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await.unwrap();
        lock.batch_execute(&format!("CREATE DATABASE {unfinished} {CLEAN}")).await.unwrap();
        let mut config = cluster.clone();
        config.dbname(&unfinished);
        let db = Postgres::connect(config).await.unwrap();
        db.migrate().await.unwrap();
        drop(db);
        // Waits up to five seconds for the connections to go.
        lock.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await.unwrap();
    }
    lock.batch_execute("SELECT pg_advisory_unlock(20260717)").await.unwrap();
    name
}

/// As a database of ours has to be, whatever the cluster's default.
pub(super) const CLEAN: &str = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'";

async fn run(cluster: &Config, text: &str) {
    admin(cluster).get().await.unwrap().batch_execute(text).await.unwrap();
}

fn admin(cluster: &Config) -> Pool {
    Pool::builder(Manager::new(cluster.clone(), NoTls)).max_size(1).build().unwrap()
}
