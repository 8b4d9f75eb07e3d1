//! Forgetting people, on both engines: its SQL, and that it goes on where it was cut.

use shared::{
    conversations::ConversationState,
    id::{ContactId, ConversationId, IdentityId},
};

use super::{
    Forgotten, finish_all, forget,
    store::{self, Begun},
};
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::{NOW, World},
    db::{Db, testing::on_both_engines},
    params,
    refused::Refused,
};

on_both_engines![
    living_all_of_addresses_and_with_address,
    begin_begun_and_all_begun,
    pieces_left_and_remove,
    who_is_being_sent_to_is_forgotten_once_that_is_settled,
    a_person_who_is_not_there_is_missing,
];

/// The contact of a conversation.
async fn contact(world: &World, id: ConversationId) -> ContactId {
    world.found(id).await.contact
}

async fn living_all_of_addresses_and_with_address(db: Db) {
    let world = World::new(db).await;
    let (ann, twin) = (world.customer(world.shop, "Ann").await, world.customer(world.outlet, "Ann").await);
    let bea = world.customer(world.shop, "Bea").await;
    let (team, stranger) = (world.team, world.eve.team);
    world
        .write(move |tx| {
            tx.execute("UPDATE contact SET merged_into = $2 WHERE id = $1", params![twin.contact, ann.contact])
        })
        .await;
    let living = |team, of| world.read(move |tx| store::living(tx, team, of));
    assert_eq!(living(team, twin.contact).await, Some(ann.contact));
    assert_eq!((living(team, bea.contact).await, living(stranger, ann.contact).await), (Some(bea.contact), None));
    let all = world.read(move |tx| store::all_of(tx, team, ann.contact)).await;
    assert_eq!(all, [ann.contact, twin.contact]);
    let address = |of: IdentityId| format!("U{}", of.0.simple());
    let known = world.read(move |tx| store::addresses(tx, team, ann.contact)).await;
    assert_eq!(known, [address(ann.identity), address(twin.identity)]);
    let with = |team, address: String| world.read(move |tx| store::with_address(tx, team, &address));
    assert_eq!(with(team, address(twin.identity)).await, [ann.contact], "the one who she is");
    assert_eq!(with(stranger, address(ann.identity)).await, []);
}

async fn begin_begun_and_all_begun(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Ann", &world.ann).await;
    world.tag(id, world.clock.id(), "VIP").await;
    let (team, hers) = (world.team, contact(&world, id).await);
    let begun = Begun { team, contact: hers, addresses: vec!["U1".into(), "+886900000001".into()] };
    let all = || world.read(store::all_begun);
    assert_eq!(all().await, []);
    let new = begun.clone();
    world.write(move |tx| store::begin(tx, &new, NOW)).await;
    assert_eq!(all().await, std::slice::from_ref(&begun));
    let (stranger, of) = (world.eve.team, begun.contact);
    assert_eq!(world.read(move |tx| store::begun(tx, team, of)).await, Some(begun));
    assert_eq!(world.read(move |tx| store::begun(tx, stranger, of)).await, None);
    let left: (i64, i64, i64) = world
        .read(|tx| {
            tx.one(
                "SELECT (SELECT COUNT(*) FROM identity_address), (SELECT COUNT(*) FROM contact_tag),
                 (SELECT COUNT(*) FROM conversation WHERE state <> 'closed' OR last_text IS NOT NULL
                     OR folded_name <> '')",
                params![],
            )
        })
        .await;
    assert_eq!(left, (0, 0, 0));
}

