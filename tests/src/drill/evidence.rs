//! What a drill leaves behind to be judged by: what was asked, what our records say, and what the platforms received.

use std::collections::BTreeSet;

use sandbox::{Call, Entry};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    campaigns::Figures,
    deliveries::Outcome,
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

/// Everything that a verdict rests on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was asked to be sent, to whom.
    pub asked: Vec<Asked>,
    /// What our records say of each recipient.
    pub records: Vec<Record>,
    /// The figures of our records.
    pub figures: Vec<Counted>,
    /// Texts of customers, and how often our conversations hold each.
    pub heard: Vec<Heard>,
    /// What the platforms accepted.
    pub ledger: Vec<Entry>,
    /// What the platforms received, refused calls too.
    pub calls: Vec<Call>,
    /// What a channel may be called.
    pub limits: Vec<Limit>,
    /// What was done to the servers.
    pub blows: Vec<Blow>,
    /// Webhooks that no server took, however often they were sent.
    pub webhooks_given_up: usize,
}

/// A send or a reply as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its number, which stands in each of its messages: see `mark`.
    pub send: u64,
    /// What it is, for the eye.
    pub what: String,
    /// How many messages each person is to get.
    pub parts: usize,
    /// Whether each message has the person's name in it.
    pub is_personal: bool,
    /// To whom.
    pub people: Vec<Asking>,
}

/// Somebody who is to get a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// The platform she is on.
    pub platform: Platform,
    /// Her id in the sandbox.
    pub user: String,
    /// Her name, unlike anybody else's.
    pub name: String,
    /// Why Storecast itself must refuse to send it to her.
    pub refused: Option<Reason>,
    /// Whether LINE does not know her any more: she alone may fail of it, and nobody who stood beside her in a call.
    pub is_gone: bool,
}

/// A recipient as our records have her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The number of the send.
    pub send: u64,
    /// Her id in the sandbox.
    pub user: String,
    /// The delivery, or of a reply the message.
    pub id: String,
    /// How she stands.
    pub outcome: Outcome,
    /// Why she failed or is not known.
    pub reason: Option<Reason>,
    /// Who says so.
    pub checked_by: Option<CheckedBy>,
    /// When it came to that, UTC milliseconds.
    pub at_ms: Option<i64>,
    /// Her messages one by one, where each is a call; else they share what stands above.
    pub parts: Vec<PartRecord>,
}

/// One message of a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// Its place, from 0.
    pub part: usize,
    /// How it stands; absent where it was left out.
    pub outcome: Option<Outcome>,
    /// Why it failed or is not known.
    pub reason: Option<Reason>,
    /// When it came to that, UTC milliseconds.
    pub at_ms: Option<i64>,
}

/// Figures of a send, from one of the places that show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The number of the send.
    pub send: u64,
    /// Where they stand: `progress`, `record`, `list` or `reasons`.
    pub place: String,
    /// The figures.
    pub figures: Figures,
}

/// A text of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Her id in the sandbox.
    pub user: String,
    /// What she wrote, once.
    pub text: String,
    /// How often our conversation with her holds it.
    pub times: usize,
}

/// How many calls a channel takes at one endpoint within any second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Its name in the sandbox.
    pub channel: String,
    /// The endpoint's name in the sandbox.
    pub endpoint: String,
    /// Calls a second.
    pub per_second: usize,
}

/// What was done to a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blow {
    /// What.
    pub kind: BlowKind,
    /// Which server, from 0.
    pub server: usize,
    /// When, UTC milliseconds.
    pub from_ms: i64,
    /// When it worked again, UTC milliseconds.
    pub until_ms: i64,
    /// Calls of this server that the platforms had not answered at that moment.
    pub in_flight: usize,
    /// People who were waiting to be sent to right before.
    pub queued: u64,
}

impl Blow {
    /// Whether it fell into the middle of work: a kill of an idle server proves nothing.
    pub const fn hit(&self) -> bool {
        self.in_flight > 0 && self.queued > 0
    }
}

/// How a server was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlowKind {
    /// SIGKILL, then started again.
    Kill,
    /// SIGSTOP, and SIGCONT after longer than a lease.
    Freeze,
}

/// What stands in a message so that it is known again wherever it turns up.
pub(super) fn mark(send: u64, part: usize) -> String {
    format!("#s{send}.{part}#")
}

/// The marks in a message, by send and part.
pub(super) fn marks(message: &Value) -> BTreeSet<(u64, usize)> {
    let mut found = BTreeSet::new();
    visit(message, &mut |text| {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("#s") {
            let read = after.split_once('#').and_then(|(mark, _)| mark.split_once('.'));
            if let Some((Ok(send), Ok(part))) = read.map(|(send, part)| (send.parse(), part.parse())) {
                found.insert((send, part));
            }
            rest = after;
        }
    });
    found
}

/// Whether a message has this text in it, anywhere.
pub(super) fn holds(message: &Value, wanted: &str) -> bool {
    let mut held = false;
    visit(message, &mut |text| held |= text.contains(wanted));
    held
}

fn visit(value: &Value, see: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(many) => many.iter().for_each(|one| visit(one, see)),
        Value::Object(fields) => fields.values().for_each(|one| visit(one, see)),
        _ => {}
    }
}
