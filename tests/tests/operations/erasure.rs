//! A person who is forgotten: afterwards nothing in the database or the media store names her.

use std::path::Path;

use sandbox::{
    line::{Act, MediaKind},
    whatsapp,
};
use server::{
    App,
    contacts::erasure::{Forgotten, forget, with_address},
    db::{self, Db},
    params,
};
use shared::{
    campaigns::{Kind, SaveDraft, ShowCampaign, ShowDraft},
    contacts::AddTag,
    content::{Content, NAME_TOKEN},
    conversations::{ConversationState, Reply, Scope, ShowThread, Take},
    deliveries::ListDeliveries,
    id::{ContactId, MessageId},
    selection::Selection,
};
use tests::{
    Engine, World,
    world::{new_draft, until},
};

/// What a customer wrote, and what was written to her; no other text has these in it.
const HER_WORDS: &str = "我的祕密鞋碼三十七";
const OUR_WORDS: &str = "幫您保留那雙祕密的鞋";

/// The columns of text and bytes of all tables.
async fn columns(db: &Db) -> Vec<(String, String, bool)> {
    let text = match db.engine() {
        db::Engine::Sqlite => {
            "SELECT m.name, p.name, p.type = 'BYTEA' FROM sqlite_master m, pragma_table_info(m.name) p
             WHERE m.type = 'table' AND p.type IN ('TEXT', 'BYTEA')"
        }
        db::Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), data_type = 'bytea'
             FROM information_schema.columns
             WHERE table_schema = 'public' AND data_type IN ('text', 'bytea', 'character varying')"
        }
    };
    let columns: Vec<(String, String, bool)> = db.read(move |tx| tx.all(text, params![])).await.unwrap();
    assert!(columns.len() > 100, "{columns:?}");
    columns
}

/// Where in the database this stands.
async fn mentions(db: &Db, what: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (table, column, is_bytes) in columns(db).await {
        let whole = match (db.engine(), is_bytes) {
            (db::Engine::Sqlite, _) => format!("instr(CAST(\"{column}\" AS TEXT), $1)"),
            (db::Engine::Postgres, true) => format!("strpos(encode(\"{column}\", 'escape'), $1)"),
            (db::Engine::Postgres, false) => format!("strpos(\"{column}\", $1)"),
        };
        let text: &'static str = format!("SELECT COUNT(*) FROM \"{table}\" WHERE {whole} > 0").leak();
        let what = what.to_owned();
        let rows: i64 = db.read(move |tx| tx.one(text, params![what])).await.unwrap();
        if rows > 0 {
            found.push(format!("{table}.{column}: {rows}"));
        }
    }
    found
}

/// Files below a folder.
fn files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { 1 }
        })
        .sum()
}

