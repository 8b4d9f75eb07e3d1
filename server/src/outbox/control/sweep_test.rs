//! A stopped campaign: everybody got it or is cancelled, nobody who may have got it is called cancelled, whoever dies when.

use std::sync::Arc;

use shared::{
    id::{CampaignId, MemberId},
    reasons::Reason,
};

use super::{Again, Whom, cancel, lost, pause, resume, send_again, sweep::settle_piece};
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::{DAY, World},
    db::{Db, Lane, Tx, params, testing::on_both_engines},
    outbox::{
        parts::{Desk, PartState},
        whatsapp::testing::{Counts, Field, ME, OTHER, again, taken, unsure},
    },
    platforms::whatsapp::{answers::fault, webhook::StatusState},
    serve::POLICIES,
};

on_both_engines![
    who_waits_is_cancelled_and_who_may_have_got_it_is_unknown,
    a_call_that_is_out_counts_as_it_ends_and_the_rest_of_her_messages_is_left_out,
    a_holder_that_was_frozen_changes_nothing_after_the_cancel,
    what_failed_is_sent_again_from_the_first_message_that_was_not_taken,
    what_is_unknown_is_called_again_only_where_a_person_decided_so,
    a_late_word_on_an_earlier_attempt_counts_where_it_says_more,
    nothing_is_sent_again_of_what_is_held_or_stopped,
];

/// Settles what is left of a stopped campaign; says how many writes that took.
async fn swept(world: &World, campaign: CampaignId) -> usize {
    let mut pieces = 0;
    loop {
        let (clock, team) = (world.clock.clone(), world.team);
        let work = move |tx: &mut Tx<'_>| {
            let desk = Desk { clock: &clock, policies: POLICIES, team, now: clock.now() };
            settle_piece(tx, desk, campaign, OTHER)
        };
        if world.db.write_as(Lane::Engine, work).await.unwrap() == 0 {
            return pieces;
        }
        pieces += 1;
    }
}

async fn cancels(world: &World, campaign: CampaignId) {
    let (team, by): (_, MemberId) = (world.team, world.ann.member);
    assert!(world.write(move |tx| cancel(tx, team, campaign, by)).await);
}

async fn who_waits_is_cancelled_and_who_may_have_got_it_is_unknown(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1_205, "您好").await;
    world
        .write(move |tx| {
            let sql =
                "UPDATE delivery SET unsure = TRUE WHERE id = (SELECT MIN(id) FROM delivery WHERE campaign_id = $1)";
            tx.execute(sql, params![campaign]).map(drop)
        })
        .await;
    cancels(&world, campaign).await;
    let pieces = swept(&world, campaign).await;
    assert!(pieces > 1, "in bounded writes");
    let stands: (String, i64, i64, i64, Option<i64>) = world
        .read(move |tx| {
            let sql = "SELECT state, queued, failed, unknown, finished_at FROM campaign WHERE id = $1";
            tx.one(sql, params![campaign])
        })
        .await;
    assert_eq!(stands, ("cancelled".into(), 0, 1_204, 1, Some(world.clock.now())));
    let reasons: Vec<(String, String, Option<String>, i64)> = world
        .read(move |tx| {
            let sql = "SELECT state, reason, checked_by, COUNT(*) FROM delivery WHERE campaign_id = $1
                 GROUP BY state, reason, checked_by ORDER BY state";
            tx.all(sql, params![campaign])
        })
        .await;
    let cancelled = ("failed".to_owned(), "cancelled".to_owned(), Some("storecast".to_owned()), 1_204);
    assert_eq!(reasons, [cancelled, ("unknown".to_owned(), "no_answer".to_owned(), None, 1)]);
    let open: i64 =
        world.read(move |tx| tx.one("SELECT COUNT(*) FROM slice WHERE campaign_id = $1", params![campaign])).await;
    assert_eq!(open, 0);
}

async fn a_call_that_is_out_counts_as_it_ends_and_the_rest_of_her_messages_is_left_out(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(3, 2).await;
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    cancels(&field.world, campaign).await;
    assert_eq!(swept(&field.world, campaign).await, 0, "they are in somebody's hands");
    assert!(field.answered(&mut held[0], taken("wamid.a"), 1).await, "the call that was out");
    for one in &held {
        assert!(!field.begins(one).await, "nothing begins any more");
        field.settles(one, None, 1).await;
    }
    assert_eq!(swept(&field.world, campaign).await, 1);
    assert_eq!(field.counts(campaign).await, Counts { failed: 3, ..Counts::default() });
    let people = field.people(campaign).await;
    let states: Vec<PartState> = people[0].parts.iter().map(|part| part.state).collect();
    assert_eq!(states, [PartState::Accepted, PartState::Failed]);
    assert_eq!(people[0].parts[1].reason, Some(Reason::Cancelled));
    assert!(people[1].parts.is_empty());
    assert_eq!(field.state(campaign).await.0, "cancelled");
}

