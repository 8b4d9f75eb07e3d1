//! WhatsApp's part of the control API.

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
    whatsapp::{
        Act, AppSpec, Batch, Delivery, NewCustomer, NumberSpec, Release, TemplateChange, TemplateSpec, WabaSpec, When,
    },
};

pub(super) fn routes() -> Router<Control> {
    Router::new()
        .route("/_sandbox/whatsapp/apps", get(apps).post(add_app))
        .route("/_sandbox/whatsapp/apps/{app}", patch(change_app))
        .route("/_sandbox/whatsapp/wabas", get(wabas).post(add_waba))
        .route("/_sandbox/whatsapp/wabas/{waba}", patch(change_waba))
        .route("/_sandbox/whatsapp/wabas/{waba}/templates", get(templates).post(add_template))
        .route("/_sandbox/whatsapp/wabas/{waba}/templates/{name}/{language}/status", post(set_template_status))
        .route("/_sandbox/whatsapp/numbers", get(numbers).post(add_number))
        .route("/_sandbox/whatsapp/numbers/{number}", patch(change_number))
        .route("/_sandbox/whatsapp/numbers/{number}/customers", get(customers).post(add_customer))
        .route("/_sandbox/whatsapp/numbers/{number}/customers/{user}/inbox", get(inbox))
        .route("/_sandbox/whatsapp/act", post(act))
        .route("/_sandbox/whatsapp/batch", post(batch))
        .route("/_sandbox/whatsapp/release", post(release))
        .route("/_sandbox/whatsapp/notify", post(notify))
        .route("/_sandbox/whatsapp/account_error", post(account_error))
        .route("/_sandbox/whatsapp/verify", post(verify))
        .route("/_sandbox/whatsapp/settled", post(settled))
        .route("/_sandbox/whatsapp/duplicates", get(duplicates))
        .route("/_sandbox/whatsapp/stats", get(stats).delete(reset_stats))
}

async fn apps(State(control): State<Control>) -> Json<Value> {
    Json(json!(control.whatsapp.apps()))
}

async fn add_app(State(control): State<Control>, body: Body<AppSpec>) -> Answer {
    let Json(spec) = body?;
    control.whatsapp.add_app(spec.clone())?;
    Ok(Json(json!(spec)))
}

/// Merges the given fields into the app's settings.
async fn change_app(State(control): State<Control>, Path(name): Path<String>, body: Body<Value>) -> Answer {
    let Json(changes) = body?;
    let current = control.whatsapp.apps().into_iter().find(|spec| spec.name == name);
    let current = current.ok_or_else(|| WorldError::unknown("app", &name))?;
    let spec: AppSpec = merged(&current, changes, ("name", &name))?;
    control.whatsapp.add_app(spec.clone())?;
    Ok(Json(json!(spec)))
}

async fn wabas(State(control): State<Control>) -> Json<Value> {
    Json(json!(control.whatsapp.wabas()))
}

async fn add_waba(State(control): State<Control>, body: Body<WabaSpec>) -> Answer {
    let Json(spec) = body?;
    control.whatsapp.add_waba(spec.clone())?;
    Ok(Json(json!(spec)))
}

/// Merges the given fields into the account's settings.
async fn change_waba(State(control): State<Control>, Path(id): Path<String>, body: Body<Value>) -> Answer {
    let Json(changes) = body?;
    let current = control.whatsapp.wabas().into_iter().find(|spec| spec.id == id);
    let current = current.ok_or_else(|| WorldError::unknown("waba", &id))?;
    let spec: WabaSpec = merged(&current, changes, ("id", &id))?;
    control.whatsapp.add_waba(spec.clone())?;
    Ok(Json(json!(spec)))
}

async fn templates(State(control): State<Control>, Path(waba): Path<String>) -> Answer {
    Ok(Json(json!(control.whatsapp.templates(&waba)?)))
}

async fn add_template(State(control): State<Control>, Path(waba): Path<String>, body: Body<TemplateSpec>) -> Answer {
    let Json(spec) = body?;
    Ok(Json(json!({ "id": control.whatsapp.add_template(&waba, spec)? })))
}

async fn set_template_status(
    State(control): State<Control>,
    Path((waba, name, language)): Path<(String, String, String)>,
    body: Body<TemplateChange>,
) -> Answer {
    let Json(change) = body?;
    let answered = control.whatsapp.set_template_status(&waba, &name, &language, change).await?;
    Ok(Json(json!({ "answered": answered })))
}

async fn numbers(State(control): State<Control>) -> Json<Value> {
    Json(json!(control.whatsapp.numbers()))
}

