//! One recipient or a few, step by step: what answers and statuses come to, on both engines of storage.

use shared::{contacts::Subscription, deliveries::DeliveryState as Is, reasons::Reason};

use super::{
    super::{
        budget,
        control::let_go,
        parts::{PartKey, PartState::*},
        store,
    },
    start::{Begun, give_moments},
    testing::{Counts, Field, ME, OTHER, taken},
};
use crate::{
    campaigns::fixture_test::texts,
    conversations::fixture_test::DAY,
    db::{Db, params, testing::on_both_engines},
    platforms::whatsapp::{answers::fault, webhook::StatusState},
    serve::POLICIES,
};

on_both_engines![
    messages_go_in_order_and_a_refused_one_leaves_the_rest_out,
    states_only_move_forward_whatever_the_order,
    a_late_failure_moves_her_out_of_those_who_got_it,
    what_was_left_out_goes_out_where_the_failed_one_arrived_after_all,
    a_code_to_try_again_is_dead_when_it_comes_as_a_status,
    a_status_is_found_by_its_message_id_and_others_are_ignored,
    a_paused_template_holds_the_campaign_and_burns_nobody,
    a_stop_pauses_the_number_and_burns_nobody,
    a_number_that_is_too_fast_is_halved_and_the_message_comes_later,
    somebody_who_got_too_many_comes_later_and_later,
    what_is_tried_too_often_fails_with_the_reason,
    who_opted_out_at_whatsapp_is_not_sent_to_again,
    who_may_not_be_sent_any_more_fails_without_a_call,
    a_budget_gives_each_message_its_moment,
];

/// Another message of the same recipient.
fn key_of(key: &PartKey, part: usize) -> PartKey {
    PartKey { part, ..*key }
}

async fn messages_go_in_order_and_a_refused_one_leaves_the_rest_out(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 4).await;
    let mut held = field.claim(ME).await.remove(0);
    let third = key_of(&held.key, 2);
    let mut ahead = held.clone();
    ahead.key = third;
    assert!(!field.begins(&ahead).await, "not before the first is accepted");
    assert!(field.begins(&held).await);
    field.answered(&mut held, taken("wamid.a"), 1).await;
    assert!(field.begins(&held).await);
    field.answered(&mut held, fault(131_026, Some("Message undeliverable")), 2).await;
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Accepted, Failed, Skipped, Skipped]));
    assert_eq!(
        field.why(campaign).await,
        (Some("wa_undeliverable".into()), Some("platform".into()), Some("131026".into()))
    );
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, ..Counts::default() });
    let tries: Vec<(i64, String)> =
        field.world.read(move |tx| tx.all("SELECT part, outcome FROM attempt", params![])).await;
    assert_eq!(tries, [(1, "refused".to_owned())], "written once, however often it was settled");
    assert!(field.sends_all(ME).await.is_empty());
}

async fn states_only_move_forward_whatever_the_order(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    field.status(held.key, StatusState::Sent).await;
    let id = format!("wamid.{}", held.key);
    field.answered(&mut held, taken(&id), 1).await;
    assert_eq!(field.only(campaign).await, (Is::Sent, vec![Sent]), "our own 200 comes after it");
    field.status(held.key, StatusState::Read).await;
    let read = Counts { accepted: 1, delivered: 1, read: 1, told: 1, ..Counts::default() };
    assert_eq!(field.counts(campaign).await, read);
    field.world.clock.advance(5_000);
    for state in [StatusState::Delivered, StatusState::Sent, StatusState::Read] {
        field.status(held.key, state).await;
        assert_eq!(field.only(campaign).await, (Is::Read, vec![Read]));
    }
    field.fails(held.key, 131_026).await;
    assert_eq!(field.only(campaign).await, (Is::Read, vec![Read]), "who read it has it");
    assert_eq!(field.counts(campaign).await, read);
    let times: (i64, i64, i64) = field
        .world
        .read(move |tx| {
            tx.one("SELECT sent_at, delivered_at, read_at FROM delivery WHERE campaign_id = $1", params![campaign])
        })
        .await;
    let then = field.world.clock.now() - 5_000;
    assert_eq!(times, (then, then, then));
}

