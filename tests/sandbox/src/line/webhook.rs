//! Webhooks: the event's JSON, the signature, redelivery (providers.md A8).

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    LineWorld, WorldError,
    act::Delivery,
    channel::{Channel, ReplyToken},
    customer::Customer,
};
use crate::{chance, sync::lock};

/// How long LINE waits for an answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(2);
const REPLY: u64 = 0x72_65_70_6c_79;
/// Reply tokens are good for minutes; beyond this many the old ones are swept out.
const MOST_REPLY_TOKENS: usize = 10_000;

/// In which order held events are let go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseOrder {
    /// As they happened.
    AsHappened,
    /// The latest first.
    #[default]
    LatestFirst,
}

/// What came of one call of the webhook.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted {
    pub status: Option<u16>,
    /// LINE's word: `OK`, `COULD_NOT_CONNECT`, `REQUEST_TIMEOUT`, `ERROR_STATUS_CODE` or `UNCLASSIFIED`.
    pub reason: &'static str,
}

impl Posted {
    pub(super) fn is_ok(self) -> bool {
        self.status == Some(200)
    }
}

impl LineWorld {
    /// An event of a customer. `more` is the part that only its type has.
    pub(super) fn event(
        &self,
        channel: &Channel,
        customer: &Arc<Customer>,
        kind: &str,
        at_ms: i64,
        more: Option<(&str, Value)>,
    ) -> Value {
        let mut event = json!({
            "type": kind,
            "mode": "active",
            "timestamp": at_ms,
            "source": { "type": "user", "userId": customer.user.as_ref() },
            "webhookEventId": chance::ulid(at_ms, self.fresh()),
            "deliveryContext": { "isRedelivery": false },
        });
        if !matches!(kind, "unfollow" | "unsend") {
            event["replyToken"] = json!(self.reply_token(channel, customer));
        }
        if let Some((name, value)) = more {
            event[name] = value;
        }
        event
    }

    fn reply_token(&self, channel: &Channel, customer: &Arc<Customer>) -> String {
        let token = chance::token(REPLY, self.fresh());
        let now_ms = self.0.common.clock.now_ms();
        let mut tokens = lock(&channel.reply_tokens);
        if tokens.len() >= MOST_REPLY_TOKENS {
            tokens.retain(|_, token| now_ms - token.event_ms < 20 * 60 * 1000);
        }
        tokens.insert(token.clone(), ReplyToken { customer: customer.clone(), sent_ms: now_ms, event_ms: now_ms });
        token
    }

    /// Delivers events in one call; gives the status of the first try when it was awaited.
    pub(super) async fn deliver(&self, channel: &Arc<Channel>, events: Vec<Value>, how: Delivery) -> Option<u16> {
        match how {
            Delivery::Now => self.try_then_redeliver(channel, events).await,
            Delivery::Twice => {
                let first = self.try_then_redeliver(channel, events.clone()).await;
                self.call(channel, &again(events)).await;
                first
            }
            Delivery::Late { ms } => {
                let (world, channel) = (self.clone(), channel.clone());
                self.in_background(async move {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                    world.try_then_redeliver(&channel, events).await;
                });
                None
            }
            Delivery::Held => {
                lock(&channel.held).extend(events);
                None
            }
            Delivery::Lost => None,
        }
    }

    /// Lets go of the held events, each in a call of its own; gives the status of each.
    pub async fn release(&self, channel: &str, order: ReleaseOrder) -> Result<Vec<Option<u16>>, WorldError> {
        let channel = self.channel(channel)?;
        let mut events = std::mem::take(&mut *lock(&channel.held));
        if order == ReleaseOrder::LatestFirst {
            events.reverse();
        }
        let mut answers = Vec::with_capacity(events.len());
        for event in events {
            answers.push(self.try_then_redeliver(&channel, vec![event]).await);
        }
        Ok(answers)
    }

    /// The connectivity check: a call without events. Gives the status.
    pub async fn check_connectivity(&self, channel: &str) -> Result<Option<u16>, WorldError> {
        let channel = self.channel(channel)?;
        Ok(self.call(&channel, &[]).await.and_then(|posted| posted.status))
    }

    async fn try_then_redeliver(&self, channel: &Arc<Channel>, events: Vec<Value>) -> Option<u16> {
        let first = self.call(channel, &events).await?;
        let redelivery = channel.settings().spec.redelivery;
        if !first.is_ok() && redelivery.tries > 0 {
            let (world, channel) = (self.clone(), channel.clone());
            self.in_background(async move {
                let (events, mut wait) = (again(events), Duration::from_millis(redelivery.after_ms));
                for _ in 0..redelivery.tries {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                    if world.call(&channel, &events).await.is_none_or(Posted::is_ok) {
                        return;
                    }
                }
                tracing::warn!(channel = %channel.name, "a webhook was given up");
            });
        }
        first.status
    }

    /// One call to the channel's webhook; None when it has none.
    async fn call(&self, channel: &Channel, events: &[Value]) -> Option<Posted> {
        let url = channel.settings().spec.webhook_url.clone()?;
        self.renew_reply_tokens(channel, events);
        Some(self.post(channel, &url, events).await)
    }

    fn renew_reply_tokens(&self, channel: &Channel, events: &[Value]) {
        let now_ms = self.0.common.clock.now_ms();
        let mut tokens = lock(&channel.reply_tokens);
        for token in events.iter().filter_map(|event| event["replyToken"].as_str()) {
            if let Some(token) = tokens.get_mut(token) {
                token.sent_ms = now_ms;
            }
        }
    }

    pub(super) async fn post(&self, channel: &Channel, url: &str, events: &[Value]) -> Posted {
        let settings = channel.settings();
        let body = json!({ "destination": settings.bot.to_string(), "events": events }).to_string();
        let answer = self
            .0
            .http
            .post(url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "LineBotWebhook/2.0")
            .header("x-line-signature", settings.sign(body.as_bytes()))
            .body(body)
            .send()
            .await;
        match answer {
            Ok(answer) if answer.status() == 200 => Posted { status: Some(200), reason: "OK" },
            Ok(answer) => Posted { status: Some(answer.status().as_u16()), reason: "ERROR_STATUS_CODE" },
            Err(error) => {
                tracing::debug!(channel = %channel.name, %error, "a webhook failed");
                let reason = if error.is_timeout() {
                    "REQUEST_TIMEOUT"
                } else if error.is_connect() {
                    "COULD_NOT_CONNECT"
                } else {
                    "UNCLASSIFIED"
                };
                Posted { status: None, reason }
            }
        }
    }

    pub(super) fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.0.common.stop.clone();
        self.0.common.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }
}

/// The same events as LINE sends them again: same ids, marked.
fn again(mut events: Vec<Value>) -> Vec<Value> {
    for event in &mut events {
        event["deliveryContext"]["isRedelivery"] = Value::Bool(true);
    }
    events
}
