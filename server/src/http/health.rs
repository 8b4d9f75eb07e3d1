//! Whether the server lives, and whether it can serve.

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::App;

/// `/healthz` and `/readyz`.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

/// Ready: the database answers, no task has died, and the server is not stopping.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.tasks.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if app.tasks.has_died() {
        return (StatusCode::SERVICE_UNAVAILABLE, "a background task died: restart the server, and see its log\n");
    }
    if let Err(error) = app.db.ping().await {
        tracing::warn!(%error, "not ready: the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n");
    }
    (StatusCode::OK, "ready\n")
}
