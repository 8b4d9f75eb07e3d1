//! Webhooks: shape, signature, redelivery, order, batches, content.

use std::time::Duration;

use sandbox::line::{Act, Batch, BatchAct, BatchCustomer, Delivery, MediaKind, ReleaseOrder, When, WorldError};
use serde_json::{Value, json};

use crate::support::{CHANNEL, Events as _, SECRET, Signed as _, send, with_receiver, world};

#[tokio::test]
async fn events_have_lines_shape_and_are_signed() {
    let (world, receiver) = with_receiver().await;
    let user = world.line().add_customer(CHANNEL, "王小明", Some("zh-TW")).unwrap();
    world.line().follow(CHANNEL, &user).await.unwrap();
    let sent = world.line().act(CHANNEL, &user, Act::text("嗨 😀"), When::at(1_705_891_467_300)).await.unwrap();
    world.line().act(CHANNEL, &user, Act::postback("unsubscribe=1"), When::default()).await.unwrap();
    world.line().block(CHANNEL, &user).await.unwrap();
    assert_eq!(sent.answered, Some(200));

    for call in receiver.received() {
        assert!(call.is_signed_with(SECRET));
        assert!(!call.is_signed_with("another"));
        assert_eq!(call.json()["destination"], world.line().bot_user_id(CHANNEL).unwrap());
    }
    let events = receiver.events();
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["follow", "message", "postback", "unfollow"]);
    for event in &events {
        assert_eq!(event["mode"], "active");
        assert_eq!(event["source"], json!({ "type": "user", "userId": user }));
        assert_eq!(event["webhookEventId"].as_str().unwrap().len(), 26);
        assert_eq!(event["deliveryContext"], json!({ "isRedelivery": false }));
        assert_eq!(event["replyToken"].is_string(), event["type"] != "unfollow");
    }
    assert_eq!(events[0]["follow"], json!({ "isUnblocked": false }));
    assert_eq!(events[1]["timestamp"], 1_705_891_467_300_i64);
    let message = &events[1]["message"];
    assert_eq!((&message["type"], &message["text"]), (&json!("text"), &json!("嗨 😀")));
    assert_eq!(message["id"].as_str(), sent.message_id.as_deref());
    assert!(message["quoteToken"].is_string() && message["markAsReadToken"].is_string());
    assert_eq!(events[2]["postback"], json!({ "data": "unsubscribe=1" }));
}

#[tokio::test]
async fn unblocking_follows_again_and_the_blocked_cannot_write() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    world.line().block(CHANNEL, &user).await.unwrap();
    let error = world.line().write(CHANNEL, &user, "hi").await.unwrap_err();
    assert!(matches!(error, WorldError::Blocked));
    world.line().unblock(CHANNEL, &user).await.unwrap();
    assert_eq!(receiver.events()[1]["follow"], json!({ "isUnblocked": true }));
    assert_eq!(world.push(&user, "back").await.status, 200);
    assert_eq!(world.texts(&user), ["back"]);
}

#[tokio::test]
async fn not_200_is_sent_again_with_the_same_ids() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    receiver.will_answer(500, Duration::ZERO);
    receiver.will_answer(503, Duration::ZERO);
    let sent = world.line().write(CHANNEL, &user, "hi").await.unwrap();
    assert_eq!(sent.answered, Some(500));
    receiver.wait_for(3).await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    let events = receiver.events();
    let flags: Vec<_> = events.iter().map(|event| event["deliveryContext"]["isRedelivery"].clone()).collect();
    assert_eq!(flags, [json!(false), json!(true), json!(true)], "and none after the 200");
    assert!(events.iter().all(|event| event["webhookEventId"] == sent.event_id.as_str()));
    assert!(receiver.received().iter().all(|call| call.is_signed_with(SECRET)));
}

#[tokio::test]
async fn an_answer_after_two_seconds_is_none_and_tries_end() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    receiver.will_answer(200, Duration::from_secs(3));
    for _ in 0..3 {
        receiver.will_answer(500, Duration::ZERO);
    }
    let sent = world.line().write(CHANNEL, &user, "hi").await.unwrap();
    assert_eq!(sent.answered, None);
    receiver.wait_for(4).await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(receiver.received().len(), 4, "one try and three more");
}

