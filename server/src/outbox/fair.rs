//! Who goes first: class by class, equal shares within a class, and a tenth kept for each class behind.

use std::collections::BTreeMap;

use shared::id::CampaignId;

/// A campaign (or the replies, which have none) with work that is due on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) campaign: Option<CampaignId>,
    /// 0 replies, 1 group sends, 2 broadcasts.
    pub(crate) class: i64,
    /// Rows waiting.
    pub(crate) waiting: u64,
}

/// How many rows of each to claim, of `want` in all, in the order to serve them.
///
/// Each class behind keeps a tenth, as a stream of small urgent sends would otherwise starve it for as long as it lasts;
/// within a class nobody waits behind somebody bigger.
pub(crate) fn shares(due: &[Due], want: u64) -> Vec<(Due, u64)> {
    let mut classes: BTreeMap<i64, Vec<Due>> = BTreeMap::new();
    for one in due.iter().filter(|due| due.waiting > 0) {
        classes.entry(one.class).or_default().push(*one);
    }
    let tenth = want / 10;
    let mut left = want;
    let mut behind = classes.len() as u64;
    let mut shares = Vec::new();
    for mut class in classes.into_values() {
        behind -= 1;
        let mut mine = left.saturating_sub(behind * tenth);
        // The smallest first: what it does not need goes to the others.
        class.sort_by_key(|due| (due.waiting, due.campaign));
        let count = class.len();
        for (i, due) in class.into_iter().enumerate() {
            let take = due.waiting.min(mine.div_ceil((count - i) as u64));
            if take > 0 {
                shares.push((due, take));
            }
            mine -= take;
            left -= take;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn due(campaign: u128, class: i64, waiting: u64) -> Due {
        Due { campaign: (class > 0).then_some(CampaignId(Uuid::from_u128(campaign))), class, waiting }
    }

    #[test]
    fn twenty_people_do_not_wait_behind_fifty_thousand() {
        let shares = shares(&[due(1, 1, 50_000), due(2, 1, 20)], 500);
        assert_eq!(
            shares.iter().map(|(due, take)| (due.waiting, *take)).collect::<Vec<_>>(),
            [(20, 20), (50_000, 480)]
        );
    }

    #[test]
    fn a_tenth_is_kept_for_the_class_behind() {
        let shares = shares(&[due(0, 0, 1_000), due(1, 1, 1_000), due(2, 2, 1_000)], 100);
        assert_eq!(shares.iter().map(|(_, take)| *take).collect::<Vec<_>>(), [80, 10, 10]);
    }

    proptest! {
        #[test]
        fn shares_are_fair_and_waste_nothing(
            waiting in proptest::collection::vec((0i64..3, 0u64..2_000), 0..12), want in 1u64..1_000,
        ) {
            let due: Vec<Due> = waiting.iter().enumerate().map(|(i, (class, n))| due(i as u128, *class, *n)).collect();
            let shares = shares(&due, want);
            let taken: u64 = shares.iter().map(|(_, take)| take).sum();
            prop_assert!(taken <= want);
            for (due, take) in &shares {
                prop_assert!(*take <= due.waiting);
            }
            // Whoever got less than a neighbour of the same class got all she had.
            for (a, a_take) in &shares {
                for (b, b_take) in &shares {
                    if a.class == b.class && a_take + 1 < *b_take {
                        prop_assert_eq!(*a_take, a.waiting);
                    }
                }
            }
        }
    }
}
