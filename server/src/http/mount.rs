//! Mounts a [`Call`] where it says it lives, behind the permission it says it needs: a handler that forgets to
//! authorise cannot be written.

use std::{fmt::Write as _, future::Future, time::Duration};

use axum::{
    BoxError, Json, RequestExt, Router,
    body::{Body, Bytes},
    extract::{
        DefaultBodyLimit, RawPathParams, RawQuery, Request, State,
        rejection::{BytesRejection, FailedToBufferBody},
    },
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use futures_util::{Stream, TryStreamExt as _};
use shared::{
    call::{self, Call, Method},
    limits,
    members::Action,
    problem::{Kind, Problem, Rule},
};

use crate::{App, caller::Caller, members, refused::Refused};

/// The largest JSON body, in bytes: five long texts and a selection of 20,000 ids fit.
pub(crate) const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// The whole body must be there after this, however steadily it trickles.
const BODY_TIME: Duration = Duration::from_mins(2);

/// A mounted call, for the OpenAPI document and the test that walks all routes.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its route below `/api/v1`.
    pub route: &'static str,
    /// What it needs.
    pub needs: Action,
    /// What it does.
    pub summary: &'static str,
    /// Its own problems.
    pub problems: &'static [Kind],
}

/// The calls mounted so far.
#[derive(Default)]
pub struct Api {
    router: Router<App>,
    endpoints: Vec<Endpoint>,
}

impl Api {
    /// Mounts a call. The handler gets the caller, allowed and known, and the call with the ids of its route filled in.
    #[must_use]
    pub fn call<C, H, F>(self, handler: H) -> Self
    where
        C: Call + Send + 'static,
        C::Reply: Send,
        H: Fn(App, Caller, C) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<C::Reply, Refused>> + Send + 'static,
    {
        let handle = move |State(app): State<App>, ids: RawPathParams, query: RawQuery, request: Request| async move {
            let (caller, call) = admit::<C>(&app, &ids, query, request).await?;
            let reply = handler(app, caller, call).await?;
            let status = StatusCode::from_u16(C::STATUS).map_err(Refused::fault)?;
            Ok::<Response, Refused>((status, Json(reply)).into_response())
        };
        self.raw::<C, _, _>(handle)
    }

    /// Mounts a call that answers with a file to keep ([`call::Answer::File`]). The handler gives its name, its type
    /// and its bytes as they come, so that a long list needs no more memory than a short one. What fails once it has
    /// begun breaks the answer off, so that nobody takes a part for the whole.
    #[must_use]
    pub fn file<C, H, F, S, E>(self, handler: H) -> Self
    where
        C: Call<Reply = call::File> + Send + 'static,
        H: Fn(App, Caller, C) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(String, &'static str, S), Refused>> + Send + 'static,
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<BoxError> + Send + 'static,
    {
        let handle = move |State(app): State<App>, ids: RawPathParams, query: RawQuery, request: Request| async move {
            let (caller, call) = admit::<C>(&app, &ids, query, request).await?;
            let (name, mime, bytes) = handler(app, caller, call).await?;
            let bytes = bytes.map_err(Into::into).inspect_err(|error: &BoxError| {
                tracing::error!(route = C::ROUTE, %error, "a file broke off");
            });
            let headers = [
                (header::CONTENT_TYPE, mime.to_owned()),
                (header::CONTENT_DISPOSITION, disposition(&name)),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            let status = StatusCode::from_u16(C::STATUS).map_err(Refused::fault)?;
            Ok::<Response, Refused>((status, headers, Body::from_stream(bytes)).into_response())
        };
        self.raw::<C, _, _>(handle)
    }

    /// Mounts a call whose answer is more than its reply, such as a cookie. It must be open to everybody or authorise
    /// by itself.
    #[must_use]
    pub(crate) fn raw<C: Call, H, T>(mut self, handler: H) -> Self
    where
        H: axum::handler::Handler<T, App>,
        T: 'static,
    {
        let filter = match C::METHOD {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Delete => MethodFilter::DELETE,
        };
        let route = on(filter, handler);
        let route = match C::BODY {
            call::Body::Call => route,
            call::Body::Octets => route.layer(DefaultBodyLimit::max(limits::PIECE)),
        };
        self.router = self.router.route(C::ROUTE, route);
        self.endpoints.push(Endpoint {
            method: C::METHOD,
            route: C::ROUTE,
            needs: C::NEEDS,
            summary: C::SUMMARY,
            problems: C::PROBLEMS,
        });
        self
    }

    /// What is mounted.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The router, to be nested under `/api/v1`.
    pub(crate) fn into_router(self) -> Router<App> {
        self.router
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::trim)
}

/// The caller, allowed and known, and what she asks for.
async fn admit<C: Call>(
    app: &App,
    ids: &RawPathParams,
    query: RawQuery,
    request: Request,
) -> Result<(Caller, C), Refused> {
    let caller = members::authenticate(app, bearer(&request)).await?;
    caller.require(C::NEEDS)?;
    Ok((caller, read(ids, query, request).await?))
}

/// Reads a call from its route, its query or its body. What cannot be read is named by its field.
async fn read<C: Call>(ids: &RawPathParams, RawQuery(query): RawQuery, request: Request) -> Result<C, Problem> {
    let mut call: C = match (C::BODY, C::METHOD) {
        (call::Body::Octets, _) => from_octets(request).await?,
        (call::Body::Call, Method::Get | Method::Delete) => from_query(query.as_deref().unwrap_or_default())?,
        (call::Body::Call, Method::Post | Method::Put) => from_body(request).await?,
    };
    let ids: Vec<&str> = ids.iter().map(|(_, id)| id).collect();
    call.fill(&ids)?;
    Ok(call)
}

/// What a body says it is, such as `application/json`, without its parameters.
fn kind(request: &Request) -> Option<String> {
    let kind = request.headers().get(header::CONTENT_TYPE)?;
    let text = String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase();
    Some(text.split(';').next().unwrap_or_default().trim().to_owned())
}

fn wrong_kind(expected: &str) -> Problem {
    Problem::invalid("content-type", Rule::Malformed { expected: expected.to_owned() })
}

/// The body of a request, of at most `limit` bytes; the route's layer holds it to that.
async fn body(request: Request, limit: usize) -> Result<Bytes, Problem> {
    let cut = || Problem::invalid("body", Rule::Malformed { expected: "a whole body".into() });
    let body = tokio::time::timeout(BODY_TIME, request.with_limited_body().extract::<Bytes, _>());
    body.await.map_err(|_| cut())?.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::TooLarge { limit: limit as u64 }
        }
        // Cut, or too slow.
        _ => cut(),
    })
}

