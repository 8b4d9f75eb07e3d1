//! Templates on both engines: who finds which, what is ours of them, and whether one can go out.

use shared::{
    id::{CampaignId, CategoryId, TemplateId},
    members::{Action, Role},
    problem::{Conflict, Forbidden, Problem, Rule, What},
    reasons::Reason,
    saved_replies::UsableBy,
    templates::{ButtonKind, ListTemplates, SaveTemplate, Shape, TemplateClass, TemplateStatus},
};

use super::{
    check, find,
    fixture_test::{Number, another_number, filled, number, shape, template},
    keep, page,
    store::{self, Times},
};
use crate::{
    caller::Caller,
    conversations::fixture_test::{NASTY, World},
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    the_picker_holds_what_can_be_sent_and_is_for_the_caller,
    pages_go_by_language_and_name,
    a_search_and_categories_and_a_number_narrow_it,
    what_is_ours_is_kept_and_what_cannot_be_is_named,
    one_that_changed_or_is_not_hers_is_refused,
    a_reading_is_taken_once_and_not_too_often,
    statements_do_what_they_say,
];

fn problem<T: std::fmt::Debug>(result: Result<T, Refused>) -> Problem {
    match result.unwrap_err() {
        Refused::Problem(problem) => problem,
        Refused::Fault(cause) => panic!("{cause}"),
    }
}

fn ask() -> ListTemplates {
    ListTemplates { limit: 100, ..Default::default() }
}

async fn names(world: &World, caller: &Caller, call: ListTemplates) -> Vec<String> {
    let caller = caller.clone();
    let page = world.db.read(move |tx| page(tx, &caller, &call)).await.unwrap();
    page.items.into_iter().map(|one| one.shape.name).collect()
}

/// Keeps what is ours of a template.
async fn save(world: &World, call: SaveTemplate) -> Result<super::Stored, Refused> {
    let ada = world.ada.clone();
    world.db.write(move |tx| keep(tx, &ada, &call)).await
}

fn ours(id: TemplateId, usable_by: Option<UsableBy>) -> SaveTemplate {
    SaveTemplate { id, title: String::new(), usable_by, categories: Vec::new() }
}

async fn approved(world: &World, number: Number, name: &str) -> TemplateId {
    template(world, number.waba, shape(name), TemplateStatus::Approved).await
}

async fn the_picker_holds_what_can_be_sent_and_is_for_the_caller(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let of = |stores: &[_]| Some(UsableBy::Stores { stores: stores.to_vec() });
    for (name, usable_by) in [
        ("everybody", Some(UsableBy::Everybody)),
        ("managers", Some(UsableBy::Roles { roles: vec![Role::SalesManager] })),
        ("south", of(&[world.south])),
        ("system", None),
    ] {
        let id = approved(&world, north, name).await;
        save(&world, ours(id, usable_by)).await.unwrap();
    }
    for status in TemplateStatus::ALL {
        if status != TemplateStatus::Approved {
            template(&world, north.waba, shape(&format!("z_{}", status.as_str())), status).await;
        }
    }
    let code = Shape { class: TemplateClass::Authentication, ..shape("z_code") };
    template(&world, north.waba, code, TemplateStatus::Approved).await;
    let mut flow = shape("z_flow");
    flow.buttons[0].does = ButtonKind::Other { what: "FLOW".into() };
    template(&world, north.waba, flow, TemplateStatus::Approved).await;

    for (who, expected) in [
        (&world.ann, &["everybody"][..]),
        (&world.mia, &["everybody", "managers"]),
        (&world.bob, &["everybody", "south"]),
        (&world.ada, &["everybody", "managers", "south"]),
        (&world.eve, &[]),
    ] {
        assert_eq!(names(&world, who, ask()).await, expected, "{}", who.name);
    }
    let all = ListTemplates { all: true, ..ask() };
    assert_eq!(names(&world, &world.ada, all.clone()).await.len(), 4 + 6 + 2);
    let mia = world.mia.clone();
    let refused = problem(world.db.read(move |tx| page(tx, &mia, &all)).await);
    let why = Forbidden::Role { action: Action::ManageTemplates, allowed: vec![Role::Admin] };
    assert_eq!(refused, Problem::Forbidden { why });
}

