//! What a customer does with the phone, and the webhooks that tell of it.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Kind, Record, WhatsappWorld,
    account::Number,
    customer::{Customer, Identity, Said, Stance},
    errors,
    media::RECEIVED_MS,
    spec::digits,
    status::read_statuses,
    wamid, webhook,
};
use crate::{WorldError, delivery::When, media};

/// A customer's act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Act {
    /// Writes.
    Text {
        /// The text.
        text: String,
        /// The wamid of the message that is answered.
        #[serde(default)]
        reply_to: Option<String>,
    },
    /// Sends the built-in sample picture.
    Photo,
    /// Sends a picture, video, sound, document or sticker.
    Media {
        /// Which of them.
        kind: Kind,
        /// MIME type.
        mime: String,
        /// The bytes in base64.
        content: String,
        /// Words below a picture, video or document.
        #[serde(default)]
        caption: Option<String>,
        /// Name of a document.
        #[serde(default)]
        file_name: Option<String>,
    },
    /// Sends a place.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// Its name.
        #[serde(default)]
        name: Option<String>,
        /// Its address.
        #[serde(default)]
        address: Option<String>,
    },
    /// Presses a quick reply of a template that arrived.
    Press {
        /// The template message's wamid.
        message_id: String,
        /// Which of its buttons, from 0.
        index: usize,
    },
    /// A `button` message as it stands.
    Button {
        /// What stands on the button.
        text: String,
        /// Its payload.
        payload: String,
        /// The wamid of the message it was on.
        #[serde(default)]
        message_id: Option<String>,
    },
    /// Picks an answer of an interactive message.
    Interactive {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
    },
    /// Reacts to a message; an empty emoji takes it back.
    Reaction {
        /// The message's wamid.
        message_id: String,
        /// The emoji.
        emoji: String,
    },
    /// Sends somebody's name and number.
    Contacts {
        /// The name.
        name: String,
        /// The number.
        phone: String,
    },
    /// A message of any other type; `unsupported` is Meta's own for what it cannot carry.
    Unknown {
        /// The type.
        #[serde(default = "unsupported")]
        kind: String,
    },
    /// Moves to another phone number, which brings a new BSUID.
    ChangeNumber {
        /// The new number, with `+`.
        phone: String,
    },
    /// Blocks the number; no webhook tells it.
    Block,
    /// Unblocks it.
    Unblock,
    /// Wants no marketing from it any more.
    StopMarketing,
    /// Wants it again.
    ResumeMarketing,
    /// Reads all that arrived.
    Read,
}

fn unsupported() -> String {
    "unsupported".to_owned()
}

impl Act {
    /// Writes.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned(), reply_to: None }
    }

    /// Sends these bytes.
    pub fn media(kind: Kind, mime: &str, bytes: &[u8]) -> Self {
        Self::Media { kind, mime: mime.to_owned(), content: STANDARD.encode(bytes), caption: None, file_name: None }
    }

    /// Presses a quick reply of a template that arrived.
    pub fn press(message_id: &str, index: usize) -> Self {
        Self::Press { message_id: message_id.to_owned(), index }
    }

    /// A `button` message with this text and payload.
    pub fn button(text: &str, payload: &str) -> Self {
        Self::Button { text: text.to_owned(), payload: payload.to_owned(), message_id: None }
    }
}

/// An act that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The wamid, if it was a message.
    pub message_id: Option<String>,
    /// Status of the first delivery; none when it was not awaited, not sent or not answered.
    pub answered: Option<u16>,
}

/// What an act makes of the world.
pub(super) struct Done {
    pub message: Option<u64>,
    pub events: Vec<Value>,
}

impl WhatsappWorld {
    /// A customer acts; returns once the webhook was answered (when it is delivered at once). `user` is the id here,
    /// the phone number with `+`, or the BSUID.
    pub async fn act(&self, number: &str, user: &str, act: Act, when: When) -> Result<Sent, WorldError> {
        let number = self.number(number)?;
        let person = self.person(&number, user)?;
        let done = self.perform(&number, &person, act, when.timestamp)?;
        let waba = number.spec().waba.clone();
        let answered = self.deliver(&waba, done.events, when.delivery).await;
        Ok(Sent { message_id: done.message.map(wamid::text), answered })
    }

    /// Writes, now.
    pub async fn write(&self, number: &str, user: &str, text: &str) -> Result<Sent, WorldError> {
        self.act(number, user, Act::text(text), When::default()).await
    }

