//! The pace of a budget, and what several servers that share one really send: a model of time in which any of them may be held
//! up at any moment.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const SECOND: i64 = 1_000_000;

fn full(rate: i64) -> Budget {
    Budget { rate, rate_now: rate, next_at: 0, slowed_at: None }
}

#[test]
fn moments_are_as_far_apart_as_the_pace_allows_and_never_before_now() {
    let mut budget = full(1_900);
    assert_eq!(budget.reserve(3, 5_000), [5_000, 5_527, 6_054], "rounded up");
    assert_eq!(budget.reserve(1, 0), [6_581], "nobody gets a moment that was given away");
    assert_eq!(budget.reserve(1, SECOND), [SECOND], "nor is one made up for that passed");
    assert_eq!(budget.reserve(0, 2 * SECOND), [0i64; 0]);
}

#[test]
fn a_clock_that_was_set_back_does_not_stop_a_channel() {
    let mut budget = Budget { next_at: 3 * FARTHEST, ..full(10) };
    assert_eq!(budget.reserve(2, SECOND), [SECOND, SECOND + 100_000]);
}

#[test]
fn the_pace_is_halved_once_a_second_and_comes_back_by_a_twentieth_a_second() {
    let mut budget = full(1_900);
    assert!(budget.slow(10_000));
    assert!(!budget.slow(10_999), "of many answers at once the first counts");
    assert_eq!(budget.rate_at(10_999), 950);
    assert_eq!(budget.rate_at(12_000), 950 + 190);
    // Although it has come back a little since, within the same second.
    assert!(budget.slow(12_500));
    assert_eq!((budget.rate_now, budget.rate_at(12_500)), (570, 570));
    assert_eq!(budget.rate_at(60_000), 1_900, "no further than full");
    budget.reserve(1, 60 * SECOND);
    assert_eq!((budget.rate_now, budget.slowed_at), (1_900, None));
}

#[test]
fn the_slowest_pace_is_one_a_second_and_comes_back_too() {
    let mut budget = full(3);
    for second in 1..20 {
        budget.slow(second * 1_000);
        assert!(budget.rate_at(second * 1_000) >= 1);
    }
    assert_eq!(budget.rate_at(40_000), 3);
}

/// A server that sends by this budget, as a lane and its senders do.
#[derive(Default)]
struct Server {
    /// Moments of what it has in hand.
    queue: BTreeSet<i64>,
    /// It does nothing before this moment (UTC µs): its process is stopped.
    stopped_until: i64,
    /// What its writes reserved, and when it knows: a claim, and other moments for calls that missed theirs.
    claim: Option<(i64, Vec<i64>)>,
    others: Option<(i64, Vec<i64>)>,
    /// Calls that missed theirs while such a write was out.
    passed: usize,
}

impl Server {
    /// What it does in one moment, where a write takes so long. Returns how many calls it makes.
    fn step(&mut self, budget: &mut Budget, now: i64, write: i64) -> usize {
        if now < self.stopped_until {
            return 0;
        }
        for written in [&mut self.claim, &mut self.others] {
            if let Some((_, moments)) = written.take_if(|(known_at, _)| *known_at <= now) {
                self.queue.extend(moments);
            }
        }
        let ahead = self.queue.split_off(&(now + 1));
        let due = std::mem::replace(&mut self.queue, ahead);
        let made = due.iter().filter(|at| is_on_time(**at, now)).count();
        self.passed += due.len() - made;
        if self.passed > 0 && self.others.is_none() {
            self.others = Some((now + write, budget.reserve(self.passed, now + write)));
            self.passed = 0;
        }
        // What waits for another moment keeps its sender, and with none free nothing is claimed.
        if self.claim.is_none() && self.others.is_none() && budget.free_at(now) <= now + READY {
            let rows = usize::try_from(budget.rate_at(now / 1_000) / 4).unwrap().max(1);
            self.claim = Some((now + write, budget.reserve(rows, now)));
        }
        made
    }
}

/// A moment at which a server is stopped, and for how long (both ms).
type Stop = (usize, i64, i64);

/// When calls are made (UTC ms) within so many seconds.
fn calls(servers: usize, seconds: i64, write: i64, stops: &[Stop]) -> Vec<i64> {
    let (mut budget, mut made) = (full(1_900), Vec::new());
    let mut all: Vec<Server> = (0..servers).map(|_| Server::default()).collect();
    for millis in 10_000..10_000 + seconds * 1_000 {
        let now = millis * 1_000;
        for (server, at, length) in stops {
            if 10_000 + at == millis {
                let stopped = &mut all[server % servers];
                stopped.stopped_until = stopped.stopped_until.max(now + length * 1_000);
            }
        }
        for server in &mut all {
            made.extend(std::iter::repeat_n(millis, server.step(&mut budget, now, write)));
        }
    }
    made
}

/// The most in any sliding second.
fn peak(made: &[i64]) -> usize {
    let mut first = 0;
    let within = |(i, at): (usize, &i64)| {
        while made[first] <= at - 1_000 {
            first += 1;
        }
        i - first + 1
    };
    made.iter().enumerate().map(within).max().unwrap_or_default()
}

#[test]
fn where_nothing_is_wrong_servers_send_at_the_configured_pace() {
    for servers in 1..=3 {
        let made = calls(servers, 20, 8_000, &[]);
        let rate = made.len() / 20;
        assert!((1_862..=1_900).contains(&rate), "{servers} servers: {rate} a second");
        assert!(peak(&made) <= 2_000, "{servers} servers: {}", peak(&made));
    }
}

#[test]
fn one_of_three_servers_frozen_for_five_seconds_makes_up_for_nothing() {
    let made = calls(3, 20, 8_000, &[(1, 7_000, 5_000)]);
    assert!(peak(&made) <= 2_000, "{}", peak(&made));
    assert!(made.len() > 19 * 1_862, "the others go on: {}", made.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_holds_servers_up_no_second_has_more_than_the_platform_takes(
        servers in 1usize..4,
        write in 0i64..120_000,
        stops in proptest::collection::vec((0usize..3, 0i64..8_000, 1i64..3_000), 0..24),
    ) {
        let made = calls(servers, 13, write, &stops);
        prop_assert!(peak(&made) <= 2_000, "{}", peak(&made));
        let after = made.iter().filter(|at| **at >= 21_000).count();
        prop_assert!(after > 800, "it goes on when all is well again: {after} in two seconds");
    }
}
