//! The schema's history: `server/migrations/V*.sql`, the same files on both engines, embedded in the binary.
use super::Error;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Applies what is due in one transaction, so that a crash leaves the schema as it was.
pub(super) fn runner() -> refinery::Runner {
    embedded::migrations::runner().set_grouped(true)
}

/// Number of the lock that servers migrating the same PostgreSQL database take: "storecas" in ASCII. Refinery takes none.
pub(super) const LOCK: i64 = 0x7374_6f72_6563_6173;

/// What refinery says, with the cure where the history itself does not fit.
pub(super) fn refused(error: refinery::Error) -> Error {
    use refinery::error::Kind;
    match error.kind() {
        Kind::MissingVersion(migration) => Error::Other(format!(
            "the database has migration {migration}, which this server does not know: start the newer server, or restore a backup"
        )),
        Kind::DivergentVersion(applied, _) => Error::Other(format!(
            "migration {applied} was changed after it had been applied: restore the file as it was"
        )),
        Kind::Connection(_, cause) => {
            let cause = match (cause.downcast_ref::<tokio_postgres::Error>(), cause.downcast_ref::<rusqlite::Error>()) {
                (Some(cause), _) => Error::from(cause).to_string(),
                (_, cause) => cause.map_or_else(|| error.to_string(), ToString::to_string),
            };
            Error::Other(format!("a migration failed, nothing was changed: {cause}"))
        }
        kind => Error::Other(format!("a migration cannot be read: {kind}")),
    }
}

/// Names this history: two with the same files have the same.
#[cfg(test)]
pub(super) fn fingerprint() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for migration in runner().get_migrations() {
        (migration.version(), migration.name(), migration.checksum()).hash(&mut hasher);
    }
    hasher.finish()
}
