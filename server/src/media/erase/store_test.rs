//! The SQL of erasing what customers sent, on both engines.

use shared::{
    conversations::MessageKind,
    id::{ContactId, MediaId},
};

use super::{super::want, store};
use crate::{
    conversations::fixture_test::{Customer, World},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![close_and_remove_what_she_sent_alone];

/// She sends a picture.
async fn picture(world: &World, from: Customer) -> MediaId {
    let (clock, Customer { team, channel, .. }) = (world.clock.clone(), from);
    let id = world.write(move |tx| want(tx, &clock, team, channel, MessageKind::Image, "99")).await;
    world.wrote(crate::conversations::intake::Inbound { media: Some(id), ..world.text(from, "", 9) }).await;
    id
}

async fn close_and_remove_what_she_sent_alone(db: Db) {
    let world = World::new(db).await;
    let (ann, bea) = (world.customer(world.shop, "Ann").await, world.customer(world.shop, "Bea").await);
    let (one, two, theirs) = (picture(&world, ann).await, picture(&world, ann).await, picture(&world, bea).await);
    let (team, stranger) = (world.team, world.eve.team);
    let close = |team, of: ContactId, limit| world.write(move |tx| store::close(tx, team, of, limit));
    assert_eq!(close(stranger, ann.contact, 9).await, []);
    assert_eq!(close(team, ann.contact, 1).await, [one], "a piece at a time");
    let mut both = close(team, ann.contact, 9).await;
    both.sort();
    assert_eq!(both, [one, two], "one that is closed and not removed comes again");
    world.write(move |tx| store::remove(tx, stranger, one)).await;
    world.write(move |tx| store::remove(tx, team, theirs)).await;
    for id in [one, two] {
        world.write(move |tx| store::remove(tx, team, id)).await;
    }
    assert_eq!(close(team, ann.contact, 9).await, []);
    let left: Vec<MediaId> = world.read(|tx| tx.all("SELECT id FROM media", params![])).await;
    assert_eq!(left, [theirs], "one that is not closed stays");
}
