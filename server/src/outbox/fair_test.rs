//! Shares over many claims: whoever is there gets as much as the others of her class, and nobody waits for ever.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

/// Rows of a slice, as LINE has them.
const SLICE: u64 = 200;

/// Work of a campaign.
#[derive(Debug, Clone)]
struct Work {
    due: Due,
    got: u64,
}

fn work(number: u128, class: i64, waiting: u64) -> Work {
    let campaign = (class > 0).then_some(CampaignId(Uuid::from_u128(number)));
    let largest = if class == 0 { 1 } else { SLICE.min(waiting) };
    Work { due: Due { campaign, class, waiting, largest }, got: 0 }
}

/// One claim; the slices in the order they were taken, with their rows.
fn claim(fair: &mut Fair, all: &mut [Work], want: u64) -> Vec<(Due, u64)> {
    let due: Vec<Due> = all.iter().map(|work| work.due).collect();
    let mut round = fair.round(&due, want);
    let mut taken = Vec::new();
    while let Some(due) = round.turn() {
        let work = all.iter_mut().find(|work| work.due.campaign == due.campaign).unwrap();
        let slice = if due.class == 0 { 1 } else { SLICE };
        let rows = (work.due.waiting > 0).then(|| work.due.waiting.min(slice));
        if let Some(rows) = rows {
            work.due.waiting -= rows;
            work.got += rows;
            taken.push((due, rows));
        }
        round.took(due, rows);
    }
    *fair = round.end();
    taken
}

fn rows(taken: &[(Due, u64)]) -> u64 {
    taken.iter().map(|(_, rows)| rows).sum()
}

#[test]
fn twenty_people_do_not_wait_behind_fifty_thousand() {
    let (mut fair, mut all) = (Fair::default(), vec![work(1, 1, 50_000)]);
    for _ in 0..10 {
        claim(&mut fair, &mut all, 475);
    }
    all.push(work(2, 1, 20));
    let taken = claim(&mut fair, &mut all, 475);
    assert_eq!(taken[0].1, 20, "they are the first of the next claim");
}

#[test]
fn twenty_people_do_not_wait_behind_three_hundred_campaigns() {
    let (mut fair, mut all) = (Fair::default(), (1..=300).map(|i| work(i, 1, 50_000)).collect::<Vec<_>>());
    for claims in 0..200 {
        claim(&mut fair, &mut all, 475);
        if claims % 20 == 19 {
            all.push(work(1_000 + claims, 1, 20));
            let taken = claim(&mut fair, &mut all, 475);
            assert_eq!(taken[0].1, 20, "after {claims} claims");
            assert!(rows(&taken) < 475 + SLICE, "a claim is not a slice of everybody's");
        }
    }
}

#[test]
fn a_stream_of_few_people_does_not_starve_many() {
    let (mut fair, mut all) = (Fair::default(), vec![work(1, 1, 50_000)]);
    claim(&mut fair, &mut all, 475);
    let before = all[0].got;
    // As many of them with every claim as it takes, so that the many would never be next.
    for claims in 0..400 {
        for i in 0..24 {
            all.push(work(1_000 + claims * 24 + i, 1, 20));
        }
        claim(&mut fair, &mut all, 475);
        all.retain(|work| work.due.waiting > 0);
    }
    let got = all[0].got - before;
    // She shares with 24 at first and, as what she gets is missing for them, with some 150 at the end.
    assert!(got > 400 * 475 / 100, "{got}");
}

#[test]
fn each_class_behind_gets_a_tenth_of_those_before_it() {
    let (mut fair, mut all) = (Fair::default(), vec![work(1, 0, 1 << 40), work(2, 1, 1 << 40), work(3, 2, 1 << 40)]);
    for _ in 0..500 {
        let taken = claim(&mut fair, &mut all, 475);
        assert_eq!(taken[0].0.class, 0, "the first class is never kept waiting");
        assert!(rows(&taken) <= 475 + 2 * SLICE);
    }
    let got: Vec<u64> = all.iter().map(|work| work.got).collect();
    assert!(got[1].abs_diff(got[0] / 10) <= 2 * SLICE, "{got:?}");
    assert!(got[2].abs_diff((got[0] + got[1]) / 10) <= 2 * SLICE, "{got:?}");
}

