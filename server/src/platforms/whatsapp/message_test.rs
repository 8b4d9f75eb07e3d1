//! Bodies as Meta documents them (providers.md B1), to the byte.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use shared::{
    id::TemplateId,
    templates::{Button, Header, QuickReplyAction, Shape, TemplateClass},
};
use uuid::Uuid;

use super::*;

const PICTURE: MediaId = MediaId(Uuid::from_u128(7));

fn uploads() -> HashMap<MediaId, UploadedMedium> {
    HashMap::from([(PICTURE, UploadedMedium { id: "1013859600285441".to_owned(), name: None })])
}

fn phone() -> To {
    To::read("+16505551234")
}

fn body_of(part: Part, to: &To, name: &str) -> Value {
    let body = Prepared::of(&Content { parts: vec![part] }).body(0, to, name, "d1:0:1", &uploads()).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_text_has_the_documented_shape_to_the_byte() {
    let content = Content::of_text(format!("Hi {NAME_TOKEN}! \"https://a.example\""));
    let body = Prepared::of(&content).body(0, &phone(), "A\\n", "d1:0:1", &HashMap::new()).unwrap();
    assert_eq!(
        body,
        r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"+16505551234","biz_opaque_callback_data":"d1:0:1","type":"text","text":{"preview_url":true,"body":"Hi A\\n! \"https://a.example\""}}"#
    );
}

#[rstest]
#[case::phone("+886912345678", json!("+886912345678"), Value::Null)]
#[case::bsuid("bsuid:US.13491208655302741918", Value::Null, json!("US.13491208655302741918"))]
fn a_person_is_addressed_by_phone_or_by_metas_own_id(
    #[case] address: &str,
    #[case] to: Value,
    #[case] recipient: Value,
) {
    let body = body_of(Part::text("Hi"), &To::read(address), "");
    assert_eq!((&body["to"], &body["recipient"]), (&to, &recipient));
    assert_eq!(body["text"], json!({"preview_url": false, "body": "Hi"}));
}

#[test]
fn a_picture_and_a_film_go_by_the_id_of_their_upload() {
    for (part, kind) in [(Part::Image { media: PICTURE }, "image"), (Part::Video { media: PICTURE }, "video")] {
        let body = body_of(part, &phone(), "");
        assert_eq!(body["type"], kind);
        assert_eq!(body[kind], json!({"id": "1013859600285441"}));
    }
}

#[test]
fn without_its_upload_or_beyond_the_last_there_is_no_body() {
    let prepared = Prepared::of(&Content { parts: vec![Part::text("Hi"), Part::Image { media: PICTURE }] });
    assert_eq!((prepared.parts(), prepared.media().collect::<Vec<_>>()), (2, vec![PICTURE]));
    let none = HashMap::new();
    assert!(prepared.body(0, &phone(), "", "d", &none).is_some());
    assert_eq!(prepared.body(1, &phone(), "", "d", &none), None);
    assert!(prepared.body(1, &phone(), "", "d", &uploads()).is_some());
    assert_eq!(prepared.body(2, &phone(), "", "d", &uploads()), None);
}

fn shape() -> Shape {
    Shape {
        name: "new_arrival".into(),
        language: "zh_TW".into(),
        class: TemplateClass::Marketing,
        header: None,
        body: "到貨".into(),
        footer: "Storecast".into(),
        buttons: Vec::new(),
        named: false,
    }
}

fn filled(shape: Shape, texts: &[&str]) -> Filled {
    let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape);
    assert_eq!(filled.fills.len(), texts.len());
    for (fill, text) in filled.fills.iter_mut().zip(texts) {
        *fill = Fill { text: (*text).to_owned(), fallback: "貴賓".into() };
    }
    filled
}

fn template_of(filled: Filled, name: &str) -> Value {
    let body = body_of(Part::Template(Box::new(filled)), &phone(), name);
    assert_eq!(body["type"], "template");
    body["template"].clone()
}

