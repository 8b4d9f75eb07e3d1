//! Drafts on both engines.

use shared::{
    campaigns::{Kind, SaveDraft},
    id::{CampaignId, DraftId},
    problem::{Conflict, Problem, What},
    selection::Selection,
};

use super::{Stored, find, keep, store};
use crate::{
    campaigns::fixture_test::{draft, sent, texts},
    conversations::fixture_test::{NASTY, World},
    db::{Db, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    a_draft_reads_back_as_it_was_written,
    a_change_that_builds_on_something_older_is_a_conflict,
    a_draft_belongs_to_its_sender,
    a_sent_draft_stays_as_it_is,
    only_the_newest_unsent_drafts_are_kept,
];

fn call(id: DraftId, text: &str, revision: i64) -> SaveDraft {
    SaveDraft { id, kind: Kind::GroupMessage, selection: Selection::default(), content: texts(&[text]), revision }
}

fn problem<T: std::fmt::Debug>(result: Result<T, Refused>) -> Problem {
    match result.unwrap_err() {
        Refused::Problem(problem) => problem,
        Refused::Fault(cause) => panic!("{cause}"),
    }
}

async fn a_draft_reads_back_as_it_was_written(db: Db) {
    let world = World::new(db).await;
    let id = draft(&world, &world.ann, &[], texts(&[NASTY, "二 😀"])).await;
    let (team, ann) = (world.team, world.ann.member);
    let stored = world.read(move |tx| store::find(tx, team, ann, id)).await.unwrap();
    assert_eq!(stored.content, texts(&[NASTY, "二 😀"]));
    assert_eq!((stored.revision, stored.campaign), (1, None));
    let unsent = world.read(move |tx| store::unsent(tx, team, ann, 10)).await;
    assert_eq!(unsent, [stored]);
    world.write(move |tx| store::remove(tx, team, ann, id)).await;
    assert_eq!(world.read(move |tx| store::find(tx, team, ann, id)).await, None);
}

async fn a_change_that_builds_on_something_older_is_a_conflict(db: Db) {
    let world = World::new(db).await;
    let id = draft(&world, &world.ann, &[], texts(&["一"])).await;
    let save = |text: &'static str, revision| {
        let ann = world.ann.clone();
        world.db.write(move |tx| keep(tx, &ann, &call(id, text, revision), 5))
    };
    assert_eq!(save("二", 1).await.unwrap().revision, 2);
    // The same again: its answer was lost.
    assert_eq!(save("二", 1).await.unwrap().revision, 2);
    assert_eq!(problem(save("三", 1).await), Problem::conflict(Conflict::DraftChanged { revision: 2 }));
    assert_eq!(save("三", 2).await.unwrap().revision, 3);
}

async fn a_draft_belongs_to_its_sender(db: Db) {
    let world = World::new(db).await;
    let id = draft(&world, &world.ann, &[], texts(&["一"])).await;
    for other in [world.bob.clone(), world.mia.clone(), world.ada.clone(), world.eve.clone()] {
        let found = world.db.read(move |tx| find(tx, &other, id)).await;
        assert_eq!(problem(found), Problem::missing(What::Draft));
    }
}

async fn a_sent_draft_stays_as_it_is(db: Db) {
    let world = World::new(db).await;
    sent(&world, &world.ann, 1, "新品到店").await;
    let id = draft(&world, &world.ann, &[], texts(&["一"])).await;
    let (team, ann) = (world.team, world.ann.member);
    let campaign: CampaignId = world.clock.id();
    world.write(move |tx| store::sent(tx, team, ann, id, campaign)).await;
    world.write(move |tx| store::remove(tx, team, ann, id)).await;
    let caller = world.ann.clone();
    let kept = world.db.write(move |tx| keep(tx, &caller, &call(id, "二", 1), 5)).await;
    assert_eq!(problem(kept), Problem::conflict(Conflict::AlreadySent { campaign }));
    assert!(world.read(move |tx| store::unsent(tx, team, ann, 10)).await.is_empty());
}

async fn only_the_newest_unsent_drafts_are_kept(db: Db) {
    let world = World::new(db).await;
    let (team, ann) = (world.team, world.ann.member);
    let mut ids = Vec::new();
    for at in 0..4 {
        let id: DraftId = world.clock.id();
        let stored = Stored {
            id,
            kind: Kind::GroupMessage,
            selection: Selection::default(),
            content: texts(&["一"]),
            revision: 1,
            updated_at: at,
            campaign: None,
        };
        world.write(move |tx| store::add(tx, team, ann, &stored)).await;
        ids.push(id);
    }
    world.write(move |tx| store::drop_oldest(tx, team, ann, 2)).await;
    let left: Vec<DraftId> =
        world.read(move |tx| store::unsent(tx, team, ann, 10)).await.iter().map(|d| d.id).collect();
    assert_eq!(left, [ids[3], ids[2]]);
    let changed = Stored {
        id: ids[3],
        kind: Kind::GroupMessage,
        selection: Selection::default(),
        content: texts(&["二"]),
        revision: 2,
        updated_at: 9,
        campaign: None,
    };
    let wanted = changed.clone();
    world.write(move |tx| store::change(tx, team, ann, &changed)).await;
    let id = ids[3];
    assert_eq!(world.read(move |tx| store::find(tx, team, ann, id)).await, Some(wanted));
}
