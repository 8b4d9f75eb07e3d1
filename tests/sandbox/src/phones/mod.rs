//! The customers' phones: a page that shows what arrived and lets each customer answer, block and tap.

mod chat;
mod html;
mod line;
mod page;
mod whatsapp;
mod words;

use axum::{
    Form, Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use self::{
    html::query,
    page::{Person, View, list, page, phone, status},
    words::Words,
};
use crate::{
    WorldError,
    fetch::{Fetched, Shows},
    line::{self as on_line, LineWorld, When},
    whatsapp::{self as on_whatsapp, WhatsappWorld},
};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src * data:; \
                      media-src *; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Both platforms.
#[derive(Clone)]
struct Worlds {
    line: LineWorld,
    whatsapp: WhatsappWorld,
}

impl Worlds {
    /// Every account and number by name.
    fn channels(&self) -> Vec<(Platform, String)> {
        let line = self.line.channels().into_iter().map(|spec| (Platform::Line, spec.name));
        line.chain(self.whatsapp.numbers().into_iter().map(|spec| (Platform::Whatsapp, spec.name))).collect()
    }

    /// What came of one address; the platforms share the shelf.
    fn fetched(&self, url: &str, shows: Shows) -> Option<Fetched> {
        self.whatsapp.common().media.get(url, shows)
    }
}

/// Whose phone it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Platform {
    #[default]
    Line,
    Whatsapp,
}

impl Platform {
    const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Whatsapp => "whatsapp",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Line => "LINE",
            Self::Whatsapp => "WhatsApp",
        }
    }
}

pub(crate) fn router(line: LineWorld, whatsapp: WhatsappWorld) -> Router {
    Router::new()
        .route("/", get(whole))
        .route("/phones/part", get(part))
        .route("/phones/act", post(act))
        .route("/phones/content/{channel}/{message}", get(content))
        .route("/phones/whatsapp/{medium}", get(received))
        .route("/phones/media", get(media))
        .route("/phones/phones.css", get(async || asset("text/css; charset=utf-8", include_str!("phones.css"))))
        .route("/phones/phones.js", get(async || asset("text/javascript; charset=utf-8", include_str!("phones.js"))))
        .with_state(Worlds { line, whatsapp })
}

/// What is looked at; in the address of the page.
#[derive(Debug, Clone, Default, Deserialize)]
struct Look {
    #[serde(default)]
    platform: Platform,
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
        let pairs = [
            ("platform", if self.platform == Platform::Line { "" } else { self.platform.name() }),
            ("channel", &self.channel),
            ("user", &self.user),
            ("q", &self.q),
            ("lang", &self.lang),
        ];
        format!("/?{}", query(&pairs))
    }

    /// The same look at another customer, or at none.
    fn at(&self, user: &str) -> Self {
        Self { user: user.to_owned(), ..self.clone() }
    }
}

fn view(both: &Worlds, mut look: Look) -> View<'_> {
    if look.channel.is_empty()
        && let Some((platform, name)) = both.channels().into_iter().next()
    {
        (look.platform, look.channel) = (platform, name);
    }
    let words = Words::of(&look.lang);
    let people: Vec<Person> = match look.platform {
        Platform::Line => {
            let customers = both.line.customers(&look.channel).unwrap_or_default();
            customers.into_iter().map(|customer| line::person(words, customer)).collect()
        }
        Platform::Whatsapp => {
            let customers = both.whatsapp.customers(&look.channel).unwrap_or_default();
            customers.into_iter().map(|customer| whatsapp::person(words, customer)).collect()
        }
    };
    let chosen = people.iter().find(|person| person.user == look.user).cloned();
    View { worlds: both, look, words, people, chosen }
}

async fn whole(State(worlds): State<Worlds>, Query(look): Query<Look>) -> Response {
    secured(Html(page(&view(&worlds, look))))
}

