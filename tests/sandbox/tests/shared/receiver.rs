//! A receiver of webhooks, whatever the platform.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    routing::get,
};
use reqwest::Client;
use serde_json::Value;

/// What the verification has to bring.
pub(crate) const VERIFY_TOKEN: &str = "verify-token";

pub(crate) fn client() -> Client {
    Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

/// One call of the webhook as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub signature: String,
    pub body: Bytes,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

struct Script {
    /// The header that carries the signature.
    signature: &'static str,
    received: Mutex<Vec<Received>>,
    /// Answers in turn, with a delay; 200 at once when there are none left.
    answers: Mutex<VecDeque<(u16, Duration)>>,
}

/// A webhook receiver.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub url: String,
    script: Arc<Script>,
}

impl Receiver {
    pub(crate) async fn start(signature: &'static str) -> Self {
        let script = Arc::new(Script { signature, received: Mutex::default(), answers: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhook", listener.local_addr().unwrap());
        let app = Router::new().route("/webhook", get(verify).post(receive)).with_state(script.clone());
        #[expect(clippy::disallowed_methods, reason = "lives as long as the test")]
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, script }
    }

    pub(crate) fn will_answer(&self, status: u16, after: Duration) {
        self.script.answers.lock().unwrap().push_back((status, after));
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.script.received.lock().unwrap().clone()
    }

    pub(crate) async fn wait_for(&self, calls: usize) {
        for _ in 0..500 {
            if self.received().len() >= calls {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} of {calls} webhook calls came", self.received().len());
    }
}

async fn verify(Query(query): Query<Vec<(String, String)>>) -> (StatusCode, String) {
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let known =
        value("hub.mode").as_deref() == Some("subscribe") && value("hub.verify_token").as_deref() == Some(VERIFY_TOKEN);
    let status = if known { StatusCode::OK } else { StatusCode::FORBIDDEN };
    (status, value("hub.challenge").unwrap_or_default())
}

async fn receive(State(script): State<Arc<Script>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers[script.signature].to_str().unwrap().to_owned();
    script.received.lock().unwrap().push(Received { signature, body });
    let next = script.answers.lock().unwrap().pop_front();
    let (status, after) = next.unwrap_or((200, Duration::ZERO));
    tokio::time::sleep(after).await;
    StatusCode::from_u16(status).unwrap()
}
