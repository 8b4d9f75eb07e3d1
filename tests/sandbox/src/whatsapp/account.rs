//! Apps, business accounts and numbers as they run: settings that can be changed, templates, counters.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, RwLock, atomic::Ordering},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{AppSpec, NumberSpec, TemplateSpec, WabaSpec};
use crate::{
    counters::{self, Counters},
    rate::{Limit, Window},
    sync::{lock, read, write},
};

/// Webhook calls of one app at once.
const CALLS_AT_ONCE: usize = 64;

/// What can be asked of the Graph API here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Messages,
    MarkRead,
    MediaUpload,
    Media,
    MediaDelete,
    MediaDownload,
    Templates,
    Number,
}

impl Endpoint {
    pub(crate) const ALL: [Self; 8] = [
        Self::Messages,
        Self::MarkRead,
        Self::MediaUpload,
        Self::Media,
        Self::MediaDelete,
        Self::MediaDownload,
        Self::Templates,
        Self::Number,
    ];

    /// The name in faults and in the statistics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::MarkRead => "mark_read",
            Self::MediaUpload => "media_upload",
            Self::Media => "media",
            Self::MediaDelete => "media_delete",
            Self::MediaDownload => "media_download",
            Self::Templates => "templates",
            Self::Number => "number",
        }
    }
}

/// Counts the calls of a number or account.
#[derive(Debug)]
pub(crate) struct Meter {
    windows: Vec<Mutex<Window>>,
    pub counters: Counters,
}

impl Default for Meter {
    fn default() -> Self {
        Self { windows: Endpoint::ALL.iter().map(|_| Mutex::default()).collect(), counters: Counters::default() }
    }
}

impl Meter {
    /// Counts a call; false when it is one too many.
    pub(crate) fn admit(&self, endpoint: Endpoint, now_us: i64, limit: Option<Limit>) -> bool {
        self.counters.received.fetch_add(1, Ordering::Relaxed);
        lock(&self.windows[endpoint as usize]).admit(now_us, limit)
    }

    pub(crate) fn reset(&self) {
        for window in &self.windows {
            *lock(window) = Window::default();
        }
        self.counters.reset();
    }

    pub(crate) fn stats(&self, people_24h: usize, throughput: &Mutex<Window>) -> Stats {
        let windows = Endpoint::ALL.into_iter().map(|endpoint| (endpoint.name(), &self.windows[endpoint as usize]));
        let (peak_per_second, over) = counters::peaks(windows);
        Stats {
            received: self.counters.received.load(Ordering::Relaxed),
            accepted: self.counters.accepted.load(Ordering::Relaxed),
            delivered: self.counters.delivered.load(Ordering::Relaxed),
            not_delivered: self.counters.not_delivered.load(Ordering::Relaxed),
            refused: self.counters.refused(),
            peak_per_second,
            over_limit_seconds: over + lock(throughput).over_limit_seconds,
            people_24h,
        }
    }
}

/// What a number or business account received and made of it, since start or reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Calls about it.
    pub received: u64,
    /// Messages answered 200.
    pub accepted: u64,
    /// Of them, those that reach somebody as far as is known when they are accepted.
    pub delivered: u64,
    /// Of them, those that fail.
    pub not_delivered: u64,
    /// Refused calls by Meta's code, or by the fault that was ordered, e.g. `131056`, `fault_bad_gateway`.
    pub refused: BTreeMap<String, u64>,
    /// The most calls within any sliding second, by endpoint, the refused included.
    pub peak_per_second: BTreeMap<String, usize>,
    /// Seconds in which a rate limit was exceeded.
    pub over_limit_seconds: u64,
    /// Different people of the portfolio who were reached outside a window within the last 24 hours (providers.md B4).
    pub people_24h: usize,
}

#[derive(Debug)]
pub(crate) struct App {
    spec: RwLock<Arc<AppSpec>>,
    /// Events that wait for their release.
    pub held: Mutex<Vec<Value>>,
    /// Calls of its webhook under way.
    pub permits: Semaphore,
}

impl App {
    pub(crate) fn new(spec: AppSpec) -> Self {
        Self { spec: RwLock::new(Arc::new(spec)), held: Mutex::default(), permits: Semaphore::new(CALLS_AT_ONCE) }
    }

    pub(crate) fn spec(&self) -> Arc<AppSpec> {
        read(&self.spec).clone()
    }

    pub(crate) fn set(&self, spec: AppSpec) {
        *write(&self.spec) = Arc::new(spec);
    }
}

/// Templates with the place of each in the list, which never changes.
type Templates = Vec<(u64, Arc<TemplateSpec>)>;

#[derive(Debug)]
pub(crate) struct Waba {
    spec: RwLock<Arc<WabaSpec>>,
    templates: RwLock<Templates>,
    pub meter: Meter,
    /// Calls of the template list, which are limited by the hour; no call is counted under it otherwise.
    pub listed: Mutex<Window>,
}

impl Waba {
    pub(crate) fn new(spec: WabaSpec) -> Self {
        Self {
            spec: RwLock::new(Arc::new(spec)),
            templates: RwLock::default(),
            meter: Meter::default(),
            listed: Mutex::default(),
        }
    }

    pub(crate) fn spec(&self) -> Arc<WabaSpec> {
        read(&self.spec).clone()
    }

    pub(crate) fn set(&self, spec: WabaSpec) {
        *write(&self.spec) = Arc::new(spec);
    }

    pub(crate) fn templates(&self) -> Templates {
        read(&self.templates).clone()
    }

    pub(crate) fn template(&self, name: &str, language: &str) -> Option<Arc<TemplateSpec>> {
        let templates = read(&self.templates);
        let found = templates.iter().find(|(_, spec)| spec.name == name && spec.language == language);
        found.map(|(_, spec)| spec.clone())
    }

    /// Adds a template, or changes the one of this name and language.
    pub(crate) fn put_template(&self, spec: TemplateSpec) {
        let mut templates = write(&self.templates);
        let place = templates.iter().position(|(_, old)| old.name == spec.name && old.language == spec.language);
        if let Some(place) = place {
            templates[place].1 = Arc::new(spec);
        } else {
            let next = templates.last().map_or(1, |(place, _)| place + 1);
            templates.push((next, Arc::new(spec)));
        }
    }

    pub(crate) fn take_template(&self, name: &str, language: &str) {
        write(&self.templates).retain(|(_, spec)| spec.name != name || spec.language != language);
    }
}

#[derive(Debug)]
pub(crate) struct Number {
    pub name: Arc<str>,
    spec: RwLock<Arc<NumberSpec>>,
    pub meter: Meter,
    /// Messages in and out.
    pub throughput: Mutex<Window>,
}

impl Number {
    pub(crate) fn new(spec: NumberSpec) -> Self {
        Self {
            name: spec.name.as_str().into(),
            spec: RwLock::new(Arc::new(spec)),
            meter: Meter::default(),
            throughput: Mutex::default(),
        }
    }

    pub(crate) fn spec(&self) -> Arc<NumberSpec> {
        read(&self.spec).clone()
    }

    pub(crate) fn set(&self, spec: NumberSpec) {
        *write(&self.spec) = Arc::new(spec);
    }

    /// Counts a message in or out; false when it is one too many.
    pub(crate) fn passes(&self, now_us: i64) -> bool {
        let limit = self.spec().throughput.map(Limit::per_second);
        lock(&self.throughput).admit(now_us, limit)
    }
}
