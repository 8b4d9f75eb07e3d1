//! Writing the recipients of large campaigns behind their acceptance: nobody's write waits for all of them, and the first go
//! out while the last are written. What is kept of them is on disk, so a crash loses nobody, and any server goes on.

use std::collections::HashSet;

use super::{enqueue, store, whenever_woken};
use crate::{
    App,
    db::{self, Lane},
};

/// Writes piece after piece until the server stops.
pub(crate) async fn expand(app: App) {
    whenever_woken(&app, || async {
        if let Err(error) = all(&app).await {
            tracing::error!(%error, "recipients that are still to be written could not be read");
        }
    })
    .await;
}

/// Writes what there is, the campaigns by turns. What cannot be written, or is in another server's hands, is passed over.
async fn all(app: &App) -> db::Result<()> {
    let mut passed = HashSet::new();
    while !app.tasks.is_stopping() {
        let known = passed.len();
        let next = app.db.read(move |tx| store::next_pieces(tx, known + 1)).await?;
        let Some(place) = next.into_iter().find(|place| !passed.contains(place)) else { break };
        let clock = app.clock.clone();
        match app.db.write_as(Lane::Engine, move |tx| enqueue::expand(tx, &clock, place)).await {
            Ok(true) => app.outbox.wake(),
            Ok(false) => drop(passed.insert(place)),
            Err(error) => {
                tracing::error!(campaign = %place.0, piece = place.1, %error, "recipients could not be written; they are tried again");
                passed.insert(place);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "expand_test.rs"]
mod tests;
