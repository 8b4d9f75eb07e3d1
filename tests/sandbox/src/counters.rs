//! What a channel or account received and made of it, since start or reset.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{rate::Window, sync::lock};

/// Counters since start or reset.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub received: AtomicU64,
    pub accepted: AtomicU64,
    pub delivered: AtomicU64,
    pub not_delivered: AtomicU64,
    refused: Mutex<BTreeMap<Cow<'static, str>, u64>>,
}

impl Counters {
    pub(crate) fn refuse(&self, reason: impl Into<Cow<'static, str>>) {
        *lock(&self.refused).entry(reason.into()).or_default() += 1;
    }

    /// Refused calls by reason.
    pub(crate) fn refused(&self) -> BTreeMap<String, u64> {
        lock(&self.refused).iter().map(|(reason, n)| (reason.to_string(), *n)).collect()
    }

    pub(crate) fn reset(&self) {
        for counter in [&self.received, &self.accepted, &self.delivered, &self.not_delivered] {
            counter.store(0, Ordering::Relaxed);
        }
        lock(&self.refused).clear();
    }
}

/// The most calls within any second by endpoint, and the seconds in which a limit was exceeded.
pub(crate) fn peaks<'a>(
    windows: impl Iterator<Item = (&'static str, &'a Mutex<Window>)>,
) -> (BTreeMap<String, usize>, u64) {
    let (mut peaks, mut over) = (BTreeMap::new(), 0);
    for (name, window) in windows {
        let window = lock(window);
        if window.peak > 0 {
            peaks.insert(name.to_owned(), window.peak);
        }
        over += window.over_limit_seconds;
    }
    (peaks, over)
}
