//! The Messaging API over HTTP: who calls, limits and faults, then the endpoint (providers.md A1, A4).

use std::{borrow::Cow, sync::Arc, sync::atomic::Ordering, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    LineWorld,
    channel::{Channel, Remembered},
    check::Detail,
    endpoint::Endpoint,
    send,
};
use crate::{
    calls::{self, Arrival, CallEnd, Open},
    faults::FaultKind,
    ledger::Platform,
    serve::{bad_gateway, ended, no_answer},
    sync::{lock, read},
};

const MOST_BODY: usize = 2 * 1024 * 1024;
/// A body that is too big is read up to here, so that the caller sees the 413 and no broken pipe.
const MOST_READ: usize = 32 * 1024 * 1024;

pub(super) const REQUEST_ID: &str = "x-line-request-id";
const ACCEPTED_ID: &str = "x-line-accepted-request-id";

/// A refused call.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    /// Counted under this in the statistics.
    pub reason: &'static str,
    pub message: Cow<'static, str>,
    pub details: Vec<Detail>,
    /// For 409: what was accepted.
    pub accepted: Option<Remembered>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, reason, message: message.into(), details: Vec::new(), accepted: None }
    }

    pub(super) fn bad(reason: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason, message)
    }

    pub(super) fn body(details: Vec<Detail>) -> Self {
        let message = format!("The request body has {} error(s)", details.len());
        Self { details, ..Self::bad("invalid_body", message) }
    }

    pub(super) fn property(name: &str) -> Self {
        let message = format!("The property, {name}, in the request body is invalid (line: -, column: -)");
        Self::bad("invalid_property", message)
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found")
    }

    pub(super) fn monthly_limit() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "monthly_limit", "You have reached your monthly limit.")
    }

    fn rate_limit() -> Self {
        let message = "The API rate limit has been exceeded. Try again later.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit", message)
    }

    fn unauthorized(why: &str) -> Self {
        let message = format!("Authentication failed due to the following reason: {why}");
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    fn into_response(self) -> Response {
        let mut body = json!({ "message": self.message });
        if !self.details.is_empty() {
            body["details"] = json!(self.details);
        }
        let mut response = (self.status, axum::Json(&body)).into_response();
        if let Some(accepted) = self.accepted {
            let sent = send::sent_messages(accepted.first_message_id, accepted.messages, accepted.quotable);
            let body = format!("{{\"message\":\"{}\",{}", self.message, &sent[1..]);
            *response.body_mut() = Body::from(body);
            response.headers_mut().remove(header::CONTENT_LENGTH);
            response.headers_mut().insert(ACCEPTED_ID, uuid_header(accepted.request_id));
        }
        response
    }
}

fn uuid_header(id: Uuid) -> HeaderValue {
    let mut text = [0; 36];
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).unwrap_or(HeaderValue::from_static("-"))
}

/// A call that has got as far as its endpoint.
pub(super) struct Call<'a> {
    pub channel: Arc<Channel>,
    pub endpoint: Endpoint,
    /// The part of the path that varies.
    pub rest: &'a str,
    pub method: &'a Method,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub raw: Bytes,
    pub body: Value,
    pub request_id: Uuid,
}

/// Everything below `/v2/bot/`.
pub(crate) async fn api(State(world): State<LineWorld>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = world.request_id();
    let mut response = world.take(&parts, body, request_id).await.unwrap_or_else(Refusal::into_response);
    response.headers_mut().insert(REQUEST_ID, uuid_header(request_id));
    response
}

impl LineWorld {
    async fn take(&self, parts: &Parts, body: Body, request_id: Uuid) -> Result<Response, Refusal> {
        let raw = to_bytes(body, MOST_READ).await;
        let channel = self.authenticate(&parts.headers)?;
        channel.counters.received.fetch_add(1, Ordering::Relaxed);
        let kept = raw.as_ref().ok().and_then(|raw| self.take_down(&channel, parts, raw));
        let result = self.take_for(&channel, parts, raw.ok(), request_id).await;
        if let Err(refusal) = &result {
            channel.counters.refuse(refusal.reason);
        }
        if let Some(kept) = kept {
            let end = match &result {
                Ok(response) => ended(response),
                Err(Refusal { status, reason, .. }) => {
                    CallEnd::Answered { status: status.as_u16(), reason: Some((*reason).to_owned()), code: None }
                }
            };
            kept.end(self.0.common.clock.now_us(), end);
        }
        result
    }

    /// Takes a call down that is to bring a message, where calls are kept.
    fn take_down(&self, channel: &Channel, parts: &Parts, raw: &Bytes) -> Option<Open> {
        let calls = self.0.common.calls.as_ref()?;
        let path = parts.uri.path().strip_prefix("/v2/bot/")?;
        let (endpoint, _) = Endpoint::of(&parts.method, path)?;
        if !matches!(endpoint, Endpoint::Push | Endpoint::Multicast | Endpoint::Reply) {
            return None;
        }
        let body: Value = serde_json::from_slice(raw).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let users = match &body["to"] {
            Value::Array(many) => many.iter().filter_map(text).collect(),
            one => text(one).into_iter().collect(),
        };
        let key = parts.headers.get(send::RETRY_KEY).and_then(|key| key.to_str().ok());
        Some(calls.begin(Arrival {
            platform: Platform::Line,
            channel: channel.name.clone(),
            endpoint: endpoint.name(),
            door: calls::door(parts.headers.get(header::HOST)),
            users,
            retry_key: key.map(str::to_owned),
            callback: None,
            at_us: self.0.common.clock.now_us(),
            body: raw,
        }))
    }

