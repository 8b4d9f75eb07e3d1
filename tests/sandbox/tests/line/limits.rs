//! Every limit of providers.md A3 that the sandbox checks, at its edge and one beyond.

use proptest::prelude::*;
use rstest::rstest;
use sandbox::{Config, Sandbox};
use serde_json::{Value, json};

use crate::support::{World, client, send, spec, world};

fn uri(label: &str) -> Value {
    json!({ "type": "uri", "label": label, "uri": "https://shop.example/a" })
}

fn template(template: Value) -> Value {
    json!({ "type": "template", "altText": "alt", "template": template })
}

fn buttons(actions: usize, title: Option<&str>, text: usize) -> Value {
    let mut panel = json!({ "type": "buttons", "text": "x".repeat(text), "actions": vec![uri("Open"); actions] });
    if let Some(title) = title {
        panel["title"] = json!(title);
    }
    template(panel)
}

fn carousel(columns: usize, text: usize) -> Value {
    let column = json!({ "text": "x".repeat(text), "actions": [uri("Open")] });
    template(json!({ "type": "carousel", "columns": vec![column; columns] }))
}

fn image_carousel(label: &str) -> Value {
    let column = json!({ "imageUrl": "https://cdn.example/a.jpg", "action": uri(label) });
    template(json!({ "type": "image_carousel", "columns": [column] }))
}

fn image(url: &str) -> Value {
    json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": "https://cdn.example/p.jpg" })
}

fn long_url(length: usize) -> String {
    let start = "https://cdn.example/";
    format!("{start}{}", "a".repeat(length - start.len()))
}

fn imagemap(width: u64, actions: usize) -> Value {
    let area = json!({ "x": 0, "y": 0, "width": 520, "height": 520 });
    let action = json!({ "type": "uri", "linkUri": "https://shop.example/", "area": area });
    json!({
        "type": "imagemap", "baseUrl": "https://cdn.example/map", "altText": "alt",
        "baseSize": { "width": width, "height": 1040 }, "actions": vec![action; actions],
    })
}

fn flex(alt: usize, label: &str) -> Value {
    json!({ "type": "flex", "altText": "x".repeat(alt), "contents": { "type": "bubble", "body": {
        "type": "box", "layout": "vertical", "contents": [
            { "type": "text", "text": "hello" },
            { "type": "button", "action": { "type": "uri", "label": label, "uri": "https://shop.example/" } },
        ],
    } } })
}

fn quick(items: usize) -> Value {
    let item = json!({ "type": "action", "action": { "type": "message", "label": "yes", "text": "yes" } });
    json!({ "type": "text", "text": "x", "quickReply": { "items": vec![item; items] } })
}

fn v2(text: &str) -> Value {
    json!({ "type": "textV2", "text": text,
            "substitution": { "e": { "type": "emoji", "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001" } } })
}

async fn validate(world: &World, messages: &Value) -> crate::support::Answer {
    send(world.post("message/validate/push", &json!({ "messages": messages }))).await
}

#[rstest]
#[case::text(json!({ "type": "text", "text": "x".repeat(5000) }))]
#[case::emoji_count_two(json!({ "type": "text", "text": "😀".repeat(2500) }))]
#[case::text_v2(v2("Hi {e}, {{plain}}"))]
#[case::sticker(json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" }))]
#[case::image(image(&long_url(2000)))]
#[case::video(json!({ "type": "video", "originalContentUrl": "https://c.example/v.mp4", "previewImageUrl": "https://c.example/p.jpg" }))]
#[case::audio(json!({ "type": "audio", "originalContentUrl": "https://c.example/a.m4a", "duration": 60000 }))]
#[case::location(json!({ "type": "location", "title": "店", "address": "台北", "latitude": 25.0, "longitude": 121.5 }))]
#[case::buttons(buttons(4, None, 160))]
#[case::buttons_with_title(buttons(1, Some(&"t".repeat(40)), 60))]
#[case::confirm(template(json!({ "type": "confirm", "text": "x".repeat(240), "actions": [uri("Yes"), uri("No")] })))]
#[case::carousel(carousel(10, 120))]
#[case::image_carousel(image_carousel(&"l".repeat(12)))]
#[case::imagemap(imagemap(1040, 50))]
#[case::flex(flex(1500, &"l".repeat(40)))]
#[case::quick_reply(quick(13))]
#[case::sender(json!({ "type": "text", "text": "x", "sender": { "name": "s".repeat(20) } }))]
#[tokio::test]
async fn at_the_limit(#[case] message: Value) {
    let answer = validate(&world().await, &json!([message])).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
}

