//! Signatures, good and bad; webhooks taken apart, those of no sense among them.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    testing::{event, message, of_number, only, status, webhook},
    *,
};
use crate::platforms::hash;

fn signed(secret: &[u8], body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body);
    tag.as_ref().iter().fold(String::from("sha256="), |text, byte| format!("{text}{byte:02x}"))
}

/// RFC 4231, test case 2.
#[test]
fn a_known_signature_is_taken() {
    let header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert!(signature_fits(b"Jefe", b"what do ya want for nothing?", header));
    assert!(signature_fits(b"Jefe", b"what do ya want for nothing?", &header.replace("5bdc", "5BDC")));
}

#[rstest]
#[case::empty("")]
#[case::no_scheme(&signed(b"secret", b"body")["sha256=".len()..])]
#[case::other_scheme(&signed(b"secret", b"body").replace("sha256", "sha1"))]
#[case::no_digits("sha256=")]
#[case::no_hex("sha256=zz")]
#[case::signs_for_digits(&format!("sha256={}", "+f".repeat(32)))]
#[case::odd(&signed(b"secret", b"body")[..70])]
#[case::truncated(&signed(b"secret", b"body")[..39])]
#[case::too_long(&format!("{}00", signed(b"secret", b"body")))]
#[case::of_another_secret(&signed(b"other", b"body"))]
#[case::of_other_bytes(&signed(b"secret", b"bodY"))]
fn a_wrong_signature_is_not_taken(#[case] header: &str) {
    assert!(!signature_fits(b"secret", b"body", header));
    assert!(signature_fits(b"secret", b"body", &signed(b"secret", b"body")));
}

#[rstest]
#[case("account_update", json!({"event": "PARTNER_ADDED"}))]
#[case("messages", json!({"message_echoes": [{"id": "wamid.A"}]}))]
#[case("messages", json!({"messages": "none"}))]
#[case("messages", json!(7))]
#[case("teleport", json!({"messages": [{"id": "wamid.A", "from": "16505551234", "type": "text", "text": {"body": "hi"}}]}))]
fn what_is_not_known_is_kept_and_left(#[case] field: &str, #[case] value: Value) {
    assert_eq!(event(&webhook(field, value)), None);
}

#[test]
fn many_changes_of_many_entries_come_in_order() {
    let text = |id: &str| json!({"id": id, "from": "10001", "timestamp": "1", "type": "text", "text": {"body": "hi"}});
    let of = |number: &str, value: Value| {
        let mut value = value;
        value["metadata"] = json!({ "phone_number_id": number });
        json!({"field": "messages", "value": value})
    };
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"id": "1", "changes": [
            of("n1", json!({"messages": [text("a"), text("b")], "statuses": [{"id": "c", "status": "read"}]})),
            of("n2", json!({"statuses": [{"id": "d", "status": "sent"}, {"id": "d", "status": "read"}]}))]},
        {"id": 2, "changes": [{"field": "account_alerts", "value": {}}, 7, {"field": 7}, {"value": {}}]},
        {"id": "3"}]});
    let pieces = split(&serde_json::to_vec(&body).unwrap()).unwrap();
    let number = |id: &str| Whom::Number(id.into());
    let got: Vec<(Whom, String)> = pieces.iter().map(|piece| (piece.to.clone(), piece.key.clone())).collect();
    let expected = [("n1", "a"), ("n1", "b"), ("n1", "c:read"), ("n2", "d:sent"), ("n2", "d:read")];
    assert_eq!(got[..5], expected.map(|(of, key)| (number(of), hash(key.as_bytes()))));
    assert_eq!((got.len(), &got[5].0), (6, &Whom::Account("2".into())));
    assert_eq!(pieces[5].at, 0);
}

