//! PostgreSQL, through a pool, driven from threads that may block.
use std::{
    error::Error as StdError,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Transaction,
};
use tokio::{runtime::Handle, sync::Semaphore, task::spawn_blocking};
use tokio_postgres::{
    Config, IsolationLevel, NoTls,
    config::SslMode,
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

use super::{Cell, Error, FromRow, Lane, On, Result, Row, Tx, Value, Wire, migrate};
use crate::live::Live;

const CONNECTIONS: usize = 10;
/// Of which the engine's writes use at most these, so that no campaign keeps people from theirs.
const ENGINE_CONNECTIONS: usize = 5;
/// To connect, and to wait for a free connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a write that lost a race runs in all. Each round someone wins, so it is luck to lose so often.
const TRIES: u32 = 20;

/// A handle on the pool.
#[derive(Clone)]
pub struct Postgres {
    /// For connections beside the pool.
    config: Arc<Config>,
    pool: Pool,
    live: Live,
    engine_turns: Arc<Semaphore>,
}

/// What every connection sets (docs/performance.md). Pages of a list are short reads, for which parallel workers cost more to
/// start than they save. Disks of today find a row almost as fast as the next one; PostgreSQL supposes four times as slow. A
/// count of 100,000 keeps in memory what it joins by.
const SETTINGS: &str = "SET max_parallel_workers_per_gather = 0; SET random_page_cost = 1.1; SET work_mem = '16MB'";

/// How tables lie on the disk. A group send sets the time of the last one in every conversation it reaches, which no index
/// holds: half of each page stays free for it, so that a row changes where it is and none of the indexes with it.
const LAYOUT: &str = "ALTER TABLE conversation SET (fillfactor = 50)";

impl Postgres {
    pub(super) async fn open(address: &str) -> Result<Self> {
        let config = address
            .parse::<Config>()
            .map_err(|e| Error::Other(format!("the database address cannot be read: {}", described(&e))))?;
        Self::connect(config).await
    }

    /// Without TLS: over a Unix socket, the loopback or a private network.
    pub(super) async fn connect(mut config: Config) -> Result<Self> {
        if config.get_ssl_mode() == SslMode::Require {
            return Err(Error::Other(
                "the database address has `sslmode=require`, but this server speaks no TLS to PostgreSQL: reach it by a Unix \
                 socket, the loopback or a private network (or a local TLS proxy), and leave `sslmode` out"
                    .into(),
            ));
        }
        config.ssl_mode(SslMode::Disable);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("storecast");
        }
        let beside = Arc::new(config.clone());
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, settings))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move { client.batch_execute(SETTINGS).await.map_err(HookError::Backend) })
            }))
            .build()
            .map_err(|e| Error::Other(e.to_string()))?;
        let engine_turns = Arc::new(Semaphore::new(ENGINE_CONNECTIONS));
        let db = Self { config: beside, pool, live: Live::of_many(), engine_turns };
        db.check().await?;
        Ok(db)
    }

    /// That it is a server and a database on which the two engines agree.
    async fn check(&self) -> Result<()> {
        const CURE: &str = "CREATE DATABASE storecast TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'";
        let client = self.client().await?;
        let row = client
            .query_one(
                "SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('server_encoding'), \
                 CAST('a' AS TEXT) < CAST('B' AS TEXT)",
                &[],
            )
            .await?;
        let (version, encoding, by_language): (i64, &str, bool) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if version < 150_000 {
            return Err(Error::Other(format!(
                "PostgreSQL 15 or later is needed, this server is {}.{}: upgrade it, or use SQLite",
                version / 10_000,
                version % 10_000
            )));
        }
        if encoding != "UTF8" {
            return Err(Error::Other(format!("the database is in {encoding}, not UTF8: make it with `{CURE}`")));
        }
        if by_language {
            return Err(Error::Other(format!(
                "the database orders text by the rules of a language (it says 'a' < 'B'), not by the C collation: make it \
                 with `{CURE}`"
            )));
        }
        Ok(())
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// As another server opens it.
    #[cfg(test)]
    pub(super) async fn beside(&self) -> Result<Self> {
        Self::connect(Config::clone(&self.config)).await
    }

    /// On a connection of its own.
    pub(super) async fn wire(&self) -> Result<Wire> {
        Wire::open(Config::clone(&self.config)).await
    }

    /// On a connection that leaves the pool and is closed at the end, so that the lock never outlives the work.
    pub(super) async fn migrate(&self) -> Result<usize> {
        let mut client = Object::take(self.client().await?);
        client.execute("SELECT pg_advisory_lock($1)", &[&migrate::LOCK]).await?;
        let report = migrate::runner().run_async(&mut *client).await.map_err(migrate::refused)?;
        if !report.applied_migrations().is_empty() {
            client.batch_execute(LAYOUT).await?;
        }
        client.execute("SELECT pg_advisory_unlock($1)", &[&migrate::LOCK]).await?;
        Ok(report.applied_migrations().len())
    }

    pub(super) async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (client, db) = (self.client().await?, self.clone());
        spawn_blocking(move || db.within(client, IsolationLevel::RepeatableRead, true, work).0)
            .await
            .unwrap_or_else(|_| Err(Error::stopping().into()))
    }

    pub(super) async fn write<T, E>(
        &self,
        lane: Lane,
        mut work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let level = match lane {
            Lane::People => IsolationLevel::Serializable,
            Lane::Intake | Lane::Engine => IsolationLevel::ReadCommitted,
        };
        let _turn = match lane {
            Lane::Engine => Some(self.engine_turns.acquire().await.map_err(|_| Error::stopping())?),
            Lane::People | Lane::Intake => None,
        };
        let mut tries = 1;
        loop {
            let (client, db) = (self.client().await?, self.clone());
            let run = spawn_blocking(move || {
                let (out, raced) = db.within(client, level, false, &work);
                (work, out, raced)
            });
            let (again, out, raced) = run.await.map_err(|_| Error::stopping())?;
            if !raced || tries == TRIES {
                return out;
            }
            tokio::time::sleep(pause(tries)).await;
            work = again;
            tries += 1;
        }
    }

    async fn client(&self) -> Result<Object> {
        Ok(self.pool.get().await?)
    }

    /// One transaction, and whether it lost a race.
    fn within<T, E: From<Error>>(
        &self,
        mut client: Object,
        level: IsolationLevel,
        read_only: bool,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> (Result<T, E>, bool) {
        let runtime = Handle::current();
        // After a restart of the server the pool may hand out connections that are cut, each of them once.
        let mut cut = 0;
        let transaction = loop {
            let transaction = client.build_transaction().isolation_level(level).read_only(read_only).start();
            let error = match runtime.block_on(transaction) {
                Ok(transaction) => break transaction,
                Err(error) => Error::from(error),
            };
            cut += 1;
            if !matches!(error, Error::Unavailable(_)) || cut > CONNECTIONS {
                return (Err(error.into()), false);
            }
            drop(client);
            client = match runtime.block_on(self.pool.get()) {
                Ok(another) => another,
                Err(error) => return (Err(Error::from(error).into()), false),
            };
        };
        let (out, raced, told) = catch_unwind(AssertUnwindSafe(|| {
            let mut tx = Tx::new(On::Postgres(Session { transaction: &transaction, runtime: &runtime }));
            let out = work(&mut tx);
            tx.verdict(out)
        }))
        .unwrap_or_else(|_| (Err(Error::panicked().into()), false, Vec::new()));
        // Dropping the transaction rolls it back.
        if raced || out.is_err() {
            return (out, raced);
        }
        match runtime.block_on(transaction.commit()).map_err(Error::from) {
            Ok(()) => {
                self.live.publish(told);
                (out, false)
            }
            Err(error) => {
                let raced = error == Error::Race;
                (Err(error.into()), raced)
            }
        }
    }
}

