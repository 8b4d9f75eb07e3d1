//! What a crash leaves behind, and what becomes of calls whose end nobody knows, on both engines of storage.

use shared::{deliveries::DeliveryState as Is, reasons::Reason};

use super::{
    super::{
        enqueue::{NewReply, enqueue_reply},
        parts::{PartKey, PartState::*},
        store,
    },
    testing::{Counts, Field, ME, OTHER, taken, unsure},
};
use crate::{
    campaigns::fixture_test::texts,
    conversations::fixture_test::DAY,
    db::{Db, params, testing::on_both_engines},
    platforms::whatsapp::{answers::fault, webhook::StatusState},
};

on_both_engines![
    killed_after_the_claim_nobody_is_unsure_and_everybody_gets_it,
    killed_after_started_it_may_have_arrived_and_is_never_called_again,
    killed_after_the_answer_a_status_says_what_became_of_it,
    killed_between_two_messages_the_next_engine_goes_on_with_the_second,
    killed_while_the_second_waits_for_its_moment_the_first_is_known,
    killed_after_it_lost_the_lease_it_leaves_nobody_between_two_messages,
    who_lost_the_lease_starts_no_call_and_its_late_answer_still_counts,
    an_unsure_message_waits_for_its_status_and_then_the_rest_goes_out,
    the_rest_of_an_unsure_send_that_is_too_late_fails_as_expired,
    an_unsure_reply_goes_on_within_its_hour,
];

/// Another message of the same recipient.
fn key_of(key: &PartKey, part: usize) -> PartKey {
    PartKey { part, ..*key }
}

async fn killed_after_the_claim_nobody_is_unsure_and_everybody_gets_it(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(25, 2).await;
    assert_eq!(field.claim(ME).await.len(), 25, "in two slices");
    field.world.clock.advance(60_001);
    assert_eq!(field.sends_all(OTHER).await.len(), 50);
    let all = Counts { accepted: 25, told: 25, ..Counts::default() };
    assert_eq!(field.counts(campaign).await, all);
    assert_eq!(field.state(campaign).await, ("completed".into(), None));
}

async fn killed_after_started_it_may_have_arrived_and_is_never_called_again(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 2).await;
    let held = field.claim(ME).await;
    assert!(field.begins(&held[0]).await);
    assert!(!field.begins(&held[0]).await, "a call begins once");
    field.world.clock.advance(60_001);
    let sent = field.sends_all(OTHER).await;
    assert!(sent.iter().all(|key| key.delivery == held[1].key.delivery), "only she whose call had not begun");
    assert_eq!(sent.len(), 2);
    let counts = Counts { unknown: 1, accepted: 1, told: 1, ..Counts::default() };
    assert_eq!(field.counts(campaign).await, counts);
    let unsure = field.people(campaign).await.into_iter().find(|person| person.id == held[0].key.delivery).unwrap();
    assert_eq!((unsure.state, unsure.parts.len(), unsure.parts[0].state), (Is::Unknown, 1, Unknown));
    assert_eq!(unsure.parts[0].reason, Some(Reason::NoAnswer));
}

async fn killed_after_the_answer_a_status_says_what_became_of_it(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    // WhatsApp took it, and the engine dies before it is written down. A status comes before anybody claims again.
    field.status(held.key, StatusState::Sent).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Sent]), "it is the holder's to move her");
    field.world.clock.advance(60_001);
    assert!(field.sends_all(OTHER).await.is_empty(), "she is not called again");
    assert_eq!(field.only(campaign).await, (Is::Sent, vec![Sent]));
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
    let id: Option<String> = field
        .world
        .read(move |tx| tx.one("SELECT provider_id FROM delivery WHERE campaign_id = $1", params![campaign]))
        .await;
    assert_eq!(id, Some(format!("wamid.{}", held.key)));
}

async fn killed_between_two_messages_the_next_engine_goes_on_with_the_second(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 3).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    assert!(field.answered(&mut held, taken("wamid.a"), 1).await);
    assert!(field.begins(&held).await, "with it the first is written down as accepted");
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Accepted, Started]));
    field.world.clock.advance(60_001);
    assert!(field.sends_all(OTHER).await.is_empty());
    assert_eq!(field.only(campaign).await, (Is::Unknown, vec![Accepted, Unknown]));
    field.status(held.key, StatusState::Delivered).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Accepted, Delivered]), "the third was never started");
    assert_eq!(field.counts(campaign).await, Counts { queued: 1, ..Counts::default() });
    assert_eq!(field.state(campaign).await.0, "sending");
    assert_eq!(field.sends_all(OTHER).await, [key_of(&held.key, 2)]);
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Accepted, Delivered, Accepted]));
    assert_eq!(field.state(campaign).await.0, "completed");
}

async fn killed_while_the_second_waits_for_its_moment_the_first_is_known(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    assert!(field.answered(&mut held, taken("wamid.a"), 1).await);
    field.waits(&held).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Accepted]));
    field.world.clock.advance(60_001);
    assert_eq!(field.sends_all(OTHER).await, [key_of(&held.key, 1)]);
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Accepted, Accepted]));
}