#[test]
fn a_template_without_blanks_names_no_components() {
    assert_eq!(template_of(filled(shape(), &[]), "Ann"), json!({"name": "new_arrival", "language": {"code": "zh_TW"}}));
}

#[test]
fn every_component_is_filled_in_its_place() {
    let button = |text: &str, does| Button { text: text.into(), does };
    let mut whole = shape();
    whole.header = Some(Header::Text { text: "{{1}} 的邀請".into() });
    whole.body = "{{2}} 於 {{1}} 到貨，{{2}}！".into();
    whole.buttons = vec![
        button("不再接收", ButtonKind::QuickReply),
        button("官網", ButtonKind::Url { address: "https://shop.example/".into() }),
        button("看商品", ButtonKind::Url { address: "https://shop.example/{{1}}".into() }),
        button("來電", ButtonKind::Phone { number: "+886212345678".into() }),
        button("優惠碼", ButtonKind::CopyCode),
        button("好", ButtonKind::QuickReply),
    ];
    let mut filled = filled(whole, &["店長", "週一", "外套", "t/abc123", "SAVE20"]);
    filled.actions[0] = QuickReplyAction::Unsubscribe;
    let text = |text: &str| json!({"type": "text", "text": text});
    assert_eq!(
        template_of(filled, "Ann")["components"],
        json!([
            {"type": "header", "parameters": [text("店長")]},
            {"type": "body", "parameters": [text("週一"), text("外套")]},
            {"type": "button", "sub_type": "quick_reply", "index": "0",
                "parameters": [{"type": "payload", "payload": "unsubscribe=1"}]},
            {"type": "button", "sub_type": "url", "index": "2", "parameters": [text("t/abc123")]},
            {"type": "button", "sub_type": "copy_code", "index": "4",
                "parameters": [{"type": "coupon_code", "coupon_code": "SAVE20"}]},
            {"type": "button", "sub_type": "quick_reply", "index": "5",
                "parameters": [{"type": "payload", "payload": "answer"}]},
        ])
    );
}

#[test]
fn named_blanks_carry_their_names_but_not_in_addresses() {
    let mut named = shape();
    named.named = true;
    named.header = Some(Header::Text { text: "{{shop}}".into() });
    named.body = "{{first_name}}，{{day}}".into();
    named.buttons =
        vec![Button { text: "看".into(), does: ButtonKind::Url { address: "https://a.example/{{1}}".into() } }];
    let text = |name: &str, text: &str| json!({"type": "text", "parameter_name": name, "text": text});
    assert_eq!(
        template_of(filled(named, &["台北店", NAME_TOKEN, "週一", "x"]), "Ann")["components"],
        json!([
            {"type": "header", "parameters": [text("shop", "台北店")]},
            {"type": "body", "parameters": [text("first_name", "Ann"), text("day", "週一")]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "x"}]},
        ])
    );
}

#[rstest]
#[case(MediaKind::Image, "image")]
#[case(MediaKind::Video, "video")]
fn a_header_of_media_goes_by_its_upload(#[case] media: MediaKind, #[case] kind: &str) {
    let with = |header: Option<MediaId>| {
        let shape = Shape { header: Some(Header::Media { media }), ..shape() };
        Filled { header, ..filled(shape, &[]) }
    };
    let template = template_of(with(Some(PICTURE)), "");
    let mut parameter = json!({ "type": kind });
    parameter[kind] = json!({"id": "1013859600285441"});
    assert_eq!(template["components"], json!([{"type": "header", "parameters": [parameter]}]));
    let content = Content { parts: vec![Part::Template(Box::new(with(None)))] };
    assert_eq!(Prepared::of(&content).body(0, &phone(), "", "d", &uploads()), None);
    let content = Content { parts: vec![Part::Template(Box::new(with(Some(PICTURE))))] };
    assert_eq!(Prepared::of(&content).media().collect::<Vec<_>>(), [PICTURE]);
}

