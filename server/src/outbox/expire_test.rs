//! What becomes of those who wait for days, on both engines of storage.

use shared::{deliveries::DeliveryState as Is, id::CampaignId, limits::Platform};

use super::*;
use crate::{
    campaigns::fixture_test::{sent, texts},
    conversations::fixture_test::{DAY, World},
    db::{Db, testing::on_both_engines},
    outbox::{
        enqueue::{NewReply, REPLY_LIFE_MS, enqueue_reply},
        parts::PartState::*,
        testing::{Counts, Field, ME},
    },
    params,
    serve::POLICIES,
};

on_both_engines![
    who_waits_for_a_paused_campaign_expires,
    who_waits_for_a_paused_account_expires_and_a_reply_within_the_hour,
    on_line_who_may_have_got_it_stays_until_nobody_can_tell,
    on_whatsapp_what_was_started_is_unknown_and_the_rest_expires,
    many_are_settled_piece_by_piece,
];

fn sweep(clock: &Clock) -> Sweep {
    Sweep { me: "engine-one".into(), policies: POLICIES, clock: clock.clone() }
}

/// Looks through all that is too late; says in how many writes.
async fn look(world: &World) -> usize {
    let (mut after, mut writes) = (SliceId::default(), 0);
    loop {
        let sweep = sweep(&world.clock);
        match world.db.write_as(Lane::Engine, move |tx| expire_piece(tx, &sweep, after)).await.unwrap() {
            Some(last) => after = last,
            None => return writes,
        }
        writes += 1;
    }
}

/// What a campaign's counters say: queued, failed, unknown, state.
async fn counters(world: &World, campaign: CampaignId) -> (i64, i64, i64, String) {
    let sql = "SELECT queued, failed, unknown, state FROM campaign WHERE id = $1";
    world.read(move |tx| tx.one(sql, params![campaign])).await
}

/// How many recipients of it have this reason.
async fn because(world: &World, campaign: CampaignId, reason: &'static str) -> i64 {
    let sql = "SELECT COUNT(*) FROM delivery WHERE campaign_id = $1 AND reason = $2";
    world.read(move |tx| tx.one(sql, params![campaign, reason])).await
}

async fn slices(world: &World) -> i64 {
    world.read(|tx| tx.one("SELECT COUNT(*) FROM slice", params![])).await
}

async fn hold(world: &World, campaign: CampaignId) {
    let sql = "UPDATE campaign SET state = 'paused' WHERE id = $1";
    world.write(move |tx| tx.execute(sql, params![campaign])).await;
}

async fn who_waits_for_a_paused_campaign_expires(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 3, "您好").await;
    hold(&world, campaign).await;
    world.clock.advance(DAY);
    assert_eq!(look(&world).await, 0, "it is just in time");
    world.clock.advance(1);
    assert_eq!(look(&world).await, 1);
    assert_eq!(counters(&world, campaign).await, (0, 3, 0, "failed".into()));
    assert_eq!((because(&world, campaign, "expired").await, slices(&world).await), (3, 0));
    assert_eq!(look(&world).await, 0);
}

async fn who_waits_for_a_paused_account_expires_and_a_reply_within_the_hour(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = sent(&world, &world.ann, 1, "您好").await;
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
    let (delivery, shop) = (reply.delivery, world.shop);
    world
        .write(move |tx| {
            enqueue_reply(tx, &reply)?;
            store::pause(tx, shop, shared::reasons::Reason::LineMonthlyLimit, 1)
        })
        .await;
    world.clock.advance(REPLY_LIFE_MS + 1);
    assert_eq!(look(&world).await, 1);
    let of_reply: (String, String) =
        world.read(move |tx| tx.one("SELECT state, reason FROM delivery WHERE id = $1", params![delivery])).await;
    assert_eq!(of_reply, ("failed".into(), "expired".into()));
    assert_eq!(counters(&world, campaign).await, (1, 0, 0, "sending".into()), "the send has a day");
    world.clock.advance(DAY);
    look(&world).await;
    assert_eq!(counters(&world, campaign).await, (0, 1, 0, "failed".into()));
}

async fn on_line_who_may_have_got_it_stays_until_nobody_can_tell(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 2, "您好").await;
    // Shortly before the end somebody is called, and the server dies.
    world.clock.advance(DAY - 30_000);
    let want = Want {
        busy: Busy { team: world.team, channel: world.shop, platform: Platform::Line },
        me: "engine-two".into(),
        rows: 500,
        fair: Fair::default(),
        now_micros: world.clock.now_micros(),
        lease_ms: 60_000,
        policies: POLICIES,
        clock: world.clock.clone(),
        known: HashSet::new(),
    };
    world.db.write_as(Lane::Engine, move |tx| claim::claim(tx, &want)).await.unwrap();
    hold(&world, campaign).await;
    world.clock.advance(45_000);
    assert_eq!(look(&world).await, 0, "its lease has not run out");
    world.clock.advance(45_000);
    look(&world).await;
    assert_eq!(counters(&world, campaign).await, (2, 0, 0, "paused".into()));
    let kept: (bool, i64) =
        world.read(|tx| tx.one("SELECT was_lost, lease_until FROM slice WHERE lease_by IS NULL", params![])).await;
    assert_eq!(kept, (true, 0), "to be asked for under its key, whoever claims it");
    world.clock.advance(super::super::KEY_LIFE_MS);
    look(&world).await;
    assert_eq!(counters(&world, campaign).await, (0, 0, 2, "completed".into()));
    assert_eq!((because(&world, campaign, "no_answer").await, slices(&world).await), (2, 0));
}

async fn on_whatsapp_what_was_started_is_unknown_and_the_rest_expires(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 2).await;
    let held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    hold(&field.world, campaign).await;
    field.world.clock.advance(DAY + 60_001);
    look(&field.world).await;
    assert_eq!(field.counts(campaign).await, Counts { unknown: 1, failed: 1, ..Counts::default() });
    let people = field.people(campaign).await;
    assert_eq!((people[0].state, people[0].parts[0].state), (Is::Unknown, Unknown));
    assert_eq!(because(&field.world, campaign, "expired").await, 1);
    assert_eq!(slices(&field.world).await, 0);
}

async fn many_are_settled_piece_by_piece(db: Db) {
    let field = Field::new(db).await;
    let mut campaigns = Vec::new();
    for _ in 0..3 {
        campaigns.push(field.sent_texts(PIECE * 2 / 5, 1).await);
    }
    for campaign in &campaigns {
        hold(&field.world, *campaign).await;
    }
    field.world.clock.advance(DAY + 1);
    assert_eq!(look(&field.world).await, 2);
    for campaign in campaigns {
        assert_eq!(field.counts(campaign).await.failed, i64::try_from(PIECE * 2 / 5).unwrap());
    }
}
