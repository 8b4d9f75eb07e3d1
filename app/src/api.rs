//! `Api`: the one place the app talks to the server. It carries every [`Call`] and keeps the session alive.

pub mod watch;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use dioxus::prelude::*;
use futures_util::{
    FutureExt as _,
    future::{self, LocalBoxFuture, Shared},
};
use reqwest::{
    RequestBuilder, Response, StatusCode,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, HeaderName},
};
use shared::{
    call::{API, Answer, Body, Call, File, Method},
    media::FinishUpload,
    members::{Action, Client, Refresh, Session, SignIn, SignOut},
    problem::Problem,
};

#[cfg(test)]
use crate::canned::Canned;
use crate::{
    platform::{CLIENT, Device, http_client},
    session::{self, Left, State},
};

/// How long an answer may take. In-store Wi-Fi is slow, but a person waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a piece of an upload or a file may be under way, or a medium in the making: 1 MB takes most of a minute on the slowest
/// line that is usable, and a film waits for its turn.
const PATIENCE_FOR_BYTES: Duration = Duration::from_mins(2);
/// The key of the refresh token in the secrets of a native build.
const REFRESH: &str = "refresh-token";
/// The key under which a native build keeps the address of its server.
const SERVER: &str = "server";
/// Renew this long before the access token ends.
const AHEAD: TimeDelta = TimeDelta::seconds(90);

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The server refused, and said why.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// No answer came. A write may or may not have been done: repeat it with the same key only.
    #[error("the server cannot be reached")]
    Offline,
    /// The answer is not understood: this app is older or newer than its server.
    #[error("the server speaks another version")]
    Outdated,
}

impl Failed {
    /// Whether the session ended; the sign-in screen tells of that, no other has to.
    pub fn is_signed_out(&self) -> bool {
        *self == Self::Problem(Problem::SignedOut)
    }
}

enum Carrier {
    Http(reqwest::Client),
    #[cfg(test)]
    Canned(Canned),
}

type Renewal = Shared<LocalBoxFuture<'static, Result<(), Failed>>>;

struct Inner {
    carrier: Carrier,
    device: Device,
    server: RefCell<Option<String>>,
    token: RefCell<Option<String>>,
    expires_at: Cell<Option<DateTime<Utc>>>,
    renewal: RefCell<Option<Renewal>>,
    state: Signal<State>,
    online: Signal<bool>,
}

/// The server, in context.
#[derive(Clone)]
pub struct Api(Rc<Inner>);

/// The server.
pub fn use_api() -> Api {
    use_hook(consume_context::<Api>)
}

impl Api {
    /// The server of this build: on the web the one it came from, otherwise the one that was told once.
    pub fn over_http(device: &Device, state: Signal<State>, online: Signal<bool>) -> Self {
        Self::new(Carrier::Http(http_client()), device, state, online)
    }

    /// A server made of answers, for tests.
    #[cfg(test)]
    pub(crate) fn canned(canned: Canned, device: &Device, state: Signal<State>, online: Signal<bool>) -> Self {
        Self::new(Carrier::Canned(canned), device, state, online)
    }

    fn new(carrier: Carrier, device: &Device, state: Signal<State>, online: Signal<bool>) -> Self {
        let server = device.origin().or_else(|| device.read(SERVER));
        Self(Rc::new(Inner {
            carrier,
            device: device.clone(),
            server: RefCell::new(server),
            token: RefCell::default(),
            expires_at: Cell::default(),
            renewal: RefCell::default(),
            state,
            online,
        }))
    }

    /// The server's address, where it is known.
    pub fn server(&self) -> Option<String> {
        self.0.server.borrow().clone()
    }

