//! Templates as Meta lists them, whole and odd.

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;
use shared::templates::{Blank, Place};

use super::*;

/// The example of Meta's documentation, with a header, blanks and every kind of button.
#[test]
fn a_whole_template_is_read() {
    let listed = json!({
        "name": "order_confirmation", "language": "en_US", "status": "APPROVED", "category": "UTILITY",
        "parameter_format": "POSITIONAL", "id": "594425479261596", "quality_score": {"score": "GREEN", "date": 1_750_030_073},
        "previous_category": "MARKETING",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Your {{1}}", "example": {"header_text": ["order"]}},
            {"type": "BODY", "text": "Hi {{1}}, *{{2}}* is on its way.", "example": {"body_text": [["Ann", "It"]]}},
            {"type": "FOOTER", "text": "Storecast"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "Stop"},
                {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}", "example": ["https://shop.example/a"]},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550051310"},
                {"type": "COPY_CODE", "text": "Copy offer code"},
                {"type": "FLOW", "text": "Book", "flow_id": 12}]}]
    });
    let button = |text: &str, does| Button { text: text.into(), does };
    let found = found(&listed).unwrap();
    assert_eq!(
        (found.meta_id.as_str(), found.status, found.quality),
        ("594425479261596", TemplateStatus::Approved, Quality::Green)
    );
    assert_eq!(
        found.shape,
        Shape {
            name: "order_confirmation".into(),
            language: "en_US".into(),
            class: TemplateClass::Utility,
            header: Some(Header::Text { text: "Your {{1}}".into() }),
            body: "Hi {{1}}, *{{2}}* is on its way.".into(),
            footer: "Storecast".into(),
            buttons: vec![
                button("Stop", ButtonKind::QuickReply),
                button("Track", ButtonKind::Url { address: "https://shop.example/{{1}}".into() }),
                button("Call", ButtonKind::Phone { number: "+15550051310".into() }),
                button("Copy offer code", ButtonKind::CopyCode),
                button("Book", ButtonKind::Other { what: "FLOW".into() }),
            ],
            named: false,
        }
    );
    assert!(!found.shape.is_supported());
}

fn template(components: Value) -> Shape {
    let listed = json!({"name": "a", "language": "zh_TW", "id": 7, "components": components});
    let found = found(&listed).unwrap();
    assert_eq!((found.meta_id.as_str(), found.status, found.quality), ("7", TemplateStatus::Other, Quality::Unknown));
    found.shape
}

#[rstest]
#[case::picture("IMAGE", Header::Media { media: MediaKind::Image })]
#[case::film("VIDEO", Header::Media { media: MediaKind::Video })]
#[case::lower_case("image", Header::Media { media: MediaKind::Image })]
#[case::document("DOCUMENT", Header::Media { media: MediaKind::Document })]
#[case::place("LOCATION", Header::Other { format: "LOCATION".into() })]
#[case::moving_picture("GIF", Header::Other { format: "GIF".into() })]
#[case::new("HOLOGRAM", Header::Other { format: "HOLOGRAM".into() })]
fn a_header_is_read(#[case] format: &str, #[case] expected: Header) {
    let shape = template(json!([{"type": "HEADER", "format": format}, {"type": "BODY", "text": "Hi"}]));
    assert_eq!(shape.is_supported(), matches!(expected, Header::Media { .. }));
    assert_eq!((shape.header, shape.body.as_str()), (Some(expected), "Hi"));
}

#[rstest]
#[case::carousel("CAROUSEL")]
#[case::offer("LIMITED_TIME_OFFER")]
#[case::new("TELEPORT")]
fn a_component_that_is_not_known_makes_it_unsupported(#[case] kind: &str) {
    for order in [["HEADER", kind], [kind, "HEADER"]] {
        let components: Vec<Value> = order.iter().map(|kind| json!({"type": kind, "format": "IMAGE"})).collect();
        let shape = template(json!(components));
        assert_eq!(shape.header, Some(Header::Other { format: kind.into() }));
        assert!(!shape.is_supported());
    }
}

