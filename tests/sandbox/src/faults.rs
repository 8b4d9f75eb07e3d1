//! Faults on order: which calls go wrong, how, how often; the same every time for the same seed.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{chance, ledger::Platform, sync::lock, whatsapp::StatusPlan};

/// One order: the calls it concerns and what happens to them. Filters left out match every call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Name of the channel; on WhatsApp of the number, or the id of the business account for its templates.
    #[serde(default)]
    pub channel: Option<String>,
    /// Name of the endpoint: `push`, `multicast`, `reply`, `profile` …, on WhatsApp `messages`, `media_upload` …
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Only calls that address this user.
    #[serde(default)]
    pub user: Option<String>,
    /// The first matching call that is concerned, counted from 1.
    #[serde(default = "one")]
    pub from_call: u64,
    /// How many calls it concerns at most.
    #[serde(default)]
    pub count: Option<u64>,
    /// The share of matching calls that it concerns, 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Seed of `probability` and of `slow_range`.
    #[serde(default)]
    pub seed: u64,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 with the text of the rate limit; on WhatsApp code 130429.
    RateLimit,
    /// 429 with the text of the monthly limit (LINE only).
    MonthlyLimit,
    /// 500 with the platform's JSON.
    ServerError,
    /// 502 with a page of HTML, as from a proxy in between.
    BadGateway,
    /// 401 as for a token that has expired.
    Unauthorized,
    /// Refused at once with this code of Meta (WhatsApp only; providers.md B6).
    Graph {
        /// The code.
        code: i64,
    },
    /// Accepted, and told of by these statuses instead of the number's usual ones (WhatsApp only).
    Statuses(StatusPlan),
    /// Not accepted: held for so long, then the connection is dropped without an answer.
    TimeoutBefore {
        /// Milliseconds.
        #[serde(default)]
        hold_ms: u64,
    },
    /// Accepted, in the ledger, and then the connection is dropped without an answer.
    TimeoutAfter {
        /// Milliseconds between acceptance and drop.
        #[serde(default)]
        hold_ms: u64,
    },
    /// Answered after so many milliseconds, and accepted halfway.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// Answered after a time between the two, and accepted halfway.
    SlowRange {
        /// Milliseconds, least.
        from_ms: u64,
        /// Milliseconds, most.
        to_ms: u64,
    },
}

impl FaultKind {
    /// Whether calls of this platform can go wrong so.
    pub(crate) const fn fits(self, platform: Platform) -> bool {
        match self {
            Self::MonthlyLimit => matches!(platform, Platform::Line),
            Self::Graph { .. } | Self::Statuses(_) => matches!(platform, Platform::Whatsapp),
            _ => true,
        }
    }
}

impl Fault {
    /// The fault for every call from now on; narrow it by setting fields.
    pub const fn new(kind: FaultKind) -> Self {
        Self { channel: None, endpoint: None, user: None, from_call: 1, count: None, probability: None, seed: 0, kind }
    }

    /// Only calls to this endpoint.
    #[must_use]
    pub fn at(mut self, endpoint: &str) -> Self {
        self.endpoint = Some(endpoint.to_owned());
        self
    }

