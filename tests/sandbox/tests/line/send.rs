//! Push, multicast and reply: acceptance, retry keys, blocks, quota, rates.

use std::time::Duration;

use sandbox::{
    Config, Sandbox,
    line::{ChannelSpec, Rates},
};
use serde_json::{Value, json};

use crate::support::{CHANNEL, TOKEN, World, send, spec, text_to, with_receiver, world, world_of};

const KEY: &str = "123e4567-e89b-12d3-a456-426614174000";
const STRANGER: &str = "U0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_push_is_accepted_delivered_and_in_the_ledger() {
    let world = world().await;
    let user = world.friend("王小明");
    let answer = world.push(&user, "您好").await;
    assert_eq!(answer.status, 200);
    let sent = &answer.json()["sentMessages"][0];
    assert!(sent["id"].as_str().unwrap().parse::<u64>().is_ok());
    assert!(!sent["quoteToken"].as_str().unwrap().is_empty());
    assert_eq!(world.texts(&user), ["您好"]);

    let ledger = world.line().ledger();
    assert_eq!(ledger.len(), 1);
    assert_eq!((ledger[0].user.as_str(), ledger[0].endpoint.as_str()), (user.as_str(), "push"));
    assert_eq!(ledger[0].request_id.to_string(), answer.request_id);
    assert_eq!(ledger[0].message_ids, [sent["id"].as_str().unwrap()]);
    assert!(ledger[0].delivered);
}

#[tokio::test]
async fn ids_follow_from_the_seed() {
    let (one, two) = (world().await, world().await);
    assert_eq!(one.friend("a"), two.friend("b"));
    let other = Sandbox::start(Config { seed: 2, ..Config::default() }).await.unwrap();
    other.line().add_channel(spec()).unwrap();
    assert_ne!(other.line().add_friend(CHANNEL, "a", None).unwrap(), one.line().customers(CHANNEL).unwrap()[0].user);
}

#[tokio::test]
async fn a_retry_key_is_accepted_once_in_a_day() {
    let world = world().await;
    let user = world.friend("王小明");
    let first = world.push_with_key(&user, "一", KEY).await;
    assert_eq!(first.status, 200);

    let again = world.push_with_key(&user, "一", KEY).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.message(), "The retry key is already accepted");
    assert_eq!(again.accepted_id.as_ref(), Some(&first.request_id));
    assert_ne!(again.request_id, first.request_id);
    assert_eq!(again.json()["sentMessages"], first.json()["sentMessages"]);
    assert_eq!(world.texts(&user), ["一"]);

    world.line().advance(Duration::from_mins(24 * 60 - 1));
    assert_eq!(world.push_with_key(&user, "一", KEY).await.status, 409);
    world.line().advance(Duration::from_mins(2));
    assert_eq!(world.push_with_key(&user, "一", KEY).await.status, 200, "after a day it is a new request");
    assert_eq!(world.texts(&user).len(), 2);
}

#[tokio::test]
async fn keys_are_per_channel_and_a_refused_try_does_not_use_one_up() {
    let world = world().await;
    let user = world.friend("王小明");
    assert_eq!(world.push_with_key(&user, "", KEY).await.status, 400);
    assert_eq!(world.push_with_key(STRANGER, "x", KEY).await.status, 400);
    assert_eq!(world.push_with_key(&user, "x", KEY).await.status, 200);

    world.line().add_channel(ChannelSpec::new("second", "s", "second-token")).unwrap();
    let other = world.line().add_friend("second", "林", None).unwrap();
    let request = world.http.post(format!("{}/v2/bot/message/push", world.sandbox.base()));
    let request = request.bearer_auth("second-token").json(&text_to(&other, "x")).header("x-line-retry-key", KEY);
    assert_eq!(send(request).await.status, 200);
}

#[tokio::test]
async fn of_many_tries_at_once_one_is_accepted() {
    let world = world().await;
    let user = world.friend("王小明");
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let request = world.post("message/push", &text_to(&user, "x")).header("x-line-retry-key", KEY);
        tries.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let statuses = tries.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 23);
    assert_eq!(world.texts(&user).len(), 1);
}

