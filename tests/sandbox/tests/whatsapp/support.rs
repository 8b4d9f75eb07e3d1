//! A running sandbox with one app, business account and number, a client of the Graph API, and a webhook receiver.

use aws_lc_rs::hmac;
use reqwest::{Client, RequestBuilder};
use sandbox::{
    Config, Sandbox, WhatsappWorld,
    whatsapp::{AppSpec, CustomerSummary, NewCustomer, NumberSpec, Redelivery, StatusPlan, TemplateSpec, WabaSpec},
};
use serde_json::{Value, json};

pub(crate) use crate::receiver::client;
use crate::receiver::{Received, Receiver, VERIFY_TOKEN};

pub(crate) const APP: &str = "app";
pub(crate) const SECRET: &str = "app-secret";
pub(crate) const WABA: &str = "1001";
pub(crate) const TOKEN: &str = "waba-token";
pub(crate) const NUMBER: &str = "main";
pub(crate) const NUMBER_ID: &str = "2001";
pub(crate) const PHONE: &str = "+886227001001";

pub(crate) struct World {
    pub sandbox: Sandbox,
    pub http: Client,
}

pub(crate) fn number() -> NumberSpec {
    NumberSpec::new(NUMBER, NUMBER_ID, WABA, PHONE)
}

/// `hello` with a name, and nothing else.
pub(crate) fn hello() -> TemplateSpec {
    TemplateSpec::new("hello", "zh_TW").body("{{1}} 您好，歡迎再來！")
}

pub(crate) fn set_up(sandbox: Sandbox, number: NumberSpec) -> World {
    let world = World { sandbox, http: client() };
    world.wa().add_app(AppSpec::new(APP, SECRET, VERIFY_TOKEN)).unwrap();
    world.wa().add_waba(WabaSpec::new(WABA, "晴嶼", APP, TOKEN)).unwrap();
    world.wa().add_number(number).unwrap();
    world
}

pub(crate) async fn world_of(number: NumberSpec) -> World {
    set_up(Sandbox::start(Config::default()).await.unwrap(), number)
}

pub(crate) async fn world() -> World {
    world_of(number()).await
}

/// A world that sends its webhooks to a receiver, tells all statuses at once, and sends again quickly.
pub(crate) async fn with_receiver() -> (World, Receiver) {
    let plan = StatusPlan { sent_ms: Some(0), delivered_ms: Some(1), ..StatusPlan::NEVER };
    let world = world_of(NumberSpec { statuses: plan, ..number() }).await;
    let receiver = Receiver::start("x-hub-signature-256").await;
    let redelivery = Redelivery { tries: 3, after_ms: 20 };
    let url = receiver.url.clone();
    world.wa().change_app(APP, |spec| (spec.webhook_url, spec.redelivery) = (Some(url), redelivery)).unwrap();
    (world, receiver)
}

impl World {
    pub(crate) fn wa(&self) -> &WhatsappWorld {
        self.sandbox.whatsapp()
    }

    /// Somebody with a phone number whose window is closed.
    pub(crate) fn stranger(&self, name: &str, phone: &str) -> CustomerSummary {
        self.wa().add_customer(NUMBER, NewCustomer::phone(name, phone)).unwrap()
    }

    /// Somebody with a phone number who just wrote.
    pub(crate) async fn customer(&self, name: &str, phone: &str) -> CustomerSummary {
        let customer = self.stranger(name, phone);
        self.wa().write(NUMBER, &customer.user, "嗨").await.unwrap();
        customer
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/v25.0/{path}", self.sandbox.base())
    }

    pub(crate) fn post(&self, body: &Value) -> RequestBuilder {
        self.http.post(self.url(&format!("{NUMBER_ID}/messages"))).bearer_auth(TOKEN).json(body)
    }

    /// Sends a body; its `messaging_product` is put in.
    pub(crate) async fn send(&self, mut body: Value) -> Answer {
        body["messaging_product"] = json!("whatsapp");
        Answer::of(self.post(&body)).await
    }

    pub(crate) async fn text(&self, to: &str, text: &str) -> Answer {
        self.send(json!({ "to": to, "type": "text", "text": { "body": text } })).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.get(self.url(path)).bearer_auth(TOKEN)).await
    }

    /// The ledger's last entry: whether it was delivered, and why not.
    pub(crate) fn fate(&self) -> (bool, Option<String>) {
        let entry = self.wa().ledger().pop().unwrap();
        (entry.delivered, entry.reason)
    }

    /// What arrived on somebody's phone, as texts.
    pub(crate) fn texts(&self, user: &str) -> Vec<String> {
        let inbox = self.wa().inbox(NUMBER, user).unwrap();
        let arrived = inbox.into_iter().filter(|message| !message.from_customer);
        arrived
            .map(|message| {
                let text = message.shown.as_ref().map_or(&message.message["text"]["body"], |shown| &shown["body"]);
                text.as_str().unwrap_or_default().to_owned()
            })
            .collect()
    }

    pub(crate) fn refused(&self, reason: &str) -> u64 {
        self.wa().stats(NUMBER).unwrap().refused.get(reason).copied().unwrap_or(0)
    }
}

/// A template message with these components.
pub(crate) fn template(to: &str, name: &str, components: &Value) -> Value {
    json!({ "to": to, "type": "template",
            "template": { "name": name, "language": { "code": "zh_TW" }, "components": components } })
}

pub(crate) fn body(texts: &[&str]) -> Value {
    let parameters: Vec<_> = texts.iter().map(|text| json!({ "type": "text", "text": text })).collect();
    json!({ "type": "body", "parameters": parameters })
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self { status: response.status().as_u16(), bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The wamid of an accepted message.
    pub(crate) fn id(&self) -> String {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> i64 {
        self.json()["error"]["code"].as_i64().unwrap()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn details(&self) -> String {
        self.json()["error"]["error_data"]["details"].as_str().unwrap_or_default().to_owned()
    }
}

/// What WhatsApp's webhooks carry.
pub(crate) trait Changes {
    /// Every change, in order.
    fn changes(&self) -> Vec<Value>;

    /// Everything under this name in the changes' values.
    fn all(&self, name: &str) -> Vec<Value> {
        let items = |change: &Value| change["value"][name].as_array().cloned().unwrap_or_default();
        self.changes().iter().flat_map(items).collect()
    }

    fn statuses(&self) -> Vec<String> {
        self.all("statuses").iter().map(|status| status["status"].as_str().unwrap().to_owned()).collect()
    }
}

impl Changes for Receiver {
    fn changes(&self) -> Vec<Value> {
        let of = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        let entries = self.received().into_iter().flat_map(move |call| of(&call.json(), "entry"));
        entries.flat_map(move |entry| of(&entry, "changes")).collect()
    }
}

/// Whether Meta signed a call with this secret.
pub(crate) fn is_signed(call: &Received, secret: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &call.body);
    let digits = tag.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    call.signature == format!("sha256={digits}")
}
