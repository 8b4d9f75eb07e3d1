//! A customer with a phone: what they are to the channel, what arrived and what they said.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU8, AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    ledger::{Accepted, Fate},
    sync::lock,
};

/// A LINE user id: `U` and 32 lower hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct UserId(pub u128);

impl UserId {
    /// None unless the text has exactly LINE's form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('U')?;
        let plain = hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        plain.then(|| u128::from_str_radix(hex, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U{:032x}", self.0)
    }
}

/// What a customer is to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Has not added the account.
    Stranger,
    /// Has added it.
    Friend,
    /// Has blocked it.
    Blocked,
}

impl Relation {
    const fn code(self) -> u8 {
        match self {
            Self::Stranger => 0,
            Self::Friend => 1,
            Self::Blocked => 2,
        }
    }
}

/// Something the customer sent.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub at_ms: i64,
    pub id: u64,
    pub message: Value,
}

#[derive(Debug, Clone)]
enum Line {
    Arrived(Arc<Accepted>),
    Said(Said),
}

#[derive(Debug)]
pub(crate) struct Customer {
    pub id: UserId,
    /// The id as text, shared with every ledger row.
    pub user: Arc<str>,
    pub name: String,
    pub language: Option<String>,
    relation: AtomicU8,
    /// When they last wrote, milliseconds; 0 never.
    wrote_ms: AtomicI64,
    /// The last message of theirs that the team marked as read.
    pub read_up_to: AtomicU64,
    lines: Mutex<Vec<Line>>,
}

const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;

impl Customer {
    pub(crate) fn new(id: UserId, name: String, language: Option<String>) -> Self {
        Self {
            id,
            user: id.to_string().into(),
            name,
            language,
            relation: AtomicU8::new(Relation::Stranger.code()),
            wrote_ms: AtomicI64::new(0),
            read_up_to: AtomicU64::new(0),
            lines: Mutex::default(),
        }
    }

    pub(crate) fn relation(&self) -> Relation {
        match self.relation.load(Ordering::Acquire) {
            0 => Relation::Stranger,
            1 => Relation::Friend,
            _ => Relation::Blocked,
        }
    }

    pub(crate) fn set_relation(&self, to: Relation) {
        self.relation.store(to.code(), Ordering::Release);
    }

    /// What becomes of a message to this customer. A stranger is reached by push (not by multicast) for
    /// seven days after writing (providers.md A5).
    pub(crate) fn fate(&self, now_ms: i64, push: bool) -> Fate {
        match self.relation() {
            Relation::Friend => Fate::Delivered,
            Relation::Blocked => Fate::Blocked,
            Relation::Stranger => {
                let wrote = self.wrote_ms.load(Ordering::Relaxed);
                if push && wrote > 0 && now_ms - wrote <= WEEK_MS { Fate::Delivered } else { Fate::NotAFriend }
            }
        }
    }

    pub(crate) fn arrive(&self, accepted: Arc<Accepted>) {
        lock(&self.lines).push(Line::Arrived(accepted));
    }

    pub(crate) fn say(&self, said: Said) {
        self.wrote_ms.fetch_max(said.at_ms, Ordering::Relaxed);
        lock(&self.lines).push(Line::Said(said));
    }

    /// The chat as the customer sees it, oldest first.
    pub(crate) fn inbox(&self) -> Vec<InboxMessage> {
        let lines = lock(&self.lines).clone();
        let read_up_to = self.read_up_to.load(Ordering::Relaxed);
        let mut messages = Vec::with_capacity(lines.len());
        for line in lines {
            match line {
                Line::Arrived(accepted) => {
                    let ids = accepted.first_message_id..;
                    messages.extend(accepted.messages().into_iter().zip(ids).map(|(message, id)| InboxMessage {
                        at_ms: accepted.at_ms,
                        from_customer: false,
                        id: id.to_string(),
                        read: false,
                        message,
                    }));
                }
                Line::Said(said) => messages.push(InboxMessage {
                    at_ms: said.at_ms,
                    from_customer: true,
                    id: said.id.to_string(),
                    read: said.id <= read_up_to,
                    message: said.message,
                }),
            }
        }
        messages.sort_by_key(|message| message.at_ms);
        messages
    }

    /// When anything was last said or arrived, milliseconds; 0 never.
    pub(crate) fn last_ms(&self) -> i64 {
        match lock(&self.lines).last() {
            Some(Line::Arrived(accepted)) => accepted.at_ms,
            Some(Line::Said(said)) => said.at_ms,
            None => 0,
        }
    }

    /// The last message object.
    pub(crate) fn last_message(&self) -> Option<Value> {
        let last = lock(&self.lines).last().cloned();
        match last? {
            Line::Arrived(accepted) => accepted.messages().pop(),
            Line::Said(said) => Some(said.message),
        }
    }

    pub(crate) fn summary(&self) -> CustomerSummary {
        CustomerSummary {
            user: self.user.to_string(),
            name: self.name.clone(),
            language: self.language.clone(),
            relation: self.relation(),
        }
    }
}

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerSummary {
    /// LINE user id.
    pub user: String,
    /// Display name.
    pub name: String,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// What they are to the channel.
    pub relation: Relation,
}

/// One message in a customer's chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboxMessage {
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// True for what the customer sent.
    pub from_customer: bool,
    /// Message id.
    pub id: String,
    /// The team marked it as read (the customer's own messages only).
    pub read: bool,
    /// The message object: as the API received it, or as the webhook carried it.
    pub message: Value,
}

#[cfg(test)]
mod tests {
    use super::UserId;

    #[test]
    fn user_ids_have_one_form() {
        let id = "U0123456789abcdef0123456789abcdef";
        assert_eq!(UserId::parse(id).map(|id| id.to_string()).as_deref(), Some(id));
        for bad in [
            "",
            "U",
            "u0123456789abcdef0123456789abcdef",
            "U0123456789ABCDEF0123456789abcdef",
            "U+123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(UserId::parse(bad), None, "{bad}");
        }
    }
}
