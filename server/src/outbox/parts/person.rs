//! A recipient on WhatsApp: her messages one by one, and what they come to together. Pure.

use std::{fmt, str::FromStr};

use shared::{
    deliveries::DeliveryState,
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, IdentityId, SliceId},
    reasons::{CheckedBy, Reason},
};

use crate::text_column;

/// How far one message got, in the order of what is known of it: a later word counts only where it says more
/// (architecture.md 4). The first two were never started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum PartState {
    /// Left out after another failed.
    Skipped,
    /// Surely not taken, to be sent again.
    Queued,
    /// Its call began.
    Started,
    /// Its call began, and nobody knows how it ended.
    Unknown,
    /// WhatsApp took it.
    Accepted,
    /// On its way.
    Sent,
    /// It did not go out, or did not arrive.
    Failed,
    /// On the customer's phone.
    Delivered,
    /// Read.
    Read,
}

impl PartState {
    const ALL: [Self; 9] = [
        Self::Skipped,
        Self::Queued,
        Self::Started,
        Self::Unknown,
        Self::Accepted,
        Self::Sent,
        Self::Failed,
        Self::Delivered,
        Self::Read,
    ];

    /// As the database spells it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Queued => "queued",
            Self::Started => "started",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
            Self::Read => "read",
        }
    }

    /// Whether WhatsApp took it and has not said since that it did not arrive.
    pub(crate) const fn is_taken(self) -> bool {
        matches!(self, Self::Accepted | Self::Sent | Self::Delivered | Self::Read)
    }
}

impl fmt::Display for PartState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PartState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| format!("no state of a message is called {text:?}"))
    }
}

text_column!(PartState);

/// Which message of which attempt: what a call carries as callback data and its statuses bring back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PartKey {
    pub(crate) delivery: DeliveryId,
    /// Its place among the messages, from 0.
    pub(crate) part: usize,
    pub(crate) attempt: i64,
}

impl fmt::Display for PartKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.delivery, self.part, self.attempt)
    }
}

impl FromStr for PartKey {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(':');
        let mut word = || words.next().ok_or(());
        let key = Self {
            delivery: word()?.parse().map_err(drop)?,
            part: word()?.parse().map_err(drop)?,
            attempt: word()?.parse().map_err(drop)?,
        };
        if word().is_ok() { Err(()) } else { Ok(key) }
    }
}

/// One message of a recipient, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) number: usize,
    pub(crate) attempt: i64,
    pub(crate) state: PartState,
    /// UTC ms.
    pub(crate) started_at: Option<i64>,
    pub(crate) provider_id: Option<String>,
    pub(crate) reason: Option<Reason>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    /// When it came to this state (UTC ms), by WhatsApp's clock where WhatsApp said so.
    pub(crate) at: i64,
    /// It is not written down as it is now.
    pub(crate) is_changed: bool,
}

/// What was learned of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) key: PartKey,
    pub(crate) state: PartState,
    pub(crate) provider_id: Option<String>,
    pub(crate) reason: Option<Reason>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    /// UTC ms.
    pub(crate) at: i64,
}

/// A recipient with her messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: DeliveryId,
    /// None: a reply.
    pub(crate) campaign: Option<CampaignId>,
    pub(crate) conversation: ConversationId,
    pub(crate) identity: IdentityId,
    pub(crate) channel: ChannelId,
    pub(crate) slice: SliceId,
    pub(crate) state: DeliveryState,
    pub(crate) attempt: i64,
    /// How many messages she is to get.
    pub(crate) total: usize,
    /// Of her campaign, as it is stored.
    pub(crate) campaign_state: Option<String>,
    /// Of her campaign, as slices have it.
    pub(crate) class: i64,
    /// When what has not started is too late (UTC ms); a reply has none stored.
    pub(crate) expires_at: Option<i64>,
    pub(crate) parts: Vec<Part>,
    /// Of the last answer that moved one of them.
    pub(crate) request_id: Option<String>,
    /// Why nothing of it is sent, and when that was found (UTC ms), where nothing was started.
    pub(crate) dropped: Option<(Reason, i64)>,
}

/// What the messages come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// This one is the next to be sent.
    Next(usize),
    /// A call is out.
    Out,
    /// Nothing more is to be sent.
    Ended(Ending),
}