#[tokio::test]
async fn a_malformed_key_is_refused() {
    let world = world().await;
    let user = world.friend("王小明");
    for key in ["abc", "{123e4567-e89b-12d3-a456-426614174000}", "123e4567e89b12d3a456426614174000"] {
        assert_eq!(world.push_with_key(&user, "x", key).await.status, 400, "{key}");
    }
    assert!(world.line().ledger().is_empty());
}

#[tokio::test]
async fn blocked_customers_answer_200_and_nothing_arrives_nor_counts() {
    let world = world_of(ChannelSpec { monthly_limit: Some(10), ..spec() }).await;
    let (friend, blocked) = (world.friend("王"), world.friend("林"));
    world.line().block(CHANNEL, &blocked).await.unwrap();
    let stranger = world.line().add_customer(CHANNEL, "陳", None).unwrap();

    assert_eq!(world.push(&blocked, "a").await.status, 200);
    assert_eq!(world.push(&stranger, "a").await.status, 200);
    let body = json!({ "to": [friend, blocked, stranger], "messages": [{ "type": "text", "text": "b" }] });
    let answer = send(world.post("message/multicast", &body)).await;
    assert_eq!((answer.status, answer.json()), (200, json!({})));

    assert_eq!(world.texts(&friend), ["b"]);
    assert!(world.texts(&blocked).is_empty() && world.texts(&stranger).is_empty());
    assert_eq!(world.get("message/quota/consumption").await.json(), json!({ "totalUsage": 1 }));
    let reasons: Vec<_> = world.line().ledger().into_iter().map(|entry| entry.reason).collect();
    let (blocked_reason, stranger_reason) = (Some("blocked".to_owned()), Some("not_a_friend".to_owned()));
    assert_eq!(reasons, [blocked_reason.clone(), stranger_reason.clone(), None, blocked_reason, stranger_reason]);
    assert_eq!(world.get(&format!("profile/{blocked}")).await.status, 404);
    assert_eq!(world.get(&format!("profile/{friend}")).await.json()["displayName"], "王");
}

#[tokio::test]
async fn a_stranger_who_wrote_is_reached_by_push_for_a_week() {
    let world = world().await;
    let user = world.line().add_customer(CHANNEL, "陳", None).unwrap();
    world.line().write(CHANNEL, &user, "請問營業時間？").await.unwrap();
    world.push(&user, "10 點").await;
    world.line().advance(Duration::from_hours(8 * 24));
    world.push(&user, "late").await;
    assert_eq!(world.texts(&user), ["10 點"]);
}

#[tokio::test]
async fn unknown_and_malformed_recipients() {
    let world = world().await;
    let user = world.friend("王");
    let unknown = world.push(STRANGER, "x").await;
    assert_eq!((unknown.status, unknown.message().as_str()), (400, "Failed to send messages"));
    assert_eq!(world.push(&STRANGER.replacen('U', "C", 1), "x").await.message(), "Failed to send messages");
    let malformed = world.push("someone", "x").await;
    assert_eq!(malformed.message(), "The property, to, in the request body is invalid (line: -, column: -)");

    for bad in [STRANGER, "someone"] {
        let body = json!({ "to": [user, bad], "messages": [{ "type": "text", "text": "x" }] });
        let answer = send(world.post("message/multicast", &body)).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.message(), "The property, to[1], in the request body is invalid (line: -, column: -)");
    }
    let body = json!({ "to": [user, STRANGER], "messages": [{ "type": "text", "text": "x" }] });
    world.line().change_channel(CHANNEL, |spec| spec.multicast_names_nobody = true).unwrap();
    let nobody = send(world.post("message/multicast", &body)).await;
    assert_eq!((nobody.status, nobody.message().as_str()), (400, "Failed to send messages"));
    assert!(world.texts(&user).is_empty(), "nobody of the batch got it");

    world.line().change_channel(CHANNEL, |spec| spec.multicast_skips_unknown = true).unwrap();
    assert_eq!(send(world.post("message/multicast", &body)).await.status, 200);
    assert_eq!(world.texts(&user), ["x"]);
}

