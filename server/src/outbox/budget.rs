//! When calls may be made, so that all servers together stay within what a platform lets an account do.
//!
//! Each endpoint of a channel has a row with the first moment that nobody was given. Whoever is about to call reserves
//! moments there, as far apart as the pace allows, and calls within [`LATE`] of hers or reserves another: a moment that passed is lost and
//! not made up for. So whatever stalls, however many servers there are, calls of a second have their moments within that
//! second and [`LATE`] before it.

use std::collections::BTreeMap;

use shared::{id::ChannelId, limits::Platform};

use super::{
    Busy,
    claim::Row,
    store::{self, Budget},
    whatsapp,
};
use crate::db::{self, Tx};

/// The endpoint whose budget LINE pushes are taken from.
pub(crate) const PUSH: &str = "push";
/// The endpoint whose budget LINE multicasts are taken from.
pub(crate) const MULTICAST: &str = "multicast";

/// How late (µs) a call may still be made: at 1,900 calls a second 67 more in one. LINE's 2,000 leave as much again, nearly,
/// for what the network adds.
pub(crate) const LATE: i64 = 35_000;
/// Moments further ahead (µs) are not given to claims: whoever comes later and is urgent would wait for them.
const AHEAD: i64 = 200_000;
/// A claim that has to wait comes back when so much (µs) of what was given away is left, so that no moment goes unused.
const READY: i64 = 100_000;
/// Moments further ahead (µs) are of a clock that was set back since.
const FARTHEST: i64 = 3_600_000_000;
/// The moment of a call that has none yet, where there is a budget.
pub(crate) const PASSED: i64 = 0;

/// The endpoint whose budget the calls of a slice are taken from.
pub(crate) const fn endpoint(platform: Platform, is_batch: bool) -> &'static str {
    match (platform, is_batch) {
        (Platform::Line, false) => PUSH,
        (Platform::Line, true) => MULTICAST,
        (Platform::Whatsapp, _) => whatsapp::MESSAGES,
    }
}

/// Whether a call may be made now at this moment (both UTC µs), which is not ahead.
pub(crate) const fn is_on_time(moment: i64, now: i64) -> bool {
    now - moment <= LATE
}

impl Budget {
    /// Calls a second at this time (UTC ms): after a slow-down the pace comes back by a twentieth of the full one each second.
    pub(crate) fn rate_at(&self, now: i64) -> i64 {
        let Some(slowed_at) = self.slowed_at else {
            return self.rate_now.max(1);
        };
        let seconds = ((now - slowed_at) / 1_000).max(0);
        let back = (self.rate / 20).max(1).saturating_mul(seconds);
        self.rate_now.saturating_add(back).min(self.rate).max(1)
    }

    /// The first moment that nobody was given (UTC µs), not before `now`.
    pub(crate) fn free_at(&self, now: i64) -> i64 {
        if self.next_at > now + FARTHEST { now } else { self.next_at.max(now) }
    }

    /// How far (µs) calls are apart at this time (UTC µs).
    pub(crate) fn apart(&self, now: i64) -> i64 {
        let rate = self.rate_at(now / 1_000);
        // Rounded up, or the pace would be above the configured one.
        (1_000_000 + rate - 1) / rate
    }

    /// Moments (UTC µs) for so many calls, none before `now`.
    pub(crate) fn reserve(&mut self, calls: usize, now: i64) -> Vec<i64> {
        let apart = self.apart(now);
        if self.slowed_at.is_some() && self.rate_at(now / 1_000) >= self.rate {
            (self.rate_now, self.slowed_at) = (self.rate, None);
        }
        let mut moments = Vec::with_capacity(calls);
        self.next_at = self.free_at(now);
        for _ in 0..calls {
            moments.push(self.next_at);
            self.next_at += apart;
        }
        moments
    }

    /// The platform says it is too fast (UTC ms): halves the pace, at most once a second. Returns whether it did.
    pub(crate) fn slow(&mut self, now: i64) -> bool {
        if self.slowed_at.is_some_and(|at| now - at < 1_000) {
            return false;
        }
        (self.rate_now, self.slowed_at) = ((self.rate_at(now) / 2).max(1), Some(now));
        true
    }
}