    /// Tells a native build its server: an `http` or `https` address without a path. Answers whether it is one.
    pub fn set_server(&self, address: &str) -> bool {
        let address = address.trim().trim_end_matches('/');
        let address = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
        let Ok(url) = reqwest::Url::parse(&address) else {
            return false;
        };
        let fits =
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/" && url.query().is_none();
        if fits {
            // Not kept means asked again at the next start; it works until then.
            let _ = self.0.device.write(SERVER, &address);
            self.0.server.replace(Some(address));
        }
        fits
    }

    /// Makes a call as the member who is signed in. An access token that ran out is renewed once, together with all calls
    /// that wait for it, and the call made again; where it cannot be renewed the session ends.
    pub async fn call<C: Call + 'static>(&self, call: C) -> Result<C::Reply, Failed> {
        self.make(&call, read_json).await
    }

    /// As [`Api::call`], for a call that answers with a file to keep.
    pub async fn download<C: Call<Reply = File> + 'static>(&self, call: C) -> Result<File, Failed> {
        self.make(&call, |answered| Ok(read_file(answered))).await
    }

    /// Where something of the server's is to be had, such as a picture; it names itself without its own address.
    pub fn address(&self, path: &str) -> String {
        if path.starts_with('/') { format!("{}{path}", self.server().unwrap_or_default()) } else { path.to_owned() }
    }

    async fn make<C: Call + 'static>(&self, call: &C, read: Read<C>) -> Result<C::Reply, Failed> {
        let answered = self.carry(C::NEEDS == Action::Public, &|token| self.try_once(call, token)).await?;
        #[cfg(test)]
        if matches!(self.0.carrier, Carrier::Canned(_)) {
            return read_json(answered);
        }
        read(answered)
    }

    /// What is the same for every call, and compiled once: the tokens a call is tried with.
    async fn carry(&self, public: bool, attempt: Attempt<'_>) -> Result<Answered, Failed> {
        if public {
            return self.noted(attempt(None)).await;
        }
        let used = self.0.token.borrow().clone();
        if used.is_some() {
            match self.noted(attempt(used.clone())).await {
                Err(failed) if failed.is_signed_out() => {}
                answer => return answer,
            }
        }
        let renewed_meanwhile = *self.0.token.borrow() != used;
        if !renewed_meanwhile {
            self.renew().await?;
        }
        let token = self.0.token.borrow().clone();
        let answer = self.noted(attempt(token)).await;
        if answer.as_ref().is_err_and(Failed::is_signed_out) {
            self.end(Left::Ended);
        }
        answer
    }

    /// Notes whether the server was reached.
    async fn noted(&self, attempt: Attempted<'_>) -> Result<Answered, Failed> {
        let answer = attempt.await;
        let reached = !matches!(answer, Err(Failed::Offline));
        let mut online = self.0.online;
        if *online.peek() != reached {
            online.set(reached);
        }
        answer
    }

    /// Makes a call once, with this token.
    fn try_once<'a, C: Call + 'static>(&'a self, call: &'a C, token: Option<String>) -> Attempted<'a> {
        match &self.0.carrier {
            Carrier::Http(client) => {
                let Some(server) = self.server() else { return future::err(Failed::Offline).boxed_local() };
                let is_of_upload = (C::METHOD, C::ROUTE) == (FinishUpload::METHOD, FinishUpload::ROUTE);
                let carries_bytes = C::BODY == Body::Octets || C::ANSWER == Answer::File || is_of_upload;
                let request = written(client, &format!("{server}{API}{}", call.path()), call);
                fetch(request.timeout(if carries_bytes { PATIENCE_FOR_BYTES } else { PATIENCE }), token)
            }
            #[cfg(test)]
            Carrier::Canned(canned) => async move {
                let reply = canned.answer(call, token.as_deref()).await?;
                Ok(Answered { headers: HeaderMap::new(), body: serde_json::to_vec(&reply).unwrap_or_default() })
            }
            .boxed_local(),
        }
    }

    /// Signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<(), Failed> {
        let call = SignIn { email: email.trim().to_owned(), password: password.to_owned(), client: CLIENT };
        let session = self.make(&call, read_json).await?;
        self.open(session);
        Ok(())
    }

    /// Signs out, here or on every device, and clears the drafts from this one. Offline it is refused: the session would
    /// live on.
    pub async fn sign_out(&self, everywhere: bool) -> Result<(), Failed> {
        match self.call(SignOut { everywhere }).await {
            Ok(_) => {}
            Err(failed) if failed.is_signed_out() => {}
            Err(failed) => return Err(failed),
        }
        session::forget_drafts(&self.0.device);
        self.end(Left::SignedOut);
        Ok(())
    }

    /// Takes the session up that this device kept, at the start of the app.
    pub async fn restore(&self) {
        if self.server().is_none() {
            return self.end(Left::Never);
        }
        if let Err(failed) = self.renew().await
            && !failed.is_signed_out()
        {
            let mut state = self.0.state;
            state.set(State::Unreachable(failed));
        }
    }

    /// Renews the access token where it ends soon, so that a call need not fail first.
    pub async fn keep_alive(&self) {
        let soon = self.0.device.now() + AHEAD;
        if self.0.expires_at.get().is_some_and(|end| end < soon) {
            // Offline it stays as it is; the next call or the next look tries again.
            let _ = self.renew().await;
        }
    }

    /// One renewal at a time: whoever comes while it runs waits for the same answer.
    async fn renew(&self) -> Result<(), Failed> {
        let renewal = {
            let mut running = self.0.renewal.borrow_mut();
            running
                .get_or_insert_with(|| {
                    let api = self.clone();
                    let renewal = async move {
                        let renewed = api.renew_now().await;
                        api.0.renewal.take();
                        renewed
                    };
                    renewal.boxed_local().shared()
                })
                .clone()
        };
        renewal.await
    }

    async fn renew_now(&self) -> Result<(), Failed> {
        let refresh_token = match CLIENT {
            Client::Web => None,
            Client::Native => match self.0.device.read_secret(REFRESH).await {
                Ok(Some(token)) => Some(token),
                nothing => {
                    self.end(if nothing.is_ok() { Left::Ended } else { Left::Locked });
                    return Err(Problem::SignedOut.into());
                }
            },
        };
        match self.make(&Refresh { refresh_token }, read_json).await {
            Ok(session) => {
                self.open(session);
                Ok(())
            }
            Err(failed) => {
                if failed.is_signed_out() {
                    self.end(Left::Ended);
                }
                Err(failed)
            }
        }
    }

    fn open(&self, session: Session) {
        if let Some(token) = &session.refresh_token {
            self.0.device.write_secret(REFRESH, token);
        }
        self.0.token.replace(Some(session.access_token));
        self.0.expires_at.set(Some(session.expires_at.to_utc()));
        let (mut state, now) = (self.0.state, State::In(session.me));
        if *state.peek() != now {
            state.set(now);
        }
    }

    fn end(&self, left: Left) {
        self.0.token.take();
        self.0.expires_at.set(None);
        // Behind a locked keychain the session lives on, for the next start.
        if left != Left::Locked {
            self.0.device.remove_secret(REFRESH);
        }
        let mut state = self.0.state;
        let left = match (&*state.peek(), left) {
            (State::In(_), left) => left,
            // She was told already, or there was no session that could have ended.
            (State::Out(before), Left::Ended) => *before,
            (_, Left::Ended) => Left::Never,
            (_, left) => left,
        };
        state.set(State::Out(left));
    }
}

