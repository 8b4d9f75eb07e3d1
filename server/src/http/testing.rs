//! A whole server for tests, asked without a socket: its router, its parts, and a brand to sign in to.

use std::net::IpAddr;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use shared::{
    call::{API, Body as Sent, Call, Method},
    id::{MemberId, StoreId, TeamId},
    members::{Client, Role, Session, SignIn},
    problem::Problem,
};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::edge::ClientAddress;
use crate::{
    App,
    clock::Clock,
    config::Config,
    members::admin::{self, NewMember, NewStore, NewTeam},
    serve,
};

/// The password of every member made here.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// When the clock of a world stands at first.
pub(crate) const START: i64 = 1_700_000_000_000;

/// A server on SQLite with one team and one store, its clock set by hand, its tasks not started.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) team: TeamId,
    pub(crate) store: StoreId,
    /// Removed with the world.
    pub(crate) folder: TempDir,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn problem(&self) -> Problem {
        serde_json::from_value(self.json()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// As [`World::new`], with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_test(folder.path());
        change(&mut config);
        let app = serve::open(config, Clock::set_at(START)).await.unwrap();
        let team = admin::create_team(&app.db, &app.clock, NewTeam::named("Maison")).await.unwrap();
        let new = NewStore { team, code: "A8".into(), name: "Xinyi A8".into(), area: None };
        let store = admin::create_store(&app.db, &app.clock, new).await.unwrap();
        Self { router: super::router(app.clone()), app, team, store, folder }
    }

    /// Makes a member of the store, `name@example.com`.
    pub(crate) async fn member(&self, name: &str, role: Role) -> MemberId {
        let new = NewMember {
            team: self.team,
            name: name.into(),
            email: format!("{name}@example.com"),
            password: PASSWORD.to_owned().into(),
            role,
            employee_code: None,
            stores: vec![self.store],
        };
        admin::create_member(&self.app.db, &self.app.clock, &self.app.limits.passwords, new).await.unwrap()
    }

    /// Signs the member of this name in, as a native build does.
    pub(crate) async fn signed_in(&self, name: &str) -> Session {
        let call = SignIn { email: format!("{name}@example.com"), password: PASSWORD.into(), client: Client::Native };
        self.call(None, &call).await.unwrap()
    }

    /// Makes a call, with the bearer token of a member.
    pub(crate) async fn call<C: Call>(&self, token: Option<&str>, call: &C) -> Result<C::Reply, Problem> {
        let answer = self.ask(request(token, call)).await;
        if answer.status.as_u16() == C::STATUS {
            return Ok(serde_json::from_value(answer.json()).unwrap());
        }
        let problem = answer.problem();
        assert_eq!(answer.status.as_u16(), problem.kind().status());
        Err(problem)
    }

    /// Sends a request as it is.
    pub(crate) async fn ask(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().get_or_insert_with(|| ClientAddress(IpAddr::from([192, 0, 2, 1])));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Gets a path without signing in.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }
}

/// The request of a call.
pub(crate) fn request<C: Call>(token: Option<&str>, call: &C) -> Request<Body> {
    let path = format!("{API}{}", call.path());
    let mut request = Request::builder().method(C::METHOD.as_str());
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    match (C::BODY, C::METHOD) {
        (Sent::Octets, _) => request
            .uri(path)
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .body(call.octets().to_vec().into())
            .unwrap(),
        (Sent::Call, Method::Get | Method::Delete) => {
            let query = serde_urlencoded::to_string(call).unwrap();
            request.uri(format!("{path}?{query}")).body(Body::empty()).unwrap()
        }
        (Sent::Call, Method::Post | Method::Put) => request
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(call).unwrap().into())
            .unwrap(),
    }
}
