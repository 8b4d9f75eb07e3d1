//! Batches on both engines of storage: who is in one, what a crash leaves behind, and how a rejected one is narrowed.

use shared::{
    contacts::Subscription,
    content::NAME_TOKEN,
    id::{CampaignId, DeliveryId},
    reasons::Reason,
};

use super::testing::{Field, Line, ME, OTHER, answer, too_fast, unsure, used_up};
use crate::{
    campaigns::fixture_test::{self, texts},
    db::{Db, params, testing::on_both_engines},
    platforms::{Outcome, line::Blame},
};

on_both_engines![
    the_same_for_many_is_a_few_calls,
    what_is_personal_and_who_is_no_follower_goes_by_push,
    killed_between_the_answer_and_settling_nobody_gets_it_twice,
    who_lost_the_lease_settles_nothing_of_a_batch,
    who_may_not_be_sent_leaves_a_batch_before_its_first_call,
    nobody_leaves_a_batch_that_may_have_arrived,
    after_a_rejection_the_rest_goes_under_another_key,
    those_whom_line_names_fail_and_the_others_get_it,
    where_line_names_nobody_only_the_stranger_fails,
    wrong_messages_fail_all_of_a_batch_at_once,
    a_key_that_line_may_have_forgotten_is_not_used_again,
    a_batch_that_was_surely_never_taken_is_given_up_as_failed,
    a_month_that_is_used_up_burns_nobody_of_a_batch,
    all_who_were_in_a_call_share_its_history,
    a_batch_that_is_settled_twice_is_settled_once,
];

const HOUR: i64 = 3_600_000;

async fn the_same_for_many_is_a_few_calls(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let campaign = field.sent_many(1_201, texts(&["您好"])).await;
    assert_eq!(field.slices(campaign).await, [(500, true), (500, true), (201, true)]);
    field.sends_all(&mut line).await;
    assert_eq!((line.multicasts(), line.pushes()), (3, 0));
    assert_eq!(field.counts(campaign).await, (0, 1_201, 0, 0));
    assert!(line.receipts.len() == 1_201 && line.receipts.values().all(|times| *times == 1));
    let campaign = field.sent_many(501, texts(&["您好"])).await;
    assert_eq!(field.slices(campaign).await, [(500, true), (1, false)], "one alone needs no multicast");
}

async fn what_is_personal_and_who_is_no_follower_goes_by_push(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let personal = field.sent_many(201, texts(&[&format!("{NAME_TOKEN}您好")])).await;
    assert_eq!(field.slices(personal).await, [(200, false), (1, false)]);
    field.sends_all(&mut line).await;
    assert_eq!((line.multicasts(), line.pushes()), (0, 201));
    // Every third is not known to follow the account, but wrote just now: a push reaches her, a multicast would not.
    let (campaign, _) = field.sent(6, 3, "您好").await;
    assert_eq!(field.slices(campaign).await, [(4, true), (2, false)]);
    field.sends_all(&mut line).await;
    assert_eq!((line.multicasts(), line.pushes()), (1, 203));
    assert_eq!(field.counts(campaign).await, (0, 6, 0, 0));
}

async fn killed_between_the_answer_and_settling_nobody_gets_it_twice(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let campaign = field.sent_many(3, texts(&["您好"])).await;
    let dead = field.claim(ME).await.remove(0);
    line.asked(&dead.call(), field.world.clock.now());
    assert!(field.claim(OTHER).await.is_empty());
    field.world.clock.advance(60_001);
    let again = field.claim(OTHER).await.remove(0);
    assert_eq!(again.call(), dead.call(), "the same key and the same people, in the same order");
    let answered = line.asked(&again.call(), field.world.clock.now());
    field.settles(&again, Some(answered), 1).await;
    assert_eq!(field.counts(campaign).await, (0, 3, 0, 0));
    assert!(line.receipts.len() == 3 && line.receipts.values().all(|times| *times == 1));
    assert_eq!(field.state(campaign).await, "completed");
}

async fn who_lost_the_lease_settles_nothing_of_a_batch(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_many(3, texts(&["您好"])).await;
    let frozen = field.claim(ME).await.remove(0);
    field.world.clock.advance(60_001);
    let other = field.claim(OTHER).await.remove(0);
    assert!(!frozen.lease.holds(field.world.clock.now()));
    for late in [unsure(), too_fast(), (answer(Outcome::Refused { reason: Reason::LineInvalidUser }), Blame::Somebody)]
    {
        field.settles(&frozen, Some(late), 1).await;
    }
    assert_eq!(field.counts(campaign).await, (3, 0, 0, 0));
    assert_eq!(field.slices(campaign).await, [(3, true)], "it is another's to narrow");
    field.settles(&other, Some((answer(Outcome::Accepted { provider_id: None }), Blame::All)), 1).await;
    assert_eq!(field.counts(campaign).await, (0, 3, 0, 0));
}

