//! Webhooks that LINE did not send, or that say what this server cannot know (providers.md A8).

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use shared::{
    call::Method,
    conversations::{ConversationState, CountConversations, Counts, Scope, ShowThread},
    problem::{Problem, Rule, What},
};
use tests::{Client, Engine, World};

use super::{malformed, refusal};

/// Larger is not taken, in bytes (architecture.md 5).
const LIMIT: usize = 3 * 1024 * 1024;

/// A world, and what its first account's webhooks are made of.
struct Account {
    world: World,
    visitor: Client,
    path: String,
    secret: String,
    bot: String,
}

impl Account {
    async fn open() -> Self {
        Self::open_on(Engine::Sqlite).await
    }

    async fn open_on(engine: Engine) -> Self {
        let world = World::start_on(engine).await.unwrap();
        let account = &world.team.accounts[0];
        let line = world.sandbox.line();
        let spec = line.channels().into_iter().find(|spec| spec.name == account.name).unwrap();
        let bot = line.bot_user_id(&account.name).unwrap();
        let path = format!("/webhooks/line/{}", account.id);
        Self { visitor: world.visitor().unwrap(), path, secret: spec.secret, bot, world }
    }

    fn sign(&self, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        BASE64_STANDARD.encode(hmac::sign(&key, body))
    }

    /// Posts these bytes with this signature; 200, or the refusal.
    async fn post(&self, body: &[u8], signature: Option<&str>) -> Result<(), (u16, Problem)> {
        let mut request = self.visitor.raw(Method::Post, &self.path).body(body.to_vec());
        if let Some(signature) = signature {
            request = request.header("X-Line-Signature", signature);
        }
        let answer = request.send().await.unwrap();
        if answer.status() == 200 { Ok(()) } else { Err(refusal(answer).await) }
    }

    async fn signed(&self, body: &[u8]) -> Result<(), (u16, Problem)> {
        self.post(body, Some(&self.sign(body))).await
    }

    fn body(&self, events: &Value) -> Vec<u8> {
        json!({ "destination": self.bot, "events": events }).to_string().into_bytes()
    }

    /// How many conversations the team has, once everything that was taken before is applied.
    async fn counts(&self) -> Counts {
        let admin = self.world.client("admin").await.unwrap();
        let pending = (ConversationState::Pending, Scope::Team);
        self.world.arrives(&admin, "最後", "最後一則").await.unwrap();
        self.world.find(&admin, pending, "最後", |_| true).await.unwrap();
        admin.call(CountConversations { scope: Scope::Team, ..Default::default() }).await.unwrap()
    }
}

