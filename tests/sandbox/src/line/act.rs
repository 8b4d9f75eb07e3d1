//! What a customer does with the phone, each ending in a webhook.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    LineWorld, Record, WorldError,
    channel::{Channel, Content},
    customer::{Customer, Relation, Said},
    send::quote_token,
};
use crate::{delivery::When, media, sync::lock};

/// A customer's act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Act {
    /// Adds the account as a friend.
    Follow,
    /// Blocks it.
    Block,
    /// Unblocks it.
    Unblock,
    /// Writes.
    Text {
        /// The text.
        text: String,
    },
    /// Sends a sticker.
    Sticker {
        /// LINE's package id.
        #[serde(default = "sticker_package")]
        package_id: String,
        /// LINE's sticker id.
        #[serde(default = "sticker")]
        sticker_id: String,
    },
    /// Sends the built-in sample picture.
    Photo,
    /// Sends a picture, video, sound or file.
    Media {
        /// Which of them.
        kind: MediaKind,
        /// MIME type, with which the content is served.
        mime: String,
        /// The bytes in base64.
        content: String,
        /// So many fetches are answered 202 first, as for a video being prepared.
        #[serde(default)]
        preparing: u32,
    },
    /// Taps a button with a postback action.
    Postback {
        /// Its data.
        data: String,
    },
    /// Takes a message back; its content is gone (410).
    Unsend {
        /// Id of the message.
        message_id: String,
    },
}

impl Act {
    /// Writes.
    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned() }
    }

    /// A sticker everybody has.
    pub fn sticker() -> Self {
        Self::Sticker { package_id: sticker_package(), sticker_id: sticker() }
    }

    /// Taps a button with this data.
    pub fn postback(data: &str) -> Self {
        Self::Postback { data: data.to_owned() }
    }

    /// Sends these bytes; `preparing` fetches are answered 202 first.
    pub fn media(kind: MediaKind, mime: &str, bytes: &[u8], preparing: u32) -> Self {
        Self::Media { kind, mime: mime.to_owned(), content: STANDARD.encode(bytes), preparing }
    }
}

fn sticker_package() -> String {
    "446".to_owned()
}

fn sticker() -> String {
    "1988".to_owned()
}

/// Kinds of content that are fetched by message id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// `image`
    Image,
    /// `video`
    Video,
    /// `audio`
    Audio,
    /// `file`
    File,
}

/// An act that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// `webhookEventId`.
    pub event_id: String,
    /// Id of the message, if it was one.
    pub message_id: Option<String>,
    /// Reply token, if the event has one.
    pub reply_token: Option<String>,
    /// Status of the first delivery; none when it was not awaited, not sent or not answered.
    pub answered: Option<u16>,
}

impl LineWorld {
    /// A customer acts; returns once the webhook was answered (when it is delivered at once).
    pub async fn act(&self, channel: &str, user: &str, act: Act, when: When) -> Result<Sent, WorldError> {
        let channel = self.channel(channel)?;
        let customer = channel.known(user)?;
        let event = self.perform(&channel, &customer, act, when.timestamp)?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut sent = Sent {
            event_id: text(&event["webhookEventId"]).unwrap_or_default(),
            message_id: text(&event["message"]["id"]),
            reply_token: text(&event["replyToken"]),
            answered: None,
        };
        sent.answered = self.deliver(&channel, vec![event], when.delivery).await;
        Ok(sent)
    }

    /// Adds the account as a friend, now.
    pub async fn follow(&self, channel: &str, user: &str) -> Result<Sent, WorldError> {
        self.act(channel, user, Act::Follow, When::default()).await
    }

    /// Blocks the account, now.
    pub async fn block(&self, channel: &str, user: &str) -> Result<Sent, WorldError> {
        self.act(channel, user, Act::Block, When::default()).await
    }

    /// Unblocks the account, now.
    pub async fn unblock(&self, channel: &str, user: &str) -> Result<Sent, WorldError> {
        self.act(channel, user, Act::Unblock, When::default()).await
    }

    /// Writes, now.
    pub async fn write(&self, channel: &str, user: &str, text: &str) -> Result<Sent, WorldError> {
        self.act(channel, user, Act::text(text), When::default()).await
    }

