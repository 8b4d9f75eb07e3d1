//! LINE: the world of channels and customers, its API and its webhooks.

mod act;
mod api;
mod batch;
mod channel;
mod check;
mod customer;
mod endpoint;
mod read;
mod restore;
mod send;
mod webhook;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    act::{Act, MediaKind, Sent},
    batch::{Batch, BatchAct, BatchCustomer, BatchDone},
    channel::{ChannelSpec, Rates, Stats},
    check::Detail,
    customer::{CustomerSummary, InboxMessage, Relation},
};
pub(crate) use self::{
    api::api,
    check::{is_local, is_media_address},
};
use self::{
    channel::{Channel, Settings},
    customer::{Customer, UserId},
};
use crate::{
    Common, chance,
    faults::{ActiveFault, Fault, Faults},
    ledger::{Entry, Journal},
    sync::{read, write},
};
pub use crate::{
    delivery::{Delivery, Redelivery, ReleaseOrder, When},
    error::WorldError,
    fetch::{Fetched, Shows},
};

#[derive(Debug, Default)]
struct Registry {
    by_name: BTreeMap<String, Arc<Channel>>,
    by_token: HashMap<String, Arc<Channel>>,
}

/// A line of `line-world.jsonl`, by which a world outlives its process.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record {
    Channel(ChannelSpec),
    Customer { channel: String, user: String, name: String, language: Option<String> },
    Relation { channel: String, user: String, relation: Relation },
    Said { channel: String, user: String, at_ms: i64, id: u64, message: serde_json::Value },
    Gone { channel: String, user: String },
}

#[derive(Debug)]
pub(crate) struct World {
    common: Arc<Common>,
    channels: RwLock<Registry>,
    faults: Arc<Faults>,
    journal: Option<Journal<Record>>,
    /// Differs between runs, so that ids of two runs on one data folder differ.
    run: u64,
    counter: AtomicU64,
    next_message: AtomicU64,
}

/// A handle on LINE's side of the sandbox. Clones are the same world.
#[derive(Debug, Clone)]
pub struct LineWorld(Arc<World>);

impl LineWorld {
    pub(crate) fn open(common: Arc<Common>, data_dir: Option<&Path>, past: &[Entry]) -> anyhow::Result<Self> {
        let path = data_dir.map(|dir| dir.join("line-world.jsonl"));
        let records = path.as_deref().map(crate::ledger::read_lines::<Record>).transpose()?;
        let journal = path.as_deref().map(Journal::of_lines).transpose()?;
        let now = common.clock.now_us();
        let world = Self(Arc::new(World {
            channels: RwLock::default(),
            faults: Arc::default(),
            journal,
            run: chance::mix(now.unsigned_abs() ^ common.seed),
            counter: AtomicU64::new(0),
            // 18 digits like LINE's own, growing with time, so that a restarted sandbox goes on above.
            next_message: AtomicU64::new((now / 1000).unsigned_abs() * 100_000),
            common,
        }));
        world.restore(records.unwrap_or_default(), past)?;
        Ok(world)
    }

    /// Adds a channel, or changes the settings of the one with this name and keeps its customers.
    pub fn add_channel(&self, spec: ChannelSpec) -> Result<(), WorldError> {
        self.put_channel(spec.clone())?;
        self.note(|| Record::Channel(spec));
        Ok(())
    }

    fn put_channel(&self, spec: ChannelSpec) -> Result<(), WorldError> {
        for (field, value) in [("name", &spec.name), ("secret", &spec.secret), ("token", &spec.token)] {
            if value.is_empty() {
                return Err(WorldError::invalid(field, "must not be empty"));
            }
        }
        let bot = match spec.bot_user_id.as_deref() {
            None => UserId(self.number(&["bot", &spec.name])),
            Some(id) => UserId::parse(id).ok_or_else(|| WorldError::Invalid {
                field: "bot_user_id",
                cure: "must be U and 32 lower hex digits".to_owned(),
            })?,
        };
        let mut channels = write(&self.0.channels);
        if channels.by_token.get(&spec.token).is_some_and(|owner| *owner.name != *spec.name) {
            return Err(WorldError::Invalid {
                field: "token",
                cure: "is another channel's; tokens must differ".to_owned(),
            });
        }
        let (name, token) = (spec.name.clone(), spec.token.clone());
        let settings = Settings::new(spec, bot);
        let channel = if let Some(channel) = channels.by_name.get(&name).cloned() {
            channels.by_token.remove(&channel.settings().spec.token);
            channel.set(settings);
            channel
        } else {
            Arc::new(Channel::new(settings))
        };
        channels.by_name.insert(name, channel.clone());
        channels.by_token.insert(token, channel);
        Ok(())
    }

