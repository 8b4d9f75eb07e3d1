//! Recipients and their messages on both engines of storage.

use shared::{
    deliveries::DeliveryState,
    reasons::{CheckedBy, Reason},
};

use super::{
    Fact, PartKey, PartState,
    store::{self, Move},
};
use crate::{
    db::{Db, params, testing::on_both_engines},
    outbox::{
        control,
        whatsapp::testing::{Field, ME},
    },
};

on_both_engines![
    messages_are_written_and_read_back_with_their_recipient,
    a_message_is_found_by_its_id_on_its_number,
    recipients_move_and_keep_their_first_times,
    a_reply_has_as_many_messages_as_its_content,
    what_waits_of_a_held_campaign_is_due_at_once,
    a_channel_that_is_paused_is_not_ready,
];

fn fact(key: PartKey, state: PartState, id: &str) -> Fact {
    Fact {
        key,
        state,
        provider_id: Some(id.into()),
        reason: (state == PartState::Failed).then_some(Reason::WaMedia),
        code: (state == PartState::Failed).then(|| "131053".to_owned()),
        text: Some("O'Brien \"<script>\"".into()),
        request_id: Some("trace".into()),
        at: 5,
    }
}

async fn messages_are_written_and_read_back_with_their_recipient(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(2, 3).await;
    let (team, other) = (field.world.team, field.world.eve.team);
    let people = field.people(campaign).await;
    assert!(people.iter().all(|person| person.parts.is_empty() && person.total == 3));
    let ids = [people[1].id, people[0].id];
    let written = field
        .world
        .write(move |tx| {
            let mut people = store::load(tx, team, &ids)?;
            assert!(people[0].id < people[1].id, "in order");
            for (number, state) in [PartState::Accepted, PartState::Failed].into_iter().enumerate() {
                let key = PartKey { delivery: people[1].id, part: number, attempt: 1 };
                people[1].hear(&fact(key, state, &format!("wamid.{number}")));
            }
            people[1].skip_rest(9);
            store::put(tx, team, &mut people)?;
            store::put(tx, team, &mut people)?;
            Ok(people)
        })
        .await;
    let read = field.world.write(move |tx| store::load(tx, team, &ids)).await;
    assert_eq!(read[1].parts, written[1].parts);
    assert_eq!(read[1].parts.len(), 3);
    assert!(read[0].parts.is_empty());
    assert!(field.world.write(move |tx| store::load(tx, other, &ids)).await.is_empty());
    assert!(field.world.write(move |tx| store::load(tx, team, &[])).await.is_empty());
    // What is there is changed, not doubled.
    let again = field
        .world
        .write(move |tx| {
            let mut people = store::load(tx, team, &ids)?;
            let key = PartKey { delivery: people[1].id, part: 0, attempt: 1 };
            people[1].hear(&fact(key, PartState::Read, "another"));
            store::put(tx, team, &mut people)?;
            store::load(tx, team, &ids)
        })
        .await;
    assert_eq!(again[1].parts.len(), 3);
    assert_eq!((again[1].parts[0].state, again[1].parts[0].provider_id.as_deref()), (PartState::Read, Some("wamid.0")));
}

async fn a_message_is_found_by_its_id_on_its_number(db: Db) {
    let field = Field::new(db).await;
    field.sent_texts(1, 1).await;
    let key = field.sends_all(ME).await.remove(0);
    let (team, number, shop, other) = (field.world.team, field.number, field.world.shop, field.world.eve.team);
    let id = format!("wamid.{key}");
    let found = field
        .world
        .read(move |tx| {
            let by = |tx: &mut crate::db::Tx<'_>, team, channel, id: &str| store::by_provider_id(tx, team, channel, id);
            Ok((
                by(tx, team, number, &id)?,
                by(tx, team, shop, &id)?,
                by(tx, other, number, &id)?,
                by(tx, team, number, "x")?,
            ))
        })
        .await;
    assert_eq!(found, (Some(key), None, None, None));
}

