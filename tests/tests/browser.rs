//! The browser journeys: `tests/browser/*.mjs`, each in a world of its own. Their names begin with `journey_`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::path::Path;

use sandbox::{
    Fault, FaultKind,
    line::Act,
    whatsapp::{NewCustomer, TemplateSpec},
};
use shared::{
    attributes::{AttributeKind, AttributeValue, Number, SaveAttribute, SetAttribute},
    contacts::{AddTag, Subscription},
    content::{Content, Part},
    conversations::{ConversationState, ListConversations, MarkRead, Scope},
    id::{AttributeId, CategoryId, MediaId, SavedReplyId},
    media::MediaKind,
    saved_replies::{SaveCategory, SaveSavedReply, UsableBy},
    templates::{ListTemplates, SaveTemplate, SyncTemplates},
};
use tests::{Engine, World, demo, journey, upload::upload, world::Met};

#[tokio::test(flavor = "multi_thread")]
async fn journey_sign_in() {
    let world = World::start().await.unwrap();
    journey::run(&world, "sign_in").await.unwrap();
    world.stop().await.unwrap();
}

/// The whole flow of the seed with text: steps 1 to 5 and 9 to 15.
#[tokio::test(flavor = "multi_thread")]
async fn journey_group_message() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    let (_, ann) = world.taken(&client, "林雅婷", "那個燕麥白的霧面杯還有嗎？").await.unwrap();
    let (_, ben) = world.taken(&client, "陳柏翰", "請問可以寄到新竹嗎？").await.unwrap();
    for id in [ann, ben] {
        client.call(AddTag { id, name: "VIP".into() }).await.unwrap();
    }
    let (blocked, _) = world.taken(&client, "周子晴", "謝謝").await.unwrap();
    world.act(&blocked, Act::Block).await.unwrap();
    let in_progress = (ConversationState::InProgress, Scope::Mine);
    world.find(&client, in_progress, "周子晴", |card| card.subscription == Subscription::Blocked).await.unwrap();
    journey::run(&world, "group_message").await.unwrap();
    world.stop().await.unwrap();
}

/// The answer to Send is lost, she taps again and reloads: one campaign.
#[tokio::test(flavor = "multi_thread")]
async fn journey_lost_answer() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    for name in ["林雅婷", "陳柏翰"] {
        world.taken(&client, name, "您好").await.unwrap();
    }
    journey::run(&world, "lost_answer").await.unwrap();
    world.stop().await.unwrap();
}

/// Without a line: the app starts, says what is safe, keeps the draft and goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn journey_offline() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    let (_, ann) = world.taken(&client, "林雅婷", "那個燕麥白的霧面杯還有嗎？").await.unwrap();
    let campaign = world.send(&client, &[ann], &["新品到店"]).await.unwrap();
    world.settled(&client, campaign).await.unwrap();
    journey::run(&world, "offline").await.unwrap();
    world.stop().await.unwrap();
}

/// A new version of the app is put on the server while somebody writes.
#[tokio::test(flavor = "multi_thread")]
async fn journey_new_version() {
    let web = tempfile::tempdir().unwrap();
    if let Some(built) = tests::web_folder() {
        copy(&built, web.path()).unwrap();
    }
    let folder = web.path().to_owned();
    let world = World::start_with(Engine::Sqlite, |config| config.web_dir = Some(folder)).await.unwrap();
    let client = world.client("sales").await.unwrap();
    world.taken(&client, "林雅婷", "那個燕麥白的霧面杯還有嗎？").await.unwrap();
    journey::run(&world, "new_version").await.unwrap();
    world.stop().await.unwrap();
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Live updates: on two devices, while she reads and types, and over a line that is cut.
#[tokio::test(flavor = "multi_thread")]
async fn journey_live() {
    let world = World::start().await.unwrap();
    // The send takes its time, so that it can be watched.
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 3_000 }).at("multicast"));
    let client = world.client("sales").await.unwrap();
    let (ann, _) = world.taken(&client, "林雅婷", "第 1 句").await.unwrap();
    for number in 2..=40 {
        world.act(&ann, Act::text(&format!("第 {number} 句"))).await.unwrap();
    }
    for number in 0..10 {
        world.taken(&client, &format!("客人{number}"), "您好").await.unwrap();
    }
    world.taken(&client, "陳柏翰", "您好").await.unwrap();
    let last = (ConversationState::InProgress, Scope::Mine);
    world
        .find(&client, last, "林雅婷", |card| card.last.as_ref().is_some_and(|last| last.text == "第 40 句"))
        .await
        .unwrap();
    let others = client.call(ListConversations { limit: 100, ..Default::default() }).await.unwrap();
    for card in others.items {
        client.call(MarkRead { id: card.id }).await.unwrap();
    }
    journey::run(&world, "live").await.unwrap();
    world.stop().await.unwrap();
}

