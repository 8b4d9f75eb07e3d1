//! WhatsApp: the world of apps, business accounts, numbers and customers, its Graph API and its webhooks.

mod account;
mod act;
mod api;
mod batch;
mod check;
mod customer;
mod errors;
mod fill;
mod lookup;
mod media;
mod multipart;
mod restore;
mod send;
mod setup;
mod spec;
mod status;
mod template;
pub(crate) mod wamid;
mod webhook;

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

pub use self::{
    account::Stats,
    act::{Act, Sent},
    batch::{Batch, BatchAct, BatchCustomer, BatchDone},
    customer::{CustomerSummary, InboxMessage, NewCustomer},
    media::Kind,
    spec::{AppSpec, BlockRule, NumberSpec, PairRate, StatusPlan, WabaSpec, WindowRule},
    template::{TemplateChange, TemplateSpec},
    webhook::{Pack, Release},
};
use self::{
    account::{App, Number, Waba},
    customer::{Customer, Portfolio},
};
pub(crate) use self::{
    api::router,
    media::{link, look_at},
};
use crate::{
    Common, chance,
    faults::{ActiveFault, Fault, Faults},
    ledger::{Entry, Journal, Platform},
    sync::{read, write},
};
pub use crate::{
    delivery::{Delivery, Redelivery, ReleaseOrder, When},
    error::WorldError,
};

#[derive(Debug, Default)]
struct Registry {
    apps: BTreeMap<String, Arc<App>>,
    /// By id.
    wabas: BTreeMap<String, Arc<Waba>>,
    /// By name.
    numbers: BTreeMap<String, Arc<Number>>,
    /// By name.
    portfolios: BTreeMap<String, Arc<Portfolio>>,
}

/// A line of `whatsapp-world.jsonl`, by which a world outlives its process.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record {
    App(AppSpec),
    Waba(WabaSpec),
    Number(NumberSpec),
    Template {
        waba: String,
        spec: TemplateSpec,
    },
    TemplateGone {
        waba: String,
        name: String,
        language: String,
    },
    Customer {
        portfolio: String,
        user: String,
        #[serde(rename = "profile")]
        name: String,
        receipts: bool,
        phone: Option<String>,
        bsuid: Option<String>,
    },
    Identity {
        portfolio: String,
        user: String,
        phone: Option<String>,
        bsuid: Option<String>,
    },
    Stance {
        number: String,
        user: String,
        blocked: bool,
        stopped: bool,
    },
    Said {
        number: String,
        user: String,
        at_ms: i64,
        id: u64,
        message: serde_json::Value,
    },
    Medium {
        id: u64,
        waba: String,
        mime: String,
        until_ms: i64,
    },
    MediumGone {
        id: u64,
    },
    FailedLate {
        id: String,
        code: i64,
    },
}

#[derive(Debug)]
pub(crate) struct World {
    common: Arc<Common>,
    registry: RwLock<Registry>,
    media: RwLock<HashMap<u64, media::Medium>>,
    media_dir: Option<PathBuf>,
    faults: Arc<Faults>,
    journal: Option<Journal<Record>>,
    /// Differs between runs, so that ids of two runs on one data folder differ.
    run: u64,
    counter: AtomicU64,
    next_message: AtomicU64,
    next_medium: AtomicU64,
    /// Messages of which something is still to be told.
    under_way: AtomicUsize,
    ended: Notify,
}

/// A handle on WhatsApp's side of the sandbox. Clones are the same world.
#[derive(Debug, Clone)]
pub struct WhatsappWorld(Arc<World>);

/// Something that [`WhatsappWorld::settled`] waits for.
#[derive(Debug)]
struct UnderWay(WhatsappWorld);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Ordering::AcqRel);
        self.0.0.ended.notify_waiters();
    }
}

