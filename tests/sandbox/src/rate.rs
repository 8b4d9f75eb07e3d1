//! Rate limits and peak rates over a sliding period, as the receiver sees them.

use std::collections::VecDeque;

const SECOND_US: i64 = 1_000_000;

/// How many calls within how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    pub calls: usize,
    pub period_us: i64,
}

impl Limit {
    pub(crate) const fn per_second(calls: usize) -> Self {
        Self { calls, period_us: SECOND_US }
    }

    pub(crate) const fn per_minute(calls: usize) -> Self {
        Self { calls, period_us: 60 * SECOND_US }
    }

    pub(crate) const fn per_hour(calls: usize) -> Self {
        Self { calls, period_us: 3600 * SECOND_US }
    }
}

/// The calls of one endpoint of one channel.
#[derive(Debug, Default)]
pub(crate) struct Window {
    received: VecDeque<i64>,
    admitted: VecDeque<i64>,
    /// The most calls received within any one second, the refused included.
    pub peak: usize,
    /// Seconds of the clock in which the limit was exceeded.
    pub over_limit_seconds: u64,
    last_over: i64,
}

impl Window {
    /// Counts a call; false when the limit is already used up in the period that ends now.
    /// Refused calls do not use up the limit.
    pub(crate) fn admit(&mut self, now_us: i64, limit: Option<Limit>) -> bool {
        forget(&mut self.received, now_us - SECOND_US);
        self.received.push_back(now_us);
        self.peak = self.peak.max(self.received.len());
        let Some(limit) = limit else { return true };
        forget(&mut self.admitted, now_us - limit.period_us);
        if self.admitted.len() < limit.calls {
            self.admitted.push_back(now_us);
            return true;
        }
        if self.last_over != now_us / SECOND_US {
            self.last_over = now_us / SECOND_US;
            self.over_limit_seconds += 1;
        }
        false
    }
}

/// What one number may send to one person: each message costs time, and some may go out at once on credit.
#[derive(Debug, Default)]
pub(crate) struct Credit {
    /// Until then everything that went out is paid for.
    paid_us: i64,
}

impl Credit {
    /// Takes a message on; false when the credit is used up.
    pub(crate) fn spend(&mut self, now_us: i64, every_us: i64, burst: u32) -> bool {
        let paid = self.paid_us.max(now_us).saturating_add(every_us);
        if paid - now_us > every_us.saturating_mul(i64::from(burst)) {
            return false;
        }
        self.paid_us = paid;
        true
    }
}

fn forget(calls: &mut VecDeque<i64>, until_us: i64) {
    while calls.front().is_some_and(|at| *at <= until_us) {
        calls.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::{Credit, Limit, Window};

    #[test]
    fn a_burst_is_paid_back() {
        let (mut credit, six) = (Credit::default(), 6_000_000);
        let sent = (0..60).filter(|n| credit.spend(1_000_000 + n * 10_000, six, 45)).count();
        assert_eq!(sent, 45);
        assert!(!credit.spend(6_000_000, six, 45));
        assert!(credit.spend(7_000_000, six, 45), "one message is paid after 6 s");
        assert!(!credit.spend(7_000_000, six, 45));
        assert!((0..45).all(|_| credit.spend(1_000_000_000, six, 45)), "and all of them after a while");
    }

    #[test]
    fn the_second_slides() {
        let (mut window, limit) = (Window::default(), Some(Limit::per_second(2)));
        assert!(window.admit(10_000_000, limit));
        assert!(window.admit(10_900_000, limit));
        assert!(!window.admit(10_999_999, limit));
        assert!(window.admit(11_000_000, limit), "the first call is a second old");
        assert!(!window.admit(11_899_999, limit));
        assert!(window.admit(11_900_000, limit));
        assert_eq!(window.peak, 4, "10.900000, 10.999999, 11.000000 and 11.899999");
        assert_eq!(window.over_limit_seconds, 2);
    }

    #[test]
    fn no_limit_still_measures() {
        let mut window = Window::default();
        for at in 0..5_000 {
            assert!(window.admit(at * 1000, None));
        }
        assert_eq!(window.peak, 1000);
    }
}
