//! The webhook as LINE calls it, on a whole server without its tasks.

use aws_lc_rs::hmac;
use axum::http::{Method, Request};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    clock::Clock,
    config::Config,
    inbox::process,
    params,
    platforms::line::webhook::BODY_LIMIT,
    serve,
};

const SECRET: &[u8] = b"channel secret";

struct World {
    app: App,
    shop: Shop,
    bot: String,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = serve::open(Config::for_test(folder.path()), Clock::set_at(NOW)).await.unwrap();
        let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
        shop.seal(&app, SECRET, b"token").await;
        let bot = format!("U{}", shop.channel.0.simple());
        Self { app, shop, bot, _folder: folder }
    }

    async fn post(&self, body: &[u8], signature: Option<&str>) -> u16 {
        self.post_to(&self.shop.channel.to_string(), body, signature).await
    }

    async fn post_to(&self, channel: &str, body: &[u8], signature: Option<&str>) -> u16 {
        let mut request = Request::builder().method(Method::POST).uri(format!("/webhooks/line/{channel}"));
        if let Some(signature) = signature {
            request = request.header("X-Line-Signature", signature);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        routes().with_state(self.app.clone()).oneshot(request).await.unwrap().status().as_u16()
    }

    async fn signed(&self, body: &[u8]) -> u16 {
        self.post(body, Some(&signature(SECRET, body))).await
    }

    async fn events(&self, events: &[Value]) -> u16 {
        self.signed(json!({ "destination": self.bot, "events": events }).to_string().as_bytes()).await
    }

    async fn count(&self, table: &'static str) -> i64 {
        let text = match table {
            "inbox" => "SELECT COUNT(*) FROM inbox",
            "waiting" => "SELECT COUNT(*) FROM inbox WHERE processed_at IS NULL",
            "failed" => "SELECT COUNT(*) FROM inbox WHERE failed IS NOT NULL AND processed_at IS NOT NULL",
            "message" => "SELECT COUNT(*) FROM message",
            other => panic!("{other}"),
        };
        self.shop.read(move |tx| tx.one(text, params![])).await
    }
}

fn signature(secret: &[u8], body: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body))
}

fn text(key: &str, user: &str, at: i64) -> Value {
    json!({
        "type": "message", "mode": "active", "timestamp": at, "webhookEventId": key, "replyToken": "r",
        "deliveryContext": { "isRedelivery": false }, "source": { "type": "user", "userId": user },
        "message": { "id": format!("m-{key}"), "type": "text", "text": "您好" },
    })
}

#[tokio::test]
async fn events_are_kept_once_and_applied_once() {
    let world = World::new().await;
    assert_eq!(world.events(&[text("1", "Uann", NOW), text("2", "Ubea", NOW), text("1", "Uann", NOW)]).await, 200);
    assert_eq!(world.events(&[text("1", "Uann", NOW)]).await, 200);
    assert_eq!(world.count("inbox").await, 2);
    let round = process::round(&world.app).await.unwrap();
    assert_eq!((round.seen, round.applied), (2, 2));
    assert_eq!(world.events(&[text("2", "Ubea", NOW)]).await, 200);
    assert_eq!(process::round(&world.app).await.unwrap().seen, 0);
    assert_eq!((world.count("message").await, world.count("waiting").await), (2, 0));
    let seen: i64 = world.shop.read(|tx| tx.one("SELECT webhook_at FROM channel", params![])).await;
    assert_eq!(seen, NOW);
}

#[tokio::test]
async fn a_signature_is_asked_for_and_held_against_the_bytes() {
    let world = World::new().await;
    let body = json!({ "destination": world.bot, "events": [text("1", "Uann", NOW)] }).to_string();
    let good = signature(SECRET, body.as_bytes());
    assert_eq!(world.post(body.as_bytes(), None).await, 401);
    assert_eq!(world.post(body.as_bytes(), Some("")).await, 403);
    assert_eq!(world.post(body.as_bytes(), Some("not base64!")).await, 403);
    assert_eq!(world.post(body.as_bytes(), Some(&good[..good.len() / 2])).await, 403);
    assert_eq!(world.post(body.as_bytes(), Some(&signature(b"another secret", body.as_bytes()))).await, 403);
    assert_eq!(world.post(format!("{body} ").as_bytes(), Some(&good)).await, 403, "one byte more");
    assert_eq!(world.count("inbox").await, 0);
    assert_eq!(world.post(body.as_bytes(), Some(&good)).await, 200);
    let other = world.shop.clock.id::<ChannelId>().to_string();
    assert_eq!(world.post_to(&other, body.as_bytes(), Some(&good)).await, 404);
    assert_eq!(world.post_to("%27%20OR%201", body.as_bytes(), Some(&good)).await, 404);
}

