//! The engine on both engines of storage: leases, settling, crashes, counters.

use std::collections::HashSet;

use shared::{
    contacts::Subscription,
    content::Content,
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, SliceId},
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

use super::super::{
    Busy,
    budget::{Kinds, PUSH},
    claim::{Claimed, Want, claim},
    enqueue::{NewCampaignDeliveries, NewDelivery, NewReply, enqueue_reply},
    fair::{Due, Fair},
    settle::unsent,
    store::{self, Budget, Moved, Settled, Try},
};
use crate::{
    campaigns::fixture_test::{sent, texts},
    conversations::fixture_test::World,
    db::{Db, Lane, testing::on_both_engines},
    params,
    serve::POLICIES,
};

on_both_engines![
    a_claim_leases_what_is_due_and_nobody_else_gets_it,
    a_lease_that_ran_out_is_taken_over_and_its_old_holder_settles_nothing,
    counters_move_with_the_rows_and_the_last_row_finishes,
    nobody_received_is_failed_and_somebody_unknown_is_not,
    who_is_blocked_between_send_and_claim_is_settled_without_a_call,
    what_is_due_later_is_not_claimed_now,
    a_paused_channel_claims_nothing,
    a_budget_gives_each_call_its_moment_and_none_too_far_ahead,
    what_is_too_late_expires_and_what_may_have_arrived_is_unknown,
    a_reply_goes_before_a_campaign,
    a_settled_row_never_moves_back,
    tries_and_history_are_kept,
    leases_of_a_dead_engine_are_freed_at_start,
    what_is_too_late_is_taken_once_and_not_under_a_lease,
    rows_and_slices_are_written_as_given,
    pieces_are_taken_once_and_the_campaigns_by_turns,
];

const ME: &str = "engine-one";
const OTHER: &str = "engine-two";
/// A text that is another for everybody, so that each gets a call of her own.
const SINGLY: &str = "{{system:customer_name}} 您好";

fn want(world: &World, me: &str, rows: u64) -> Want {
    Want {
        busy: Busy { team: world.team, channel: world.shop, platform: Platform::Line },
        me: me.to_owned(),
        rows,
        fair: Fair::default(),
        now_micros: world.clock.now_micros(),
        lease_ms: 60_000,
        policies: POLICIES,
        clock: world.clock.clone(),
        known: HashSet::new(),
    }
}

async fn claimed(world: &World, me: &str, rows: u64) -> Claimed {
    let want = want(world, me, rows);
    world.db.write_as(Lane::Engine, move |tx| claim(tx, &want)).await.unwrap()
}

/// What a campaign's counters say: queued, accepted, failed, unknown, state.
async fn counters(world: &World, campaign: CampaignId) -> (i64, i64, i64, i64, String) {
    world
        .read(move |tx| {
            tx.one("SELECT queued, accepted, failed, unknown, state FROM campaign WHERE id = $1", params![campaign])
        })
        .await
}

/// What its rows say: the same, counted.
async fn rows(world: &World, campaign: CampaignId) -> (i64, i64, i64, i64) {
    world
        .read(move |tx| {
            tx.one(
                "SELECT COUNT(*) FILTER (WHERE state = 'queued'), COUNT(*) FILTER (WHERE state = 'accepted'),
                     COUNT(*) FILTER (WHERE state = 'failed'), COUNT(*) FILTER (WHERE state = 'unknown')
                 FROM delivery WHERE campaign_id = $1",
                params![campaign],
            )
        })
        .await
}

fn accepted(id: DeliveryId) -> Settled {
    Settled {
        id,
        state: "accepted",
        reason: None,
        checked_by: None,
        provider_id: Some("m1".into()),
        code: Some("200".into()),
        text: None,
        request_id: Some("r1".into()),
        at: 1,
    }
}

async fn settle(world: &World, rows: Vec<Settled>) -> Vec<(DeliveryId, ConversationId)> {
    world.write(move |tx| store::settle(tx, &rows)).await
}

async fn due(world: &World, channel: ChannelId) -> Vec<Due> {
    let now = world.clock.now();
    world.read(move |tx| store::due(tx, channel, now, Kinds::ALL)).await
}

