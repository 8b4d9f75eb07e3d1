//! Reading templates from Meta, on both engines: against a stand-in that answers pages, and by what Meta tells.

use std::sync::{Arc, Mutex};

use serde_json::json;
use shared::{
    id::{CampaignId, TeamId, TemplateId, WabaId},
    media::MediaKind,
    problem::Problem,
    reasons::Reason,
    templates::{
        Header, ListTemplates, Quality, ShowTemplate, SyncFailure, SyncTemplates, Synced, Template, TemplateStatus,
    },
};

use super::{
    fixture_test::{Number, number, shape, template},
    heard, list, show,
    sync::{Tally, keep, read_due, sync},
};
use crate::{
    App,
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    platforms::{
        testing::{Then, stub},
        whatsapp::{FoundTemplate, webhook::TemplateUpdate},
    },
    refused::Refused,
};

on_both_engines![
    all_accounts_are_read_page_by_page_and_one_that_fails_keeps_nobody_from_it,
    new_changed_and_gone_are_told_apart,
    one_that_could_not_be_filled_in_can_be_picked_once_this_version_can,
    what_meta_told_meanwhile_is_newer,
    a_template_that_comes_back_lets_go_of_what_was_held_for_it,
    what_is_due_is_read_by_itself,
];

/// A template as Meta lists it.
fn listed(name: &str, status: &str, body: &str) -> serde_json::Value {
    json!({
        "id": format!("m-{name}"), "name": name, "language": "zh_TW", "status": status, "category": "MARKETING",
        "parameter_format": "POSITIONAL", "components": [{ "type": "BODY", "text": body }],
        "quality_score": { "score": "GREEN" },
    })
}

fn found(name: &str, status: TemplateStatus) -> FoundTemplate {
    FoundTemplate { meta_id: format!("m-{name}"), status, quality: Quality::Green, shape: shape(name) }
}

/// A page of templates.
type TemplatePage = Vec<serde_json::Value>;
/// An account's id at Meta and its pages.
type Account = (String, Vec<TemplatePage>);

/// Meta's side: pages by what stands in the path and the query. An account that is not among them is refused.
#[derive(Clone, Default)]
struct Meta(Arc<Mutex<Vec<Account>>>);

impl Meta {
    fn has(&self, waba: WabaId, pages: Vec<TemplatePage>) {
        let mut accounts = self.0.lock().unwrap();
        accounts.retain(|(id, _)| *id != waba.to_string());
        accounts.push((waba.to_string(), pages));
    }

    fn answer(&self, request: &str) -> Then {
        let line = request.lines().next().unwrap_or_default();
        let accounts = self.0.lock().unwrap();
        let Some((id, pages)) = accounts.iter().find(|(id, _)| line.contains(&format!("/{id}/message_templates")))
        else {
            let error = json!({ "error": { "message": "(#100) no such account", "code": 100, "fbtrace_id": "F" } });
            return Then::answer("400 Bad Request", "", error.to_string().as_bytes());
        };
        let page =
            line.split("after=").nth(1).and_then(|rest| rest.split([' ', '&']).next()?.parse().ok()).unwrap_or(0);
        let mut body = json!({ "data": pages[page] });
        if page + 1 < pages.len() {
            let next = (page + 1).to_string();
            body["paging"] = json!({ "cursors": { "after": next }, "next": format!("https://{id}") });
        }
        Then::answer("200 OK", "content-type: application/json\r\n", body.to_string().as_bytes())
    }
}

/// A server that asks this stand-in, with the tokens of these accounts sealed.
async fn app(world: &World, meta: &Meta, numbers: &[Number]) -> App {
    let answers = meta.clone();
    let (base, _) = stub(move |request| answers.answer(request)).await;
    let app = world.app_with(|config| config.whatsapp.api_base = base).await;
    for number in numbers {
        let (team, waba) = (world.team, number.waba);
        let sealed = app.keys.seal(team, "waba", "access_token", &waba.to_string(), b"token").unwrap();
        world
            .write(move |tx| {
                tx.execute(
                    "UPDATE waba SET access_token = $3 WHERE team_id = $1 AND id = $2",
                    params![team, waba, sealed.clone()],
                )
            })
            .await;
    }
    app
}

