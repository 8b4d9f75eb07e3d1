//! What cannot be done in a world.

/// What cannot be done in this world.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// No channel has this name.
    #[error("channel {0:?} does not exist; add it first")]
    UnknownChannel(String),
    /// The channel has no such customer.
    #[error("user {0:?} is no customer of this channel; add the customer first")]
    UnknownCustomer(String),
    /// There is no such thing.
    #[error("{what} {name:?} does not exist; add it first")]
    Unknown {
        /// What: `app`, `waba`, `number`, `template` or `message`.
        what: &'static str,
        /// Its name or id.
        name: String,
    },
    /// Who has blocked an account cannot write to it.
    #[error("the customer has blocked this account and cannot write; unblock first")]
    Blocked,
    /// A field of the request is wrong.
    #[error("{field}: {cure}")]
    Invalid {
        /// Name of the field.
        field: &'static str,
        /// What to give instead.
        cure: String,
    },
}

impl WorldError {
    pub(crate) fn invalid(field: &'static str, cure: impl Into<String>) -> Self {
        Self::Invalid { field, cure: cure.into() }
    }

    pub(crate) fn unknown(what: &'static str, name: &str) -> Self {
        Self::Unknown { what, name: name.to_owned() }
    }
}
