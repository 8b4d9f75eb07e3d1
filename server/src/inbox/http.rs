//! `POST /webhooks/line/{channel}`.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use shared::id::ChannelId;

use super::NotTaken;
use crate::{App, platforms::line::webhook::BODY_LIMIT};

/// The routes of webhooks.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/webhooks/line/{channel}", post(line))
}

async fn line(State(app): State<App>, Path(channel): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let Ok(channel) = channel.parse::<ChannelId>() else { return StatusCode::NOT_FOUND.into_response() };
    // Nobody else's bytes are read to the end without a signature to hold them against.
    let signature = headers.get("x-line-signature").and_then(|value| value.to_str().ok());
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    match super::take_line(&app, channel, signature, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(NotTaken::NoChannel) => StatusCode::NOT_FOUND.into_response(),
        Err(NotTaken::NoSignature) => StatusCode::UNAUTHORIZED.into_response(),
        Err(NotTaken::WrongSignature) => StatusCode::FORBIDDEN.into_response(),
        Err(NotTaken::Unreadable(_) | NotTaken::WrongDestination) => StatusCode::BAD_REQUEST.into_response(),
        Err(NotTaken::Fault(fault)) => fault.into_response(),
    }
}

#[cfg(test)]
#[path = "http_test.rs"]
mod tests;