/// Every screen under axe in both themes, and at 320 px with text of 130 % in both languages.
#[tokio::test(flavor = "multi_thread")]
async fn journey_accessible() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    let mut ids = Vec::new();
    for name in ["林雅婷", "陳柏翰", "黃詩涵", "Alexandria Fitzgerald-Montgomery", "王小美", "周子晴", "張家豪"]
    {
        ids.push(world.taken(&client, name, "那個燕麥白的霧面杯還有嗎？").await.unwrap());
    }
    for (_, id) in &ids[..4] {
        for name in ["VIP", "秋冬新品預購名單", "咖啡器具"] {
            client.call(AddTag { id: *id, name: name.into() }).await.unwrap();
        }
    }
    world.act(&ids[5].0, Act::Block).await.unwrap();
    let in_progress = (ConversationState::InProgress, Scope::Mine);
    world.find(&client, in_progress, "周子晴", |card| card.subscription == Subscription::Blocked).await.unwrap();
    let people: Vec<_> = ids.iter().map(|(_, id)| *id).collect();
    let text = "您好，新品到店：https://qingyu.example/new?utm_source=line&utm_campaign=autumn-and-winter";
    let campaign = world.send(&client, &people, &[text, "週末有體驗課"]).await.unwrap();
    world.settled(&client, campaign).await.unwrap();
    let admin = world.client("admin").await.unwrap();
    let id = AttributeId(tests::world::new_draft().0);
    admin.call(SaveAttribute { id, name: "鞋碼".into(), kind: AttributeKind::Number }).await.unwrap();
    let spec = TemplateSpec::new("pickup_ready", "zh_TW").body("{{1}} 您好，您訂的商品已到{{2}}，請帶會員條碼取貨。");
    let warranty = TemplateSpec::new("warranty", "zh_TW").header_document().body("{{1}} 您好，附上您的保固書。");
    approved(&world, &[(spec, "到店取貨通知"), (warranty, "保固書（附 PDF）")]).await;
    let first = wrote(&world, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 1).await;
    let second = wrote(&world, 0, NewCustomer::phone("游承翰", "+886912000003"), 1).await;
    wrote(&world, 1, NewCustomer::phone("姚曉彤", "+886912000004"), 30).await;
    let number = &world.team.business.as_ref().unwrap().numbers[0];
    let people = [(first.id, first.user.as_str()), (second.id, second.user.as_str())];
    let app = world.server.app().unwrap();
    demo::control::make(app, &world.sandbox, &world.team, number, &client, &people).await.unwrap();
    journey::run(&world, "accessible").await.unwrap();
    world.stop().await.unwrap();
}

/// Steps 1 to 15 of the seed with pictures, films and saved replies.
#[tokio::test(flavor = "multi_thread")]
async fn journey_everything() {
    let world = World::start().await.unwrap();
    furnish(&world).await;
    journey::run(&world, "everything").await.unwrap();
    world.stop().await.unwrap();
}