#[tokio::test]
async fn what_is_signed_but_no_webhook_is_refused() {
    let world = World::new().await;
    let destination = json!({ "destination": "Uanother", "events": [text("1", "Uann", NOW)] }).to_string();
    assert_eq!(world.signed(destination.as_bytes()).await, 400);
    assert_eq!(world.signed(b"").await, 400);
    assert_eq!(world.signed(b"{}").await, 400);
    assert_eq!(world.signed("[".repeat(1_000_000).as_bytes()).await, 400);
    let deep = format!(
        r#"{{"destination":"{}","events":[{}{}]}}"#,
        world.bot,
        r#"{"a":"#.repeat(200_000),
        "}".repeat(200_000)
    );
    assert_eq!(world.signed(deep.as_bytes()).await, 400);
    assert_eq!(world.count("inbox").await, 0);
}

#[tokio::test]
async fn a_connection_test_and_unknown_events_are_fine() {
    let world = World::new().await;
    assert_eq!(world.events(&[]).await, 200);
    assert_eq!(world.count("inbox").await, 0);
    let strange = json!({ "type": "teleport", "webhookEventId": "9", "timestamp": NOW, "to": { "planet": "Mars" } });
    assert_eq!(world.events(&[strange, json!({ "type": "no id, no time" })]).await, 200);
    assert_eq!(process::round(&world.app).await.unwrap().applied, 2);
    assert_eq!((world.count("failed").await, world.count("message").await), (0, 0));
}

#[tokio::test]
async fn three_megabytes_are_taken_and_not_a_byte_more() {
    let world = World::new().await;
    let mut body = json!({ "destination": world.bot, "events": [text("1", "Uann", NOW)] }).to_string().into_bytes();
    body.resize(BODY_LIMIT, b' ');
    assert_eq!(world.signed(&body).await, 200);
    body.push(b' ');
    assert_eq!(world.signed(&body).await, 413);
    assert_eq!(world.post(&body, None).await, 401, "it is not even read");
    let other = world.shop.clock.id::<ChannelId>().to_string();
    assert_eq!(world.post_to(&other, &body, Some("x")).await, 404);
}

#[tokio::test]
async fn a_poisoned_event_is_left_and_holds_nobody_up() {
    let world = World::new().await;
    let poisoned = json!({ "type": "message", "webhookEventId": "bad", "timestamp": NOW - 10, "message": "no object",
        "source": { "type": "user", "userId": "Uann" } });
    assert_eq!(world.events(&[poisoned, text("good", "Uann", NOW)]).await, 200);
    let first = process::round(&world.app).await.unwrap();
    assert_eq!((first.seen, first.applied, first.given_up), (2, 1, 0));
    let mut rounds = 1;
    while process::round(&world.app).await.unwrap().seen > 0 {
        rounds += 1;
        assert!(rounds < 20, "it is tried without end");
    }
    assert_eq!(rounds, 5);
    assert_eq!((world.count("failed").await, world.count("waiting").await, world.count("message").await), (1, 0, 1));
}

#[tokio::test]
async fn half_an_emoji_costs_no_message() {
    let world = World::new().await;
    let (whole, half) = (r"\ud83d\ude00", r"\ud83d");
    let body = format!(
        r#"{{"destination":"{}","events":[{{"type":"message","timestamp":{NOW},"webhookEventId":"1",
        "source":{{"type":"user","userId":"Uann"}},"message":{{"id":"1","type":"text","text":"好{whole}{half}!\\u"}}}}]}}"#,
        world.bot
    );
    assert_eq!(world.signed(body.as_bytes()).await, 200);
    assert_eq!(process::round(&world.app).await.unwrap().applied, 1);
    let kept: String = world.shop.read(|tx| tx.one("SELECT text FROM message", params![])).await;
    assert_eq!(kept, "好😀\u{fffd}!\\u");
}

#[tokio::test]
async fn a_time_from_the_future_does_not_silence_what_follows() {
    let world = World::new().await;
    let event = |kind: &str, key: &str, at: i64| json!({ "type": kind, "webhookEventId": key, "timestamp": at, "source": { "type": "user", "userId": "Uann" } });
    assert_eq!(world.events(&[event("follow", "1", i64::MAX)]).await, 200);
    process::round(&world.app).await.unwrap();
    world.app.clock.advance(120_000);
    assert_eq!(world.events(&[event("unfollow", "2", NOW + 120_000)]).await, 200);
    process::round(&world.app).await.unwrap();
    let now: String = world.shop.read(|tx| tx.one("SELECT subscription FROM identity", params![])).await;
    assert_eq!(now, "blocked");
}

#[tokio::test]
async fn many_webhooks_at_once_lose_and_double_nothing() {
    let world = World::new().await;
    let posts = (0..60).map(|i| {
        let (world, key) = (&world, (i % 30).to_string());
        async move { world.events(&[text(&key, &format!("U{}", i % 7), NOW + i)]).await }
    });
    assert!(futures_util::future::join_all(posts).await.iter().all(|status| *status == 200));
    let (one, other) = tokio::join!(process::round(&world.app), process::round(&world.app));
    assert_eq!(one.unwrap().applied + other.unwrap().applied, 30);
    assert_eq!(world.count("message").await, 30);
}