#[tokio::test]
async fn twice_late_lost_and_out_of_order() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    let act = async |text: &str, delivery| {
        world.line().act(CHANNEL, &user, Act::text(text), When::delivered(delivery)).await.unwrap()
    };
    act("twice", Delivery::Twice).await;
    assert_eq!(receiver.events().len(), 2);
    assert_eq!(receiver.events()[0]["webhookEventId"], receiver.events()[1]["webhookEventId"]);

    act("lost", Delivery::Lost).await;
    act("late", Delivery::Late { ms: 80 }).await;
    act("first", Delivery::Held).await;
    act("second", Delivery::Held).await;
    assert_eq!(receiver.events().len(), 2);
    receiver.wait_for(3).await;
    let answers = world.line().release(CHANNEL, ReleaseOrder::LatestFirst).await.unwrap();
    assert_eq!(answers, [Some(200), Some(200)]);
    let events = receiver.events();
    let texts: Vec<_> = events[2..].iter().map(|event| event["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["late", "second", "first"]);
    assert!(events[3]["timestamp"].as_i64() >= events[4]["timestamp"].as_i64());
}

#[tokio::test]
async fn a_block_whose_webhook_is_lost_still_blocks() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    world.line().act(CHANNEL, &user, Act::Block, When::delivered(Delivery::Lost)).await.unwrap();
    assert_eq!(world.push(&user, "x").await.status, 200);
    assert!(world.texts(&user).is_empty() && receiver.received().is_empty());
}

#[tokio::test]
async fn the_connectivity_check_and_the_webhook_endpoints() {
    let (world, receiver) = with_receiver().await;
    assert_eq!(world.line().check_connectivity(CHANNEL).await.unwrap(), Some(200));
    assert_eq!(receiver.received()[0].json()["events"], json!([]));
    assert!(receiver.received()[0].is_signed_with(SECRET));

    let tested = send(world.post("channel/webhook/test", &json!({}))).await.json();
    assert_eq!(
        (&tested["success"], &tested["statusCode"], &tested["reason"]),
        (&json!(true), &json!(200), &json!("OK"))
    );
    receiver.will_answer(404, Duration::ZERO);
    let tested = send(world.post("channel/webhook/test", &json!({}))).await.json();
    assert_eq!((&tested["success"], &tested["reason"]), (&json!(false), &json!("ERROR_STATUS_CODE")));
    let elsewhere = json!({ "endpoint": "http://127.0.0.1:9/none" });
    let tested = send(world.post("channel/webhook/test", &elsewhere)).await.json();
    assert_eq!((&tested["statusCode"], &tested["reason"]), (&json!(0), &json!("COULD_NOT_CONNECT")));

    assert_eq!(world.get("channel/webhook/endpoint").await.json(), json!({ "endpoint": receiver.url, "active": true }));
    let put = |body: Value| {
        let url = format!("{}/v2/bot/channel/webhook/endpoint", world.sandbox.base());
        send(world.http.put(url).bearer_auth(crate::support::TOKEN).json(&body))
    };
    assert_eq!(put(json!({ "endpoint": "https://team.example/hook" })).await.status, 200);
    assert_eq!(world.get("channel/webhook/endpoint").await.json()["endpoint"], "https://team.example/hook");
    assert_eq!(put(json!({ "endpoint": format!("https://a.example/{}", "x".repeat(500)) })).await.status, 400);
    assert_eq!(put(json!({})).await.status, 400);
}

#[tokio::test]
async fn what_customers_send_is_fetched_by_id() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    let photo = world.line().act(CHANNEL, &user, Act::Photo, When::default()).await.unwrap().message_id.unwrap();
    assert_eq!(receiver.events()[0]["message"]["contentProvider"], json!({ "type": "line" }));
    let answer = world.get(&format!("message/{photo}/content")).await;
    assert_eq!(answer.status, 200);
    assert!(answer.bytes.starts_with(b"\x89PNG"));
    assert_eq!(world.get(&format!("message/{photo}/content/preview")).await.status, 200);

    let video = Act::media(MediaKind::Video, "video/mp4", b"ftyp-and-more", 1);
    let video = world.line().act(CHANNEL, &user, video, When::default()).await.unwrap().message_id.unwrap();
    assert_eq!(world.get(&format!("message/{video}/content")).await.status, 202);
    assert_eq!(world.get(&format!("message/{video}/content/transcoding")).await.json()["status"], "succeeded");
    assert_eq!(world.get(&format!("message/{video}/content")).await.bytes, b"ftyp-and-more");

    let unsend = Act::Unsend { message_id: photo.clone() };
    world.line().act(CHANNEL, &user, unsend, When::default()).await.unwrap();
    assert_eq!(receiver.events()[2]["unsend"]["messageId"], photo.as_str());
    assert_eq!(world.get(&format!("message/{photo}/content")).await.status, 410);
    assert_eq!(world.get("message/12345/content").await.status, 404);
}

