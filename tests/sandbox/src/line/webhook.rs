//! Webhooks: the event's JSON, the signature, redelivery (providers.md A8).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    LineWorld, WorldError,
    channel::{Channel, ReplyToken},
    customer::Customer,
};
use crate::{
    Common, chance,
    delivery::{self, Delivery, Hook, Posted, Redelivery, ReleaseOrder},
    sync::lock,
};

/// How long LINE waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(2);
const REPLY: u64 = 0x72_65_70_6c_79;
/// Reply tokens are good for minutes; beyond this many the old ones are swept out.
const MOST_REPLY_TOKENS: usize = 10_000;

/// A channel's webhook.
#[derive(Debug, Clone)]
pub(super) struct ChannelHook {
    pub world: LineWorld,
    pub channel: Arc<Channel>,
}

impl Hook for ChannelHook {
    fn common(&self) -> &Arc<Common> {
        &self.world.0.common
    }

    fn name(&self) -> &str {
        &self.channel.name
    }

    fn redelivery(&self) -> Redelivery {
        self.channel.settings().spec.redelivery
    }

    fn held(&self) -> &Mutex<Vec<Value>> {
        &self.channel.held
    }

    async fn call(&self, events: &[Value], again: bool) -> Option<Posted> {
        if again {
            self.world.call(&self.channel, &marked(events)).await
        } else {
            self.world.call(&self.channel, events).await
        }
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
        delivery::deliver(&self.hook(channel), events, how).await
    }

    fn hook(&self, channel: &Arc<Channel>) -> ChannelHook {
        ChannelHook { world: self.clone(), channel: channel.clone() }
    }

    /// Lets go of the held events, each in a call of its own; gives the status of each.
    pub async fn release(&self, channel: &str, order: ReleaseOrder) -> Result<Vec<Option<u16>>, WorldError> {
        let hook = self.hook(&self.channel(channel)?);
        let mut answers = Vec::new();
        for event in delivery::take_held(&hook, order) {
            answers.push(delivery::deliver(&hook, vec![event], Delivery::Now).await);
        }
        Ok(answers)
    }

    /// The connectivity check: a call without events. Gives the status.
    pub async fn check_connectivity(&self, channel: &str) -> Result<Option<u16>, WorldError> {
        let channel = self.channel(channel)?;
        Ok(self.call(&channel, &[]).await.and_then(|posted| posted.status))
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
        let request = self
            .0
            .common
            .http
            .post(url)
            .timeout(TIMEOUT)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "LineBotWebhook/2.0")
            .header("x-line-signature", settings.sign(body.as_bytes()))
            .body(body);
        Posted::of(request, &channel.name).await
    }
}

/// The same events as LINE sends them again: same ids, marked.
fn marked(events: &[Value]) -> Vec<Value> {
    let mut events = events.to_vec();
    for event in &mut events {
        event["deliveryContext"]["isRedelivery"] = Value::Bool(true);
    }
    events
}
