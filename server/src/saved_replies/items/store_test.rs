//! What items share, on both engines: who may use one and what it is filed under, whatever the item is.

use shared::{
    id::{CategoryId, StoreId},
    members::Role,
    problem::{Problem, Rule},
    saved_replies::{Category, UsableBy},
};

use super::{Filing, asked, filed_under, in_order, store};
use crate::{
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    an_item_is_filed_and_read_back,
    a_category_that_went_is_named_and_a_merged_one_stands_for_the_other,
    stores_of_others_are_unknown,
];

fn problem<T: std::fmt::Debug>(result: Result<T, Refused>) -> Problem {
    match result.unwrap_err() {
        Refused::Problem(problem) => problem,
        Refused::Fault(cause) => panic!("{cause}"),
    }
}

/// A category of the team, which may stand for another.
async fn category(world: &World, name: &'static str, merged_into: Option<CategoryId>) -> Category {
    let (team, id) = (world.team, world.clock.id());
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO category (team_id, id, kind, name, folded_name, created_at, deleted_at, merged_into)
                 VALUES ($1, $2, 'saved_reply', $3, $3, 0, $4, $5)",
                params![team, id, name, merged_into.map(|_| 1_i64), merged_into],
            )
        })
        .await;
    Category { id, name: name.into() }
}

async fn an_item_is_filed_and_read_back(db: Db) {
    let world = World::new(db).await;
    let (team, other, item) = (world.team, world.eve.team, world.clock.id::<StoreId>().to_string());
    let (b, a) = (category(&world, "b", None).await, category(&world, "a", None).await);
    for usable_by in [
        UsableBy::Roles { roles: vec![Role::Admin, Role::SalesStaff] },
        UsableBy::Stores { stores: vec![world.north, world.south] },
        UsableBy::Everybody,
    ] {
        let (filed, given, id) = (vec![b.clone(), a.clone()], usable_by.clone(), item.clone());
        let read = world
            .write(move |tx| {
                store::file(tx, team, &id, Some(&given), &filed)?;
                let (mut read, mut categories) = (store::read_word(store::word(&given))?, Vec::new());
                let filing = Filing { id: id.clone(), usable_by: Some(&mut read), categories: &mut categories };
                store::complete(tx, team, vec![filing])?;
                let mut foreign = vec![filed[0].clone()];
                let filing = Filing { id: id.clone(), usable_by: None, categories: &mut foreign };
                store::complete(tx, other, vec![filing])?;
                Ok((read, categories, foreign))
            })
            .await;
        assert_eq!(read, (usable_by, vec![a.clone(), b.clone()], Vec::new()));
    }
    let left: i64 = world
        .write(move |tx| {
            store::unfile(tx, team, &item)?;
            tx.one(
                "SELECT (SELECT COUNT(*) FROM usable_by WHERE team_id = $1) + (SELECT COUNT(*) FROM item_category
                     WHERE team_id = $1)",
                params![team],
            )
        })
        .await;
    assert_eq!(left, 0);
}

async fn a_category_that_went_is_named_and_a_merged_one_stands_for_the_other(db: Db) {
    let world = World::new(db).await;
    let stays = category(&world, "stays", None).await;
    let merged = category(&world, "merged", Some(stays.id)).await;
    let (team, gone): (_, CategoryId) = (world.team, world.clock.id());
    let (from, into) = (merged.id, stays.id);
    assert_eq!(world.read(move |tx| store::living(tx, team, &[from, gone])).await, [(from, into)]);
    assert_eq!(world.read(move |tx| store::categories_of(tx, team, &[from, into])).await, std::slice::from_ref(&stays));
    let filed = world.db.read(move |tx| filed_under(tx, team, &[from])).await.unwrap();
    assert_eq!(filed, [stays]);
    let refused = problem(world.db.read(move |tx| filed_under(tx, team, &[from, gone])).await);
    assert_eq!(refused, Problem::invalid("categories", Rule::Unknown { count: 1 }));
    for (ids, found) in [(vec![], None), (vec![gone], Some(vec![])), (vec![gone, from], Some(vec![into]))] {
        assert_eq!(world.db.read(move |tx| asked(tx, team, &ids)).await.unwrap(), found);
    }
}

async fn stores_of_others_are_unknown(db: Db) {
    let world = World::new(db).await;
    let (team, north, foreign) = (world.team, world.north, world.eve.stores[0]);
    assert_eq!(world.read(move |tx| store::known_stores(tx, team, &[north, foreign])).await, 1);
    let given = UsableBy::Stores { stores: vec![foreign, north, north] };
    let refused = problem(world.db.read(move |tx| in_order(tx, team, &given)).await);
    assert_eq!(refused, Problem::invalid("usable_by.stores", Rule::Unknown { count: 1 }));
    let twice = UsableBy::Stores { stores: vec![north, north] };
    let kept = world.db.read(move |tx| in_order(tx, team, &twice)).await.unwrap();
    assert_eq!(kept, UsableBy::Stores { stores: vec![north] });
}
