//! Webhooks: their JSON, the signature, how events are packed, the verification (providers.md B5).

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NumberSpec, WhatsappWorld, account::App, customer::Customer, errors};
use crate::{
    Common, WorldError, chance,
    delivery::{self, Delivery, Hook, Posted, Redelivery, ReleaseOrder},
};

/// How long Meta waits for an answer here; it documents none.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How several events share one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pack {
    /// One entry for each run of events of one business account, one change for each event.
    #[default]
    Changes,
    /// One entry for each event.
    Entries,
    /// Messages and statuses of one number together in one change.
    Values,
}

/// How held events are let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Release {
    /// Their order.
    pub order: ReleaseOrder,
    /// Shuffles them, the same way for the same seed.
    pub seed: Option<u64>,
    /// Events of one call.
    pub per_call: usize,
    /// How often each of them is told.
    pub copies: usize,
    /// How they share a call.
    pub pack: Pack,
}

impl Default for Release {
    fn default() -> Self {
        Self { order: ReleaseOrder::default(), seed: None, per_call: 1, copies: 1, pack: Pack::default() }
    }
}

/// An app's webhook.
#[derive(Debug, Clone)]
pub(super) struct AppHook {
    world: WhatsappWorld,
    app: Arc<App>,
    name: String,
    pack: Pack,
}

impl AppHook {
    /// Whether there is somewhere to call.
    pub(super) fn is_set(&self) -> bool {
        self.app.spec().webhook_url.is_some()
    }
}

impl Hook for AppHook {
    fn common(&self) -> &Arc<Common> {
        &self.world.0.common
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn redelivery(&self) -> Redelivery {
        self.app.spec().redelivery
    }

    fn held(&self) -> &Mutex<Vec<Value>> {
        &self.app.held
    }

    /// Meta does not mark what it sends again.
    async fn call(&self, events: &[Value], _again: bool) -> Option<Posted> {
        let spec = self.app.spec();
        let url = spec.webhook_url.as_deref()?;
        let body = escaped(&packed(events, self.pack).to_string());
        let key = hmac::Key::new(hmac::HMAC_SHA256, spec.secret.as_bytes());
        let signature = hmac::sign(&key, body.as_bytes());
        let digits = signature.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let _permit = self.app.permits.acquire().await.ok()?;
        let request = self.world.0.common.http.post(url).timeout(TIMEOUT);
        let request = request
            .header("content-type", "application/json")
            .header("user-agent", "facebookexternalua")
            .header("x-hub-signature-256", format!("sha256={digits}"))
            .body(body);
        Some(Posted::of(request, &spec.name).await)
    }
}

impl WhatsappWorld {
    pub(super) fn hook(&self, app: &Arc<App>, pack: Pack) -> AppHook {
        AppHook { world: self.clone(), app: app.clone(), name: app.spec().name.clone(), pack }
    }

    /// The webhook of a business account's app.
    pub(super) fn hook_of(&self, waba: &str, pack: Pack) -> Option<AppHook> {
        let spec = self.waba(waba).ok()?.spec();
        self.app(&spec.app).ok().map(|app| self.hook(&app, pack))
    }

    /// Delivers events of one business account in one call; gives the status of the first try when it was awaited.
    pub(super) async fn deliver(&self, waba: &str, events: Vec<Value>, how: Delivery) -> Option<u16> {
        let hook = self.hook_of(waba, Pack::default()).filter(|_| !events.is_empty())?;
        delivery::deliver(&hook, events, how).await
    }

    /// Lets go of the held events of an app; gives the status of each call.
    pub async fn release(&self, app: &str, how: Release) -> Result<Vec<Option<u16>>, WorldError> {
        if how.per_call == 0 || how.copies == 0 {
            return Err(WorldError::invalid("per_call", "per_call and copies must be at least 1"));
        }
        let hook = self.hook(&self.app(app)?, how.pack);
        let held = delivery::take_held(&hook, how.order);
        let mut events: Vec<Value> = held.into_iter().flat_map(|event| vec![event; how.copies]).collect();
        if let Some(seed) = how.seed {
            let mut places: Vec<_> = (0_u64..).zip(events).collect();
            places.sort_by_key(|(place, _)| chance::mix(seed ^ chance::mix(*place)));
            events = places.into_iter().map(|(_, event)| event).collect();
        }
        let mut answers = Vec::new();
        for events in events.chunks(how.per_call) {
            answers.push(delivery::deliver(&hook, events.to_vec(), Delivery::Now).await);
        }
        Ok(answers)
    }

    /// Any change of a business account, as it stands; gives the status.
    pub async fn notify(
        &self,
        waba: &str,
        field: &str,
        value: &Value,
        how: Delivery,
    ) -> Result<Option<u16>, WorldError> {
        self.waba(waba)?;
        Ok(self.deliver(waba, vec![event(waba, field, value)], how).await)
    }

    /// An error of the account as a whole, told in the `messages` field of a number; gives the status.
    pub async fn account_error(&self, number: &str, code: i64) -> Result<Option<u16>, WorldError> {
        let spec = self.number(number)?.spec();
        let mut value = value(&spec);
        value["errors"] = json!([errors::told(code)]);
        self.notify(&spec.waba, "messages", &value, Delivery::Now).await
    }

