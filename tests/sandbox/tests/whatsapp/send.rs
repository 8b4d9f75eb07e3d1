//! Messages: acceptance, recipients, the window, blocks, rates, the ledger.

use std::time::Duration;

use sandbox::whatsapp::{Act, BlockRule, NewCustomer, NumberSpec, WabaSpec, When, WindowRule};
use serde_json::json;

use crate::support::{
    APP, Answer, NUMBER, NUMBER_ID, PHONE, TOKEN, WABA, body, hello, number, template, world, world_of,
};

const ANN: &str = "+886912345678";

#[tokio::test]
async fn a_message_is_accepted_delivered_and_in_the_ledger() {
    let world = world().await;
    let ann = world.customer("王小明", ANN).await;
    let message =
        json!({ "to": ANN, "biz_opaque_callback_data": "d1:0:1", "type": "text", "text": { "body": "您好" } });
    let answer = world.send(message).await;
    assert_eq!(answer.json()["contacts"], json!([{ "input": ANN, "wa_id": "886912345678" }]));
    assert_eq!(answer.json()["messages"], json!([{ "id": answer.id() }]), "a state is told of templates only");
    assert_eq!(world.texts(&ann.user), ["您好"]);

    let ledger = world.wa().ledger();
    assert_eq!(ledger.len(), 1);
    let entry = &ledger[0];
    assert_eq!(
        (entry.platform.as_str(), entry.channel.as_str(), entry.endpoint.as_str()),
        ("whatsapp", NUMBER, "messages")
    );
    assert_eq!((entry.user.as_str(), entry.callback.as_deref()), (ann.user.as_str(), Some("d1:0:1")));
    assert_eq!(entry.message_ids, [answer.id()]);
    assert_eq!(entry.messages[0]["text"]["body"], "您好");
    assert!(entry.delivered);
    assert!(world.wa().duplicates().is_empty());
    world
        .send(json!({ "to": ANN, "biz_opaque_callback_data": "d1:0:1", "type": "text", "text": { "body": "x" } }))
        .await;
    assert_eq!(world.wa().duplicates(), [("d1:0:1".to_owned(), 2)]);
}

#[tokio::test]
async fn who_calls_about_what() {
    let world = world().await;
    world.customer("王", ANN).await;
    let message = json!({ "messaging_product": "whatsapp", "to": ANN, "type": "text", "text": { "body": "x" } });
    let to = |path: &str| world.http.post(format!("{}/{path}", world.sandbox.base())).json(&message);
    let path = format!("v25.0/{NUMBER_ID}/messages");
    for request in [to(&path), to(&path).bearer_auth("wrong")] {
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.code()), (401, 190));
    }
    let unknown = Answer::of(to("v25.0/999/messages").bearer_auth(TOKEN)).await;
    let error = &unknown.json()["error"];
    assert_eq!((&error["code"], &error["error_subcode"]), (&json!(100), &json!(33)));
    assert_eq!(error["type"], "GraphMethodException");
    assert!(unknown.message().starts_with("Unsupported post request. Object with ID '999' does not exist"));
    assert!(error["fbtrace_id"].as_str().unwrap().starts_with('A'));

    world.wa().add_waba(WabaSpec::new("1002", "other", APP, "other-token")).unwrap();
    let stranger = Answer::of(to(&path).bearer_auth("other-token")).await;
    assert_eq!(stranger.code(), 100, "another account's token");
    for gone in ["v20.0", "v27.0", "v25.1"] {
        let answer = Answer::of(to(&format!("{gone}/{NUMBER_ID}/messages")).bearer_auth(TOKEN)).await;
        assert_eq!(answer.code(), 2500, "{gone}");
    }
    assert_eq!(Answer::of(to(&format!("v25.0/{NUMBER_ID}/nothing")).bearer_auth(TOKEN)).await.code(), 2500);
    assert_eq!(Answer::of(to("nothing/at/all").bearer_auth(TOKEN)).await.status, 404);
    assert!(world.wa().ledger().is_empty());
    assert_eq!(Answer::of(to(&path).bearer_auth(TOKEN)).await.status, 200);
}