#[tokio::test]
async fn a_multicast_takes_500() {
    let world = world().await;
    let users: Vec<String> = (0..501).map(|n| world.friend(&format!("c{n}"))).collect();
    let body = |users: &[String]| json!({ "to": users, "messages": [{ "type": "text", "text": "x" }] });
    let too_many = send(world.post("message/multicast", &body(&users))).await;
    assert_eq!(too_many.detail(0), ("to".to_owned(), "Size must be between 1 and 500".to_owned()));
    assert_eq!(send(world.post("message/multicast", &body(&users[..500]))).await.status, 200);
    assert_eq!(world.line().stats(CHANNEL).unwrap().delivered, 500);
}

#[tokio::test]
async fn the_monthly_limit_refuses_whole_and_turns_with_the_month() {
    let world = world_of(ChannelSpec { monthly_limit: Some(3), ..spec() }).await;
    let users = [world.friend("a"), world.friend("b")];
    let both = json!({ "to": users, "messages": [{ "type": "text", "text": "x" }] });
    assert_eq!(world.get("message/quota").await.json(), json!({ "type": "limited", "value": 3 }));
    assert_eq!(send(world.post("message/multicast", &both)).await.status, 200);
    let over = send(world.post("message/multicast", &both)).await;
    assert_eq!((over.status, over.message().as_str()), (429, "You have reached your monthly limit."));
    assert_eq!(world.push(&users[0], "third").await.status, 200);
    assert_eq!(world.push(&users[0], "fourth").await.status, 429);
    assert_eq!(world.texts(&users[0]), ["x", "third"]);

    world.line().advance(Duration::from_hours(31 * 24));
    assert_eq!(world.get("message/quota/consumption").await.json(), json!({ "totalUsage": 0 }));
    assert_eq!(world.push(&users[0], "next month").await.status, 200);

    world.line().change_channel(CHANNEL, |spec| spec.monthly_limit = None).unwrap();
    assert_eq!(world.get("message/quota").await.json(), json!({ "type": "none" }));
}

#[tokio::test]
async fn a_repeat_is_409_even_when_the_limit_is_used_up() {
    let world = world_of(ChannelSpec { monthly_limit: Some(1), ..spec() }).await;
    let user = world.friend("a");
    assert_eq!(world.push_with_key(&user, "x", KEY).await.status, 200);
    assert_eq!(world.push_with_key(&user, "x", KEY).await.status, 409);
    assert_eq!(world.push(&user, "y").await.status, 429);
}

#[tokio::test]
async fn rates_are_per_endpoint_and_the_peak_is_measured() {
    let rates = Rates { push: Some(5), ..Rates::default() };
    let world = world_of(ChannelSpec { rates, ..spec() }).await;
    let user = world.friend("a");
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(world.push(&user, "x").await);
    }
    let refused: Vec<_> = statuses.iter().filter(|answer| answer.status == 429).collect();
    assert!(!refused.is_empty());
    assert_eq!(refused[0].message(), "The API rate limit has been exceeded. Try again later.");
    assert_eq!(world.get("info").await.status, 200, "other endpoints have their own limit");
    let stats = world.line().stats(CHANNEL).unwrap();
    assert_eq!(stats.refused["rate_limit"], refused.len() as u64);
    assert!(stats.over_limit_seconds >= 1);
    assert!(stats.peak_per_second["push"] > 5);
    assert_eq!(world.texts(&user).len(), 8 - refused.len());

    world.line().advance(Duration::from_secs(1));
    assert_eq!(world.push(&user, "x").await.status, 200);
}

#[tokio::test]
async fn a_reply_token_works_once_within_a_minute_and_is_free() {
    let (world, _receiver) = with_receiver().await;
    let user = world.friend("王");
    let reply = async |world: &World, token: &str| {
        let body = json!({ "replyToken": token, "messages": [{ "type": "text", "text": "ok" }] });
        send(world.post("message/reply", &body)).await
    };
    let token = world.line().write(CHANNEL, &user, "hi").await.unwrap().reply_token.unwrap();
    let first = reply(&world, &token).await;
    assert_eq!(first.status, 200);
    assert!(first.json()["sentMessages"][0]["id"].is_string());
    let second = reply(&world, &token).await;
    assert_eq!((second.status, second.message().as_str()), (400, "Invalid reply token"));

    let old = world.line().write(CHANNEL, &user, "hi").await.unwrap().reply_token.unwrap();
    world.line().advance(Duration::from_secs(61));
    assert_eq!(reply(&world, &old).await.status, 400);
    assert_eq!(reply(&world, "nonsense").await.status, 400);
    assert_eq!(world.texts(&user), ["ok"]);
    assert_eq!(world.get("message/quota/consumption").await.json(), json!({ "totalUsage": 0 }));
}