async fn a_claim_leases_what_is_due_and_nobody_else_gets_it(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 3, SINGLY).await;
    let busy = world.read(store::busy_channels).await;
    assert_eq!(busy, [Busy { team: world.team, channel: world.shop, platform: Platform::Line }]);
    assert_eq!(due(&world, world.shop).await, [Due { campaign: Some(campaign), class: 1, waiting: 3, largest: 3 }]);
    let mine = claimed(&world, ME, 500).await;
    assert_eq!(mine.rows.len(), 3);
    assert_eq!(serde_json::from_str::<Content>(&mine.contents[&campaign]).unwrap(), texts(&[SINGLY]));
    assert_eq!(world.read(move |tx| store::content(tx, campaign)).await, mine.contents[&campaign]);
    assert!(claimed(&world, OTHER, 500).await.rows.is_empty());
    assert!(due(&world, world.shop).await.is_empty());
}

async fn a_lease_that_ran_out_is_taken_over_and_its_old_holder_settles_nothing(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 2, SINGLY).await;
    let first = claimed(&world, ME, 500).await;
    assert!(first.rows.iter().all(|row| !row.slice.was_lost));
    world.clock.advance(60_001);
    let second = claimed(&world, OTHER, 500).await;
    assert_eq!(second.rows.len(), 2);
    assert!(second.rows.iter().all(|row| row.slice.was_lost), "what the first sent may have arrived");
    let ids = |claimed: &Claimed| claimed.rows.iter().map(|row| row.queued.id).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&second), "the same rows, so the same keys");
    let slice = first.rows[0].slice.clone();
    assert!(!world.write(move |tx| store::hold(tx, slice.id, ME, slice.generation, 9)).await, "it is another's");
    let slice = second.rows[0].slice.clone();
    assert!(world.write(move |tx| store::hold(tx, slice.id, OTHER, slice.generation, 9)).await);
    let slice = second.rows[0].slice.id;
    assert_eq!(world.write(move |tx| store::book(tx, slice, 2)).await, 0);
    assert_eq!(counters(&world, campaign).await.0, 2);
}

async fn counters_move_with_the_rows_and_the_last_row_finishes(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = sent(&world, &world.ann, 3, SINGLY).await;
    let mine = claimed(&world, ME, 500).await;
    let slice = mine.rows[0].slice.id;
    let ids: Vec<DeliveryId> = mine.rows.iter().map(|row| row.queued.id).collect();
    let moved = settle(&world, vec![accepted(ids[0]), accepted(ids[1])]).await;
    assert_eq!(moved.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids[..2]);
    assert!(moved.iter().all(|(_, conversation)| people.contains(conversation)), "{moved:?}");
    assert_ne!(moved[0].1, moved[1].1);
    world.write(move |tx| store::count(tx, campaign, Moved { accepted: 2, ..Moved::default() }, 5)).await;
    assert_eq!(counters(&world, campaign).await, (1, 2, 0, 0, "sending".into()));
    settle(&world, vec![unsent(ids[2], "failed", Reason::LineInvalidUser, Some(CheckedBy::Platform), 7)]).await;
    world.write(move |tx| store::count(tx, campaign, Moved { failed: 1, ..Moved::default() }, 9)).await;
    assert_eq!(counters(&world, campaign).await, (0, 2, 1, 0, "completed".into()));
    assert_eq!(rows(&world, campaign).await, (0, 2, 1, 0));
    world.write(move |tx| store::close_slice(tx, slice)).await;
    assert!(world.read(store::busy_channels).await.is_empty());
}

async fn nobody_received_is_failed_and_somebody_unknown_is_not(db: Db) {
    let world = World::new(db).await;
    let (failed, _) = sent(&world, &world.ann, 1, "一").await;
    world.write(move |tx| store::count(tx, failed, Moved { failed: 1, ..Moved::default() }, 9)).await;
    assert_eq!(counters(&world, failed).await.4, "failed");
    let (unknown, _) = sent(&world, &world.ann, 1, "二").await;
    world.write(move |tx| store::count(tx, unknown, Moved { unknown: 1, ..Moved::default() }, 9)).await;
    assert_eq!(counters(&world, unknown).await.4, "completed");
}

async fn who_is_blocked_between_send_and_claim_is_settled_without_a_call(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = sent(&world, &world.ann, 2, SINGLY).await;
    world.subscribe(people[0], Subscription::Blocked).await;
    let mine = claimed(&world, ME, 500).await;
    assert_eq!((mine.rows.len(), mine.dropped), (1, 1));
    assert_eq!(counters(&world, campaign).await, (1, 0, 1, 0, "sending".into()));
    assert_eq!(rows(&world, campaign).await, (1, 0, 1, 0));
    let slice = mine.rows[0].slice.id;
    let open = world.write(move |tx| store::book(tx, slice, 0)).await;
    assert_eq!(open, 1, "the slice knows that one is left");

    world.subscribe(people[1], Subscription::Blocked).await;
    let slice = mine.rows[0].slice.id;
    world.write(move |tx| store::release(tx, slice, 0, false)).await;
    let none = claimed(&world, ME, 500).await;
    assert_eq!((none.rows.len(), none.dropped), (0, 1));
    assert_eq!(counters(&world, campaign).await, (0, 0, 2, 0, "failed".into()));
    assert!(world.read(store::busy_channels).await.is_empty(), "with nobody left the slice is gone");
}

