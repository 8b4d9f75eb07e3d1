//! People on WhatsApp: who they are to a business, and their chats with its numbers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, RwLock},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{spec::digits, wamid};
use crate::{
    ledger::Accepted,
    rate::Credit,
    sync::{lock, read, write},
};

const DAY_MS: i64 = 24 * 3600 * 1000;

/// Somebody to be added; also the body of `POST /_sandbox/whatsapp/numbers/{number}/customers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCustomer {
    /// Profile name.
    pub name: String,
    /// Phone number with `+`; left out for somebody with a username, who is known by the BSUID only.
    #[serde(default)]
    pub phone: Option<String>,
    /// Business-scoped user id; made from the seed if left out.
    #[serde(default)]
    pub bsuid: Option<String>,
    /// Has no BSUID, as in webhooks before April 2026.
    #[serde(default)]
    pub without_bsuid: bool,
    /// Whether read receipts are on.
    #[serde(default = "yes")]
    pub receipts: bool,
}

const fn yes() -> bool {
    true
}

impl NewCustomer {
    /// Somebody whose phone number the business sees, with a BSUID beside it.
    pub fn phone(name: &str, phone: &str) -> Self {
        Self { phone: Some(phone.to_owned()), ..Self::username(name) }
    }

    /// Somebody with a username: no phone number and no `wa_id` anywhere.
    pub fn username(name: &str) -> Self {
        Self { name: name.to_owned(), phone: None, bsuid: None, without_bsuid: false, receipts: true }
    }

    /// Somebody without a BSUID.
    pub fn phone_only(name: &str, phone: &str) -> Self {
        Self { without_bsuid: true, ..Self::phone(name, phone) }
    }

    /// With this BSUID.
    #[must_use]
    pub fn with_bsuid(mut self, bsuid: &str) -> Self {
        self.bsuid = Some(bsuid.to_owned());
        self
    }

    /// Read receipts off: nobody is told what was read.
    #[must_use]
    pub const fn without_receipts(mut self) -> Self {
        self.receipts = false;
        self
    }
}

/// How a business knows somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Digits of the phone number, which are the `wa_id`.
    pub phone: Option<String>,
    pub bsuid: Option<String>,
}

/// What was said in a chat.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub at_ms: i64,
    pub id: u64,
    /// The message of the webhook.
    pub message: Value,
}

#[derive(Debug, Clone)]
enum Line {
    Arrived(Arc<Accepted>),
    Said(Said),
}

/// What somebody did to a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stance {
    pub blocked: bool,
    /// No marketing any more.
    pub stopped: bool,
}

#[derive(Debug, Default)]
struct Chat {
    lines: Vec<Line>,
    /// When they last wrote, milliseconds; 0 never.
    wrote_ms: i64,
    stance: Stance,
    /// The last message of theirs that the team marked as read.
    read_up_to: u64,
    /// The last message to them that they read.
    seen_up_to: u64,
    credit: Credit,
}

#[derive(Debug)]
pub(crate) struct Customer {
    pub id: Arc<str>,
    pub name: String,
    /// Whether read receipts are on.
    pub receipts: bool,
    identity: RwLock<Identity>,
    /// By the number's name.
    chats: Mutex<BTreeMap<String, Chat>>,
}

impl Customer {
    pub(crate) fn new(id: &str, name: String, receipts: bool, identity: Identity) -> Self {
        Self { id: id.into(), name, receipts, identity: RwLock::new(identity), chats: Mutex::default() }
    }

    pub(crate) fn identity(&self) -> Identity {
        read(&self.identity).clone()
    }

    /// Whether this is their id here, phone number (with or without `+`) or BSUID.
    pub(crate) fn answers_to(&self, user: &str) -> bool {
        let identity = read(&self.identity);
        let phone = user.strip_prefix('+').unwrap_or(user);
        *self.id == *user || identity.phone.as_deref() == Some(phone) || identity.bsuid.as_deref() == Some(user)
    }

    fn chat<R>(&self, number: &str, with: impl FnOnce(&mut Chat) -> R) -> R {
        let mut chats = lock(&self.chats);
        with(chats.entry(number.to_owned()).or_default())
    }

    pub(crate) fn stance(&self, number: &str) -> Stance {
        self.chat(number, |chat| chat.stance)
    }

