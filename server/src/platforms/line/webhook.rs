//! LINE's webhooks: the signature over the raw bytes, then the events (providers.md A8).

use std::borrow::Cow;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

pub use crate::platforms::Unreadable;
use crate::platforms::incoming::{self, paired};

/// The largest webhook that is taken, in bytes.
pub const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// Whether LINE signed these bytes: `x-line-signature` is the base64 of HMAC-SHA256 over them with the channel's
/// secret. Compared in constant time.
pub fn is_signed(secret: &[u8], body: &[u8], signature: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    STANDARD.decode(signature.trim()).is_ok_and(|signature| hmac::verify(&key, body, &signature).is_ok())
}

/// A webhook: events of one bot, each as it came.
#[derive(Debug, Deserialize)]
pub struct Webhook<'a> {
    /// The bot's user id.
    #[serde(borrow)]
    pub destination: Cow<'a, str>,
    /// None in a test of the connection.
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

/// What is kept of an event until it is processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// `webhookEventId`: the same in a redelivery. Absent in no documented event.
    pub key: Option<Cow<'a, str>>,
    /// When it happened, in UTC milliseconds.
    pub at: Option<i64>,
    /// The event as it came.
    pub body: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'a> {
    #[serde(borrow)]
    webhook_event_id: Option<Cow<'a, str>>,
    timestamp: Option<i64>,
}

impl<'a> Webhook<'a> {
    /// Reads the outer shape. Unknown fields and kinds of events are no error.
    pub fn read(body: &'a [u8]) -> Result<Self, Unreadable> {
        incoming::check_depth(body)?;
        Ok(serde_json::from_slice(body)?)
    }

    /// Its events.
    pub fn events(&self) -> Result<Vec<Envelope<'a>>, Unreadable> {
        let read = |event: &&'a RawValue| {
            let body = event.get();
            let head: Head<'a> = serde_json::from_str(body)?;
            Ok(Envelope { key: head.webhook_event_id.filter(|key| !key.is_empty()), at: head.timestamp, body })
        };
        self.events.iter().map(read).collect()
    }
}

/// An event of a customer, as far as Storecast uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The customer's LINE user id.
    pub user: String,
    /// When, in UTC milliseconds.
    pub at: i64,
    /// Answers for free while it is fresh.
    pub reply_token: Option<String>,
    /// What.
    pub what: What,
}

/// What a customer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Added or unblocked the account.
    Follow,
    /// Blocked it.
    Unfollow,
    /// Wrote.
    Message(Message),
    /// Pressed a button.
    Postback {
        /// The button's data.
        data: String,
        /// What the button wrote into the chat, where the event tells.
        text: Option<String>,
    },
}

/// A customer's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// LINE's id of it.
    pub id: String,
    /// What it is.
    pub kind: Kind,
}

/// Kinds of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text(String),
    /// A picture; whether LINE keeps the bytes.
    Image(Bytes),
    /// A film.
    Video(Bytes),
    /// A recording.
    Audio(Bytes),
    /// A file, with its name.
    File(String),
    /// A sticker, with its words.
    Sticker(Vec<String>),
    /// A place.
    Location {
        /// Its name.
        title: Option<String>,
        /// Its address.
        address: Option<String>,
    },
    /// A kind that this version does not know.
    Other,
}

/// Where the bytes of a message lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// At LINE, to be fetched.
    AtLine,
    /// At an address of a third party, which is not fetched.
    Elsewhere,
}

impl Event {
    /// Reads an event as it was kept. `None` for what is no customer's doing: other kinds, groups and rooms.
    pub fn read(body: &str) -> Result<Option<Self>, Unreadable> {
        let event: WireEvent = serde_json::from_str(&paired(body))?;
        let Some(user) = event.source.filter(|source| source.kind == "user").and_then(|source| source.user_id) else {
            return Ok(None);
        };
        let what = match event.kind.as_str() {
            "follow" => What::Follow,
            "unfollow" => What::Unfollow,
            "message" => match event.message {
                Some(message) => What::Message(message.into()),
                None => return Ok(None),
            },
            "postback" => match event.postback {
                Some(postback) => What::Postback { data: postback.data, text: postback.display_text },
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let at = event.timestamp.unwrap_or_default();
        Ok(Some(Self { user, at, reply_token: event.reply_token, what }))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    #[serde(rename = "type", default)]
    kind: String,
    timestamp: Option<i64>,
    source: Option<Source>,
    reply_token: Option<String>,
    message: Option<WireMessage>,
    postback: Option<WirePostback>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(rename = "type", default)]
    kind: String,
    user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePostback {
    #[serde(default)]
    data: String,
    display_text: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMessage {
    #[serde(default)]
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    text: Option<String>,
    file_name: Option<String>,
    title: Option<String>,
    address: Option<String>,
    keywords: Option<Vec<String>>,
    content_provider: Option<Provider>,
}

#[derive(Deserialize)]
struct Provider {
    #[serde(rename = "type", default)]
    kind: String,
}

impl From<WireMessage> for Message {
    fn from(message: WireMessage) -> Self {
        let bytes = match message.content_provider {
            Some(provider) if provider.kind == "external" => Bytes::Elsewhere,
            _ => Bytes::AtLine,
        };
        let kind = match message.kind.as_str() {
            "text" => Kind::Text(message.text.unwrap_or_default()),
            "image" => Kind::Image(bytes),
            "video" => Kind::Video(bytes),
            "audio" => Kind::Audio(bytes),
            "file" => Kind::File(message.file_name.unwrap_or_default()),
            // A message sticker has its words in `text`.
            "sticker" => {
                Kind::Sticker(message.text.map_or_else(|| message.keywords.unwrap_or_default(), |text| vec![text]))
            }
            "location" => Kind::Location { title: message.title, address: message.address },
            _ => Kind::Other,
        };
        Self { id: message.id, kind }
    }
}

#[cfg(test)]
#[path = "webhook_test.rs"]
mod tests;