/// Longer with each race lost, and never the same for two that meet.
fn pause(tries: u32) -> Duration {
    Duration::from_micros(rand::random_range(500..2_000 << tries.min(5)))
}

/// A connection inside a transaction.
pub(super) struct Session<'c> {
    transaction: &'c Transaction<'c>,
    runtime: &'c Handle,
}

impl Session<'_> {
    pub(super) fn execute(&self, text: &str, params: &[Value]) -> Result<u64> {
        self.changed(text, &borrowed(params))
    }

    pub(super) fn all<T: FromRow>(&self, text: &str, params: &[Value]) -> Result<Vec<T>> {
        self.rows(text, &borrowed(params))
    }

    /// As [`Session::all`], for a statement put together for this once: planned for its parameters, as a plan that has to do
    /// for all of them reads the whole table where a few pages would do.
    pub(super) fn all_once<T: FromRow>(&self, text: &str, params: &[Value]) -> Result<Vec<T>> {
        read(&self.runtime.block_on(async {
            let statement = self.transaction.prepare(text).await?;
            self.transaction.query(&statement, &borrowed(params)).await
        })?)
    }

    pub(super) fn many(&self, text: &str, shared: &[Value], rows: &[Vec<Value>], columns: usize) -> Result<u64> {
        let arrays = transposed(rows, columns);
        self.changed(text, &with_arrays(shared, &arrays))
    }

    pub(super) fn many_returning<T: FromRow>(
        &self,
        text: &str,
        shared: &[Value],
        rows: &[Vec<Value>],
        columns: usize,
    ) -> Result<Vec<T>> {
        let arrays = transposed(rows, columns);
        self.rows(text, &with_arrays(shared, &arrays))
    }

    fn changed(&self, text: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
        Ok(self.runtime.block_on(async {
            let statement = self.transaction.prepare_cached(text).await?;
            self.transaction.execute(&statement, params).await
        })?)
    }

    fn rows<T: FromRow>(&self, text: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<T>> {
        read(&self.runtime.block_on(async {
            let statement = self.transaction.prepare_cached(text).await?;
            self.transaction.query(&statement, params).await
        })?)
    }
}