#[rstest]
#[case::empty(json!({ "type": "text", "text": "" }), "text", "May not be empty")]
#[case::missing(json!({ "type": "text" }), "text", "May not be empty")]
#[case::long(json!({ "type": "text", "text": "x".repeat(5001) }), "text", "Length must be between 0 and 5000")]
#[case::emoji(json!({ "type": "text", "text": format!("{}x", "😀".repeat(2500)) }), "text", "Length must be between 0 and 5000")]
#[case::number(json!({ "type": "text", "text": 5 }), "text", "Must be a string")]
#[case::kind(json!({ "type": "poem", "text": "x" }), "type", "Must be one of the following values: [text, textV2, sticker, image, video, audio, location, imagemap, template, flex, coupon]")]
#[case::v2_unknown(v2("{other}"), "text", "{other} has no substitution")]
#[case::v2_brace(v2("{"), "text", "Braces must be in pairs; write {{ and }} for plain ones")]
#[case::http(image("http://cdn.example/a.jpg"), "originalContentUrl", "Must be a valid HTTPS URL")]
#[case::url_long(image(&long_url(2001)), "originalContentUrl", "Length must be between 0 and 2000")]
#[case::url_raw(image("https://cdn.example/圖.jpg"), "originalContentUrl", "Must be percent-encoded")]
#[case::no_preview(json!({ "type": "image", "originalContentUrl": "https://c.example/a.jpg" }), "previewImageUrl", "May not be empty")]
#[case::no_duration(json!({ "type": "audio", "originalContentUrl": "https://c.example/a.m4a" }), "duration", "May not be empty")]
#[case::buttons_none(buttons(0, None, 5), "template.actions", "Size must be between 1 and 4")]
#[case::buttons_five(buttons(5, None, 5), "template.actions", "Size must be between 1 and 4")]
#[case::buttons_text(buttons(1, None, 161), "template.text", "Length must be between 0 and 160")]
#[case::buttons_title(buttons(1, Some(&"t".repeat(41)), 5), "template.title", "Length must be between 0 and 40")]
#[case::buttons_both(buttons(1, Some("t"), 61), "template.text", "Length must be between 0 and 60")]
#[case::label(template(json!({ "type": "buttons", "text": "x", "actions": [uri(&"l".repeat(21))] })), "template.actions[0].label", "Length must be between 0 and 20")]
#[case::scheme(template(json!({ "type": "buttons", "text": "x", "actions": [{ "type": "uri", "label": "l", "uri": "ftp://a" }] })), "template.actions[0].uri", "invalid uri scheme")]
#[case::uri_long(template(json!({ "type": "buttons", "text": "x", "actions": [{ "type": "uri", "label": "l", "uri": long_url(1001) }] })), "template.actions[0].uri", "Length must be between 0 and 1000")]
#[case::postback(template(json!({ "type": "buttons", "text": "x", "actions": [{ "type": "postback", "label": "l", "data": "d".repeat(301) }] })), "template.actions[0].data", "Length must be between 0 and 300")]
#[case::message(template(json!({ "type": "buttons", "text": "x", "actions": [{ "type": "message", "label": "l", "text": "d".repeat(301) }] })), "template.actions[0].text", "Length must be between 0 and 300")]
#[case::confirm_one(template(json!({ "type": "confirm", "text": "x", "actions": [uri("Yes")] })), "template.actions", "Size must be between 2 and 2")]
#[case::confirm_text(template(json!({ "type": "confirm", "text": "x".repeat(241), "actions": [uri("Yes"), uri("No")] })), "template.text", "Length must be between 0 and 240")]
#[case::columns(carousel(11, 5), "template.columns", "Size must be between 1 and 10")]
#[case::column_text(carousel(1, 121), "template.columns[0].text", "Length must be between 0 and 120")]
#[case::column_actions(template(json!({ "type": "carousel", "columns": [
    { "text": "a", "actions": [uri("1")] }, { "text": "b", "actions": [uri("1"), uri("2")] }] })),
    "template.columns[1].actions", "The number of actions must be the same in every column")]