/// Kinds of slices, by the endpoint that their calls go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kinds {
    /// Those with a call or more for each recipient.
    pub(crate) singles: bool,
    /// Those with one call for all.
    pub(crate) batches: bool,
}

impl Kinds {
    /// All of them.
    pub(crate) const ALL: Self = Self { singles: true, batches: true };
}

/// What the budgets of a channel leave room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// Slices that may be claimed.
    pub(crate) kinds: Kinds,
    /// Rows to claim at once, at most: a moment's worth of a slow channel, as what waits under a lease keeps others from
    /// going first.
    pub(crate) rows: u64,
    /// When there is room again (UTC µs) for what there is none for now.
    pub(crate) wait_until: Option<i64>,
}

impl Room {
    /// Whether there is none at all.
    pub(crate) fn is_none(&self) -> bool {
        !self.kinds.singles && !self.kinds.batches
    }
}

/// Looks, without holding anybody up, what a claim may take now (UTC µs). A channel without a budget has all room.
pub(crate) fn look(tx: &mut Tx<'_>, busy: &Busy, now: i64) -> db::Result<Room> {
    let mut room = Room { kinds: Kinds::ALL, rows: u64::MAX, wait_until: None };
    room.kinds.batches = busy.platform == Platform::Line;
    for (endpoint, budget) in store::budgets(tx, busy.channel)? {
        let is_batch = endpoint == MULTICAST;
        let free_at = budget.free_at(now);
        if !is_batch {
            room.rows = u64::try_from(budget.rate_at(now / 1_000) / 4).unwrap_or_default().max(1);
        }
        if free_at > now + AHEAD {
            *(if is_batch { &mut room.kinds.batches } else { &mut room.kinds.singles }) = false;
            let again = free_at - READY;
            room.wait_until = Some(room.wait_until.map_or(again, |at| at.min(again)));
        }
    }
    Ok(room)
}

/// What was reserved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reserved {
    /// UTC µs, one for each call.
    pub(crate) moments: Vec<i64>,
    /// As it is then.
    pub(crate) budget: Budget,
}

/// Reserves moments for so many calls of an endpoint, none before `now` (UTC µs); nothing where it has no budget. Comes last in
/// a transaction, as other servers wait for the row.
pub(crate) fn reserve(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    endpoint: &str,
    calls: usize,
    now: i64,
) -> db::Result<Option<Reserved>> {
    let Some(mut budget) = store::budget(tx, channel, endpoint)? else {
        return Ok(None);
    };
    let moments = budget.reserve(calls, now);
    store::set_budget(tx, channel, endpoint, &budget)?;
    Ok(Some(Reserved { moments, budget }))
}

/// Gives each claimed row the moment of its first call, in their order.
pub(crate) fn give_moments(tx: &mut Tx<'_>, channel: ChannelId, rows: &mut [Row], now: i64) -> db::Result<()> {
    let mut calls: BTreeMap<&'static str, Vec<&mut Row>> = BTreeMap::new();
    for row in rows {
        calls.entry(row.endpoint).or_default().push(row);
    }
    for (endpoint, rows) in calls {
        if let Some(Reserved { moments, .. }) = reserve(tx, channel, endpoint, rows.len(), now)? {
            rows.into_iter().zip(moments).for_each(|(row, moment)| row.at = Some(moment));
        }
    }
    Ok(())
}

/// Halves the pace of an endpoint that was told it is too fast (UTC ms), at most once a second.
pub(crate) fn slow_down(tx: &mut Tx<'_>, channel: ChannelId, endpoint: &str, now: i64) -> db::Result<()> {
    let Some(mut budget) = store::budget(tx, channel, endpoint)? else {
        return Ok(());
    };
    if budget.slow(now) {
        metrics::counter!("storecast_outbox_slowed_total", "endpoint" => endpoint.to_owned()).increment(1);
        tracing::warn!(%channel, endpoint, rate = budget.rate_now, "the platform says it is too fast: the pace is halved");
        store::set_budget(tx, channel, endpoint, &budget)?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "budget_test.rs"]
mod tests;
