//! The Graph API over HTTP: who calls about what, limits and faults, then the endpoint (providers.md B1).

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::to_bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use bytes::Bytes;
use serde_json::Value;

use super::{
    StatusPlan, WhatsappWorld,
    account::{Endpoint, Number, Waba},
    check::To,
    errors::GraphError,
    media,
};
use crate::{
    calls::{self, Arrival, Open},
    chance,
    faults::FaultKind,
    ledger::Platform,
    rate::Limit,
    serve::{bad_gateway, ended, no_answer},
    sync::{lock, read},
};

/// A document of 100 MB, and what is around it.
const MOST_BODY: usize = 101 * 1024 * 1024;
/// Versions that answer in November 2026; the older ones are gone.
const VERSIONS: std::ops::RangeInclusive<u32> = 21..=26;

pub(crate) fn router(world: WhatsappWorld) -> Router {
    Router::new().route("/{version}/{*path}", any(graph)).route(media::PATH, get(media::download)).with_state(world)
}

/// A call that has got as far as its endpoint.
pub(super) struct Call<'a> {
    pub waba: Arc<Waba>,
    /// The major version that was called.
    pub version: u32,
    /// The `host` header, for addresses of this sandbox.
    pub host: &'a str,
    /// The path below `/{version}/`.
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub raw: Bytes,
    /// Null unless it is JSON.
    pub body: Value,
}

/// What a call is about.
struct Target<'a> {
    waba: Arc<Waba>,
    number: Option<Arc<Number>>,
    endpoint: Endpoint,
    id: &'a str,
}