    /// Changes the world and gives the event that tells of it.
    pub(super) fn perform(
        &self,
        channel: &Channel,
        customer: &Arc<Customer>,
        act: Act,
        timestamp: Option<i64>,
    ) -> Result<Value, WorldError> {
        let at_ms = timestamp.unwrap_or_else(|| self.0.common.clock.now_ms());
        let blocked = customer.relation() == Relation::Blocked;
        let event = |kind, more| self.event(channel, customer, kind, at_ms, more);
        match act {
            Act::Follow | Act::Unblock => {
                self.relate(channel, customer, Relation::Friend);
                return Ok(event("follow", Some(("follow", json!({ "isUnblocked": blocked })))));
            }
            Act::Block => {
                self.relate(channel, customer, Relation::Blocked);
                return Ok(event("unfollow", None));
            }
            _ if blocked => return Err(WorldError::Blocked),
            Act::Postback { data } => {
                return Ok(event("postback", Some(("postback", json!({ "data": data })))));
            }
            Act::Unsend { message_id } => {
                let id = message_id.parse().unwrap_or(0);
                if let Some(content) = lock(&channel.contents).get_mut(&id) {
                    content.gone = true;
                }
                return Ok(event("unsend", Some(("unsend", json!({ "messageId": message_id })))));
            }
            Act::Text { .. } | Act::Sticker { .. } | Act::Photo | Act::Media { .. } => {}
        }
        let id = self.message_ids(1);
        let message = self.message(channel, customer, act, id)?;
        let said = Said { at_ms, id, message: message.clone() };
        self.note(|| Record::Said {
            channel: channel.name.to_string(),
            user: customer.user.to_string(),
            at_ms,
            id,
            message: message.clone(),
        });
        customer.say(said);
        Ok(event("message", Some(("message", message))))
    }

    /// The `message` of a message event.
    fn message(&self, channel: &Channel, customer: &Customer, act: Act, id: u64) -> Result<Value, WorldError> {
        let mut message = match act {
            Act::Text { text } => {
                if text.is_empty() {
                    return Err(WorldError::Invalid { field: "text", cure: "must not be empty".to_owned() });
                }
                json!({ "type": "text", "text": text })
            }
            Act::Sticker { package_id, sticker_id } => json!({
                "type": "sticker",
                "packageId": package_id,
                "stickerId": sticker_id,
                "stickerResourceType": "STATIC",
            }),
            Act::Media { kind, mime, content, preparing } => {
                let bytes = STANDARD.decode(&content).map_err(|error| WorldError::Invalid {
                    field: "content",
                    cure: format!("must be base64: {error}"),
                })?;
                keep(channel, id, kind, mime, Bytes::from(bytes), preparing)
            }
            _ => keep(channel, id, MediaKind::Image, media::PICTURE_MIME.to_owned(), media::picture(), 0),
        };
        message["id"] = json!(id.to_string());
        let kind = message["type"].as_str().unwrap_or_default();
        if matches!(kind, "text" | "sticker" | "image" | "video") {
            message["quoteToken"] = json!(quote_token(id));
        }
        message["markAsReadToken"] = json!(self.read_token(&channel.name, customer.id, id));
        Ok(message)
    }

    /// When anything was last said or arrived in a chat, milliseconds; 0 never.
    pub(crate) fn last_ms(&self, channel: &str, user: &str) -> i64 {
        let channel = self.channel(channel);
        channel.and_then(|channel| channel.known(user)).map_or(0, |customer| customer.last_ms())
    }

    /// The last message object of a chat.
    pub(crate) fn last_message(&self, channel: &str, user: &str) -> Option<Value> {
        self.channel(channel).ok()?.known(user).ok()?.last_message()
    }

    /// The bytes a customer sent, with their MIME type; for the phones' page.
    pub(crate) fn content(&self, channel: &str, message_id: u64) -> Option<(String, Bytes)> {
        let channel = self.channel(channel).ok()?;
        let contents = lock(&channel.contents);
        let content = contents.get(&message_id).filter(|content| !content.gone)?;
        Some((content.mime.clone(), content.bytes.clone()))
    }
}

/// Keeps content to be fetched, and gives the message that tells of it.
fn keep(channel: &Channel, id: u64, kind: MediaKind, mime: String, bytes: Bytes, preparing: u32) -> Value {
    let size = bytes.len();
    let preview = match kind {
        MediaKind::Image => bytes.clone(),
        MediaKind::Video => media::picture(),
        MediaKind::Audio | MediaKind::File => Bytes::new(),
    };
    lock(&channel.contents).insert(id, Content { mime, bytes, preview, preparing, gone: false });
    let provider = json!({ "type": "line" });
    match kind {
        MediaKind::Image => json!({ "type": "image", "contentProvider": provider }),
        MediaKind::Video => {
            json!({ "type": "video", "duration": 1000, "contentProvider": provider })
        }
        MediaKind::Audio => {
            json!({ "type": "audio", "duration": 1000, "contentProvider": provider })
        }
        MediaKind::File => json!({ "type": "file", "fileName": "file.bin", "fileSize": size }),
    }
}
