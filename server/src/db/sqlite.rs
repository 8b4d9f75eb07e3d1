//! SQLite: a file, one writer thread ([`super::writer`]) and a few readers; WAL lets them work side by side.
use std::{
    collections::HashMap,
    fs::File,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex, PoisonError, RwLock},
};

use rusqlite::{
    CachedStatement, Connection, ErrorCode, ToSql, ffi,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{
    Cell, Error, FromRow, Lane, On, Result, Row, Tx, Value, migrate,
    writer::{self, Writer},
};
use crate::live::{Live, News};

const READERS: usize = 4;
/// Above the number of texts of the server; rusqlite keeps 16 otherwise.
const STATEMENTS: usize = 256;

/// A handle on an open file.
#[derive(Clone)]
pub struct Sqlite(Arc<Inner>);

struct Inner {
    path: PathBuf,
    live: Live,
    writer: Writer,
    readers: Arc<Mutex<Vec<Connection>>>,
    /// As many permits as there are readers.
    reading: Arc<Semaphore>,
}

impl Sqlite {
    pub(super) async fn open(path: PathBuf) -> Result<Self> {
        blocking(move || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|e| file_error(folder, &e))?;
            }
            make_private(&path)?;
            // Two processes that turn the same new file to WAL at once do not wait for each other.
            let _lock = lock(&path)?;
            let live = Live::default();
            let writer = writer::start(writing(&path)?, live.clone())?;
            let readers = (0..READERS).map(|_| reader(&path)).collect::<Result<_>>()?;
            let (readers, reading) = (Arc::new(Mutex::new(readers)), Arc::new(Semaphore::new(READERS)));
            Ok(Self(Arc::new(Inner { path, live, writer, readers, reading })))
        })
        .await
    }

    pub(super) fn live(&self) -> &Live {
        &self.0.live
    }

    /// On a connection of its own, alone among all processes.
    pub(super) async fn migrate(&self) -> Result<usize> {
        let path = self.0.path.clone();
        blocking(move || {
            let _lock = lock(&path)?;
            let report = migrate::runner().run(&mut connect(&path)?).map_err(migrate::refused)?;
            Ok(report.applied_migrations().len())
        })
        .await
    }

    pub(super) async fn read<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let permit = Arc::clone(&self.0.reading).acquire_owned().await.map_err(|_| Error::stopping())?;
        let readers = Arc::clone(&self.0.readers);
        blocking(move || {
            let taken = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let reader = taken.ok_or_else(|| Error::Other("a reader is missing from the pool".into()))?;
            let out = read_on(&reader, work);
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            drop(permit);
            out
        })
        .await
    }

    pub(super) async fn write<T, E>(
        &self,
        lane: Lane,
        work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.0.writer.write(lane, work).await
    }

    /// Under another name first, so that a file of the given name is always a whole backup.
    pub(super) async fn backup(&self, to: PathBuf) -> Result<()> {
        let from = self.0.path.clone();
        blocking(move || {
            if to.exists() {
                return Err(Error::Other(format!("{} exists already: name a new file for the backup", to.display())));
            }
            let unfinished = beside(&to, ".unfinished");
            let text = unfinished
                .to_str()
                .ok_or_else(|| Error::Other("the path of the backup is not UTF-8: name another file".into()))?;
            match std::fs::remove_file(&unfinished) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    return Err(file_error(&unfinished, &e));
                }
                _ => {}
            }
            make_private(&unfinished)?;
            connect(&from)?.execute("VACUUM INTO ?1", [text])?;
            // SQLite does not wait for the disk here.
            File::open(&unfinished)
                .and_then(|file| file.sync_all())
                .and_then(|()| std::fs::rename(&unfinished, &to))
                .map_err(|e| file_error(&to, &e))
        })
        .await
    }
}

/// Runs it on a thread that may block.
async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    spawn_blocking(work).await.unwrap_or_else(|_| Err(Error::stopping().into()))
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Unavailable(format!(
            "{} cannot use a write-ahead log (it has `{mode}`): put it on a local disk",
            path.display()
        )));
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// The writer's connection. What a savepoint may bring back stays in memory, where it would otherwise go to a file from
/// 64 KB on; so do the pages that writes all over the file come back to (docs/performance.md), up to 8 MB of them.
fn writing(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;")?;
    Ok(connection)
}

fn reader(path: &Path) -> Result<Connection> {
    let reader = connect(path)?;
    reader.pragma_update(None, "query_only", true)?;
    Ok(reader)
}

/// Held while the file is opened or migrated: a file beside it, as closing the database file itself would drop SQLite's
/// own locks.
fn lock(path: &Path) -> Result<File> {
    let path = beside(path, "-lock");
    let file = File::create(&path).map_err(|e| file_error(&path, &e))?;
    file.lock().map_err(|e| file_error(&path, &e))?;
    Ok(file)
}

