//! Deletes what nobody needs: uploads that were left lying, and media of ours that nothing holds. What customers sent
//! is never swept.
//!
//! A row is closed first, then its objects go, then the row: cut anywhere, the next sweeping goes on, on any server.

use std::time::Duration;

use super::{
    store,
    uploads::{self, store::Closed},
};
use crate::{
    App,
    db::{self, Lane},
    refused::Result,
};

/// Uploads and unused media stay so long, in milliseconds.
pub(super) const DAY: i64 = 86_400_000;
/// Between two sweepings.
const PAUSE: Duration = Duration::from_mins(10);
/// Rows at once.
const BATCH: usize = 50;

/// Starts the sweeping.
pub(super) fn start(app: &App) {
    let app = app.clone();
    app.tasks.clone().spawn("media.sweep", async move {
        loop {
            if let Err(error) = sweep(&app).await {
                tracing::warn!(%error, "unused media are deleted later");
            }
            tokio::select! {
                () = app.tasks.stopping() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    });
}

/// Deletes all that is due; returns how many uploads and media went. What cannot be deleted now is tried again next
/// time.
pub(super) async fn sweep(app: &App) -> Result<usize> {
    let mut gone = 0;
    while !app.tasks.is_stopping() {
        let now = app.clock.now();
        let close = move |tx: &mut db::Tx<'_>| uploads::store::close_old(tx, now - DAY, now, BATCH);
        let closed = app.db.write_as(Lane::Intake, close).await?;
        // In the lane of people, whose transactions see each other: a medium that is being held now is not unused.
        let unused = app.db.write(move |tx| store::lose_unused(tx, now - DAY, BATCH)).await?;
        let found = closed.len() + unused.len();
        let mut failed = 0;
        for one in closed {
            if let Err(error) = discard(app, one).await {
                tracing::warn!(team = %one.team, upload = %one.id, %error, "an unused upload is deleted later");
                failed += 1;
            }
        }
        for one in unused {
            let (team, id) = (one.team, one.id);
            if let Err(error) = delete(app, one).await {
                tracing::warn!(%team, media = %id, %error, "an unused medium is deleted later");
                failed += 1;
            }
        }
        gone += found - failed;
        if found < BATCH || failed > 0 {
            break;
        }
    }
    if gone > 0 {
        tracing::info!(gone, "unused uploads and media were deleted");
        metrics::counter!("storecast_media_swept_total").increment(gone as u64);
    }
    Ok(gone)
}

/// Deletes a medium that nothing holds: its objects, and last its row.
async fn delete(app: &App, unused: store::Unused) -> Result<()> {
    for path in [Some(unused.path), unused.preview_path].into_iter().flatten() {
        app.media.delete(&path).await?;
    }
    Ok(app.db.write_as(Lane::Intake, move |tx| store::forget(tx, unused.team, unused.id)).await?)
}

/// Deletes all that a closed upload left in the media store, and last its row.
pub(super) async fn discard(app: &App, closed: Closed) -> Result<()> {
    let Closed { team, id, size } = closed;
    for number in 0..uploads::pieces(size) {
        app.media.delete(&uploads::piece_path(team, id, number)).await?;
    }
    if !app.db.read(move |tx| store::is_ours(tx, team, id)).await? {
        for path in uploads::paths(team, id) {
            app.media.delete(&path).await?;
        }
    }
    Ok(app.db.write_as(Lane::Intake, move |tx| uploads::store::forget(tx, team, id)).await?)
}