async fn graph(
    State(world): State<WhatsappWorld>,
    Path((version, path)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some((major, minor)) = version.strip_prefix('v').and_then(|version| version.split_once('.')) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let trace = world.trace();
    let major = major.parse().ok().filter(|major| VERSIONS.contains(major) && minor == "0");
    let (parts, body) = request.into_parts();
    // Read in any case, so that the caller sees the answer and no broken pipe.
    let raw = to_bytes(body, MOST_BODY).await;
    let answer = match (major, raw) {
        (None, _) => Err(GraphError::unknown_path(&format!("{version}/{path}"))),
        (_, Err(_)) => Err(GraphError::with(100, "The request is too large")),
        (Some(major), Ok(raw)) => world.take(&parts, major, &path, raw).await,
    };
    let mut response = answer.unwrap_or_else(|error| error.into_response(&trace));
    if let Ok(version) = HeaderValue::from_str(&version) {
        response.headers_mut().insert("facebook-api-version", version);
    }
    response
}

impl WhatsappWorld {
    /// A new `fbtrace_id`.
    pub(super) fn trace(&self) -> String {
        const TRACE: u64 = 0x74_72_61_63_65;
        format!("A{:.22}", chance::token(TRACE, self.fresh()))
    }

    async fn take(&self, parts: &Parts, version: u32, path: &str, raw: Bytes) -> Result<Response, GraphError> {
        let wabas = self.authenticate(&parts.headers)?;
        let target = self.target(&parts.method, path, &wabas, &raw)?;
        let body = if is_json(&parts.headers) { serde_json::from_slice(&raw).unwrap_or_default() } else { Value::Null };
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let call = Call {
            waba: target.waba.clone(),
            version,
            host,
            path,
            query: parts.uri.query().unwrap_or_default(),
            headers: &parts.headers,
            raw,
            body,
        };
        let recipient = self.recipient(&call.waba, &call.body);
        let kept = target.number.as_ref().filter(|_| target.endpoint == Endpoint::Messages);
        let kept = kept.and_then(|number| self.take_down(&call, number, &recipient));
        let work = self.serve_at(
            &target.waba,
            target.number.as_ref(),
            target.endpoint,
            Some(&recipient),
            async |plan| match (target.endpoint, &target.number) {
                (Endpoint::Messages, Some(number)) => self.messages(&call, number, plan).await,
                (Endpoint::MarkRead, Some(number)) => self.mark_read(&call, number),
                (Endpoint::MediaUpload, _) => self.upload(&call).await,
                (Endpoint::Templates, _) => call.list_templates(),
                (Endpoint::Number, Some(number)) => Ok(call.show_number(number)),
                (Endpoint::MediaDelete, _) => self.delete_medium(&call, target.id),
                _ => self.show_medium(&call, target.id),
            },
        );
        let result = work.await;
        if let Some(kept) = kept {
            let end = match &result {
                Ok(response) => ended(response),
                Err(error) => error.ended(),
            };
            kept.end(self.0.common.clock.now_us(), end);
        }
        result
    }

    /// Takes a call down that is to bring a message, where calls are kept.
    fn take_down(&self, call: &Call<'_>, number: &Number, recipient: &Recipient) -> Option<Open> {
        let calls = self.0.common.calls.as_ref()?;
        let user = recipient.person.as_ref().map_or(recipient.given.as_str(), |person| &person.id);
        Some(calls.begin(Arrival {
            platform: Platform::Whatsapp,
            channel: number.name.clone(),
            endpoint: Endpoint::Messages.name(),
            door: calls::door(call.headers.get(header::HOST)),
            users: vec![user.to_owned()],
            retry_key: None,
            callback: call.body["biz_opaque_callback_data"].as_str(),
            at_us: self.0.common.clock.now_us(),
            body: &call.raw,
        }))
    }

    /// Counts a call, lets the faults in force have their way, then does it.
    pub(super) async fn serve_at(
        &self,
        waba: &Waba,
        number: Option<&Arc<Number>>,
        endpoint: Endpoint,
        recipient: Option<&Recipient>,
        work: impl AsyncFnOnce(Option<StatusPlan>) -> Result<Response, GraphError>,
    ) -> Result<Response, GraphError> {
        let spec = waba.spec();
        let (name, meter) = match number {
            Some(number) => (&*number.name, &number.meter),
            None => (spec.id.as_str(), &waba.meter),
        };
        let now_us = self.0.common.clock.now_us();
        meter.admit(endpoint, now_us, None);
        let limit = spec.template_calls_per_hour.map(Limit::per_hour);
        let in_time = endpoint != Endpoint::Templates || lock(&waba.listed).admit(now_us, limit);
        let addresses = |user: &str| recipient.is_some_and(|recipient| recipient.is(user));
        let decision = self.0.faults.decide(name, endpoint.name(), addresses);
        // Half before and half after: a caller that gives up in between does not know whether it was accepted.
        let half = decision.delay / 2;
        pause(half).await;
        let refuse = |error: GraphError| {
            meter.counters.refuse(error.reason());
            error
        };
        match decision.failure {
            Some(FaultKind::BadGateway) => {
                meter.counters.refuse("fault_bad_gateway");
                return Ok(bad_gateway());
            }
            Some(FaultKind::TimeoutBefore { hold_ms }) => {
                pause(Duration::from_millis(hold_ms)).await;
                meter.counters.refuse("fault_timeout_before");
                return Ok(no_answer());
            }
            Some(failure) => {
                if let Some(error) = ordered(failure) {
                    return Err(refuse(error));
                }
            }
            None => {}
        }
        if !in_time {
            return Err(refuse(GraphError::code(80_007)));
        }
        let answer = work(decision.statuses).await.map_err(refuse);
        pause(half).await;
        if let Some(FaultKind::TimeoutAfter { hold_ms }) = decision.failure {
            pause(Duration::from_millis(hold_ms)).await;
            meter.counters.refuse("fault_timeout_after");
            return Ok(no_answer());
        }
        answer
    }

    /// The business accounts of a token.
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<Vec<Arc<Waba>>, GraphError> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|given| given.strip_prefix("Bearer "));
        let token =
            token.ok_or_else(|| GraphError::token("An access token is required to request this resource.", None))?;
        let registry = read(&self.0.registry);
        let wabas: Vec<_> = registry.wabas.values().filter(|waba| waba.spec().token == token).cloned().collect();
        if wabas.is_empty() {
            return Err(GraphError::token("Invalid OAuth access token - Cannot parse access token", None));
        }
        Ok(wabas)
    }

    fn target<'a>(
        &self,
        method: &Method,
        path: &'a str,
        wabas: &[Arc<Waba>],
        raw: &Bytes,
    ) -> Result<Target<'a>, GraphError> {
        let (id, edge) = path.trim_end_matches('/').split_once('/').unwrap_or((path.trim_end_matches('/'), ""));
        let missing = || GraphError::no_object(method.as_str(), id);
        let number = self.number_by_id(id);
        let waba_id = number.as_ref().map(|number| number.spec().waba.clone());
        let is_read = || serde_json::from_slice::<Value>(raw).is_ok_and(|body| body["status"] == "read");
        let endpoint = match (method.as_str(), edge) {
            ("POST", "messages") if is_read() => Endpoint::MarkRead,
            ("POST", "messages") => Endpoint::Messages,
            ("POST", "media") => Endpoint::MediaUpload,
            ("GET", "message_templates") => Endpoint::Templates,
            ("GET", "") if number.is_some() => Endpoint::Number,
            ("GET", "") => Endpoint::Media,
            ("DELETE", "") => Endpoint::MediaDelete,
            (_, "" | "messages" | "media" | "message_templates") => return Err(missing()),
            _ => return Err(GraphError::unknown_path(path)),
        };
        let owner = match endpoint {
            Endpoint::Messages | Endpoint::MarkRead | Endpoint::MediaUpload | Endpoint::Number => waba_id,
            Endpoint::Templates => Some(id.to_owned()),
            Endpoint::Media | Endpoint::MediaDelete | Endpoint::MediaDownload => {
                id.parse().ok().and_then(|id| self.medium(id)).map(|medium| medium.waba)
            }
        };
        let owner = owner.ok_or_else(missing)?;
        let waba = wabas.iter().find(|waba| waba.spec().id == owner).cloned().ok_or_else(missing)?;
        Ok(Target { waba, number, endpoint, id })
    }

    /// Whom a body is for, as faults ask.
    fn recipient(&self, waba: &Waba, body: &Value) -> Recipient {
        let given = [&body["to"], &body["recipient"]].into_iter().find_map(Value::as_str).unwrap_or_default();
        let person = self.portfolio_of(&waba.spec()).find(given);
        Recipient { given: given.to_owned(), person }
    }
}

/// The recipient of a call.
pub(super) struct Recipient {
    given: String,
    person: Option<Arc<super::customer::Customer>>,
}

impl Recipient {
    fn is(&self, user: &str) -> bool {
        self.given == user || self.person.as_ref().is_some_and(|person| person.answers_to(user))
    }
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// The refusal that was ordered, or None when the call is to go on.
fn ordered(failure: FaultKind) -> Option<GraphError> {
    let (error, reason) = match failure {
        FaultKind::RateLimit => (GraphError::code(130_429), "fault_rate_limit"),
        FaultKind::ServerError => (GraphError::code(131_000), "fault_server_error"),
        FaultKind::Unauthorized => {
            let message = "Error validating access token: The session has expired.";
            (GraphError::token(message, Some(463)), "fault_unauthorized")
        }
        FaultKind::Graph { code } => (GraphError::code(code), "fault_graph"),
        _ => return None,
    };
    Some(error.counted_as(reason))
}

impl To {
    /// The key by which the person is found.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Phone(digits) => format!("+{digits}"),
            Self::Bsuid(id) => id.clone(),
        }
    }
}