async fn a_late_failure_moves_her_out_of_those_who_got_it(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let sent = field.sends_all(ME).await;
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
    field.fails(sent[1], 131_049).await;
    field.fails(sent[1], 131_049).await;
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Accepted, Failed]));
    assert_eq!(field.why(campaign).await.0, Some("wa_ecosystem_limit".into()));
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, ..Counts::default() });
    assert_eq!(field.state(campaign).await.0, "failed", "nobody got it");
    field.status(sent[1], StatusState::Delivered).await;
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Accepted, Delivered]), "what is on the phone is there");
    assert_eq!(field.why(campaign).await, (None, None, None));
    assert_eq!(field.state(campaign).await.0, "completed");
    field.status(sent[0], StatusState::Delivered).await;
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, delivered: 1, told: 1, ..Counts::default() });
}

async fn what_was_left_out_goes_out_where_the_failed_one_arrived_after_all(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let mut held = field.claim(ME).await.remove(0);
    let first = held.key;
    assert!(field.begins(&held).await);
    field.answered(&mut held, taken(&format!("wamid.{first}")), 1).await;
    field.fails(first, 131_026).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Failed]), "a word before our own is written down");
    assert!(!field.begins(&held).await, "the second is not sent after it");
    field.settles(&held, None, 1).await;
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Failed, Skipped]));
    field.status(first, StatusState::Delivered).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Delivered, Skipped]));
    assert_eq!(field.sends_all(ME).await, [key_of(&first, 1)]);
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Delivered, Accepted]));
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
}

async fn a_code_to_try_again_is_dead_when_it_comes_as_a_status(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let sent = field.sends_all(ME).await;
    field.fails(sent[0], 131_056).await;
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Failed]));
    assert_eq!(field.why(campaign).await.0, Some("wa_pair_limited".into()));
    assert!(field.claim(ME).await.is_empty());
    assert_eq!(field.paused().await, None);
    let campaign = field.sent_texts(1, 1).await;
    let sent = field.sends_all(ME).await;
    field.fails(sent[0], 131_042).await;
    assert_eq!(field.why(campaign).await.0, Some("wa_payment".into()));
    assert_eq!(field.paused().await, Some(Reason::WaPayment), "whoever waits is not burned the same way");
}

async fn a_status_is_found_by_its_message_id_and_others_are_ignored(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let key = field.sends_all(ME).await.remove(0);
    for callback in [None, Some("not ours".to_owned()), Some(key_of(&key, 7).to_string())] {
        field.status_of("wamid.unknown".into(), callback, StatusState::Read).await;
    }
    assert_eq!(field.only(campaign).await.0, Is::Accepted);
    field.status_of(format!("wamid.{key}"), None, StatusState::Delivered).await;
    assert_eq!(field.only(campaign).await.0, Is::Delivered);
    // The same id on another number is another message.
    let (clock, team, shop) = (field.world.clock.clone(), field.world.team, field.world.shop);
    let status = crate::platforms::whatsapp::webhook::Status {
        id: format!("wamid.{key}"),
        state: StatusState::Read,
        at: 0,
        callback: Some(key.to_string()),
    };
    field.world.write(move |tx| super::super::statuses::apply(tx, &clock, POLICIES, (team, shop), &status)).await;
    assert_eq!(field.only(campaign).await.0, Is::Delivered);
}

