//! What can go wrong in the database, in the same words on both engines.

/// An error of the database. No variant carries what a customer wrote: texts name tables, columns and constraints only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A row with this key is there already.
    #[error("already exists: {what}")]
    Unique {
        /// The columns of the key, the same text on both engines: `table.column, table.column`, in the order of the
        /// key; or `index 'name'` where the key is made of expressions.
        what: String,
    },
    /// A row refers to one that is missing, or a row that others refer to was to be deleted.
    #[error("refers to something that is missing, or is still referred to")]
    ForeignKey,
    /// A `CHECK` or `NOT NULL` of the schema was broken.
    #[error("breaks a rule of the schema: {what}")]
    Check {
        /// What the engine says of it: the name of the constraint or of the column.
        what: String,
    },
    /// Another transaction was first; `write` has retried already (`architecture.md` section 2).
    #[error("lost a race with another transaction, try again")]
    Race,
    /// [`super::Tx::one`] found no row.
    #[error("no such row")]
    NotFound,
    /// A column is missing from the result or holds something else than was asked for.
    #[error("column {name}: {problem}")]
    Column {
        /// Name of the column, or its position (from 0).
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The disk (or SQLite's `max_page_count`) is full; nothing of the transaction was kept.
    #[error("the disk of the database is full: make room, then try again")]
    Full,
    /// The database cannot be reached, is locked by another process, or is stopping.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Anything else: a mistake in a statement, in the address, or in the database itself.
    #[error("database: {0}")]
    Other(String),
}

/// A result of the database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// For a closure that panicked; the panic itself was reported by the panic hook.
    pub(super) fn panicked() -> Self {
        Self::Other("the work panicked, nothing of it was kept".into())
    }

    /// For work the runtime did not run to its end.
    pub(super) fn stopping() -> Self {
        Self::Unavailable("the server is stopping".into())
    }
}
