//! WhatsApp's webhooks as Meta writes them, for tests.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::channels::testing::Whatsapp;

/// Somebody with a number, an id of Meta's, or both.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Person {
    /// With `+`.
    pub(super) phone: Option<&'static str>,
    pub(super) bsuid: Option<&'static str>,
    pub(super) name: &'static str,
}

impl Person {
    /// What stands beside an event of hers.
    fn contact(&self) -> Value {
        let mut contact = json!({ "profile": { "name": self.name } });
        self.put(&mut contact, "wa_id", "user_id");
        contact
    }

    fn put(&self, into: &mut Value, phone: &str, bsuid: &str) {
        if let Some(number) = self.phone {
            into[phone] = json!(number.trim_start_matches('+'));
        }
        if let Some(id) = self.bsuid {
            into[bsuid] = json!(id);
        }
    }

    /// She writes this, at `at` (UTC milliseconds).
    pub(super) fn writes(&self, id: &str, at: i64, body: Value) -> Value {
        let mut message = json!({ "id": id, "timestamp": (at / 1_000).to_string() });
        message.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        self.put(&mut message, "from", "from_user_id");
        let value = json!({ "messaging_product": "whatsapp", "contacts": [self.contact()], "messages": [message] });
        json!({ "field": "messages", "value": value })
    }

    /// She writes a text.
    pub(super) fn says(&self, id: &str, at: i64, text: &str) -> Value {
        self.writes(id, at, json!({ "type": "text", "text": { "body": text } }))
    }

    /// She stops or resumes marketing messages in WhatsApp itself.
    pub(super) fn prefers(&self, value: &str, at: i64) -> Value {
        let mut preference = json!({ "category": "marketing_messages", "value": value, "timestamp": at / 1_000 });
        self.put(&mut preference, "wa_id", "user_id");
        let value =
            json!({ "messaging_product": "whatsapp", "contacts": [self.contact()], "user_preferences": [preference] });
        json!({ "field": "user_preferences", "value": value })
    }
}

/// How far a message of ours got.
pub(super) fn status(id: &str, state: &str, at: i64) -> Value {
    let mut status = json!({ "id": id, "status": state, "timestamp": (at / 1_000).to_string() });
    if state == "failed" {
        status["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    }
    json!({ "field": "messages", "value": { "messaging_product": "whatsapp", "statuses": [status] } })
}

/// Something is wrong with the number.
pub(super) fn fault(code: i64) -> Value {
    json!({ "field": "messages", "value": { "errors": [{ "code": code, "title": "Something is wrong" }] } })
}

/// What happened on the number, in one webhook.
pub(super) fn webhook(of: &Whatsapp, changes: &[Value]) -> Vec<u8> {
    let changes: Vec<Value> = changes
        .iter()
        .cloned()
        .map(|mut change| {
            if change["field"] != "message_template_status_update" {
                change["value"]["metadata"] =
                    json!({ "display_phone_number": "15550783881", "phone_number_id": of.phone_number_id });
            }
            change
        })
        .collect();
    let entry = json!({ "id": of.account, "changes": changes });
    json!({ "object": "whatsapp_business_account", "entry": [entry] }).to_string().into_bytes()
}

/// `X-Hub-Signature-256` of these bytes.
pub(super) fn signature(secret: &[u8], body: &[u8]) -> String {
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body);
    mac.as_ref().iter().fold(String::from("sha256="), |text, byte| format!("{text}{byte:02x}"))
}
