//! The customers' phones: a page that shows what arrived and lets each customer answer, block and tap.

mod chat;
mod html;
mod page;
mod words;

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use self::{
    html::query,
    page::{View, list, page, phone, status},
    words::Words,
};
use crate::line::{Act, LineWorld, Shows, When};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src * data:; \
                      media-src *; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn router(line: LineWorld) -> Router {
    Router::new()
        .route("/", get(whole))
        .route("/phones/part", get(part))
        .route("/phones/act", post(act))
        .route("/phones/content/{channel}/{message}", get(content))
        .route("/phones/media", get(media))
        .route("/phones/phones.css", get(async || asset("text/css; charset=utf-8", include_str!("phones.css"))))
        .route("/phones/phones.js", get(async || asset("text/javascript; charset=utf-8", include_str!("phones.js"))))
        .with_state(line)
}

/// What is looked at; in the address of the page.
#[derive(Debug, Clone, Default, Deserialize)]
struct Look {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    lang: String,
}

impl Look {
    /// The address of the page with this look.
    fn address(&self) -> String {
        format!(
            "/?{}",
            query(&[("channel", &self.channel), ("user", &self.user), ("q", &self.q), ("lang", &self.lang)])
        )
    }

    /// The same look at another customer, or at none.
    fn at(&self, user: &str) -> Self {
        Self { user: user.to_owned(), ..self.clone() }
    }
}

fn view(line: &LineWorld, mut look: Look) -> View<'_> {
    if look.channel.is_empty() {
        look.channel = line.channels().into_iter().next().map(|spec| spec.name).unwrap_or_default();
    }
    let words = Words::of(&look.lang);
    let customers = line.customers(&look.channel).unwrap_or_default();
    let chosen = customers.iter().find(|customer| customer.user == look.user).cloned();
    View { line, look, words, customers, chosen }
}

async fn whole(State(line): State<LineWorld>, Query(look): Query<Look>) -> Response {
    secured(Html(page(&view(&line, look))))
}

/// The parts that change by themselves, for polling.
async fn part(State(line): State<LineWorld>, Query(look): Query<Look>) -> Response {
    let view = view(&line, look);
    secured(Json(json!({ "list": list(&view), "status": status(&view), "chat": phone(&view) })))
}

#[derive(Debug, Deserialize)]
struct ActForm {
    channel: String,
    user: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    lang: String,
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    text: String,
}

/// A form of the page. Scripts get 204, a plain browser is sent back to the page.
async fn act(State(line): State<LineWorld>, headers: HeaderMap, Form(form): Form<ActForm>) -> Response {
    let act = match form.what.as_str() {
        "text" if form.text.trim().is_empty() => None,
        "text" => Some(Act::Text { text: form.text }),
        "photo" => Some(Act::Photo),
        "sticker" => Some(Act::sticker()),
        "follow" => Some(Act::Follow),
        "block" => Some(Act::Block),
        "unblock" => Some(Act::Unblock),
        "postback" => Some(Act::Postback { data: form.text }),
        _ => return (StatusCode::BAD_REQUEST, "do: unknown act").into_response(),
    };
    if let Some(act) = act
        && let Err(error) = line.act(&form.channel, &form.user, act, When::default()).await
    {
        return (StatusCode::CONFLICT, error.to_string()).into_response();
    }
    if headers.contains_key("x-part") {
        return StatusCode::NO_CONTENT.into_response();
    }
    let look = Look { channel: form.channel, user: form.user, q: form.q, lang: form.lang };
    (StatusCode::SEE_OTHER, [(header::LOCATION, look.address())]).into_response()
}

async fn content(State(line): State<LineWorld>, Path((channel, message)): Path<(String, u64)>) -> Response {
    match line.content(&channel, message) {
        Some((mime, bytes)) => ([(header::CONTENT_TYPE, mime)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct Medium {
    url: String,
    shows: Shows,
}

/// LINE's own copy of what a message showed.
async fn media(State(line): State<LineWorld>, Query(medium): Query<Medium>) -> Response {
    match line.copy(&medium.url, medium.shows) {
        Some((mime, bytes)) => ([(header::CONTENT_TYPE, mime)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn asset(mime: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

fn secured(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer"));
    response
}
