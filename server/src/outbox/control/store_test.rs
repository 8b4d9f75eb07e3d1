//! A person's hand on campaigns, on both engines.

use shared::{
    deliveries::DeliveryState,
    id::{CampaignId, DeliveryId, MemberId, SliceId, TeamId},
    reasons::Reason,
};

use super::store::{self, Rest};
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::World,
    db::{self, Db, Tx, params, testing::on_both_engines},
};

on_both_engines![
    each_change_starts_from_its_own_state,
    a_persons_hold_goes_before_a_templates,
    the_rest_of_a_stopped_campaign_is_taken_slice_by_slice,
    who_did_not_get_it_is_found_by_reason_and_queued_again,
];

/// A campaign of so many people.
async fn campaign(world: &World, people: usize) -> CampaignId {
    sent(world, &world.ann, people, "您好").await.0
}

/// Its state, why it is held, who holds it and who stopped it.
async fn stands(world: &World, campaign: CampaignId) -> (String, Option<Reason>, Option<MemberId>, Option<MemberId>) {
    let sql = "SELECT state, paused_reason, paused_by, cancelled_by FROM campaign WHERE id = $1";
    world.read(move |tx| tx.one(sql, params![campaign])).await
}

async fn set(world: &World, campaign: CampaignId, state: &'static str) {
    let sql = "UPDATE campaign SET state = $2 WHERE id = $1";
    world.write(move |tx| tx.execute(sql, params![campaign, state]).map(drop)).await;
}

async fn ids(world: &World, campaign: CampaignId) -> Vec<DeliveryId> {
    let sql = "SELECT id FROM delivery WHERE campaign_id = $1 ORDER BY id";
    world.read(move |tx| tx.all(sql, params![campaign])).await
}

/// What one of the changes answers in each state a campaign may be in, and for another team.
type Change = fn(&mut Tx<'_>, TeamId, CampaignId, MemberId) -> db::Result<bool>;

async fn each_change_starts_from_its_own_state(db: Db) {
    let world = World::new(db).await;
    let changes: [(&str, Change, &[&str], &str); 6] = [
        ("pause", store::pause, &["sending", "paused"], "paused"),
        (
            "hold",
            |tx, team, id, _| store::hold_campaign(tx, team, id, Reason::WaTemplatePaused),
            &["sending"],
            "paused",
        ),
        ("resume", |tx, team, id, _| store::resume(tx, team, id), &["paused"], "sending"),
        ("let go", |tx, team, id, _| store::let_go(tx, team, id), &["paused"], "sending"),
        ("cancel", store::cancel, &["sending", "paused"], "cancelled"),
        ("reopen", |tx, team, id, _| store::reopen(tx, team, id, 9), &["sending", "completed", "failed"], ""),
    ];
    let (campaign, ann) = (campaign(&world, 1).await, world.ann.clone());
    for (name, change, from, to) in changes {
        for state in ["sending", "paused", "completed", "failed", "cancelled"] {
            set(&world, campaign, state).await;
            let (team, other, by) = (world.team, world.eve.team, ann.member);
            assert!(!world.write(move |tx| change(tx, other, campaign, by)).await, "{name}: another team");
            assert_eq!(stands(&world, campaign).await.0, state);
            let moved = world.write(move |tx| change(tx, team, campaign, by)).await;
            assert_eq!(moved, from.contains(&state), "{name} from {state}");
            let expected = if moved && !to.is_empty() { to } else { state };
            assert_eq!(stands(&world, campaign).await.0, expected, "{name} from {state}");
            world
                .write(move |tx| {
                    tx.execute("UPDATE campaign SET paused_by = NULL WHERE id = $1", params![campaign]).map(drop)
                })
                .await;
        }
    }
}

async fn a_persons_hold_goes_before_a_templates(db: Db) {
    let world = World::new(db).await;
    let (campaign, team) = (campaign(&world, 1).await, world.team);
    let (ann, mia) = (world.ann.member, world.mia.member);
    assert!(world.write(move |tx| store::hold_campaign(tx, team, campaign, Reason::WaTemplatePaused)).await);
    assert_eq!(stands(&world, campaign).await, ("paused".into(), Some(Reason::WaTemplatePaused), None, None));
    assert!(world.write(move |tx| store::pause(tx, team, campaign, ann)).await);
    assert_eq!(stands(&world, campaign).await, ("paused".into(), None, Some(ann), None));
    assert!(!world.write(move |tx| store::pause(tx, team, campaign, mia)).await, "it is held already");
    assert!(!world.write(move |tx| store::let_go(tx, team, campaign)).await, "the template came back, she did not");
    assert_eq!(stands(&world, campaign).await.2, Some(ann));
    assert!(world.write(move |tx| store::resume(tx, team, campaign)).await);
    assert_eq!(stands(&world, campaign).await, ("sending".into(), None, None, None));
    world.write(move |tx| store::pause(tx, team, campaign, ann)).await;
    assert!(world.write(move |tx| store::cancel(tx, team, campaign, mia)).await);
    assert_eq!(stands(&world, campaign).await, ("cancelled".into(), None, None, Some(mia)));
}

async fn the_rest_of_a_stopped_campaign_is_taken_slice_by_slice(db: Db) {
    let world = World::new(db).await;
    let (one, other) = (campaign(&world, 3).await, campaign(&world, 1).await);
    let (team, by, now) = (world.team, world.ann.member, world.clock.now());
    let take = async |me: &'static str, now: i64| -> Option<Rest> {
        world.write(move |tx| store::take_rest(tx, team, one, me, now)).await
    };
    // As a claim left it: one slice under a lease, not due for a while.
    let sql = "UPDATE slice SET lease_by = 'engine', lease_until = $2, due_at = $2 WHERE campaign_id = $1";
    world.write(move |tx| tx.execute(sql, params![one, now + 60_000]).map(drop)).await;
    assert_eq!(world.read(store::stopping).await, []);
    assert_eq!(world.read(move |tx| store::stopped(tx, &[one, other])).await, []);
    assert_eq!(world.read(move |tx| store::stopped(tx, &[])).await, []);
    world.write(move |tx| store::cancel(tx, team, one, by)).await;
    world.write(move |tx| store::pause(tx, team, other, by)).await;
    assert_eq!(world.read(store::stopping).await, [(team, one)], "the other is only held");
    let mut stopped = world.read(move |tx| store::stopped(tx, &[one, other])).await;
    stopped.sort_unstable();
    assert_eq!(stopped, [one, other]);
    assert_eq!(take("sweeper", now).await, None, "its holder settles it");
    let eve = world.eve.team;
    let theirs = world.write(move |tx| store::take_rest(tx, eve, one, "sweeper", now + 60_000)).await;
    assert_eq!(theirs, None);
    let rest = take("sweeper", now + 60_000).await.unwrap();
    assert_eq!((rest.channel, rest.slice.was_lost, rest.slice.generation), (world.shop, true, 1));
    let sql = "UPDATE campaign SET finished_at = 1 WHERE id = $1";
    world.write(move |tx| tx.execute(sql, params![one]).map(drop)).await;
    assert_eq!(world.read(store::stopping).await, [], "nobody waits any more");
}