async fn what_is_due_later_is_not_claimed_now(db: Db) {
    let world = World::new(db).await;
    sent(&world, &world.ann, 1, "您好").await;
    let mine = claimed(&world, ME, 500).await;
    let (slice, later) = (mine.rows[0].slice.id, world.clock.now() + 5_000);
    world.write(move |tx| store::release(tx, slice, later, false)).await;
    assert!(claimed(&world, OTHER, 500).await.rows.is_empty());
    world.clock.advance(5_000);
    let again = claimed(&world, OTHER, 500).await;
    assert_eq!(again.rows.len(), 1);
    assert!(!again.rows[0].slice.was_lost, "it was released, not lost");
    let (shop, campaign, now) = (world.shop, again.rows[0].campaign, world.clock.now());
    let nothing = world.write(move |tx| store::take(tx, shop, campaign, Kinds::ALL, now, ME, now + 1)).await;
    assert_eq!(nothing, None);
    let slice = again.rows[0].slice.clone();
    assert_eq!(world.read(move |tx| store::queued(tx, &slice, campaign)).await.len(), 1);
}

async fn a_paused_channel_claims_nothing(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "您好").await;
    let shop = world.shop;
    world.write(move |tx| store::pause(tx, shop, Reason::LineMonthlyLimit, 5)).await;
    assert!(claimed(&world, ME, 500).await.rows.is_empty());
    assert_eq!(counters(&world, campaign).await, (1, 0, 0, 0, "sending".into()), "nobody is burned");
}

async fn a_budget_gives_each_call_its_moment_and_none_too_far_ahead(db: Db) {
    let world = World::new(db).await;
    let (team, shop, now) = (world.team, world.shop, world.clock.now_micros());
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO channel_budget (team_id, channel_id, endpoint, rate, rate_now, next_at) VALUES ($1, $2, $3, 4, 4, 0)",
                params![team, shop, PUSH],
            )
        })
        .await;
    sent(&world, &world.ann, 3, SINGLY).await;
    let mine = claimed(&world, ME, 500).await;
    let moments: Vec<i64> = mine.rows.iter().map(|row| row.at.unwrap() - now).collect();
    assert_eq!(moments, [0, 250_000, 500_000]);
    sent(&world, &world.ann, 1, "還有").await;
    let later = claimed(&world, ME, 500).await;
    assert!(later.rows.is_empty());
    assert_eq!(later.wait_until, Some(now + 750_000 - 100_000));
    let budget = Budget { rate: 4, rate_now: 2, next_at: 7, slowed_at: Some(9) };
    let wanted = budget.clone();
    world.write(move |tx| store::set_budget(tx, shop, PUSH, &budget)).await;
    assert_eq!(world.write(move |tx| store::budget(tx, shop, PUSH)).await, Some(wanted));
    assert_eq!(world.write(move |tx| store::budget(tx, shop, "multicast")).await, None);
    let all = world.read(move |tx| store::budgets(tx, shop)).await;
    assert_eq!(all, [(PUSH.to_owned(), Budget { rate: 4, rate_now: 2, next_at: 7, slowed_at: Some(9) })]);
}

async fn what_is_too_late_expires_and_what_may_have_arrived_is_unknown(db: Db) {
    let world = World::new(db).await;
    let (never, _) = sent(&world, &world.ann, 1, "一").await;
    world.clock.advance(25 * 3_600_000);
    let (lost, _) = sent(&world, &world.ann, 1, "二").await;
    let first = claimed(&world, ME, 500).await;
    assert_eq!(first.rows.len(), 1, "the first is a day late and goes no more");
    assert_eq!(counters(&world, never).await, (0, 0, 1, 0, "failed".into()));
    // The engine dies here; its key is too old by the time another comes.
    world.clock.advance(23 * 3_600_000 + 60_001);
    assert!(claimed(&world, OTHER, 500).await.rows.is_empty());
    assert_eq!(counters(&world, lost).await, (0, 0, 0, 1, "completed".into()));
}