/// providers.md B1: a document says what it is called on the phone.
#[test]
fn a_header_of_a_document_carries_its_name_to_the_byte() {
    let shape = Shape { header: Some(Header::Media { media: MediaKind::Document }), ..shape() };
    let filled = Filled { header: Some(PICTURE), ..filled(shape, &[]) };
    let content = Content { parts: vec![Part::Template(Box::new(filled))] };
    let document = UploadedMedium { id: "7".to_owned(), name: Some("保固書 \"A\".pdf".to_owned()) };
    let media = HashMap::from([(PICTURE, document)]);
    let body = Prepared::of(&content).body(0, &phone(), "", "d", &media).unwrap();
    let header = r#""components":[{"type":"header","parameters":[{"type":"document","document":{"id":"7","filename":"保固書 \"A\".pdf"}}]}]"#;
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains(header), "{body}");
}

/// WhatsApp refuses blanks that are empty, of several lines or with four spaces together (providers.md B3).
#[rstest]
#[case("Ann", "Ann 您好")]
#[case("", "貴賓 您好")]
#[case(" \n ", "貴賓 您好")]
#[case("Mary\nAnn\t Lee", "Mary Ann Lee 您好")]
#[case("A    B\u{7}", "A B 您好")]
#[case(NAME_TOKEN, "{{system:customer_name}} 您好")]
fn a_name_cannot_break_a_blank(#[case] name: &str, #[case] expected: &str) {
    let shape = Shape { body: "{{1}}".into(), ..shape() };
    let template = template_of(filled(shape, &[&format!("{NAME_TOKEN} 您好")]), name);
    assert_eq!(template["components"][0]["parameters"][0]["text"], expected);
}

#[rstest]
#[case("Mary Ann", "u/Mary%20Ann")]
#[case("a#b?c/d+%", "u/a%23b%3Fc%2Fd%2B%25")]
#[case("小美", "u/%E5%B0%8F%E7%BE%8E")]
#[case("", "u/貴賓")]
fn a_name_cannot_break_an_address(#[case] name: &str, #[case] expected: &str) {
    let does = ButtonKind::Url { address: "https://a.example/{{1}}".into() };
    let shape = Shape { buttons: vec![Button { text: "看".into(), does }], ..shape() };
    let template = template_of(filled(shape, &[&format!("u/{NAME_TOKEN}")]), name);
    assert_eq!(template["components"][0]["parameters"][0]["text"], expected);
}

fn any_part() -> impl Strategy<Value = Part> {
    let text = prop_oneof!["\\PC{0,20}", Just(format!("{NAME_TOKEN}!"))];
    prop_oneof![
        text.clone().prop_map(Part::text),
        Just(Part::Image { media: PICTURE }),
        Just(Part::Video { media: PICTURE }),
        text.prop_map(|text| {
            let shape = Shape { body: "{{1}}".into(), ..shape() };
            let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape);
            filled.fills[0].text = text;
            Part::Template(Box::new(filled))
        }),
    ]
}

proptest! {
    #[test]
    fn the_same_input_gives_the_same_bytes(
        parts in prop::collection::vec(any_part(), 1..5), name in any::<String>(), address in any::<String>(),
        callback in any::<String>(),
    ) {
        let content = Content { parts };
        let to = To::read(&address);
        for part in 0..content.parts.len() {
            let one = Prepared::of(&content).body(part, &to, &name, &callback, &uploads()).unwrap();
            let other = Prepared::of(&content.clone()).body(part, &to, &name, &callback, &uploads()).unwrap();
            prop_assert_eq!(&one, &other);
            let body: Value = serde_json::from_slice(&one).unwrap();
            prop_assert_eq!(body["biz_opaque_callback_data"].as_str(), Some(callback.as_str()));
            if let Some(text) = content.parts[part].as_text() {
                let filled = fill_name(text, &name);
                prop_assert_eq!(body["text"]["body"].as_str(), Some(filled.as_str()));
            }
        }
    }
}
