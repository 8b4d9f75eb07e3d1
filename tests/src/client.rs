//! A client of the API: speaks [`Call`] as the app does, or sends whatever a test wants to try.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use reqwest::{
    Method as HttpMethod, RequestBuilder, Response,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap},
};
use shared::{
    call::{API, Answer, Body, Call, File, Method},
    members::{Client as Kept, Me, Session, SignIn},
    problem::Problem,
};

/// A client, signed in or not. Clones share the connection pool and the session.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Arc<str>,
    token: Option<Arc<str>>,
    me: Option<Arc<Me>>,
}

impl Client {
    /// A client of the server at this address that has not signed in.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { http, base: base.into(), token: None, me: None })
    }

    /// Signs in as a native build does: the session is this client's alone.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Self, Problem> {
        let session =
            self.call(SignIn { email: email.to_owned(), password: password.to_owned(), client: Kept::Native }).await?;
        Ok(self.with_session(&session))
    }

    /// The same client with another session.
    #[must_use]
    pub fn with_session(&self, session: &Session) -> Self {
        Self {
            token: Some(session.access_token.as_str().into()),
            me: Some(Arc::new(session.me.clone())),
            ..self.clone()
        }
    }

    /// The same client with this bearer token, whatever it is.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), me: None, ..self.clone() }
    }

    /// Who is signed in.
    pub fn me(&self) -> anyhow::Result<&Me> {
        self.me.as_deref().context("this client has not signed in")
    }

    /// The address of the server.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Makes a call. Where no answer came, or none that can be read, the problem is [`Problem::Internal`] with the
    /// cause in place of the trace, so that a test that expects any other problem shows it.
    pub async fn call<C: Call>(&self, call: C) -> Result<C::Reply, Problem> {
        let unreadable =
            |cause: String| Problem::Internal { trace: format!("{} {}: {cause}", C::METHOD.as_str(), C::ROUTE) };
        let answer = self.request(&call).send().await.map_err(|error| unreadable(format!("no answer: {error:?}")))?;
        let status = answer.status();
        let headers = answer.headers().clone();
        let body = answer.bytes().await.map_err(|error| unreadable(format!("half an answer: {error}")))?;
        if status.as_u16() == C::STATUS {
            let reply = match C::ANSWER {
                Answer::File => serde_json::to_value(file(&headers, &body)).and_then(serde_json::from_value),
                Answer::Json | Answer::Stream => serde_json::from_slice(&body),
            };
            return reply.map_err(|error| unreadable(format!("{status}, no reply: {error}")));
        }
        let text = String::from_utf8_lossy(&body);
        Err(serde_json::from_slice(&body).unwrap_or_else(|_| unreadable(format!("{status}, no problem: {text}"))))
    }

    /// The request of a call, to be changed or sent as it is.
    pub fn request<C: Call>(&self, call: &C) -> RequestBuilder {
        let request = self.raw(C::METHOD, &format!("{API}{}", call.path()));
        match (C::BODY, C::METHOD) {
            (Body::Octets, _) => request.header(CONTENT_TYPE, "application/octet-stream").body(call.octets().to_vec()),
            (Body::Call, Method::Get | Method::Delete) => request.query(call),
            (Body::Call, Method::Post | Method::Put) => request.json(call),
        }
    }

    /// Any request to a path of the server, with the session's token.
    pub fn raw(&self, method: Method, path: &str) -> RequestBuilder {
        let method = match method {
            Method::Get => HttpMethod::GET,
            Method::Post => HttpMethod::POST,
            Method::Put => HttpMethod::PUT,
            Method::Delete => HttpMethod::DELETE,
        };
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Fetches a path of the server, as a browser would a file.
    pub async fn get(&self, path: &str) -> anyhow::Result<Response> {
        Ok(self.raw(Method::Get, path).send().await?)
    }
}

/// A file to keep, as a browser would: its name is the one in plain ASCII.
fn file(headers: &HeaderMap, bytes: &[u8]) -> File {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = text(CONTENT_DISPOSITION).split("filename=\"").nth(1).and_then(|rest| rest.split('"').next());
    File { name: name.unwrap_or_default().to_owned(), mime: text(CONTENT_TYPE).to_owned(), bytes: bytes.to_vec() }
}