async fn a_reply_goes_before_a_campaign(db: Db) {
    let world = World::new(db).await;
    let (_, people) = sent(&world, &world.ann, 2, SINGLY).await;
    let found = world.found(people[0]).await;
    let reply = NewReply {
        team: world.team,
        delivery: world.clock.id(),
        message: world.clock.id(),
        channel: world.shop,
        identity: found.identity,
        contact: found.contact,
        conversation: people[0],
        sender: world.ann.member,
        address: found.address,
        name: found.name,
        content: texts(&["好的"]),
        now: world.clock.now(),
    };
    let wanted = reply.delivery;
    world.write(move |tx| enqueue_reply(tx, &reply)).await;
    let mine = claimed(&world, ME, 500).await;
    assert_eq!(mine.rows[0].queued.id, wanted);
    assert_eq!(mine.rows[0].campaign, None);
    assert_eq!(
        serde_json::from_str::<Content>(mine.rows[0].queued.fill.as_deref().unwrap()).unwrap(),
        texts(&["好的"])
    );
    assert_eq!(settle(&world, vec![accepted(wanted)]).await, [(wanted, people[0])]);
}

async fn a_settled_row_never_moves_back(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "您好").await;
    let id = claimed(&world, ME, 500).await.rows[0].queued.id;
    assert_eq!(settle(&world, vec![accepted(id)]).await.len(), 1);
    assert!(settle(&world, vec![unsent(id, "failed", Reason::Internal, None, 9)]).await.is_empty());
    assert_eq!(rows(&world, campaign).await, (0, 1, 0, 0));
}

async fn tries_and_history_are_kept(db: Db) {
    let world = World::new(db).await;
    sent(&world, &world.ann, 1, "您好").await;
    let mine = claimed(&world, ME, 500).await;
    let id = mine.rows[0].queued.id;
    let one = Try {
        team: world.team,
        id: world.clock.id(),
        delivery: id,
        attempt: 1,
        part: None,
        outcome: "unsure",
        reason: Reason::NoAnswer,
        code: Some("500".into()),
        text: None,
        request_id: Some("r".into()),
        at: 3,
    };
    world
        .write(move |tx| {
            store::count_tries(tx, &[(id, true)])?;
            store::count_tries(tx, &[(id, false)])?;
            store::add_tries(tx, std::slice::from_ref(&one))
        })
        .await;
    let slice = mine.rows[0].slice.clone();
    let campaign = mine.rows[0].campaign;
    let row = world.read(move |tx| store::queued(tx, &slice, campaign)).await.remove(0);
    assert_eq!((row.tries, row.unsure), (2, true), "once unsure, always unsure");
    let kept: i64 =
        world.read(move |tx| tx.one("SELECT COUNT(*) FROM attempt WHERE delivery_id = $1", params![id])).await;
    assert_eq!(kept, 1);
}

async fn leases_of_a_dead_engine_are_freed_at_start(db: Db) {
    let world = World::new(db).await;
    sent(&world, &world.ann, 1, "您好").await;
    claimed(&world, ME, 500).await;
    assert_eq!(world.write(store::free_all).await, 1);
    let again = claimed(&world, OTHER, 500).await;
    assert!(again.rows[0].slice.was_lost);
}

async fn what_is_too_late_is_taken_once_and_not_under_a_lease(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "您好").await;
    let late = |after: SliceId| {
        let (world, now) = (&world, world.clock.now());
        async move { world.write(move |tx| store::take_late(tx, after, OTHER, now)).await }
    };
    assert!(late(SliceId::default()).await.is_none(), "not before its time is over");
    world.clock.advance(23 * 3_600_000 + 3_590_000);
    let slice = claimed(&world, ME, 500).await.rows[0].slice.clone();
    world.clock.advance(20_000);
    assert!(late(SliceId::default()).await.is_none(), "its holder answers for it");
    world.clock.advance(60_000);
    let taken = late(SliceId::default()).await.unwrap();
    assert_eq!((taken.team, taken.channel, taken.campaign, taken.class), (world.team, world.shop, Some(campaign), 1));
    assert_eq!((taken.slice.id, taken.slice.generation, taken.slice.was_lost), (slice.id, 2, true));
    assert!(late(slice.id).await.is_none(), "there is none behind it");
    world
        .write(move |tx| {
            store::release(tx, slice.id, taken.due_at, false)?;
            tx.execute("UPDATE campaign SET state = 'cancelled' WHERE id = $1", params![campaign])
        })
        .await;
    assert!(late(SliceId::default()).await.is_none(), "who was stopped is settled as such");
}