#[tokio::test]
async fn recipients_by_phone_and_by_bsuid() {
    let world = world().await;
    let ann = world.customer("Ann", ANN).await;
    let bea = world.wa().add_customer(NUMBER, NewCustomer::username("Bea")).unwrap();
    world.wa().write(NUMBER, &bea.user, "hi").await.unwrap();
    assert!(bea.phone.is_none());
    let (ann_id, bea_id) = (ann.bsuid.unwrap(), bea.bsuid.unwrap());

    let answer = world.send(json!({ "recipient": bea_id, "type": "text", "text": { "body": "a" } })).await;
    assert_eq!(answer.json()["contacts"], json!([{ "input": bea_id, "user_id": bea_id }]));
    assert_eq!(world.texts(&bea.user), ["a"]);
    // Of both the phone number wins.
    world.send(json!({ "to": ANN, "recipient": bea_id, "type": "text", "text": { "body": "b" } })).await;
    world.send(json!({ "recipient": ann_id, "type": "text", "text": { "body": "c" } })).await;
    world.send(json!({ "to": "+886 912-345-678", "type": "text", "text": { "body": "d" } })).await;
    // Without + our own country code is put before it: 886912345678 becomes 886886912345678, who is nobody.
    world.text("912345678", "e").await;
    world.text("886912345678", "f").await;
    assert_eq!(world.fate(), (false, Some("131026".to_owned())));
    assert_eq!(world.texts(&ann.user), ["b", "c", "d", "e"]);
    assert_eq!(world.texts(&bea.user), ["a"]);

    let none = world.send(json!({ "type": "text", "text": { "body": "x" } })).await;
    assert_eq!(none.message(), "(#100) The parameter to is required.");
    for bad in ["someone", "+", "12 34"] {
        assert_eq!(world.text(bad, "x").await.code(), 131_009, "{bad}");
    }
    let bad = world.send(json!({ "recipient": "us.1", "type": "text", "text": { "body": "x" } })).await;
    assert_eq!(bad.code(), 131_009);
    assert_eq!(world.text(PHONE, "x").await.code(), 131_021);
}

#[tokio::test]
async fn the_window_closes_a_day_after_the_last_word() {
    let world = world().await;
    world.wa().add_template(WABA, hello()).unwrap();
    let ann = world.customer("王", ANN).await;
    let fate = async |world: &crate::support::World| {
        assert_eq!(world.text(ANN, "x").await.status, 200);
        world.fate().1
    };
    world.wa().advance(Duration::from_hours(24) - Duration::from_mins(1));
    assert_eq!(fate(&world).await, None);
    world.wa().advance(Duration::from_mins(2));
    assert_eq!(fate(&world).await.as_deref(), Some("131047"));
    assert_eq!(world.send(template(ANN, "hello", &json!([body(&["王"])]))).await.status, 200);
    assert_eq!(world.fate(), (true, None), "templates go through");
    assert_eq!(world.wa().stats(NUMBER).unwrap().people_24h, 1);

    world.wa().change_number(NUMBER, |spec| spec.window = WindowRule::AtOnce).unwrap();
    let refused = world.text(ANN, "x").await;
    assert_eq!((refused.status, refused.code()), (400, 131_047));
    assert!(refused.details().starts_with("Message failed to send because more than 24 hours have passed"));
    world.wa().change_number(NUMBER, |spec| spec.window = WindowRule::Open).unwrap();
    assert_eq!(fate(&world).await, None);
    world.wa().change_number(NUMBER, |spec| spec.window = WindowRule::AtOnce).unwrap();
    world.wa().write(NUMBER, &ann.user, "再見").await.unwrap();
    assert_eq!(fate(&world).await, None, "writing opens it");
    assert!(world.wa().customers(NUMBER).unwrap()[0].window_open);
}