    async fn take_for(
        &self,
        channel: &Arc<Channel>,
        parts: &Parts,
        raw: Option<Bytes>,
        request_id: Uuid,
    ) -> Result<Response, Refusal> {
        let path = parts.uri.path().strip_prefix("/v2/bot/").unwrap_or_default();
        let (endpoint, rest) = Endpoint::of(&parts.method, path).ok_or_else(Refusal::not_found)?;
        let in_time = {
            let limit = channel.settings().limit(endpoint);
            let mut window = lock(channel.window(endpoint));
            window.admit(self.0.common.clock.now_us(), limit)
        };
        let body = raw.as_ref().map_or(Ok(Value::Null), |raw| parse(parts, raw));
        let decision = self.0.faults.decide(&channel.name, endpoint.name(), |user| match &body {
            Ok(body) => addresses(&body["to"], user) || rest == user,
            Err(_) => false,
        });
        // Half before and half after: a caller that gives up in between does not know whether it was accepted.
        let half = decision.delay / 2;
        if !half.is_zero() {
            tokio::time::sleep(half).await;
        }
        if let Some(failure) = decision.failure
            && let Some(response) = fail(channel, failure).await
        {
            return response;
        }
        if !in_time {
            return Err(Refusal::rate_limit());
        }
        let raw = raw
            .filter(|raw| raw.len() <= MOST_BODY)
            .ok_or_else(|| Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The request body exceeds 2 MB"))?;
        let call = Call {
            channel: channel.clone(),
            endpoint,
            rest,
            method: &parts.method,
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            raw,
            body: body?,
            request_id,
        };
        let answer = match endpoint {
            Endpoint::Push | Endpoint::Multicast => self.send(&call),
            Endpoint::Reply => self.reply(&call),
            Endpoint::Validate => self.validate(&call),
            _ => self.look_up(&call).await,
        };
        if !half.is_zero() {
            tokio::time::sleep(half).await;
        }
        if let Some(FaultKind::TimeoutAfter { hold_ms }) = decision.failure {
            tokio::time::sleep(Duration::from_millis(hold_ms)).await;
            channel.counters.refuse("fault_timeout_after");
            return Ok(no_answer());
        }
        answer
    }

    fn authenticate(&self, headers: &HeaderMap) -> Result<Arc<Channel>, Refusal> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|given| given.strip_prefix("Bearer ")).ok_or_else(|| {
            Refusal::unauthorized(
                "invalid header. Confirm that the authorization header is Bearer and an access token.",
            )
        })?;
        read(&self.0.channels).by_token.get(token).cloned().ok_or_else(|| {
            Refusal::unauthorized("invalid token. Confirm that the access token in the authorization header is valid.")
        })
    }
}

/// The body as JSON; GET has none, and the webhook test may have none.
fn parse(parts: &Parts, raw: &Bytes) -> Result<Value, Refusal> {
    if parts.method == Method::GET || (raw.is_empty() && parts.uri.path().ends_with("/webhook/test")) {
        return Ok(Value::Null);
    }
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let message = format!("The content type, {kind}, is not supported");
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message));
    }
    let body: Value = serde_json::from_slice(raw).map_err(|error| {
        let message = format!(
            "The request body could not be parsed as JSON (line: {}, column: {})",
            error.line(),
            error.column()
        );
        Refusal::bad("invalid_json", message)
    })?;
    if body.is_object() {
        Ok(body)
    } else {
        Err(Refusal::bad("invalid_json", "The request body must be a JSON object"))
    }
}

fn addresses(to: &Value, user: &str) -> bool {
    match to {
        Value::String(one) => one == user,
        Value::Array(many) => many.iter().any(|one| one == user),
        _ => false,
    }
}

/// The answer of a fault, or None when the call is to go on.
async fn fail(channel: &Channel, failure: FaultKind) -> Option<Result<Response, Refusal>> {
    let refused = |refusal: Refusal, reason: &'static str| Some(Err(Refusal { reason, ..refusal }));
    match failure {
        FaultKind::RateLimit => refused(Refusal::rate_limit(), "fault_rate_limit"),
        FaultKind::MonthlyLimit => refused(Refusal::monthly_limit(), "fault_monthly_limit"),
        FaultKind::Unauthorized => refused(Refusal::unauthorized("expired token."), "fault_unauthorized"),
        FaultKind::ServerError => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            refused(Refusal::new(status, "", "Internal Server Error"), "fault_server_error")
        }
        FaultKind::BadGateway => {
            channel.counters.refuse("fault_bad_gateway");
            Some(Ok(bad_gateway()))
        }
        FaultKind::TimeoutBefore { hold_ms } => {
            tokio::time::sleep(Duration::from_millis(hold_ms)).await;
            channel.counters.refuse("fault_timeout_before");
            Some(Ok(no_answer()))
        }
        FaultKind::TimeoutAfter { .. }
        | FaultKind::Slow { .. }
        | FaultKind::SlowRange { .. }
        | FaultKind::Graph { .. }
        | FaultKind::Statuses(_) => None,
    }
}
