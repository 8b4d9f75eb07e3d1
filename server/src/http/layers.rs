//! What goes around every request: its id, its log line and figures, panics, and the headers that keep browsers safe.

use std::{any::Any, time::Instant};

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer, timeout::RequestBodyTimeoutLayer};
use tracing::Instrument as _;

use super::{answer::trace_id, mount::BODY_LIMIT};
use crate::{App, refused::Refused};

/// What the app may load, and from where (architecture.md section 5, *Content policy*).
pub(crate) const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
     worker-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts all of it around the router.
pub(super) fn around(router: Router, app: &App) -> Router {
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let hsts = app.config.secure().then(|| fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    let body_timeout = std::time::Duration::from_millis(app.config.edge.body_timeout_ms);
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(observe))
            .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY))
            .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
            .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
            .layer(fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
            .layer(fixed(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"))
            .option_layer(hsts)
            .layer(CatchPanicLayer::custom(panicked))
            .layer(RequestBodyTimeoutLayer::new(body_timeout))
            .layer(DefaultBodyLimit::max(BODY_LIMIT)),
    )
}

/// Answers of the API are nobody's to keep.
pub(super) fn not_stored() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// A panic is a fault like any other; the panic hook has written where it was.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Refused::fault("the handler panicked").into_response()
}

/// The method as figures are counted by: a client may make up any other, and each would be a series of its own.
fn verb(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

/// Gives the request an id, which its log lines and its answer carry, and counts it.
async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = trace_id();
    let method = request.method().clone();
    // The route, not the path: paths hold ids and tokens.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id, %method, route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let took = started.elapsed();
    span.in_scope(|| tracing::debug!(status, took_ms = took.as_secs_f64() * 1_000.0, "answered"));
    let labels = [("method", verb(&method).to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("storecast_http_requests_total", &labels).increment(1);
    metrics::histogram!("storecast_http_request_seconds", &labels).record(took.as_secs_f64());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