fn read<T: FromRow>(rows: &[tokio_postgres::Row]) -> Result<Vec<T>> {
    rows.iter().map(|row| T::from_row(&Row::postgres(row))).collect()
}

fn borrowed(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| param as _).collect()
}

/// Each column as one list.
fn transposed(rows: &[Vec<Value>], columns: usize) -> Vec<Vec<&Value>> {
    (0..columns).map(|column| rows.iter().filter_map(|row| row.get(column)).collect()).collect()
}

fn with_arrays<'v>(shared: &'v [Value], arrays: &'v [Vec<&'v Value>]) -> Vec<&'v (dyn ToSql + Sync)> {
    shared.iter().map(|param| param as _).chain(arrays.iter().map(|array| array as _)).collect()
}

type Encoded = Result<IsNull, Box<dyn StdError + Sync + Send>>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Encoded {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(v) => v.to_sql_checked(ty, out),
            // PostgreSQL may take a parameter for a narrower number, as in `$1 + 1`.
            Self::Int(v) if *ty == Type::INT4 => i32::try_from(*v)?.to_sql(ty, out),
            Self::Int(v) if *ty == Type::INT2 => i16::try_from(*v)?.to_sql(ty, out),
            Self::Int(v) => v.to_sql_checked(ty, out),
            Self::Text(v) => v.to_sql_checked(ty, out),
            Self::Bytes(v) => v.to_sql_checked(ty, out),
            Self::Texts(list) => list.to_sql_checked(ty, out),
            Self::Ints(list) => list.iter().map(|v| Self::Int(*v)).collect::<Vec<_>>().to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What a column holds.
pub(super) fn cell(row: &tokio_postgres::Row, index: usize) -> Result<Cell<'_>, String> {
    row.try_get(index).map_err(|e| described(&e))
}

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        match *ty {
            Type::BOOL => bool::from_sql(ty, raw).map(Self::Bool),
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|v| Self::Int(v.into())),
            Type::INT2 => i16::from_sql(ty, raw).map(|v| Self::Int(v.into())),
            Type::BYTEA => <&[u8]>::from_sql(ty, raw).map(Self::Bytes),
            _ if <&str as FromSql<'_>>::accepts(ty) => <&str>::from_sql(ty, raw).map(Self::Text),
            _ => Err(format!("is of type {ty}: cast it to BIGINT, TEXT, BOOLEAN or BYTEA").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&tokio_postgres::Error> for Error {
    fn from(error: &tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            let lost = error.is_closed() || error.source().is_some_and(<dyn StdError>::is::<std::io::Error>);
            return if lost { Self::Unavailable(described(error)) } else { Self::Other(described(error)) };
        };
        let constraint = || db.constraint().or(db.column()).unwrap_or(db.message()).to_owned();
        match db.code() {
            code if *code == SqlState::UNIQUE_VIOLATION => {
                let key = db.detail().zip(db.table()).and_then(|(detail, table)| key_columns(detail, table));
                Self::Unique { what: key.unwrap_or_else(|| format!("index '{}'", constraint())) }
            }
            code if *code == SqlState::FOREIGN_KEY_VIOLATION || *code == SqlState::RESTRICT_VIOLATION => {
                Self::ForeignKey
            }
            code if *code == SqlState::CHECK_VIOLATION => Self::Check { what: constraint() },
            code if *code == SqlState::NOT_NULL_VIOLATION => Self::Check {
                what: db
                    .table()
                    .zip(db.column())
                    .map_or_else(constraint, |(table, column)| format!("{table}.{column}")),
            },
            code if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
                Self::Race
            }
            code if *code == SqlState::DISK_FULL => Self::Full,
            code if *code == SqlState::TOO_MANY_CONNECTIONS
                || *code == SqlState::ADMIN_SHUTDOWN
                || *code == SqlState::CRASH_SHUTDOWN
                || *code == SqlState::CANNOT_CONNECT_NOW
                || code.code().starts_with("08") =>
            {
                Self::Unavailable(db.message().to_owned())
            }
            // Not the detail: it may quote a row.
            code => Self::Other(format!("{} ({})", db.message(), code.code())),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => match Self::from(error) {
                Self::Other(text) => Self::Unavailable(text),
                other => other,
            },
            PoolError::Timeout(_) => Self::Unavailable("all connections are busy".into()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// The columns of a key, as SQLite names them, from `Key (team_id, email)=(…) already exists.` (in any language); none where
/// the key is made of expressions.
fn key_columns(detail: &str, table: &str) -> Option<String> {
    let (_, rest) = detail.split_once('(')?;
    let (columns, _) = rest.split_once(")=(")?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ');
    let names = columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>();
    columns.chars().all(plain).then(|| names.join(", "))
}

/// With its causes, save those that quote a row.
fn described(error: &tokio_postgres::Error) -> String {
    let cause =
        error.as_db_error().map(|db| db.message().to_owned()).or_else(|| error.source().map(ToString::to_string));
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