async fn templates(app: &App, world: &World) -> Vec<Template> {
    let call = ListTemplates { all: true, limit: 100, ..Default::default() };
    list(app.clone(), world.ada.clone(), call).await.unwrap().items
}

async fn all_accounts_are_read_page_by_page_and_one_that_fails_keeps_nobody_from_it(db: Db) {
    let world = World::new(db).await;
    let (north, south, bad) =
        (number(&world, "a", None).await, number(&world, "b", None).await, number(&world, "壞的", None).await);
    let meta = Meta::default();
    meta.has(north.waba, vec![vec![listed("one", "APPROVED", "您好")], vec![listed("two", "PAUSED", "再見")], vec![]]);
    meta.has(south.waba, vec![vec![listed("one", "APPROVED", "南店")]]);
    let app = app(&world, &meta, &[north, south, bad]).await;
    let synced = sync(app.clone(), world.ada.clone(), SyncTemplates {}).await.unwrap();
    let [SyncFailure { account, why }] = &synced.failed[..] else { panic!("{synced:?}") };
    assert_eq!(account, "壞的");
    assert!(why.contains("no such account") && !why.contains("token"), "{why}");
    assert_eq!((synced.found, synced.added, synced.changed, synced.gone), (3, 3, 0, 0));

    let all = templates(&app, &world).await;
    let short: Vec<_> =
        all.iter().map(|one| (one.shape.name.as_str(), one.status, one.channels[0].id, one.quality)).collect();
    let green = Quality::Green;
    let mut expected = [
        ("one", TemplateStatus::Approved, north.channel, green),
        ("one", TemplateStatus::Approved, south.channel, green),
        ("two", TemplateStatus::Paused, north.channel, green),
    ];
    expected[..2].sort_by_key(|(.., channel, _)| all.iter().position(|one| one.channels[0].id == *channel));
    assert_eq!(short, expected);
    let picked = list(app.clone(), world.ann.clone(), ListTemplates { limit: 50, ..Default::default() }).await.unwrap();
    assert_eq!(picked.items.len(), 2);
    let one = ShowTemplate { id: picked.items[0].id };
    assert_eq!(show(app.clone(), world.ann.clone(), one).await.unwrap(), picked.items[0]);

    // Not again within a minute; the account that failed neither.
    world.clock.advance(20_000);
    let again = sync(app.clone(), world.ada.clone(), SyncTemplates {}).await;
    let Err(Refused::Problem(Problem::TooMany { retry_after: 40 })) = again else { panic!("{again:?}") };
    world.clock.advance(40_000);
    let again = sync(app.clone(), world.ada.clone(), SyncTemplates {}).await.unwrap();
    assert_eq!((again.found, again.added, again.failed.len()), (3, 0, 1));
    // A team without WhatsApp has nothing to read.
    let none = sync(app, world.eve.clone(), SyncTemplates {}).await.unwrap();
    assert_eq!(none, Synced::default());
}

async fn new_changed_and_gone_are_told_apart(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "a", None).await;
    let kept = |found: Vec<FoundTemplate>| {
        let (clock, team, waba, began) = (world.clock.clone(), world.team, north.waba, world.clock.now());
        world.write(move |tx| keep(tx, &clock, team, waba, &found, began))
    };
    let tally = |added, changed, gone| Tally { added, changed, gone };
    let approved = TemplateStatus::Approved;
    // A template that moved from page to page while they were read comes twice.
    let first = vec![found("a", approved), found("b", TemplateStatus::Pending), found("a", approved)];
    assert_eq!(kept(first).await, tally(2, 0, 0));
    assert_eq!(kept(vec![found("a", approved), found("b", TemplateStatus::Pending)]).await, tally(0, 0, 0));
    let (a, b) = (id_of(&world, "a").await, id_of(&world, "b").await);
    let mut changed = found("a", approved);
    changed.shape.body = "{{1}} 晚安".into();
    assert_eq!(kept(vec![changed.clone(), found("b", approved)]).await, tally(0, 2, 0));
    assert_eq!(kept(vec![changed.clone()]).await, tally(0, 0, 1));
    assert_eq!(kept(vec![changed.clone()]).await, tally(0, 0, 0), "gone once");
    // One that comes back, even under another id at Meta, is the one it was.
    let back = FoundTemplate { meta_id: "new".into(), ..found("b", approved) };
    assert_eq!(kept(vec![changed, back]).await, tally(1, 0, 0));
    assert_eq!((id_of(&world, "a").await, id_of(&world, "b").await), (a, b));
}

