//! A sandbox that is started again on its data folder goes on where it was.

use sandbox::{
    Config, Sandbox,
    line::ChannelSpec,
    whatsapp::{Act, NewCustomer, StatusPlan, TemplateChange, When},
};
use serde_json::json;

use crate::support::{NUMBER, WABA, World, body, client, hello, number, set_up, template};

const ANN: &str = "+886912345678";

#[tokio::test]
async fn accounts_customers_chats_and_media_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: Some(folder.path().to_owned()), ..Config::default() };
    let start = async || Sandbox::start(config.clone()).await.unwrap();

    let world = set_up(start().await, number());
    world.wa().add_template(WABA, hello()).unwrap();
    world.wa().add_template(WABA, sandbox::whatsapp::TemplateSpec::new("gone", "en").body("x")).unwrap();
    world.wa().set_template_status(WABA, "gone", "en", TemplateChange::to("DELETED")).await.unwrap();
    let ann = world.customer("王", ANN).await;
    let bea = world.wa().add_customer(NUMBER, NewCustomer::username("Bea")).unwrap();
    world.wa().act(NUMBER, &bea.user, Act::StopMarketing, When::default()).await.unwrap();
    world.wa().act(NUMBER, &ann.user, Act::Photo, When::default()).await.unwrap();
    let moved = Act::ChangeNumber { phone: "+886955555555".to_owned() };
    world.wa().act(NUMBER, &ann.user, moved, When::default()).await.unwrap();
    let mut message = template("+886955555555", "hello", &json!([body(&["王"])]));
    message["biz_opaque_callback_data"] = json!("d1");
    assert_eq!(world.send(message).await.status, 200);
    assert_eq!(world.text("+886999999999", "x").await.status, 200);
    let link = json!({ "to": "+886955555555", "type": "image", "image": { "link": "https://127.0.0.1:1/a.jpg" } });
    assert_eq!(world.send(link).await.status, 200);
    world.sandbox.line().add_channel(ChannelSpec::new("line", "s", "t")).unwrap();
    world.wa().settled().await;
    let state = |world: &World| {
        let mut ledger = world.wa().ledger();
        // What came of fetching is gone with the process, as with LINE.
        for entry in &mut ledger {
            entry.media.clear();
        }
        let inbox: Vec<_> = [&ann.user, &bea.user].map(|user| world.wa().inbox(NUMBER, user).unwrap()).into();
        (
            ledger,
            inbox,
            world.wa().customers(NUMBER).unwrap(),
            world.wa().templates(WABA).unwrap(),
            world.wa().numbers(),
        )
    };
    let before = state(&world);
    assert_eq!(before.0.iter().filter(|entry| entry.delivered).count(), 1);
    world.sandbox.stop().await;

    let world = World { sandbox: start().await, http: client() };
    assert_eq!(state(&world), before);
    assert_eq!(world.sandbox.ledger().len(), 3);
    let photo = before.1[0].iter().find(|message| message.message["type"] == "image").unwrap();
    assert_eq!(world.get(photo.message["image"]["id"].as_str().unwrap()).await.status, 200);
    assert_eq!(world.wa().wabas()[0].id, WABA);
    assert_eq!(world.text("+886955555555", "again").await.status, 200);
    let ids: std::collections::BTreeSet<_> =
        world.wa().ledger().into_iter().flat_map(|entry| entry.message_ids).collect();
    assert_eq!(ids.len(), 4, "ids go on above");
    assert_ne!(world.stranger("林", ANN).user, ann.user);
    world.sandbox.stop().await;
}

#[tokio::test]
async fn ids_follow_from_the_seed() {
    let one = set_up(Sandbox::start(Config::default()).await.unwrap(), number());
    let two = set_up(Sandbox::start(Config::default()).await.unwrap(), number());
    let other = set_up(Sandbox::start(Config { seed: 2, ..Config::default() }).await.unwrap(), number());
    let of = |world: &World| {
        let person = world.stranger("王", ANN);
        (person.user, person.bsuid, world.wa().add_template(WABA, hello()).unwrap())
    };
    let (first, third) = (of(&one), of(&other));
    assert_eq!(first, of(&two));
    assert!(first.0 != third.0 && first.1 != third.1 && first.2 != third.2);
    assert_eq!(one.wa().numbers()[0].statuses, StatusPlan::default());
}
