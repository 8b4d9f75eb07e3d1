//! A LINE channel (official account): its settings, what it used up, and its customers.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, RwLock, atomic::Ordering},
};

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    WorldError,
    customer::{Customer, UserId},
    endpoint::Endpoint,
};
use crate::{
    clock,
    counters::{self, Counters},
    delivery::Redelivery,
    rate::{Limit, Window},
    sync::{lock, read, write},
};

/// What a channel is made of; also the body of `POST /_sandbox/line/channels`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelSpec {
    /// Unique name, used in the control API and in the ledger; shown to customers.
    pub name: String,
    /// Signs the webhooks.
    pub secret: String,
    /// The bearer token of the API.
    pub token: String,
    /// The bot's user id, `U` and 32 lower hex digits; made from the seed if left out.
    #[serde(default)]
    pub bot_user_id: Option<String>,
    /// Where webhooks go; none are sent while it is left out.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// Recipients per month (UTC+9); left out: no limit.
    #[serde(default)]
    pub monthly_limit: Option<u64>,
    /// Calls per second.
    #[serde(default)]
    pub rates: Rates,
    /// How often a failed webhook is sent again.
    #[serde(default)]
    pub redelivery: Redelivery,
    /// LINE's own text contradicts itself about well-formed but unknown ids in a multicast (providers.md A4):
    /// false answers 400 and names the index, true answers 200 and skips them.
    #[serde(default)]
    pub multicast_skips_unknown: bool,
    /// Whether a multicast with an unknown id is answered 400 without saying which: LINE does not promise its words.
    #[serde(default)]
    pub multicast_names_nobody: bool,
}

impl ChannelSpec {
    /// A channel with LINE's documented limits and no webhook.
    pub fn new(name: &str, secret: &str, token: &str) -> Self {
        Self {
            name: name.to_owned(),
            secret: secret.to_owned(),
            token: token.to_owned(),
            bot_user_id: None,
            webhook_url: None,
            monthly_limit: None,
            rates: Rates::default(),
            redelivery: Redelivery::default(),
            multicast_skips_unknown: false,
            multicast_names_nobody: false,
        }
    }

    /// Sends webhooks there.
    #[must_use]
    pub fn with_webhook(mut self, url: &str) -> Self {
        self.webhook_url = Some(url.to_owned());
        self
    }
}

/// Calls per second and endpoint; `null` is no limit. LINE's documented ones by default (providers.md A1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rates {
    /// Push.
    pub push: Option<usize>,
    /// Multicast.
    pub multicast: Option<usize>,
    /// Every other endpoint that LINE limits per second.
    pub other: Option<usize>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { push: Some(2000), multicast: Some(200), other: Some(2000) }
    }
}

impl Rates {
    /// No limits, for a benchmark.
    pub const UNLIMITED: Self = Self { push: None, multicast: None, other: None };
}

/// The settings of a channel with what is derived from them.
#[derive(Debug)]
pub(crate) struct Settings {
    pub spec: ChannelSpec,
    pub bot: UserId,
    key: hmac::Key,
}

impl Settings {
    pub(crate) fn new(spec: ChannelSpec, bot: UserId) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, spec.secret.as_bytes());
        Self { spec, bot, key }
    }

    /// `x-line-signature` of a body.
    pub(crate) fn sign(&self, body: &[u8]) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        STANDARD.encode(hmac::sign(&self.key, body))
    }

    pub(crate) fn limit(&self, endpoint: Endpoint) -> Option<Limit> {
        let rates = &self.spec.rates;
        match endpoint {
            Endpoint::Push => rates.push.map(Limit::per_second),
            Endpoint::Multicast => rates.multicast.map(Limit::per_second),
            Endpoint::WebhookAddress => Some(Limit::per_minute(1000)),
            Endpoint::WebhookTest => Some(Limit::per_hour(60)),
            Endpoint::Content => None,
            _ => rates.other.map(Limit::per_second),
        }
    }
}

/// An accepted retry key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Remembered {
    pub at_ms: i64,
    pub request_id: Uuid,
    pub first_message_id: u64,
    /// One bit per message object: whether it can be quoted.
    pub quotable: u8,
    pub messages: u8,
}

/// What was used up, counted in UTC+9.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    month: u32,
    pub used: u64,
    pub units: BTreeSet<String>,
    /// Messages per day and endpoint.
    pub days: BTreeMap<(u32, &'static str), u64>,
}

impl Usage {
    /// A new month starts at nothing.
    pub(crate) fn turn(&mut self, now_ms: i64) {
        let month = clock::day(now_ms) / 100;
        if self.month != month {
            self.month = month;
            self.used = 0;
            self.units.clear();
        }
    }
}

/// A reply token that was handed out.
#[derive(Debug, Clone)]
pub(crate) struct ReplyToken {
    pub customer: Arc<Customer>,
    /// When its webhook was last sent.
    pub sent_ms: i64,
    /// When the event happened.
    pub event_ms: i64,
}

/// Something a customer sent that is fetched by message id.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub mime: String,
    pub bytes: bytes::Bytes,
    pub preview: bytes::Bytes,
    /// So many fetches are still answered 202.
    pub preparing: u32,
    pub gone: bool,
}

