//! How fast a number may send to one person.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// One message to a person every 6 seconds, in milliseconds (providers.md B4).
const PAIR_APART: i64 = 6_000;
/// So many may come at once, borrowed from the time to come (providers.md B4).
const PAIR_BURST: i64 = 45;
/// People that are remembered before those who are owed nothing are forgotten.
const REMEMBERED: usize = 20_000;

/// Messages from one number to each person.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// When each will have paid back what she borrowed (UTC ms).
    even: Mutex<HashMap<String, i64>>,
}

impl Pairs {
    /// Takes a message to this address; or says how long (ms) it has to wait, and takes none.
    pub(super) fn take(&self, address: &str, now: i64) -> i64 {
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        if even.len() >= REMEMBERED {
            even.retain(|_, at| *at > now);
        }
        let at = even.get(address).copied().unwrap_or(now).max(now);
        let wait = at - now - (PAIR_BURST - 1) * PAIR_APART;
        if wait > 0 {
            return wait;
        }
        even.insert(address.to_owned(), at + PAIR_APART);
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_burst_to_one_person_is_paid_back_and_others_do_not_wait_for_it() {
        let pairs = Pairs::default();
        assert!((0..PAIR_BURST).all(|_| pairs.take("+1", 0) == 0));
        assert_eq!(pairs.take("+1", 0), 6_000);
        assert_eq!(pairs.take("+2", 0), 0);
        assert_eq!(pairs.take("+1", 4_000), 2_000);
        assert_eq!(pairs.take("+1", 6_000), 0);
        assert_eq!(pairs.take("+1", 6_000), 6_000);
        assert!((0..PAIR_BURST).all(|_| pairs.take("+1", 6_000 + PAIR_BURST * PAIR_APART) == 0), "paid back");
    }

    #[test]
    fn who_is_owed_nothing_is_forgotten() {
        let pairs = Pairs::default();
        (0..REMEMBERED).for_each(|i| assert_eq!(pairs.take(&format!("+{i}"), 0), 0));
        assert_eq!(pairs.take("+x", PAIR_APART), 0);
        assert_eq!(pairs.even.lock().unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn in_any_time_a_person_gets_the_burst_and_one_more_each_six_seconds(
            arrivals in proptest::collection::vec(0i64..20_000, 1..300),
        ) {
            let pairs = Pairs::default();
            let (mut now, mut sent) = (0, Vec::new());
            for later in arrivals {
                now += later;
                if pairs.take("+1", now) == 0 {
                    sent.push(now);
                }
            }
            for (i, from) in sent.iter().enumerate() {
                let since = sent[i..].iter().filter(|at| **at - from <= 60_000).count();
                prop_assert!(since <= usize::try_from(PAIR_BURST + 10).unwrap(), "{since} in a minute");
            }
        }
    }
}
