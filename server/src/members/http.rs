//! The calls of members: the session, oneself, colleagues.

use axum::{
    Extension, Json,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use shared::{
    call::Done,
    members::{Client, ListColleagues, Refresh, ShowMe, SignIn, SignOut},
    problem::Problem,
};

use super::{Opened, SESSION};
use crate::{
    App,
    http::{
        edge::ClientAddress,
        mount::{Api, bearer, from_body},
    },
    members,
    refused::{Refused, Result},
};

/// The name of the cookie.
const COOKIE: &str = "storecast_session";

/// Mounts them.
pub fn routes(api: Api) -> Api {
    api.raw::<SignIn, _, _>(sign_in)
        .raw::<Refresh, _, _>(refresh)
        .raw::<SignOut, _, _>(sign_out)
        .call(|app, caller, _: ShowMe| async move { members::me(&app, &caller).await })
        .call(|app, caller, _: ListColleagues| async move { members::colleagues(&app, &caller).await })
}

async fn sign_in(State(app): State<App>, from: Option<Extension<ClientAddress>>, request: Request) -> Result<Response> {
    let call: SignIn = from_body(request).await?;
    let opened = members::sign_in(&app, address(from), &call.email, call.password).await?;
    Ok(answer(&app, opened, call.client))
}

async fn refresh(State(app): State<App>, from: Option<Extension<ClientAddress>>, request: Request) -> Result<Response> {
    let cookie = cookie(request.headers());
    let call: Refresh = from_body(request).await?;
    // As it came, so its successor goes.
    let (token, client) = match (call.refresh_token, cookie) {
        (Some(token), _) => (token, Client::Native),
        (None, Some(token)) => (token, Client::Web),
        (None, None) => return Err(Problem::SignedOut.into()),
    };
    match members::refresh(&app, address(from), &token).await {
        Ok(opened) => Ok(answer(&app, opened, client)),
        Err(Refused::Problem(Problem::SignedOut)) if client == Client::Web => {
            Ok(([(header::SET_COOKIE, no_cookie(&app))], Refused::from(Problem::SignedOut)).into_response())
        }
        Err(other) => Err(other),
    }
}

async fn sign_out(State(app): State<App>, request: Request) -> Result<Response> {
    let caller = members::authenticate(&app, bearer(&request)).await?;
    let call: SignOut = from_body(request).await?;
    members::sign_out(&app, &caller, call.everywhere).await?;
    Ok(([(header::SET_COOKIE, no_cookie(&app))], Json(Done {})).into_response())
}

/// The address a request came from; the edge always says it.
fn address(from: Option<Extension<ClientAddress>>) -> std::net::IpAddr {
    from.map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |Extension(ClientAddress(address))| address)
}

fn answer(app: &App, opened: Opened, client: Client) -> Response {
    let Opened { mut session, refresh_token } = opened;
    match client {
        Client::Native => {
            session.refresh_token = Some(refresh_token);
            Json(session).into_response()
        }
        Client::Web => {
            let cookie = set_cookie(app, &refresh_token, SESSION / 1_000);
            ([(header::SET_COOKIE, cookie)], Json(session)).into_response()
        }
    }
}

/// Scripts cannot read it, no other site can cause it to be sent, and only the calls of the session get it.
fn set_cookie(app: &App, value: &str, max_age: i64) -> String {
    let secure = if app.config.secure() { "; Secure" } else { "" };
    let api = shared::call::API;
    format!("{COOKIE}={value}; Path={api}/session; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}")
}

fn no_cookie(app: &App) -> String {
    set_cookie(app, "", 0)
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == COOKIE && !value.is_empty()).map(|(_, value)| value.to_owned())
}