/// How a recipient ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) state: DeliveryState,
    pub(crate) reason: Option<Reason>,
    pub(crate) checked_by: Option<CheckedBy>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    /// When the last of it was learned (UTC ms).
    pub(crate) at: i64,
}

impl Person {
    /// Takes in what was learned of a message, if it says more than is known. Returns whether the message moved. An id that
    /// was missing is kept in any case.
    pub(crate) fn hear(&mut self, fact: &Fact) -> bool {
        let part = self.part(fact.key.part, fact.key.attempt, fact.at);
        if part.provider_id.is_none() && fact.provider_id.is_some() {
            part.provider_id.clone_from(&fact.provider_id);
            part.is_changed = true;
        }
        if fact.state <= part.state {
            return false;
        }
        part.state = fact.state;
        part.reason = fact.reason;
        part.code.clone_from(&fact.code);
        part.text.clone_from(&fact.text);
        part.at = fact.at;
        part.is_changed = true;
        if fact.request_id.is_some() {
            self.request_id.clone_from(&fact.request_id);
        }
        true
    }

    /// Its call begins now, if this message is the next. Returns whether it is.
    pub(crate) fn start(&mut self, number: usize, now: i64) -> bool {
        if self.standing() != Standing::Next(number) {
            return false;
        }
        let part = self.part(number, self.attempt, now);
        part.state = PartState::Started;
        part.started_at = Some(now);
        (part.reason, part.code, part.text) = (None, None, None);
        part.at = now;
        part.is_changed = true;
        true
    }

    /// Its call ended, and WhatsApp surely did not take it: it is to be sent again.
    pub(crate) fn hand_back(&mut self, key: PartKey, now: i64) {
        let mut parts = self.parts.iter_mut();
        let part = parts.find(|part| (part.number, part.attempt) == (key.part, key.attempt));
        if let Some(part) = part.filter(|part| part.state == PartState::Started) {
            (part.state, part.at, part.is_changed) = (PartState::Queued, now, true);
        }
    }

    /// Whoever made her calls is gone: what was started may have arrived.
    pub(crate) fn lose_calls(&mut self, now: i64) {
        for part in self.parts.iter_mut().filter(|part| part.state == PartState::Started) {
            part.state = PartState::Unknown;
            part.reason = Some(Reason::NoAnswer);
            (part.at, part.is_changed) = (now, true);
        }
    }

    /// Nothing more is sent to her, as Storecast found before the call of this message.
    pub(crate) fn give_up(&mut self, number: usize, reason: Reason, now: i64) {
        if self.parts.is_empty() {
            self.dropped = Some((reason, now));
            return;
        }
        let part = self.part(number, self.attempt, now);
        part.state = PartState::Failed;
        part.reason = Some(reason);
        (part.at, part.is_changed) = (now, true);
    }

    /// Marks what was never started as left out.
    pub(crate) fn skip_rest(&mut self, now: i64) {
        if self.parts.is_empty() {
            return;
        }
        for number in 0..self.total {
            if self.counted(number).is_none_or(|part| part.state == PartState::Queued) {
                let part = self.part(number, self.attempt, now);
                (part.state, part.at, part.is_changed) = (PartState::Skipped, now, true);
            }
        }
    }

    /// Marks as left out what was still to be sent when she ended: it arrived by an earlier attempt after all, or one before
    /// it is unknown.
    pub(crate) fn leave_out(&mut self, now: i64) {
        for part in self.parts.iter_mut().filter(|part| part.state == PartState::Queued) {
            (part.state, part.at, part.is_changed) = (PartState::Skipped, now, true);
        }
    }

    /// A person decided on another attempt, whose number is set: every message that failed is to be sent again, and so is
    /// what was left out behind it. One that nobody knows of, because it may have arrived, only where the decision was about
    /// it (`unknown_too`); else what was left out behind it goes on waiting for that.
    pub(crate) fn try_again(&mut self, unknown_too: bool, now: i64) {
        let mut is_open = false;
        for number in 0..self.total {
            let Some(state) = self.counted(number).map(|part| part.state) else { continue };
            let again = match state {
                PartState::Failed => true,
                PartState::Unknown | PartState::Started => unknown_too,
                PartState::Skipped | PartState::Queued => !is_open,
                PartState::Accepted | PartState::Sent | PartState::Delivered | PartState::Read => false,
            };
            is_open |= !again && matches!(state, PartState::Unknown | PartState::Started);
            if again {
                let part = self.part(number, self.attempt, now);
                (part.state, part.at, part.is_changed) = (PartState::Queued, now, true);
            }
        }
    }

