//! Push, multicast, reply and validate (providers.md A2 to A5, A7, A9).

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, MutexGuard, atomic::Ordering},
};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde_json::Value;
use uuid::Uuid;

use super::{
    LineWorld,
    api::{Call, Refusal},
    channel::{Channel, Remembered, Usage},
    check::{self, At, Object, Report},
    customer::{Customer, UserId},
    endpoint::Endpoint,
};
use crate::{
    chance, clock,
    ledger::{Accepted, Fate, Platform},
    sync::lock,
};

pub(super) const RETRY_KEY: &str = "x-line-retry-key";
const MOST_RECIPIENTS: usize = 500;
const MOST_UNITS: usize = 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
const REPLY_WITHIN_MS: i64 = 60 * 1000;
const REPLY_AFTER_EVENT_MS: i64 = 20 * 60 * 1000;

type Recipients = Vec<(Arc<Customer>, Fate)>;

impl LineWorld {
    /// Push and multicast.
    pub(super) fn send(&self, call: &Call<'_>) -> Result<Response, Refusal> {
        let key = retry_key(call)?;
        let empty = Object::new();
        let body = call.body.as_object().unwrap_or(&empty);
        let now_ms = self.0.common.clock.now_ms();

        // The key's lock is held until the request is recorded: of two at once only one is accepted.
        let mut shard = key.map(|key| (key, lock(call.channel.key_shard(key))));
        if let Some((key, shard)) = &mut shard
            && let Some(known) = shard.get(key).copied()
        {
            if now_ms - known.at_ms < DAY_MS {
                let message = "The retry key is already accepted";
                let refusal = Refusal::new(StatusCode::CONFLICT, "retry_key_accepted", message);
                return Err(Refusal { accepted: Some(known), ..refusal });
            }
            shard.remove(key);
        }
        let mut report = Report::new(self.0.common.allow_http_media);
        check::messages(&mut report, body);
        let unit = check::options(&mut report, body);
        let users = match (call.endpoint, body.get("to")) {
            (_, None | Some(Value::Null)) => {
                report.add(&At::root("to"), "May not be empty");
                &[]
            }
            (Endpoint::Push, Some(one @ Value::String(_))) => std::slice::from_ref(one),
            (Endpoint::Multicast, Some(Value::Array(many))) => {
                report.size(&At::root("to"), many.len(), 1, MOST_RECIPIENTS);
                many.as_slice()
            }
            _ => return Err(Refusal::property("to")),
        };
        if !report.details.is_empty() {
            return Err(Refusal::body(report.details));
        }
        let to = resolve(call, users, now_ms)?;
        let unit = take_quota(call, &to, unit, now_ms)?;
        let remembered = self.record(call, key, to, unit, now_ms);
        if let Some((key, shard)) = &mut shard {
            shard.insert(*key, remembered);
        }
        Ok(match call.endpoint {
            Endpoint::Push => {
                json(sent_messages(remembered.first_message_id, remembered.messages, remembered.quotable))
            }
            _ => json("{}".to_owned()),
        })
    }

    /// Puts an accepted request into the ledger and its messages on the phones.
    fn record(
        &self,
        call: &Call<'_>,
        retry_key: Option<Uuid>,
        to: Recipients,
        unit: Option<String>,
        at_ms: i64,
    ) -> Remembered {
        let messages = call.body["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let first_message_id = self.message_ids(messages.len());
        let accepted = Arc::new(Accepted {
            at_ms,
            platform: Platform::Line,
            channel: call.channel.name.clone(),
            endpoint: call.endpoint.name(),
            retry_key,
            request_id: call.request_id,
            first_message_id,
            // A copy: the received one may keep a whole read buffer alive.
            body: Bytes::copy_from_slice(&call.raw),
            to: to.iter().map(|(customer, fate)| (customer.user.clone(), *fate)).collect(),
            unit,
            callback: None,
            shown: None,
        });
        let counters = &call.channel.counters;
        for (customer, fate) in &to {
            if *fate == Fate::Delivered {
                customer.arrive(accepted.clone());
                counters.delivered.fetch_add(1, Ordering::Relaxed);
            } else {
                counters.not_delivered.fetch_add(1, Ordering::Relaxed);
            }
        }
        counters.accepted.fetch_add(1, Ordering::Relaxed);
        self.0.common.ledger.record(accepted);
        if to.iter().any(|(_, fate)| *fate == Fate::Delivered) {
            self.0.common.fetch_media(messages);
        }
        remember(at_ms, call.request_id, first_message_id, messages)
    }

    /// Answers an event: free of charge, once per token, within a minute.
    pub(super) fn reply(&self, call: &Call<'_>) -> Result<Response, Refusal> {
        let empty = Object::new();
        let body = call.body.as_object().unwrap_or(&empty);
        let mut report = Report::new(self.0.common.allow_http_media);
        check::messages(&mut report, body);
        if !report.details.is_empty() {
            return Err(Refusal::body(report.details));
        }
        let now_ms = self.0.common.clock.now_ms();
        let token = body.get("replyToken").and_then(Value::as_str).unwrap_or_default();
        let found = lock(&call.channel.reply_tokens).remove(token).filter(|token| {
            now_ms - token.sent_ms <= REPLY_WITHIN_MS && now_ms - token.event_ms <= REPLY_AFTER_EVENT_MS
        });
        let found = found.ok_or_else(|| Refusal::bad("invalid_reply_token", "Invalid reply token"))?;
        let fate = found.customer.fate(now_ms, true);
        *usage(&call.channel.usage, now_ms).days.entry((clock::day(now_ms), call.endpoint.name())).or_default() += 1;
        let sent = self.record(call, None, vec![(found.customer, fate)], None, now_ms);
        Ok(json(sent_messages(sent.first_message_id, sent.messages, sent.quotable)))
    }

    pub(super) fn validate(&self, call: &Call<'_>) -> Result<Response, Refusal> {
        let mut report = Report::new(self.0.common.allow_http_media);
        check::messages(&mut report, call.body.as_object().unwrap_or(&Object::new()));
        if report.details.is_empty() { Ok(json("{}".to_owned())) } else { Err(Refusal::body(report.details)) }
    }
}

/// Counts the recipients who are reached; refuses all of them when the month's limit has no room for all.
fn take_quota(call: &Call<'_>, to: &Recipients, unit: Option<&str>, now_ms: i64) -> Result<Option<String>, Refusal> {
    let reached = to.iter().filter(|(_, fate)| *fate == Fate::Delivered).count() as u64;
    let limit = call.channel.settings().spec.monthly_limit;
    let mut usage = usage(&call.channel.usage, now_ms);
    if limit.is_some_and(|limit| usage.used + reached > limit) {
        return Err(Refusal::monthly_limit());
    }
    usage.used += reached;
    *usage.days.entry((clock::day(now_ms), call.endpoint.name())).or_default() += reached;
    // The 1,001st name of a month is not assigned, and the message is sent all the same.
    let Some(unit) = unit else { return Ok(None) };
    if !usage.units.contains(unit) {
        if usage.units.len() >= MOST_UNITS {
            return Ok(None);
        }
        usage.units.insert(unit.to_owned());
    }
    Ok(Some(unit.to_owned()))
}

pub(super) fn usage(of: &Mutex<Usage>, now_ms: i64) -> MutexGuard<'_, Usage> {
    let mut usage = lock(of);
    usage.turn(now_ms);
    usage
}