async fn a_paused_template_holds_the_campaign_and_burns_nobody(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(3, 1).await;
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    field.answered(&mut held[0], fault(132_015, Some("Template is paused")), 2).await;
    assert_eq!(field.state(campaign).await, ("paused".into(), Some(Reason::WaTemplatePaused)));
    assert!(!field.begins(&held[1]).await, "those that were claimed are not called any more");
    field.settles(&held[1], None, 1).await;
    field.settles(&held[2], None, 1).await;
    assert_eq!(field.counts(campaign).await, Counts { queued: 3, ..Counts::default() });
    assert!(field.claim(ME).await.is_empty());
    assert_eq!(field.paused().await, None, "the number goes on");
    let (team, now) = (field.world.team, field.world.clock.now());
    assert!(field.world.write(move |tx| let_go(tx, team, campaign, now)).await);
    assert_eq!(field.state(campaign).await, ("sending".into(), None));
    assert_eq!(field.sends_all(ME).await.len(), 3);
    assert_eq!(field.counts(campaign).await, Counts { accepted: 3, told: 3, ..Counts::default() });
    assert!(!field.world.write(move |tx| let_go(tx, team, campaign, now)).await);
    assert_eq!(field.state(campaign).await.0, "completed", "what is not held is left alone");
}

async fn a_stop_pauses_the_number_and_burns_nobody(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 1).await;
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    field.answered(&mut held[0], fault(131_031, None), 1).await;
    assert_eq!(field.paused().await, Some(Reason::WaAccountBlocked));
    assert!(!field.begins(&held[1]).await);
    field.settles(&held[1], None, 1).await;
    assert_eq!(field.counts(campaign).await, Counts { queued: 2, ..Counts::default() });
    assert!(field.claim(ME).await.is_empty());
}

async fn a_number_that_is_too_fast_is_halved_and_the_message_comes_later(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let before = budget(&field).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    field.answered(&mut held, taken("wamid.a"), 1).await;
    assert!(field.begins(&held).await);
    field.answered(&mut held, fault(130_429, None), 2).await;
    assert_eq!(budget(&field).await, before / 2);
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Accepted, Queued]));
    assert!(field.claim(ME).await.is_empty(), "not at once");
    field.world.clock.advance(60_000);
    assert_eq!(field.sends_all(ME).await, [key_of(&held.key, 1)]);
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Accepted, Accepted]));
}

async fn budget(field: &Field) -> i64 {
    let number = field.number;
    let budget = field.world.write(move |tx| store::budget(tx, number, super::MESSAGES)).await;
    budget.unwrap().rate_now
}

/// Providers.md B4: 4^x seconds, x counting the tries.
async fn somebody_who_got_too_many_comes_later_and_later(db: Db) {
    let field = Field::new(db).await;
    field.sent_texts(1, 1).await;
    for (tries, seconds) in [(0, 1), (1, 4), (2, 16), (3, 64)] {
        let mut held = field.claim(ME).await.remove(0);
        assert_eq!(held.tries, tries);
        assert!(field.begins(&held).await);
        field.answered(&mut held, fault(131_056, None), 1).await;
        field.world.clock.advance(seconds * 1_000 - 1);
        assert!(field.claim(ME).await.is_empty(), "not within {seconds} s");
        // The schedule may put it off further, by chance.
        field.world.clock.advance(120_000);
    }
}

async fn what_is_tried_too_often_fails_with_the_reason(db: Db) {
    let field = Field::with(db, |config| config.engine.retry_ms = vec![10]).await;
    let campaign = field.sent_texts(1, 2).await;
    for _ in 0..2 {
        let mut held = field.claim(ME).await.remove(0);
        assert!(field.begins(&held).await);
        field.answered(&mut held, fault(131_016, Some("Service unavailable")), 1).await;
        field.world.clock.advance(60_000);
    }
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Failed, Skipped]));
    assert_eq!(
        field.why(campaign).await,
        (Some("wa_unavailable".into()), Some("platform".into()), Some("131016".into()))
    );
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, ..Counts::default() });
}

