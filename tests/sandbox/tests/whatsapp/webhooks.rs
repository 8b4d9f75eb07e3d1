//! Webhooks of customers: shape, signature, retries, order, kinds of messages, batches, the verification.

use std::time::Duration;

use sandbox::whatsapp::{
    Act, Batch, BatchAct, BatchCustomer, Delivery, NewCustomer, Pack, Release, ReleaseOrder, When,
};
use serde_json::{Value, json};

use crate::support::{APP, Changes as _, NUMBER, SECRET, WABA, is_signed, with_receiver};

const ANN: &str = "+886912345678";

#[tokio::test]
async fn messages_have_metas_shape_and_are_signed_as_they_are_sent() {
    let (world, receiver) = with_receiver().await;
    let ann = world.stranger("王/小明", ANN);
    let sent = world.wa().act(NUMBER, &ann.user, Act::text("嗨 😀"), When::at(1_749_416_383_500)).await.unwrap();
    assert_eq!(sent.answered, Some(200));
    let call = &receiver.received()[0];
    assert!(is_signed(call, SECRET) && !is_signed(call, "another"));
    let raw = std::str::from_utf8(&call.body).unwrap();
    assert!(raw.is_ascii() && raw.contains("\\u55e8 \\ud83d\\ude00") && raw.contains("\\u738b\\/\\u5c0f"), "{raw}");

    let json = call.json();
    assert_eq!((&json["object"], &json["entry"][0]["id"]), (&json!("whatsapp_business_account"), &json!(WABA)));
    let change = &json["entry"][0]["changes"][0];
    assert_eq!(change["field"], "messages");
    let value = &change["value"];
    let contact = json!({ "profile": { "name": "王/小明" }, "wa_id": "886912345678", "user_id": ann.bsuid });
    assert_eq!(value["contacts"], json!([contact]));
    let message = &value["messages"][0];
    assert_eq!((&message["from"], &message["timestamp"]), (&json!("886912345678"), &json!("1749416383")));
    assert_eq!(message["from_user_id"].as_str(), ann.bsuid.as_deref());
    assert_eq!((&message["type"], &message["text"]), (&json!("text"), &json!({ "body": "嗨 😀" })));
    assert_eq!(message["id"].as_str(), sent.message_id.as_deref());
}

#[tokio::test]
async fn people_without_a_phone_number_have_none() {
    let (world, receiver) = with_receiver().await;
    let bea = NewCustomer::username("Bea").with_bsuid("US.13491208655302741918");
    let bea = world.wa().add_customer(NUMBER, bea).unwrap();
    let old = world.wa().add_customer(NUMBER, NewCustomer::phone_only("Old", "+886900000009")).unwrap();
    for user in [&bea.user, &old.user] {
        world.wa().write(NUMBER, user, "hi").await.unwrap();
    }
    let (contacts, messages) = (receiver.all("contacts"), receiver.all("messages"));
    assert_eq!(contacts[0], json!({ "profile": { "name": "Bea" }, "user_id": "US.13491208655302741918" }));
    assert!(messages[0].get("from").is_none());
    assert_eq!(messages[0]["from_user_id"], "US.13491208655302741918");
    assert_eq!(contacts[1], json!({ "profile": { "name": "Old" }, "wa_id": "886900000009" }));
    assert!(messages[1].get("from_user_id").is_none());
}

