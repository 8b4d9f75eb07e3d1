//! Webhooks on their way: at once, twice, late, held or lost, and again until they are taken.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Common, sync::lock};

/// How an event's webhook is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Delivery {
    /// At once, and again when it is not answered with 200.
    #[default]
    Now,
    /// At once, and once more as a redelivery although it was answered.
    Twice,
    /// After so many milliseconds.
    Late {
        /// Milliseconds.
        ms: u64,
    },
    /// Kept until it is released, so that events can arrive out of order.
    Held,
    /// Never.
    Lost,
}

/// When an act happened and how its webhook is delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The event's `timestamp`, milliseconds since 1970; now if left out.
    #[serde(default)]
    pub timestamp: Option<i64>,
    /// Delivery of the webhook.
    #[serde(default)]
    pub delivery: Delivery,
}

impl When {
    /// Now, delivered like this.
    pub const fn delivered(delivery: Delivery) -> Self {
        Self { timestamp: None, delivery }
    }

    /// With this `timestamp`, delivered at once.
    pub const fn at(timestamp: i64) -> Self {
        Self { timestamp: Some(timestamp), delivery: Delivery::Now }
    }
}

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

/// How a webhook that was not answered with 200 is sent again. LINE publishes neither number nor interval, Meta goes on
/// for 7 days (providers.md A8, B5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Redelivery {
    /// Further tries after the first; 0 switches redelivery off.
    pub tries: u32,
    /// Milliseconds before the first of them; doubled for each next one.
    pub after_ms: u64,
}

impl Default for Redelivery {
    fn default() -> Self {
        Self { tries: 5, after_ms: 1000 }
    }
}

/// What came of one call of a webhook.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posted {
    pub status: Option<u16>,
    /// LINE's word: `OK`, `COULD_NOT_CONNECT`, `REQUEST_TIMEOUT`, `ERROR_STATUS_CODE` or `UNCLASSIFIED`.
    pub reason: &'static str,
}

impl Posted {
    pub(crate) fn is_ok(self) -> bool {
        self.status == Some(200)
    }

    /// Sends a request; `name` is the channel's, for the log.
    pub(crate) async fn of(request: reqwest::RequestBuilder, name: &str) -> Self {
        match request.send().await {
            Ok(answer) if answer.status() == 200 => Self { status: Some(200), reason: "OK" },
            Ok(answer) => Self { status: Some(answer.status().as_u16()), reason: "ERROR_STATUS_CODE" },
            Err(error) => {
                tracing::debug!(channel = name, %error, "a webhook failed");
                let reason = if error.is_timeout() {
                    "REQUEST_TIMEOUT"
                } else if error.is_connect() {
                    "COULD_NOT_CONNECT"
                } else {
                    "UNCLASSIFIED"
                };
                Self { status: None, reason }
            }
        }
    }
}

/// How webhooks stand, over all channels and apps.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    waiting: AtomicUsize,
    given_up: AtomicUsize,
}

impl Webhooks {
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    pub(crate) fn given_up(&self) -> usize {
        self.given_up.load(Ordering::Acquire)
    }
}

/// A webhook on its way; when it is dropped, it has arrived or was given up.
struct OnItsWay(Arc<Common>);

impl OnItsWay {
    fn new<H: Hook>(hook: &H) -> Self {
        hook.common().webhooks.waiting.fetch_add(1, Ordering::AcqRel);
        Self(hook.common().clone())
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.webhooks.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Where events go: the webhook of a channel or app.
pub(crate) trait Hook: Clone + Send + Sync + 'static {
    fn common(&self) -> &Arc<Common>;

    /// The name of the channel or app, for the log.
    fn name(&self) -> &str;

    fn redelivery(&self) -> Redelivery;

    /// Events that wait for their release.
    fn held(&self) -> &Mutex<Vec<Value>>;

    /// One call with these events; None when there is nowhere to call. `again` says that they were sent before.
    fn call(&self, events: &[Value], again: bool) -> impl Future<Output = Option<Posted>> + Send;
}

/// Delivers events in one call; gives the status of the first try when it was awaited.
pub(crate) async fn deliver<H: Hook>(hook: &H, events: Vec<Value>, how: Delivery) -> Option<u16> {
    match how {
        Delivery::Now => try_then_redeliver(hook, events).await,
        Delivery::Twice => {
            let first = try_then_redeliver(hook, events.clone()).await;
            hook.call(&events, true).await;
            first
        }
        Delivery::Late { ms } => {
            let (late, on_its_way) = (hook.clone(), OnItsWay::new(hook));
            hook.common().in_background(async move {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                try_then_redeliver(&late, events).await;
                drop(on_its_way);
            });
            None
        }
        Delivery::Held => {
            lock(hook.held()).extend(events);
            None
        }
        Delivery::Lost => None,
    }
}

/// Takes the held events out, in this order.
pub(crate) fn take_held<H: Hook>(hook: &H, order: ReleaseOrder) -> Vec<Value> {
    let mut events = std::mem::take(&mut *lock(hook.held()));
    if order == ReleaseOrder::LatestFirst {
        events.reverse();
    }
    events
}

async fn try_then_redeliver<H: Hook>(hook: &H, events: Vec<Value>) -> Option<u16> {
    let on_its_way = OnItsWay::new(hook);
    let first = hook.call(&events, false).await?;
    if !first.is_ok() {
        let again = hook.clone();
        hook.common().in_background(async move {
            let Redelivery { tries, after_ms } = again.redelivery();
            let mut wait = Duration::from_millis(after_ms);
            for _ in 0..tries {
                tokio::time::sleep(wait).await;
                wait *= 2;
                if again.call(&events, true).await.is_none_or(Posted::is_ok) {
                    return;
                }
            }
            tracing::warn!(channel = again.name(), "a webhook was given up");
            on_its_way.0.webhooks.given_up.fetch_add(1, Ordering::AcqRel);
        });
    }
    first.status
}