#[tokio::test]
async fn units_are_counted_per_month_and_the_1001st_is_not_assigned() {
    let world = world().await;
    let user = world.friend("a");
    let push = async |units: Value| {
        let mut body = text_to(&user, "x");
        body["customAggregationUnits"] = units;
        send(world.post("message/push", &body)).await
    };
    for bad in [json!(["a", "b"]), json!(["no-dash"]), json!([""]), json!(["x".repeat(31)]), json!("a")] {
        assert_eq!(push(bad.clone()).await.status, 400, "{bad}");
    }
    world.line().change_channel(CHANNEL, |spec| spec.rates = Rates::UNLIMITED).unwrap();
    for n in 0..1001 {
        assert_eq!(push(json!([format!("promo_{n}")])).await.status, 200);
    }
    assert_eq!(world.get("message/aggregation/info").await.json(), json!({ "numOfCustomAggregationUnits": 1000 }));
    let ledger = world.line().ledger();
    assert_eq!(ledger[999].unit.as_deref(), Some("promo_999"));
    assert_eq!((ledger[1000].unit.as_deref(), ledger[1000].delivered), (None, true));
}

#[tokio::test]
async fn who_calls_and_how() {
    let world = world().await;
    let user = world.friend("a");
    let url = format!("{}/v2/bot/message/push", world.sandbox.base());
    let body = text_to(&user, "x");
    for request in [world.http.post(&url).json(&body), world.http.post(&url).bearer_auth("wrong").json(&body)] {
        let answer = send(request).await;
        assert_eq!(answer.status, 401);
        assert!(answer.message().starts_with("Authentication failed due to the following reason: "));
    }
    let post = |kind: &str, body: String| {
        send(world.http.post(&url).bearer_auth(TOKEN).header("content-type", kind).body(body))
    };
    let plain = post("text/plain", body.to_string()).await;
    assert_eq!((plain.status, plain.message().as_str()), (415, "The content type, text/plain, is not supported"));
    let broken = post("application/json", "{\"to\":".to_owned()).await;
    assert!(broken.message().starts_with("The request body could not be parsed as JSON"));
    let padded = format!("{body}{}", " ".repeat(2 * 1024 * 1024));
    assert_eq!(post("application/json", padded).await.status, 413);
    assert_eq!(post("application/json; charset=utf-8", body.to_string()).await.status, 200);
    assert_eq!(world.get("message/nothing").await.status, 404);
    assert_eq!(world.get("info").await.json()["userId"], world.line().bot_user_id(CHANNEL).unwrap());
    assert_eq!(world.texts(&user).len(), 1);
}

#[tokio::test]
async fn sent_counts_are_ready_the_day_after() {
    let world = world().await;
    let user = world.friend("a");
    world.push(&user, "x").await;
    world.line().advance(Duration::from_hours(3 * 24));
    let entry = &world.line().ledger()[0];
    let zone = chrono::FixedOffset::east_opt(9 * 3600).unwrap();
    let day = chrono::DateTime::from_timestamp_millis(entry.at_ms).unwrap().with_timezone(&zone);
    for (kind, wanted) in [("push", 1), ("multicast", 0)] {
        let answer = world.get(&format!("message/delivery/{kind}?date={}", day.format("%Y%m%d"))).await;
        assert_eq!(answer.json(), json!({ "status": "ready", "success": wanted }));
    }
    assert_eq!(world.get("message/delivery/push?date=29991231").await.json(), json!({ "status": "unready" }));
    assert_eq!(world.get("message/delivery/push?date=x").await.status, 400);
}