async fn recipients_move_and_keep_their_first_times(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let person = field.people(campaign).await.remove(0);
    let team = field.world.team;
    let read = Move {
        id: person.id,
        state: DeliveryState::Read,
        slice: person.slice,
        reason: None,
        checked_by: None,
        provider_id: Some("wamid.1".into()),
        code: None,
        text: None,
        request_id: None,
        at: Some(5),
    };
    let failed = Move {
        state: DeliveryState::Failed,
        reason: Some(Reason::WaMedia),
        checked_by: Some(CheckedBy::Platform),
        provider_id: None,
        code: Some("131053".into()),
        text: Some("words".into()),
        request_id: Some("trace".into()),
        at: Some(9),
        ..read.clone()
    };
    let queued = Move { at: None, state: DeliveryState::Queued, slice: field.world.clock.id(), ..read.clone() };
    let (wanted, other) = (queued.slice, field.world.eve.team);
    field
        .world
        .write(move |tx| {
            store::apply(tx, other, std::slice::from_ref(&queued))?;
            store::apply(tx, team, std::slice::from_ref(&read))?;
            store::apply(tx, team, std::slice::from_ref(&failed))
        })
        .await;
    let times: (i64, i64, i64, i64, String, String) = field
        .world
        .read(move |tx| {
            let sql = "SELECT sent_at, delivered_at, read_at, settled_at, provider_id, reason FROM delivery WHERE campaign_id = $1";
            tx.one(sql, params![campaign])
        })
        .await;
    assert_eq!(times, (5, 5, 5, 9, "wamid.1".into(), "wa_media".into()));
    let again = Move { at: None, state: DeliveryState::Queued, slice: wanted, ..base(&person) };
    field
        .world
        .write(move |tx| {
            tx.execute("UPDATE delivery SET tries = 3 WHERE campaign_id = $1", params![campaign])?;
            store::apply(tx, team, std::slice::from_ref(&again))
        })
        .await;
    let row: (String, i64, Option<i64>, Option<String>, i64) = field
        .world
        .read(move |tx| {
            let sql = "SELECT slice_id, tries, settled_at, reason, sent_at FROM delivery WHERE campaign_id = $1";
            tx.one(sql, params![campaign])
        })
        .await;
    assert_eq!(row, (wanted.to_string(), 0, None, None, 5));
}

fn base(person: &super::Person) -> Move {
    Move {
        id: person.id,
        state: person.state,
        slice: person.slice,
        reason: None,
        checked_by: None,
        provider_id: None,
        code: None,
        text: None,
        request_id: None,
        at: None,
    }
}

async fn a_reply_has_as_many_messages_as_its_content(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let person = field.people(campaign).await.remove(0);
    let (team, id) = (field.world.team, person.id);
    let fill = serde_json::to_string(&crate::campaigns::fixture_test::texts(&["一", "二", "三"])).unwrap();
    let reply = field
        .world
        .write(move |tx| {
            tx.execute("UPDATE delivery SET campaign_id = NULL, fill = $2 WHERE id = $1", params![id, &fill])?;
            store::load(tx, team, &[id])
        })
        .await
        .remove(0);
    assert_eq!((reply.total, reply.campaign, reply.expires_at, reply.class), (3, None, None, 0));
}

async fn what_waits_of_a_held_campaign_is_due_at_once(db: Db) {
    let field = Field::new(db).await;
    let campaign = field.sent_texts(1, 1).await;
    let (team, other, now) = (field.world.team, field.world.eve.team, field.world.clock.now());
    field
        .world
        .write(move |tx| {
            tx.execute("UPDATE slice SET due_at = $2 WHERE campaign_id = $1", params![campaign, now + 9_000])?;
            store::hasten(tx, team, campaign, now)
        })
        .await;
    assert!(field.claim(ME).await.is_empty(), "it is not held");
    field
        .world
        .write(move |tx| {
            assert!(control::hold_campaign(tx, team, campaign, Reason::WaTemplatePaused)?);
            store::hasten(tx, other, campaign, now)?;
            assert!(control::let_go(tx, other, campaign, now).is_ok_and(|goes_on| !goes_on));
            store::hasten(tx, team, campaign, now)?;
            assert!(control::let_go(tx, team, campaign, now)?);
            Ok(())
        })
        .await;
    assert_eq!(field.claim(ME).await.len(), 1);
}

async fn a_channel_that_is_paused_is_not_ready(db: Db) {
    let field = Field::new(db).await;
    let (team, other, number) = (field.world.team, field.world.eve.team, field.number);
    assert!(field.world.read(move |tx| store::is_ready(tx, team, number)).await);
    assert!(!field.world.read(move |tx| store::is_ready(tx, other, number)).await);
    field.world.write(move |tx| crate::outbox::store::pause(tx, number, Reason::WaToken, 5)).await;
    assert!(!field.world.read(move |tx| store::is_ready(tx, team, number)).await);
}
