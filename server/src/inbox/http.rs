//! `POST /webhooks/line/{channel}`; `GET` and `POST /webhooks/whatsapp/{app}`.

use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use shared::{
    id::{ChannelId, WhatsappAppId},
    limits::Platform,
    problem::{Problem, Rule, What},
};

use super::{NotTaken, line, whatsapp};
use crate::{App, platforms, refused::Refused};

/// The query field that Meta shows the verify token in.
const VERIFY_TOKEN: &str = "hub.verify_token";

/// The whole body must be there after this; the platforms themselves wait for seconds only.
const BODY_TIME: Duration = Duration::from_secs(30);

/// The routes of webhooks.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/webhooks/line/{channel}", post(take_line))
        .route("/webhooks/whatsapp/{app}", get(verify_whatsapp).post(take_whatsapp))
}

async fn take_line(State(app): State<App>, Path(channel): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let taken = async {
        let channel: ChannelId = channel.parse().map_err(|_| NotTaken::NoChannel)?;
        let signature = signature(&headers, Platform::Line);
        // Nobody's bytes are read without a channel and a signature to hold them against.
        line::expected(&app, channel, signature).await?;
        let body = read(body, platforms::line::webhook::BODY_LIMIT).await?;
        line::take(&app, channel, signature, &body).await
    };
    answer(taken.await, Platform::Line)
}

async fn take_whatsapp(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let taken = async {
        let id: WhatsappAppId = id.parse().map_err(|_| NotTaken::NoChannel)?;
        let signature = signature(&headers, Platform::Whatsapp);
        whatsapp::expected(&app, id, signature).await?;
        let body = read(body, platforms::whatsapp::webhook::BODY_LIMIT).await?;
        whatsapp::take(&app, id, signature, &body).await
    };
    answer(taken.await, Platform::Whatsapp)
}

/// What Meta asks before it sends anything to an address.
#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "hub.mode", default)]
    mode: String,
    #[serde(rename = "hub.verify_token", default)]
    verify_token: String,
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// Answers exactly the challenge to who knows the verify token.
async fn verify_whatsapp(State(app): State<App>, Path(id): Path<String>, Query(asked): Query<Asked>) -> Response {
    let verified = async {
        let id: WhatsappAppId = id.parse().map_err(|_| NotTaken::NoChannel)?;
        whatsapp::verify(&app, id, &asked.verify_token).await?;
        if asked.mode == "subscribe" { Ok(()) } else { Err(NotTaken::WrongToken) }
    };
    match verified.await {
        Ok(()) => asked.challenge.into_response(),
        refused => answer(refused, Platform::Whatsapp),
    }
}

/// The header that a platform signs the body in, and the field that refusals name.
fn signature_header(platform: Platform) -> &'static str {
    match platform {
        Platform::Line => "x-line-signature",
        Platform::Whatsapp => "x-hub-signature-256",
    }
}

fn signature(headers: &HeaderMap, platform: Platform) -> Option<&str> {
    headers.get(signature_header(platform)).and_then(|value| value.to_str().ok())
}

async fn read(body: Body, limit: usize) -> Result<Bytes, NotTaken> {
    let Ok(body) = tokio::time::timeout(BODY_TIME, to_bytes(body, limit)).await else { return Err(NotTaken::Slow) };
    body.map_err(|_| NotTaken::Fault(Refused::from(Problem::TooLarge { limit: limit as u64 })))
}

/// The platforms read the status only; the problem is for whoever sets the webhook up.
fn answer(taken: Result<(), NotTaken>, platform: Platform) -> Response {
    let Err(why) = taken else { return StatusCode::OK.into_response() };
    let malformed = |field, expected: String| Problem::invalid(field, Rule::Malformed { expected });
    let header = signature_header(platform);
    let (status, problem) = match why {
        NotTaken::NoSignature => (StatusCode::UNAUTHORIZED, Problem::invalid(header, Rule::Required)),
        NotTaken::WrongSignature => {
            let expected = match platform {
                Platform::Line => "the base64 of HMAC-SHA256 over the body, under the channel's secret",
                Platform::Whatsapp => "sha256= and the hexadecimal HMAC-SHA256 over the body, under the app's secret",
            };
            (StatusCode::FORBIDDEN, malformed(header, expected.into()))
        }
        NotTaken::WrongToken => {
            let expected = "the verify token of the app, with hub.mode=subscribe";
            (StatusCode::FORBIDDEN, malformed(VERIFY_TOKEN, expected.into()))
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
#[cfg(test)]
#[path = "whatsapp_test.rs"]
mod whatsapp_tests;