    pub(crate) fn set_stance(&self, number: &str, stance: Stance) {
        self.chat(number, |chat| chat.stance = stance);
    }

    /// Whether they wrote to this number within 24 hours.
    pub(crate) fn is_window_open(&self, number: &str, now_ms: i64) -> bool {
        self.chat(number, |chat| chat.wrote_ms > 0 && now_ms - chat.wrote_ms < DAY_MS)
    }

    /// Whether another message may go out to them.
    pub(crate) fn spend(&self, number: &str, now_us: i64, every_us: i64, burst: u32) -> bool {
        self.chat(number, |chat| chat.credit.spend(now_us, every_us, burst))
    }

    pub(crate) fn arrive(&self, number: &str, accepted: Arc<Accepted>) {
        self.chat(number, |chat| chat.lines.push(Line::Arrived(accepted)));
    }

    pub(crate) fn say(&self, number: &str, said: Said) {
        self.chat(number, |chat| {
            chat.wrote_ms = chat.wrote_ms.max(said.at_ms);
            chat.lines.push(Line::Said(said));
        });
    }

    /// The team read up to this message of theirs; false when it is none of theirs.
    pub(crate) fn mark_read(&self, number: &str, id: u64) -> bool {
        self.chat(number, |chat| {
            let known = chat.lines.iter().any(|line| matches!(line, Line::Said(said) if said.id == id));
            if known {
                chat.read_up_to = chat.read_up_to.max(id);
            }
            known
        })
    }

    /// They read all that arrived; gives what they had not read before.
    pub(crate) fn read_all(&self, number: &str) -> Vec<Arc<Accepted>> {
        self.chat(number, |chat| {
            let mut unread = Vec::new();
            for line in &chat.lines {
                if let Line::Arrived(accepted) = line
                    && accepted.first_message_id > chat.seen_up_to
                {
                    unread.push(accepted.clone());
                }
            }
            chat.seen_up_to = unread.iter().map(|read| read.first_message_id).fold(chat.seen_up_to, u64::max);
            unread
        })
    }

    /// They read this message, and with it all before it.
    pub(crate) fn read_one(&self, number: &str, id: u64) {
        self.chat(number, |chat| chat.seen_up_to = chat.seen_up_to.max(id));
    }

    /// A message to them.
    pub(crate) fn arrived(&self, number: &str, id: u64) -> Option<Arc<Accepted>> {
        self.chat(number, |chat| {
            chat.lines.iter().find_map(|line| match line {
                Line::Arrived(accepted) if accepted.first_message_id == id => Some(accepted.clone()),
                _ => None,
            })
        })
    }

    /// The chat as they see it, oldest first.
    pub(crate) fn inbox(&self, number: &str) -> Vec<InboxMessage> {
        let (lines, read_up_to, seen_up_to) =
            self.chat(number, |chat| (chat.lines.clone(), chat.read_up_to, chat.seen_up_to));
        let mut messages: Vec<_> = lines
            .into_iter()
            .map(|line| match line {
                Line::Arrived(accepted) => InboxMessage {
                    at_ms: accepted.at_ms,
                    from_customer: false,
                    id: wamid::text(accepted.first_message_id),
                    read: accepted.first_message_id <= seen_up_to,
                    message: accepted.messages().pop().unwrap_or_default(),
                    shown: accepted.shown.clone(),
                },
                Line::Said(said) => InboxMessage {
                    at_ms: said.at_ms,
                    from_customer: true,
                    id: wamid::text(said.id),
                    read: said.id <= read_up_to,
                    message: said.message,
                    shown: None,
                },
            })
            .collect();
        messages.sort_by_key(|message| message.at_ms);
        messages
    }

    /// The last message and when it was, milliseconds; 0 when there is none.
    pub(crate) fn last(&self, number: &str) -> (i64, Option<Value>) {
        let last = self.chat(number, |chat| chat.lines.last().cloned());
        match last {
            Some(Line::Arrived(accepted)) => {
                let shown = accepted.shown.clone().or_else(|| accepted.messages().pop());
                (accepted.at_ms, shown)
            }
            Some(Line::Said(said)) => (said.at_ms, Some(said.message)),
            None => (0, None),
        }
    }