async fn a_holder_that_was_frozen_changes_nothing_after_the_cancel(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 1).await;
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    cancels(&field.world, campaign).await;
    field.world.clock.advance(60_001);
    assert_eq!(swept(&field.world, campaign).await, 1, "its lease ran out");
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, unknown: 1, ..Counts::default() });
    assert!(!field.begins(&held[1]).await);
    field.settles(&held[1], None, 1).await;
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, unknown: 1, ..Counts::default() });
    // What its call came to is true whoever tells it.
    field.answered(&mut held[0], taken("wamid.a"), 2).await;
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, accepted: 1, told: 1, ..Counts::default() });
    assert_eq!(field.state(campaign).await.0, "cancelled");
}

async fn what_failed_is_sent_again_from_the_first_message_that_was_not_taken(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 3).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    assert!(field.answered(&mut held, taken("wamid.a"), 1).await);
    assert!(field.begins(&held).await);
    field.answered(&mut held, fault(131_053, None), 1).await;
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, ..Counts::default() });
    let whom = |reason| Whom::Failed(vec![reason]);
    assert_eq!(again(&field.world, campaign, whom(Reason::WaPayment)).await, Some(0), "nobody failed for that");
    assert_eq!(again(&field.world, campaign, whom(Reason::WaMedia)).await, Some(1));
    assert_eq!(again(&field.world, campaign, whom(Reason::WaMedia)).await, Some(0), "she is queued");
    assert_eq!(field.counts(campaign).await, Counts { queued: 1, ..Counts::default() });
    assert_eq!(field.state(campaign).await, ("sending".into(), None));
    let keys: Vec<(usize, i64)> = field.sends_all(ME).await.iter().map(|key| (key.part, key.attempt)).collect();
    assert_eq!(keys, [(1, 2), (2, 2)]);
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
    assert_eq!(field.state(campaign).await.0, "completed");
}

async fn what_is_unknown_is_called_again_only_where_a_person_decided_so(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 2).await;
    for mut held in field.claim(ME).await {
        assert!(field.begins(&held).await);
        field.answered(&mut held, unsure(), 1).await;
    }
    field.world.clock.advance(DAY / 2);
    assert!(field.sends_all(ME).await.is_empty(), "nothing is called again by itself");
    let people = field.people(campaign).await;
    assert_eq!(again(&field.world, campaign, Whom::Unknown(Some(people[1].id))).await, Some(1));
    let keys = field.sends_all(ME).await;
    let sent: Vec<_> = keys.iter().map(|key| (key.delivery, key.part, key.attempt)).collect();
    assert_eq!(sent, [(people[1].id, 0, 2), (people[1].id, 1, 2)]);
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, unknown: 1, ..Counts::default() });
}

async fn a_late_word_on_an_earlier_attempt_counts_where_it_says_more(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let mut held = field.claim(ME).await.remove(0);
    let old = held.key;
    assert!(field.begins(&held).await);
    field.answered(&mut held, unsure(), 1).await;
    assert_eq!(again(&field.world, campaign, Whom::Unknown(None)).await, Some(1));
    let held = field.claim(ME).await.remove(0);
    assert_eq!((held.key.part, held.key.attempt), (0, 2));
    // It had arrived after all, before the new call begins: it is not made, and the message behind it goes out.
    field.status(old, StatusState::Delivered).await;
    assert!(!field.begins(&held).await);
    field.settles(&held, None, 1).await;
    let keys: Vec<(usize, i64)> = field.sends_all(ME).await.iter().map(|key| (key.part, key.attempt)).collect();
    assert_eq!(keys, [(1, 2)]);
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
    let states: Vec<_> = field.people(campaign).await[0].parts.iter().map(|part| (part.attempt, part.state)).collect();
    assert_eq!(states, [(1, PartState::Delivered), (2, PartState::Skipped), (2, PartState::Accepted)]);
}

async fn nothing_is_sent_again_of_what_is_held_or_stopped(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 1).await;
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    field.answered(&mut held[0], fault(131_053, None), 1).await;
    field.settles(&held[1], None, 1).await;
    let (team, by, now) = (field.world.team, field.world.ann.member, field.world.clock.now());
    let whom = Whom::Failed(vec![Reason::WaMedia]);
    assert!(field.world.write(move |tx| pause(tx, team, campaign, by)).await);
    let refused = again_undone(&field, campaign, whom.clone()).await;
    assert!(!refused, "it is held");
    assert!(field.world.write(move |tx| resume(tx, team, campaign, now)).await);
    cancels(&field.world, campaign).await;
    assert!(!again_undone(&field, campaign, whom).await, "it is stopped");
    swept(&field.world, campaign).await;
    assert_eq!(field.counts(campaign).await, Counts { failed: 2, ..Counts::default() });
}

/// Whether it would be sent again; nothing of it is kept.
async fn again_undone(field: &Field, campaign: CampaignId, whom: Whom) -> bool {
    let (clock, team, now) = (field.world.clock.clone(), field.world.team, field.world.clock.now());
    let said = Arc::new(std::sync::Mutex::new(false));
    let told = said.clone();
    let undone = field.world.db.write(move |tx| {
        let people = lost(tx, team, campaign, &whom)?;
        let again = Again { team, campaign, whom: &whom, people: &people, expires_at: now + DAY, now };
        *told.lock().unwrap() = send_again(tx, &clock, again)?;
        Err::<(), _>(crate::db::Error::Other("undone".into()))
    });
    undone.await.unwrap_err();
    *said.lock().unwrap()
}