/// A customer writes.
fn wrote(key: &str, text: &str) -> Value {
    json!({
        "type": "message", "mode": "active", "timestamp": 1_795_000_000_000_i64, "webhookEventId": key,
        "deliveryContext": { "isRedelivery": false }, "replyToken": "token",
        "source": { "type": "user", "userId": format!("U{:032x}", 0xabc) },
        "message": { "id": key, "type": "text", "text": text },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_with_no_wrong_or_truncated_signature_is_refused_and_changes_nothing() {
    let account = Account::open().await;
    let body = account.body(&json!([wrote("1", "假的")]));
    let good = account.sign(&body);
    let signature = "x-line-signature";
    let missing = Err((401, Problem::invalid(signature, Rule::Required)));
    assert_eq!(account.post(&body, None).await, missing);
    let expected = "the base64 of HMAC-SHA256 over the body, under the channel's secret";
    let wrong = Err((403, malformed(signature, expected)));
    let other = BASE64_STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"another"), &body));
    let truncated = BASE64_STANDARD.encode(&BASE64_STANDARD.decode(&good).unwrap()[..16]);
    for signature in ["", "=", "not base64!", &good[..good.len() - 1], &good[..20], &truncated, &other] {
        assert_eq!(account.post(&body, Some(signature)).await, wrong, "{signature:?}");
    }
    let more: Vec<u8> = [&body[..], b" "].concat();
    assert_eq!(account.post(&more, Some(&good)).await, wrong, "one byte more than was signed");
    let spaced = serde_json::to_vec_pretty(&serde_json::from_slice::<Value>(&body).unwrap()).unwrap();
    assert_eq!(account.post(&spaced, Some(&good)).await, wrong, "the bytes are signed, not what they say");
    assert_eq!(account.counts().await.pending, 1, "only the one who wrote at last");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_for_another_bot_or_account_is_refused() {
    let account = Account::open().await;
    let foreign = json!({ "destination": format!("U{}", "0".repeat(32)), "events": [wrote("1", "給別人")] });
    let wrong = Err((400, Problem::invalid("destination", Rule::Unknown { count: 1 })));
    assert_eq!(account.signed(foreign.to_string().as_bytes()).await, wrong);
    let others = account.world.sandbox.line().bot_user_id(&account.world.other.accounts[0].name).unwrap();
    let foreign = json!({ "destination": others, "events": [wrote("1", "給別人")] });
    assert_eq!(account.signed(foreign.to_string().as_bytes()).await, wrong);

    let missing = (404, Problem::missing(What::Channel));
    for channel in ["0198c0de-0000-7000-8000-000000000000", "1", "%27%20OR%201=1"] {
        let path = format!("/webhooks/line/{channel}");
        let body = account.body(&json!([]));
        let request = account.visitor.raw(Method::Post, &path).header("x-line-signature", account.sign(&body));
        assert_eq!(refusal(request.body(body).send().await.unwrap()).await, missing, "{channel}");
    }
    assert_eq!(account.counts().await.pending, 1, "only the one who wrote at last");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_events_and_unknown_ones_are_taken_and_do_nothing() {
    let account = Account::open().await;
    assert_eq!(account.signed(&account.body(&json!([]))).await, Ok(()));
    let answered = account.world.sandbox.line().check_connectivity(&account.world.team.accounts[0].name).await;
    assert_eq!(answered.unwrap(), Some(200));
    let user = json!({ "type": "user", "userId": "Uf00d" });
    let group = json!({ "type": "group", "groupId": "C1", "userId": "Uf00d" });
    for event in [
        json!({ "type": "teleport", "webhookEventId": "a", "timestamp": 1, "source": user, "to": { "planet": "Mars" } }),
        json!({ "type": "message", "webhookEventId": "b", "timestamp": 1, "source": group, "message": { "id": "1", "type": "text", "text": "群組" } }),
        json!({ "type": "message", "webhookEventId": "c", "timestamp": 1, "source": user }),
        json!({ "type": "unsend", "webhookEventId": "d", "timestamp": 1, "source": user, "unsend": { "messageId": "1" } }),
        json!({ "type": "nothing at all" }),
        json!({}),
    ] {
        assert_eq!(account.signed(&account.body(&json!([event]))).await, Ok(()), "{event}");
    }
    assert_eq!(account.counts().await.pending, 1, "only the one who wrote at last");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_megabytes_are_taken_and_not_a_byte_more() {
    let account = Account::open().await;
    let mut body = account.body(&json!([wrote("1", "很長")]));
    body.resize(LIMIT, b' ');
    assert_eq!(account.signed(&body).await, Ok(()));
    body.push(b' ');
    let too_large = Err((413, Problem::TooLarge { limit: LIMIT as u64 }));
    assert_eq!(account.signed(&body).await, too_large);
    assert_eq!(account.counts().await.pending, 2, "the one of three megabytes, and the one who wrote at last");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_but_no_webhook_is_refused_by_its_body() {
    let account = Account::open().await;
    let (open, close) = (r#"{"a":"#, "}");
    let deep =
        format!(r#"{{"destination":"{}","events":[{}1{}]}}"#, account.bot, open.repeat(200_000), close.repeat(200_000));
    let arrays = "[".repeat(1_000_000);
    for (body, why) in [
        (deep.as_str(), "nests deeper than 64 levels"),
        (&arrays, "nests deeper than 64 levels"),
        ("", "cut JSON at line 1, column 0"),
        ("{", "cut JSON at line 1, column 1"),
        ("{]", "wrong JSON at line 1, column 2"),
        ("{}", "a field missing or of the wrong type"),
        (r#"{"destination":"U1","events":7}"#, "a field missing or of the wrong type"),
        ("\u{feff}{}", "wrong JSON at line 1, column 1"),
    ] {
        let shown = body.get(..40).unwrap_or(body);
        let refused = account.signed(body.as_bytes()).await;
        let Err((400, Problem::Invalid { field, rule: Rule::Malformed { expected } })) = refused else {
            panic!("{shown}: {refused:?}")
        };
        assert_eq!(field, "body", "{shown}");
        assert!(expected.contains(why), "{shown}: {expected}");
    }
    let bytes = [b"{\"destination\":\"".as_slice(), &[0xff, 0xfe], b"\",\"events\":[]}"].concat();
    assert!(matches!(account.signed(&bytes).await, Err((400, Problem::Invalid { .. }))));
    let broken = account.body(&json!([{ "type": "message", "webhookEventId": 7, "timestamp": "yesterday" }]));
    assert!(matches!(account.signed(&broken).await, Err((400, Problem::Invalid { .. }))));
    assert_eq!(account.counts().await.pending, 1, "only the one who wrote at last");
}

/// A message that LINE would never send: what is in it does no harm, and holds nobody up.
#[tokio::test(flavor = "multi_thread")]
async fn strange_values_in_a_signed_event_do_no_harm() {
    for engine in Engine::here().unwrap() {
        let account = Account::open_on(engine).await;
        let strange = [
            json!({ "type": "message", "timestamp": i64::MAX, "webhookEventId": "k".repeat(10_000),
                "source": { "type": "user", "userId": "'; DROP TABLE identity; --" },
                "message": { "id": "m\u{0}1", "type": "text", "text": "a\u{0}b" } }),
            json!({ "type": "message", "timestamp": -1, "webhookEventId": "",
                "source": { "type": "user", "userId": "../../v2/bot/message/push" },
                "message": { "id": "../../info", "type": "image", "contentProvider": { "type": "line" } } }),
            json!({ "type": "message", "timestamp": 1, "webhookEventId": "poison", "message": "no object",
                "source": { "type": "user", "userId": "U1" } }),
        ];
        assert_eq!(account.signed(&account.body(&json!(strange))).await, Ok(()));
        let counts = account.counts().await;
        assert_eq!(counts.pending, 3, "two strange ones, and the one who wrote at last");
        let admin = account.world.client("admin").await.unwrap();
        let list = shared::conversations::ListConversations {
            state: ConversationState::Pending,
            scope: Scope::Team,
            limit: 50,
            ..Default::default()
        };
        for card in admin.call(list).await.unwrap().items {
            let thread = admin.call(ShowThread { id: card.id, limit: 50, after: None }).await.unwrap();
            assert_eq!(thread.items.len(), 1, "{card:?}");
        }
    }
}
