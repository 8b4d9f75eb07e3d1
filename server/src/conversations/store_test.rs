//! The statements of one conversation, on both engines.

use std::collections::HashMap;

use shared::{
    conversations::ConversationState,
    id::{MediaId, StoreId},
    members::Role,
};

use super::{
    fixture_test::{NASTY, World},
    intake::Wrote,
    sees_standing, store, visible,
};
use crate::db::{Db, params, testing::on_both_engines};

on_both_engines![
    a_conversation_is_found_whole,
    each_step_holds_once,
    nothing_reaches_into_another_team,
    members_are_found,
    who_is_told_of_a_conversation_is_who_may_see_it,
    what_stands_around_a_conversation_leads_to_it,
];

async fn a_conversation_is_found_whole(db: Db) {
    let world = World::new(db).await;
    let id = world.open(NASTY, &world.ann).await;
    let found = world.found(id).await;
    assert_eq!((found.state, found.owner), (ConversationState::InProgress, Some(world.ann.member)));
    assert_eq!((found.store, found.channel), (Some(world.north), world.shop));
    assert_eq!(found.name, NASTY);
    assert_eq!(found.address, format!("U{}", found.identity.0.simple()));
    let mut stores = found.channel_stores;
    stores.sort_unstable();
    let mut both = vec![world.north, world.south];
    both.sort_unstable();
    assert_eq!(stores, both);
}

async fn each_step_holds_once(db: Db) {
    let world = World::new(db).await;
    let id = world.conversation(world.shop, "Lin", ConversationState::Pending, &world.ann).await;
    let (team, ann, bob, north, south) = (world.team, world.ann.member, world.bob.member, world.north, world.south);
    let steps = world
        .write(move |tx| {
            Ok([
                store::reopen(tx, team, id, ann, Some(north))?,
                store::take(tx, team, id, ann, Some(north))?,
                store::take(tx, team, id, bob, Some(south))?,
                store::hand_over(tx, team, id, bob, Some(south))?,
                store::close(tx, team, id, Some(north))?,
                store::close(tx, team, id, Some(north))?,
                store::hand_over(tx, team, id, ann, Some(north))?,
            ])
        })
        .await;
    assert_eq!(steps, [false, true, false, true, true, false, false]);
    let closed = world.found(id).await;
    assert_eq!((closed.state, closed.owner), (ConversationState::Closed, Some(bob)));
    assert_eq!(closed.store, Some(south), "the store it was taken under stays");

    assert!(world.write(move |tx| store::reopen(tx, team, id, ann, None::<StoreId>)).await);
    let opened = world.found(id).await;
    assert_eq!((opened.state, opened.owner, opened.store), (ConversationState::InProgress, Some(ann), None));
}

async fn nothing_reaches_into_another_team(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (other, eve) = (world.eve.team, world.eve.member);
    let reached = world
        .write(move |tx| {
            store::mark_read(tx, other, id)?;
            let found = store::find(tx, other, id)?;
            let closed = store::close(tx, other, id, None)?;
            let handed = store::hand_over(tx, other, id, eve, None)?;
            Ok(found.is_some() || closed || handed)
        })
        .await;
    assert!(!reached);
    let team = world.team;
    let unread = "SELECT unread FROM conversation WHERE team_id = $1 AND id = $2";
    assert_eq!(world.read(move |tx| tx.one::<i64>(unread, params![team, id])).await, 1);
    assert!(world.write(move |tx| store::mark_read(tx, team, id)).await);
    assert_eq!(world.read(move |tx| tx.one::<i64>(unread, params![team, id])).await, 0);
    assert!(!world.write(move |tx| store::mark_read(tx, team, id)).await, "nothing was unread any more");
}

async fn members_are_found(db: Db) {
    let world = World::new(db).await;
    let (team, mia, eve, south) = (world.team, world.mia.member, world.eve.member, world.south);
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO member_store (team_id, member_id, store_id, is_primary) VALUES ($1, $2, $3, FALSE)",
                params![team, mia, south],
            )
        })
        .await;
    let found = world.read(move |tx| store::active_member(tx, team, mia)).await.unwrap();
    assert_eq!(found, store::Target { role: Role::SalesManager, stores: vec![world.north, south] });
    assert_eq!(world.read(move |tx| store::active_member(tx, team, eve)).await, None);
    world
        .write(move |tx| {
            tx.execute("UPDATE member SET disabled_at = 1 WHERE team_id = $1 AND id = $2", params![team, mia])
        })
        .await;
    assert_eq!(world.read(move |tx| store::active_member(tx, team, mia)).await, None);
}

async fn who_is_told_of_a_conversation_is_who_may_see_it(db: Db) {
    let world = World::new(db).await;
    let mut ids = Vec::new();
    for state in [ConversationState::Pending, ConversationState::InProgress, ConversationState::Closed] {
        ids.push(world.conversation(world.shop, "Lin", state, &world.ann).await);
        ids.push(world.conversation(world.outlet, "Wu", state, &world.bob).await);
    }
    let (team, asked) = (world.team, ids.clone());
    let standings: HashMap<_, _> = world.read(move |tx| store::standings(tx, team, &asked)).await.into_iter().collect();
    assert_eq!(standings.len(), ids.len());
    let mut off = world.ann.clone();
    off.settings.sales_may_take_pending = false;
    let mut seen = 0;
    for id in ids {
        let found = world.found(id).await;
        let mut standing = found.standing();
        standing.channel_stores.sort_unstable_by_key(ToString::to_string);
        assert_eq!(standings[&id], standing);
        for caller in [&world.ann, &world.bob, &world.mia, &world.ada, &off] {
            let (asks, told) = (caller.clone(), sees_standing(caller, &standings[&id]));
            let shown = world.db.read(move |tx| visible(tx, &asks, id)).await.is_ok();
            assert_eq!(told, shown, "{} {:?}", caller.name, found.state);
            seen += usize::from(told);
        }
    }
    assert!((10..25).contains(&seen), "{seen}");
    let other = world.eve.team;
    let id = world.open("Ho", &world.ann).await;
    assert!(world.read(move |tx| store::standings(tx, other, &[id])).await.is_empty(), "another team's");
}

async fn what_stands_around_a_conversation_leads_to_it(db: Db) {
    let world = World::new(db).await;
    let (team, other, medium): (_, _, MediaId) = (world.team, world.eve.team, world.clock.id());
    let customer = world.customer(world.shop, "Lin").await;
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO media (team_id, id, state, kind, tries, created_at) VALUES ($1, $2, 'wanted', 'image', 0, 0)",
                params![team, medium],
            )
        })
        .await;
    let mut picture = world.text(customer, "", world.clock.now());
    picture.media = Some(medium);
    let Wrote::New { conversation, .. } = world.wrote(picture).await else { panic!("it is new") };
    world.open("Wu", &world.ann).await;
    let contact = customer.contact;
    assert_eq!(world.read(move |tx| store::of_contacts(tx, team, &[contact])).await, [conversation]);
    assert_eq!(world.read(move |tx| store::of_media(tx, team, &[medium])).await, [conversation]);
    assert!(world.read(move |tx| store::of_contacts(tx, other, &[contact])).await.is_empty());
    assert!(world.read(move |tx| store::of_media(tx, other, &[medium])).await.is_empty());
}
