//! SQL of batches on both engines of storage.

use std::collections::HashSet;

use shared::{
    id::{CampaignId, DeliveryId, SliceId},
    limits::Platform,
    reasons::Reason,
};

use super::{
    super::{
        Busy,
        budget::{MULTICAST, PUSH},
        claim::{Row, Want, claim},
        fair::Fair,
        store as slices,
    },
    batch::Range,
    store::{self, BatchTry},
};
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::World,
    db::{Db, Lane, params, testing::on_both_engines},
    serve::POLICIES,
};

on_both_engines![
    a_batch_is_leased_whole_and_keeps_its_key,
    a_batch_that_goes_on_with_some_has_another_key_and_was_never_sent,
    half_of_a_batch_gets_a_slice_of_its_own,
    whether_a_content_is_right_is_kept,
];

/// Claims what is due.
async fn claimed(world: &World) -> Vec<Row> {
    let want = Want {
        busy: Busy { team: world.team, channel: world.shop, platform: Platform::Line },
        me: "engine".to_owned(),
        rows: 500,
        fair: Fair::default(),
        now_micros: world.clock.now_micros(),
        lease_ms: 60_000,
        policies: POLICIES,
        clock: world.clock.clone(),
        known: HashSet::new(),
    };
    world.db.write_as(Lane::Engine, move |tx| claim(tx, &want)).await.unwrap().rows
}

/// The slices of a campaign: how many are open, whether it is a batch, its round, its tries.
async fn of_campaign(world: &World, campaign: CampaignId) -> Vec<(i64, bool, i64, i64)> {
    world
        .read(move |tx| {
            tx.all(
                "SELECT open, is_batch, round, tries FROM slice WHERE campaign_id = $1 ORDER BY id",
                params![campaign],
            )
        })
        .await
}

async fn a_batch_is_leased_whole_and_keeps_its_key(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 3, "您好").await;
    assert_eq!(of_campaign(&world, campaign).await, [(3, true, 1, 0)]);
    let mine = claimed(&world).await;
    assert_eq!((mine.len(), mine[0].endpoint), (1, MULTICAST), "one call");
    assert_eq!(mine[0].members().count(), 3);
    let slice = mine[0].slice.clone();
    let (id, key) = (slice.id, slice.key());
    let at = world.clock.now() + 1;
    world
        .write(move |tx| {
            store::count_batch_try(tx, id, false)?;
            slices::release(tx, id, at, false)
        })
        .await;
    world.clock.advance(1);
    let again = claimed(&world).await.remove(0);
    assert_eq!((again.slice.key(), again.slice.tries, again.slice.was_lost), (key, 1, false));
    world
        .write(move |tx| {
            store::count_batch_try(tx, id, true)?;
            store::count_batch_try(tx, id, false)?;
            slices::release(tx, id, at, false)
        })
        .await;
    let again = claimed(&world).await.remove(0);
    assert_eq!((again.slice.key(), again.slice.tries), (key, 3));
    assert!(again.slice.was_lost && again.may_have_arrived(), "once unsure, always unsure");
}

async fn a_batch_that_goes_on_with_some_has_another_key_and_was_never_sent(db: Db) {
    let world = World::new(db).await;
    sent(&world, &world.ann, 3, "您好").await;
    let mine = claimed(&world).await.remove(0);
    let ids: Vec<DeliveryId> = mine.members().map(|queued| queued.id).collect();
    let (slice, between) = (mine.slice.id, (ids[1], ids[2]));
    world
        .write(move |tx| {
            store::count_batch_try(tx, slice, true)?;
            store::next_round(tx, slice, between, true, None)?;
            slices::release(tx, slice, 0, false)
        })
        .await;
    world.clock.advance(5);
    let again = claimed(&world).await.remove(0);
    assert_ne!(again.slice.key(), mine.slice.key());
    assert_eq!((again.slice.first, again.slice.last), between);
    assert_eq!((again.slice.round, again.slice.was_lost), (2, false));
    assert_eq!(again.slice.first_tried_at, world.clock.now(), "its key is new");
    assert_eq!(again.members().map(|queued| queued.id).collect::<Vec<_>>(), ids[1..]);
    let at = world.clock.now() - 9;
    world
        .write(move |tx| {
            store::next_round(tx, slice, between, false, Some(at))?;
            slices::release(tx, slice, 0, false)
        })
        .await;
    let single = claimed(&world).await;
    assert_eq!(single.len(), 2, "one by one");
    assert_eq!((single[0].slice.first_tried_at, single[0].endpoint), (at, PUSH));
}

async fn half_of_a_batch_gets_a_slice_of_its_own(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 4, "您好").await;
    let mine = claimed(&world).await.remove(0);
    let ids: Vec<DeliveryId> = mine.members().map(|queued| queued.id).collect();
    let (slice, team, now) = (mine.slice.id, world.team, world.clock.now());
    let (new, none): (SliceId, SliceId) = (world.clock.id(), world.clock.id());
    let half = Range { first: ids[2], last: ids[3], is_batch: true };
    let tried = BatchTry {
        team,
        id: world.clock.id(),
        campaign,
        first: ids[0],
        last: ids[3],
        outcome: "refused",
        reason: Reason::LineInvalidUser,
        code: Some("400".into()),
        text: None,
        request_id: None,
        at: now,
    };
    world
        .write(move |tx| {
            store::next_round(tx, slice, (ids[0], ids[1]), true, None)?;
            store::split_off(tx, slice, new, &half, now)?;
            store::split_off(tx, slice, none, &half, now)?;
            slices::release(tx, slice, now, false)?;
            store::add_batch_tries(tx, std::slice::from_ref(&tried))?;
            store::add_batch_tries(tx, std::slice::from_ref(&tried))
        })
        .await;
    assert_eq!(of_campaign(&world, campaign).await, [(2, true, 2, 0), (2, true, 2, 0)], "and none of nobody");
    let both = claimed(&world).await;
    let members: Vec<usize> = both.iter().map(|row| row.members().count()).collect();
    assert_eq!(members, [2, 2]);
    assert_ne!(both[0].slice.key(), both[1].slice.key());
    let kept: i64 = world.read(|tx| tx.one("SELECT COUNT(*) FROM batch_attempt", params![])).await;
    assert_eq!(kept, 1);
    let alone: SliceId = world.clock.id();
    let range = slices::NewSlice {
        team,
        id: alone,
        campaign: Some(campaign),
        channel: world.shop,
        class: 1,
        first: both[0].queued.id,
        last: both[0].queued.id,
        open: 2,
        due_at: now + 1,
        expires_at: now + 2,
    };
    world.write(move |tx| slices::add_batch(tx, &range)).await;
    assert_eq!(of_campaign(&world, campaign).await.last(), Some(&(2, true, 1, 0)));
}

async fn whether_a_content_is_right_is_kept(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "您好").await;
    assert!(!world.read(move |tx| store::is_valid(tx, campaign)).await);
    world.write(move |tx| store::is_right(tx, campaign, 7)).await;
    assert!(world.read(move |tx| store::is_valid(tx, campaign)).await);
}