#[test]
fn a_repeat_has_the_same_keys() {
    let preference =
        |value: &str| json!({"wa_id": "16505551234", "category": "marketing_messages", "value": value, "timestamp": 5});
    let raw = of_number("user_preferences", json!({"user_preferences": [preference("stop"), preference("resume")]}));
    let keys = |raw: &[u8]| split(raw).unwrap().into_iter().map(|piece| piece.key).collect::<Vec<_>>();
    assert_eq!(keys(&raw), keys(&raw));
    assert_ne!(keys(&raw)[0], keys(&raw)[1]);
    // Alone, in another order of its fields, it is the same event.
    let alone =
        String::from_utf8(of_number("user_preferences", json!({"user_preferences": [preference("stop")]}))).unwrap();
    let turned = alone.replace(r#""timestamp":5,"value":"stop""#, r#""value":"stop","timestamp":5"#);
    assert_ne!(alone, turned);
    assert_eq!(keys(turned.as_bytes())[..], keys(&raw)[..1]);
}

#[rstest]
#[case::plain("wamid.HBgLMTY1MDU1NTEyMzQ=".into())]
#[case::too_long("x".repeat(5_000))]
#[case::with_nul("wamid.\0".into())]
fn a_key_names_nobody(#[case] id: String) {
    for raw in [message(json!({"id": id, "type": "text", "text": {"body": "hi"}})), status(json!({ "id": id }))] {
        let key = only(&raw).key;
        assert!(key.starts_with("sha256:") && key.len() == 71, "{key}");
    }
}

#[rstest]
#[case::nothing("")]
#[case::no_object("[]")]
#[case::no_entry(r#"{"object":"whatsapp_business_account"}"#)]
#[case::entry_no_list(r#"{"object":"whatsapp_business_account","entry":{"soon":1}}"#)]
#[case::cut(r#"{"object":"whatsapp_business_account","entry":[{"changes":[{"soon"#)]
fn what_is_no_webhook_is_refused_without_its_words(#[case] body: &str) {
    let error = split(body.as_bytes()).unwrap_err();
    assert!(matches!(error, Unreadable::Json { .. }), "{error}");
    assert!(!error.to_string().contains("soon"));
}

#[test]
fn what_is_for_another_product_of_meta_is_left() {
    let raw = String::from_utf8(message(json!({}))).unwrap().replace("whatsapp_business_account", "instagram");
    assert_eq!(split(raw.as_bytes()), Ok(Vec::new()));
}

#[test]
fn bytes_that_are_no_text_and_nesting_without_sense_are_refused() {
    assert_eq!(split(b"{\"entry\":[\"\xff\"]}"), Err(Unreadable::NoText));
    for deep in ["[".repeat(1_000_000), format!("{{\"entry\":{}1{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000))]
    {
        assert_eq!(split(deep.as_bytes()), Err(Unreadable::TooDeep));
        assert_eq!(Event::read(&deep), Err(Unreadable::TooDeep));
    }
}

/// Three megabytes of events, as many as one call holds.
#[test]
fn the_largest_webhook_is_taken_apart_whole() {
    let one = json!({"id": "wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA", "status": "delivered",
        "timestamp": "1750030073", "recipient_id": "16505551234", "biz_opaque_callback_data": "d:0:1"});
    let count = BODY_LIMIT / (one.to_string().len() + 1) - 2;
    let raw = of_number("messages", json!({ "statuses": vec![one; count] }));
    assert!(raw.len() <= BODY_LIMIT && raw.len() > BODY_LIMIT * 9 / 10);
    let pieces = split(&raw).unwrap();
    assert_eq!(pieces.len(), count);
    assert!(matches!(Event::read(&pieces[count - 1].body), Ok(Some(Event::Status(_)))));
}

/// JSON of the words that are looked for, in any arrangement.
fn anything() -> impl Strategy<Value = Value> {
    let words = vec![
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "messages",
        "statuses",
        "errors",
        "user_preferences",
        "contacts",
        "metadata",
        "phone_number_id",
        "id",
        "from",
        "timestamp",
        "type",
        "text",
        "body",
        "image",
        "interactive",
        "status",
        "failed",
        "code",
        "error_data",
        "profile",
        "name",
        "wa_id",
        "user_id",
        "message",
        "contact",
        "preference",
        "event",
        "whatsapp_business_account",
        "message_template_status_update",
        "message_template_name",
        "stop",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(words.clone()).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let names = prop::sample::select(words.clone()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(names, inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_comes_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let _ = split(&bytes);
        let _ = split(text.as_bytes());
        let _ = Event::read(&text);
        prop_assert!(!signature_fits(b"secret", &bytes, &text));
    }

    #[test]
    fn whatever_is_signed_is_taken_apart_and_every_piece_is_read(
        field in prop::sample::select(vec!["messages", "user_preferences", "message_template_status_update", "other"]),
        value in anything(), list in anything(), whole in anything(),
    ) {
        let _ = split(&serde_json::to_vec(&whole).unwrap());
        let _ = Event::read(&whole.to_string());
        for value in [value, json!({"messages": [list], "contacts": [list], "statuses": [list], "errors": [list], "user_preferences": [list]})] {
            let raw = webhook(field, value);
            let pieces = split(&raw).unwrap();
            prop_assert!(!pieces.is_empty());
            for piece in &pieces {
                prop_assert!(piece.key.len() <= 200 && !piece.key.is_empty());
                prop_assert!(Event::read(&piece.body).is_ok(), "{}", piece.body);
            }
            prop_assert_eq!(split(&raw).unwrap(), pieces);
        }
    }
}