    /// Only calls that address this user.
    #[must_use]
    pub fn for_user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    /// At most so many calls.
    #[must_use]
    pub const fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

const fn one() -> u64 {
    1
}

/// A fault in force.
#[derive(Debug, Clone, Serialize)]
pub struct ActiveFault {
    /// For `DELETE /_sandbox/line/faults/{id}` and `/_sandbox/whatsapp/faults/{id}`.
    pub id: u64,
    /// Calls that matched its filters.
    pub matched: u64,
    /// Calls that it concerned.
    pub fired: u64,
    /// The order.
    #[serde(flatten)]
    pub fault: Fault,
}

/// What the faults in force make of one call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    pub delay: Duration,
    pub failure: Option<FaultKind>,
    pub statuses: Option<StatusPlan>,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Mutex<(u64, Vec<ActiveFault>)>,
    /// Lets the hot path pass without the lock while there are none.
    number: AtomicUsize,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) -> u64 {
        let mut active = lock(&self.active);
        active.0 += 1;
        let id = active.0;
        active.1.push(ActiveFault { id, matched: 0, fired: 0, fault });
        self.number.store(active.1.len(), Ordering::Release);
        id
    }

    /// Ends one fault, or all.
    pub(crate) fn clear(&self, id: Option<u64>) {
        let mut active = lock(&self.active);
        active.1.retain(|fault| id.is_some_and(|id| id != fault.id));
        self.number.store(active.1.len(), Ordering::Release);
    }

    pub(crate) fn list(&self) -> Vec<ActiveFault> {
        lock(&self.active).1.clone()
    }

    /// Slow faults add up; of failures and of statuses the first in force wins and later ones do not count the call.
    pub(crate) fn decide(&self, channel: &str, endpoint: &str, addresses: impl Fn(&str) -> bool) -> Decision {
        let mut decision = Decision::default();
        if self.number.load(Ordering::Acquire) == 0 {
            return decision;
        }
        for active in &mut lock(&self.active).1 {
            let taken = match active.fault.kind {
                FaultKind::Slow { .. } | FaultKind::SlowRange { .. } => false,
                FaultKind::Statuses(_) => decision.statuses.is_some(),
                _ => decision.failure.is_some(),
            };
            if taken {
                continue;
            }
            let Some(kind) = active.fire(channel, endpoint, &addresses) else {
                continue;
            };
            match kind {
                FaultKind::Slow { ms } => decision.delay += Duration::from_millis(ms),
                FaultKind::SlowRange { from_ms, to_ms } => {
                    let span = to_ms.saturating_sub(from_ms) + 1;
                    let extra = chance::mix(active.fault.seed ^ chance::mix(active.matched)) % span;
                    decision.delay += Duration::from_millis(from_ms + extra);
                }
                FaultKind::Statuses(plan) => decision.statuses = Some(plan),
                failure => decision.failure = Some(failure),
            }
        }
        decision
    }
}

impl ActiveFault {
    fn fire(&mut self, channel: &str, endpoint: &str, addresses: &impl Fn(&str) -> bool) -> Option<FaultKind> {
        let fault = &self.fault;
        let concerned = fault.channel.as_deref().is_none_or(|name| name == channel)
            && fault.endpoint.as_deref().is_none_or(|name| name == endpoint)
            && fault.user.as_deref().is_none_or(addresses);
        if !concerned {
            return None;
        }
        self.matched += 1;
        let spent = fault.count.is_some_and(|count| self.fired >= count);
        let lucky = fault.probability.is_some_and(|share| chance::fraction(fault.seed, self.matched) >= share);
        if self.matched < fault.from_call || spent || lucky {
            return None;
        }
        self.fired += 1;
        Some(fault.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultKind, Faults};

    fn fires(faults: &Faults, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| faults.decide("main", "push", |user| user == "U1").failure.is_some()).collect()
    }

    #[test]
    fn filters_nth_call_and_count() {
        let faults = Faults::default();
        faults.add(Fault { from_call: 2, ..Fault::new(FaultKind::ServerError).at("push").for_user("U1").times(2) });
        assert!(faults.decide("main", "multicast", |_| true).failure.is_none());
        assert!(faults.decide("main", "push", |user| user == "U2").failure.is_none());
        assert_eq!(fires(&faults, 5), [false, true, true, false, false]);
        faults.clear(None);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn probability_repeats_with_its_seed() {
        let row = |seed| {
            let faults = Faults::default();
            faults.add(Fault { probability: Some(0.5), seed, ..Fault::new(FaultKind::RateLimit) });
            fires(&faults, 200)
        };
        assert_eq!(row(1), row(1));
        assert_ne!(row(1), row(2));
        let fired = row(1).into_iter().filter(|fired| *fired).count();
        assert!((70..130).contains(&fired), "{fired}");
    }

    #[test]
    fn slow_adds_to_a_failure() {
        let faults = Faults::default();
        faults.add(Fault::new(FaultKind::Slow { ms: 5 }));
        faults.add(Fault::new(FaultKind::BadGateway));
        faults.add(Fault::new(FaultKind::SlowRange { from_ms: 20, to_ms: 200 }));
        let decision = faults.decide("main", "push", |_| false);
        assert_eq!(decision.failure, Some(FaultKind::BadGateway));
        assert!((25..=205).contains(&decision.delay.as_millis()), "{decision:?}");
    }
}
