//! Who did what, on both engines.

use super::{Act, note, store};
use crate::{
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
};

on_both_engines![an_act_is_written_down_with_who_did_it_and_when];

async fn an_act_is_written_down_with_who_did_it_and_when(db: Db) {
    let world = World::new(db).await;
    let (ann, clock, now) = (world.ann.clone(), world.clock.clone(), world.clock.now());
    world
        .write(move |tx| {
            let act = Act { action: "campaign.pause", subject: "c-1".into(), detail: None };
            note(tx, &clock, &ann, &act)?;
            let again = Act { action: "campaign.retry", detail: Some("3".into()), ..act };
            store::add(tx, ann.team, clock.id(), Some(ann.member), &again, now + 1)
        })
        .await;
    let team = world.team;
    let sql = "SELECT member_id, action, subject, detail, at FROM audit WHERE team_id = $1 ORDER BY at";
    let rows: Vec<(String, String, String, Option<String>, i64)> =
        world.read(move |tx| tx.all(sql, params![team])).await;
    let (by, subject) = (world.ann.member.to_string(), "c-1".to_owned());
    assert_eq!(
        rows,
        [
            (by.clone(), "campaign.pause".to_owned(), subject.clone(), None, now),
            (by, "campaign.retry".to_owned(), subject, Some("3".to_owned()), now + 1),
        ]
    );
}