#[tokio::test]
async fn every_kind_of_message() {
    let (world, receiver) = with_receiver().await;
    world.stranger("王", ANN);
    let first = world.wa().write(NUMBER, ANN, "hi").await.unwrap().message_id.unwrap();
    let place = Act::Location { latitude: 25.03, longitude: 121.56, name: Some("101".to_owned()), address: None };
    let answer = Act::Text { text: "about that".to_owned(), reply_to: Some(first.clone()) };
    for act in [
        answer,
        place,
        Act::button("好", "yes"),
        Act::Interactive { id: "a1".to_owned(), title: "A".to_owned() },
        Act::Reaction { message_id: first.clone(), emoji: "👍".to_owned() },
        Act::Reaction { message_id: first.clone(), emoji: String::new() },
        Act::Contacts { name: "林".to_owned(), phone: "+886911111111".to_owned() },
        Act::Unknown { kind: "unsupported".to_owned() },
        Act::Unknown { kind: "hologram".to_owned() },
    ] {
        world.wa().act(NUMBER, ANN, act, When::default()).await.unwrap();
    }
    let messages = receiver.all("messages");
    assert_eq!(messages[1]["context"]["id"], first.as_str());
    assert_eq!(messages[2]["location"], json!({ "latitude": 25.03, "longitude": 121.56, "name": "101" }));
    assert_eq!(messages[3]["button"], json!({ "payload": "yes", "text": "好" }));
    let answer = json!({ "type": "button_reply", "button_reply": { "id": "a1", "title": "A" } });
    assert_eq!(messages[4]["interactive"], answer);
    assert_eq!(messages[5]["reaction"], json!({ "message_id": first, "emoji": "👍" }));
    assert_eq!(messages[6]["reaction"], json!({ "message_id": first }));
    assert_eq!(messages[7]["contacts"][0]["phones"][0]["wa_id"], "886911111111");
    assert_eq!(messages[8]["errors"][0]["code"], 131_051);
    assert_eq!((&messages[9]["type"], &messages[9]["hologram"]), (&json!("hologram"), &json!({})));
    assert_eq!(world.wa().inbox(NUMBER, ANN).unwrap().len(), 10);
}