    /// Changes the world and gives the events that tell of it.
    pub(super) fn perform(
        &self,
        number: &Arc<Number>,
        person: &Arc<Customer>,
        act: Act,
        timestamp: Option<i64>,
    ) -> Result<Done, WorldError> {
        let at_ms = timestamp.unwrap_or_else(|| self.0.common.clock.now_ms());
        let stance = person.stance(&number.name);
        let silent = Done { message: None, events: Vec::new() };
        match act {
            Act::Block | Act::Unblock => {
                self.take_stance(number, person, Stance { blocked: act == Act::Block, ..stance });
                Ok(silent)
            }
            Act::StopMarketing | Act::ResumeMarketing => {
                let stopped = act == Act::StopMarketing;
                self.take_stance(number, person, Stance { stopped, ..stance });
                Ok(Done { events: vec![preference(number, person, stopped, at_ms)], ..silent })
            }
            Act::Read => Ok(Done { events: read_statuses(number, person, at_ms), ..silent }),
            _ if stance.blocked => Err(WorldError::Blocked),
            Act::ChangeNumber { phone } => {
                let id = self.message_id();
                Ok(Done { message: Some(id), events: vec![self.change_phone(number, person, &phone, (id, at_ms))?] })
            }
            said => self.say(number, person, said, at_ms),
        }
    }

    fn take_stance(&self, number: &Number, person: &Customer, stance: Stance) {
        person.set_stance(&number.name, stance);
        self.note(|| Record::Stance {
            number: number.name.to_string(),
            user: person.id.to_string(),
            blocked: stance.blocked,
            stopped: stance.stopped,
        });
    }

    fn say(&self, number: &Arc<Number>, person: &Customer, act: Act, at_ms: i64) -> Result<Done, WorldError> {
        let id = self.message_id();
        let mut message = self.message(number, person, act)?;
        let identity = person.identity();
        if let Some(phone) = &identity.phone {
            message["from"] = json!(phone);
        }
        if let Some(bsuid) = &identity.bsuid {
            message["from_user_id"] = json!(bsuid);
        }
        message["id"] = json!(wamid::text(id));
        message["timestamp"] = json!((at_ms / 1000).to_string());
        // Messages in and out share the throughput; one too many is held back by Meta and comes all the same.
        number.passes(self.0.common.clock.now_us());
        person.say(&number.name, Said { at_ms, id, message: message.clone() });
        self.note(|| Record::Said {
            number: number.name.to_string(),
            user: person.id.to_string(),
            at_ms,
            id,
            message: message.clone(),
        });
        let spec = number.spec();
        let mut value = webhook::value(&spec);
        value["contacts"] = json!([webhook::contact(person)]);
        value["messages"] = json!([message]);
        Ok(Done { message: Some(id), events: vec![webhook::event(&spec.waba, "messages", &value)] })
    }

    /// The message of the webhook, but for who, when and its id.
    fn message(&self, number: &Number, person: &Customer, act: Act) -> Result<Value, WorldError> {
        let context = |id: &str| json!({ "from": number.spec().digits(), "id": id });
        Ok(match act {
            Act::Text { text, .. } if text.is_empty() => {
                return Err(WorldError::invalid("text", "must not be empty"));
            }
            Act::Text { text, reply_to } => {
                let mut message = json!({ "type": "text", "text": { "body": text } });
                if let Some(id) = reply_to {
                    message["context"] = context(&id);
                }
                message
            }
            Act::Photo => self.medium_message(number, Kind::Image, media::PICTURE_MIME, &media::picture()),
            Act::Media { kind, mime, content, caption, file_name } => {
                let bytes = STANDARD.decode(&content);
                let bytes =
                    bytes.map_err(|error| WorldError::invalid("content", format!("must be base64: {error}")))?;
                let mut message = self.medium_message(number, kind, &mime, &Bytes::from(bytes));
                if let Some(caption) = caption {
                    message[kind.name()]["caption"] = json!(caption);
                }
                if kind == Kind::Document {
                    message["document"]["filename"] = json!(file_name.as_deref().unwrap_or("file.bin"));
                }
                message
            }
            Act::Location { latitude, longitude, name, address } => {
                let mut place = json!({ "latitude": latitude, "longitude": longitude });
                for (key, text) in [("name", name), ("address", address)] {
                    if let Some(text) = text {
                        place[key] = json!(text);
                    }
                }
                json!({ "type": "location", "location": place })
            }
            Act::Press { message_id, index } => {
                let (text, payload) = pressed(number, person, &message_id, index)?;
                let button = json!({ "payload": payload, "text": text });
                json!({ "type": "button", "button": button, "context": context(&message_id) })
            }
            Act::Button { text, payload, message_id } => {
                let mut message = json!({ "type": "button", "button": { "payload": payload, "text": text } });
                if let Some(id) = message_id {
                    message["context"] = context(&id);
                }
                message
            }
            Act::Interactive { id, title } => json!({
                "type": "interactive",
                "interactive": { "type": "button_reply", "button_reply": { "id": id, "title": title } },
            }),
            Act::Reaction { message_id, emoji } => {
                let mut reaction = json!({ "message_id": message_id });
                if !emoji.is_empty() {
                    reaction["emoji"] = json!(emoji);
                }
                json!({ "type": "reaction", "reaction": reaction })
            }
            Act::Contacts { name, phone } => {
                let phones = json!([{ "phone": phone, "wa_id": digits(&phone), "type": "MOBILE" }]);
                let name = json!({ "first_name": name, "formatted_name": name });
                json!({ "type": "contacts", "contacts": [{ "name": name, "phones": phones }] })
            }
            Act::Unknown { kind } => {
                let mut message = json!({ "type": kind });
                if kind == "unsupported" {
                    message["errors"] = json!([errors::told(131_051)]);
                } else {
                    message[&kind] = json!({});
                }
                message
            }
            Act::ChangeNumber { .. }
            | Act::Block
            | Act::Unblock
            | Act::StopMarketing
            | Act::ResumeMarketing
            | Act::Read => return Err(WorldError::invalid("act", "is no message")),
        })
    }

