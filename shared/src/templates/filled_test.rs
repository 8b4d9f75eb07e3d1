//! What may stand in a template, and what a customer sees of it.

use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::{
    content::NAME_TOKEN,
    templates::{Button, shape::tests::shape},
};

fn filled(body: &str, fills: &[(&str, &str)]) -> Filled {
    let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape(body));
    for (fill, (text, fallback)) in filled.fills.iter_mut().zip(fills) {
        *fill = Fill { text: (*text).into(), fallback: (*fallback).into() };
    }
    filled
}

fn check(filled: &Filled) -> Result<(), Problem> {
    filled.check("t", "林", &[])
}

#[test]
fn a_nameless_customer_gets_the_fallback() {
    let filled = filled("{{1}} 您好，{{2}} 到貨", &[(NAME_TOKEN, "貴賓"), ("新品", "")]);
    assert_eq!(check(&filled), Ok(()));
    assert_eq!(filled.rendered("林雅婷").body, "林雅婷 您好，新品 到貨");
    assert_eq!(filled.rendered("").body, "貴賓 您好，新品 到貨");
    assert!(filled.is_personal());
    let frozen = filled.filled("");
    assert_eq!((frozen.rendered("x").body.as_str(), frozen.is_personal()), ("貴賓 您好，新品 到貨", false));
}

#[test]
fn empty_blanks_stay_in_their_braces_in_the_preview() {
    assert_eq!(filled("{{1}} 和 {{2}}", &[("甲", "")]).rendered("").body, "甲 和 {{2}}");
}

#[test]
fn stretches_tell_what_was_filled_in_and_what_is_still_empty() {
    let mut filled = filled("{{1}} 您好，{{2}}", &[(NAME_TOKEN, "")]);
    let does = ButtonKind::Url { address: "https://shop.example/{{1}}".into() };
    filled.shape.buttons = vec![Button { text: "看".into(), does }];
    filled.fills.push(Fill { text: "new".into(), fallback: String::new() });
    let (text, fill) = (|text: &str| Stretch::Text(text.into()), |text: &str| Stretch::Fill(text.into()));
    let body = [fill("林"), text(" 您好，"), Stretch::Blank("2".into())];
    assert_eq!(filled.in_stretches(Place::Body, "林"), body);
    let button = [text("https://shop.example/"), fill("new")];
    assert_eq!(filled.in_stretches(Place::Button { index: 0 }, "林"), button);
    assert_eq!(filled.in_stretches(Place::Header, "林"), []);
}

#[test]
fn every_fill_has_a_fault_of_its_own() {
    let filled = filled("{{1}} {{2}} {{3}}", &[("a\tb", ""), ("新品", ""), (NAME_TOKEN, "https://a.example")]);
    let trouble = |fault, in_fallback| Some(FillTrouble { fault, in_fallback });
    let expected = [trouble(FillFault::Lines, false), None, trouble(FillFault::Address, true)];
    assert_eq!(filled.troubles(""), expected);
}

/// domain.md 5 (filling rules) and providers.md B3.
#[rstest]
#[case("", "", "t.fills[0].text", Rule::Required)]
#[case(NAME_TOKEN, "", "t.fills[0].fallback", Rule::Required)]
#[case("a\nb", "", "t.fills[0].text", Rule::Malformed { expected: "a single line".into() })]
#[case("a    b", "", "t.fills[0].text", Rule::Malformed { expected: "no more than three spaces together".into() })]
#[case("看 https://a.example", "", "t.fills[0].text", Rule::Malformed { expected: "no address of a web page".into() })]
fn what_whatsapp_refuses_in_a_blank_is_refused_here(
    #[case] text: &str,
    #[case] fallback: &str,
    #[case] field: &str,
    #[case] rule: Rule,
) {
    assert_eq!(check(&filled("{{1}}！", &[(text, fallback)])), Err(Problem::invalid(field, rule)));
}