#[tokio::test]
async fn who_blocked_or_stopped_gets_nothing() {
    let world = world().await;
    world.wa().add_template(WABA, hello()).unwrap();
    let utility = sandbox::whatsapp::TemplateSpec::new("order", "zh_TW").body("{{1}} 的訂單到了。").utility();
    world.wa().add_template(WABA, utility).unwrap();
    let ann = world.customer("王", ANN).await;
    world.wa().act(NUMBER, ANN, Act::Block, When::default()).await.unwrap();
    assert_eq!(world.text(ANN, "x").await.status, 200);
    assert_eq!(world.fate().1.as_deref(), Some("131026"));
    assert!(world.wa().write(NUMBER, ANN, "x").await.is_err());
    world.wa().change_number(NUMBER, |spec| spec.blocked = BlockRule::Silent).unwrap();
    world.text(ANN, "x").await;
    assert_eq!(world.fate(), (false, Some("blocked".to_owned())));

    world.wa().act(NUMBER, ANN, Act::Unblock, When::default()).await.unwrap();
    world.wa().act(NUMBER, ANN, Act::StopMarketing, When::default()).await.unwrap();
    world.send(template(ANN, "hello", &json!([body(&["王"])]))).await;
    assert_eq!(world.fate().1.as_deref(), Some("131050"));
    world.send(template(ANN, "order", &json!([body(&["王"])]))).await;
    world.wa().act(NUMBER, ANN, Act::ResumeMarketing, When::default()).await.unwrap();
    world.send(template(ANN, "hello", &json!([body(&["王"])]))).await;
    assert_eq!(world.texts(&ann.user), ["王 的訂單到了。", "王 您好，歡迎再來！"]);
}

#[tokio::test]
async fn pair_rate_and_throughput() {
    let world = world_of(NumberSpec { throughput: None, ..number() }).await;
    world.customer("王", ANN).await;
    world.customer("林", "+886900000002").await;
    let mut codes = Vec::new();
    for _ in 0..47 {
        let answer = world.text(ANN, "x").await;
        codes.push(if answer.status == 200 { 0 } else { answer.code() });
    }
    assert!(codes[..45].iter().all(|code| *code == 0), "{codes:?}");
    assert_eq!(codes[45..], [131_056, 131_056]);
    assert_eq!(world.text("+886900000002", "x").await.status, 200, "only that person is concerned");
    world.wa().advance(Duration::from_secs(6));
    assert_eq!(world.text(ANN, "x").await.status, 200);
    assert_eq!(world.text(ANN, "x").await.code(), 131_056);
    assert_eq!(world.refused("131056"), 3);

    let limits = |spec: &mut NumberSpec| {
        spec.pair_rate = None;
        spec.throughput = Some(3);
    };
    world.wa().change_number(NUMBER, limits).unwrap();
    world.wa().advance(Duration::from_secs(2));
    world.wa().write(NUMBER, ANN, "進來的也算").await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.text(ANN, "x").await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(world.refused("130429"), 1);
    world.wa().advance(Duration::from_secs(2));
    assert_eq!(world.text(ANN, "x").await.status, 200);
    assert_eq!(world.wa().stats(NUMBER).unwrap().over_limit_seconds, 1);
}

#[tokio::test]
async fn a_number_that_changed_hands_is_somebody_else() {
    let world = world().await;
    let ann = world.customer("王", ANN).await;
    let moved = Act::ChangeNumber { phone: "+886955555555".to_owned() };
    world.wa().act(NUMBER, &ann.user, moved, When::default()).await.unwrap();
    let heir = world.customer("林", ANN).await;
    let people = world.wa().customers(NUMBER).unwrap();
    assert_eq!(people[0].phone.as_deref(), Some("+886955555555"));
    assert_ne!(people[0].bsuid, ann.bsuid, "another number, another BSUID");
    assert_ne!(heir.bsuid, ann.bsuid);
    world.text(ANN, "to the heir").await;
    let old = world.send(json!({ "recipient": ann.bsuid, "type": "text", "text": { "body": "x" } })).await;
    assert_eq!((old.status, world.fate().1.as_deref()), (200, Some("131026")));
    assert!(world.texts(&ann.user).is_empty());
    assert_eq!(world.texts(&heir.user), ["to the heir"]);
    let taken = Act::ChangeNumber { phone: ANN.to_owned() };
    assert!(world.wa().act(NUMBER, &ann.user, taken, When::default()).await.is_err());
}

#[tokio::test]
async fn reading_marks_what_came_before() {
    let world = world().await;
    let ann = world.stranger("王", ANN);
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        ids.push(world.wa().write(NUMBER, &ann.user, text).await.unwrap().message_id.unwrap());
    }
    let answer = world.send(json!({ "status": "read", "message_id": ids[1] })).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "success": true })));
    let read: Vec<_> = world.wa().inbox(NUMBER, &ann.user).unwrap().iter().map(|message| message.read).collect();
    assert_eq!(read, [true, true, false]);
    assert_eq!(world.send(json!({ "status": "read", "message_id": "wamid.none" })).await.code(), 131_009);
    assert_eq!(world.wa().stats(NUMBER).unwrap().peak_per_second["mark_read"], 2);
}
