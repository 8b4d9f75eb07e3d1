//! What is kept for how long: bodies of webhooks, recipients of sends, who did what. One server at a time deletes, in
//! small pieces with rests between, so that nobody waits for it; stopped anywhere, the next round goes on.

mod store;
#[cfg(test)]
mod store_test;

use std::time::{Duration, Instant};

use crate::{
    App, chores, contacts,
    db::{self, Lane},
    inbox,
    live::News,
    refused::Result,
};

/// The work, as servers share it.
const CHORE: &str = "retention";
/// Between two looks whether it is due.
const LOOK: Duration = Duration::from_mins(1);
/// How long it is one server's, in milliseconds; it is taken again as long as it lasts.
const LEASE: i64 = 300_000;
/// When it is due again after all is done, in milliseconds.
const AGAIN: i64 = 3_600_000;
/// Pieces until the lease is taken again.
const ROUND: usize = 200;
/// Recipients of a piece: some 10 ms of SQLite's writer.
const PEOPLE: usize = 200;
/// Acts of a piece.
const ACTS: usize = 500;
/// A rest after each piece is so many times as long as the piece took, so that others have most of the writer.
const REST: u32 = 4;
/// In milliseconds.
const DAY: i64 = 86_400_000;
/// After so many days no platform repeats an event any more (providers.md A2, B5).
const REPEATED: i64 = 8;

/// What is deleted, in this order.
#[derive(Debug, Clone, Copy)]
enum Piece {
    Bodies,
    ErasedKeys,
    Recipients { kind: &'static str },
    Acts,
}

const PIECES: [Piece; 6] = [
    Piece::Bodies,
    Piece::ErasedKeys,
    Piece::Recipients { kind: "group_message" },
    Piece::Recipients { kind: "group_template" },
    Piece::Recipients { kind: "broadcast" },
    Piece::Acts,
];

/// Starts deleting what is old, and finishing what people asked to be forgotten.
pub fn start(app: &App) {
    let app = app.clone();
    app.tasks.clone().spawn("retention", async move {
        loop {
            if let Err(error) = look(&app).await {
                tracing::warn!(%error, "what is old is deleted later");
            }
            tokio::select! {
                () = app.tasks.stopping() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// Does what is due, if no other server does; returns how many rows went.
pub async fn look(app: &App) -> Result<u64> {
    if !chores::take(app, CHORE, LEASE).await? {
        return Ok(0);
    }
    contacts::erasure::finish_all(app).await?;
    let (mut gone, mut pieces) = (0, 0);
    for piece in PIECES {
        while !app.tasks.is_stopping() {
            let began = Instant::now();
            let deleted = delete(app, piece).await?;
            if deleted == 0 {
                break;
            }
            gone += deleted;
            pieces += 1;
            if pieces % ROUND == 0 {
                chores::put_off(app, CHORE, LEASE).await?;
            }
            tokio::select! {
                () = app.tasks.stopping() => {}
                () = tokio::time::sleep(began.elapsed() * REST) => {}
            }
        }
    }
    chores::put_off(app, CHORE, if app.tasks.is_stopping() { 0 } else { AGAIN }).await?;
    if gone > 0 {
        tracing::info!(gone, "what was kept long enough was deleted");
        metrics::counter!("storecast_retention_deleted_total").increment(gone);
    }
    Ok(gone)
}

/// Deletes one piece; returns how many rows went, 0 where nothing is old any more.
async fn delete(app: &App, piece: Piece) -> db::Result<u64> {
    let keep = &app.config.retention;
    let before = |days: u32| app.clock.now() - i64::from(days) * DAY;
    match piece {
        Piece::Bodies => inbox::forget_bodies(app, before(keep.webhook_days)).await,
        Piece::ErasedKeys => inbox::forget_erased(app, app.clock.now() - REPEATED * DAY).await,
        Piece::Recipients { kind } => {
            let days = if kind == "broadcast" { keep.broadcast_days } else { keep.group_send_days };
            recipients(app, kind, before(days)).await
        }
        Piece::Acts => {
            let before = before(keep.audit_days);
            app.db.write_as(Lane::Engine, move |tx| store::delete_acts(tx, before, ACTS)).await
        }
    }
}

/// Deletes a piece of the recipients of the send that ended first of those that ended before this (UTC ms). With its
/// last, the send is marked: its figures are all that is left. That counts as a row too, so that the next one follows.
async fn recipients(app: &App, kind: &'static str, before: i64) -> db::Result<u64> {
    let found = app.db.read(move |tx| {
        let Some((team, campaign)) = store::oldest(tx, kind, before)? else { return Ok(None) };
        Ok::<_, db::Error>(Some((team, campaign, store::recipients(tx, team, campaign, PEOPLE)?)))
    });
    let Some((team, campaign, ids)) = found.await? else { return Ok(0) };
    let now = app.clock.now();
    let written = app.db.write_as(Lane::Engine, move |tx| {
        // Somebody may have sent to some of them again since.
        if store::oldest(tx, kind, before)? != Some((team, campaign)) {
            return Ok(0);
        }
        if !ids.is_empty() {
            return store::delete(tx, team, campaign, &ids);
        }
        store::mark(tx, team, campaign, now)?;
        tx.tell(News::of(team, campaign));
        Ok(1)
    });
    written.await
}
