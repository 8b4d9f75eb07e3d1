//! WhatsApp's webhook as Meta calls it, on a whole server without its tasks.

use axum::http::{Method, Request};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{
    channels::testing::{NOW, Shop, Whatsapp},
    clock::Clock,
    config::Config,
    inbox::{
        process,
        testing::{Person, signature, status, webhook},
    },
    params,
    platforms::hash,
    serve,
};

const SECRET: &[u8] = b"app secret";
const ANN: Person = Person { phone: Some("+886912345678"), bsuid: Some("TW.1001"), name: "Ann" };

struct World {
    app: App,
    shop: Shop,
    cloud: Whatsapp,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = serve::open(Config::for_test(folder.path()), Clock::set_at(NOW)).await.unwrap();
        let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
        let cloud = shop.add_whatsapp().await;
        shop.seal_whatsapp(&app, &cloud, SECRET, "verify & 詞".as_bytes(), b"token").await;
        Self { app, shop, cloud, _folder: folder }
    }

    async fn call(&self, request: Request<Body>) -> (u16, String) {
        let answer = routes().with_state(self.app.clone()).oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn post_to(&self, app: &str, body: &[u8], signature: Option<&str>) -> u16 {
        let mut request = Request::builder().method(Method::POST).uri(format!("/webhooks/whatsapp/{app}"));
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        self.call(request.body(Body::from(body.to_vec())).unwrap()).await.0
    }

    async fn post(&self, body: &[u8], signature: Option<&str>) -> u16 {
        self.post_to(&self.cloud.app.to_string(), body, signature).await
    }

    async fn signed(&self, body: &[u8]) -> u16 {
        self.post(body, Some(&signature(SECRET, body))).await
    }

    async fn tell(&self, changes: &[Value]) -> u16 {
        self.signed(&webhook(&self.cloud, changes)).await
    }

    async fn verify(&self, app: &str, query: &str) -> (u16, String) {
        let request = Request::builder().uri(format!("/webhooks/whatsapp/{app}?{query}"));
        self.call(request.body(Body::empty()).unwrap()).await
    }

    async fn keys(&self) -> Vec<String> {
        self.shop.read(|tx| tx.all("SELECT event_key FROM inbox ORDER BY event_key", params![])).await
    }

    async fn messages(&self) -> i64 {
        self.shop.read(|tx| tx.one("SELECT COUNT(*) FROM message", params![])).await
    }
}

