//! The stream itself: server-sent events over the bearer header, so that web and native builds read it alike.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderName, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use shared::{call::Call, live::WatchEvents};
use tokio::time::Instant;

use crate::{
    App,
    http::mount::{Api, bearer},
    members,
    refused::Refused,
};

/// How often a comment shows that the stream is alive, to the client and to proxies in between.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Tells a proxy of nginx's kind to pass each event on at once.
const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Mounts it.
pub fn routes(api: Api) -> Api {
    api.raw::<WatchEvents, _, _>(watch)
}

async fn watch(State(app): State<App>, request: Request) -> Result<Response, Refused> {
    let (caller, expires_at) = members::authenticate_until(&app, bearer(&request)).await?;
    caller.require(WatchEvents::NEEDS)?;
    app.limits.check_events(caller.member)?;
    let left = Duration::from_millis(u64::try_from(expires_at - app.clock.now()).unwrap_or_default());
    let (end, stopping) = (Instant::now() + left, app.tasks.stop_signal());
    let events = stream::unfold((app.live.listen(caller), stopping), move |(listening, stopping)| async move {
        let event = tokio::select! {
            event = listening.next() => event?,
            () = tokio::time::sleep_until(end) => return None,
            () = stopping.cancelled() => return None,
        };
        // An event of a kind and an id can always be written.
        let written = Event::default().json_data(event).ok()?;
        Some((Ok::<_, Infallible>(written), (listening, stopping)))
    });
    let head = [(header::CACHE_CONTROL, "no-store"), (NO_BUFFERING, "no")];
    Ok((head, Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))).into_response())
}