/// One try of a call.
type Attempted<'a> = LocalBoxFuture<'a, Result<Answered, Failed>>;

/// Tries a call with a token.
type Attempt<'a> = &'a dyn Fn(Option<String>) -> Attempted<'a>;

/// Sends a request and reads the whole answer.
fn fetch(request: RequestBuilder, token: Option<String>) -> Attempted<'static> {
    async move {
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await.map_err(|_| Failed::Offline)?;
        let status = answer.status();
        let answered = Answered::of(answer).await?;
        if status.is_success() { Ok(answered) } else { Err(refusal(status, &answered.body)) }
    }
    .boxed_local()
}

/// An answer as it came.
struct Answered {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answered {
    async fn of(answer: Response) -> Result<Self, Failed> {
        let headers = answer.headers().clone();
        let body = answer.bytes().await.map_err(|_| Failed::Offline)?;
        Ok(Self { headers, body: body.into() })
    }

    fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Makes the reply of a call of the answer to it.
type Read<C> = fn(Answered) -> Result<<C as Call>::Reply, Failed>;

fn read_json<T: serde::de::DeserializeOwned>(answered: Answered) -> Result<T, Failed> {
    serde_json::from_slice(&answered.body).map_err(|_| Failed::Outdated)
}

fn read_file(answered: Answered) -> File {
    let name = file_name(answered.header(CONTENT_DISPOSITION)).to_owned();
    let mime = answered.header(CONTENT_TYPE).to_owned();
    File { name, mime, bytes: answered.body }
}

/// The name in `attachment; filename="group-sends.csv"`.
fn file_name(disposition: &str) -> &str {
    let name = disposition.split(';').find_map(|part| part.trim().strip_prefix("filename="));
    name.unwrap_or_default().trim_matches('"')
}

/// The request of a call: as a query string where it only reads or deletes, otherwise as JSON or as its bytes.
fn written<C: Call>(client: &reqwest::Client, address: &str, call: &C) -> RequestBuilder {
    let request = match C::METHOD {
        Method::Get => return client.get(address).query(call),
        Method::Delete => return client.delete(address).query(call),
        Method::Post => client.post(address),
        Method::Put => client.put(address),
    };
    match C::BODY {
        Body::Call => request.json(call),
        Body::Octets => request.header(CONTENT_TYPE, "application/octet-stream").body(call.octets().to_vec()),
    }
}

/// What a refusal says. A proxy in between does not speak our language; then its status has to do.
fn refusal(status: StatusCode, body: &[u8]) -> Failed {
    match serde_json::from_slice(body) {
        Ok(problem) => Failed::Problem(problem),
        Err(_) if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
            Failed::Problem(Problem::Unavailable)
        }
        Err(_) => Failed::Outdated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_travels_as_its_bytes_and_a_file_has_the_name_that_the_server_gave() {
        let id = shared::id::MediaId(uuid::Uuid::from_u128(1));
        let piece = shared::media::UploadPiece { id, offset: 1_048_576, bytes: vec![0, 159, 146] };
        let address = format!("http://test.invalid{API}{}", piece.path());
        let request = written(&reqwest::Client::default(), &address, &piece).build().unwrap();
        assert_eq!(request.url().path(), format!("/api/v1/uploads/{id}/pieces/1048576"));
        assert_eq!(request.headers()[CONTENT_TYPE], "application/octet-stream");
        assert_eq!(request.body().and_then(reqwest::Body::as_bytes), Some([0, 159, 146].as_slice()));

        assert_eq!(file_name(r#"attachment; filename="group-sends.csv""#), "group-sends.csv");
        assert_eq!(file_name("attachment; filename=a.csv; filename*=UTF-8''a.csv"), "a.csv");
        assert_eq!(file_name(""), "");
    }

    #[test]
    fn a_problem_is_read_and_a_proxy_page_is_not_taken_for_one() {
        let said = refusal(StatusCode::UNAUTHORIZED, br#"{"problem":"wrong_credentials"}"#);
        assert_eq!(said, Failed::Problem(Problem::WrongCredentials));
        let proxy = refusal(StatusCode::BAD_GATEWAY, b"<html>");
        assert_eq!(proxy, Failed::Problem(Problem::Unavailable));
        assert_eq!(refusal(StatusCode::NOT_FOUND, b"<html>"), Failed::Outdated);
    }
}
