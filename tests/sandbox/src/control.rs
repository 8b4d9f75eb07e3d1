//! The control API under `/_sandbox/`: the library's face for other processes and browser tests.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Common,
    faults::Fault,
    line::{Act, Batch, ChannelSpec, LineWorld, ReleaseOrder, When, WorldError},
};

const MOST_BODY: usize = 64 * 1024 * 1024;

#[derive(Clone)]
struct Control {
    common: Arc<Common>,
    line: LineWorld,
}

pub(crate) fn router(common: Arc<Common>, line: LineWorld) -> Router {
    Router::new()
        .route("/_sandbox/ledger.jsonl", get(ledger).delete(clear_ledger))
        .route("/_sandbox/clock/advance", post(advance))
        .route("/_sandbox/line/channels", get(channels).post(add_channel))
        .route("/_sandbox/line/channels/{channel}", axum::routing::patch(change_channel))
        .route("/_sandbox/line/channels/{channel}/customers", get(customers).post(add_customer))
        .route("/_sandbox/line/channels/{channel}/customers/{user}/inbox", get(inbox))
        .route("/_sandbox/line/act", post(act))
        .route("/_sandbox/line/batch", post(batch))
        .route("/_sandbox/line/release", post(release))
        .route("/_sandbox/line/connectivity", post(connectivity))
        .route("/_sandbox/line/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/_sandbox/line/faults/{id}", delete(clear_fault))
        .route("/_sandbox/line/stats", get(stats).delete(reset_stats))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(Control { common, line })
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
                    WorldError::UnknownChannel(_) | WorldError::UnknownCustomer(_) => StatusCode::NOT_FOUND,
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

async fn ledger(State(control): State<Control>) -> Response {
    let mut lines = Vec::new();
    for entry in control.common.entries() {
        if let Err(error) = serde_json::to_writer(&mut lines, &entry) {
            tracing::error!(%error, "a ledger entry cannot be written");
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

async fn channels(State(control): State<Control>) -> Json<Value> {
    Json(json!(control.line.channels()))
}

async fn add_channel(State(control): State<Control>, body: Body<ChannelSpec>) -> Answer {
    let Json(spec) = body?;
    let name = spec.name.clone();
    control.line.add_channel(spec)?;
    Ok(Json(json!({ "bot_user_id": control.line.bot_user_id(&name)? })))
}

/// Merges the given fields into the channel's settings.
async fn change_channel(State(control): State<Control>, Path(name): Path<String>, body: Body<Value>) -> Answer {
    let Json(changes) = body?;
    let current = control.line.channels().into_iter().find(|spec| spec.name == name);
    let mut spec = json!(current.ok_or_else(|| WorldError::UnknownChannel(name.clone()))?);
    for (field, value) in changes.as_object().into_iter().flatten() {
        spec[field] = value.clone();
    }
    spec["name"] = json!(name);
    let spec: ChannelSpec =
        serde_json::from_value(spec).map_err(|error| WorldError::Invalid { field: "body", cure: error.to_string() })?;
    control.line.add_channel(spec.clone())?;
    Ok(Json(json!(spec)))
}

async fn customers(State(control): State<Control>, Path(channel): Path<String>) -> Answer {
    Ok(Json(json!(control.line.customers(&channel)?)))
}

#[derive(Deserialize)]
struct NewCustomer {
    name: String,
    #[serde(default)]
    language: Option<String>,
    /// Already a friend, without a webhook.
    #[serde(default)]
    friend: bool,
}

async fn add_customer(State(control): State<Control>, Path(channel): Path<String>, body: Body<NewCustomer>) -> Answer {
    let Json(new) = body?;
    let language = new.language.as_deref();
    let user = if new.friend {
        control.line.add_friend(&channel, &new.name, language)?
    } else {
        control.line.add_customer(&channel, &new.name, language)?
    };
    Ok(Json(json!({ "user": user })))
}

async fn inbox(State(control): State<Control>, Path((channel, user)): Path<(String, String)>) -> Answer {
    Ok(Json(json!(control.line.inbox(&channel, &user)?)))
}

#[derive(Deserialize)]
struct ActRequest {
    channel: String,
    user: String,
    act: Act,
    #[serde(flatten)]
    when: When,
}

async fn act(State(control): State<Control>, body: Body<ActRequest>) -> Answer {
    let Json(request) = body?;
    Ok(Json(json!(control.line.act(&request.channel, &request.user, request.act, request.when).await?)))
}

async fn batch(State(control): State<Control>, body: Body<Batch>) -> Answer {
    let Json(batch) = body?;
    Ok(Json(json!(control.line.batch(batch).await?)))
}

#[derive(Deserialize)]
struct Release {
    channel: String,
    #[serde(default)]
    order: ReleaseOrder,
}

async fn release(State(control): State<Control>, body: Body<Release>) -> Answer {
    let Json(request) = body?;
    Ok(Json(json!({ "answered": control.line.release(&request.channel, request.order).await? })))
}

#[derive(Deserialize)]
struct ChannelName {
    channel: String,
}

async fn connectivity(State(control): State<Control>, body: Body<ChannelName>) -> Answer {
    let Json(request) = body?;
    Ok(Json(json!({ "answered": control.line.check_connectivity(&request.channel).await? })))
}

async fn faults(State(control): State<Control>) -> Json<Value> {
    Json(json!(control.line.faults()))
}

async fn add_fault(State(control): State<Control>, body: Body<Fault>) -> Answer {
    let Json(fault) = body?;
    Ok(Json(json!({ "id": control.line.add_fault(fault) })))
}

async fn clear_faults(State(control): State<Control>) -> Json<Value> {
    control.line.clear_faults(None);
    Json(json!({}))
}

async fn clear_fault(State(control): State<Control>, Path(id): Path<u64>) -> Json<Value> {
    control.line.clear_faults(Some(id));
    Json(json!({}))
}

/// Statistics by channel.
async fn stats(State(control): State<Control>) -> Answer {
    let mut by_channel = BTreeMap::new();
    for spec in control.line.channels() {
        by_channel.insert(spec.name.clone(), control.line.stats(&spec.name)?);
    }
    Ok(Json(json!({ "channels": by_channel, "accepted_requests": control.common.ledger.accepted() })))
}

async fn reset_stats(State(control): State<Control>) -> Json<Value> {
    control.line.reset_stats();
    Json(json!({}))
}
