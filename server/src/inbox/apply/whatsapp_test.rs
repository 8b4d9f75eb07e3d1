//! What WhatsApp's events change, on both engines.

use serde_json::{Value, json};
use shared::{contacts::Subscription, reasons::Reason, templates::QuickReplyAction};

use super::{
    super::super::testing::{Person, fault, webhook},
    *,
};
use crate::{
    channels::testing::{NOW, Shop, Whatsapp},
    db::{Db, Lane, testing::on_both_engines},
    params,
    platforms::whatsapp::webhook::split,
};

on_both_engines![
    a_first_message_begins_a_conversation_and_subscribes,
    every_kind_is_kept,
    words_and_buttons_opt_out_and_in,
    writing_never_opts_in_again_in_any_order,
    a_preference_counts_before_the_first_message,
    the_latest_name_stays,
    a_fault_of_the_account_pauses_the_number,
    what_is_no_message_makes_nobody,
    a_repeat_is_one_message_and_wants_one_medium,
    a_message_of_a_strange_time_opens_no_window_beyond_now,
];

const ANN: Person = Person { phone: Some("+886912345678"), bsuid: Some("TW.1001"), name: "Ann 😀" };

struct World {
    shop: Shop,
    cloud: Whatsapp,
}

impl World {
    async fn new(db: Db) -> Self {
        let shop = Shop::open(db).await;
        let cloud = shop.add_whatsapp().await;
        Self { shop, cloud }
    }

    /// Applies what happened, as the inbox keeps it.
    async fn apply(&self, change: Value) -> Result<Applied, String> {
        self.apply_at(change, NOW).await
    }

    async fn apply_at(&self, change: Value, at: i64) -> Result<Applied, String> {
        let mut applied = Applied::default();
        for piece in split(&webhook(&self.cloud, &[change])).unwrap() {
            let waiting = Waiting {
                team: self.shop.team,
                channel: self.cloud.number,
                platform: shared::limits::Platform::Whatsapp,
                key: piece.key,
                body: piece.body,
                at: if piece.at > 0 { piece.at } else { at },
                received_at: NOW,
                tries: 0,
            };
            let clock = self.shop.clock.clone();
            let done = self.shop.db.write_as(Lane::Intake, move |tx| super::apply(tx, &clock, &waiting)).await;
            applied.wants_media |= done.map_err(|error| error.to_string())?.wants_media;
        }
        Ok(applied)
    }

    async fn messages(&self) -> Vec<(MessageKind, String)> {
        self.shop.read(|tx| tx.all("SELECT kind, text FROM message ORDER BY at, id", params![])).await
    }

    async fn subscriptions(&self) -> (Subscription, Option<Subscription>) {
        self.shop
            .read(|tx| {
                tx.one(
                    "SELECT i.subscription, c.subscription FROM identity i
                     LEFT JOIN conversation c ON c.identity_id = i.id",
                    params![],
                )
            })
            .await
    }

    async fn paused(&self) -> Option<Reason> {
        let (team, number) = (self.shop.team, self.cloud.number);
        self.shop.read(move |tx| channels::known(tx, team, number)).await.unwrap().paused
    }
}

async fn a_first_message_begins_a_conversation_and_subscribes(db: Db) {
    let world = World::new(db).await;
    world.apply(ANN.says("wamid.1", NOW - 5_000, "您好")).await.unwrap();
    let row: (String, i64, i64, i64, Option<String>, String) = world
        .shop
        .read(|tx| {
            tx.one(
                "SELECT state, unread, last_at, last_customer_at, reply_token, folded_name FROM conversation",
                params![],
            )
        })
        .await;
    assert_eq!(row, ("pending".into(), 1, NOW - 5_000, NOW - 5_000, None, "ann 😀".into()));
    assert_eq!(world.messages().await, [(MessageKind::Text, "您好".to_owned())]);
    assert_eq!(world.subscriptions().await, (Subscription::Subscribed, Some(Subscription::Subscribed)));
    let addresses: Vec<(String, String)> =
        world.shop.read(|tx| tx.all("SELECT kind, address FROM identity_address ORDER BY kind", params![])).await;
    assert_eq!(addresses, [("bsuid".into(), "TW.1001".into()), ("phone".to_owned(), "+886912345678".to_owned())]);
}