#[test]
fn a_slow_channel_serves_the_classes_behind_too() {
    let (mut fair, mut all) = (Fair::default(), vec![work(1, 0, 1 << 40), work(2, 1, 1 << 40)]);
    for _ in 0..10_000 {
        assert_eq!(claim(&mut fair, &mut all, 1)[0].0.class, 0);
    }
    assert!(all[1].got.abs_diff(all[0].got / 10) <= SLICE, "{} of {}", all[1].got, all[0].got);
}

#[test]
fn who_is_gone_is_forgotten() {
    let mut fair = Fair::default();
    for i in 0..1_000 {
        claim(&mut fair, &mut [work(i, 1, 20)], 475);
    }
    let known = fair.classes[&1].got.len();
    assert!(known <= 30, "{known}");
}

#[test]
fn what_another_server_took_is_nobodys_share() {
    let fair = Fair::default();
    let due = [work(1, 1, 1_000).due, work(2, 1, 1_000).due];
    let mut round = fair.round(&due, 475);
    let first = round.turn().unwrap();
    round.took(first, None);
    let second = round.turn().unwrap();
    assert_ne!(first.campaign, second.campaign);
    round.took(second, None);
    assert_eq!(round.turn(), None);
}

proptest! {
    #[test]
    fn shares_of_a_class_are_equal_over_time(
        campaigns in 2u128..40, want in 1u64..1_000, claims in 1usize..200,
    ) {
        let (mut fair, mut all) = (Fair::default(), (1..=campaigns).map(|i| work(i, 1, 1 << 40)).collect::<Vec<_>>());
        for _ in 0..claims {
            let taken = claim(&mut fair, &mut all, want);
            prop_assert!(rows(&taken) < want + SLICE);
        }
        let got: Vec<u64> = all.iter().map(|work| work.got).collect();
        let (least, most) = (got.iter().min().unwrap(), got.iter().max().unwrap());
        prop_assert!(most - least <= SLICE, "{got:?}");
    }

    #[test]
    fn nothing_is_wasted_and_a_claim_is_bounded(
        waiting in proptest::collection::vec((0i64..3, 0u64..2_000), 0..60), want in 1u64..1_000,
    ) {
        let mut replies = false;
        let mut all: Vec<Work> = waiting
            .iter()
            .enumerate()
            // There is one entry for all replies.
            .filter(|(_, (class, _))| *class > 0 || !std::mem::replace(&mut replies, true))
            .map(|(i, (class, waiting))| work(i as u128 + 1, *class, *waiting))
            .collect();
        let mut fair = Fair::default();
        let (mut left, mut claims): (u64, _) = (all.iter().map(|work| work.due.waiting).sum(), 0);
        while left > 0 {
            let taken = claim(&mut fair, &mut all, want);
            let got = rows(&taken);
            prop_assert!(got >= want.min(left), "{got} of {left}");
            prop_assert!(got < want + 3 * SLICE);
            left -= got;
            claims += 1;
            prop_assert!(claims < 200_000);
        }
    }

    #[test]
    fn nobody_waits_longer_than_her_share_takes(
        others in 1u128..60, arrivals in proptest::collection::vec(0usize..3, 50..150),
    ) {
        let (mut fair, mut all) = (Fair::default(), (1..=others).map(|i| work(i, 1, 1 << 40)).collect::<Vec<_>>());
        let (mut waited, mut number) = (vec![0u64; all.len()], 10_000);
        for new in arrivals {
            for _ in 0..new {
                number += 1;
                all.push(work(number, 1, 60));
            }
            let before: Vec<u64> = all.iter().map(|work| work.got).collect();
            let got = rows(&claim(&mut fair, &mut all, 475));
            for (i, waited) in waited.iter_mut().enumerate() {
                *waited = if all[i].got > before[i] { 0 } else { *waited + got };
                // A slice of everybody's, and of the few people who went ahead.
                let most = (u64::try_from(others).unwrap() + 3) * (SLICE + 500) + 20_000;
                prop_assert!(*waited <= most, "{} of {most}", *waited);
            }
            all = all.into_iter().enumerate().filter(|(i, work)| *i < waited.len() || work.due.waiting > 0).map(|(_, work)| work).collect();
        }
    }
}