#[test]
fn the_end_of_an_address_has_no_spaces_and_counts_as_a_link() {
    let mut shape = shape("看看");
    let does = ButtonKind::Url { address: "https://shop.example/{{1}}".into() };
    shape.buttons = vec![Button { text: "開啟".into(), does }];
    let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape);
    filled.fills[0].text = "new arrivals".into();
    assert!(matches!(check(&filled), Err(Problem::Invalid { field, .. }) if field == "t.fills[0].text"));
    filled.fills[0].text = "new?utm_source=store".into();
    assert_eq!(check(&filled), Ok(()));
    let does = ButtonKind::Url { address: "https://shop.example/new?utm_source=store".into() };
    assert_eq!(filled.rendered("").buttons, [RenderedButton { text: "開啟".into(), does }]);
    assert_eq!(filled.referral_links(), 1);
}

#[rstest]
#[case::picture(MediaKind::Image, MediaKind::Document, limits::IMAGE_SENT_BYTES)]
#[case::film(MediaKind::Video, MediaKind::Image, limits::SMALL_VIDEO_BYTES)]
#[case::document(MediaKind::Document, MediaKind::Video, limits::DOCUMENT_BYTES)]
fn a_header_wants_a_medium_of_its_kind_that_whatsapp_takes(
    #[case] kind: MediaKind,
    #[case] other: MediaKind,
    #[case] limit: u64,
) {
    let mut shape = shape("看看");
    shape.header = Some(Header::Media { media: kind });
    assert!(shape.is_supported() && !shape.is_ready());
    let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape);
    assert_eq!(check(&filled), Err(Problem::invalid("t.header", Rule::Required)));
    let medium = MediaInfo {
        id: MediaId(Uuid::from_u128(2)),
        kind,
        mime: String::new(),
        size: limit,
        name: None,
        width: 4,
        height: 3,
        duration_ms: None,
        url: String::new(),
        preview_url: None,
    };
    filled.header = Some(medium.id);
    assert_eq!(filled.check("t", "", std::slice::from_ref(&medium)), Ok(()));
    assert_eq!(filled.rendered("").media, Some((kind, medium.id)));
    let wrong = MediaInfo { kind: other, ..medium.clone() };
    assert_eq!(filled.check("t", "", &[wrong]), Err(Problem::invalid("t.header", Rule::Unknown { count: 1 })));
    let large = MediaInfo { size: limit + 1, ..medium };
    let too_long = Rule::TooLong { limit, actual: limit + 1, unit: Unit::Bytes };
    assert_eq!(filled.check("t", "", &[large]), Err(Problem::invalid("t.header", too_long)));
}

#[test]
fn the_longest_name_counts_against_the_text() {
    let body = format!("{}{{{{1}}}}", "字".repeat(limits::TEMPLATE_BODY - 2));
    let filled = filled(&body, &[(NAME_TOKEN, "您")]);
    assert_eq!(filled.check("t", "王五", &[]), Ok(()));
    let (limit, actual) = (limits::TEMPLATE_BODY as u64, limits::TEMPLATE_BODY as u64 + 1);
    let rule = Rule::TooLong { limit, actual, unit: Unit::Characters };
    assert_eq!(filled.check("t", "歐陽修", &[]), Err(Problem::invalid("t.body", rule)));
}

#[test]
fn a_draft_of_another_shape_is_refused() {
    let mut filled = filled("{{1}}", &[("a", "")]);
    filled.fills.clear();
    assert!(matches!(filled.check_draft("t"), Err(Problem::Invalid { field, .. }) if field == "t.fills"));
}

proptest! {
    /// What the check passes leaves no blank empty, whatever the name.
    #[test]
    fn what_passes_fills_every_blank(text in "\\PC{0,20}", fallback in "\\PC{0,10}", name in "\\PC{0,10}") {
        let filled = filled("您好 {{1}}。", &[(&text, &fallback)]);
        if filled.check("t", &name, &[]).is_ok() && !name.trim().is_empty() {
            let body = filled.rendered(&name).body;
            prop_assert!(body.starts_with("您好 ") && body.ends_with('。'));
            prop_assert!(!body["您好 ".len()..body.len() - '。'.len_utf8()].trim().is_empty());
        }
    }
}
