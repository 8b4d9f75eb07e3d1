//! Every limit of providers.md B1 that the sandbox checks, at its edge and one beyond.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::world;

const ANN: &str = "+886912345678";

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": { "body": text } })
}

fn with(kind: &str, object: Value) -> Value {
    let mut message = json!({ "type": kind });
    message[kind] = object;
    message
}

fn image(link: &str) -> Value {
    with("image", json!({ "link": link }))
}

#[rstest]
#[case::text(text(&"字".repeat(4096)))]
#[case::preview(json!({ "type": "text", "text": { "body": "x", "preview_url": true } }))]
#[case::caption(with("image", json!({ "link": "https://cdn.example/a.jpg", "caption": "字".repeat(1024) })))]
#[case::video(with("video", json!({ "link": "https://cdn.example/a.mp4", "caption": "x" })))]
#[case::audio(with("audio", json!({ "link": "https://cdn.example/a.mp3" })))]
#[case::document(with("document", json!({ "link": "https://cdn.example/a.pdf", "filename": "a.pdf" })))]
#[case::callback(json!({ "type": "text", "text": { "body": "x" }, "biz_opaque_callback_data": "x".repeat(512) }))]
#[tokio::test]
async fn at_the_limit(#[case] mut message: Value) {
    let world = world().await;
    world.customer("王", ANN).await;
    message["to"] = json!(ANN);
    let answer = world.send(message).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    world.wa().settled().await;
    assert_eq!(world.fate(), (true, None));
}

#[rstest]
#[case::long(text(&"字".repeat(4097)), 100, "(#100) Param text['body'] must be at most 4096 characters long.")]
#[case::empty(text(""), 100, "(#100) The parameter text['body'] is required.")]
#[case::missing(json!({ "type": "text" }), 100, "(#100) The parameter text is required.")]
#[case::no_object(json!({ "type": "text", "text": "x" }), 100, "(#100) Param text must be a JSON object.")]
#[case::key(with("text", json!({ "body": "x", "bold": true })), 100,
    "(#100) Unexpected key \"bold\" on param \"text\".")]
#[case::no_type(json!({ "text": { "body": "x" } }), 100, "(#100) The parameter type is required.")]
#[case::kind(with("poem", json!({})), 131_051, "(#131051) Unsupported message type")]
#[case::group(json!({ "type": "text", "recipient_type": "group", "text": { "body": "x" } }), 131_009,
    "(#131009) Parameter value is not valid")]
#[case::caption(with("image", json!({ "link": "https://cdn.example/a.jpg", "caption": "字".repeat(1025) })), 100,
    "(#100) Param image['caption'] must be at most 1024 characters long.")]
#[case::sound_with_caption(with("audio", json!({ "link": "https://cdn.example/a.mp3", "caption": "x" })), 100,
    "(#100) Unexpected key \"caption\" on param \"audio\".")]
#[case::both(with("image", json!({ "id": "1", "link": "https://cdn.example/a.jpg" })), 100,
    "(#100) Param image must have exactly one of id, link.")]
#[case::neither(with("image", json!({})), 131_008, "(#131008) Required parameter is missing")]
#[case::http(image("http://cdn.example/a.jpg"), 100, "(#100) Param image['link'] is not a valid URI.")]
#[case::local_http(image("http://127.0.0.1/a.jpg"), 100, "(#100) Param image['link'] is not a valid URI.")]
#[case::unknown_id(with("image", json!({ "id": "123" })), 131_053, "(#131053) Media upload error")]
#[case::callback(json!({ "type": "text", "text": { "body": "x" }, "biz_opaque_callback_data": "x".repeat(513) }), 100,
    "(#100) Param biz_opaque_callback_data must be at most 512 characters long.")]
#[case::template_name(with("template", json!({ "language": { "code": "zh_TW" } })), 100,
    "(#100) The parameter template['name'] is required.")]
#[case::template_language(with("template", json!({ "name": "hello" })), 100,
    "(#100) The parameter template['language']['code'] is required.")]
#[case::template_unknown(with("template", json!({ "name": "none", "language": { "code": "zh_TW" } })), 132_001,
    "(#132001) Template name does not exist in the translation")]
#[tokio::test]
async fn beyond_the_limit(#[case] mut message: Value, #[case] code: i64, #[case] wanted: &str) {
    let world = world().await;
    world.customer("王", ANN).await;
    message["to"] = json!(ANN);
    let answer = world.send(message).await;
    assert_eq!((answer.code(), answer.message().as_str()), (code, wanted));
    assert!(world.wa().ledger().is_empty());
    assert_eq!(world.refused(&code.to_string()), 1);
}

#[tokio::test]
async fn what_is_no_json_lacks_everything() {
    let world = world().await;
    let url = world.url(&format!("{}/messages", crate::support::NUMBER_ID));
    let request = || world.http.post(&url).bearer_auth(crate::support::TOKEN);
    for request in [request().body("{"), request().header("content-type", "application/json").body("{")] {
        let answer = crate::support::Answer::of(request).await;
        assert_eq!(answer.message(), "(#100) The parameter messaging_product is required.");
    }
}
