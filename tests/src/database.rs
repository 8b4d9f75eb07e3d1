//! The databases that worlds live in.

use std::path::Path;

use anyhow::{Context as _, bail};
use server::config::DatabaseAddress;
use tokio_postgres::NoTls;

/// The cluster that `cargo xtask test` starts, or that a developer names.
const CLUSTER: &str = "STORECAST_TEST_POSTGRES";

/// An engine that a world can be on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in the world's folder.
    Sqlite,
    /// A new database of the cluster that `STORECAST_TEST_POSTGRES` names.
    Postgres,
}

impl Engine {
    /// The engines to test on here: without a cluster SQLite alone, which is said aloud and fails where `CI` is `true`.
    #[expect(clippy::print_stderr, reason = "a test that is left out must be seen")]
    pub fn here() -> anyhow::Result<Vec<Self>> {
        if variable(CLUSTER).is_some() {
            return Ok(vec![Self::Sqlite, Self::Postgres]);
        }
        if crate::is_ci() {
            bail!("{CLUSTER} is missing: name a PostgreSQL cluster, both engines are tested here");
        }
        eprintln!("SKIPPED: {CLUSTER} is missing, nothing was tested on PostgreSQL");
        Ok(vec![Self::Sqlite])
    }

    /// The address of a database that nobody else uses. Those on PostgreSQL go with the throw-away cluster.
    pub async fn new_database(self, folder: &Path) -> anyhow::Result<DatabaseAddress> {
        match self {
            Self::Sqlite => Ok(DatabaseAddress::new(&format!("sqlite:{}", folder.join("storecast.db").display()))),
            Self::Postgres => {
                let cluster = variable(CLUSTER).with_context(|| format!("{CLUSTER} is missing"))?;
                let name = format!("storecast_world_{}", random_name(folder));
                create(&cluster, &name).await?;
                // `postgres://user@host/DATABASE?options`: the options may hold slashes of their own.
                let (path, options) =
                    cluster.split_once('?').map_or((cluster.as_str(), None), |(path, options)| (path, Some(options)));
                let (server, _) =
                    path.rsplit_once('/').with_context(|| format!("{CLUSTER} must name a database: …/DATABASE"))?;
                let options = options.map(|options| format!("?{options}")).unwrap_or_default();
                Ok(DatabaseAddress::new(&format!("{server}/{name}{options}")))
            }
        }
    }
}

/// The folder's own name is random already; only what PostgreSQL takes without quotes is kept of it.
fn random_name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{plain}_{}", std::process::id())
}

async fn create(cluster: &str, name: &str) -> anyhow::Result<()> {
    let (client, connection) =
        tokio_postgres::connect(cluster, NoTls).await.with_context(|| format!("cannot reach {CLUSTER}"))?;
    let statement = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    // The connection is driven beside the statement, and ends with it.
    let created = async move {
        let created = client.batch_execute(&statement).await;
        drop(client);
        created
    };
    let (created, ended) = futures_util::future::join(created, connection).await;
    created?;
    Ok(ended?)
}

#[expect(clippy::disallowed_methods, reason = "tests have no `Config` of their own")]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