/// Each step of the seed as a journey of its own, 16 to 18 and the last hint on WhatsApp.
#[tokio::test(flavor = "multi_thread")]
async fn journey_seed() {
    let world = World::start().await.unwrap();
    furnish(&world).await;
    let hours = TemplateSpec::new("store_hours", "zh_TW").body("信義店週五提早打烊。");
    approved(&world, &[(hours, "營業時間異動")]).await;
    wrote(&world, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 1).await;
    wrote(&world, 0, NewCustomer::phone("尤靜怡", "+886912000002"), 30).await;
    journey::run(&world, "seed").await.unwrap();
    world.stop().await.unwrap();
}

/// Templates that Meta approved, each under a title of ours.
async fn approved(world: &World, templates: &[(TemplateSpec, &str)]) {
    let business = world.team.business.as_ref().unwrap();
    for (spec, _) in templates {
        world.sandbox.whatsapp().add_template(&business.meta_id, spec.clone().utility()).unwrap();
    }
    let admin = world.client("admin").await.unwrap();
    admin.call(SyncTemplates {}).await.unwrap();
    let found = admin.call(ListTemplates { all: true, limit: 100, ..Default::default() }).await.unwrap().items;
    for (spec, title) in templates {
        let id = found.iter().find(|one| one.shape.name == spec.name).unwrap().id;
        let (title, usable_by) = ((*title).to_owned(), Some(UsableBy::Everybody));
        admin.call(SaveTemplate { id, title, usable_by, categories: Vec::new() }).await.unwrap();
    }
}

/// A WhatsApp customer who wrote so many hours ago to the number at this place, and was taken by the sales person.
async fn wrote(world: &World, number: usize, new: NewCustomer, hours: i64) -> Met {
    let client = world.client("sales").await.unwrap();
    world.met(&client, number, new, hours * 3_600_000).await.unwrap()
}

/// Three customers, of whom one blocked the account, an attribute, and two saved replies in two categories.
async fn furnish(world: &World) {
    let client = world.client("sales").await.unwrap();
    let admin = world.client("admin").await.unwrap();
    let (_, ann) = world.taken(&client, "林雅婷", "那個燕麥白的霧面杯還有嗎？").await.unwrap();
    world.taken(&client, "陳柏翰", "請問可以寄到新竹嗎？").await.unwrap();
    let (blocked, _) = world.taken(&client, "周子晴", "謝謝").await.unwrap();
    world.act(&blocked, Act::Block).await.unwrap();
    let in_progress = (ConversationState::InProgress, Scope::Mine);
    world.find(&client, in_progress, "周子晴", |card| card.subscription == Subscription::Blocked).await.unwrap();

    let drawn = || tests::world::new_draft().0;
    let size = AttributeId(drawn());
    admin.call(SaveAttribute { id: size, name: "鞋碼".into(), kind: AttributeKind::Number }).await.unwrap();
    let value = AttributeValue::Number(Number(24_000));
    client.call(SetAttribute { id: ann, attribute: size, value }).await.unwrap();

    let picture = include_bytes!("../src/demo/pictures/vase.jpg");
    let picture = upload(&admin, MediaId(drawn()), MediaKind::Image, picture).await.unwrap();
    let (new, hours) = (CategoryId(drawn()), CategoryId(drawn()));
    for (id, name) in [(new, "新品"), (hours, "門市資訊")] {
        admin.call(SaveCategory { id, name: name.into() }).await.unwrap();
    }
    let shown = vec![Part::text("秋冬新品在這裡"), Part::Image { media: picture.id }];
    for (title, category, parts) in
        [("秋冬新品介紹", new, shown), ("營業時間", hours, vec![Part::text("每天 11:00 到 21:00")])]
    {
        let call = SaveSavedReply {
            id: SavedReplyId(drawn()),
            title: title.into(),
            content: Content { parts },
            categories: vec![category],
            usable_by: UsableBy::Everybody,
            revision: 0,
        };
        admin.call(call).await.unwrap();
    }
}