/// Reads a call whose body is bytes as they are, of at most [`limits::PIECE`].
async fn from_octets<C: Call>(request: Request) -> Result<C, Problem> {
    const OCTETS: &str = "application/octet-stream";
    if kind(&request).as_deref() != Some(OCTETS) {
        return Err(wrong_kind(OCTETS));
    }
    let bytes = body(request, limits::PIECE).await?;
    // Its own fields are all in the route.
    let mut call: C = from_query("")?;
    call.take_octets(bytes.into());
    Ok(call)
}

/// Reads a JSON body of at most [`BODY_LIMIT`] bytes.
pub(crate) async fn from_body<C: serde::de::DeserializeOwned>(request: Request) -> Result<C, Problem> {
    // A form of another site could otherwise make a browser sign in to an account that is not its user's: what is no
    // form type needs the leave that no other site has.
    if kind(&request).is_some_and(|kind| kind != "application/json") {
        return Err(wrong_kind("application/json"));
    }
    let body = body(request, BODY_LIMIT).await?;
    // A call without fields may come without a body.
    let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
    let mut json = serde_json::Deserializer::from_slice(body);
    let call = serde_path_to_error::deserialize(&mut json).map_err(|error| unreadable(&error))?;
    json.end().map_err(|_| {
        Problem::invalid("body", Rule::Malformed { expected: "one JSON object and nothing after it".into() })
    })?;
    Ok(call)
}

fn from_query<C: serde::de::DeserializeOwned>(query: &str) -> Result<C, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| unreadable(&error))
}

/// How a file's name travels: as it is for all readers of today, in ASCII for others (RFC 6266).
pub(crate) fn disposition(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let exact: String = name.bytes().fold(String::new(), |mut text, byte| {
        // What RFC 8187 lets stand; writing to a string cannot fail.
        let _ = match byte {
            b if b.is_ascii_alphanumeric() || b"-_.".contains(&b) => write!(text, "{}", char::from(b)),
            b => write!(text, "%{b:02X}"),
        };
        text
    });
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

fn unreadable<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> Problem {
    let path = error.path().to_string();
    let said = error.inner().to_string();
    // The whole, or a place that was not reached any more.
    let whole = path == "." || path == "?";
    if let Some(name) = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let field = if whole { name.to_owned() } else { format!("{path}.{name}") };
        return Problem::invalid(field, Rule::Required);
    }
    let field = if whole { "body".to_owned() } else { path };
    Problem::invalid(field, Rule::Malformed { expected: said })
}

#[cfg(test)]
#[path = "mount_test.rs"]
mod tests;