#[case::image_label(image_carousel(&"l".repeat(13)), "template.columns[0].action.label", "Length must be between 0 and 12")]
#[case::map_width(imagemap(1000, 1), "baseSize.width", "Must be 1040")]
#[case::map_actions(imagemap(1040, 51), "actions", "Size must be between 1 and 50")]
#[case::alt(flex(1501, "Go"), "altText", "Length must be between 0 and 1500")]
#[case::flex_label(flex(5, &"l".repeat(41)), "contents.body.contents[1].action.label", "Length must be between 0 and 40")]
#[case::flex_none(json!({ "type": "flex", "altText": "a" }), "contents", "May not be empty")]
#[case::flex_component(json!({ "type": "flex", "altText": "a", "contents": { "type": "bubble", "body": { "type": "box", "layout": "vertical",
    "contents": [{ "type": "poem" }] } } }), "contents.body.contents[0].type",
    "Must be one of the following values: [box, text, button, image, icon, video, separator, filler, span]")]
#[case::quick_reply(quick(14), "quickReply.items", "Size must be between 1 and 13")]
#[case::sender(json!({ "type": "text", "text": "x", "sender": { "name": "s".repeat(21) } }), "sender.name", "Length must be between 0 and 20")]
#[tokio::test]
async fn beyond_the_limit(#[case] message: Value, #[case] property: &str, #[case] wanted: &str) {
    let answer = validate(&world().await, &json!([{ "type": "text", "text": "fine" }, message])).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.message(), "The request body has 1 error(s)");
    assert_eq!(answer.detail(0), (format!("messages[1].{property}"), wanted.to_owned()));
}

#[tokio::test]
async fn one_to_five_messages() {
    let world = world().await;
    let text = json!({ "type": "text", "text": "x" });
    for (number, status) in [(0, 400), (1, 200), (5, 200), (6, 400)] {
        let answer = validate(&world, &json!(vec![text.clone(); number])).await;
        assert_eq!(answer.status, status, "{number} messages");
        if status == 400 {
            assert_eq!(answer.detail(0), ("messages".to_owned(), "Size must be between 1 and 5".to_owned()));
        }
    }
    let none = send(world.post("message/validate/reply", &json!({}))).await;
    assert_eq!(none.detail(0), ("messages".to_owned(), "May not be empty".to_owned()));
    let two = json!([{ "type": "text" }, { "type": "image" }]);
    assert_eq!(validate(&world, &two).await.message(), "The request body has 3 error(s)");
}

#[tokio::test]
async fn http_media_only_on_loopback_and_only_when_allowed() {
    let sandbox = Sandbox::start(Config { allow_http_media: true, ..Config::default() }).await.unwrap();
    sandbox.line().add_channel(spec()).unwrap();
    let lenient = World { sandbox, http: client() };
    let strict = world().await;
    for (url, allowed) in [
        ("http://127.0.0.1:8080/media/a.jpg", true),
        ("http://localhost/a.jpg", true),
        ("http://[::1]:80/a.jpg", true),
        ("http://127.0.0.1.evil.example/a.jpg", false),
        ("http://cdn.example/a.jpg", false),
    ] {
        assert_eq!(validate(&lenient, &json!([image(url)])).await.status == 200, allowed, "{url}");
        assert_eq!(validate(&strict, &json!([image(url)])).await.status, 400, "{url}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The length is that of UTF-16, whatever the characters.
    #[test]
    fn length_is_in_utf16_units(characters in proptest::collection::vec(any::<char>(), 1..40), short_by in 0_usize..3) {
        let mut text: String = characters.into_iter().collect();
        let units = text.encode_utf16().count();
        text.push_str(&"x".repeat(5001 - short_by - units));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let status = runtime.block_on(async {
            validate(&world().await, &json!([{ "type": "text", "text": text }])).await.status
        });
        prop_assert_eq!(status == 200, short_by > 0);
    }
}