/// As a server before this one kept a template whose header is a document.
async fn one_that_could_not_be_filled_in_can_be_picked_once_this_version_can(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "a", None).await;
    let app = app(&world, &Meta::default(), &[north]).await;
    let read = |header: Header| {
        let (clock, team, waba, began) = (world.clock.clone(), world.team, north.waba, world.clock.now());
        let mut one = found("warranty", TemplateStatus::Approved);
        one.shape.header = Some(header);
        world.write(move |tx| keep(tx, &clock, team, waba, std::slice::from_ref(&one), began))
    };
    let picked = || async {
        let call = ListTemplates { limit: 50, ..Default::default() };
        list(app.clone(), world.ann.clone(), call).await.unwrap().items
    };
    read(Header::Other { format: "DOCUMENT".into() }).await;
    assert_eq!(picked().await, []);
    let before = templates(&app, &world).await[0].id;
    let tally = read(Header::Media { media: MediaKind::Document }).await;
    assert_eq!(tally, Tally { added: 0, changed: 1, gone: 0 });
    let after = picked().await;
    assert_eq!((after.len(), after[0].id, after[0].shape.header_media()), (1, before, Some(MediaKind::Document)));
}

async fn id_of(world: &World, name: &'static str) -> TemplateId {
    let team = world.team;
    world.read(move |tx| tx.one("SELECT id FROM template WHERE team_id = $1 AND name = $2", params![team, name])).await
}

fn update(name: &str, status: TemplateStatus) -> TemplateUpdate {
    TemplateUpdate { meta_id: None, name: name.into(), language: "zh_TW".into(), status }
}

async fn hear(world: &World, number: Number, update: TemplateUpdate) {
    let (clock, team) = (world.clock.clone(), world.team);
    world.write(move |tx| heard(tx, &clock, team, number.waba, &update)).await;
}

async fn status(world: &World, id: TemplateId) -> TemplateStatus {
    let team = world.team;
    world.read(move |tx| tx.one("SELECT status FROM template WHERE team_id = $1 AND id = $2", params![team, id])).await
}

async fn due_at(world: &World, number: Number) -> i64 {
    let (team, waba) = (world.team, number.waba);
    world
        .read(move |tx| tx.one("SELECT sync_due_at FROM waba WHERE team_id = $1 AND id = $2", params![team, waba]))
        .await
}

async fn what_meta_told_meanwhile_is_newer(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "a", None).await;
    let id = template(&world, north.waba, shape("a"), TemplateStatus::Approved).await;
    let (clock, team, waba, began) = (world.clock.clone(), world.team, north.waba, world.clock.now());
    world
        .write(move |tx| tx.execute("UPDATE waba SET sync_due_at = $2 WHERE team_id = $1", params![team, i64::MAX]))
        .await;
    world.clock.advance(1_000);
    hear(&world, north, update("a", TemplateStatus::Paused)).await;
    assert_eq!(status(&world, id).await, TemplateStatus::Paused, "at once");
    assert!(due_at(&world, north).await <= world.clock.now() + 60_000, "and it is read soon");
    // The page was read before.
    let pages = [found("a", TemplateStatus::Approved)];
    let (with, stale) = (clock.clone(), pages.clone());
    world.write(move |tx| keep(tx, &with, team, waba, &stale, began)).await;
    assert_eq!(status(&world, id).await, TemplateStatus::Paused);
    world.clock.advance(1_000);
    let now = world.clock.now();
    world.write(move |tx| keep(tx, &clock, team, waba, &pages, now)).await;
    assert_eq!(status(&world, id).await, TemplateStatus::Approved);
    // One that nobody knows yet is only a reason to read.
    hear(&world, north, update("new", TemplateStatus::Approved)).await;
}