async fn who_opted_out_at_whatsapp_is_not_sent_to_again(db: Db) {
    let field = Field::new(db).await;
    let (campaign, people) = field.sent(2, texts(&["新品"])).await;
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    field.world.clock.advance(1_000);
    field.answered(&mut held[0], fault(131_050, None), 1).await;
    assert!(field.begins(&held[1]).await);
    let id = format!("wamid.{}", held[1].key);
    field.answered(&mut held[1], taken(&id), 1).await;
    field.fails(held[1].key, 131_050).await;
    assert_eq!(field.counts(campaign).await, Counts { failed: 2, ..Counts::default() });
    for person in people {
        let found = field.world.found(person).await;
        assert_eq!(found.subscription, Subscription::Unsubscribed);
    }
}

async fn who_may_not_be_sent_any_more_fails_without_a_call(db: Db) {
    let field = Field::new(db).await;
    let (campaign, people) = field.sent(3, texts(&["一", "二"])).await;
    // The second of the first person comes later; then she and the second person stop, and the third is too late.
    let mut held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    field.answered(&mut held[0], taken("wamid.a"), 1).await;
    field.settles(&held[0], None, 1).await;
    field.settles(&held[1], None, 1).await;
    field.settles(&held[2], None, 1).await;
    for person in &people[..2] {
        field.world.subscribe(*person, Subscription::Unsubscribed).await;
    }
    assert_eq!(field.claim(ME).await.len(), 1);
    let found = field.people(campaign).await;
    let parts = |i: usize| found[i].parts.iter().map(|part| part.state).collect::<Vec<_>>();
    assert_eq!((found[0].state, parts(0)), (Is::Failed, vec![Accepted, Failed]));
    assert_eq!((found[1].state, parts(1)), (Is::Failed, vec![]), "nothing of it was ever started");
    field.world.clock.advance(DAY + 1);
    assert!(field.claim(OTHER).await.is_empty());
    let reasons: Vec<(String, String)> = field
        .world
        .read(move |tx| {
            tx.all("SELECT reason, checked_by FROM delivery WHERE campaign_id = $1 ORDER BY id", params![campaign])
        })
        .await;
    let ours = |reason: &str| (reason.to_owned(), "storecast".to_owned());
    assert_eq!(reasons, [ours("unsubscribed"), ours("unsubscribed"), ours("expired")]);
    assert_eq!(field.counts(campaign).await, Counts { failed: 3, ..Counts::default() });
}

async fn a_budget_gives_each_message_its_moment(db: Db) {
    let field = Field::new(db).await;
    let number = field.number;
    field
        .world
        .write(move |tx| {
            tx.execute("UPDATE channel_budget SET rate = 10, rate_now = 10 WHERE channel_id = $1", params![number])
        })
        .await;
    field.sent_texts(3, 2).await;
    let now = field.world.clock.now_micros();
    assert_eq!(field.claim(ME).await.len(), 3);
    let next = field.world.write(move |tx| store::budget(tx, number, super::MESSAGES)).await.unwrap().next_at;
    assert_eq!(next - now, 300_000, "three people, ten a second");
    // The first is answered for two of them, and the second of each takes a moment of its own when it begins.
    let (may, passed) = ([true, false, true], [Some(budget::PASSED); 3]);
    let written = field.world.write(move |tx| give_moments(tx, number, &may, &passed, (now, now))).await;
    let moments = written.begun.iter().map(|begun| match begun {
        Begun::At(at) => at.map(|at| at - now),
        Begun::Not => None,
    });
    assert_eq!(moments.collect::<Vec<_>>(), [Some(300_000), None, Some(400_000)]);
    assert_eq!(written.budget.unwrap().next_at - now, 500_000);
    let ahead = [Some(now + 1)];
    let written = field.world.write(move |tx| give_moments(tx, number, &[true], &ahead, (now, now))).await;
    assert!(matches!(written.begun[..], [Begun::At(Some(at))] if at == now + 1), "one that is still to come is kept");
    assert!(written.budget.is_none());
}
