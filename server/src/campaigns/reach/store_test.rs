//! The people written to outside their windows, on both engines.

use std::collections::BTreeSet;

use shared::{
    campaigns::{Kind, Reach},
    conversations::WINDOW_MS,
    id::{ContactId, ConversationId},
    limits::Platform,
    problem::{Conflict, Problem},
    templates::TemplateStatus,
};

use super::{check, note, of, reached, store};
use crate::{
    campaigns::fixture_test::{accept, checked, draft_of},
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    templates::fixture_test::{
        Number, another_number, content, customer, filled, number, people_limit, shape, template,
    },
};

on_both_engines![
    people_outside_count_once_for_all_numbers_of_a_portfolio,
    who_waits_in_a_template_message_counts_already,
    statements_do_what_they_say,
];

async fn person(world: &World, id: ConversationId) -> ContactId {
    world.found(id).await.contact
}

async fn asked(world: &World, number: Number, people: &[ContactId]) -> Option<Reach> {
    let (team, channel, people, now) =
        (world.team, number.channel, people.iter().copied().collect::<BTreeSet<_>>(), world.clock.now());
    world.read(move |tx| of(tx, team, channel, &people, now)).await
}

async fn people_outside_count_once_for_all_numbers_of_a_portfolio(db: Db) {
    let world = World::new(db).await;
    let (a, b) = (number(&world, "a", Some("77")).await, number(&world, "b", Some("77")).await);
    let alone = number(&world, "c", None).await;
    people_limit(&world, a.channel, 250).await;
    let far = customer(&world, a, "遠", &world.ann, WINDOW_MS).await;
    let near = customer(&world, a, "近", &world.ann, WINDOW_MS - 1).await;
    let other = customer(&world, alone, "別", &world.ann, 3 * WINDOW_MS).await;
    let line = world.open("LINE", &world.ann).await;
    let (team, now) = (world.team, world.clock.now());
    world.write(move |tx| reached(tx, Platform::Whatsapp, team, &[far, near, other, line], now)).await;
    world.write(move |tx| note(tx, team, &[far], now - 5)).await;
    let (far_id, near_id) = (person(&world, far).await, person(&world, near).await);
    let reach = |limit, used, needed| Some(Reach { limit, used, needed });
    assert_eq!(asked(&world, a, &[far_id, near_id]).await, reach(Some(250), 1, 1));
    assert_eq!(asked(&world, b, &[far_id]).await, reach(None, 1, 0), "another number of the portfolio");
    assert_eq!(asked(&world, alone, &[far_id]).await, reach(None, 1, 1), "a portfolio of its own");
    let line_only = Number { channel: world.shop, ..a };
    assert_eq!(asked(&world, line_only, &[far_id]).await, None);
    let marketed: i64 = world
        .read(move |tx| {
            tx.one(
                "SELECT COUNT(*) FROM conversation WHERE team_id = $1 AND last_marketing_at = $2",
                params![team, now],
            )
        })
        .await;
    assert_eq!(marketed, 4);
    world.clock.advance(WINDOW_MS - 1);
    assert_eq!(asked(&world, a, &[far_id]).await, reach(Some(250), 1, 0), "the later time counts");
    world.clock.advance(1);
    assert_eq!(asked(&world, a, &[far_id]).await, reach(Some(250), 0, 1));
}

async fn who_waits_in_a_template_message_counts_already(db: Db) {
    let world = World::new(db).await;
    let a = number(&world, "a", None).await;
    let id = template(&world, a.waba, shape("sale"), TemplateStatus::Approved).await;
    let (far, near) =
        (customer(&world, a, "遠", &world.ann, WINDOW_MS).await, customer(&world, a, "近", &world.ann, 0).await);
    let parts = content(filled(id, shape("sale")));
    let draft = draft_of(&world, &world.ann, Kind::GroupTemplate, &[far, near], parts).await;
    let call = checked(&world, &world.ann, draft).await;
    let campaign = accept(&world, &world.ann, call).await.unwrap();
    let far_id = person(&world, far).await;
    assert_eq!(asked(&world, a, &[far_id]).await, Some(Reach { limit: None, used: 1, needed: 0 }));
    let (team, now) = (world.team, world.clock.now());
    world.write(move |tx| note(tx, team, &[far], now)).await;
    assert_eq!(asked(&world, a, &[far_id]).await.unwrap().used, 1, "one person, on her way and there");
    // Who is not yet written as a recipient counts too, but for those refused or within their window.
    let mut waiting = Vec::new();
    for (name, ago, refused) in [("後", WINDOW_MS, None), ("拒", WINDOW_MS, Some("unsubscribed")), ("近", 0, None)] {
        let id = customer(&world, a, name, &world.ann, ago).await;
        waiting.push((person(&world, id).await, id, refused));
    }
    let people: Vec<_> = waiting.iter().map(|(who, id, refused)| ("", *who, *id, "", "", *refused, false)).collect();
    let (people, channel) = (serde_json::to_string(&people).unwrap(), a.channel);
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO campaign_piece (team_id, campaign_id, number, channel_id, class, sender_id, expires_at, is_personal,
                     people)
                 VALUES ($1, $2, 0, $3, 1, '', 0, FALSE, $4)",
                params![team, campaign, channel, &people],
            )
        })
        .await;
    let waiting: Vec<ContactId> = waiting.into_iter().map(|(who, ..)| who).collect();
    assert_eq!(asked(&world, a, &waiting[..1]).await, Some(Reach { limit: None, used: 2, needed: 0 }));
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let a = number(&world, "a", Some("77")).await;
    let second = another_number(&world, a.waba, "a2").await;
    let far = customer(&world, a, "遠", &world.ann, WINDOW_MS).await;
    let contact = person(&world, far).await.to_string();
    let (team, other, shop, now) = (world.team, world.eve.team, world.shop, world.clock.now());
    world
        .write(move |tx| {
            for channel in [a.channel, second] {
                assert_eq!(store::portfolio(tx, team, channel)?.as_deref(), Some("77"));
            }
            assert_eq!(store::portfolio(tx, team, shop)?, None);
            assert_eq!(store::portfolio(tx, other, second)?, None);
            store::add(tx, other, &[far.to_string()], now, now - WINDOW_MS)?;
            assert_eq!(store::used(tx, team, "77", &[], now - WINDOW_MS)?, (0, 0));
            store::add(tx, team, &[far.to_string()], now, now - WINDOW_MS)?;
            assert_eq!(store::used(tx, team, "77", std::slice::from_ref(&contact), now - 1)?, (1, 1));
            assert_eq!(store::used(tx, team, "78", std::slice::from_ref(&contact), now - 1)?, (0, 0));
            assert_eq!(store::used(tx, team, "77", std::slice::from_ref(&contact), now)?, (0, 0));
            Ok(())
        })
        .await;
}

#[test]
fn a_limit_is_refused_with_both_numbers() {
    let reach = |limit, used, needed| Reach { limit, used, needed };
    assert_eq!(check(reach(None, 900, 900)), Ok(()));
    assert_eq!(check(reach(Some(250), 248, 2)), Ok(()));
    let with = Conflict::MessagingLimit { needed: 3, left: 2 };
    assert_eq!(check(reach(Some(250), 248, 3)), Err(Problem::conflict(with)));
    let with = Conflict::MessagingLimit { needed: 1, left: 0 };
    assert_eq!(check(reach(Some(250), 900, 1)), Err(Problem::conflict(with)));
}