async fn who_may_not_be_sent_leaves_a_batch_before_its_first_call(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let (campaign, people) = field.sent(3, 9, "您好").await;
    field.world.subscribe(people[1], Subscription::Blocked).await;
    let held = field.claim(ME).await.remove(0);
    assert_eq!((held.call().to.len(), held.row.slice.round), (2, 1));
    // It was not called for, so whoever leaves now has not got it either.
    field.settles(&held, None, 1).await;
    field.world.subscribe(people[0], Subscription::Blocked).await;
    field.sends_all(&mut line).await;
    assert_eq!(field.counts(campaign).await, (0, 1, 2, 0));
    let reasons: Vec<_> = field.people(campaign).await.into_iter().map(|(_, _, reason)| reason).collect();
    let unfollowed = || Some("unfollowed".to_owned());
    assert_eq!(reasons, [unfollowed(), unfollowed(), None]);
    assert_eq!(line.receipts.len(), 1);
}

async fn nobody_leaves_a_batch_that_may_have_arrived(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let (campaign, people) = field.sent(3, 9, "您好").await;
    let held = field.claim(ME).await.remove(0);
    line.asked(&held.call(), field.world.clock.now());
    field.settles(&held, Some(unsure()), 1).await;
    field.world.subscribe(people[1], Subscription::Blocked).await;
    field.world.clock.advance(2_000);
    let again = field.claim(ME).await.remove(0);
    assert_eq!(again.call(), held.call());
    let answered = line.asked(&again.call(), field.world.clock.now());
    field.settles(&again, Some(answered), 1).await;
    assert_eq!(field.counts(campaign).await, (0, 3, 0, 0), "she got it before she left");
    assert!(line.receipts.values().all(|times| *times == 1));
}

async fn after_a_rejection_the_rest_goes_under_another_key(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let (campaign, people) = field.sent(3, 9, "您好").await;
    let held = field.claim(ME).await.remove(0);
    field.settles(&held, Some(too_fast()), 1).await;
    field.world.subscribe(people[1], Subscription::Blocked).await;
    field.world.clock.advance(2_000);
    let again = field.claim(ME).await.remove(0);
    assert_ne!(again.call().key, held.call().key);
    assert_eq!((again.call().to.len(), again.row.slice.tries), (2, 1));
    let answered = line.asked(&again.call(), field.world.clock.now());
    field.settles(&again, Some(answered), 1).await;
    assert_eq!(field.counts(campaign).await, (0, 2, 1, 0));
}

/// The people of a campaign who failed, and why.
async fn failed(field: &Field, campaign: CampaignId) -> Vec<(String, Option<String>)> {
    let people = field.people(campaign).await.into_iter();
    people.filter(|(_, state, _)| state == "failed").map(|(address, _, reason)| (address, reason)).collect()
}

async fn those_whom_line_names_fail_and_the_others_get_it(db: Db) {
    let field = Field::new(db).await;
    let strangers = ["U00100", "U00300"].map(str::to_owned);
    let mut line = Line { names: true, strangers: strangers.clone().into(), ..Line::default() };
    let campaign = field.sent_many(500, texts(&["您好"])).await;
    field.sends_all(&mut line).await;
    assert_eq!((line.multicasts(), line.pushes()), (2, 0));
    assert_eq!(field.counts(campaign).await, (0, 498, 2, 0));
    let reason = || Some("line_invalid_user".to_owned());
    assert_eq!(failed(&field, campaign).await, strangers.map(|one| (one, reason())));
    assert!(line.receipts.len() == 498 && line.receipts.values().all(|times| *times == 1));
    assert_eq!(field.state(campaign).await, "completed");
}

async fn where_line_names_nobody_only_the_stranger_fails(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line { strangers: ["U00123".to_owned()].into(), ..Line::default() };
    let campaign = field.sent_many(500, texts(&["您好"])).await;
    field.sends_all(&mut line).await;
    assert!(line.multicasts() <= 19 && line.pushes() <= 3, "{} and {}", line.multicasts(), line.pushes());
    assert_eq!(failed(&field, campaign).await, [("U00123".to_owned(), Some("line_invalid_user".to_owned()))]);
    assert_eq!(field.counts(campaign).await, (0, 499, 1, 0));
    assert!(line.receipts.values().all(|times| *times == 1));
}

async fn wrong_messages_fail_all_of_a_batch_at_once(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_many(500, texts(&["您好"])).await;
    let held = field.claim(ME).await.remove(0);
    let wrong = answer(Outcome::Refused { reason: Reason::LineMessageInvalid });
    field.settles(&held, Some((wrong, Blame::Messages)), 1).await;
    assert_eq!(field.counts(campaign).await, (0, 0, 500, 0));
    assert!(failed(&field, campaign).await.iter().all(|(_, reason)| reason.as_deref() == Some("line_message_invalid")));
}

