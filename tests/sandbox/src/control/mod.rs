//! The control API under `/_sandbox/`: the library's face for other processes and browser tests.

mod faults;
mod line;
mod whatsapp;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    Common, WorldError,
    calls::Calls,
    ledger::{Entry, Platform},
    line::LineWorld,
    whatsapp::WhatsappWorld,
};

const MOST_BODY: usize = 64 * 1024 * 1024;

#[derive(Clone)]
struct Control {
    common: Arc<Common>,
    line: LineWorld,
    whatsapp: WhatsappWorld,
}

pub(crate) fn router(common: Arc<Common>, line: LineWorld, whatsapp: WhatsappWorld) -> Router {
    Router::new()
        .route("/_sandbox/ledger.jsonl", get(ledger).delete(clear_ledger))
        .route("/_sandbox/calls.jsonl", get(calls))
        .route("/_sandbox/clock/advance", post(advance))
        .merge(line::routes())
        .merge(faults::routes(Platform::Line, line.orders()))
        .merge(whatsapp::routes())
        .merge(faults::routes(Platform::Whatsapp, whatsapp.orders()))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(Control { common, line, whatsapp })
}

/// A control request that cannot be done, with the reason in words.
enum Problem {
    World(WorldError),
    Body(JsonRejection),
}

impl From<WorldError> for Problem {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

impl From<JsonRejection> for Problem {
    fn from(error: JsonRejection) -> Self {
        Self::Body(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::World(error) => {
                let status = match error {
                    WorldError::UnknownChannel(_) | WorldError::UnknownCustomer(_) | WorldError::Unknown { .. } => {
                        StatusCode::NOT_FOUND
                    }
                    WorldError::Blocked => StatusCode::CONFLICT,
                    WorldError::Invalid { .. } => StatusCode::BAD_REQUEST,
                };
                (status, error.to_string())
            }
            Self::Body(error) => (error.status(), error.body_text()),
        };
        (status, Json(json!({ "error": message }))).into_response()
    }
}

type Answer = Result<Json<Value>, Problem>;
type Body<T> = Result<Json<T>, JsonRejection>;

/// Settings with some fields changed; the one that names them stays.
fn merged<T: Serialize + DeserializeOwned>(
    current: &T,
    changes: Value,
    (field, name): (&str, &str),
) -> Result<T, Problem> {
    let invalid = |error: serde_json::Error| WorldError::invalid("body", error.to_string());
    let mut spec = serde_json::to_value(current).map_err(invalid)?;
    if let Value::Object(changes) = changes {
        for (field, value) in changes {
            spec[field] = value;
        }
    }
    spec[field] = json!(name);
    Ok(serde_json::from_value(spec).map_err(invalid)?)
}

/// Which entries are asked for; what is left out narrows nothing.
#[derive(Deserialize)]
struct Wanted {
    platform: Option<String>,
    channel: Option<String>,
    user: Option<String>,
    callback: Option<String>,
}

impl Wanted {
    fn fits(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, given: &str| wanted.as_deref().is_none_or(|wanted| wanted == given);
        is(&self.platform, &entry.platform)
            && is(&self.channel, &entry.channel)
            && is(&self.user, &entry.user)
            && is(&self.callback, entry.callback.as_deref().unwrap_or_default())
    }
}

async fn ledger(State(control): State<Control>, Query(wanted): Query<Wanted>) -> Response {
    json_lines(control.common.entries().into_iter().filter(|entry| wanted.fits(entry)))
}

async fn calls(State(control): State<Control>) -> Response {
    json_lines(control.common.calls.iter().flat_map(Calls::all))
}

fn json_lines(values: impl Iterator<Item = impl Serialize>) -> Response {
    let mut lines = Vec::new();
    for value in values {
        if let Err(error) = serde_json::to_writer(&mut lines, &value) {
            tracing::error!(%error, "a line cannot be written");
        }
        lines.push(b'\n');
    }
    ([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response()
}

async fn clear_ledger(State(control): State<Control>) -> Json<Value> {
    control.common.ledger.clear();
    Json(json!({}))
}

#[derive(Deserialize)]
struct Advance {
    ms: u64,
}

async fn advance(State(control): State<Control>, body: Body<Advance>) -> Answer {
    let Json(by) = body?;
    control.common.clock.advance(Duration::from_millis(by.ms));
    Ok(Json(json!({ "now_ms": control.common.clock.now_ms() })))
}