async fn pages_go_by_language_and_name(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", None).await, number(&world, "南店", None).await);
    let mut expected = Vec::new();
    for (at, language, name) in [(north, "zh_TW", "a"), (north, "en", "b"), (south, "en", "a"), (north, "en", "a")] {
        let one = Shape { language: language.into(), ..shape(name) };
        expected.push((language, name, template(&world, at.waba, one, TemplateStatus::Approved).await));
    }
    expected.sort_unstable();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let (ann, call) = (world.ann.clone(), ListTemplates { limit: 1, after, ..ask() });
        let page = world.db.read(move |tx| page(tx, &ann, &call)).await.unwrap();
        seen.extend(page.items.iter().map(|one| one.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, expected.iter().map(|(.., id)| *id).collect::<Vec<_>>());
    for after in ["x".to_owned(), world.clock.id::<TemplateId>().to_string()] {
        let (ann, call) = (world.ann.clone(), ListTemplates { after: Some(after), ..ask() });
        let refused = problem(world.db.read(move |tx| page(tx, &ann, &call)).await);
        assert!(matches!(refused, Problem::Invalid { field, .. } if field == "after"));
    }
}

async fn a_search_and_categories_and_a_number_narrow_it(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", None).await, number(&world, "南店", None).await);
    let (team, category) = (world.team, world.clock.id::<CategoryId>());
    let merged: CategoryId = world.clock.id();
    world
        .write(move |tx| {
            for (id, into) in [(category, None), (merged, Some(category))] {
                tx.execute(
                    "INSERT INTO category (team_id, id, kind, name, folded_name, created_at, deleted_at, merged_into)
                     VALUES ($1, $2, 'saved_reply', 'c', 'c', 0, $3, $4)",
                    params![team, id, into.map(|_| 1_i64), into],
                )?;
            }
            Ok(())
        })
        .await;
    let sale = approved(&world, north, "sale_100").await;
    let body = Shape { body: "週年慶 100%_".into(), buttons: Vec::new(), ..shape("anniversary") };
    template(&world, south.waba, body, TemplateStatus::Approved).await;
    let title = SaveTemplate {
        title: "年中Ｓａｌｅ".into(),
        categories: vec![merged],
        ..ours(sale, Some(UsableBy::Everybody))
    };
    let kept = save(&world, title).await.unwrap();
    assert_eq!(kept.categories.iter().map(|one| one.id).collect::<Vec<_>>(), [category], "a merged one stands for it");

    let search = |search: &str| ListTemplates { search: search.into(), ..ask() };
    for (text, found) in [
        ("年中SALE", &["sale_100"][..]),
        ("sale_", &["sale_100"]),
        ("100%_", &["anniversary"]),
        ("週年", &["anniversary"]),
        ("%", &["anniversary"]),
        ("nothing", &[]),
    ] {
        assert_eq!(names(&world, &world.ann, search(text)).await, found, "{text}");
    }
    for one in [category, merged] {
        let by = ListTemplates { categories: vec![one], ..ask() };
        assert_eq!(names(&world, &world.ann, by).await, ["sale_100"]);
    }
    let none = ListTemplates { categories: vec![world.clock.id()], ..ask() };
    assert_eq!(names(&world, &world.ann, none).await, [""; 0]);
    let other = another_number(&world, north.waba, "北二").await;
    for (channel, found) in [
        (north.channel, &["sale_100"][..]),
        (other, &["sale_100"]),
        (south.channel, &["anniversary"]),
        (world.shop, &[]),
        (world.clock.id(), &[]),
    ] {
        let by = ListTemplates { channel: Some(channel), ..ask() };
        assert_eq!(names(&world, &world.ann, by).await, found);
    }
}

async fn what_is_ours_is_kept_and_what_cannot_be_is_named(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let id = approved(&world, north, "sale").await;
    let call = SaveTemplate { title: format!("  {}", NASTY.chars().take(40).collect::<String>()), ..ours(id, None) };
    let kept = save(&world, call).await.unwrap();
    assert_eq!((kept.usable_by.clone(), kept.title.starts_with("O'Brien")), (None, true));
    let ada = world.ada.clone();
    assert_eq!(world.db.read(move |tx| find(tx, &ada, id)).await.unwrap(), kept);
    let mia = world.mia.clone();
    assert_eq!(problem(world.db.read(move |tx| find(tx, &mia, id)).await), Problem::missing(What::Template));

    let foreign = UsableBy::Stores { stores: vec![world.eve.stores[0]] };
    let unknown = |field: &str| Problem::invalid(field, Rule::Unknown { count: 1 });
    assert_eq!(problem(save(&world, ours(id, Some(foreign))).await), unknown("usable_by.stores"));
    let filed = SaveTemplate { categories: vec![world.clock.id()], ..ours(id, None) };
    assert_eq!(problem(save(&world, filed).await), unknown("categories"));
    let missing = Problem::missing(What::Template);
    assert_eq!(problem(save(&world, ours(world.clock.id(), None)).await), missing);
    let (eve, call) = (Caller { role: Role::Admin, ..world.eve.clone() }, ours(id, None));
    assert_eq!(problem(world.db.write(move |tx| keep(tx, &eve, &call)).await), missing);
}

async fn one_that_changed_or_is_not_hers_is_refused(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", None).await, number(&world, "南店", None).await);
    let id = approved(&world, north, "sale").await;
    let second = another_number(&world, north.waba, "北二").await;
    let asked = |caller: &Caller, channel, template, shape: Shape| {
        let caller = caller.clone();
        world.db.read(move |tx| check(tx, &caller, channel, &filled(template, shape)))
    };
    let changed = |status| Problem::conflict(Conflict::TemplateChanged { status });
    for channel in [north.channel, second] {
        asked(&world.ann, channel, id, shape("sale")).await.unwrap();
    }
    let is = Some(TemplateStatus::Approved);
    assert_eq!(problem(asked(&world.ann, south.channel, id, shape("sale")).await), changed(is), "another account's");
    let other = Shape { body: "{{1}} 您好".into(), ..shape("sale") };
    assert_eq!(problem(asked(&world.ann, north.channel, id, other).await), changed(is), "it said something else");
    let (gone, north_id) = (world.clock.id(), north.channel);
    assert_eq!(problem(asked(&world.ann, north_id, gone, shape("sale")).await), changed(None));
    assert_eq!(problem(asked(&world.eve, north_id, id, shape("sale")).await), changed(None));
    save(&world, ours(id, Some(UsableBy::Roles { roles: vec![Role::SalesManager] }))).await.unwrap();
    assert_eq!(problem(asked(&world.ann, north_id, id, shape("sale")).await), changed(None), "not for her");
    asked(&world.mia, north_id, id, shape("sale")).await.unwrap();
    let team = world.team;
    world.write(move |tx| store::set_status(tx, team, id, TemplateStatus::Paused, 5)).await;
    assert_eq!(problem(asked(&world.mia, north_id, id, shape("sale")).await), changed(Some(TemplateStatus::Paused)));
    world.write(move |tx| store::gone(tx, team, &[id.to_string()], 5)).await;
    assert_eq!(problem(asked(&world.mia, north_id, id, shape("sale")).await), changed(None));
}

async fn a_reading_is_taken_once_and_not_too_often(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let (team, waba) = (world.team, north.waba);
    let next = Times { free_at: 160, due_at: 700 };
    let take = |now, due| world.write(move |tx| store::take(tx, team, waba, now, due, next));
    assert_eq!(world.read(|tx| store::due(tx, 100, 9)).await, [(team, waba)], "a new one is due at once");
    assert!(take(100, 100).await);
    assert!(!take(100, i64::MAX).await, "somebody has it");
    assert_eq!(world.read(|tx| store::due(tx, 699, 9)).await, []);
    assert_eq!(world.read(move |tx| store::free_at(tx, team)).await, Some(160));
    assert!(!take(159, i64::MAX).await);
    assert!(!take(160, 160).await, "free, but not due");
    // What Meta told brings it forward, and the end of a reading leaves that.
    world.write(move |tx| store::due_soon(tx, team, waba, 300)).await;
    world.write(move |tx| store::due_soon(tx, team, waba, 400)).await;
    assert_eq!(world.read(|tx| store::due(tx, 299, 9)).await, []);
    assert_eq!(world.read(|tx| store::due(tx, 300, 9)).await, [(team, waba)]);
    let ended = Times { free_at: 250, due_at: 9_000 };
    world.write(move |tx| store::ended(tx, team, waba, next, ended, Some("(#4) limit"), 200)).await;
    assert_eq!(world.read(|tx| store::due(tx, 300, 9)).await, [(team, waba)]);
    assert_eq!(world.read(move |tx| store::free_at(tx, team)).await, Some(250));
    let told: (Option<i64>, Option<String>) = world
        .read(move |tx| {
            tx.one("SELECT synced_at, sync_failed FROM waba WHERE team_id = $1 AND id = $2", params![team, waba])
        })
        .await;
    assert_eq!(told, (None, Some("(#4) limit".into())));
    assert!(take(300, 300).await);
    world.write(move |tx| store::ended(tx, team, waba, next, ended, None, 310)).await;
    assert_eq!(world.read(|tx| store::due(tx, 8_999, 9)).await, []);
    assert_eq!(world.read(|tx| store::due(tx, 9_000, 9)).await, [(team, waba)]);
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let (team, other, waba) = (world.team, world.eve.team, north.waba);
    let id = approved(&world, north, "sale").await;
    let campaign: CampaignId = world.clock.id();
    let sender = world.ann.member;
    world
        .write(move |tx| {
            let stored = store::find(tx, team, id)?.unwrap();
            assert_eq!(store::find(tx, other, id)?, None);
            let place = store::place(tx, team, id)?.unwrap();
            assert_eq!((place.language.as_str(), place.name.as_str(), place.id), ("zh_TW", "sale", id));
            store::change(tx, team, &super::Stored { title: "年中".into(), ..stored })?;
            assert_eq!(store::find(tx, team, id)?.unwrap().title, "年中");
            let known = store::of_waba(tx, team, waba)?;
            assert_eq!(known.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
            let meant = store::meant(tx, team, waba, Some(&id.to_string()), "", "")?;
            assert_eq!(meant, store::meant(tx, team, waba, None, "sale", "zh_TW")?);
            assert_eq!(meant, Some(known[0].clone()));
            assert_eq!(store::meant(tx, team, waba, None, "sale", "en")?, None);
            assert_eq!((store::count(tx, team)?, store::count(tx, other)?), (1, 0));

            tx.execute(
                "INSERT INTO campaign (team_id, id, kind, class, subject, sender_id, sender_name, content, \
                 first_text, parts, \
                 referral_links, audience_kind, selection, channels, state, paused_reason, template_id, created_at, \
                 broadcast_at, expires_at, audience, queued, accepted, failed, unknown) \
                 VALUES ($1, $2, 'group_template', 1, '', $3, 'Ann', '{}', '', 1, 0, 'selection', '{}', '[]', \
                 'paused', $4, \
                 $5, 1, 1, 1, 1, 1, 0, 0, 0)",
                params![team, campaign, sender, Reason::WaTemplatePaused, id],
            )?;
            assert_eq!(store::held(tx, team, waba)?, [campaign]);
            store::set_status(tx, team, id, TemplateStatus::Paused, 5)?;
            assert_eq!(store::held(tx, team, waba)?, []);
            store::gone(tx, team, &[id.to_string()], 6)?;
            assert_eq!((store::count(tx, team)?, store::find(tx, team, id)?), (0, None));
            let back = store::of_waba(tx, team, waba)?.remove(0);
            assert!(back.is_gone);
            store::read(tx, team, waba, &back, 7)?;
            assert_eq!(store::find(tx, team, id)?.unwrap().title, "年中", "what is ours of it came back with it");
            Ok(())
        })
        .await;
}