    /// The verification of an app's webhook: whether the challenge came back.
    pub async fn verify_webhook(&self, app: &str) -> Result<bool, WorldError> {
        let spec = self.app(app)?.spec();
        let url = spec.webhook_url.as_deref().ok_or_else(|| WorldError::invalid("webhook_url", "is not set"))?;
        let challenge = (self.fresh() % 10_000_000_000).to_string();
        let query =
            [("hub.mode", "subscribe"), ("hub.challenge", &challenge), ("hub.verify_token", &spec.verify_token)];
        let request = self.0.common.http.get(url).query(&query).timeout(TIMEOUT);
        let answer = match request.send().await {
            Ok(answer) if answer.status() == 200 => answer.text().await,
            Ok(_) => return Ok(false),
            Err(error) => Err(error),
        };
        if let Err(error) = &answer {
            tracing::debug!(app = spec.name, %error, "a webhook could not be verified");
        }
        Ok(answer.is_ok_and(|text| text == challenge))
    }
}

/// What every value of a number begins with.
pub(super) fn value(number: &NumberSpec) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": number.digits(), "phone_number_id": number.id },
    })
}

/// A customer in `contacts`.
pub(super) fn contact(person: &Customer) -> Value {
    let identity = person.identity();
    let mut contact = json!({ "profile": { "name": person.name } });
    if let Some(phone) = identity.phone {
        contact["wa_id"] = json!(phone);
    }
    if let Some(bsuid) = identity.bsuid {
        contact["user_id"] = json!(bsuid);
    }
    contact
}

/// An event as it waits to be packed.
pub(super) fn event(waba: &str, field: &str, value: &Value) -> Value {
    json!({ "waba": waba, "field": field, "value": value })
}

/// The body of a call.
fn packed(events: &[Value], pack: Pack) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    for event in events {
        let change = json!({ "value": event["value"], "field": event["field"] });
        let entry = entries.last_mut().filter(|entry| pack != Pack::Entries && entry["id"] == event["waba"]);
        match entry.and_then(|entry| entry["changes"].as_array_mut()) {
            None => entries.push(json!({ "id": event["waba"], "changes": [change] })),
            Some(changes) => match changes.last_mut().filter(|last| pack == Pack::Values && is_alike(last, &change)) {
                Some(last) => merge(&mut last["value"], &change["value"]),
                None => changes.push(change),
            },
        }
    }
    json!({ "object": "whatsapp_business_account", "entry": entries })
}

/// Whether two changes can be one: messages or statuses of the same number.
fn is_alike(one: &Value, other: &Value) -> bool {
    let kind = |change: &Value| ["messages", "statuses"].map(|name| change["value"][name].is_array());
    one["field"] == other["field"]
        && one["value"]["metadata"] == other["value"]["metadata"]
        && kind(one) == kind(other)
        && kind(one).contains(&true)
}

fn merge(into: &mut Value, from: &Value) {
    for name in ["contacts", "messages", "statuses"] {
        for item in from[name].as_array().into_iter().flatten() {
            match into[name].as_array_mut() {
                Some(items) if items.contains(item) && name == "contacts" => {}
                Some(items) => items.push(item.clone()),
                None => into[name] = json!([item]),
            }
        }
    }
}

/// JSON as Meta sends it: beyond ASCII as `\uXXXX`, and slashes escaped.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for character in json.chars() {
        match character {
            '/' => out.push_str("\\/"),
            plain if plain.is_ascii() => out.push(plain),
            other => {
                for unit in other.encode_utf16(&mut units) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Pack, escaped, event, packed};

    #[test]
    fn beyond_ascii_is_escaped() {
        let escaped = escaped("{\"a\":\"您/😀\"}");
        assert_eq!(escaped, "{\"a\":\"\\u60a8\\/\\ud83d\\ude00\"}");
        assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), json!({ "a": "您/😀" }));
    }

    #[test]
    fn events_share_a_call() {
        let value = |number: &str, name: &str, id: &str| {
            let mut value = json!({ "metadata": { "phone_number_id": number }, "contacts": [{ "wa_id": "1" }] });
            value[name] = json!([{ "id": id }]);
            value
        };
        let events = [
            event("1", "messages", &value("11", "messages", "a")),
            event("1", "messages", &value("11", "messages", "b")),
            event("1", "messages", &value("11", "statuses", "c")),
            event("2", "messages", &value("21", "statuses", "d")),
        ];
        let shape = |pack| {
            let body = packed(&events, pack);
            let entries = body["entry"].as_array().unwrap().clone();
            entries.iter().map(|entry| entry["changes"].as_array().unwrap().len()).collect::<Vec<_>>()
        };
        assert_eq!(shape(Pack::Changes), [3, 1]);
        assert_eq!(shape(Pack::Entries), [1, 1, 1, 1]);
        assert_eq!(shape(Pack::Values), [2, 1]);
        let first = packed(&events, Pack::Values)["entry"][0]["changes"][0]["value"].clone();
        assert_eq!(
            (&first["messages"], &first["contacts"]),
            (&json!([{ "id": "a" }, { "id": "b" }]), &json!([{ "wa_id": "1" }]))
        );
    }
}
