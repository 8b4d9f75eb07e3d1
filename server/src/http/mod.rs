//! The router: which request goes where. Each feature mounts its own calls; this is the table of contents.

mod answer;
mod app_files;
pub mod edge;
mod health;
#[cfg(test)]
mod http_test;
mod layers;
pub mod mount;
pub mod openapi;
#[cfg(test)]
pub(crate) mod testing;

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use shared::problem::{Problem, What};

use crate::{
    App, campaigns, contacts, conversations, inbox, live, media, members, refused::Refused, reports, saved_replies,
    templates,
};
use mount::Api;

/// All calls of the API, and where each is mounted.
pub fn api() -> Api {
    let api = Api::default();
    let api = members::http::routes(api);
    let api = contacts::http::routes(api);
    let api = conversations::http::routes(api);
    let api = saved_replies::http::routes(api);
    let api = templates::http::routes(api);
    let api = media::http::calls(api);
    let api = live::http::routes(api);
    let api = reports::http::routes(api);
    campaigns::http::routes(api)
}

/// The whole server as one service.
pub fn router(app: App) -> Router {
    let calls = api()
        .into_router()
        .route("/openapi.json", get(openapi))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(layers::not_stored());
    let routes = Router::new()
        .nest(shared::call::API, calls)
        .merge(inbox::http::routes())
        .merge(media::http::routes())
        .merge(health::routes())
        .method_not_allowed_fallback(no_such_method)
        // What begins like one of ours is no address of the app.
        .route("/api/{*rest}", any(no_such_route))
        .route("/webhooks/{*rest}", any(no_such_route))
        .fallback_service(app_files::service(&app.config))
        .with_state(app.clone());
    layers::around(routes, &app)
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi::document()).into_response()
}

async fn no_such_route() -> Refused {
    Problem::missing(What::Route).into()
}

/// The route is there, for another method; `Allow` says which.
async fn no_such_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, axum::Json(Problem::missing(What::Route))).into_response()
}
