//! How a rejected batch is narrowed: pure.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn members(count: usize) -> Vec<DeliveryId> {
    (1..=count as u128).map(|id| DeliveryId(Uuid::from_u128(id))).collect()
}

/// In which groups they are asked again: their numbers from 1, and whether by multicast.
fn groups(count: usize, blame: &Blame, round: i64) -> Vec<(u128, u128, bool)> {
    let groups = narrowed(&members(count), blame, round);
    groups.iter().map(|range| (range.first.0.as_u128(), range.last.0.as_u128(), range.is_batch)).collect()
}

fn places(places: &[usize]) -> Blame {
    Blame::Places(places.iter().copied().collect())
}

#[test]
fn those_who_are_named_leave_and_the_rest_goes_on_together() {
    assert_eq!(groups(5, &places(&[2]), 1), [(1, 5, true)]);
    assert_eq!(groups(5, &places(&[0, 4]), 1), [(2, 4, true)]);
    assert_eq!(groups(2, &places(&[0]), 1), [(2, 2, false)], "one alone goes by push");
    assert_eq!(groups(2, &places(&[0, 1]), 1), []);
}

#[test]
fn where_nobody_is_named_it_is_halved_down_to_one_and_then_pushed() {
    assert_eq!(groups(5, &Blame::Somebody, 1), [(1, 3, true), (4, 5, true)]);
    assert_eq!(groups(3, &Blame::Somebody, 4), [(1, 2, true), (3, 3, false)]);
    assert_eq!(groups(2, &Blame::Somebody, 4), [(1, 1, false), (2, 2, false)]);
    assert_eq!(groups(1, &Blame::Somebody, 4), [(1, 1, false)]);
}

#[test]
fn in_the_end_they_are_asked_one_by_one() {
    assert_eq!(groups(490, &places(&[7]), DEEPEST), [(1, 490, false)]);
    assert_eq!(groups(490, &Blame::Somebody, DEEPEST), [(1, 490, false)]);
}

#[test]
fn what_is_about_all_leaves_nobody() {
    assert_eq!(groups(5, &Blame::Messages, 1), []);
    assert_eq!(groups(5, &Blame::All, 1), []);
}

/// Asks LINE for a batch, and for what it is narrowed to, until everybody is pushed or taken: who got it, who was refused, and
/// how many calls it took. LINE names the first it does not take, or nobody.
fn asked(
    bad: &BTreeSet<DeliveryId>,
    batch: &[DeliveryId],
    names: bool,
) -> (BTreeSet<DeliveryId>, BTreeSet<DeliveryId>, usize) {
    let (mut got, mut refused, mut calls) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut waiting = vec![(batch.to_vec(), true, 1)];
    while let Some((batch, is_batch, round)) = waiting.pop() {
        if !is_batch {
            calls += batch.len();
            let (strange, known): (Vec<DeliveryId>, Vec<DeliveryId>) = batch.iter().partition(|id| bad.contains(id));
            refused.extend(strange);
            got.extend(known);
            continue;
        }
        calls += 1;
        let Some(place) = batch.iter().position(|id| bad.contains(id)) else {
            got.extend(batch);
            continue;
        };
        let blame = if names { places(&[place]) } else { Blame::Somebody };
        refused.extend(names.then(|| batch[place]));
        let groups = narrowed(&batch, &blame, round);
        for group in groups {
            let is_in = |id: &&DeliveryId| (group.first..=group.last).contains(*id) && !refused.contains(*id);
            waiting.push((batch.iter().filter(is_in).copied().collect(), group.is_batch, round + 1));
        }
    }
    (got, refused, calls)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn everybody_but_the_bad_gets_it_in_not_too_many_calls(
        count in 2usize..=500, chosen in prop::collection::btree_set(0usize..500, 0..20), names: bool,
    ) {
        let all = members(count);
        let bad: BTreeSet<DeliveryId> = chosen.iter().filter_map(|place| all.get(*place)).copied().collect();
        let (got, refused, calls) = asked(&bad, &all, names);
        prop_assert_eq!(&refused, &bad);
        prop_assert_eq!(got.len() + refused.len(), count);
        prop_assert!(got.is_disjoint(&bad));
        // Each is found by halving nine times, or named; or in the end everybody is pushed.
        let most = if names && bad.len() >= 10 { 10 + count } else { 1 + bad.len() * 20 };
        prop_assert!(calls <= most, "{calls} calls for {} bad of {count}", bad.len());
    }
}