async fn a_key_that_line_may_have_forgotten_is_not_used_again(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let campaign = field.sent_many(2, texts(&["您好"])).await;
    let dead = field.claim(ME).await.remove(0);
    line.asked(&dead.call(), field.world.clock.now());
    field.world.clock.advance(23 * HOUR + 1);
    field.sends_all(&mut line).await;
    assert_eq!(line.calls.len(), 1);
    assert_eq!(field.counts(campaign).await, (0, 0, 0, 2));
    assert!(field.people(campaign).await.iter().all(|(_, _, reason)| reason.as_deref() == Some("no_answer")));
}

async fn a_batch_that_was_surely_never_taken_is_given_up_as_failed(db: Db) {
    for (first, end) in [(too_fast(), (0, 0, 2, 0)), (unsure(), (0, 0, 0, 2))] {
        let field = Field::with(db.clone(), |config| config.engine.retry_ms = vec![1_000]).await;
        let campaign = field.sent_many(2, texts(&["您好"])).await;
        let held = field.claim(ME).await.remove(0);
        field.settles(&held, Some(first), 1).await;
        assert_eq!(field.counts(campaign).await, (2, 0, 0, 0));
        field.world.clock.advance(2_000);
        let held = field.claim(ME).await.remove(0);
        assert_eq!(held.row.slice.tries, 1);
        field.settles(&held, Some(too_fast()), 1).await;
        assert_eq!(field.counts(campaign).await, end, "only if every try was a definite refusal");
    }
}

async fn a_month_that_is_used_up_burns_nobody_of_a_batch(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line::default();
    let campaign = field.sent_many(3, texts(&["您好"])).await;
    let held = field.claim(ME).await.remove(0);
    field.settles(&held, Some(used_up()), 1).await;
    assert!(field.claim(ME).await.is_empty(), "the account is held");
    assert_eq!(field.counts(campaign).await, (3, 0, 0, 0));
    field.resume().await;
    field.sends_all(&mut line).await;
    assert_eq!(line.calls, [held.call()], "no key is used up by a rejection");
    assert_eq!(field.counts(campaign).await, (0, 3, 0, 0));
}

/// How often each recipient was tried in vain, as her record shows it.
async fn tries(field: &Field, campaign: CampaignId) -> Vec<usize> {
    let team = field.world.team;
    field
        .world
        .read(move |tx| {
            let ids: Vec<DeliveryId> =
                tx.all("SELECT id FROM delivery WHERE campaign_id = $1 ORDER BY id", params![campaign])?;
            ids.into_iter().map(|id| fixture_test::tries(tx, team, id)).collect()
        })
        .await
}

async fn all_who_were_in_a_call_share_its_history(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line { names: true, strangers: ["U00001".to_owned()].into(), ..Line::default() };
    let campaign = field.sent_many(4, texts(&["您好"])).await;
    for answered in [None, Some(too_fast()), Some(unsure())] {
        field.world.clock.advance(60_001);
        let held = field.claim(ME).await.remove(0);
        field.settles(&held, answered, 1).await;
    }
    assert_eq!(tries(&field, campaign).await, [2; 4]);
    field.world.clock.advance(60_001);
    let held = field.claim(ME).await.remove(0);
    let refused = line.asked(&held.call(), field.world.clock.now());
    field.settles(&held, Some(refused), 1).await;
    field.world.clock.advance(60_001);
    let held = field.claim(ME).await.remove(0);
    field.settles(&held, Some(too_fast()), 1).await;
    assert_eq!(tries(&field, campaign).await, [4, 3, 4, 4], "the stranger was not in the last one");
    let rows: i64 = field.world.read(move |tx| tx.one("SELECT COUNT(*) FROM batch_attempt", params![])).await;
    assert_eq!(rows, 4, "a row for each call, not for each of its people");
    field.world.clock.advance(60_001);
    field.sends_all(&mut line).await;
    assert_eq!(field.counts(campaign).await, (0, 3, 1, 0));
    assert_eq!(tries(&field, campaign).await, [4, 3, 4, 4]);
}

async fn a_batch_that_is_settled_twice_is_settled_once(db: Db) {
    let field = Field::new(db).await;
    let mut line = Line { strangers: ["U00001".to_owned()].into(), ..Line::default() };
    let campaign = field.sent_many(4, texts(&["您好"])).await;
    while field.counts(campaign).await.0 > 0 {
        for held in field.claim(ME).await {
            let answered = line.asked(&held.call(), field.world.clock.now());
            field.settles(&held, Some(answered), 2).await;
            field.counts(campaign).await;
        }
    }
    assert_eq!(field.counts(campaign).await, (0, 3, 1, 0));
    assert_eq!(failed(&field, campaign).await.len(), 1);
}