    /// What her messages come to: any failed is failed, else any unknown is unknown, else the least of them; as long as one is
    /// still to be sent, that one.
    pub(crate) fn standing(&self) -> Standing {
        if let Some((reason, at)) = self.dropped {
            let checked_by = Some(CheckedBy::Storecast);
            let state = DeliveryState::Failed;
            return Standing::Ended(Ending { state, reason: Some(reason), checked_by, code: None, text: None, at });
        }
        let counted: Vec<Option<&Part>> = (0..self.total).map(|number| self.counted(number)).collect();
        let first = |state| counted.iter().flatten().find(|part| part.state == state);
        if let Some(part) = first(PartState::Failed) {
            return Standing::Ended(of_part(part, DeliveryState::Failed, Some(checked_by(part))));
        }
        if self.parts.iter().any(|part| part.state == PartState::Started) {
            return Standing::Out;
        }
        // What is behind one that is unknown waits, unless a person decided on it since.
        let queued = first(PartState::Queued).filter(|_| {
            let is_of_now = |part: &&Part| part.state == PartState::Unknown && part.attempt == self.attempt;
            !counted.iter().flatten().any(is_of_now)
        });
        if let Some(part) = queued {
            return Standing::Next(part.number);
        }
        if let Some(part) = first(PartState::Unknown) {
            return Standing::Ended(of_part(part, DeliveryState::Unknown, None));
        }
        let waits = |part: Option<&Part>| part.is_none_or(|part| !part.state.is_taken());
        if let Some(number) = counted.iter().position(|part| waits(*part)) {
            return Standing::Next(number);
        }
        let at = counted.iter().flatten().map(|part| part.at).max().unwrap_or_default();
        let state = match counted.iter().flatten().map(|part| part.state).min() {
            Some(PartState::Read) => DeliveryState::Read,
            Some(PartState::Delivered) => DeliveryState::Delivered,
            Some(PartState::Sent) => DeliveryState::Sent,
            _ => DeliveryState::Accepted,
        };
        Standing::Ended(Ending { state, reason: None, checked_by: None, code: None, text: None, at })
    }

    /// The id of her first message.
    pub(crate) fn provider_id(&self) -> Option<&str> {
        self.counted(0)?.provider_id.as_deref()
    }

    /// When her first call began (UTC ms).
    pub(crate) fn first_started(&self) -> Option<i64> {
        self.parts.iter().filter_map(|part| part.started_at).min()
    }

    /// The row that counts for a message: one that WhatsApp took, whichever attempt it was, else that of the last attempt
    /// which was not left out.
    fn counted(&self, number: usize) -> Option<&Part> {
        let rows = || self.parts.iter().filter(move |part| part.number == number);
        let taken = rows().filter(|part| part.state.is_taken()).max_by_key(|part| part.state);
        taken.or_else(|| rows().max_by_key(|part| (part.state != PartState::Skipped, part.attempt)))
    }

    /// The row of a message, made where there is none.
    fn part(&mut self, number: usize, attempt: i64, now: i64) -> &mut Part {
        let found = self.parts.iter().position(|part| (part.number, part.attempt) == (number, attempt));
        let index = found.unwrap_or_else(|| {
            self.parts.push(Part {
                number,
                attempt,
                state: PartState::Skipped,
                started_at: None,
                provider_id: None,
                reason: None,
                code: None,
                text: None,
                at: now,
                is_changed: true,
            });
            self.parts.len() - 1
        });
        &mut self.parts[index]
    }
}

fn of_part(part: &Part, state: DeliveryState, checked_by: Option<CheckedBy>) -> Ending {
    Ending { state, reason: part.reason, checked_by, code: part.code.clone(), text: part.text.clone(), at: part.at }
}

/// Storecast finds before a call what WhatsApp names with a code of its own after it.
fn checked_by(part: &Part) -> CheckedBy {
    let is_ours = part.code.is_none() && part.reason.is_some_and(Reason::known_before_call);
    if is_ours { CheckedBy::Storecast } else { CheckedBy::Platform }
}

#[cfg(test)]
#[path = "person_test.rs"]
mod tests;