async fn every_kind_is_kept(db: Db) {
    let world = World::new(db).await;
    let kinds = [
        (
            json!({ "type": "image", "image": { "id": "11", "caption": "size 40?" } }),
            MessageKind::Image,
            "size 40?",
            true,
        ),
        (json!({ "type": "video", "video": { "id": "12" } }), MessageKind::Video, "", true),
        (json!({ "type": "audio", "audio": { "id": "13", "voice": true } }), MessageKind::Audio, "", true),
        (
            json!({ "type": "document", "document": { "id": "14", "filename": "a.pdf", "caption": "this" } }),
            MessageKind::File,
            "a.pdf\nthis",
            true,
        ),
        (json!({ "type": "sticker", "sticker": { "id": "15" } }), MessageKind::Sticker, "", true),
        (
            json!({ "type": "location", "location": { "latitude": 25, "name": "Home", "address": "Taipei" } }),
            MessageKind::Location,
            "Home\nTaipei",
            false,
        ),
        (
            json!({ "type": "button", "button": { "payload": "answer", "text": "Yes" } }),
            MessageKind::Postback,
            "Yes",
            false,
        ),
        (choice("a", "No"), MessageKind::Postback, "No", false),
        (
            json!({ "type": "reaction", "reaction": { "message_id": "wamid.x", "emoji": "👍" } }),
            MessageKind::Other,
            "👍",
            false,
        ),
        (json!({ "type": "contacts", "contacts": [card("Bea"), card("Cy")] }), MessageKind::Other, "Bea, Cy", false),
        (json!({ "type": "hologram", "hologram": { "id": "16" } }), MessageKind::Other, "", false),
        (json!({ "type": "image", "image": {} }), MessageKind::Image, "", false),
    ];
    let mut expected = Vec::new();
    for (i, (body, kind, said, wants_media)) in kinds.into_iter().enumerate() {
        let at = NOW + 1_000 * i64::try_from(i).unwrap();
        let applied = world.apply(ANN.writes(&format!("wamid.{i}"), at, body)).await;
        assert_eq!(applied, Ok(Applied { wants_media }), "{kind:?}");
        expected.push((kind, said.to_owned()));
        let opened: i64 = world.shop.read(|tx| tx.one("SELECT last_customer_at FROM conversation", params![])).await;
        assert_eq!(opened, at, "every message of hers opens the window");
    }
    assert_eq!(world.messages().await, expected);
    let wanted: Vec<(String, String)> = world
        .shop
        .read(|tx| tx.all("SELECT kind, platform_id FROM media WHERE state = 'wanted' ORDER BY id", params![]))
        .await;
    let bytes = [("image", "11"), ("video", "12"), ("audio", "13"), ("file", "14"), ("sticker", "15")];
    assert_eq!(wanted, bytes.map(|(kind, id)| (kind.to_owned(), id.to_owned())));
}

fn card(name: &str) -> Value {
    json!({ "name": { "formatted_name": name } })
}

fn choice(id: &str, title: &str) -> Value {
    let reply = json!({ "type": "button_reply", "button_reply": { "id": id, "title": title } });
    json!({ "type": "interactive", "interactive": reply })
}

fn button(payload: &str, text: &str) -> Value {
    json!({ "type": "button", "button": { "payload": payload, "text": text } })
}

async fn words_and_buttons_opt_out_and_in(db: Db) {
    use Subscription::{Subscribed, Unsubscribed};
    let world = World::new(db).await;
    let text = |text: &str| json!({ "type": "text", "text": { "body": text } });
    let steps = [
        (text("取消訂閱"), Unsubscribed),
        (text("hi again"), Unsubscribed),
        (button(QuickReplyAction::Subscribe.payload(), "Yes"), Subscribed),
        (button(QuickReplyAction::Unsubscribe.payload(), "No more"), Unsubscribed),
        (choice("subscribe=1&x=2", "x"), Subscribed),
        (text(" ＵＮＳＵＢ\n"), Unsubscribed),
        (button(QuickReplyAction::Subscribe.payload(), "Yes"), Subscribed),
        (button("answer", "Yes"), Subscribed),
        (text("please unsubscribe me"), Subscribed),
        (button("unsubscribe=10", "x"), Subscribed),
        // A button of a template that was made elsewhere sends its own words.
        (button("Unsubscribe", "Unsubscribe"), Unsubscribed),
    ];
    for (i, (body, expected)) in steps.into_iter().enumerate() {
        let at = NOW + 1_000 * i64::try_from(i).unwrap();
        world.apply(ANN.writes(&format!("wamid.{i}"), at, body)).await.unwrap();
        assert_eq!(world.subscriptions().await, (expected, Some(expected)), "step {i}");
    }
    let told: Vec<String> =
        world.shop.read(|tx| tx.all("SELECT kind FROM conversation_event ORDER BY at, id", params![])).await;
    let pairs = ["unsubscribed", "unblocked"].into_iter().cycle().take(7).collect::<Vec<_>>();
    assert_eq!(told, pairs, "staff read each change in the thread");
}

async fn writing_never_opts_in_again_in_any_order(db: Db) {
    let world = World::new(db).await;
    world.apply(ANN.says("wamid.9", NOW + 9_000, "later")).await.unwrap();
    assert_eq!(world.subscriptions().await.0, Subscription::Subscribed);
    world.apply(ANN.says("wamid.5", NOW + 5_000, "unsubscribe")).await.unwrap();
    assert_eq!(world.subscriptions().await.0, Subscription::Unsubscribed, "it is said earlier, and still said");
    world.apply(ANN.writes("wamid.3", NOW + 3_000, button("subscribe=1", "Yes"))).await.unwrap();
    assert_eq!(world.subscriptions().await.0, Subscription::Unsubscribed, "an older event changes nothing");
    // Both in one second: the one that keeps her from being sent counts, whichever comes last.
    world.apply(ANN.writes("wamid.5b", NOW + 5_000, button("subscribe=1", "Yes"))).await.unwrap();
    assert_eq!(world.subscriptions().await.0, Subscription::Unsubscribed);
}