/// The parts that change by themselves, for polling.
async fn part(State(worlds): State<Worlds>, Query(look): Query<Look>) -> Response {
    let view = view(&worlds, look);
    secured(Json(json!({ "list": list(&view), "status": status(&view), "chat": phone(&view) })))
}

#[derive(Debug, Deserialize)]
struct ActForm {
    #[serde(default)]
    platform: Platform,
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
    #[serde(default)]
    index: usize,
}

/// What a form asks for on LINE.
fn line_act(form: &ActForm) -> Option<on_line::Act> {
    use on_line::Act;
    Some(match form.what.as_str() {
        "text" => Act::text(&form.text),
        "photo" => Act::Photo,
        "sticker" => Act::sticker(),
        "follow" => Act::Follow,
        "block" => Act::Block,
        "unblock" => Act::Unblock,
        "postback" => Act::postback(&form.text),
        _ => return None,
    })
}

/// What a form asks for on WhatsApp.
fn whatsapp_act(form: &ActForm) -> Option<on_whatsapp::Act> {
    use on_whatsapp::Act;
    Some(match form.what.as_str() {
        "text" => Act::text(&form.text),
        "photo" => Act::Photo,
        "place" => Act::Location {
            latitude: 25.0339,
            longitude: 121.5645,
            name: Some("台北 101".to_owned()),
            address: Some("台北市信義區信義路五段 7 號".to_owned()),
        },
        "press" => Act::press(&form.text, form.index),
        "block" => Act::Block,
        "unblock" => Act::Unblock,
        "stop" => Act::StopMarketing,
        "resume" => Act::ResumeMarketing,
        "read" => Act::Read,
        _ => return None,
    })
}

/// Does what a form asks for; None when no such thing can be asked for.
async fn done(worlds: &Worlds, form: &ActForm) -> Option<Result<(), WorldError>> {
    let (channel, user, when) = (&form.channel, &form.user, When::default());
    Some(match form.platform {
        Platform::Line => worlds.line.act(channel, user, line_act(form)?, when).await.map(|_| ()),
        Platform::Whatsapp => worlds.whatsapp.act(channel, user, whatsapp_act(form)?, when).await.map(|_| ()),
    })
}

/// A form of the page. Scripts get 204, a plain browser is sent back to the page.
async fn act(State(worlds): State<Worlds>, headers: HeaderMap, Form(form): Form<ActForm>) -> Response {
    let says_nothing = form.what == "text" && form.text.trim().is_empty();
    match if says_nothing { Some(Ok(())) } else { done(&worlds, &form).await } {
        None => return (StatusCode::BAD_REQUEST, "do: unknown act").into_response(),
        Some(Err(error)) => return (StatusCode::CONFLICT, error.to_string()).into_response(),
        Some(Ok(())) => {}
    }
    if headers.contains_key("x-part") {
        return StatusCode::NO_CONTENT.into_response();
    }
    let look = Look { platform: form.platform, channel: form.channel, user: form.user, q: form.q, lang: form.lang };
    (StatusCode::SEE_OTHER, [(header::LOCATION, look.address())]).into_response()
}

async fn content(State(worlds): State<Worlds>, Path((channel, message)): Path<(String, u64)>) -> Response {
    served(worlds.line.content(&channel, message))
}

/// What was uploaded to WhatsApp, or sent by a customer there.
async fn received(State(worlds): State<Worlds>, Path(medium): Path<u64>) -> Response {
    served(worlds.whatsapp.content(medium))
}

fn served(content: Option<(String, Bytes)>) -> Response {
    match content {
        Some((mime, bytes)) => ([(header::CONTENT_TYPE, mime)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct Medium {
    url: String,
    shows: Shows,
}

/// The platform's own copy of what a message showed.
async fn media(State(worlds): State<Worlds>, Query(medium): Query<Medium>) -> Response {
    served(worlds.whatsapp.common().media.copy(&medium.url, medium.shows))
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
