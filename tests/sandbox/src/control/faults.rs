//! Faults on order: the same calls for each platform.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{delete, get},
};
use serde_json::{Value, json};

use super::{Answer, Body, Control};
use crate::{
    WorldError,
    faults::{Fault, Faults},
    ledger::Platform,
};

/// The faults of one platform.
#[derive(Clone)]
struct Orders {
    platform: Platform,
    faults: Arc<Faults>,
}

pub(super) fn routes(platform: Platform, faults: Arc<Faults>) -> Router<Control> {
    let all = format!("/_sandbox/{}/faults", platform.name());
    Router::new()
        .route(&all, get(list).post(add).delete(clear_all))
        .route(&format!("{all}/{{id}}"), delete(clear))
        .with_state(Orders { platform, faults })
}

async fn list(State(orders): State<Orders>) -> Json<Value> {
    Json(json!(orders.faults.list()))
}

async fn add(State(orders): State<Orders>, body: Body<Fault>) -> Answer {
    let Json(fault) = body?;
    if !fault.kind.fits(orders.platform) {
        return Err(WorldError::invalid("kind", "is another platform's").into());
    }
    Ok(Json(json!({ "id": orders.faults.add(fault) })))
}

async fn clear_all(State(orders): State<Orders>) -> Json<Value> {
    orders.faults.clear(None);
    Json(json!({}))
}

async fn clear(State(orders): State<Orders>, Path(id): Path<u64>) -> Json<Value> {
    orders.faults.clear(Some(id));
    Json(json!({}))
}
