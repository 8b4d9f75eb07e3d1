//! Drafts on both engines.

use std::collections::BTreeSet;

use shared::{
    campaigns::{DropDraft, Kind, ListDrafts, SaveDraft, ShowDraft},
    content::{Content, Part},
    id::{CampaignId, DraftId, MediaId},
    media::MediaKind,
    problem::{Conflict, Problem, What},
    selection::Selection,
};

use super::{KEPT, Stored, drop as drop_draft, find, forget_ticked, keep, list, show, store};
use crate::{
    campaigns::fixture_test::{draft, sent, texts},
    conversations::fixture_test::{NASTY, World},
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    a_draft_reads_back_as_it_was_written,
    a_change_that_builds_on_something_older_is_a_conflict,
    a_draft_belongs_to_its_sender,
    a_sent_draft_stays_as_it_is,
    only_the_newest_unsent_drafts_are_kept,
    a_draft_holds_its_media_until_it_goes,
    a_draft_forgets_who_is_no_more,
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
    let (team, ann, bob) = (world.team, world.ann.member, world.bob.member);
    assert_eq!(world.read(move |tx| store::revision(tx, team, ann, id)).await, Some(1));
    assert_eq!(world.read(move |tx| store::revision(tx, team, bob, id)).await, None, "it is not hers");
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
    let dropped = world.write(move |tx| store::drop_oldest(tx, team, ann, 2)).await;
    assert_eq!(dropped.into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([ids[0], ids[1]]));
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

/// What drafts hold, by draft.
async fn held(world: &World) -> BTreeSet<(String, MediaId)> {
    let team = world.team;
    let held: Vec<(String, MediaId)> = world
        .read(move |tx| {
            tx.all("SELECT holder_id, media_id FROM media_use WHERE team_id = $1 AND held_by = 'draft'", params![team])
        })
        .await;
    held.into_iter().collect()
}

async fn a_draft_holds_its_media_until_it_goes(db: Db) {
    let world = World::new(db).await;
    let (picture, film, gone) =
        (world.medium(MediaKind::Image).await, world.medium(MediaKind::Video).await, world.clock.id());
    let (app, ann) = (world.app().await, world.ann.clone());
    let parts = vec![Part::Image { media: picture }, Part::Video { media: film }, Part::Image { media: gone }];
    let content = Content { parts };
    let id = draft(&world, &ann, &[], content.clone()).await;
    let by = |id: DraftId, media| (format!("{}:{id}", ann.member), media);
    assert_eq!(held(&world).await, BTreeSet::from([by(id, picture), by(id, film)]));

    // What is not there is kept as it was written, and only what is there is described.
    let shown = show(app.clone(), ann.clone(), ShowDraft { id }).await.unwrap();
    assert_eq!(shown.content, content);
    assert_eq!(shown.media.iter().map(|one| one.id).collect::<Vec<_>>(), [picture, film]);
    assert!(shown.media.iter().all(|one| !one.url.is_empty() && one.preview_url.is_some()));
    let other = draft(&world, &ann, &[], Content { parts: vec![Part::Image { media: picture }] }).await;
    let listed = list(app.clone(), ann.clone(), ListDrafts {}).await.unwrap();
    let media: BTreeSet<usize> = listed.iter().map(|draft| draft.media.len()).collect();
    assert_eq!(media, BTreeSet::from([1, 2]));

    // Arrived by now: saved again as it is, the draft holds it.
    let team = world.team;
    let arrived = world.medium(MediaKind::Image).await;
    world
        .write(move |tx| {
            tx.execute("UPDATE media SET id = $3 WHERE team_id = $1 AND id = $2", params![team, arrived, gone])
        })
        .await;
    let save = |content: Content, revision| {
        let call = SaveDraft { id, kind: Kind::GroupMessage, selection: Selection::default(), content, revision };
        let caller = world.ann.clone();
        world.db.write(move |tx| keep(tx, &caller, &call, 5))
    };
    save(content, 1).await.unwrap();
    assert!(held(&world).await.contains(&by(id, gone)));
    // Taken out of the draft, it is let go.
    save(Content { parts: vec![Part::Video { media: film }] }, 1).await.unwrap();
    assert_eq!(held(&world).await, BTreeSet::from([by(id, film), by(other, picture)]));
    drop_draft(app.clone(), ann.clone(), DropDraft { id }).await.unwrap();
    assert_eq!(held(&world).await, BTreeSet::from([by(other, picture)]));
    // So does a draft that made room for newer ones.
    for _ in 0..KEPT {
        world.clock.advance(1);
        draft(&world, &ann, &[], texts(&["一"])).await;
    }
    assert_eq!(held(&world).await, BTreeSet::new());
}

async fn a_draft_forgets_who_is_no_more(db: Db) {
    let world = World::new(db).await;
    let (gone, stays) = (world.open("Ann", &world.ann).await, world.open("Bea", &world.ann).await);
    let ticked = draft(&world, &world.ann, &[gone, stays], texts(&["一"])).await;
    let other = draft(&world, &world.ann, &[stays], texts(&["二"])).await;
    let (team, ann, stranger) = (world.team, world.ann.member, world.eve.team);
    let ticking = |team| world.read(move |tx| store::ticking(tx, team, gone));
    assert_eq!(ticking(team).await.iter().map(|(by, draft)| (*by, draft.id)).collect::<Vec<_>>(), [(ann, ticked)]);
    assert_eq!(ticking(stranger).await, []);
    world.write(move |tx| forget_ticked(tx, team, &[gone], 77)).await;
    assert_eq!(ticking(team).await, []);
    let stored = |id| world.read(move |tx| store::find(tx, team, ann, id));
    let changed = stored(ticked).await.unwrap();
    assert_eq!((changed.selection.ids, changed.revision, changed.updated_at), (vec![stays], 2, 77));
    assert_eq!(stored(other).await.unwrap().revision, 1);
}