/// As events with these ids are kept.
fn keys_of(ids: &[&str]) -> Vec<String> {
    let mut keys: Vec<String> = ids.iter().map(|id| hash(id.as_bytes())).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn meta_is_answered_its_challenge_and_nobody_else() {
    let world = World::new().await;
    let app = world.cloud.app.to_string();
    let good = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify+%26+%E8%A9%9E";
    assert_eq!(world.verify(&app, good).await, (200, "1158201444".to_owned()));
    for bad in [
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify",
        "hub.mode=subscribe&hub.challenge=1158201444",
        "hub.mode=unsubscribe&hub.challenge=1158201444&hub.verify_token=verify+%26+%E8%A9%9E",
        "hub.challenge=1158201444&hub.verify_token=verify+%26+%E8%A9%9E",
        "",
    ] {
        let (status, body) = world.verify(&app, bad).await;
        assert_eq!(status, 403, "{bad}");
        assert!(!body.contains("1158201444"), "{body}");
    }
    let other = world.shop.clock.id::<WhatsappAppId>().to_string();
    assert_eq!(world.verify(&other, good).await.0, 404);
    assert_eq!(world.verify("%27%20OR%201", good).await.0, 404);
}

#[tokio::test]
async fn events_are_kept_once_and_applied_once() {
    let world = World::new().await;
    let said = [ANN.says("wamid.1", NOW, "您好"), ANN.says("wamid.2", NOW, "在嗎"), ANN.says("wamid.1", NOW, "您好")];
    assert_eq!(world.tell(&said).await, 200);
    assert_eq!(world.tell(&said[..1]).await, 200);
    assert_eq!(world.messages().await, 0, "it is answered before it is applied");
    assert_eq!(world.keys().await, keys_of(&["wamid.1", "wamid.2"]));
    let round = process::round(&world.app).await.unwrap();
    assert_eq!((round.seen, round.applied), (2, 2));
    assert_eq!(world.tell(&said).await, 200);
    assert_eq!(process::round(&world.app).await.unwrap().seen, 0);
    assert_eq!(world.messages().await, 2);
    let number = world.cloud.number;
    let seen: i64 =
        world.shop.read(move |tx| tx.one("SELECT webhook_at FROM channel WHERE id = $1", params![number])).await;
    assert_eq!(seen, NOW);
}

#[tokio::test]
async fn a_thousand_statuses_are_one_webhook() {
    let world = World::new().await;
    let states: Vec<Value> =
        (0..1_000).flat_map(|i| ["sent", "delivered"].map(|state| status(&format!("wamid.{i}"), state, NOW))).collect();
    assert_eq!(world.tell(&states).await, 200);
    assert_eq!(world.keys().await.len(), 2_000);
    assert_eq!(world.tell(&states).await, 200);
    assert_eq!(world.keys().await.len(), 2_000);
    let mut applied = 0;
    while let round @ process::Round { seen: 1.., .. } = process::round(&world.app).await.unwrap() {
        applied += round.applied;
    }
    assert_eq!(applied, 2_000, "of messages that are not ours: nothing to do, and no fault");
}

#[tokio::test]
async fn a_signature_is_asked_for_and_held_against_the_bytes() {
    let world = World::new().await;
    let body = webhook(&world.cloud, &[ANN.says("wamid.1", NOW, "您好")]);
    let good = signature(SECRET, &body);
    assert_eq!(world.post(&body, None).await, 401);
    assert_eq!(world.post(&body, Some("")).await, 403);
    assert_eq!(world.post(&body, Some(good.trim_start_matches("sha256="))).await, 403);
    assert_eq!(world.post(&body, Some(&good[..good.len() / 2])).await, 403);
    assert_eq!(world.post(&body, Some(&signature(b"another secret", &body))).await, 403);
    assert_eq!(world.post(&[body.as_slice(), b" "].concat(), Some(&good)).await, 403, "one byte more");
    assert_eq!(world.keys().await, Vec::<String>::new());
    assert_eq!(world.post(&body, Some(&good)).await, 200);
    let other = world.shop.clock.id::<WhatsappAppId>().to_string();
    assert_eq!(world.post_to(&other, &body, Some(&good)).await, 404);
    assert_eq!(world.post_to("%27%20OR%201", &body, Some(&good)).await, 404);
}

#[tokio::test]
async fn what_is_signed_but_no_webhook_is_refused_and_other_objects_are_fine() {
    let world = World::new().await;
    for body in [b"".as_slice(), b"[", b"[1]", &b"[".repeat(1_000_000)] {
        assert_eq!(world.signed(body).await, 400);
    }
    assert_eq!(world.signed(br#"{"object":"page","entry":[{"changes":[{"field":"feed","value":{}}]}]}"#).await, 200);
    assert_eq!(world.signed(br#"{"object":"whatsapp_business_account","entry":[]}"#).await, 200);
    assert_eq!(world.keys().await, Vec::<String>::new());
}

#[tokio::test]
async fn three_megabytes_are_taken_and_not_a_byte_more() {
    let world = World::new().await;
    let mut body = webhook(&world.cloud, &[ANN.says("wamid.1", NOW, "hi")]);
    body.resize(platforms::whatsapp::webhook::BODY_LIMIT, b' ');
    assert_eq!(world.signed(&body).await, 200);
    body.push(b' ');
    assert_eq!(world.signed(&body).await, 413);
    assert_eq!(world.post(&body, None).await, 401, "it is not even read");
    let other = world.shop.clock.id::<WhatsappAppId>().to_string();
    assert_eq!(world.post_to(&other, &body, Some("x")).await, 404);
}

#[tokio::test]
async fn each_number_gets_its_own_and_strangers_are_left_out() {
    let world = World::new().await;
    let elsewhere = world.shop.add_whatsapp().await;
    assert_eq!(world.tell(&[ANN.says("wamid.1", NOW, "hi")]).await, 200);
    let stranger = Whatsapp { phone_number_id: "404".into(), account: "405".into(), ..world.cloud.clone() };
    let foreign = Whatsapp { app: world.cloud.app, ..elsewhere.clone() };
    let template = json!({ "field": "message_template_status_update", "value": { "event": "PAUSED",
        "message_template_id": 1, "message_template_name": "t", "message_template_language": "en-US" } });
    for of in [&stranger, &foreign] {
        let body = webhook(of, &[ANN.says("wamid.9", NOW, "not ours"), template.clone()]);
        for _ in 0..2 {
            assert_eq!(world.signed(&body).await, 200, "a number of another app is none of this one's");
        }
    }
    assert_eq!(world.keys().await, keys_of(&["wamid.1"]));
    // A number that another process has just connected is known at once.
    let number = world.cloud.number;
    world
        .shop
        .write(move |tx| tx.execute("UPDATE channel SET platform_id = '404' WHERE id = $1", params![number]))
        .await;
    assert_eq!(world.signed(&webhook(&stranger, &[ANN.says("wamid.2", NOW, "ours now")])).await, 200);
    assert_eq!(world.keys().await, keys_of(&["wamid.1", "wamid.2"]));
    // What concerns the whole account stands under one of its numbers.
    assert_eq!(world.tell(&[template]).await, 200);
    let places: Vec<ChannelId> =
        world.shop.read(|tx| tx.all("SELECT channel_id FROM inbox ORDER BY id", params![])).await;
    assert_eq!(places, [world.cloud.number; 3]);
    let round = process::round(&world.app).await.unwrap();
    assert_eq!((round.seen, round.applied), (3, 3));
}

#[tokio::test]
async fn half_an_emoji_and_an_odd_event_cost_no_message() {
    let world = World::new().await;
    let body = String::from_utf8(webhook(&world.cloud, &[ANN.says("wamid.1", NOW, "EMOJI")])).unwrap();
    assert_eq!(world.signed(body.replace("EMOJI", r"\u597d\ud83d\ude00\ud83d!").as_bytes()).await, 200);
    let odd = json!({ "field": "messages", "value": { "messages": [7, { "id": {} }, null] } });
    assert_eq!(world.tell(&[odd, ANN.says("wamid.2", NOW, "good")]).await, 200);
    let round = process::round(&world.app).await.unwrap();
    assert_eq!((round.applied, round.given_up), (round.seen, 0));
    let kept: Vec<String> = world.shop.read(|tx| tx.all("SELECT text FROM message ORDER BY id", params![])).await;
    assert_eq!(kept, ["好😀\u{fffd}!", "good"]);
}
