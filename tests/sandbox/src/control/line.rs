//! LINE's part of the control API.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, patch, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Body, Control, merged};
use crate::{
    WorldError,
    line::{Act, Batch, ChannelSpec, ReleaseOrder, When},
};

pub(super) fn routes() -> Router<Control> {
    Router::new()
        .route("/_sandbox/line/channels", get(channels).post(add_channel))
        .route("/_sandbox/line/channels/{channel}", patch(change_channel))
        .route("/_sandbox/line/channels/{channel}/customers", get(customers).post(add_customer))
        .route("/_sandbox/line/channels/{channel}/customers/{user}/inbox", get(inbox))
        .route("/_sandbox/line/act", post(act))
        .route("/_sandbox/line/batch", post(batch))
        .route("/_sandbox/line/release", post(release))
        .route("/_sandbox/line/connectivity", post(connectivity))
        .route("/_sandbox/line/stats", get(stats).delete(reset_stats))
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
    let current = current.ok_or_else(|| WorldError::UnknownChannel(name.clone()))?;
    let spec: ChannelSpec = merged(&current, changes, ("name", &name))?;
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
