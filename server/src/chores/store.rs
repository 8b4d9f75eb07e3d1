//! SQL of work that comes round.

use crate::{
    db::{Result, Tx},
    params,
};

/// Whether it is due now (UTC ms), or never was done.
pub(super) fn is_due(tx: &mut Tx<'_>, name: &str, now: i64) -> Result<bool> {
    let later: Option<i64> = tx.opt("SELECT due_at FROM chore WHERE name = $1 AND due_at > $2", params![name, now])?;
    Ok(later.is_none())
}

/// Moves its time, if it is due; returns whether this was who did.
pub(super) fn take(tx: &mut Tx<'_>, name: &str, now: i64, until: i64) -> Result<bool> {
    let taken = tx.execute(
        "INSERT INTO chore (name, due_at) VALUES ($1, $3)
         ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE chore.due_at <= $2",
        params![name, now, until],
    )?;
    Ok(taken > 0)
}

/// Moves its time.
pub(super) fn put_off(tx: &mut Tx<'_>, name: &str, due_at: i64) -> Result<()> {
    tx.execute("UPDATE chore SET due_at = $2 WHERE name = $1", params![name, due_at]).map(drop)
}