async fn pieces_left_and_remove(db: Db) {
    let world = World::new(db).await;
    let (campaign, ids) = sent(&world, &world.ann, 2, "新品").await;
    let team = world.team;
    let (hers, other) = (contact(&world, ids[0]).await, contact(&world, ids[1]).await);
    let erase = |piece: fn(&mut crate::db::Tx<'_>, _, _, _) -> _| world.write(move |tx| piece(tx, team, hers, 1));
    let left = || world.read(move |tx| store::left(tx, team, hers));
    assert_eq!(left().await, 2, "her word, and our message to her");
    assert_eq!(erase(store::erase_recipients).await, 0, "it is not settled");
    world
        .write(move |tx| tx.execute("UPDATE delivery SET state = 'accepted' WHERE campaign_id = $1", params![campaign]))
        .await;
    assert_eq!((erase(store::erase_recipients).await, erase(store::erase_recipients).await), (1, 0));
    assert_eq!((erase(store::erase_messages).await, erase(store::erase_messages).await), (1, 0));
    assert_eq!(left().await, 0);
    let waits = |people: String| {
        world.write(move |tx| {
            tx.execute(
                "INSERT INTO campaign_piece (team_id, campaign_id, number, channel_id, class, sender_id, expires_at, is_personal,
                     people)
                 VALUES ($1, $2, 0, 'channel', 1, 'sender', 0, FALSE, $3)
                 ON CONFLICT (campaign_id, number) DO UPDATE SET people = $3",
                params![team, campaign, &people],
            )
        })
    };
    waits(format!(r#"[["identity","{hers}"]]"#)).await;
    assert_eq!(left().await, 1, "she is still to be written to");
    waits(format!(r#"[["identity","{other}"]]"#)).await;
    assert_eq!(left().await, 0);
    let conversations = |of| world.read(move |tx| store::conversations(tx, team, of));
    assert_eq!(conversations(hers).await, [ids[0]]);
    let stranger = world.eve.team;
    let remove = |team| world.write(move |tx| store::remove(tx, team, hers));
    remove(stranger).await;
    assert_eq!(conversations(hers).await.len(), 1);
    world
        .write(move |tx| {
            tx.execute(
                "DELETE FROM identity_address WHERE identity_id IN (SELECT id FROM identity WHERE contact_id = $1)",
                params![hers],
            )
        })
        .await;
    remove(team).await;
    assert_eq!(conversations(hers).await, []);
    assert_eq!(conversations(other).await, [ids[1]]);
    let kept: Vec<(String, String)> = world
        .read(|tx| {
            tx.all(
                "SELECT state, CASE WHEN address = '' THEN name ELSE 'known' END FROM delivery ORDER BY id",
                params![],
            )
        })
        .await;
    let row = |name: &str| ("accepted".to_owned(), name.to_owned());
    assert_eq!(kept, [row(""), row("known")], "what became of it stays");
}

async fn who_is_being_sent_to_is_forgotten_once_that_is_settled(db: Db) {
    let world = World::new(db).await;
    let app = world.app().await;
    let (campaign, ids) = sent(&world, &world.ann, 2, "新品").await;
    let (team, hers) = (world.team, contact(&world, ids[0]).await);
    assert_eq!(forget(&app, team, hers).await.unwrap(), Forgotten::Until { waiting: 1 });
    assert_eq!(forget(&app, team, hers).await.unwrap(), Forgotten::Until { waiting: 1 }, "again goes on");
    finish_all(&app).await.unwrap();
    assert_eq!(world.read(store::all_begun).await.len(), 1);
    // The engine asks who may not be sent any more: she is one of them, before and after she is gone.
    let unfit = || {
        world.read(move |tx| {
            let all: Vec<shared::id::DeliveryId> =
                tx.all("SELECT id FROM delivery WHERE campaign_id = $1 ORDER BY id", params![campaign])?;
            let unfit = crate::campaigns::group(tx, shared::limits::Platform::Line, &all, NOW)?;
            Ok((all, unfit.into_iter().map(|(id, _)| id).collect::<Vec<_>>()))
        })
    };
    let (all, before) = unfit().await;
    assert_eq!(before, all[..1]);
    world
        .write(move |tx| tx.execute("UPDATE delivery SET state = 'failed' WHERE conversation_id = $1", params![ids[0]]))
        .await;
    finish_all(&app).await.unwrap();
    assert_eq!(world.read(store::all_begun).await, []);
    assert_eq!(unfit().await.1, all[..1], "a retry by hand does not reach her either");
    let acts: Vec<(Option<String>, String, String)> =
        world.read(|tx| tx.all("SELECT member_id, action, subject FROM audit", params![])).await;
    assert_eq!(acts, [(None, "contact.forget".to_owned(), hers.to_string())], "noted once, without her name");
    let open = world.open("Bea", &world.ann).await;
    assert_eq!(world.found(open).await.state, ConversationState::InProgress);
}

async fn a_person_who_is_not_there_is_missing(db: Db) {
    let world = World::new(db).await;
    let app = world.app().await;
    let id = world.open("Ann", &world.ann).await;
    let (team, hers) = (world.team, contact(&world, id).await);
    let missing = |of, contact| {
        let app = app.clone();
        async move { matches!(forget(&app, of, contact).await, Err(Refused::Problem(_))) }
    };
    assert!(missing(world.eve.team, hers).await, "another team's");
    assert_eq!(forget(&app, team, hers).await.unwrap(), Forgotten::Wholly);
    assert!(missing(team, hers).await, "nobody any more");
}
