//! Every call that was to bring somebody a message, answered or not: what was received when, by which door, and how it
//! ended. The ledger says what was accepted; this says what was tried, so that a record can be held against both.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_lc_rs::digest;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ledger::Platform, sync::lock};

/// A call that was to bring somebody a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// When all of it was received, microseconds of the sandbox's clock.
    pub at_us: i64,
    /// When it ended; absent while it is under way.
    pub ended_us: Option<i64>,
    /// `line` or `whatsapp`.
    pub platform: String,
    /// Name of the channel, on WhatsApp of the number.
    pub channel: String,
    /// `push`, `multicast` or `reply`; on WhatsApp `messages`.
    pub endpoint: String,
    /// The port it came by (see [`crate::Sandbox::open_door`]); 0 where the caller named none.
    pub door: u16,
    /// Whom it addresses: user ids; on WhatsApp the id of the person in the sandbox, where there is one.
    pub users: Vec<String>,
    /// The retry key that was sent along.
    pub retry_key: Option<String>,
    /// `biz_opaque_callback_data` of WhatsApp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// SHA-256 of the body, hex: two calls under one key must have the same.
    pub digest: String,
    /// The message objects as received; on WhatsApp the whole body.
    pub messages: Vec<Value>,
    /// How it ended.
    pub end: CallEnd,
}

/// How a call ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum CallEnd {
    /// Not yet.
    #[default]
    Open,
    /// The caller hung up before it was answered: it may have been accepted.
    Gone,
    /// The connection was dropped on purpose, before or after acceptance.
    Dropped,
    /// It was answered; whether the caller read the answer is not known here.
    Answered {
        /// The HTTP status.
        status: u16,
        /// Why it was refused, by the sandbox's own word; `fault_…` where a fault was in force.
        reason: Option<String>,
        /// Meta's code of an error.
        code: Option<i64>,
    },
}

/// A call as it is kept.
#[derive(Debug)]
struct Kept {
    platform: Platform,
    channel: Arc<str>,
    endpoint: &'static str,
    door: u16,
    users: Vec<String>,
    retry_key: Option<String>,
    callback: Option<String>,
    at_us: i64,
    body: Bytes,
    /// When and how it ended.
    end: Mutex<(Option<i64>, CallEnd)>,
}

impl Kept {
    fn shown(&self) -> Call {
        let (ended_us, end) = lock(&self.end).clone();
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let messages = match (self.platform, &body["messages"]) {
            (Platform::Line, Value::Array(messages)) => messages.clone(),
            _ => vec![body],
        };
        let digest = digest::digest(&digest::SHA256, &self.body);
        Call {
            at_us: self.at_us,
            ended_us,
            platform: self.platform.name().to_owned(),
            channel: self.channel.to_string(),
            endpoint: self.endpoint.to_owned(),
            door: self.door,
            users: self.users.clone(),
            retry_key: self.retry_key.clone(),
            callback: self.callback.clone(),
            digest: digest.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")),
            messages,
            end,
        }
    }
}

/// A call that arrived.
#[derive(Debug)]
pub(crate) struct Arrival<'a> {
    pub platform: Platform,
    pub channel: Arc<str>,
    pub endpoint: &'static str,
    pub door: u16,
    pub users: Vec<String>,
    pub retry_key: Option<String>,
    pub callback: Option<&'a str>,
    pub at_us: i64,
    pub body: &'a Bytes,
}

/// The calls of a sandbox, if it is to keep them, and what numbers were told of their messages.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    kept: Mutex<Vec<Arc<Kept>>>,
    /// By wamid.
    told: Mutex<HashMap<String, Vec<String>>>,
}

impl Calls {
    /// Takes a call down; it ends with what is returned.
    pub(crate) fn begin(&self, arrival: Arrival<'_>) -> Open {
        let kept = Arc::new(Kept {
            platform: arrival.platform,
            channel: arrival.channel,
            endpoint: arrival.endpoint,
            door: arrival.door,
            users: arrival.users,
            retry_key: arrival.retry_key,
            callback: arrival.callback.map(str::to_owned),
            at_us: arrival.at_us,
            // A copy: the received one may keep a whole read buffer alive.
            body: Bytes::copy_from_slice(arrival.body),
            end: Mutex::default(),
        });
        lock(&self.kept).push(kept.clone());
        Open { kept, ended: None }
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        let kept = lock(&self.kept).clone();
        kept.iter().map(|one| one.shown()).collect()
    }

    /// Calls under way that came by this door.
    pub(crate) fn in_flight(&self, door: u16) -> usize {
        let kept = lock(&self.kept);
        // The newest are last; nobody waits so long that thousands came after it.
        let recent = kept.iter().rev().take(20_000);
        recent.filter(|one| one.door == door && lock(&one.end).1 == CallEnd::Open).count()
    }

    /// A number was told this of its message.
    pub(crate) fn tell(&self, wamid: String, status: &str) {
        lock(&self.told).entry(wamid).or_default().push(status.to_owned());
    }

    pub(crate) fn told(&self, wamid: &str) -> Vec<String> {
        lock(&self.told).get(wamid).cloned().unwrap_or_default()
    }
}

/// A call under way. Dropped without an end, its caller has hung up.
#[derive(Debug)]
pub(crate) struct Open {
    kept: Arc<Kept>,
    ended: Option<(i64, CallEnd)>,
}

impl Open {
    pub(crate) fn end(mut self, now_us: i64, end: CallEnd) {
        self.ended = Some((now_us, end));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut end = lock(&self.kept.end);
        *end = match self.ended.take() {
            Some((now_us, how)) => (Some(now_us), how),
            None => (None, CallEnd::Gone),
        };
    }
}

/// The port that a caller asked for.
pub(crate) fn door(host: Option<&axum::http::HeaderValue>) -> u16 {
    let port = host.and_then(|host| host.to_str().ok()).and_then(|host| host.rsplit(':').next()?.parse().ok());
    port.unwrap_or_default()
}