async fn contact(app: &App, world: &World, address: &str) -> ContactId {
    let found = with_address(app, world.team.id, address).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_on_line_is_forgotten_wholly_and_who_writes_again_is_new() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let app = world.server.app().unwrap().clone();
        let sales = world.client("sales").await.unwrap();
        let (customer, id) = world.taken(&sales, "祕密的林雅婷", HER_WORDS).await.unwrap();
        let (other, stays) = world.taken(&sales, "王小明", "您好").await.unwrap();
        world.act(&customer, Act::media(MediaKind::Image, "image/png", b"\x89PNG her face", 0)).await.unwrap();
        let media = app.config.data_dir.join("media");
        until("her picture is here", async || files(&media) == 1).await;
        sales.call(AddTag { id, name: "VIP".into() }).await.unwrap();
        let reply = Reply { id, key: MessageId(new_draft().0), content: Content::of_text(OUR_WORDS) };
        sales.call(reply).await.unwrap();
        let greeting = format!("{NAME_TOKEN} 新品到了");
        let campaign = world.send(&sales, &[id, stays], &[&greeting]).await.unwrap();
        world.settled(&sales, campaign).await.unwrap();
        let thread = ShowThread { id, limit: 50, after: None };
        until("the reply is out", async || {
            let shown = sales.call(thread.clone()).await.unwrap();
            let text = serde_json::to_string(&shown).unwrap();
            text.contains(OUR_WORDS) && !text.contains("\"outcome\":\"queued\"") && !text.contains("\"sending\"")
        })
        .await;
        let ticked = Selection { ids: vec![id, stays], matching: Vec::new() };
        let draft = SaveDraft {
            id: new_draft(),
            kind: Kind::GroupMessage,
            selection: ticked,
            content: Content::of_text("還沒寄"),
            revision: 0,
        };
        let draft_id = draft.id;
        sales.call(draft).await.unwrap();
        let hers = contact(&app, &world, &customer.user).await;
        for what in [customer.name.as_str(), &customer.user, HER_WORDS, OUR_WORDS] {
            assert_ne!(mentions(&app.db, what).await, [""; 0], "{what} is there before");
        }

        until("nothing is on its way to her", async || {
            forget(&app, world.team.id, hers).await.is_ok_and(|how| how == Forgotten::Wholly)
        })
        .await;
        for what in [customer.name.as_str(), &customer.user, HER_WORDS, OUR_WORDS, &hers.to_string()[..]] {
            let left = mentions(&app.db, what).await;
            // Her id names nobody any more: it stays where the act is noted and where the send is counted.
            let is_id = what == hers.to_string();
            let expected = |place: &String| is_id && (place.starts_with("audit.") || place.starts_with("delivery."));
            assert!(left.iter().all(expected), "{engine:?} {what}: {left:?}");
        }
        assert_eq!(files(&media), 0, "her picture is gone");

        // The send counts as before, and the other customer is as he was.
        let shown = sales.call(ShowCampaign { id: campaign }).await.unwrap();
        assert_eq!((shown.row.figures.audience, shown.row.figures.succeeded), (2, 2));
        let people = ListDeliveries { id: campaign, outcome: None, reason: None, limit: 10, after: None };
        let people = sales.call(people).await.unwrap().items;
        let mut names: Vec<&str> = people.iter().map(|row| row.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["", "王小明"]);
        assert_ne!(mentions(&app.db, &other.user).await, [""; 0]);
        let drafted = sales.call(ShowDraft { id: draft_id }).await.unwrap();
        assert_eq!(drafted.selection.ids, [stays]);

        // She writes again: somebody new, of whom nothing is known.
        world.act(&customer, Act::text("又是我")).await.unwrap();
        let pending = (ConversationState::Pending, Scope::Mine);
        let card = world.find(&sales, pending, &customer.name, |_| true).await.unwrap();
        assert_ne!(card.id, id);
        sales.call(Take { id: card.id }).await.unwrap();
        let thread = sales.call(ShowThread { id: card.id, limit: 50, after: None }).await.unwrap();
        assert!(!serde_json::to_string(&thread).unwrap().contains(HER_WORDS));
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_on_whatsapp_is_forgotten_with_her_number() {
    // With and without an id of Meta's own beside the number.
    let kinds: [fn(&str, &str) -> whatsapp::NewCustomer; 2] =
        [whatsapp::NewCustomer::phone, whatsapp::NewCustomer::phone_only];
    let engines = Engine::here().unwrap();
    for (engine, kind) in engines.iter().copied().flat_map(|engine| kinds.map(|kind| (engine, kind))) {
        let world = World::start_on(engine).await.unwrap();
        let app = world.server.app().unwrap().clone();
        let sales = world.client("sales").await.unwrap();
        let number = world.team.business.as_ref().unwrap().numbers[0].name.clone();
        let (name, phone) = ("祕密的陳美玲", "+886955123987");
        let new = kind(name, phone);
        let customer = world.sandbox.whatsapp().add_customer(&number, new).unwrap();
        let when = whatsapp::When::default;
        world.sandbox.whatsapp().act(&number, &customer.user, whatsapp::Act::text(HER_WORDS), when()).await.unwrap();
        let picture = whatsapp::Act::media(whatsapp::Kind::Image, "image/png", b"\x89PNG her face");
        world.sandbox.whatsapp().act(&number, &customer.user, picture, when()).await.unwrap();
        let media = app.config.data_dir.join("media");
        until("her picture is here", async || files(&media) == 1).await;
        let pending = (ConversationState::Pending, Scope::Mine);
        let card = world.find(&sales, pending, name, |_| true).await.unwrap();
        sales.call(Take { id: card.id }).await.unwrap();
        let campaign = world.send(&sales, &[card.id], &[OUR_WORDS, "第二則"]).await.unwrap();
        world.settled(&sales, campaign).await.unwrap();
        let digits = phone.trim_start_matches('+');
        let hers = contact(&app, &world, phone).await;
        for what in [name, digits, HER_WORDS] {
            assert_ne!(mentions(&app.db, what).await, [""; 0], "{what} is there before");
        }
        until("nothing is on its way to her", async || {
            let applied =
                app.db.read(|tx| tx.one::<i64>("SELECT COUNT(*) FROM inbox WHERE processed_at IS NULL", params![]));
            applied.await.unwrap() == 0
                && forget(&app, world.team.id, hers).await.is_ok_and(|how| how == Forgotten::Wholly)
        })
        .await;
        for what in [name, digits, HER_WORDS] {
            assert_eq!(mentions(&app.db, what).await, [""; 0], "{engine:?} {what}");
        }
        assert_eq!(files(&media), 0, "her picture is gone");
        let shown = sales.call(ShowCampaign { id: campaign }).await.unwrap();
        assert_eq!((shown.row.figures.audience, shown.row.figures.succeeded), (1, 1));
        world.stop().await.unwrap();
    }
}