/// A send that is held for a template.
async fn held(world: &World, template: TemplateId, reason: Reason) -> CampaignId {
    let (team, campaign, sender): (TeamId, CampaignId, _) = (world.team, world.clock.id(), world.ann.member);
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO campaign (team_id, id, kind, class, subject, sender_id, sender_name, content, \
                 first_text, parts, \
                 referral_links, audience_kind, selection, channels, state, paused_reason, template_id, created_at, \
                 broadcast_at, expires_at, audience, queued, accepted, failed, unknown) \
                 VALUES ($1, $2, 'group_template', 1, '', $3, 'Ann', '{}', '', 1, 0, 'selection', '{}', '[]', \
                 'paused', $4, \
                 $5, 1, 1, 1, 1, 1, 0, 0, 0)",
                params![team, campaign, sender, reason, template],
            )
        })
        .await;
    campaign
}

async fn state(world: &World, campaign: CampaignId) -> String {
    let team = world.team;
    world
        .read(move |tx| tx.one("SELECT state FROM campaign WHERE team_id = $1 AND id = $2", params![team, campaign]))
        .await
}

async fn a_template_that_comes_back_lets_go_of_what_was_held_for_it(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "a", None).await;
    let paused = template(&world, north.waba, shape("a"), TemplateStatus::Paused).await;
    let other = template(&world, north.waba, shape("b"), TemplateStatus::Paused).await;
    let (mine, others) =
        (held(&world, paused, Reason::WaTemplatePaused).await, held(&world, other, Reason::WaTemplateDisabled).await);
    // What is held for something else than the template waits for that.
    let unfit = held(&world, paused, Reason::WaTemplateParameters).await;
    hear(&world, north, update("a", TemplateStatus::Disabled)).await;
    assert_eq!(state(&world, mine).await, "paused");
    hear(&world, north, update("a", TemplateStatus::Approved)).await;
    assert_eq!(state(&world, mine).await, "sending");
    assert_eq!((state(&world, others).await, state(&world, unfit).await), ("paused".into(), "paused".into()));
    // The webhook of the other was lost: the next reading finds it.
    let (clock, team, waba) = (world.clock.clone(), world.team, north.waba);
    let pages = [found("a", TemplateStatus::Approved), found("b", TemplateStatus::Approved)];
    world.clock.advance(1_000);
    let now = world.clock.now();
    world.write(move |tx| keep(tx, &clock, team, waba, &pages, now)).await;
    assert_eq!(state(&world, others).await, "sending");
}

async fn what_is_due_is_read_by_itself(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "a", None).await;
    let meta = Meta::default();
    meta.has(north.waba, vec![vec![listed("one", "APPROVED", "您好")]]);
    let app = app(&world, &meta, &[north]).await;
    read_due(&app).await.unwrap();
    assert_eq!(templates(&app, &world).await.len(), 1);
    meta.has(north.waba, vec![vec![listed("one", "APPROVED", "您好"), listed("two", "APPROVED", "再見")]]);
    world.clock.advance(120_000);
    read_due(&app).await.unwrap();
    assert_eq!(templates(&app, &world).await.len(), 1, "it is not due");
    hear(&world, north, update("two", TemplateStatus::Approved)).await;
    world.clock.advance(30_000);
    read_due(&app).await.unwrap();
    assert_eq!(templates(&app, &world).await.len(), 2);
    world.clock.advance(4 * 3_600_000);
    meta.has(north.waba, vec![vec![]]);
    read_due(&app).await.unwrap();
    assert_eq!(templates(&app, &world).await.len(), 0);
}
