//! How a request fails inside the server: a [`Problem`] for the caller, or a fault of ours that is logged once at the
//! edge.

use shared::problem::Problem;

use crate::db;

/// Why a request did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The caller is told this.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The caller gets a trace id; the cause goes to the log, once, where the answer is made.
    #[error("{0}")]
    Fault(String),
}

impl Refused {
    /// A fault of ours.
    pub fn fault(cause: impl std::fmt::Display) -> Self {
        Self::Fault(cause.to_string())
    }
}

impl From<db::Error> for Refused {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::Unavailable(cause) => {
                tracing::error!(error = %cause, "the database cannot be reached");
                Self::Problem(Problem::Unavailable)
            }
            db::Error::Full => {
                tracing::error!("the disk of the database is full: make room");
                Self::Problem(Problem::StorageFull)
            }
            other => Self::Fault(format!("database: {other}")),
        }
    }
}

/// What most functions of the server answer.
pub type Result<T, E = Refused> = std::result::Result<T, E>;
