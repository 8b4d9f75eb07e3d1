//! The storage seam: one SQL text, two engines. All that is particular to SQLite or PostgreSQL lives in this folder.
//!
//! Work is a plain synchronous closure in one transaction, on a thread that may block, so that no transaction can be held
//! across a network call (`architecture.md` section 2). What the dialects share, and the traps, are in the design notes and
//! in the tests beside this file.
mod domain;
mod error;
mod migrate;
mod postgres;
mod query;
mod sqlite;
mod value;
mod wire;
mod writer;

#[cfg(test)]
mod migrate_test;
#[cfg(test)]
mod postgres_test;
#[cfg(test)]
mod rows_test;
#[cfg(test)]
mod seam_test;
#[cfg(test)]
mod sqlite_test;
#[cfg(test)]
pub(crate) mod testing;

use std::path::Path;

use crate::live::{Live, News};

pub use self::{
    error::{Error, Result},
    query::{Query, Sql},
    value::{Cell, FromColumn, FromRow, Row, Value},
    wire::Wire,
};
pub use crate::{params, row, text_column};

/// A database. Cloning is cheap and gives another handle on the same connections.
#[derive(Clone)]
pub enum Db {
    /// A file, in this process.
    Sqlite(sqlite::Sqlite),
    /// A server, through a pool of connections.
    Postgres(postgres::Postgres),
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// Whose write it is: decides the queue (SQLite) and the isolation (PostgreSQL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// What someone waits for: first queue; SERIALIZABLE.
    People,
    /// Webhooks that are to be kept: first queue; READ COMMITTED, so guard each row by its own `WHERE`.
    Intake,
    /// The delivery engine, and what webhooks say: second queue and at most half of the connections; READ COMMITTED, so
    /// guard each row by its own `WHERE`, lock with `FOR UPDATE`, and change counters relatively.
    Engine,
}

impl Db {
    /// Opens `sqlite:PATH` (or a bare path; made with its folder if missing) or `postgres://…`. A PostgreSQL server must be
    /// of version 15 or later, and the database in UTF-8 and ordered by the C collation, or texts would sort differently
    /// on the two engines.
    pub async fn open(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return postgres::Postgres::open(address).await.map(Self::Postgres);
        }
        let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
        if path.is_empty() || path == ":memory:" || path.contains("://") {
            return Err(Error::Other(
                "the database address must be `sqlite:PATH`, the path of a file, or `postgres://user@host/database`"
                    .into(),
            ));
        }
        sqlite::Sqlite::open(path.into()).await.map(Self::Sqlite)
    }

    /// Brings the schema up to date with `server/migrations`; returns how many were applied. All that are due are applied
    /// in one transaction, by one server at a time. Refuses a database that is newer than this server.
    pub async fn migrate(&self) -> Result<usize> {
        match self {
            Self::Sqlite(db) => db.migrate().await,
            Self::Postgres(db) => db.migrate().await,
        }
    }

    /// Runs `work` on one unchanging state of the database. It cannot write.
    pub async fn read<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.read(work).await,
            Self::Postgres(db) => db.read(work).await,
        }
    }

    /// Runs `work` in one serializable transaction and answers once it is on disk. `work` may run more than once (a lost
    /// race, a group that was rolled back), so it only touches the database. An error from it, or a panic, undoes it all;
    /// so does the error of a statement that it kept to itself (use [`Tx::savepoint`] to go on after one).
    pub async fn write<T, E>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_as(Lane::People, work).await
    }

    /// As [`Db::write`], in a lane of its own.
    pub async fn write_as<T, E>(
        &self,
        lane: Lane,
        work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match self {
            Self::Sqlite(db) => db.write(lane, work).await,
            Self::Postgres(db) => db.write(lane, work).await,
        }
    }

    /// Whether the database answers, and on SQLite whether its writer does, which all writes wait for.
    pub async fn ping(&self) -> Result<()> {
        self.read(|tx| tx.one::<i64>("SELECT 1", params![])).await?;
        match self {
            Self::Sqlite(_) => self.write_as(Lane::Intake, |_| Ok(())).await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Who is told what its transactions changed, once they are on disk: see [`Tx::tell`].
    pub fn live(&self) -> &Live {
        match self {
            Self::Sqlite(db) => db.live(),
            Self::Postgres(db) => db.live(),
        }
    }

    /// A wire to the other servers of this database; none on SQLite, which one server has for itself.
    pub async fn wire(&self) -> Result<Option<Wire>> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(db) => db.wire().await.map(Some),
        }
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Writes a whole, consistent copy to a file that does not exist yet, while the server goes on. SQLite only.
    pub async fn backup(&self, path: impl AsRef<Path>) -> Result<()> {
        match self {
            Self::Sqlite(db) => db.backup(path.as_ref().to_owned()).await,
            Self::Postgres(_) => Err(Error::Other(
                "a PostgreSQL database is backed up by its own tools: run `pg_dump --format=custom` against it".into(),
            )),
        }
    }
}