impl WhatsappWorld {
    pub(crate) fn open(common: Arc<Common>, data_dir: Option<&Path>, past: &[Entry]) -> anyhow::Result<Self> {
        let media_dir = data_dir.map(|dir| dir.join("whatsapp-media"));
        if let Some(folder) = &media_dir {
            std::fs::create_dir_all(folder)?;
        }
        let path = data_dir.map(|dir| dir.join("whatsapp-world.jsonl"));
        let records = path.as_deref().map(crate::ledger::read_lines::<Record>).transpose()?;
        let journal = path.as_deref().map(Journal::of_lines).transpose()?;
        let now = common.clock.now_us();
        let now_ms = (now / 1000).unsigned_abs();
        let world = Self(Arc::new(World {
            registry: RwLock::default(),
            media: RwLock::default(),
            media_dir,
            faults: Arc::default(),
            journal,
            run: chance::mix(!now.unsigned_abs() ^ common.seed),
            counter: AtomicU64::new(0),
            // Growing with time, so that a restarted sandbox goes on above; media have 16 digits like Meta's own.
            next_message: AtomicU64::new(now_ms * 100_000),
            next_medium: AtomicU64::new(now_ms * 1000),
            under_way: AtomicUsize::new(0),
            ended: Notify::new(),
            common,
        }));
        world.restore(records.unwrap_or_default(), past)?;
        Ok(world)
    }

    /// Everybody in the portfolio of a number, in the order they were added.
    pub fn customers(&self, number: &str) -> Result<Vec<CustomerSummary>, WorldError> {
        let number = self.number(number)?;
        let (people, now_ms) = (self.portfolio_of_number(&number)?.all(), self.0.common.clock.now_ms());
        Ok(people.iter().map(|person| person.summary(&number.name, now_ms)).collect())
    }

    /// The chat of a customer with a number, oldest first.
    pub fn inbox(&self, number: &str, user: &str) -> Result<Vec<InboxMessage>, WorldError> {
        let number = self.number(number)?;
        Ok(self.person(&number, user)?.inbox(&number.name))
    }

    /// Every accepted message of WhatsApp.
    pub fn ledger(&self) -> Vec<Entry> {
        let mut entries = self.0.common.entries();
        entries.retain(|entry| entry.platform == Platform::Whatsapp.name());
        entries
    }

    /// Callback data that was accepted more than once, with how often.
    pub fn duplicates(&self) -> Vec<(String, usize)> {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for callback in self.ledger().into_iter().filter_map(|entry| entry.callback) {
            *times.entry(callback).or_default() += 1;
        }
        times.into_iter().filter(|(_, times)| *times > 1).collect()
    }

    /// What a number received and made of it.
    pub fn stats(&self, number: &str) -> Result<Stats, WorldError> {
        let number = self.number(number)?;
        let people = self.portfolio_of_number(&number)?.reached(self.0.common.clock.now_ms());
        Ok(number.meter.stats(people, &number.throughput))
    }

    /// What a business account received and made of it: its templates and media.
    pub fn waba_stats(&self, id: &str) -> Result<Stats, WorldError> {
        let waba = self.waba(id)?;
        let people = self.portfolio_of(&waba.spec()).reached(self.0.common.clock.now_ms());
        Ok(waba.meter.stats(people, &waba.listed))
    }

    /// Counters and peaks back to zero; customers and what limits have used up stay.
    pub fn reset_stats(&self) {
        let registry = read(&self.0.registry);
        for number in registry.numbers.values() {
            number.meter.reset();
        }
        for waba in registry.wabas.values() {
            waba.meter.reset();
        }
    }

    /// What goes wrong on order.
    pub(crate) fn orders(&self) -> Arc<Faults> {
        self.0.faults.clone()
    }

    /// Puts a fault in force; gives its id.
    pub fn add_fault(&self, fault: Fault) -> u64 {
        self.0.faults.add(fault)
    }