#[tokio::test]
async fn reading_marks_what_came_before() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    for text in ["one", "two", "three"] {
        world.line().write(CHANNEL, &user, text).await.unwrap();
    }
    let token = receiver.events()[1]["message"]["markAsReadToken"].clone();
    assert_eq!(send(world.post("chat/markAsRead", &json!({ "markAsReadToken": token }))).await.status, 200);
    let read: Vec<_> = world.line().inbox(CHANNEL, &user).unwrap().iter().map(|message| message.read).collect();
    assert_eq!(read, [true, true, false]);
    assert_eq!(send(world.post("chat/markAsRead", &json!({ "markAsReadToken": "x" }))).await.status, 400);
}

#[tokio::test]
async fn hundreds_of_customers_in_few_calls() {
    let (world, receiver) = with_receiver().await;
    let customer = |n: i64| BatchCustomer {
        name: format!("顧客 {n}"),
        language: None,
        follow: true,
        timestamp: Some(1_700_000_000_000 + n * 1000),
        texts: vec!["您好".to_owned()],
    };
    let batch = Batch {
        channel: CHANNEL.to_owned(),
        per_call: 100,
        silent: false,
        customers: (0..225).map(customer).collect(),
        acts: Vec::new(),
    };
    let done = world.line().batch(batch).await.unwrap();
    assert_eq!((done.customers.len(), done.events, done.calls, done.failed), (225, 450, 5, 0));
    let events = receiver.events();
    assert_eq!(events.len(), 450);
    assert_eq!((&events[0]["type"], &events[1]["type"]), (&json!("follow"), &json!("message")));
    assert_eq!(events[1]["timestamp"], 1_700_000_000_001_i64);

    let acts = vec![BatchAct { user: done.customers[0].user.clone(), act: Act::Block, timestamp: None }];
    let more = Batch { channel: CHANNEL.to_owned(), per_call: 10, silent: true, customers: vec![customer(900)], acts };
    let done = world.line().batch(more).await.unwrap();
    assert_eq!((done.events, done.calls), (2, 0), "silent");
    assert_eq!(receiver.received().len(), 5);
}

#[tokio::test]
async fn the_control_api_does_the_same() {
    let world = world().await;
    let base = format!("{}/_sandbox", world.sandbox.base());
    let post = async |path: &str, body: Value| {
        let answer = world.http.post(format!("{base}/{path}")).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (_, added) = post("line/channels/main/customers", json!({ "name": "王", "friend": true })).await;
    let user = added["user"].as_str().unwrap().to_owned();
    let act = json!({ "channel": "main", "user": user, "act": { "type": "text", "text": "hi" }, "delivery": { "mode": "lost" } });
    assert_eq!(post("line/act", act).await.0, 200);
    world.push(&user, "hello").await;
    let inbox: Value = world
        .http
        .get(format!("{base}/line/channels/main/customers/{user}/inbox"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let texts: Vec<_> = inbox.as_array().unwrap().iter().map(|m| m["message"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["hi", "hello"]);
    let ledger = world.http.get(format!("{base}/ledger.jsonl")).send().await.unwrap().text().await.unwrap();
    assert_eq!(ledger.lines().count(), 1);

    let (status, answer) =
        post("line/act", json!({ "channel": "none", "user": user, "act": { "type": "block" } })).await;
    assert_eq!(status, 404);
    assert!(answer["error"].as_str().unwrap().contains("none"));
    let patch = world.http.patch(format!("{base}/line/channels/main")).json(&json!({ "monthly_limit": 0 }));
    assert_eq!(patch.send().await.unwrap().status(), 200);
    assert_eq!(world.push(&user, "x").await.status, 429);
    let counted: Value = world.http.get(format!("{base}/line/stats")).send().await.unwrap().json().await.unwrap();
    assert_eq!(counted["channels"]["main"]["refused"]["monthly_limit"], 1);
    assert_eq!(post("clock/advance", json!({ "ms": 1000 })).await.0, 200);
}
