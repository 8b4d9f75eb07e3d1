//! Work that comes round and that one server does for all: whoever moves its time does it.

mod store;
#[cfg(test)]
mod store_test;

use crate::{
    App,
    db::{self, Lane},
};

/// Takes this work, if it is due: it is this server's for so long (ms), then due again.
pub(crate) async fn take(app: &App, name: &'static str, lease: i64) -> db::Result<bool> {
    let now = app.clock.now();
    // Most looks find nothing due; they cost no write.
    if !app.db.read(move |tx| store::is_due(tx, name, now)).await? {
        return Ok(false);
    }
    app.db.write_as(Lane::Engine, move |tx| store::take(tx, name, now, now + lease)).await
}

/// It is due again after this (ms): it is done, or this server goes on with it.
pub(crate) async fn put_off(app: &App, name: &'static str, after: i64) -> db::Result<()> {
    let due_at = app.clock.now() + after;
    app.db.write_as(Lane::Engine, move |tx| store::put_off(tx, name, due_at)).await
}
