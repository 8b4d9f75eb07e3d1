//! What events of LINE change, on both engines: order and repeats must not matter.

use serde_json::{Value, json};
use shared::{contacts::Subscription, conversations::MessageKind, id::ConversationId};

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, Lane, testing::on_both_engines},
    params,
};

on_both_engines![
    a_first_message_begins_a_pending_conversation,
    every_kind_is_kept,
    later_events_win_in_any_order,
    words_and_buttons_opt_out,
    a_follow_makes_a_customer_without_conversation,
    groups_and_strange_events_make_nobody,
    a_repeated_message_is_one_message_and_wants_one_medium,
    nul_and_endless_texts_are_kept_fit,
];

async fn apply(shop: &Shop, at: i64, body: Value) -> Result<Applied, String> {
    let waiting = Waiting {
        team: shop.team,
        channel: shop.channel,
        platform: shared::limits::Platform::Line,
        key: String::new(),
        body: body.to_string(),
        at,
        received_at: NOW,
        tries: 0,
    };
    let clock = shop.clock.clone();
    let applied = shop.db.write_as(Lane::Intake, move |tx| super::apply(tx, &clock, &waiting));
    applied.await.map_err(|error| error.to_string())
}

fn event(kind: &str, more: Value) -> Value {
    let mut event =
        json!({ "type": kind, "timestamp": NOW, "source": { "type": "user", "userId": "Uann" }, "replyToken": "r1" });
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn text(id: &str, text: &str) -> Value {
    event("message", json!({ "message": { "id": id, "type": "text", "text": text } }))
}

async fn messages(shop: &Shop) -> Vec<(MessageKind, String)> {
    shop.read(|tx| tx.all("SELECT kind, text FROM message ORDER BY at, id", params![])).await
}

async fn subscriptions(shop: &Shop) -> (Subscription, Option<Subscription>) {
    shop.read(|tx| {
        tx.one(
            "SELECT i.subscription, c.subscription FROM identity i LEFT JOIN conversation c ON c.identity_id = i.id",
            params![],
        )
    })
    .await
}

async fn events(shop: &Shop) -> Vec<String> {
    shop.read(|tx| tx.all("SELECT kind FROM conversation_event ORDER BY at, id", params![])).await
}

async fn a_first_message_begins_a_pending_conversation(db: Db) {
    let shop = Shop::open(db).await;
    apply(&shop, NOW, text("1", "您好 😀")).await.unwrap();
    let row: (String, i64, i64, Option<String>, Option<i64>, String) = shop
        .read(|tx| {
            tx.one("SELECT state, unread, last_at, reply_token, reply_token_at, last_text FROM conversation", params![])
        })
        .await;
    assert_eq!(row, ("pending".into(), 1, NOW, Some("r1".into()), Some(NOW), "您好 😀".into()));
    assert_eq!(messages(&shop).await, [(MessageKind::Text, "您好 😀".to_owned())]);
    assert_eq!(
        subscriptions(&shop).await,
        (Subscription::Unknown, Some(Subscription::Unknown)),
        "she may be no friend"
    );
}

async fn every_kind_is_kept(db: Db) {
    let shop = Shop::open(db).await;
    let kinds = [
        (json!({ "type": "image", "contentProvider": { "type": "line" } }), MessageKind::Image, "", true),
        (json!({ "type": "image", "contentProvider": { "type": "external" } }), MessageKind::Image, "", false),
        (json!({ "type": "video" }), MessageKind::Video, "", true),
        (json!({ "type": "audio" }), MessageKind::Audio, "", true),
        (json!({ "type": "file", "fileName": "size.pdf" }), MessageKind::File, "size.pdf", true),
        (json!({ "type": "sticker", "keywords": ["hi", "你好"] }), MessageKind::Sticker, "hi, 你好", false),
        (
            json!({ "type": "location", "title": "Home", "address": "Taipei" }),
            MessageKind::Location,
            "Home\nTaipei",
            false,
        ),
        (json!({ "type": "hologram" }), MessageKind::Other, "", false),
    ];
    let mut expected = Vec::new();
    for (i, (mut message, kind, said, wants_media)) in kinds.into_iter().enumerate() {
        message["id"] = json!(i.to_string());
        let applied =
            apply(&shop, NOW + i64::try_from(i).unwrap(), event("message", json!({ "message": message }))).await;
        assert_eq!(applied, Ok(Applied { wants_media }), "{kind:?}");
        expected.push((kind, said.to_owned()));
    }
    apply(&shop, NOW + 50, event("postback", json!({ "postback": { "data": "size=40" } }))).await.unwrap();
    let shown = json!({ "postback": { "data": "size=41", "displayText": "Size 41, please" } });
    apply(&shop, NOW + 51, event("postback", shown)).await.unwrap();
    expected.extend([(MessageKind::Postback, "size=40".into()), (MessageKind::Postback, "Size 41, please".into())]);
    assert_eq!(messages(&shop).await, expected);
    let wanted: Vec<(String, String)> = shop
        .read(|tx| tx.all("SELECT kind, platform_id FROM media WHERE state = 'wanted' ORDER BY id", params![]))
        .await;
    assert_eq!(
        wanted,
        [("image", "0"), ("video", "2"), ("audio", "3"), ("file", "4")]
            .map(|(kind, id)| (kind.to_owned(), id.to_owned()))
    );
}

async fn later_events_win_in_any_order(db: Db) {
    let shop = Shop::open(db).await;
    apply(&shop, NOW, text("1", "hi")).await.unwrap();
    apply(&shop, NOW + 30, event("unfollow", json!({}))).await.unwrap();
    apply(&shop, NOW + 10, event("follow", json!({ "follow": { "isUnblocked": false } }))).await.unwrap();
    assert_eq!(subscriptions(&shop).await, (Subscription::Blocked, Some(Subscription::Blocked)));
    apply(&shop, NOW + 40, event("follow", json!({}))).await.unwrap();
    apply(&shop, NOW + 40, event("follow", json!({}))).await.unwrap();
    assert_eq!(subscriptions(&shop).await, (Subscription::Subscribed, Some(Subscription::Subscribed)));
    assert_eq!(events(&shop).await, ["blocked", "unblocked"]);
    apply(&shop, NOW - 50, text("0", "an older one")).await.unwrap();
    let last: (i64, String, i64) =
        shop.read(|tx| tx.one("SELECT last_at, last_text, unread FROM conversation", params![])).await;
    assert_eq!(last, (NOW, "hi".into(), 2));
}

async fn words_and_buttons_opt_out(db: Db) {
    let shop = Shop::open(db).await;
    let mut at = NOW;
    for said in ["取消訂閱", " Unsubscribe\n", "ＵＮＳＵＢ"] {
        at += 10;
        apply(&shop, at, event("follow", json!({}))).await.unwrap();
        apply(&shop, at + 1, text(&at.to_string(), said)).await.unwrap();
        assert_eq!(
            subscriptions(&shop).await,
            (Subscription::Unsubscribed, Some(Subscription::Unsubscribed)),
            "{said}"
        );
        apply(&shop, at + 2, event("postback", json!({ "postback": { "data": "a=b&subscribe=1" } }))).await.unwrap();
        assert_eq!(subscriptions(&shop).await.0, Subscription::Subscribed);
    }
    apply(&shop, at + 20, text("long", "please unsubscribe me")).await.unwrap();
    apply(&shop, at + 21, event("postback", json!({ "postback": { "data": "unsubscribe=10&x=unsubscribe=1" } })))
        .await
        .unwrap();
    assert_eq!(subscriptions(&shop).await.0, Subscription::Subscribed);
    apply(&shop, at + 22, event("postback", json!({ "postback": { "data": "unsubscribe=1" } }))).await.unwrap();
    assert_eq!(subscriptions(&shop).await, (Subscription::Unsubscribed, Some(Subscription::Unsubscribed)));
    apply(&shop, at + 23, text("after", "hi again")).await.unwrap();
    assert_eq!(subscriptions(&shop).await.0, Subscription::Unsubscribed, "writing does not opt in");
}

async fn a_follow_makes_a_customer_without_conversation(db: Db) {
    let shop = Shop::open(db).await;
    apply(&shop, NOW, event("follow", json!({}))).await.unwrap();
    assert_eq!(subscriptions(&shop).await, (Subscription::Subscribed, None));
    let asked: Option<i64> = shop.read(|tx| tx.one("SELECT profile_at FROM identity", params![])).await;
    assert_eq!(asked, None, "her profile is to be asked for");
    apply(&shop, NOW + 1, text("1", "hi")).await.unwrap();
    assert_eq!(subscriptions(&shop).await, (Subscription::Subscribed, Some(Subscription::Subscribed)));
}

async fn groups_and_strange_events_make_nobody(db: Db) {
    let shop = Shop::open(db).await;
    let group = json!({ "source": { "type": "group", "groupId": "C1", "userId": "Uann" }, "message": { "id": "1", "type": "text", "text": "x" } });
    apply(&shop, NOW, event("message", group)).await.unwrap();
    apply(&shop, NOW, event("teleport", json!({ "to": "Mars" }))).await.unwrap();
    apply(&shop, NOW, json!({})).await.unwrap();
    assert!(apply(&shop, NOW, json!([1])).await.is_err());
    assert!(
        apply(&shop, NOW, event("message", json!({ "message": "secret words" })))
            .await
            .is_err_and(|why| !why.contains("secret"))
    );
    let people: i64 = shop.read(|tx| tx.one("SELECT COUNT(*) FROM contact", params![])).await;
    assert_eq!(people, 0);
}

async fn a_repeated_message_is_one_message_and_wants_one_medium(db: Db) {
    let shop = Shop::open(db).await;
    let photo = || event("message", json!({ "message": { "id": "7", "type": "image" } }));
    assert_eq!(apply(&shop, NOW, photo()).await, Ok(Applied { wants_media: true }));
    assert_eq!(apply(&shop, NOW, photo()).await, Ok(Applied { wants_media: false }));
    let counts: (i64, i64, i64) = shop
        .read(|tx| {
            tx.one(
                "SELECT (SELECT COUNT(*) FROM message), (SELECT COUNT(*) FROM media), (SELECT unread FROM conversation)",
                params![],
            )
        })
        .await;
    assert_eq!(counts, (1, 1, 1));
}

async fn nul_and_endless_texts_are_kept_fit(db: Db) {
    let shop = Shop::open(db).await;
    let long = "長".repeat(50_000);
    apply(&shop, NOW, text("a\0", "before\0after")).await.unwrap();
    apply(&shop, NOW + 1, text("b", &long)).await.unwrap();
    let kept = messages(&shop).await;
    assert_eq!(kept[0].1, "beforeafter");
    assert_eq!(kept[1].1.chars().count(), super::super::LONGEST);
    let ids: Vec<ConversationId> = shop.read(|tx| tx.all("SELECT id FROM conversation", params![])).await;
    assert_eq!(ids.len(), 1);
}