    /// Ends one fault, or all.
    pub fn clear_faults(&self, id: Option<u64>) {
        self.0.faults.clear(id);
    }

    /// The faults in force.
    pub fn faults(&self) -> Vec<ActiveFault> {
        self.0.faults.list()
    }

    /// Lets time pass at once, for the window (24 h), rates and the life of media.
    pub fn advance(&self, by: Duration) {
        self.0.common.clock.advance(by);
    }

    /// Waits until nothing is being fetched and no status is waiting to be told.
    pub async fn settled(&self) {
        loop {
            let ended = self.0.ended.notified();
            if self.0.under_way.load(Ordering::Acquire) == 0 {
                return;
            }
            ended.await;
        }
    }

    fn begin(&self) -> UnderWay {
        self.0.under_way.fetch_add(1, Ordering::AcqRel);
        UnderWay(self.clone())
    }

    fn app(&self, name: &str) -> Result<Arc<App>, WorldError> {
        read(&self.0.registry).apps.get(name).cloned().ok_or_else(|| WorldError::unknown("app", name))
    }

    fn waba(&self, id: &str) -> Result<Arc<Waba>, WorldError> {
        read(&self.0.registry).wabas.get(id).cloned().ok_or_else(|| WorldError::unknown("waba", id))
    }

    fn number(&self, name: &str) -> Result<Arc<Number>, WorldError> {
        read(&self.0.registry).numbers.get(name).cloned().ok_or_else(|| WorldError::unknown("number", name))
    }

    fn number_by_id(&self, id: &str) -> Option<Arc<Number>> {
        read(&self.0.registry).numbers.values().find(|number| number.spec().id == id).cloned()
    }

    fn portfolio(&self, name: &str) -> Arc<Portfolio> {
        write(&self.0.registry).portfolios.entry(name.to_owned()).or_default().clone()
    }

    fn portfolio_of(&self, waba: &WabaSpec) -> Arc<Portfolio> {
        self.portfolio(waba.portfolio())
    }

    fn portfolio_of_number(&self, number: &Number) -> Result<Arc<Portfolio>, WorldError> {
        Ok(self.portfolio_of(&self.waba(&number.spec().waba)?.spec()))
    }

    /// Somebody whom a number knows.
    fn person(&self, number: &Number, user: &str) -> Result<Arc<Customer>, WorldError> {
        let found = self.portfolio_of_number(number)?.find(user);
        found.ok_or_else(|| WorldError::UnknownCustomer(user.to_owned()))
    }

    /// The last message of a chat and when it was; for the phones' page.
    pub(crate) fn last(&self, number: &str, user: &str) -> (i64, Option<serde_json::Value>) {
        let number = self.number(number);
        let person = number.and_then(|number| Ok((self.person(&number, user)?, number)));
        person.map_or((0, None), |(person, number)| person.last(&number.name))
    }

    /// The bytes of a medium with their MIME type; for the phones' page.
    pub(crate) fn content(&self, id: u64) -> Option<(String, bytes::Bytes)> {
        let medium = self.medium(id)?;
        Some((medium.mime.clone(), medium.bytes()?))
    }

    pub(crate) fn common(&self) -> &Common {
        &self.0.common
    }

    fn note(&self, record: impl FnOnce() -> Record) {
        if let Some(journal) = &self.0.journal {
            journal.write(record());
        }
    }

    pub(crate) fn close(&self) {
        if let Some(journal) = &self.0.journal {
            journal.close();
        }
    }

    /// A number unlike any other of this run and, by all chance, of others.
    fn fresh(&self) -> u64 {
        self.0.run ^ chance::mix(self.0.counter.fetch_add(1, Ordering::Relaxed))
    }

    fn request_id(&self) -> Uuid {
        Uuid::from_u64_pair(self.0.run, self.fresh())
    }

    fn message_id(&self) -> u64 {
        self.0.next_message.fetch_add(1, Ordering::Relaxed)
    }
}