async fn add_number(State(control): State<Control>, body: Body<NumberSpec>) -> Answer {
    let Json(spec) = body?;
    control.whatsapp.add_number(spec.clone())?;
    Ok(Json(json!(spec)))
}

/// Merges the given fields into the number's settings.
async fn change_number(State(control): State<Control>, Path(name): Path<String>, body: Body<Value>) -> Answer {
    let Json(changes) = body?;
    let current = control.whatsapp.numbers().into_iter().find(|spec| spec.name == name);
    let current = current.ok_or_else(|| WorldError::unknown("number", &name))?;
    let spec: NumberSpec = merged(&current, changes, ("name", &name))?;
    control.whatsapp.add_number(spec.clone())?;
    Ok(Json(json!(spec)))
}

async fn customers(State(control): State<Control>, Path(number): Path<String>) -> Answer {
    Ok(Json(json!(control.whatsapp.customers(&number)?)))
}

async fn add_customer(State(control): State<Control>, Path(number): Path<String>, body: Body<NewCustomer>) -> Answer {
    let Json(new) = body?;
    Ok(Json(json!(control.whatsapp.add_customer(&number, new)?)))
}

async fn inbox(State(control): State<Control>, Path((number, user)): Path<(String, String)>) -> Answer {
    Ok(Json(json!(control.whatsapp.inbox(&number, &user)?)))
}

#[derive(Deserialize)]
struct ActRequest {
    number: String,
    user: String,
    act: Act,
    #[serde(flatten)]
    when: When,
}

async fn act(State(control): State<Control>, body: Body<ActRequest>) -> Answer {
    let Json(request) = body?;
    Ok(Json(json!(control.whatsapp.act(&request.number, &request.user, request.act, request.when).await?)))
}

async fn batch(State(control): State<Control>, body: Body<Batch>) -> Answer {
    let Json(batch) = body?;
    Ok(Json(json!(control.whatsapp.batch(batch).await?)))
}

#[derive(Deserialize)]
struct ReleaseRequest {
    app: String,
    #[serde(flatten)]
    how: Release,
}

async fn release(State(control): State<Control>, body: Body<ReleaseRequest>) -> Answer {
    let Json(request) = body?;
    Ok(Json(json!({ "answered": control.whatsapp.release(&request.app, request.how).await? })))
}

#[derive(Deserialize)]
struct Notice {
    waba: String,
    field: String,
    value: Value,
    #[serde(default)]
    delivery: Delivery,
}

async fn notify(State(control): State<Control>, body: Body<Notice>) -> Answer {
    let Json(notice) = body?;
    let answered = control.whatsapp.notify(&notice.waba, &notice.field, &notice.value, notice.delivery).await?;
    Ok(Json(json!({ "answered": answered })))
}

#[derive(Deserialize)]
struct AccountError {
    number: String,
    code: i64,
}

async fn account_error(State(control): State<Control>, body: Body<AccountError>) -> Answer {
    let Json(error) = body?;
    Ok(Json(json!({ "answered": control.whatsapp.account_error(&error.number, error.code).await? })))
}

#[derive(Deserialize)]
struct AppName {
    app: String,
}

async fn verify(State(control): State<Control>, body: Body<AppName>) -> Answer {
    let Json(request) = body?;
    Ok(Json(json!({ "verified": control.whatsapp.verify_webhook(&request.app).await? })))
}

/// Answers once no status is waiting to be told and nothing is being fetched.
async fn settled(State(control): State<Control>) -> Json<Value> {
    control.whatsapp.settled().await;
    Json(json!({}))
}

async fn duplicates(State(control): State<Control>) -> Json<Value> {
    let times = control.whatsapp.duplicates();
    Json(json!(times.into_iter().collect::<BTreeMap<_, _>>()))
}

/// Statistics by number and by business account.
async fn stats(State(control): State<Control>) -> Answer {
    let (mut numbers, mut wabas) = (BTreeMap::new(), BTreeMap::new());
    for spec in control.whatsapp.numbers() {
        numbers.insert(spec.name.clone(), control.whatsapp.stats(&spec.name)?);
    }
    for spec in control.whatsapp.wabas() {
        wabas.insert(spec.id.clone(), control.whatsapp.waba_stats(&spec.id)?);
    }
    Ok(Json(json!({ "numbers": numbers, "wabas": wabas })))
}

async fn reset_stats(State(control): State<Control>) -> Json<Value> {
    control.whatsapp.reset_stats();
    Json(json!({}))
}
