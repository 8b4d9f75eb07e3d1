//! Whether the server lives, and whether it can serve.

use std::{borrow::Cow, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::App;

/// `/healthz` and `/readyz`.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

/// How long the database may take to answer, at most.
const DATABASE: Duration = Duration::from_secs(5);

/// Ready: the database answers, reading and writing, no task has died or stands still while work waits, and the server
/// is not stopping. A platform that is away, or a full disk, is no reason to take a server out of service.
async fn ready(State(app): State<App>) -> (StatusCode, Cow<'static, str>) {
    match trouble(&app).await {
        Some(trouble) => (StatusCode::SERVICE_UNAVAILABLE, trouble),
        None => (StatusCode::OK, "ready\n".into()),
    }
}

/// Why this server cannot serve.
async fn trouble(app: &App) -> Option<Cow<'static, str>> {
    if app.tasks.is_stopping() {
        return Some("stopping\n".into());
    }
    if app.tasks.has_died() {
        return Some("a background task died: restart the server, and see its log\n".into());
    }
    let patience = Duration::from_millis(app.config.health.stuck_ms);
    match tokio::time::timeout(patience.min(DATABASE), app.db.ping()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            return Some("the database does not answer\n".into());
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            return Some("the database does not answer in time\n".into());
        }
    }
    let stuck = app.tasks.stuck(patience)?;
    tracing::warn!(task.name = stuck, "not ready: work waits and does not go on");
    Some(format!("work waits and does not go on: {stuck}; see the log\n").into())
}