async fn who_did_not_get_it_is_found_by_reason_and_queued_again(db: Db) {
    let world = World::new(db).await;
    let campaign = campaign(&world, 4).await;
    let (team, eve) = (world.team, world.eve.team);
    let ids = ids(&world, campaign).await;
    let (a, b, c, d) = (ids[0], ids[1], ids[2], ids[3]);
    world
        .write(move |tx| {
            let sql = "UPDATE delivery SET state = $2, reason = $3, checked_by = 'platform', provider_code = '429', tries = 3,
                 unsure = TRUE, settled_at = 5 WHERE id = $1";
            tx.execute(sql, params![a, "failed", Reason::LineRateLimited])?;
            tx.execute(sql, params![b, "failed", Reason::Expired])?;
            tx.execute(sql, params![c, "unknown", Reason::NoAnswer])?;
            tx.execute(sql, params![d, "failed", Reason::Unfollowed]).map(drop)
        })
        .await;
    let failed = async |team, reasons: &'static [Reason]| -> Vec<DeliveryId> {
        let lost = world.write(move |tx| store::failed(tx, team, campaign, reasons)).await;
        lost.into_iter().map(|one| one.id).collect()
    };
    assert_eq!(failed(team, &[Reason::Expired, Reason::LineRateLimited]).await, [a, b]);
    assert_eq!(failed(team, &[Reason::Expired]).await, [b]);
    assert_eq!(failed(team, &[Reason::NoAnswer]).await, [], "that is unknown, not failed");
    assert_eq!(failed(eve, &[Reason::Expired]).await, []);
    let unknown = async |team, only| world.write(move |tx| store::unknown(tx, team, campaign, only)).await;
    let found = unknown(team, None).await;
    assert_eq!(found.iter().map(|one| (one.id, one.channel)).collect::<Vec<_>>(), [(c, world.shop)]);
    assert_eq!(unknown(team, Some(c)).await, found);
    assert_eq!((unknown(team, Some(a)).await.len(), unknown(eve, None).await.len()), (0, 0));
    let slice: SliceId = world.clock.id();
    world
        .write(move |tx| {
            store::requeue(tx, eve, &[(a, slice)])?;
            store::requeue(tx, team, &[(a, slice), (b, slice)])?;
            assert_eq!(store::class(tx, team, campaign)?, 1);
            Ok(())
        })
        .await;
    let row = async |id: DeliveryId| -> (DeliveryState, i64, i64, bool, Option<Reason>, Option<i64>) {
        let sql = "SELECT state, attempt, tries, unsure, reason, settled_at FROM delivery WHERE id = $1";
        world.read(move |tx| tx.one(sql, params![id])).await
    };
    assert_eq!(row(a).await, (DeliveryState::Queued, 2, 0, false, None, None));
    let elsewhere =
        async |slice: SliceId| world.read(move |tx| store::queued_elsewhere(tx, &[a, b, c], &[slice])).await;
    let another: SliceId = world.clock.id();
    assert_eq!((elsewhere(slice).await, elsewhere(another).await), (vec![], vec![a, b]), "the third is not queued");
    assert_eq!(row(c).await, (DeliveryState::Unknown, 1, 3, true, Some(Reason::NoAnswer), Some(5)));
    world.write(move |tx| store::requeue(tx, team, &[(a, slice)])).await;
    assert_eq!(row(a).await.1, 2, "who is queued has not failed again");
}