#[derive(Debug, Default)]
struct Customers {
    by_id: HashMap<UserId, Arc<Customer>>,
    order: Vec<Arc<Customer>>,
}

const SHARDS: usize = 64;

#[derive(Debug)]
pub(crate) struct Channel {
    pub name: Arc<str>,
    settings: RwLock<Arc<Settings>>,
    customers: RwLock<Customers>,
    /// Sharded so that a map that grows holds up few.
    keys: Vec<Mutex<HashMap<Uuid, Remembered>>>,
    pub usage: Mutex<Usage>,
    windows: Vec<Mutex<Window>>,
    pub reply_tokens: Mutex<HashMap<String, ReplyToken>>,
    pub contents: Mutex<HashMap<u64, Content>>,
    /// Events that wait for their release.
    pub held: Mutex<Vec<Value>>,
    pub counters: Counters,
}

impl Channel {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            name: settings.spec.name.as_str().into(),
            settings: RwLock::new(Arc::new(settings)),
            customers: RwLock::default(),
            keys: (0..SHARDS).map(|_| Mutex::default()).collect(),
            usage: Mutex::default(),
            windows: Endpoint::ALL.iter().map(|_| Mutex::default()).collect(),
            reply_tokens: Mutex::default(),
            contents: Mutex::default(),
            held: Mutex::default(),
            counters: Counters::default(),
        }
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        read(&self.settings).clone()
    }

    pub(crate) fn set(&self, settings: Settings) {
        *write(&self.settings) = Arc::new(settings);
    }

    pub(crate) fn customer(&self, id: UserId) -> Option<Arc<Customer>> {
        read(&self.customers).by_id.get(&id).cloned()
    }

    /// The customer with this id as text.
    pub(super) fn known(&self, user: &str) -> Result<Arc<Customer>, WorldError> {
        UserId::parse(user).and_then(|id| self.customer(id)).ok_or_else(|| WorldError::UnknownCustomer(user.to_owned()))
    }

    pub(crate) fn customers(&self) -> Vec<Arc<Customer>> {
        let customers = read(&self.customers);
        let stays = |customer: &&Arc<Customer>| customers.by_id.contains_key(&customer.id);
        customers.order.iter().filter(stays).cloned().collect()
    }

    /// Adds the customer that `make` builds from the number of those already there.
    pub(crate) fn add_customer(&self, make: impl FnOnce(usize) -> Customer) -> Arc<Customer> {
        let mut customers = write(&self.customers);
        let customer = Arc::new(make(customers.order.len()));
        if customers.by_id.insert(customer.id, customer.clone()).is_none() {
            customers.order.push(customer.clone());
        }
        customer
    }

    /// Takes a customer out. Her place stays counted, so that nobody who comes later gets her id.
    pub(crate) fn remove_customer(&self, id: UserId) {
        write(&self.customers).by_id.remove(&id);
    }

    /// The place of a retry key; hold its lock from the look-up to the insertion.
    pub(crate) fn key_shard(&self, key: Uuid) -> &Mutex<HashMap<Uuid, Remembered>> {
        &self.keys[usize::from(key.as_bytes()[15]) % SHARDS]
    }

    pub(crate) fn window(&self, endpoint: Endpoint) -> &Mutex<Window> {
        &self.windows[endpoint.index()]
    }

    /// Back to zero: counters, rates and faults are about a test, customers and keys are the world.
    pub(crate) fn reset_counters(&self) {
        for window in &self.windows {
            *lock(window) = Window::default();
        }
        self.counters.reset();
    }

    pub(crate) fn stats(&self) -> Stats {
        let counters = &self.counters;
        let windows = Endpoint::ALL.into_iter().map(|endpoint| (endpoint.name(), self.window(endpoint)));
        let (peak_per_second, over_limit_seconds) = counters::peaks(windows);
        Stats {
            received: counters.received.load(Ordering::Relaxed),
            accepted: counters.accepted.load(Ordering::Relaxed),
            delivered: counters.delivered.load(Ordering::Relaxed),
            not_delivered: counters.not_delivered.load(Ordering::Relaxed),
            refused: counters.refused(),
            peak_per_second,
            over_limit_seconds,
            used_this_month: lock(&self.usage).used,
        }
    }
}

/// What a channel received and made of it, since start or reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Calls with this channel's token.
    pub received: u64,
    /// Push, multicast and reply calls answered 200.
    pub accepted: u64,
    /// Recipients reached.
    pub delivered: u64,
    /// Recipients accepted and not reached (blocked, no friend).
    pub not_delivered: u64,
    /// Refused calls by reason, e.g. `rate_limit`, `retry_key_accepted`, `fault_server_error`.
    pub refused: BTreeMap<String, u64>,
    /// The most calls within any sliding second, by endpoint, the refused included.
    pub peak_per_second: BTreeMap<String, usize>,
    /// Seconds in which a rate limit was exceeded, over all endpoints.
    pub over_limit_seconds: u64,
    /// Quota used this month.
    pub used_this_month: u64,
}
