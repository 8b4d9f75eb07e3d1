//! A running sandbox with one channel, a client of its API, and a receiver of its webhooks.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{Client, RequestBuilder, Response};
use sandbox::{
    Config, LineWorld, Sandbox,
    line::{ChannelSpec, Redelivery},
};
use serde_json::{Value, json};

pub(crate) use crate::receiver::client;
use crate::receiver::{Received, Receiver};

pub(crate) const CHANNEL: &str = "main";
pub(crate) const SECRET: &str = "channel-secret";
pub(crate) const TOKEN: &str = "channel-token";

pub(crate) struct World {
    pub sandbox: Sandbox,
    pub http: Client,
}

pub(crate) fn spec() -> ChannelSpec {
    ChannelSpec::new(CHANNEL, SECRET, TOKEN)
}

pub(crate) async fn world() -> World {
    world_of(spec()).await
}

pub(crate) async fn world_of(spec: ChannelSpec) -> World {
    let sandbox = Sandbox::start(Config::default()).await.unwrap();
    sandbox.line().add_channel(spec).unwrap();
    World { sandbox, http: client() }
}

impl World {
    pub(crate) fn line(&self) -> &LineWorld {
        self.sandbox.line()
    }

    pub(crate) fn friend(&self, name: &str) -> String {
        self.line().add_friend(CHANNEL, name, Some("zh-TW")).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.http.post(format!("{}/v2/bot/{path}", self.sandbox.base())).bearer_auth(TOKEN).json(body)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(format!("{}/v2/bot/{path}", self.sandbox.base())).bearer_auth(TOKEN);
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn push(&self, user: &str, text: &str) -> Answer {
        send(self.post("message/push", &text_to(user, text))).await
    }

    pub(crate) async fn push_with_key(&self, user: &str, text: &str, key: &str) -> Answer {
        send(self.post("message/push", &text_to(user, text)).header("x-line-retry-key", key)).await
    }

    /// What arrived on a customer's phone, as texts.
    pub(crate) fn texts(&self, user: &str) -> Vec<String> {
        let inbox = self.line().inbox(CHANNEL, user).unwrap();
        let arrived = inbox.into_iter().filter(|message| !message.from_customer);
        arrived.map(|message| message.message["text"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn refused(&self, reason: &str) -> u64 {
        self.line().stats(CHANNEL).unwrap().refused.get(reason).copied().unwrap_or(0)
    }
}

pub(crate) fn text_to(user: &str, text: &str) -> Value {
    json!({ "to": user, "messages": [{ "type": "text", "text": text }] })
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

/// A whole answer; every one must carry a request id.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub request_id: String,
    pub accepted_id: Option<String>,
    pub bytes: Vec<u8>,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        Self {
            status: response.status().as_u16(),
            request_id: header("x-line-request-id").expect("every answer carries a request id"),
            accepted_id: header("x-line-accepted-request-id"),
            bytes: response.bytes().await.unwrap().to_vec(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn detail(&self, place: usize) -> (String, String) {
        let detail = &self.json()["details"][place];
        let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
        (text("property"), text("message"))
    }
}

/// What LINE's webhooks carry.
pub(crate) trait Events {
    fn events(&self) -> Vec<Value>;
}

impl Events for Receiver {
    fn events(&self) -> Vec<Value> {
        let calls = self.received();
        calls.iter().flat_map(|call| call.json()["events"].as_array().unwrap().clone()).collect()
    }
}

/// Whether LINE signed a call with this secret.
pub(crate) trait Signed {
    fn is_signed_with(&self, secret: &str) -> bool;
}

impl Signed for Received {
    fn is_signed_with(&self, secret: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::verify(&key, &self.body, &STANDARD.decode(&self.signature).unwrap()).is_ok()
    }
}

/// A world whose channel sends its webhooks to a receiver and redelivers quickly.
pub(crate) async fn with_receiver() -> (World, Receiver) {
    let receiver = Receiver::start("x-line-signature").await;
    let redelivery = Redelivery { tries: 3, after_ms: 20 };
    let world = world_of(ChannelSpec { redelivery, ..spec().with_webhook(&receiver.url) }).await;
    (world, receiver)
}