fn retry_key(call: &Call<'_>) -> Result<Option<Uuid>, Refusal> {
    let Some(value) = call.headers.get(RETRY_KEY) else {
        return Ok(None);
    };
    // LINE takes the hyphenated form; `Uuid` alone would also take braces and a URN.
    let text = value.to_str().unwrap_or_default();
    let key = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten();
    key.map(Some).ok_or_else(|| {
        Refusal::bad("invalid_retry_key", "The property, X-Line-Retry-Key, in the request header is invalid")
    })
}

/// The customers behind the ids, with what becomes of the message to each. One bad id refuses the whole request.
fn resolve(call: &Call<'_>, users: &[Value], now_ms: i64) -> Result<Recipients, Refusal> {
    let push = call.endpoint == Endpoint::Push;
    let (skip, names_nobody) = {
        let spec = &call.channel.settings().spec;
        (spec.multicast_skips_unknown, spec.multicast_names_nobody)
    };
    let mut to = Vec::with_capacity(users.len());
    for (place, user) in users.iter().enumerate() {
        let text = user.as_str().unwrap_or_default();
        let id = UserId::parse(text);
        match id.and_then(|id| call.channel.customer(id)) {
            Some(customer) => {
                let fate = customer.fate(now_ms, push);
                to.push((customer, fate));
            }
            None if push && (id.is_some() || is_group(text)) => {
                return Err(Refusal::bad("unknown_user", "Failed to send messages"));
            }
            None if push => return Err(Refusal::property("to")),
            None if skip && id.is_some() => {}
            None if names_nobody => return Err(Refusal::bad("unknown_user", "Failed to send messages")),
            None => {
                let refusal = Refusal::property(&format!("to[{place}]"));
                return Err(Refusal { reason: "unknown_user", ..refusal });
            }
        }
    }
    Ok(to)
}

/// Groups and rooms are well-formed addresses of push; the sandbox has none.
fn is_group(text: &str) -> bool {
    let rest = text.strip_prefix(['C', 'R']).unwrap_or_default();
    UserId::parse(&format!("U{rest}")).is_some()
}

/// What is remembered of an accepted request under its key.
pub(super) fn remember(at_ms: i64, request_id: Uuid, first_message_id: u64, messages: &[Value]) -> Remembered {
    let mut quotable = 0;
    for (place, message) in messages.iter().take(5).enumerate() {
        let kind = message["type"].as_str().unwrap_or_default();
        if matches!(kind, "text" | "textV2" | "sticker" | "image" | "video" | "template") {
            quotable |= 1 << place;
        }
    }
    let messages = u8::try_from(messages.len()).unwrap_or(5);
    Remembered { at_ms, request_id, first_message_id, quotable, messages }
}

/// `{"sentMessages":[…]}`; written by hand because it is the answer of every push.
pub(super) fn sent_messages(first: u64, number: u8, quotable: u8) -> String {
    let mut json = String::with_capacity(32 + 100 * usize::from(number));
    json.push_str("{\"sentMessages\":[");
    for (place, id) in (first..).take(usize::from(number)).enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(json, "{comma}{{\"id\":\"{id}\"");
        if quotable & (1 << place) != 0 {
            let _ = write!(json, ",\"quoteToken\":\"{}\"", quote_token(id));
        }
        json.push('}');
    }
    json.push_str("]}");
    json
}

pub(super) fn quote_token(message_id: u64) -> String {
    const QUOTE: u64 = 0x71_75_6f_74_65;
    chance::token(QUOTE, message_id)
}

pub(super) fn json(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

impl Channel {
    /// Takes a retry key of an earlier run.
    pub(super) fn restore_key(&self, key: Uuid, remembered: Remembered) {
        lock(self.key_shard(key)).insert(key, remembered);
    }
}
