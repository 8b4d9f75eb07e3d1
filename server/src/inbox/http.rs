//! `POST /webhooks/line/{channel}`.

use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use shared::{
    id::ChannelId,
    problem::{Problem, Rule, What},
};

use super::NotTaken;
use crate::{App, platforms::line::webhook::BODY_LIMIT, refused::Refused};

/// The header that LINE signs the body in, and the field that refusals name.
const SIGNATURE: &str = "x-line-signature";

/// The whole body must be there after this; LINE itself waits for seconds only.
const BODY_TIME: Duration = Duration::from_secs(30);

/// The routes of webhooks.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/webhooks/line/{channel}", post(line))
}

async fn line(State(app): State<App>, Path(channel): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let Ok(channel) = channel.parse::<ChannelId>() else { return refused(NotTaken::NoChannel) };
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    // Nobody's bytes are read without a channel and a signature to hold them against.
    if let Err(why) = super::expected(&app, channel, signature).await {
        return refused(why);
    }
    let Ok(body) = tokio::time::timeout(BODY_TIME, to_bytes(body, BODY_LIMIT)).await else {
        return refused(NotTaken::Slow);
    };
    let Ok(body) = body else {
        return Refused::from(Problem::TooLarge { limit: BODY_LIMIT as u64 }).into_response();
    };
    match super::take_line(&app, channel, signature, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(why) => refused(why),
    }
}

/// LINE reads the status only; the problem is for whoever sets the webhook up.
fn refused(why: NotTaken) -> Response {
    let malformed = |field, expected: String| Problem::invalid(field, Rule::Malformed { expected });
    let (status, problem) = match why {
        NotTaken::NoSignature => (StatusCode::UNAUTHORIZED, Problem::invalid(SIGNATURE, Rule::Required)),
        NotTaken::WrongSignature => {
            let expected = "the base64 of HMAC-SHA256 over the body, under the channel's secret";
            (StatusCode::FORBIDDEN, malformed(SIGNATURE, expected.into()))
        }
        NotTaken::Slow => (StatusCode::REQUEST_TIMEOUT, malformed("body", "a whole body".into())),
        NotTaken::Unreadable(why) => (StatusCode::BAD_REQUEST, malformed("body", why.to_string())),
        NotTaken::WrongDestination => {
            (StatusCode::BAD_REQUEST, Problem::invalid("destination", Rule::Unknown { count: 1 }))
        }
        NotTaken::NoChannel => (StatusCode::NOT_FOUND, Problem::missing(What::Channel)),
        NotTaken::Fault(fault) => return fault.into_response(),
    };
    (status, Json(problem)).into_response()
}

#[cfg(test)]
#[path = "http_test.rs"]
mod tests;