async fn a_preference_counts_before_the_first_message(db: Db) {
    let world = World::new(db).await;
    world.apply(ANN.prefers("stop", NOW)).await.unwrap();
    assert_eq!(world.subscriptions().await, (Subscription::Unsubscribed, None));
    world.apply(ANN.says("wamid.1", NOW + 1_000, "hi")).await.unwrap();
    assert_eq!(world.subscriptions().await, (Subscription::Unsubscribed, Some(Subscription::Unsubscribed)));
    world.apply(ANN.prefers("resume", NOW - 1_000)).await.unwrap();
    assert_eq!(world.subscriptions().await.0, Subscription::Unsubscribed);
    world.apply(ANN.prefers("resume", NOW + 2_000)).await.unwrap();
    assert_eq!(world.subscriptions().await, (Subscription::Subscribed, Some(Subscription::Subscribed)));
}

async fn the_latest_name_stays(db: Db) {
    let world = World::new(db).await;
    let names = || {
        world.shop.read(|tx| {
            tx.one::<(String, String)>(
                "SELECT k.name, c.folded_name FROM contact k JOIN conversation c ON c.contact_id = k.id",
                params![],
            )
        })
    };
    for (name, at, expected) in [
        ("Ann", NOW, "Ann"),
        ("An older one", NOW - 1_000, "Ann"),
        ("", NOW + 1_000, "Ann"),
        ("\u{202e}ＡＮＮ\n Lin", NOW + 2_000, "ＡＮＮ Lin"),
    ] {
        world.apply(Person { name, ..ANN }.says(&format!("wamid.{at}"), at, "hi")).await.unwrap();
        assert_eq!(names().await, (expected.to_owned(), shared::text::fold(expected)));
    }
}

async fn a_fault_of_the_account_pauses_the_number(db: Db) {
    let world = World::new(db).await;
    for (code, at) in [(130_429, NOW), (131_057, NOW), (131_042, NOW - NEWS_MS)] {
        world.apply_at(fault(code), at).await.unwrap();
        assert_eq!(world.paused().await, None, "{code}: it passes, or is old");
    }
    world.apply(fault(131_042)).await.unwrap();
    world.apply(fault(131_031)).await.unwrap();
    assert_eq!(world.paused().await, Some(Reason::WaPayment), "the first reason stays");
}

async fn what_is_no_message_makes_nobody(db: Db) {
    let world = World::new(db).await;
    let system =
        json!({ "type": "system", "system": { "body": "Ann changed her number", "type": "user_changed_number" } });
    world.apply(ANN.writes("wamid.1", NOW, system)).await.unwrap();
    let group = json!({ "type": "text", "text": { "body": "hi" }, "group_id": "g" });
    world.apply(ANN.writes("wamid.2", NOW, group)).await.unwrap();
    world.apply(Person::default().says("wamid.3", NOW, "from nobody")).await.unwrap();
    world.apply(json!({ "field": "phone_number_quality_update", "value": { "event": "UPGRADE" } })).await.unwrap();
    world
        .apply(json!({ "field": "messages", "value": { "statuses": [{ "id": "wamid.no", "status": "read" }] } }))
        .await
        .unwrap();
    let people: i64 = world.shop.read(|tx| tx.one("SELECT COUNT(*) FROM contact", params![])).await;
    assert_eq!((people, world.messages().await), (0, Vec::new()));
}

async fn a_repeat_is_one_message_and_wants_one_medium(db: Db) {
    let world = World::new(db).await;
    let photo = || ANN.writes("wamid.1", NOW, json!({ "type": "image", "image": { "id": "11" } }));
    assert_eq!(world.apply(photo()).await, Ok(Applied { wants_media: true }));
    assert_eq!(world.apply(photo()).await, Ok(Applied { wants_media: false }));
    let counts: (i64, i64, i64) = world
        .shop
        .read(|tx| {
            tx.one(
                "SELECT (SELECT COUNT(*) FROM message), (SELECT COUNT(*) FROM media),
                 (SELECT unread FROM conversation)",
                params![],
            )
        })
        .await;
    assert_eq!(counts, (1, 1, 1));
}

async fn a_message_of_a_strange_time_opens_no_window_beyond_now(db: Db) {
    let world = World::new(db).await;
    let mut timeless = ANN.says("wamid.1", NOW, "hi\0\u{0}there");
    timeless["value"]["messages"][0].as_object_mut().unwrap().remove("timestamp");
    world.apply_at(timeless, NOW - 7).await.unwrap();
    let (at, text): (i64, String) =
        world.shop.read(|tx| tx.one("SELECT last_customer_at, last_text FROM conversation", params![])).await;
    assert_eq!((at, text.as_str()), (NOW - 7, "hithere"));
}