/// Makes the file, if it is missing, for nobody else on this machine to read; SQLite gives its side files the same rights.
fn make_private(path: &Path) -> Result<()> {
    let mut new = File::options();
    new.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    new.open(path).map(drop).map_err(|e| file_error(path, &e))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn file_error(path: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::StorageFull {
        return Error::Full;
    }
    Error::Unavailable(format!("{}: {error}", path.display()))
}

fn read_on<T, E: From<Error>>(reader: &Connection, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
    reader.execute_batch("BEGIN").map_err(Error::from)?;
    let (out, _) = run(reader, work);
    if !reader.is_autocommit() {
        reader.execute_batch("ROLLBACK").map_err(Error::from)?;
    }
    out
}

/// Runs the closure inside the transaction that has begun; a panic becomes an error. Also what to tell after the commit.
pub(super) fn run<T, E: From<Error>>(
    connection: &Connection,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> (Result<T, E>, Vec<News>) {
    let out = catch_unwind(AssertUnwindSafe(|| {
        let mut tx = Tx::new(On::Sqlite(Session(connection)));
        let out = work(&mut tx);
        let (out, _, told) = tx.verdict(out);
        (out, told)
    }));
    out.unwrap_or_else(|_| (Err(Error::panicked().into()), Vec::new()))
}

/// A connection inside a transaction.
pub(super) struct Session<'c>(&'c Connection);

impl Session<'_> {
    pub(super) fn execute(&self, text: &str, params: &[Value]) -> Result<u64> {
        let changed = self.prepared(text)?.execute(rusqlite::params_from_iter(params))?;
        Ok(count(changed))
    }

    pub(super) fn all<T: FromRow>(&self, text: &str, params: &[Value]) -> Result<Vec<T>> {
        let mut statement = self.prepared(text)?;
        collect(statement.query(rusqlite::params_from_iter(params))?)
    }

    pub(super) fn many(&self, text: &str, shared: &[Value], rows: &[Vec<Value>]) -> Result<u64> {
        let mut changed = 0;
        self.each(text, shared, rows, |statement| {
            changed += count(statement.raw_execute()?);
            Ok(())
        })?;
        Ok(changed)
    }

    pub(super) fn many_returning<T: FromRow>(
        &self,
        text: &str,
        shared: &[Value],
        rows: &[Vec<Value>],
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        self.each(text, shared, rows, |statement| {
            all.append(&mut collect(statement.raw_query())?);
            Ok(())
        })?;
        Ok(all)
    }

    fn each(
        &self,
        text: &str,
        shared: &[Value],
        rows: &[Vec<Value>],
        mut step: impl FnMut(&mut CachedStatement<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.prepared(text)?;
        for row in rows {
            let given = shared.len() + row.len();
            if given != statement.parameter_count() {
                return Err(rusqlite::Error::InvalidParameterCount(given, statement.parameter_count()).into());
            }
            for (index, value) in shared.iter().chain(row).enumerate() {
                statement.raw_bind_parameter(index + 1, value)?;
            }
            step(&mut statement)?;
        }
        Ok(())
    }

    /// Refused once SQLite has rolled the transaction back by itself: from then on each statement would commit alone.
    fn prepared(&self, text: &str) -> Result<CachedStatement<'_>> {
        if self.0.is_autocommit() {
            return Err(Error::Other("the transaction is over, SQLite has rolled it back after an error".into()));
        }
        Ok(self.0.prepare_cached(text)?)
    }
}

fn collect<T: FromRow>(mut rows: rusqlite::Rows<'_>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(T::from_row(&Row::sqlite(row))?);
    }
    Ok(all)
}

fn count(changed: usize) -> u64 {
    u64::try_from(changed).unwrap_or(u64::MAX)
}

/// SQLite numbers `?1`; `$1` it takes as a name, counted by first appearance, and binds wrongly in silence. Each text is
/// rewritten once and kept for good, as the literal itself is.
pub(super) fn numbered(sql: &'static str) -> &'static str {
    static KNOWN: LazyLock<RwLock<HashMap<(usize, usize), &'static str>>> = LazyLock::new(RwLock::default);
    let key = (sql.as_ptr().addr(), sql.len());
    if let Some(text) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return text;
    }
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        let marks = c == '$' && rest.peek().is_some_and(char::is_ascii_digit);
        text.push(if marks { '?' } else { c });
    }
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(|| text.leak())
}

/// What a column holds.
pub(super) fn cell<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Result<Cell<'r>, String> {
    match row.get_ref(index).map_err(|e| e.to_string())? {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(number) => Ok(Cell::Int(number)),
        ValueRef::Text(text) => str::from_utf8(text).map(Cell::Text).map_err(|_| "is not UTF-8".to_owned()),
        ValueRef::Blob(bytes) => Ok(Cell::Bytes(bytes)),
        ValueRef::Real(_) => Err("is a fraction: the schema has whole numbers only, cast it to BIGINT".to_owned()),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        fn json(list: &impl serde::Serialize) -> rusqlite::Result<ToSqlOutput<'static>> {
            serde_json::to_string(list)
                .map(|text| ToSqlOutput::Owned(Owned::Text(text)))
                .map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))
        }
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Owned::Null),
            Self::Bool(v) => ToSqlOutput::Owned(Owned::Integer(i64::from(*v))),
            Self::Int(v) => ToSqlOutput::Owned(Owned::Integer(*v)),
            Self::Text(v) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Self::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Self::Texts(list) => return json(list),
            Self::Ints(list) => return json(list),
        })
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let (Some(code), text) = (error.sqlite_error().copied(), error.to_string()) else {
            return Self::Other(error.to_string());
        };
        let what = || text.split_once("constraint failed: ").map_or(text.as_str(), |(_, what)| what).to_owned();
        match (code.code, code.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Unique { what: what() },
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::ForeignKey,
            // `ON DELETE RESTRICT` is a trigger inside.
            (_, ffi::SQLITE_CONSTRAINT_TRIGGER) if text.starts_with("FOREIGN KEY") => Self::ForeignKey,
            (ErrorCode::ConstraintViolation, _) => Self::Check { what: what() },
            (ErrorCode::DiskFull, _) => Self::Full,
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
                Self::Unavailable(format!("another process holds the database file ({text})"))
            }
            (ErrorCode::CannotOpen | ErrorCode::SystemIoFailure, _) => Self::Unavailable(text),
            _ => Self::Other(text),
        }
    }
}