    /// Changes some settings of a channel.
    pub fn change_channel(&self, name: &str, change: impl FnOnce(&mut ChannelSpec)) -> Result<(), WorldError> {
        let mut spec = self.channel(name)?.settings().spec.clone();
        change(&mut spec);
        name.clone_into(&mut spec.name);
        self.add_channel(spec)
    }

    /// The settings of every channel.
    pub fn channels(&self) -> Vec<ChannelSpec> {
        read(&self.0.channels).by_name.values().map(|channel| channel.settings().spec.clone()).collect()
    }

    /// The bot's user id, `destination` of the channel's webhooks.
    pub fn bot_user_id(&self, channel: &str) -> Result<String, WorldError> {
        Ok(self.channel(channel)?.settings().bot.to_string())
    }

    /// Adds a customer who is no friend yet; sends nothing. Ids follow from the seed, the channel and the order.
    pub fn add_customer(&self, channel: &str, name: &str, language: Option<&str>) -> Result<String, WorldError> {
        Ok(self.new_customer(&*self.channel(channel)?, name, language).user.to_string())
    }

    /// Adds a customer who already is a friend; sends no webhook.
    pub fn add_friend(&self, channel: &str, name: &str, language: Option<&str>) -> Result<String, WorldError> {
        let channel = self.channel(channel)?;
        let customer = self.new_customer(&channel, name, language);
        self.relate(&channel, &customer, Relation::Friend);
        Ok(customer.user.to_string())
    }

    fn new_customer(&self, channel: &Channel, name: &str, language: Option<&str>) -> Arc<Customer> {
        let customer = channel.add_customer(|place| {
            let id = UserId(self.number(&["customer", &channel.name, &place.to_string()]));
            Customer::new(id, name.to_owned(), language.map(str::to_owned))
        });
        self.note(|| Record::Customer {
            channel: channel.name.to_string(),
            user: customer.user.to_string(),
            name: name.to_owned(),
            language: language.map(str::to_owned),
        });
        customer
    }

    fn relate(&self, channel: &Channel, customer: &Customer, relation: Relation) {
        customer.set_relation(relation);
        self.note(|| Record::Relation { channel: channel.name.to_string(), user: customer.user.to_string(), relation });
    }

    /// Takes a customer out of a channel: from now on her id is as one of another provider, which LINE does not know
    /// here (providers.md A4). What she got stays in the ledger.
    pub fn remove_customer(&self, channel: &str, user: &str) -> Result<(), WorldError> {
        let channel = self.channel(channel)?;
        channel.remove_customer(channel.known(user)?.id);
        self.note(|| Record::Gone { channel: channel.name.to_string(), user: user.to_owned() });
        Ok(())
    }

    /// Every customer of a channel in the order they were added.
    pub fn customers(&self, channel: &str) -> Result<Vec<CustomerSummary>, WorldError> {
        Ok(self.channel(channel)?.customers().iter().map(|customer| customer.summary()).collect())
    }

    /// The chat of a customer, oldest first.
    pub fn inbox(&self, channel: &str, user: &str) -> Result<Vec<InboxMessage>, WorldError> {
        Ok(self.channel(channel)?.known(user)?.inbox())
    }

    /// Every accepted request of LINE, one entry per recipient.
    pub fn ledger(&self) -> Vec<Entry> {
        let mut entries = self.0.common.entries();
        entries.retain(|entry| entry.platform == "line");
        entries
    }

    /// What a channel received and made of it.
    pub fn stats(&self, channel: &str) -> Result<Stats, WorldError> {
        Ok(self.channel(channel)?.stats())
    }

    /// Counters and peaks back to zero; customers, keys and quota stay.
    pub fn reset_stats(&self) {
        for channel in read(&self.0.channels).by_name.values() {
            channel.reset_counters();
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

    /// Waits until nothing is being fetched.
    pub async fn media_settled(&self) {
        self.0.common.media_settled().await;
    }

    /// Lets time pass at once, for retry keys (24 h), reply tokens (1 min), rates and the month.
    pub fn advance(&self, by: Duration) {
        self.0.common.clock.advance(by);
    }

    fn channel(&self, name: &str) -> Result<Arc<Channel>, WorldError> {
        read(&self.0.channels).by_name.get(name).cloned().ok_or_else(|| WorldError::UnknownChannel(name.to_owned()))
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

    fn number(&self, words: &[&str]) -> u128 {
        self.0.common.number(words)
    }

    /// A number unlike any other of this run and, by all chance, of others.
    fn fresh(&self) -> u64 {
        self.0.run ^ chance::mix(self.0.counter.fetch_add(1, Ordering::Relaxed))
    }

    fn request_id(&self) -> Uuid {
        Uuid::from_u64_pair(self.0.run, self.fresh())
    }

    fn message_ids(&self, number: usize) -> u64 {
        self.0.next_message.fetch_add(number as u64, Ordering::Relaxed)
    }
}