    pub(crate) fn summary(&self, number: &str, now_ms: i64) -> CustomerSummary {
        let (identity, stance) = (self.identity(), self.stance(number));
        CustomerSummary {
            user: self.id.to_string(),
            name: self.name.clone(),
            phone: identity.phone.map(|phone| format!("+{phone}")),
            bsuid: identity.bsuid,
            receipts: self.receipts,
            blocked: stance.blocked,
            stopped_marketing: stance.stopped,
            window_open: self.is_window_open(number, now_ms),
        }
    }
}

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct CustomerSummary {
    /// Their id in the sandbox, which stays when phone number and BSUID change.
    pub user: String,
    /// Profile name.
    pub name: String,
    /// Phone number with `+`, if the business sees one.
    pub phone: Option<String>,
    /// Business-scoped user id.
    pub bsuid: Option<String>,
    /// Whether read receipts are on.
    pub receipts: bool,
    /// Blocked this number.
    pub blocked: bool,
    /// Wants no marketing from this number any more.
    pub stopped_marketing: bool,
    /// Wrote to this number within 24 hours.
    pub window_open: bool,
}

/// One message in a customer's chat with a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxMessage {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// True for what the customer sent.
    pub from_customer: bool,
    /// The wamid.
    pub id: String,
    /// Read by the other side.
    pub read: bool,
    /// The body as the API received it, or the message as the webhook carried it.
    pub message: Value,
    /// Of a template: `header`, `body`, `footer` and `buttons` as the customer sees them.
    pub shown: Option<Value>,
}

#[derive(Debug, Default)]
struct People {
    order: Vec<Arc<Customer>>,
    /// By id, by digits of the phone number and by BSUID.
    by_key: HashMap<String, Arc<Customer>>,
}

/// The people whom the accounts of one business portfolio know.
#[derive(Debug, Default)]
pub(crate) struct Portfolio {
    people: RwLock<People>,
    /// When somebody was last reached outside a window, milliseconds.
    reached: Mutex<HashMap<Arc<str>, i64>>,
}

impl Portfolio {
    pub(crate) fn size(&self) -> usize {
        read(&self.people).order.len()
    }

    /// Somebody by id, phone number with `+` or BSUID.
    pub(crate) fn find(&self, user: &str) -> Option<Arc<Customer>> {
        let key = user.strip_prefix('+').map_or_else(|| user.to_owned(), digits);
        read(&self.people).by_key.get(&key).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Customer>> {
        read(&self.people).order.clone()
    }

    /// Adds somebody; false when id, phone number or BSUID are somebody's already.
    pub(crate) fn add(&self, customer: Arc<Customer>) -> bool {
        let identity = customer.identity();
        let keys: Vec<String> =
            [Some(customer.id.to_string()), identity.phone, identity.bsuid].into_iter().flatten().collect();
        let mut people = write(&self.people);
        if keys.iter().any(|key| people.by_key.contains_key(key)) {
            return false;
        }
        people.by_key.extend(keys.into_iter().map(|key| (key, customer.clone())));
        people.order.push(customer);
        true
    }

    /// Somebody is known otherwise from now on; false when that is somebody else's already.
    pub(crate) fn change(&self, customer: &Arc<Customer>, identity: Identity) -> bool {
        let mut people = write(&self.people);
        let keys: Vec<String> = [&identity.phone, &identity.bsuid].into_iter().flatten().cloned().collect();
        let is_others = |key: &String| people.by_key.get(key).is_some_and(|owner| owner.id != customer.id);
        if keys.iter().any(is_others) {
            return false;
        }
        let old = customer.identity();
        for key in [old.phone, old.bsuid].into_iter().flatten() {
            people.by_key.remove(&key);
        }
        people.by_key.extend(keys.into_iter().map(|key| (key, customer.clone())));
        *write(&customer.identity) = identity;
        true
    }

    /// Somebody was reached outside a window.
    pub(crate) fn reach(&self, customer: &Customer, at_ms: i64) {
        lock(&self.reached).insert(customer.id.clone(), at_ms);
    }

    /// Different people who were reached outside a window within 24 hours.
    pub(crate) fn reached(&self, now_ms: i64) -> usize {
        let mut reached = lock(&self.reached);
        reached.retain(|_, at_ms| now_ms - *at_ms < DAY_MS);
        reached.len()
    }
}