/// A transaction, given to the closures of [`Db::read`] and [`Db::write`].
pub struct Tx<'c> {
    on: On<'c>,
    /// The first statement that failed and was not undone by a savepoint. PostgreSQL turns the commit of such a
    /// transaction into a rollback without a word; SQLite would commit the rest. Here both fail.
    failure: Option<Error>,
    /// Whether a race was lost, remembered here as the closure may turn the error into one of its own.
    raced: bool,
    /// What it changed, for those who look at it.
    told: Vec<News>,
}

enum On<'c> {
    Sqlite(sqlite::Session<'c>),
    Postgres(postgres::Session<'c>),
}

impl<'c> Tx<'c> {
    fn new(on: On<'c>) -> Self {
        Self { on, failure: None, raced: false, told: Vec::new() }
    }

    /// What comes of it all, whether a race was lost, and what to tell once it is committed.
    fn verdict<T, E: From<Error>>(self, out: Result<T, E>) -> (Result<T, E>, bool, Vec<News>) {
        let out = match (out, self.failure) {
            (Ok(_), Some(failure)) => Err(failure.into()),
            (out, _) => out,
        };
        (out, self.raced, self.told)
    }

    /// Tells what this transaction changes to those who look at it: after its commit, and not where it is undone.
    pub fn tell(&mut self, news: News) {
        self.told.push(news);
    }

    /// Which engine this runs on.
    pub fn engine(&self) -> Engine {
        match self.on {
            On::Sqlite(_) => Engine::Sqlite,
            On::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement that returns no rows; returns how many it changed.
    pub fn execute(&mut self, sql: impl Into<Sql>, params: &[Value]) -> Result<u64> {
        let text = self.text(sql.into());
        self.execute_text(text, params)
    }

    /// All rows.
    pub fn all<T: FromRow>(&mut self, sql: impl Into<Sql>, params: &[Value]) -> Result<Vec<T>> {
        let text = self.text(sql.into());
        let done = match &mut self.on {
            On::Sqlite(session) => session.all(text, params),
            On::Postgres(session) => session.all(text, params),
        };
        self.note(done)
    }

    /// The first row, if there is one.
    pub fn opt<T: FromRow>(&mut self, sql: impl Into<Sql>, params: &[Value]) -> Result<Option<T>> {
        Ok(self.all(sql, params)?.into_iter().next())
    }

    /// The first row, or [`Error::NotFound`].
    pub fn one<T: FromRow>(&mut self, sql: impl Into<Sql>, params: &[Value]) -> Result<T> {
        self.opt(sql, params)?.ok_or(Error::NotFound)
    }

    /// As [`Tx::execute`], for a composed query.
    pub fn execute_query(&mut self, query: &Query) -> Result<u64> {
        let text = query.text(self.engine())?;
        self.execute_text(&text, query.params())
    }

    /// As [`Tx::all`], for a composed query.
    pub fn all_query<T: FromRow>(&mut self, query: &Query) -> Result<Vec<T>> {
        let text = query.text(self.engine())?;
        let done = match &mut self.on {
            On::Sqlite(session) => session.all(&text, query.params()),
            On::Postgres(session) => session.all_once(&text, query.params()),
        };
        self.note(done)
    }

    /// As [`Tx::opt`], for a composed query.
    pub fn opt_query<T: FromRow>(&mut self, query: &Query) -> Result<Option<T>> {
        Ok(self.all_query(query)?.into_iter().next())
    }

    /// As [`Tx::one`], for a composed query.
    pub fn one_query<T: FromRow>(&mut self, query: &Query) -> Result<T> {
        self.opt_query(query)?.ok_or(Error::NotFound)
    }

    /// Runs a statement for many rows; returns how many rows it changed. The parameters are `shared`, then
    ///
    /// - on SQLite the columns of one row: the prepared statement runs once per row;
    /// - on PostgreSQL one array per column, for `unnest($2::text[], $3::bigint[])`: one statement for all. Join the table by
    ///   its primary key alone (a further condition made the planner 25 times slower), bring each key once, and sort
    ///   the rows by key where two such writes may meet, or they lock each other out.
    ///
    /// All rows have the same number of columns, none of them a list. No rows: nothing is done.
    pub fn many(&mut self, sql: impl Into<Sql>, shared: &[Value], rows: &[Vec<Value>]) -> Result<u64> {
        let Some(columns) = columns(rows)? else {
            return Ok(0);
        };
        let text = self.text(sql.into());
        let done = match &mut self.on {
            On::Sqlite(session) => session.many(text, shared, rows),
            On::Postgres(session) => session.many(text, shared, rows, columns),
        };
        self.note(done)
    }

    /// As [`Tx::many`], with the rows the statement returns, in no particular order.
    pub fn many_returning<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        shared: &[Value],
        rows: &[Vec<Value>],
    ) -> Result<Vec<T>> {
        let Some(columns) = columns(rows)? else {
            return Ok(Vec::new());
        };
        let text = self.text(sql.into());
        let done = match &mut self.on {
            On::Sqlite(session) => session.many_returning(text, shared, rows),
            On::Postgres(session) => session.many_returning(text, shared, rows, columns),
        };
        self.note(done)
    }

    /// Runs `work` so that an error from it undoes only what it did, and the transaction can go on.
    pub fn savepoint<T, E: From<Error>>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        self.execute_text("SAVEPOINT inner_work", &[])?;
        let before = self.failure.take();
        let told = self.told.len();
        let out = work(self);
        let failure = std::mem::replace(&mut self.failure, before);
        let out = match (out, failure) {
            (Ok(_), Some(failure)) => Err(failure.into()),
            (out, _) => out,
        };
        if out.is_err() {
            self.told.truncate(told);
            self.execute_text("ROLLBACK TO SAVEPOINT inner_work", &[])?;
        }
        self.execute_text("RELEASE SAVEPOINT inner_work", &[])?;
        out
    }

    /// SQLite's texts are numbered once and kept.
    fn text(&self, sql: Sql) -> &'static str {
        match self.on {
            On::Sqlite(_) => sqlite::numbered(sql.sqlite),
            On::Postgres(_) => sql.postgres,
        }
    }

    fn execute_text(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        let done = match &mut self.on {
            On::Sqlite(session) => session.execute(text, params),
            On::Postgres(session) => session.execute(text, params),
        };
        self.note(done)
    }

    /// Remembers a failed statement. A column that cannot be read is no such thing: the statement itself was done.
    fn note<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(error) = &done
            && !matches!(error, Error::Column { .. })
        {
            self.raced |= *error == Error::Race;
            self.failure.get_or_insert_with(|| error.clone());
        }
        done
    }
}

/// The number of columns of these rows; none if there are no rows.
fn columns(rows: &[Vec<Value>]) -> Result<Option<usize>> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    if rows.iter().any(|row| row.len() != first.len()) {
        return Err(Error::Other("the rows given to `many` have different numbers of columns".into()));
    }
    if rows.iter().flatten().any(|value| matches!(value, Value::Texts(_) | Value::Ints(_))) {
        return Err(Error::Other(
            "a row given to `many` has a list in it: pass lists among the shared parameters".into(),
        ));
    }
    Ok(Some(first.len()))
}
