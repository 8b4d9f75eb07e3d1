//! What a send may hold, and what of it reaches whom.

use super::*;
use proptest::prelude::*;

fn texts(texts: &[&str]) -> Content {
    Content { parts: texts.iter().map(|text| Part::text(*text)).collect() }
}

/// Seed step 5: 限五則訊息內容.
#[test]
fn five_messages_are_taken_and_the_sixth_is_refused_by_name() {
    assert_eq!(texts(&["a", "b", "c", "d", "e"]).check("", &[], &[]), Ok(()));
    assert_eq!(
        texts(&["a", "b", "c", "d", "e", "f"]).check("", &[], &[]),
        Err(Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 }))
    );
}

#[test]
fn an_empty_message_is_refused_by_its_place() {
    assert_eq!(
        texts(&["a", " \n"]).check("", &[], &[]),
        Err(Problem::invalid("content.parts[1].text", Rule::Required))
    );
    assert_eq!(texts(&[]).check("", &[], &[]), Err(Problem::invalid("content.parts", Rule::Required)));
    assert_eq!(
        texts(&[NAME_TOKEN]).check("Ann", &[], &[]),
        Err(Problem::invalid("content.parts[0].text", Rule::Required))
    );
}

#[test]
fn emoji_count_twice_and_the_longest_name_counts() {
    assert_eq!(texts(&[&"😀".repeat(2_500)]).check("", &[], &[]), Ok(()));
    let over = format!("{}a", "😀".repeat(2_500));
    let rule = Rule::TooLong { limit: 5_000, actual: 5_001, unit: Unit::Utf16 };
    assert_eq!(texts(&[&over]).check("", &[], &[]), Err(Problem::invalid("content.parts[0].text", rule)));
    let named = format!("{}{NAME_TOKEN}", "a".repeat(4_998));
    assert_eq!(texts(&[&named]).check("Al", &[], &[]), Ok(()));
    assert!(texts(&[&named]).check("Ann", &[], &[]).is_err());
}

#[test]
fn an_empty_name_leaves_nothing_behind() {
    assert_eq!(fill_name("您好 {{system:customer_name}}！", ""), "您好 ！");
}

#[test]
fn links_of_all_messages_are_counted() {
    assert_eq!(texts(&["https://a.example https://b.example", "https://a.example"]).referral_links(), 3);
}

fn medium(kind: MediaKind, n: u128, size: u64) -> MediaInfo {
    MediaInfo {
        id: MediaId(uuid::Uuid::from_u128(n)),
        kind,
        mime: String::new(),
        size,
        name: None,
        width: 4,
        height: 3,
        duration_ms: None,
        url: String::new(),
        preview_url: None,
    }
}

#[test]
fn a_medium_must_be_there_of_its_kind_and_small_enough_for_every_platform() {
    let film = medium(MediaKind::Video, 1, limits::SMALL_VIDEO_BYTES + 1);
    let content = Content { parts: vec![Part::text("看"), Part::of_media(film.kind, film.id).unwrap()] };
    let refused = |rule| Err(Problem::invalid("content.parts[1].media", rule));
    assert_eq!(content.check("", &[Platform::Line], &[]), refused(Rule::Unknown { count: 1 }));
    let picture = MediaInfo { kind: MediaKind::Image, ..film.clone() };
    assert_eq!(content.check("", &[Platform::Line], &[picture]), refused(Rule::Unknown { count: 1 }));
    assert_eq!(content.check("", &[Platform::Line], std::slice::from_ref(&film)), Ok(()));
    let (limit, actual) = (limits::SMALL_VIDEO_BYTES, film.size);
    let too_large = Rule::TooLong { limit, actual, unit: Unit::Bytes };
    assert_eq!(content.check("", &[Platform::Line, Platform::Whatsapp], &[film]), refused(too_large));
}

#[test]
fn a_document_is_no_message_whatever_it_is_called() {
    let document = medium(MediaKind::Document, 1, 9);
    assert_eq!(Part::of_media(document.kind, document.id), None);
    for part in [Part::Image { media: document.id }, Part::Video { media: document.id }] {
        let content = Content { parts: vec![part] };
        let refused = content.check("", &[Platform::Whatsapp], std::slice::from_ref(&document));
        let Err(Problem::Invalid { field, rule: Rule::Malformed { expected } }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(field, "content.parts[0].media");
        assert!(expected.contains("above a template"), "{expected}");
    }
    assert!(serde_json::from_str::<Part>(&format!(r#"{{"kind":"document","media":"{}"}}"#, document.id)).is_err());
}

#[test]
fn the_platform_with_the_least_room_counts() {
    let text = "a".repeat(4_097);
    assert!(count(&text, "", &[Platform::Line]).fits());
    let both = count(&text, "", &[Platform::Line, Platform::Whatsapp]);
    assert_eq!((both.platform, both.fits()), (Platform::Whatsapp, false));
    let emoji = "😀".repeat(2_501);
    assert_eq!(count(&emoji, "", &[Platform::Whatsapp, Platform::Line]).platform, Platform::Line);
}

fn template() -> Part {
    let shape = crate::templates::Shape {
        name: "arrival".into(),
        language: "zh_TW".into(),
        class: crate::templates::TemplateClass::Marketing,
        header: None,
        body: "{{1}} 到貨 https://a.example".into(),
        footer: String::new(),
        buttons: Vec::new(),
        named: false,
    };
    let mut filled = Filled::new(crate::id::TemplateId(uuid::Uuid::from_u128(9)), shape);
    filled.fills[0].text = "新品".into();
    Part::Template(Box::new(filled))
}

#[test]
fn a_template_stands_alone_and_goes_to_whatsapp_only() {
    let one = Content { parts: vec![template()] };
    assert_eq!(one.check("", &[Platform::Whatsapp], &[]), Ok(()));
    assert_eq!(one.first_text().as_deref(), Some("新品 到貨 https://a.example"));
    assert_eq!(one.referral_links(), 1);
    assert!(matches!(
        one.check("", &[Platform::Line, Platform::Whatsapp], &[]),
        Err(Problem::Invalid { field, .. }) if field == "selection"
    ));
    let two = Content { parts: vec![template(), Part::text("看")] };
    let rule = Rule::TooMany { limit: 1, actual: 2 };
    assert_eq!(two.check("", &[Platform::Whatsapp], &[]), Err(Problem::invalid("content.parts", rule)));
    let read: Content = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
    assert_eq!(read, one);
}

#[test]
fn each_kind_of_send_holds_its_own_content() {
    use crate::campaigns::Kind;
    let (text, one) = (Content::of_text("看"), Content { parts: vec![template()] });
    assert_eq!((Kind::GroupMessage.check(&text), Kind::GroupTemplate.check(&one)), (Ok(()), Ok(())));
    assert_eq!(Kind::GroupTemplate.check(&Content::default()), Ok(()), "not picked yet");
    for (kind, content) in [(Kind::GroupMessage, one), (Kind::GroupTemplate, text)] {
        let refused = kind.check(&content);
        assert!(matches!(refused, Err(Problem::Invalid { field, .. }) if field == "content.parts[0].kind"));
    }
}

proptest! {
    #[test]
    fn what_passes_with_the_longest_name_passes_with_a_shorter(
        text in "[a-z😀]{0,20}(\\{\\{system:customer_name\\}\\})?", name in "\\PC{0,30}", cut in 0usize..30,
    ) {
        let shorter: String = name.chars().take(cut).collect();
        prop_assert!(count(&text, &shorter, &[]).used <= count(&text, &name, &[]).used);
    }
}
