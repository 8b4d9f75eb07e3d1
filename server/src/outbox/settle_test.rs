//! Settling on both engines of storage, where the database answers late or not at all.

use shared::{content::NAME_TOKEN, limits::Platform};

use super::*;
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::World,
    db::{Db, testing::on_both_engines},
    outbox::{
        Busy,
        claim::{Claimed, Want, claim},
        fair::Fair,
    },
    params,
    serve::POLICIES,
};

on_both_engines![
    a_batch_that_is_settled_twice_books_its_rows_once,
    rows_whose_answers_were_given_up_may_have_arrived,
    who_holds_no_lease_settles_nothing,
    an_answer_that_is_settled_again_is_none_to_a_newer_attempt,
];

const ME: &str = "engine-one";

fn busy(world: &World) -> Busy {
    Busy { team: world.team, channel: world.shop, platform: Platform::Line }
}

async fn claimed(world: &World) -> Claimed {
    let want = Want {
        busy: busy(world),
        me: ME.to_owned(),
        rows: 500,
        fair: Fair::default(),
        now_micros: world.clock.now_micros(),
        lease_ms: 60_000,
        policies: POLICIES,
        clock: world.clock.clone(),
        known: HashSet::new(),
    };
    world.db.write_as(Lane::Engine, move |tx| claim(tx, &want)).await.unwrap()
}

/// A sent campaign of two people, claimed: the campaign, what was claimed, and the lease.
async fn under_way(world: &World) -> (CampaignId, Claimed, Arc<Lease>) {
    let (campaign, _) = sent(world, &world.ann, 2, &format!("{NAME_TOKEN} 您好")).await;
    let claimed = claimed(world).await;
    let slice = claimed.rows[0].slice.clone();
    let lease = Arc::new(Lease::new(&busy(world), Some(campaign), slice, 2, claimed.until));
    (campaign, claimed, lease)
}

fn accepted(lease: &Arc<Lease>, id: DeliveryId, is_last: bool) -> Arc<Plan> {
    let mut row = unsent(id, "accepted", Reason::NoAnswer, None, 1);
    row.reason = None;
    let slice = SlicePlan { settled: vec![row], is_last, ..SlicePlan::new(lease.clone()) };
    let clock = Clock::set_at(1);
    Arc::new(Plan { me: ME.into(), policies: POLICIES, clock, now: 1, slices: vec![slice] })
}

/// Settles; returns whether rows became due that anyone may claim.
async fn settle(world: &World, plan: &Arc<Plan>) -> bool {
    carried(world, plan).await.is_free
}

async fn carried(world: &World, plan: &Arc<Plan>) -> Carried {
    let (plan, until) = (plan.clone(), world.clock.now() + 60_000);
    world.write(move |tx| carry_out(tx, &plan, until)).await
}

/// What a campaign's counters say: queued, accepted, failed, state.
async fn counters(world: &World, campaign: CampaignId) -> (i64, i64, i64, String) {
    world
        .read(move |tx| tx.one("SELECT queued, accepted, failed, state FROM campaign WHERE id = $1", params![campaign]))
        .await
}

async fn a_batch_that_is_settled_twice_books_its_rows_once(db: Db) {
    let world = World::new(db).await;
    let (campaign, claimed, lease) = under_way(&world).await;
    let first = accepted(&lease, claimed.rows[0].queued.id, false);
    assert!(!settle(&world, &first).await);
    // The answer to the commit was lost, so the engine settles the same again.
    assert!(!settle(&world, &first).await);
    assert_eq!(counters(&world, campaign).await, (1, 1, 0, "sending".into()));
    settle(&world, &accepted(&lease, claimed.rows[1].queued.id, true)).await;
    assert_eq!(counters(&world, campaign).await, (0, 2, 0, "completed".into()));
    assert!(world.read(store::busy_channels).await.is_empty(), "the slice is closed with its last row, not before");
}

async fn an_answer_that_is_settled_again_is_none_to_a_newer_attempt(db: Db) {
    let world = World::new(db).await;
    let (campaign, claimed, lease) = under_way(&world).await;
    let id = claimed.rows[0].queued.id;
    let row = unsent(id, "failed", Reason::LineRateLimited, Some(CheckedBy::Platform), 1);
    let slice = SlicePlan { settled: vec![row], ..SlicePlan::new(lease) };
    let plan =
        Arc::new(Plan { me: ME.into(), policies: POLICIES, clock: Clock::set_at(1), now: 1, slices: vec![slice] });
    settle(&world, &plan).await;
    assert_eq!(counters(&world, campaign).await, (1, 0, 1, "sending".into()));
    let (clock, team, now) = (world.clock.clone(), world.team, world.clock.now());
    world
        .write(move |tx| {
            let whom = control::Whom::Failed(vec![Reason::LineRateLimited]);
            let people = control::lost(tx, team, campaign, &whom)?;
            let expires_at = now + 60_000;
            let again = control::Again { team, campaign, whom: &whom, people: &people, expires_at, now };
            control::send_again(tx, &clock, again).map(drop)
        })
        .await;
    // The answer to the commit was lost; meanwhile a person sent her again.
    let until = world.clock.now() + 60_000;
    world.write(move |tx| carry_out_again(tx, &plan, until).map(drop)).await;
    assert_eq!(counters(&world, campaign).await, (2, 0, 0, "sending".into()));
}

async fn rows_whose_answers_were_given_up_may_have_arrived(db: Db) {
    let world = World::new(db).await;
    let (campaign, first, lease) = under_way(&world).await;
    lease.tear();
    assert!(settle(&world, &accepted(&lease, first.rows[1].queued.id, true)).await, "the rest is due at once");
    let people = world.read(move |tx| tx.all::<ConversationId>("SELECT id FROM conversation", params![])).await;
    for person in people {
        world.subscribe(person, shared::contacts::Subscription::Blocked).await;
    }
    let again = claimed(&world).await;
    assert_eq!((again.rows.len(), again.dropped), (1, 0), "asked again under its key, not marked as never sent");
    assert!(again.rows[0].slice.was_lost);
    assert_eq!(again.rows[0].queued.id, first.rows[0].queued.id);
    assert_eq!(counters(&world, campaign).await, (1, 1, 0, "sending".into()));
}

async fn who_holds_no_lease_settles_nothing(db: Db) {
    let world = World::new(db).await;
    let (campaign, first, lease) = under_way(&world).await;
    assert!(lease.holds(world.clock.now()));
    world.clock.advance(60_000);
    assert!(!lease.holds(world.clock.now()), "no call is made under a lease that ran out");
    assert_eq!(claimed(&world).await.rows.len(), 2);
    let carried = carried(&world, &accepted(&lease, first.rows[0].queued.id, true)).await;
    assert!(carried.lost.contains(&lease.term()) && !carried.is_free);
    assert_eq!(counters(&world, campaign).await, (2, 0, 0, "sending".into()));
}