#[tokio::test]
async fn preferences_numbers_and_other_changes() {
    let (world, receiver) = with_receiver().await;
    let ann = world.stranger("王", ANN);
    for act in [Act::StopMarketing, Act::ResumeMarketing, Act::Block, Act::Unblock] {
        world.wa().act(NUMBER, ANN, act, When::at(1_749_416_383_000)).await.unwrap();
    }
    let preferences = receiver.all("user_preferences");
    let values: Vec<_> = preferences.iter().map(|preference| preference["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["stop", "resume"], "blocks are not told");
    assert_eq!(preferences[0]["category"], "marketing_messages");
    assert_eq!(
        (&preferences[0]["wa_id"], &preferences[0]["timestamp"]),
        (&json!("886912345678"), &json!(1_749_416_383))
    );
    assert_eq!(receiver.changes()[0]["field"], "user_preferences");

    let moved = Act::ChangeNumber { phone: "+886955555555".to_owned() };
    world.wa().act(NUMBER, &ann.user, moved, When::default()).await.unwrap();
    let change = &receiver.changes()[2]["value"];
    let message = &change["messages"][0];
    assert_eq!((&message["type"], &message["from"]), (&json!("system"), &json!("886912345678")));
    assert_eq!(message["system"]["type"], "user_changed_number");
    assert_eq!(message["system"]["wa_id"], "886955555555");
    assert!(change.get("contacts").is_none());

    world.wa().account_error(NUMBER, 131_031).await.unwrap();
    assert_eq!(receiver.changes()[3]["value"]["errors"][0]["code"], 131_031);
    let value = json!({ "event": "ACCOUNT_RESTRICTION" });
    let status = world.wa().notify(WABA, "account_update", &value, Delivery::Now).await.unwrap();
    assert_eq!((status, &receiver.changes()[4]), (Some(200), &json!({ "field": "account_update", "value": value })));
}

#[tokio::test]
async fn not_200_is_sent_again_unmarked_and_tries_end() {
    let (world, receiver) = with_receiver().await;
    world.stranger("王", ANN);
    receiver.will_answer(500, Duration::ZERO);
    receiver.will_answer(204, Duration::ZERO);
    let sent = world.wa().write(NUMBER, ANN, "hi").await.unwrap();
    assert_eq!(sent.answered, Some(500));
    receiver.wait_for(3).await;
    let bodies: Vec<_> = receiver.received().into_iter().map(|call| call.body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "the same bytes again");
    for _ in 0..6 {
        receiver.will_answer(503, Duration::ZERO);
    }
    world.wa().write(NUMBER, ANN, "again").await.unwrap();
    receiver.wait_for(7).await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(receiver.received().len(), 7, "one try and three more");
}

#[tokio::test]
async fn twice_late_lost_and_out_of_order() {
    let (world, receiver) = with_receiver().await;
    world.stranger("王", ANN);
    let act = async |text: &str, delivery| {
        world.wa().act(NUMBER, ANN, Act::text(text), When::delivered(delivery)).await.unwrap()
    };
    act("twice", Delivery::Twice).await;
    act("lost", Delivery::Lost).await;
    act("late", Delivery::Late { ms: 60 }).await;
    receiver.wait_for(3).await;
    act("first", Delivery::Held).await;
    act("second", Delivery::Held).await;
    assert_eq!(world.wa().release(APP, Release::default()).await.unwrap(), [Some(200), Some(200)]);
    act("third", Delivery::Held).await;
    let copies = Release { order: ReleaseOrder::AsHappened, copies: 3, per_call: 3, ..Release::default() };
    assert_eq!(world.wa().release(APP, copies).await.unwrap(), [Some(200)]);
    let texts: Vec<_> =
        receiver.all("messages").iter().map(|message| message["text"]["body"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, ["twice", "twice", "late", "second", "first", "third", "third", "third"]);
    assert!(world.wa().release(APP, Release { per_call: 0, ..Release::default() }).await.is_err());
}

#[tokio::test]
async fn the_verification() {
    let (world, receiver) = with_receiver().await;
    assert!(world.wa().verify_webhook(APP).await.unwrap());
    world.wa().change_app(APP, |spec| "wrong".clone_into(&mut spec.verify_token)).unwrap();
    assert!(!world.wa().verify_webhook(APP).await.unwrap());
    world.wa().change_app(APP, |spec| spec.webhook_url = Some("http://127.0.0.1:9/none".to_owned())).unwrap();
    assert!(!world.wa().verify_webhook(APP).await.unwrap());
    world.wa().change_app(APP, |spec| spec.webhook_url = None).unwrap();
    assert!(world.wa().verify_webhook(APP).await.is_err());
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn hundreds_of_customers_in_few_calls() {
    let (world, receiver) = with_receiver().await;
    let customer = |n: i64| BatchCustomer {
        new: NewCustomer::phone(&format!("顧客 {n}"), &format!("+8869{n:08}")),
        timestamp: Some(1_700_000_000_000 + n * 10_000),
        texts: vec!["您好".to_owned(), "請問有貨嗎？".to_owned()],
    };
    let batch = Batch { customers: (0..225).map(customer).collect(), pack: Pack::Entries, ..Batch::new(NUMBER) };
    let done = world.wa().batch(batch).await.unwrap();
    assert_eq!((done.customers.len(), done.events, done.calls, done.failed), (225, 450, 5, 0));
    assert_eq!(receiver.received()[0].json()["entry"].as_array().unwrap().len(), 100);
    let messages = receiver.all("messages");
    assert_eq!(messages.len(), 450);
    assert_eq!((&messages[0]["timestamp"], &messages[1]["timestamp"]), (&json!("1700000000"), &json!("1700000001")));

    let acts = vec![BatchAct { user: "+886900000000".to_owned(), act: Act::StopMarketing, timestamp: None }];
    let more = Batch { silent: true, customers: vec![customer(900)], acts, ..Batch::new(NUMBER) };
    let done = world.wa().batch(more).await.unwrap();
    assert_eq!((done.events, done.calls), (3, 0), "silent");
    assert!(world.wa().customers(NUMBER).unwrap()[0].stopped_marketing);
    let again = Batch { customers: vec![customer(900)], ..Batch::new(NUMBER) };
    assert!(world.wa().batch(again).await.is_err(), "that number is somebody's");
    let values: Vec<Value> = receiver.changes();
    assert_eq!(values.len(), 450);
}