async fn rows_and_slices_are_written_as_given(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = sent(&world, &world.ann, 1, "您好").await;
    let found = world.found(people[0]).await;
    let (team, shop, sender) = (world.team, world.shop, world.ann.member);
    assert_eq!(world.read(move |tx| store::platform(tx, team, shop)).await, Platform::Line);
    let (slice, other, batch): (SliceId, SliceId, SliceId) = (world.clock.id(), world.clock.id(), world.clock.id());
    let (one, two, reply): (DeliveryId, DeliveryId, DeliveryId) =
        (world.clock.id(), world.clock.id(), world.clock.id());
    let recipient = NewDelivery {
        channel: shop,
        identity: found.identity,
        contact: found.contact,
        conversation: people[0],
        address: found.address.clone(),
        name: "O'Brien".into(),
        refused: None,
        is_follower: true,
    };
    let blocked = NewDelivery { refused: Some(Reason::Unfollowed), ..recipient.clone() };
    let new_reply = NewReply {
        team,
        delivery: reply,
        message: world.clock.id(),
        channel: shop,
        identity: found.identity,
        contact: found.contact,
        conversation: people[0],
        sender,
        address: found.address,
        name: found.name,
        content: texts(&["好"]),
        now: 1,
    };
    world
        .write(move |tx| {
            let new =
                NewCampaignDeliveries { team, campaign, class: 1, sender, expires_at: 99, now: 1, is_personal: true };
            store::add_deliveries(tx, &new, slice, &[one, two], &[&recipient, &blocked])?;
            store::add_reply(tx, &new_reply, other, "{}")?;
            let range = store::NewSlice {
                team,
                id: slice,
                campaign: Some(campaign),
                channel: shop,
                class: 1,
                first: one,
                last: two,
                open: 1,
                due_at: 1,
                expires_at: 99,
            };
            store::add_slice(tx, &range)?;
            store::add_batch(tx, &store::NewSlice { id: batch, ..range })
        })
        .await;
    let written: Vec<(DeliveryId, String, Option<String>, Option<i64>)> = world
        .read(move |tx| {
            tx.all(
                "SELECT id, state, reason, settled_at FROM delivery WHERE slice_id IN ($1, $2) ORDER BY id",
                params![slice, other],
            )
        })
        .await;
    let queued = || "queued".to_owned();
    assert_eq!(
        written,
        [
            (one, queued(), None, None),
            (two, "failed".into(), Some("unfollowed".into()), Some(1)),
            (reply, queued(), None, None)
        ]
    );
    let is_batch: Vec<bool> = world
        .read(move |tx| tx.all("SELECT is_batch FROM slice WHERE id IN ($1, $2) ORDER BY id", params![slice, batch]))
        .await;
    assert_eq!(is_batch, [false, true]);
}

async fn pieces_are_taken_once_and_the_campaigns_by_turns(db: Db) {
    let world = World::new(db).await;
    let (one, _) = sent(&world, &world.ann, 1, "一").await;
    let (two, _) = sent(&world, &world.ann, 1, "二").await;
    let (team, sender, channel) = (world.team, world.ann.member, world.shop);
    let new = move |campaign| NewCampaignDeliveries {
        team,
        campaign,
        class: 1,
        sender,
        expires_at: 99,
        now: 1,
        is_personal: campaign == two,
    };
    world
        .write(move |tx| {
            store::add_piece(tx, &new(one), 0, channel, "[1]")?;
            store::add_piece(tx, &new(one), 1, channel, "[2]")?;
            store::add_piece(tx, &new(two), 0, channel, "[3]")
        })
        .await;
    let (next, other) = (|| world.read(|tx| store::next_pieces(tx, 9)), world.eve.team);
    assert_eq!(next().await, [(one, 0), (two, 0), (one, 1)]);
    assert_eq!(world.read(move |tx| store::on_its_way(tx, team, channel)).await, 2 + 3, "in slices, and in pieces");
    assert_eq!(world.read(move |tx| store::on_its_way(tx, other, channel)).await, 0);
    assert_eq!(world.read(|tx| store::next_pieces(tx, 1)).await, [(one, 0)]);
    let take = |place| world.write(move |tx| store::take_piece(tx, place, 7));
    let piece = take((two, 0)).await.unwrap();
    assert_eq!(piece.new, NewCampaignDeliveries { now: 7, ..new(two) });
    assert_eq!((piece.channel, piece.people.as_str()), (channel, "[3]"));
    assert_eq!(take((two, 0)).await, None);
    assert_eq!(next().await, [(one, 0), (one, 1)]);
}