#[rstest]
#[case("APPROVED", TemplateStatus::Approved)]
#[case("REINSTATED", TemplateStatus::Approved)]
#[case("PENDING", TemplateStatus::Pending)]
#[case("IN_APPEAL", TemplateStatus::Pending)]
#[case("REJECTED", TemplateStatus::Rejected)]
#[case("PAUSED", TemplateStatus::Paused)]
#[case("DISABLED", TemplateStatus::Disabled)]
#[case("DELETED", TemplateStatus::Deleted)]
#[case("PENDING_DELETION", TemplateStatus::Deleted)]
#[case("FLAGGED", TemplateStatus::Other)]
#[case("LIMIT_EXCEEDED", TemplateStatus::Other)]
#[case("LOCKED", TemplateStatus::Other)]
#[case("ARCHIVED", TemplateStatus::Other)]
#[case("UNARCHIVED", TemplateStatus::Other)]
#[case("", TemplateStatus::Other)]
fn a_state_is_read(#[case] word: &str, #[case] expected: TemplateStatus) {
    assert_eq!(status(word), expected);
    let listed = json!({"name": "a", "language": "en", "id": "1", "status": word.to_ascii_lowercase()});
    assert_eq!(found(&listed).unwrap().status, expected);
}

#[rstest]
#[case(json!({"score": "YELLOW"}), Quality::Yellow)]
#[case(json!("RED"), Quality::Red)]
#[case(json!({"score": "UNKNOWN"}), Quality::Unknown)]
#[case(json!({"score": 5}), Quality::Unknown)]
#[case(Value::Null, Quality::Unknown)]
fn a_quality_is_read(#[case] score: Value, #[case] expected: Quality) {
    let listed = json!({"name": "a", "language": "en", "id": "1", "quality_score": score});
    assert_eq!(found(&listed).unwrap().quality, expected);
}

#[rstest]
#[case("MARKETING", TemplateClass::Marketing)]
#[case("UTILITY", TemplateClass::Utility)]
#[case("AUTHENTICATION", TemplateClass::Authentication)]
#[case("SERVICE", TemplateClass::Other)]
fn a_class_is_read(#[case] word: &str, #[case] expected: TemplateClass) {
    let listed = json!({"name": "a", "language": "en", "id": "1", "category": word});
    assert_eq!(found(&listed).unwrap().shape.class, expected);
}

#[test]
fn named_blanks_are_known_as_named() {
    let listed = json!({"name": "a", "language": "en", "id": "1", "parameter_format": "NAMED",
        "components": [{"type": "BODY", "text": "Hi {{first_name}}"}]});
    let shape = found(&listed).unwrap().shape;
    assert!(shape.named);
    assert_eq!(shape.blanks(), [Blank { place: Place::Body, key: "first_name".into() }]);
}

#[rstest]
#[case(json!({}))]
#[case(json!({"language": "en", "id": "1"}))]
#[case(json!({"name": "a", "id": "1"}))]
#[case(json!({"name": "a", "language": "en"}))]
#[case(json!({"name": "", "language": "en", "id": "1"}))]
#[case(json!([1]))]
#[case(Value::Null)]
fn what_cannot_be_addressed_is_left(#[case] listed: Value) {
    assert_eq!(found(&listed), None);
}

/// Any JSON, in the places that are looked at.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        prop::sample::select(vec!["HEADER", "BODY", "BUTTONS", "TEXT", "IMAGE", "URL", "{{1}}"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let names = prop::sample::select(vec![
            "name",
            "language",
            "id",
            "components",
            "type",
            "format",
            "text",
            "buttons",
            "url",
            "quality_score",
            "score",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names.prop_map(str::to_owned), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_listed_nothing_panics(components in anything(), whole in anything()) {
        let _ = found(&whole);
        let listed = json!({"name": "a", "language": "en", "id": "1", "components": components});
        prop_assert_eq!(found(&listed).map(|found| found.shape.name), Some("a".to_owned()));
    }
}
