//! The messages of recipients one by one, on both engines.

use shared::{deliveries::Outcome, id::DeliveryId, reasons::Reason};

use super::{SentPart, outcome, parts, store};
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
};

on_both_engines![each_message_stands_as_its_last_attempt_left_it];

#[test]
fn a_state_of_the_engine_is_an_outcome() {
    for (state, expected) in [
        ("queued", Some(Outcome::Waiting)),
        ("started", Some(Outcome::Waiting)),
        ("unknown", Some(Outcome::Unknown)),
        ("accepted", Some(Outcome::Succeeded)),
        ("sent", Some(Outcome::Succeeded)),
        ("delivered", Some(Outcome::Delivered)),
        ("read", Some(Outcome::Read)),
        ("failed", Some(Outcome::Failed)),
        ("skipped", None),
    ] {
        assert_eq!(outcome(state), Ok(expected), "{state}");
    }
    assert!(outcome("lost").is_err());
}

async fn each_message_stands_as_its_last_attempt_left_it(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 2, "您好").await;
    let (team, other, shop) = (world.team, world.eve.team, world.shop);
    let ids: Vec<DeliveryId> = world
        .read(move |tx| {
            tx.all(
                "SELECT id FROM delivery WHERE team_id = $1 AND campaign_id = $2 ORDER BY id",
                params![team, campaign],
            )
        })
        .await;
    let first = ids[0];
    world
        .write(move |tx| {
            for (part, attempt, state, reason) in [
                (0, 1, "read", None),
                (1, 1, "failed", Some(Reason::WaUndeliverable)),
                (1, 2, "accepted", None),
                (2, 1, "skipped", None),
                // It was sent again, and then the first one turned out to have arrived.
                (3, 1, "delivered", None),
                (3, 2, "failed", Some(Reason::WaUndeliverable)),
                // It was to be sent again, and another one failed before it.
                (4, 1, "unknown", None),
                (4, 2, "skipped", None),
            ] {
                tx.execute(
                    "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, channel_id, reason,
                         provider_code,
                         provider_text, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '1', 'x', 9)",
                    params![team, first, part, attempt, state, shop, reason],
                )?;
            }
            Ok(())
        })
        .await;
    let part =
        |part, outcome| SentPart { part, outcome, reason: None, code: Some("1".into()), text: Some("x".into()), at: 9 };
    let found = world.read(move |tx| parts(tx, team, &ids)).await;
    assert_eq!(found.len(), 1, "who was not tried has none");
    let expected = [
        part(0, Some(Outcome::Read)),
        part(1, Some(Outcome::Succeeded)),
        part(2, None),
        part(3, Some(Outcome::Delivered)),
        part(4, Some(Outcome::Unknown)),
    ];
    assert_eq!(found[&first], expected);
    assert!(world.read(move |tx| store::of(tx, other, &[first])).await.is_empty());
    assert!(world.read(move |tx| parts(tx, team, &[])).await.is_empty());
}
