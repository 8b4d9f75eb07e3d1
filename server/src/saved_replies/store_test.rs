//! Saved replies and their categories on both engines: who finds what, what is kept, and what merging does.

use shared::{
    content::{Content, NAME_TOKEN, Part},
    id::{CategoryId, MediaId, SavedReplyId},
    media::{MediaInfo, MediaKind},
    members::Role,
    problem::{Conflict, Problem, Rule, Unit, What},
    saved_replies::{ListSavedReplies, MergeCategory, SaveCategory, SaveSavedReply, UsableBy},
};

use super::{
    Stored, categories, find, forget, items, keep, page, rules,
    store::{self, Asked, Standing},
};
use crate::{
    caller::Caller,
    conversations::fixture_test::{NASTY, World},
    db::{Db, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    a_reply_reads_back_as_it_was_written,
    the_list_holds_what_the_rules_allow_and_nothing_else,
    pages_go_through_everything_once_newest_first,
    a_search_looks_into_titles_and_texts,
    a_change_that_builds_on_something_older_is_a_conflict,
    what_cannot_be_kept_is_named,
    others_and_deleted_replies_are_missing,
    categories_have_one_name_each,
    a_merged_category_stands_for_the_one_that_stays,
    a_deleted_category_finds_nothing_and_harms_nothing,
    statements_do_what_they_say,
];

fn texts(texts: &[&str]) -> Content {
    Content { parts: texts.iter().map(|text| Part::text(*text)).collect() }
}

fn new(world: &World, title: &str) -> SaveSavedReply {
    SaveSavedReply {
        id: world.clock.id(),
        title: title.into(),
        content: texts(&[title]),
        categories: Vec::new(),
        usable_by: UsableBy::OnlyMe,
        revision: 0,
    }
}

fn problem<T: std::fmt::Debug>(result: Result<T, Refused>) -> Problem {
    match result.unwrap_err() {
        Refused::Problem(problem) => problem,
        Refused::Fault(cause) => panic!("{cause}"),
    }
}

/// Keeps it a millisecond after what was kept before.
async fn save_with(
    world: &World,
    caller: &Caller,
    call: &SaveSavedReply,
    media: &[MediaInfo],
) -> Result<Stored, Refused> {
    world.clock.advance(1);
    let (caller, call, media, now) = (caller.clone(), call.clone(), media.to_vec(), world.clock.now());
    world.db.write(move |tx| keep(tx, &caller, &call, &media, now)).await
}

async fn save(world: &World, caller: &Caller, call: &SaveSavedReply) -> Result<Stored, Refused> {
    save_with(world, caller, call, &[]).await
}

async fn shown(world: &World, caller: &Caller, id: SavedReplyId) -> Result<Stored, Refused> {
    let caller = caller.clone();
    world.db.read(move |tx| find(tx, &caller, id)).await
}

async fn titles(world: &World, caller: &Caller, call: ListSavedReplies) -> Vec<String> {
    let caller = caller.clone();
    let page = world.db.read(move |tx| page(tx, &caller, &call)).await.unwrap();
    page.items.into_iter().map(|one| one.title).collect()
}

fn ask() -> ListSavedReplies {
    ListSavedReplies { limit: 100, ..Default::default() }
}

async fn category(world: &World, name: &str) -> CategoryId {
    let (ada, now) = (world.ada.clone(), world.clock.now());
    let call = SaveCategory { id: world.clock.id(), name: name.into() };
    world.db.write(move |tx| categories::keep(tx, &ada, &call, now)).await.unwrap().id
}

async fn merge(world: &World, id: CategoryId, into: CategoryId) -> Result<(), Refused> {
    let (ada, now) = (world.ada.clone(), world.clock.now());
    world.db.write(move |tx| categories::join(tx, &ada, &MergeCategory { id, into }, now)).await.map(drop)
}

/// The categories with what the caller may use of each.
async fn listed(world: &World, caller: &Caller) -> Vec<(String, u64)> {
    let caller = caller.clone();
    let rows = world.read(move |tx| store::categories(tx, &caller)).await;
    rows.into_iter().map(|row| (row.category.name, row.replies)).collect()
}

fn filed(world: &World, title: &str, categories: &[CategoryId]) -> SaveSavedReply {
    SaveSavedReply { categories: categories.to_vec(), usable_by: UsableBy::Everybody, ..new(world, title) }
}

async fn a_reply_reads_back_as_it_was_written(db: Db) {
    let world = World::new(db).await;
    let (late, early) = (category(&world, "b 活動").await, category(&world, "A 新品").await);
    let (north, south) = (world.north, world.south);
    let film = MediaId(world.clock.id());
    let call = SaveSavedReply {
        title: format!("  {NASTY}  ").chars().take(60).collect(),
        content: Content {
            parts: vec![Part::text(format!("{NASTY} {NAME_TOKEN}")), Part::of_media(MediaKind::Video, film).unwrap()],
        },
        categories: vec![late, early, late],
        usable_by: UsableBy::Stores { stores: vec![south, north, south] },
        ..new(&world, "")
    };
    let kept = save_with(&world, &world.ada, &call, &[medium(film, 1)]).await.unwrap();
    assert_eq!((kept.revision, kept.updated_at), (1, world.clock.now()));
    assert_eq!(kept.usable_by, UsableBy::Stores { stores: vec![north, south] });
    assert_eq!(kept.categories.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["A 新品", "b 活動"]);
    assert_eq!((kept.owner.id, kept.owner.name.as_str()), (world.ada.member, "Ada"));
    assert_eq!(kept.content, call.content);
    assert_eq!(shown(&world, &world.bob, call.id).await.unwrap(), kept);
    let roles = UsableBy::Roles { roles: vec![Role::SalesStaff, Role::Admin] };
    let changed = SaveSavedReply { usable_by: roles, revision: 1, categories: vec![late], ..call };
    let kept = save_with(&world, &world.ada, &changed, &[medium(film, 1)]).await.unwrap();
    assert_eq!(kept.usable_by, UsableBy::Roles { roles: vec![Role::Admin, Role::SalesStaff] });
    assert_eq!(shown(&world, &world.ann, changed.id).await.unwrap(), kept);
    assert_eq!(problem(shown(&world, &world.mia, changed.id).await), Problem::missing(What::SavedReply));
}

fn medium(id: MediaId, size: u64) -> MediaInfo {
    MediaInfo {
        id,
        kind: MediaKind::Video,
        mime: "video/mp4".into(),
        size,
        name: None,
        width: 4,
        height: 3,
        duration_ms: Some(1_000),
        url: String::new(),
        preview_url: None,
    }
}

async fn the_list_holds_what_the_rules_allow_and_nothing_else(db: Db) {
    let world = World::new(db).await;
    let everyone = [world.ann.clone(), world.bob.clone(), world.mia.clone(), world.ada.clone()];
    let stores = |stores: &[_]| UsableBy::Stores { stores: stores.to_vec() };
    let roles = |roles: &[_]| UsableBy::Roles { roles: roles.to_vec() };
    let mut all = Vec::new();
    for (caller, usable_by) in [
        (&world.ann, UsableBy::OnlyMe),
        (&world.bob, UsableBy::OnlyMe),
        (&world.ada, UsableBy::OnlyMe),
        (&world.ann, stores(&[world.north])),
        (&world.bob, stores(&[world.south])),
        (&world.ada, stores(&[world.north, world.south])),
        (&world.ada, roles(&[Role::SalesManager])),
        (&world.ada, roles(&[Role::SalesStaff])),
        (&world.ada, roles(&[Role::Admin])),
        (&world.ada, UsableBy::Everybody),
    ] {
        let title = format!("{} {}", caller.name, all.len());
        let call = SaveSavedReply { usable_by: usable_by.clone(), ..new(&world, &title) };
        save(&world, caller, &call).await.unwrap();
        all.insert(0, (title, caller.member, usable_by));
    }
    for who in &everyone {
        let may = |rule: fn(&Caller, _, &UsableBy) -> bool| {
            let mine = all.iter().filter(|(_, owner, usable_by)| rule(who, *owner, usable_by));
            mine.map(|(title, ..)| title.clone()).collect::<Vec<_>>()
        };
        let uses = |caller: &Caller, owner, usable_by: &UsableBy| rules::uses(caller, Some(owner), usable_by);
        assert_eq!(titles(&world, who, ask()).await, may(uses), "{}", who.name);
        let editable = ListSavedReplies { editable: true, ..ask() };
        assert_eq!(titles(&world, who, editable).await, may(rules::edits), "{}", who.name);
    }
    assert_eq!(titles(&world, &world.eve, ask()).await, [""; 0], "another team");
}

async fn pages_go_through_everything_once_newest_first(db: Db) {
    let world = World::new(db).await;
    let now = world.clock.now();
    for i in 0..5 {
        // All at the same moment: only the id tells them apart.
        let (ann, call) = (world.ann.clone(), new(&world, &format!("{i}")));
        world.db.write(move |tx| keep(tx, &ann, &call, &[], now)).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let (ann, call) = (world.ann.clone(), ListSavedReplies { limit: 2, after, ..ask() });
        let part = world.db.read(move |tx| page(tx, &ann, &call)).await.unwrap();
        seen.extend(part.items.into_iter().map(|one| one.title));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    let again = SaveSavedReply { id: shown_id(&world, "1").await, revision: 1, ..new(&world, "1 changed") };
    save(&world, &world.ann, &again).await.unwrap();
    assert_eq!(titles(&world, &world.ann, ask()).await[0], "1 changed");
}

async fn shown_id(world: &World, title: &str) -> SavedReplyId {
    let (ann, title) = (world.ann.clone(), title.to_owned());
    let all = world.db.read(move |tx| page(tx, &ann, &ask())).await.unwrap();
    all.items.iter().find(|one| one.title == title).unwrap().id
}

async fn a_search_looks_into_titles_and_texts(db: Db) {
    let world = World::new(db).await;
    for (title, content) in [("ＡＢＣ 到貨", "杯子 100%_"), ("生日", "Happy Birthday"), ("門市", "\\ 營業時間")]
    {
        let call = SaveSavedReply { content: texts(&["第一則", content]), ..new(&world, title) };
        save(&world, &world.ann, &call).await.unwrap();
    }
    for (search, expected) in [
        (" abc ", vec!["ＡＢＣ 到貨"]),
        ("birthDAY", vec!["生日"]),
        ("100%_", vec!["ＡＢＣ 到貨"]),
        ("%", vec!["ＡＢＣ 到貨"]),
        ("\\", vec!["門市"]),
        ("第一則", vec!["門市", "生日", "ＡＢＣ 到貨"]),
        ("nothing", vec![]),
        ("", vec!["門市", "生日", "ＡＢＣ 到貨"]),
    ] {
        let call = ListSavedReplies { search: search.into(), ..ask() };
        assert_eq!(titles(&world, &world.ann, call).await, expected, "{search}");
    }
    let (ann, call) = (world.ann.clone(), ListSavedReplies { search: "a\0".into(), ..ask() });
    let refused = problem(world.db.read(move |tx| page(tx, &ann, &call)).await);
    assert_eq!(refused, Problem::invalid("search", Rule::ControlCharacter));
}

async fn a_change_that_builds_on_something_older_is_a_conflict(db: Db) {
    let world = World::new(db).await;
    let first = new(&world, "一");
    assert_eq!(save(&world, &world.ann, &first).await.unwrap().revision, 1);
    // The same again: its answer was lost.
    assert_eq!(save(&world, &world.ann, &first).await.unwrap().revision, 1);
    let mine = SaveSavedReply { content: texts(&["我的"]), revision: 1, ..first.clone() };
    let theirs = SaveSavedReply { content: texts(&["她的"]), revision: 1, ..first };
    assert_eq!(save(&world, &world.ann, &mine).await.unwrap().revision, 2);
    let refused = problem(save(&world, &world.ann, &theirs).await);
    assert_eq!(refused, Problem::conflict(Conflict::SavedReplyChanged { revision: 2 }));
    assert_eq!(shown(&world, &world.ann, mine.id).await.unwrap().content, texts(&["我的"]));
    let on_top = SaveSavedReply { revision: 2, ..theirs };
    assert_eq!(save(&world, &world.ann, &on_top).await.unwrap().revision, 3);
}

async fn what_cannot_be_kept_is_named(db: Db) {
    let world = World::new(db).await;
    let unknown = CategoryId(world.clock.id());
    let [film, gone, document] = [(); 3].map(|()| MediaId(world.clock.id()));
    let base = new(&world, "一");
    let with = |kind, id| Content { parts: vec![Part::text("看"), Part::of_media(kind, id).unwrap()] };
    let large = shared::limits::SMALL_VIDEO_BYTES + 1;
    let rule = Rule::TooLong { limit: shared::limits::SMALL_VIDEO_BYTES, actual: large, unit: Unit::Bytes };
    let expected = "a picture or film: a document goes above a template's text only";
    let only_above_a_template = Rule::Malformed { expected: expected.into() };
    for (caller, call, expected) in [
        (
            &world.ann,
            SaveSavedReply { usable_by: UsableBy::Everybody, ..base.clone() },
            Problem::invalid("usable_by", Rule::NotYours),
        ),
        (
            &world.mia,
            SaveSavedReply { usable_by: UsableBy::Stores { stores: vec![world.north, world.south] }, ..base.clone() },
            Problem::invalid("usable_by", Rule::NotYours),
        ),
        (
            &world.ada,
            SaveSavedReply {
                usable_by: UsableBy::Stores { stores: vec![world.north, world.eve.stores[0]] },
                ..base.clone()
            },
            Problem::invalid("usable_by.stores", Rule::Unknown { count: 1 }),
        ),
        (
            &world.ann,
            SaveSavedReply { categories: vec![unknown], ..base.clone() },
            Problem::invalid("categories", Rule::Unknown { count: 1 }),
        ),
        (
            &world.ann,
            SaveSavedReply { content: with(MediaKind::Video, gone), ..base.clone() },
            Problem::invalid("content.parts[1].media", Rule::Unknown { count: 1 }),
        ),
        (
            &world.ann,
            SaveSavedReply { content: with(MediaKind::Image, film), ..base.clone() },
            Problem::invalid("content.parts[1].media", Rule::Unknown { count: 1 }),
        ),
        (
            &world.ann,
            SaveSavedReply { content: with(MediaKind::Video, film), ..base.clone() },
            Problem::invalid("content.parts[1].media", rule),
        ),
        (
            &world.ann,
            SaveSavedReply { content: with(MediaKind::Video, document), ..base.clone() },
            Problem::invalid("content.parts[1].media", only_above_a_template),
        ),
        (&world.ann, SaveSavedReply { revision: 7, ..base.clone() }, Problem::missing(What::SavedReply)),
    ] {
        let media = [medium(film, large), MediaInfo { kind: MediaKind::Document, ..medium(document, 9) }];
        let refused = problem(save_with(&world, caller, &call, &media).await);
        assert_eq!(refused, expected, "{call:?}");
    }
    assert_eq!(problem(shown(&world, &world.ann, base.id).await), Problem::missing(What::SavedReply));
    // "Only me" is the maker's word: an admin cannot say it of a colleague's.
    let hers = SaveSavedReply { usable_by: UsableBy::Stores { stores: vec![world.north] }, ..base };
    save(&world, &world.ann, &hers).await.unwrap();
    let hidden = SaveSavedReply { usable_by: UsableBy::OnlyMe, revision: 1, ..hers };
    assert_eq!(problem(save(&world, &world.ada, &hidden).await), Problem::invalid("usable_by", Rule::NotYours));
}

async fn others_and_deleted_replies_are_missing(db: Db) {
    let world = World::new(db).await;
    let missing = Problem::missing(What::SavedReply);
    let call = new(&world, "一");
    save(&world, &world.ann, &call).await.unwrap();
    let now = world.clock.now();
    for other in [&world.bob, &world.mia, &world.ada, &world.eve] {
        assert_eq!(problem(shown(&world, other, call.id).await), missing, "{}", other.name);
        let change = SaveSavedReply { revision: 1, ..call.clone() };
        assert_eq!(problem(save(&world, other, &change).await), missing, "{}", other.name);
        let (caller, id) = (other.clone(), call.id);
        assert_eq!(problem(world.db.write(move |tx| forget(tx, &caller, id, now)).await), missing, "{}", other.name);
    }
    // What a colleague may use she still may not change.
    let shared = SaveSavedReply { usable_by: UsableBy::Stores { stores: vec![world.north] }, revision: 1, ..call };
    save(&world, &world.ann, &shared).await.unwrap();
    assert!(shown(&world, &world.mia, shared.id).await.is_ok());
    let change = SaveSavedReply { title: "二".into(), revision: 2, ..shared.clone() };
    assert_eq!(problem(save(&world, &world.mia, &change).await), missing);
    let (mia, id) = (world.mia.clone(), shared.id);
    assert_eq!(problem(world.db.write(move |tx| forget(tx, &mia, id, now)).await), missing);
    // An admin does both.
    assert_eq!(save(&world, &world.ada, &change).await.unwrap().owner.id, world.ann.member);
    let ada = world.ada.clone();
    world.db.write(move |tx| forget(tx, &ada, id, now)).await.unwrap();
    assert_eq!(problem(shown(&world, &world.ann, id).await), missing);
    for late in [SaveSavedReply { revision: 3, ..change.clone() }, SaveSavedReply { revision: 0, ..change }] {
        assert_eq!(problem(save(&world, &world.ada, &late).await), missing, "it does not come back");
    }
    assert_eq!(titles(&world, &world.ada, ask()).await, [""; 0]);
}

async fn categories_have_one_name_each(db: Db) {
    let world = World::new(db).await;
    let first = category(&world, " 新品  Ａ ").await;
    let second = category(&world, "活動").await;
    let name = |id, name: &str| {
        let (ada, call, now) = (world.ada.clone(), SaveCategory { id, name: name.into() }, world.clock.now());
        world.db.write(move |tx| categories::keep(tx, &ada, &call, now))
    };
    let taken = Problem::invalid("name", Rule::Taken);
    assert_eq!(problem(name(world.clock.id(), "新品 a").await), taken);
    assert_eq!(problem(name(second, "新品 Ａ").await), taken);
    assert_eq!(name(first, "新品 a").await.unwrap().name, "新品 a", "it may take its own name again");
    assert_eq!(name(second, "門市活動").await.unwrap().id, second);
    assert_eq!(listed(&world, &world.ann).await, [("新品 a".to_owned(), 0), ("門市活動".to_owned(), 0)]);
    assert_eq!(listed(&world, &world.eve).await, [], "another team");
    for (given, rule) in [("", Rule::Required), ("a\0", Rule::ControlCharacter)] {
        assert_eq!(problem(name(first, given).await), Problem::invalid("name", rule));
    }
    let (ada, now) = (world.ada.clone(), world.clock.now());
    world.db.write(move |tx| categories::forget(tx, &ada, first, now)).await.unwrap();
    assert_eq!(problem(name(first, "回來").await), Problem::missing(What::Category));
    let (ada, now) = (world.ada.clone(), world.clock.now());
    let again = world.db.write(move |tx| categories::forget(tx, &ada, first, now)).await;
    assert_eq!(problem(again), Problem::missing(What::Category));
    assert!(name(world.clock.id(), "新品 A").await.is_ok(), "the name of a deleted one is free");
}

async fn a_merged_category_stands_for_the_one_that_stays(db: Db) {
    let world = World::new(db).await;
    let (a, b, c) = (category(&world, "a").await, category(&world, "b").await, category(&world, "c").await);
    for (title, categories) in [("一", vec![a]), ("二", vec![a, b]), ("三", vec![b]), ("四", vec![c])] {
        save(&world, &world.ada, &filed(&world, title, &categories)).await.unwrap();
    }
    let hers = SaveSavedReply { categories: vec![a], ..new(&world, "她的") };
    save(&world, &world.ann, &hers).await.unwrap();
    let by = |categories: &[CategoryId]| ListSavedReplies { categories: categories.to_vec(), ..ask() };
    assert_eq!(titles(&world, &world.ada, by(&[a])).await, ["二", "一"]);
    assert_eq!(listed(&world, &world.ann).await, [("a".to_owned(), 3), ("b".to_owned(), 2), ("c".to_owned(), 1)]);

    merge(&world, a, b).await.unwrap();
    assert_eq!(titles(&world, &world.ada, by(&[a])).await, ["三", "二", "一"], "a filter from before");
    assert_eq!(titles(&world, &world.ann, by(&[a])).await, ["她的", "三", "二", "一"]);
    assert_eq!(listed(&world, &world.ann).await, [("b".to_owned(), 4), ("c".to_owned(), 1)]);
    // An editor that was open meanwhile still names it.
    let late = save(&world, &world.ada, &filed(&world, "五", &[a, b])).await.unwrap();
    assert_eq!(late.categories.iter().map(|one| one.id).collect::<Vec<_>>(), [b]);

    merge(&world, b, c).await.unwrap();
    for one in [a, b, c] {
        assert_eq!(titles(&world, &world.ada, by(&[one])).await, ["五", "四", "三", "二", "一"]);
    }
    assert_eq!(problem(merge(&world, a, c).await), Problem::missing(What::Category));
    let nowhere = Problem::invalid("into", Rule::Unknown { count: 1 });
    assert_eq!(problem(merge(&world, c, c).await), nowhere);
    assert_eq!(problem(merge(&world, c, a).await), nowhere);
}

async fn a_deleted_category_finds_nothing_and_harms_nothing(db: Db) {
    let world = World::new(db).await;
    let (a, b) = (category(&world, "a").await, category(&world, "b").await);
    save(&world, &world.ada, &filed(&world, "一", &[a])).await.unwrap();
    save(&world, &world.ada, &filed(&world, "二", &[b])).await.unwrap();
    let (ada, now) = (world.ada.clone(), world.clock.now());
    world.db.write(move |tx| categories::forget(tx, &ada, a, now)).await.unwrap();
    let by = |categories: &[CategoryId]| ListSavedReplies { categories: categories.to_vec(), ..ask() };
    assert_eq!(titles(&world, &world.ada, by(&[a])).await, [""; 0]);
    assert_eq!(titles(&world, &world.ada, by(&[a, b])).await, ["二"]);
    assert_eq!(titles(&world, &world.ada, ask()).await, ["二", "一"]);
    let refused = problem(save(&world, &world.ada, &filed(&world, "三", &[a, b])).await);
    assert_eq!(refused, Problem::invalid("categories", Rule::Unknown { count: 1 }));
}

/// What the functions above do, statement by statement.
async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let (team, ada) = (world.team, world.ada.clone());
    let one = world.clock.id::<CategoryId>();
    let named = shared::saved_replies::Category { id: one, name: "Ａ".into() };
    let with = named.clone();
    world.write(move |tx| store::add_category(tx, team, &with, 1)).await;
    assert_eq!(world.read(move |tx| store::standing(tx, team, one)).await, Standing::There);
    assert_eq!(world.read(move |tx| store::count_categories(tx, team)).await, 1);
    assert_eq!(world.read(move |tx| store::category_named(tx, team, "a")).await, Some(one));
    let renamed = shared::saved_replies::Category { name: "B".into(), ..named };
    let with = renamed.clone();
    world.write(move |tx| store::rename_category(tx, team, &with)).await;
    assert_eq!(world.read(move |tx| items::categories_of(tx, team, &[one, one])).await, std::slice::from_ref(&renamed));
    let asked = |ids: &[CategoryId]| {
        let ids = ids.to_vec();
        world.db.read(move |tx| items::asked(tx, team, &ids))
    };
    assert_eq!(asked(&[one]).await.unwrap(), Some(vec![one]));

    let reply = Stored {
        id: world.clock.id(),
        title: "一".into(),
        content: texts(&["一"]),
        usable_by: UsableBy::Everybody,
        owner: shared::members::MemberRef { id: ada.member, name: ada.name.clone() },
        updated_at: 1,
        revision: 1,
        categories: vec![renamed],
    };
    let (id, kept) = (reply.id, reply.clone());
    world
        .write(move |tx| {
            store::add(tx, team, &kept)?;
            store::file(tx, team, &kept)
        })
        .await;
    assert_eq!(world.read(move |tx| store::find(tx, team, id)).await, Some(reply.clone()));
    let changed = Stored { title: "二".into(), updated_at: 2, revision: 2, ..reply };
    let kept = changed.clone();
    world.write(move |tx| store::change(tx, team, &kept)).await;
    let caller = ada.clone();
    assert_eq!(world.read(move |tx| store::page(tx, &caller, &Asked::default(), None, 9)).await, [changed]);

    let stays = category(&world, "stays").await;
    world.write(move |tx| store::merge_category(tx, team, one, stays, 3)).await;
    assert_eq!(world.read(move |tx| store::standing(tx, team, one)).await, Standing::Gone);
    assert_eq!(asked(&[one]).await.unwrap(), Some(vec![stays]));
    world.write(move |tx| store::delete_category(tx, team, stays, 4)).await;
    assert_eq!(asked(&[one, stays]).await.unwrap(), Some(vec![]));

    assert!(!world.read(move |tx| store::was_deleted(tx, team, id)).await);
    world.write(move |tx| store::delete(tx, team, id, 5)).await;
    assert!(world.read(move |tx| store::was_deleted(tx, team, id)).await);
    assert_eq!(world.read(move |tx| store::find(tx, team, id)).await, None);
}
