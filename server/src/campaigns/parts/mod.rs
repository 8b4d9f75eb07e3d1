//! The messages of a recipient one by one, on a platform that takes each by itself (WhatsApp; domain.md 11.19): records
//! and threads show how each of them stands.

mod store;
#[cfg(test)]
mod store_test;

use std::collections::BTreeMap;

use shared::{
    deliveries::{DeliveryState, Outcome},
    id::{DeliveryId, TeamId},
    reasons::Reason,
};

use crate::db::{self, Tx};

/// One message of a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPart {
    /// Its place among the messages, from 0.
    pub part: u32,
    /// How it stands; none where it was left out after another failed.
    pub outcome: Option<Outcome>,
    /// Why it failed or is not known.
    pub reason: Option<Reason>,
    /// The platform's code.
    pub code: Option<String>,
    /// The platform's words.
    pub text: Option<String>,
    /// When it got there, UTC milliseconds.
    pub at: i64,
}

/// The messages of these recipients, in order, each as its last attempt left it, or an earlier one that arrived.
/// Recipients whose messages share one answer, as on LINE, and those who were not tried are not among them.
pub fn parts(tx: &mut Tx<'_>, team: TeamId, ids: &[DeliveryId]) -> db::Result<BTreeMap<DeliveryId, Vec<SentPart>>> {
    let mut found: BTreeMap<DeliveryId, Vec<SentPart>> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    for (delivery, part) in store::of(tx, team, ids)? {
        let parts = found.entry(delivery).or_default();
        match parts.last_mut().filter(|earlier| earlier.part == part.part) {
            Some(earlier) if says_more(earlier, &part) => {}
            Some(earlier) => *earlier = part,
            None => parts.push(part),
        }
    }
    Ok(found)
}

/// Whether an earlier attempt of a message tells how it stands: it arrived, or the later one was left out.
fn says_more(earlier: &SentPart, later: &SentPart) -> bool {
    let arrived =
        |part: &SentPart| matches!(part.outcome, Some(Outcome::Succeeded | Outcome::Delivered | Outcome::Read));
    (arrived(earlier) && !arrived(later)) || (earlier.outcome.is_some() && later.outcome.is_none())
}

/// How a message in this state of the engine stands, if it was to be sent at all.
fn outcome(state: &str) -> Result<Option<Outcome>, String> {
    match state {
        "skipped" => Ok(None),
        "started" => Ok(Some(Outcome::Waiting)),
        other => other.parse::<DeliveryState>().map(|state| Some(state.outcome())),
    }
}