async fn killed_after_it_lost_the_lease_it_leaves_nobody_between_two_messages(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let mut frozen = field.claim(ME).await.remove(0);
    assert!(field.begins(&frozen).await);
    assert!(field.answered(&mut frozen, taken("wamid.a"), 1).await);
    field.world.clock.advance(60_001);
    assert!(field.claim(OTHER).await.is_empty(), "her first message may have arrived, for all that another knows");
    assert!(!field.begins(&frozen).await);
    field.waits(&frozen).await;
    assert_eq!(field.only(campaign).await, (Is::Unknown, vec![Unknown]), "as she was left, were it killed now");
    field.settles(&frozen, None, 2).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Accepted]), "its answer says how she goes on");
    assert_eq!(field.sends_all(OTHER).await, [key_of(&frozen.key, 1)]);
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
}

async fn who_lost_the_lease_starts_no_call_and_its_late_answer_still_counts(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 1).await;
    let mut frozen = field.claim(ME).await;
    assert!(field.begins(&frozen[0]).await);
    field.world.clock.advance(60_001);
    let taken_over = field.claim(OTHER).await;
    assert_eq!(taken_over.len(), 1, "the other one is unknown by now");
    assert!(!field.begins(&frozen[1]).await, "it is another's");
    assert!(field.begins(&taken_over[0]).await);
    field.answered(&mut frozen[0], taken("wamid.late"), 2).await;
    assert_eq!(field.counts(campaign).await, Counts { queued: 1, accepted: 1, told: 1, ..Counts::default() });
    // A late word that the other's call has to be made again changes nothing.
    field.settles(&frozen[1], Some(fault(131_056, None)), 1).await;
    let other = field.people(campaign).await.into_iter().find(|person| person.id == frozen[1].key.delivery).unwrap();
    assert_eq!(other.parts[0].state, Started);
    field.answered(&mut taken_over[0].clone(), taken("wamid.other"), 1).await;
    assert_eq!(field.counts(campaign).await, Counts { accepted: 2, told: 2, ..Counts::default() });
    assert!(field.world.read(store::busy_channels).await.is_empty(), "nothing is left behind");
}

async fn an_unsure_message_waits_for_its_status_and_then_the_rest_goes_out(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 2).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    field.answered(&mut held, unsure(), 1).await;
    assert_eq!(field.only(campaign).await, (Is::Unknown, vec![Unknown]), "the second is not sent");
    assert_eq!(field.state(campaign).await.0, "completed");
    for _ in 0..3 {
        field.world.clock.advance(900_000);
        assert!(field.claim(ME).await.is_empty(), "and nothing by itself, ever");
    }
    field.status(held.key, StatusState::Sent).await;
    field.status(held.key, StatusState::Sent).await;
    assert_eq!(field.counts(campaign).await, Counts { queued: 1, ..Counts::default() });
    assert_eq!(field.sends_all(ME).await, [key_of(&held.key, 1)]);
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Sent, Accepted]), "the least of them");
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
}

async fn the_rest_of_an_unsure_send_that_is_too_late_fails_as_expired(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 3).await;
    let mut held = field.claim(ME).await.remove(0);
    assert!(field.begins(&held).await);
    field.answered(&mut held, unsure(), 1).await;
    field.world.clock.advance(DAY + 1);
    field.status(held.key, StatusState::Delivered).await;
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Delivered, Failed, Skipped]));
    assert_eq!(field.why(campaign).await, (Some("expired".into()), Some("storecast".into()), None));
    assert_eq!(field.counts(campaign).await, Counts { failed: 1, ..Counts::default() });
    assert_eq!(field.state(campaign).await.0, "failed");
}

async fn an_unsure_reply_goes_on_within_its_hour(db: Db) {
    let field = Field::new(db).await;
    let (_, people) = field.sent(1, texts(&["好"])).await;
    field.sends_all(ME).await;
    let found = field.world.found(people[0]).await;
    let reply = |late: i64| {
        let (world, found) = (&field.world, found.clone());
        let new = NewReply {
            team: world.team,
            delivery: world.clock.id(),
            message: world.clock.id(),
            channel: field.number,
            identity: found.identity,
            contact: found.contact,
            conversation: people[0],
            sender: world.ann.member,
            address: "+886912000000".into(),
            name: "王小美".into(),
            content: texts(&["一", "二"]),
            now: world.clock.now(),
        };
        let field = &field;
        async move {
            let delivery = new.delivery;
            field.world.write(move |tx| enqueue_reply(tx, &new)).await;
            let mut held = field.claim(ME).await.remove(0);
            assert_eq!((held.key.delivery, held.parts), (delivery, 2));
            assert!(field.begins(&held).await);
            field.answered(&mut held, unsure(), 1).await;
            field.world.clock.advance(late);
            field.status(held.key, StatusState::Sent).await;
            let sent = field.sends_all(ME).await.len();
            let state: String =
                field.world.read(move |tx| tx.one("SELECT state FROM delivery WHERE id = $1", params![delivery])).await;
            (sent, state)
        }
    };
    assert_eq!(reply(1_800_000).await, (1, "accepted".to_owned()));
    assert_eq!(reply(3_600_001).await, (0, "failed".to_owned()));
    assert!(field.world.read(store::busy_channels).await.is_empty());
}
