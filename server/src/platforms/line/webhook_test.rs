//! Signatures, good and bad, and every shape of an event that is documented, and some that are not.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn signed(secret: &[u8], body: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), body))
}

/// LINE's own example (signature validation guide): the secret, the body and what they give.
#[test]
fn a_known_signature_is_taken() {
    let body = br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
    assert!(is_signed(b"8c570fa6dd201bb328f1c1eac23a96d8", body, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="));
}

#[rstest]
#[case::empty("")]
#[case::no_base64("%%%")]
#[case::zeros("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
#[case::of_another_secret(&signed(b"other", b"body"))]
#[case::of_other_bytes(&signed(b"secret", b"bodY"))]
#[case::truncated(&signed(b"secret", b"body")[..20])]
#[case::one_byte(&STANDARD.encode(&STANDARD.decode(signed(b"secret", b"body")).unwrap()[..1]))]
fn a_wrong_signature_is_not_taken(#[case] signature: &str) {
    assert!(!is_signed(b"secret", b"body", signature));
    assert!(is_signed(b"secret", b"body", &signed(b"secret", b"body")));
}

#[test]
fn an_empty_webhook_and_unknown_fields_are_read() {
    let webhook = Webhook::read(br#"{"destination":"U1","events":[],"new":{"a":[1]}}"#).unwrap();
    assert_eq!(webhook.destination, "U1");
    assert_eq!(webhook.events(), Ok(Vec::new()));
}

#[test]
fn each_event_keeps_its_own_text() {
    let body = "{\"destination\":\"U1\",\"events\":[ {\"type\":\"x\" , \"timestamp\":5,\"webhookEventId\":\"01H\"},{\"type\":\"長\"}]}";
    let webhook = Webhook::read(body.as_bytes()).unwrap();
    let events = webhook.events().unwrap();
    assert_eq!(events[0].key.as_deref(), Some("01H"));
    assert_eq!(events[0].at, Some(5));
    assert_eq!(events[0].body, "{\"type\":\"x\" , \"timestamp\":5,\"webhookEventId\":\"01H\"}");
    assert_eq!((events[1].key.clone(), events[1].at, events[1].body), (None, None, "{\"type\":\"長\"}"));
}

#[rstest]
#[case::nothing("")]
#[case::no_object("[]")]
#[case::no_destination(r#"{"events":[]}"#)]
#[case::no_events(r#"{"destination":"U1"}"#)]
#[case::cut(r#"{"destination":"U1","events":[{"#)]
#[case::event_no_object(r#"{"destination":"U1","events":[7]}"#)]
#[case::time_no_number(r#"{"destination":"U1","events":[{"timestamp":"soon"}]}"#)]
fn what_is_no_webhook_is_refused_without_its_words(#[case] body: &str) {
    let error = Webhook::read(body.as_bytes()).and_then(|webhook| webhook.events().map(|_| ())).unwrap_err();
    assert!(matches!(error, Unreadable::Json { .. }), "{error}");
    assert!(!error.to_string().contains("soon"));
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    assert!(Webhook::read(b"{\"destination\":\"U1\",\"events\":[{\"a\":\"\xff\"}]}").is_err());
}

#[rstest]
#[case(&"[".repeat(1_000_000))]
#[case(&format!(r#"{{"destination":"U1","events":[{}{}]}}"#, "[".repeat(400_000), "]".repeat(400_000)))]
#[case(&format!(r#"{{"destination":"U1","events":[{}1{}]}}"#, r#"{"a":"#.repeat(200_000), "}".repeat(200_000)))]
fn deep_nesting_is_refused(#[case] body: &str) {
    assert_eq!(Webhook::read(body.as_bytes()).unwrap_err(), Unreadable::TooDeep);
}

#[test]
fn brackets_in_texts_do_not_nest() {
    let text = format!("\\\"{}\\\\", "[{".repeat(1_000));
    let body = format!(r#"{{"destination":"U1","events":[{{"message":{{"text":"{text}"}}}}]}}"#);
    assert!(Webhook::read(body.as_bytes()).is_ok());
}

fn event(what: &str) -> Option<What> {
    let body = format!(
        r#"{{"mode":"active","timestamp":9,"source":{{"type":"user","userId":"U1"}},"replyToken":"r",{what}}}"#
    );
    let event = Event::read(&body).unwrap()?;
    assert_eq!((event.user.as_str(), event.at, event.reply_token.as_deref()), ("U1", 9, Some("r")));
    Some(event.what)
}

fn message(message: &str) -> Kind {
    match event(&format!(r#""type":"message","message":{{"id":"44",{message}}}"#)) {
        Some(What::Message(message)) => {
            assert_eq!(message.id, "44");
            message.kind
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case(r#""type":"text","text":"hi 😀","emojis":[],"mention":{}"#, Kind::Text("hi 😀".into()))]
#[case(r#""type":"image","contentProvider":{"type":"line"},"imageSet":{"id":"1"}"#, Kind::Image(Bytes::AtLine))]
#[case(
    r#""type":"image","contentProvider":{"type":"external","originalContentUrl":"https://x"}"#,
    Kind::Image(Bytes::Elsewhere)
)]
#[case(r#""type":"video","duration":6000,"contentProvider":{"type":"line"}"#, Kind::Video(Bytes::AtLine))]
#[case(r#""type":"audio","duration":6000"#, Kind::Audio(Bytes::AtLine))]
#[case(r#""type":"file","fileName":"a.pdf","fileSize":5"#, Kind::File("a.pdf".into()))]
#[case(r#""type":"location","title":"Home","address":"Taipei","latitude":25.0,"longitude":121.5"#, Kind::Location { title: Some("Home".into()), address: Some("Taipei".into()) })]
#[case(r#""type":"location","latitude":25.0"#, Kind::Location { title: None, address: None })]
#[case(r#""type":"sticker","packageId":"1","stickerId":"2","keywords":["hi","hello"]"#, Kind::Sticker(vec!["hi".into(), "hello".into()]))]
#[case(r#""type":"sticker","text":"See you","keywords":["x"]"#, Kind::Sticker(vec!["See you".into()]))]
#[case(r#""type":"hologram","depth":3"#, Kind::Other)]
fn a_message_is_read(#[case] wire: &str, #[case] expected: Kind) {
    assert_eq!(message(wire), expected);
}

#[rstest]
#[case(r#""type":"follow","follow":{"isUnblocked":false}"#, What::Follow)]
#[case(r#""type":"unfollow""#, What::Unfollow)]
#[case(r#""type":"postback","postback":{"data":"unsubscribe=1","params":{"date":"2026-01-01"}}"#, What::Postback { data: "unsubscribe=1".into(), text: None })]
fn an_event_is_read(#[case] wire: &str, #[case] expected: What) {
    assert_eq!(event(wire), Some(expected));
}

#[rstest]
#[case::unknown_type(r#"{"type":"teleport","timestamp":1,"source":{"type":"user","userId":"U1"}}"#)]
#[case::group(r#"{"type":"message","timestamp":1,"source":{"type":"group","groupId":"C1","userId":"U1"},"message":{"id":"1","type":"text","text":"x"}}"#)]
#[case::room(r#"{"type":"message","timestamp":1,"source":{"type":"room","roomId":"R1"},"message":{"id":"1","type":"text","text":"x"}}"#)]
#[case::delivery(r#"{"type":"delivery","timestamp":1,"delivery":{"data":"x"}}"#)]
#[case::no_message(r#"{"type":"message","timestamp":1,"source":{"type":"user","userId":"U1"}}"#)]
#[case::no_type(r#"{"source":{"type":"user","userId":"U1"}}"#)]
#[case::nothing("{}")]
fn what_is_no_customers_doing_is_left(#[case] body: &str) {
    assert_eq!(Event::read(body), Ok(None));
}

proptest! {
    #[test]
    fn whatever_comes_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let _ = Webhook::read(&bytes).map(|webhook| webhook.events().is_ok());
        let _ = Event::read(&text);
        prop_assert!(!is_signed(b"secret", &bytes, &text));
    }
}
