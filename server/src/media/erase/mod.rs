//! Erases what a customer sent, for good: first nobody can have it any more, then its bytes go, then its row. Cut
//! anywhere, the next time goes on.

mod store;
#[cfg(test)]
mod store_test;

use shared::id::{ContactId, TeamId};

use super::canonical_path;
use crate::{App, db::Lane, refused::Result};

/// Media at once.
const PIECE: usize = 50;

/// Erases a piece of what this person sent; returns how many there were.
pub async fn erase_sent(app: &App, team: TeamId, contact: ContactId) -> Result<usize> {
    let close = move |tx: &mut crate::db::Tx<'_>| store::close(tx, team, contact, PIECE);
    let closed = app.db.write_as(Lane::Intake, close).await?;
    let count = closed.len();
    for id in closed {
        // Where it lies is known before it is there: one that is being fetched goes too.
        app.media.delete(&canonical_path(team, id)).await?;
        app.db.write_as(Lane::Intake, move |tx| store::remove(tx, team, id)).await?;
    }
    Ok(count)
}