    fn medium_message(&self, number: &Number, kind: Kind, mime: &str, bytes: &Bytes) -> Value {
        let id = self.keep(&number.spec().waba, mime, bytes, RECEIVED_MS);
        let digest = self.medium(id).map(|medium| medium.digest_base64()).unwrap_or_default();
        let mut object = json!({ "mime_type": mime, "sha256": digest, "id": id.to_string() });
        match kind {
            Kind::Audio => object["voice"] = json!(false),
            Kind::Sticker => object["animated"] = json!(false),
            Kind::Image | Kind::Video | Kind::Document => {}
        }
        let mut message = json!({ "type": kind.name() });
        message[kind.name()] = object;
        message
    }

    /// Somebody moves to another number: same person, new phone number, new BSUID.
    fn change_phone(
        &self,
        number: &Number,
        person: &Arc<Customer>,
        phone: &str,
        (id, at_ms): (u64, i64),
    ) -> Result<Value, WorldError> {
        let (old, spec) = (person.identity(), number.spec());
        let phone = digits(phone);
        let bsuid = old.bsuid.as_ref().map(|_| self.bsuid(&person.id, Some(&phone)));
        let new = Identity { phone: Some(phone.clone()), bsuid: bsuid.clone() };
        let waba = self.waba(&spec.waba)?.spec();
        if phone.is_empty() || !self.portfolio_of(&waba).change(person, new) {
            return Err(WorldError::invalid("phone", "must be a number that is nobody's"));
        }
        self.note(|| Record::Identity {
            portfolio: waba.portfolio().to_owned(),
            user: person.id.to_string(),
            phone: Some(phone.clone()),
            bsuid: bsuid.clone(),
        });
        let before = old.phone.unwrap_or_default();
        let body = format!("{} changed from {before} to {phone}", person.name);
        let mut system = json!({ "body": body, "wa_id": phone, "type": "user_changed_number" });
        if let Some(bsuid) = bsuid {
            system["user_id"] = json!(bsuid);
        }
        let mut message = json!({
            "id": wamid::text(id),
            "timestamp": (at_ms / 1000).to_string(),
            "type": "system",
            "system": system,
        });
        if !before.is_empty() {
            message["from"] = json!(before);
        }
        if let Some(bsuid) = old.bsuid {
            message["from_user_id"] = json!(bsuid);
        }
        let mut value = webhook::value(&spec);
        value["messages"] = json!([message]);
        Ok(webhook::event(&spec.waba, "messages", &value))
    }
}

/// Text and payload of a quick reply of a template that arrived.
fn pressed(number: &Number, person: &Customer, id: &str, index: usize) -> Result<(String, String), WorldError> {
    let arrived = wamid::number(id).and_then(|id| person.arrived(&number.name, id));
    let arrived = arrived.ok_or_else(|| WorldError::unknown("message", id))?;
    let button = arrived.shown.as_ref().and_then(|shown| shown["buttons"].get(index));
    let button = button.filter(|button| button["type"] == "QUICK_REPLY");
    let button = button.ok_or_else(|| WorldError::invalid("index", "is no quick reply of this message"))?;
    let text = |name: &str| button[name].as_str().unwrap_or_default().to_owned();
    Ok((text("text"), text("payload")))
}

/// `user_preferences`: marketing stopped or wanted again.
fn preference(number: &Number, person: &Customer, stopped: bool, at_ms: i64) -> Value {
    let (spec, identity) = (number.spec(), person.identity());
    let value = if stopped { "stop" } else { "resume" };
    let mut preference = json!({
        "detail": format!("User requested to {value} marketing messages"),
        "category": "marketing_messages",
        "value": value,
        "timestamp": at_ms / 1000,
    });
    if let Some(phone) = identity.phone {
        preference["wa_id"] = json!(phone);
    }
    if let Some(bsuid) = identity.bsuid {
        preference["user_id"] = json!(bsuid);
    }
    let mut value = webhook::value(&spec);
    value["contacts"] = json!([webhook::contact(person)]);
    value["user_preferences"] = json!([preference]);
    webhook::event(&spec.waba, "user_preferences", &value)
}
