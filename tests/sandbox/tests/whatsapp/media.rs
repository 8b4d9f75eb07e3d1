//! Media: uploads, what customers sent, links.

use std::time::Duration;

use axum::{Router, http::header, response::IntoResponse as _, routing::get};
use sandbox::{
    Config, Sandbox,
    whatsapp::{Act, Kind, TemplateSpec, WabaSpec, When},
};
use serde_json::{Value, json};

use crate::support::{
    APP, Answer, Changes as _, NUMBER, NUMBER_ID, TOKEN, WABA, World, number, set_up, template, with_receiver, world,
};

const JPEG: &[u8] = include_bytes!("../../../../server/src/media/samples/grey.jpg");
const CMYK: &[u8] = include_bytes!("../../../../server/src/media/samples/cmyk.jpg");
const FILM: &[u8] = include_bytes!("../../../../server/src/media/samples/plain.mp4");
const ANN: &str = "+886912345678";

fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, mime, bytes) in parts {
        let file = mime.map_or_else(String::new, |mime| format!("; filename=\"a\"\r\nContent-Type: {mime}"));
        out.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes());
        out.extend(*bytes);
        out.extend(b"\r\n");
    }
    out.extend(b"--edge--\r\n");
    out
}

async fn upload(world: &World, mime: &str, bytes: &[u8]) -> Answer {
    let body =
        form(&[("messaging_product", None, b"whatsapp"), ("type", None, mime.as_bytes()), ("file", Some(mime), bytes)]);
    post(world, body).await
}

async fn post(world: &World, body: Vec<u8>) -> Answer {
    let request = world.http.post(world.url(&format!("{NUMBER_ID}/media"))).bearer_auth(TOKEN);
    Answer::of(request.header("content-type", "multipart/form-data; boundary=edge").body(body)).await
}

#[tokio::test]
async fn an_upload_is_sent_shown_and_gone_after_a_month() {
    let world = world().await;
    let ann = world.customer("王", ANN).await;
    let id = upload(&world, "image/jpeg", JPEG).await.json()["id"].as_str().unwrap().to_owned();
    let send = async |kind: &str| {
        let mut body = json!({ "to": ANN, "type": kind });
        body[kind] = json!({ "id": id });
        world.send(body).await
    };
    assert_eq!(send("image").await.status, 200);
    let as_film = send("video").await;
    assert_eq!((as_film.code(), as_film.details().as_str()), (131_053, "image/jpeg cannot be sent as video"));
    assert_eq!(world.wa().inbox(NUMBER, &ann.user).unwrap()[1].message["image"]["id"], id.as_str());

    let shown = world.get(&id).await.json();
    assert_eq!((&shown["mime_type"], &shown["file_size"]), (&json!("image/jpeg"), &json!(JPEG.len().to_string())));
    assert_eq!(shown["sha256"].as_str().unwrap().len(), 64);
    let url = shown["url"].as_str().unwrap().to_owned();
    let fetch = async |token: &str, url: &str| Answer::of(world.http.get(url).bearer_auth(token)).await;
    assert_eq!(fetch(TOKEN, &url).await.bytes, JPEG);
    assert_eq!(fetch("wrong", &url).await.code(), 190);
    assert_eq!(fetch(TOKEN, &url.replace("hash=", "hash=x")).await.status, 403);
    world.wa().add_waba(WabaSpec::new("1002", "other", APP, "other-token")).unwrap();
    assert_eq!(fetch("other-token", &url).await.status, 404);
    world.wa().advance(Duration::from_mins(6));
    assert_eq!(fetch(TOKEN, &url).await.status, 403, "an address is good for five minutes");
    world.wa().advance(Duration::from_hours(29 * 24));
    assert_eq!(world.get(&id).await.status, 200);
    world.wa().advance(Duration::from_hours(24));
    assert_eq!(world.get(&id).await.code(), 100);
    assert_eq!(send("image").await.code(), 131_053);
}

/// providers.md B1: a document above a template says what it is called, and nothing else.
#[tokio::test]
async fn a_document_above_a_template_is_shown_by_its_name() {
    let world = world().await;
    let ann = world.customer("王", ANN).await;
    world.wa().add_template(WABA, TemplateSpec::new("warranty", "zh_TW").header_document().body("保固書")).unwrap();
    let id = upload(&world, "application/pdf", b"%PDF-1.7 %%EOF").await.json()["id"].as_str().unwrap().to_owned();
    let send = async |document: Value| {
        let parameter = json!({ "type": "document", "document": document });
        let header = json!({ "type": "header", "parameters": [parameter] });
        world.send(template(ANN, "warranty", &json!([header]))).await
    };
    assert_eq!(send(json!({ "id": id, "filename": "保固書.pdf" })).await.status, 200);
    let shown = world.wa().inbox(NUMBER, &ann.user).unwrap().pop().unwrap().shown.unwrap();
    assert_eq!(shown["header"], json!({ "type": "document", "id": id, "filename": "保固書.pdf" }));
    let page = format!("{}/?platform=whatsapp&channel={NUMBER}&user={}", world.sandbox.base(), ann.user);
    let html = world.http.get(page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains(&format!("href=\"/phones/whatsapp/{id}\"")) && html.contains(">保固書.pdf</a>"), "{html}");
    let file = world.http.get(format!("{}/phones/whatsapp/{id}", world.sandbox.base())).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "application/pdf");

    let long = send(json!({ "id": id, "filename": "a".repeat(241) })).await;
    assert!(long.code() == 100 && long.message().contains("240"), "{long:?}");
    let captioned = send(json!({ "id": id, "caption": "x" })).await;
    assert!(captioned.message().contains("Unexpected key \"caption\""), "{captioned:?}");
    let picture = upload(&world, "image/jpeg", JPEG).await.json()["id"].clone();
    assert_eq!(send(json!({ "id": picture })).await.code(), 131_053);
    let image = json!({ "type": "header", "parameters": [{ "type": "image", "image": { "id": picture } }] });
    assert_eq!(world.send(template(ANN, "warranty", &json!([image]))).await.code(), 132_012);
}

#[tokio::test]
async fn an_upload_that_meta_would_not_take() {
    let world = world().await;
    for (mime, bytes, why) in [
        ("image/gif", JPEG, "Param file must be a file with one of the following types"),
        ("image/png", JPEG, "it cannot be decoded as what it says it is"),
        ("image/jpeg", &JPEG[..300], "it cannot be decoded as what it says it is"),
        ("image/jpeg", CMYK, "not 8-bit RGB or RGBA"),
        ("image/jpeg", &vec![0; 5 * 1024 * 1024 + 1], "more than 5242880 bytes"),
        ("video/mp4", JPEG, "no MP4 or 3GP"),
        ("application/pdf", b"MZ renamed", "no PDF"),
        ("application/x-msdownload", b"MZ", "Param file must be a file with one of the following types"),
    ] {
        let answer = upload(&world, mime, bytes).await;
        assert_eq!(answer.code(), 131_053, "{mime}");
        assert!(answer.details().starts_with(why), "{mime}: {}", answer.details());
    }
    for (mime, bytes) in [("video/mp4", FILM), ("application/pdf", b"%PDF-1.7"), ("audio/mpeg", b"ID3")] {
        assert_eq!(upload(&world, mime, bytes).await.status, 200, "{mime}");
    }
    let product: (&str, Option<&str>, &[u8]) = ("messaging_product", None, b"whatsapp");
    let file: (&str, Option<&str>, &[u8]) = ("file", Some("image/jpeg"), JPEG);
    assert_eq!(post(&world, form(&[file])).await.message(), "(#100) The parameter messaging_product is required.");
    assert_eq!(post(&world, form(&[product])).await.message(), "(#100) The parameter file is required.");
    assert_eq!(post(&world, b"--edge".to_vec()).await.code(), 100);
    assert_eq!(post(&world, form(&[product, file])).await.status, 200);
}

#[tokio::test]
async fn what_customers_send_is_fetched_by_id_and_can_be_deleted() {
    let (world, receiver) = with_receiver().await;
    world.stranger("王", ANN);
    let pdf = Act::Media {
        kind: Kind::Document,
        mime: "application/pdf".to_owned(),
        content: "JVBERi0=".to_owned(),
        caption: Some("收據".to_owned()),
        file_name: Some("receipt.pdf".to_owned()),
    };
    let kinds = [Kind::Video, Kind::Audio, Kind::Sticker].map(|kind| Act::media(kind, "a/b", b"bytes"));
    for act in [Act::Photo, pdf].into_iter().chain(kinds) {
        world.wa().act(NUMBER, ANN, act, When::default()).await.unwrap();
    }
    let messages = receiver.all("messages");
    let document = &messages[1]["document"];
    assert_eq!((&document["caption"], &document["filename"]), (&json!("收據"), &json!("receipt.pdf")));
    assert_eq!((&messages[3]["audio"]["voice"], &messages[4]["sticker"]["animated"]), (&json!(false), &json!(false)));
    for (message, kind) in messages.iter().zip(["image", "document", "video", "audio", "sticker"]) {
        assert_eq!(message["type"], kind);
        let id = message[kind]["id"].as_str().unwrap();
        let shown = world.get(id).await.json();
        assert_eq!(shown["mime_type"], message[kind]["mime_type"]);
        let bytes = Answer::of(world.http.get(shown["url"].as_str().unwrap()).bearer_auth(TOKEN)).await.bytes;
        assert_eq!(shown["file_size"], bytes.len().to_string());
    }
    let id = document["id"].as_str().unwrap();
    let delete = async || Answer::of(world.http.delete(world.url(id)).bearer_auth(TOKEN)).await;
    assert_eq!(delete().await.json(), json!({ "success": true }));
    assert_eq!(delete().await.code(), 100);
    world.wa().advance(Duration::from_hours(7 * 24));
    assert_eq!(world.get(messages[0]["image"]["id"].as_str().unwrap()).await.code(), 100, "kept for a week");
}

/// A host of `a.jpg` and `v.mp4`.
async fn host() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serve = |kind: &'static str, bytes: &'static [u8]| {
        get(async move || ([(header::CONTENT_TYPE, kind)], bytes).into_response())
    };
    let app = Router::new()
        .route("/a.jpg", serve("image/jpeg", JPEG))
        .route("/v.mp4", serve("video/mp4", FILM))
        .route("/page.jpg", serve("text/html", b"<p>sign in</p>"));
    #[expect(clippy::disallowed_methods, reason = "lives as long as the test")]
    tokio::spawn(async move { axum::serve(listener, app).await });
    base
}

#[tokio::test]
async fn links_are_fetched_before_anything_is_told() {
    let sandbox = Sandbox::start(Config { allow_http_media: true, ..Config::default() }).await.unwrap();
    let world = set_up(sandbox, number());
    let base = host().await;
    world.customer("王", ANN).await;
    let send = async |kind: &str, name: &str| {
        let mut body = json!({ "to": ANN, "type": kind });
        body[kind] = json!({ "link": format!("{base}/{name}") });
        let answer = world.send(body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        world.wa().settled().await;
        world.wa().ledger().pop().unwrap()
    };
    for (kind, name, size) in
        [("image", "a.jpg", Some((64, 48))), ("video", "v.mp4", None), ("image", "a.jpg", Some((64, 48)))]
    {
        let entry = send(kind, name).await;
        assert!(entry.delivered && entry.media[0].is_seen(), "{entry:?}");
        assert_eq!(entry.media[0].size, size);
    }
    for (kind, name, why) in [
        ("image", "gone.jpg", "answered with 404, not 200"),
        ("image", "page.jpg", "the file must be one of the following types: image/jpeg, image/png."),
        ("video", "a.jpg", "the file must be one of the following types: video/mp4, video/3gpp."),
    ] {
        let entry = send(kind, name).await;
        assert_eq!((entry.delivered, entry.reason.as_deref()), (false, Some("131053")), "{name}");
        assert!(entry.media[0].problem.as_deref().unwrap().starts_with(why), "{:?}", entry.media);
    }
    assert_eq!(world.wa().inbox(NUMBER, ANN).unwrap().len(), 4, "what failed did not arrive");
    let html = world.http.get(format!(
        "{}/?platform=whatsapp&channel={NUMBER}&user={}",
        world.sandbox.base(),
        world.wa().customers(NUMBER).unwrap()[0].user
    ));
    let html = html.send().await.unwrap().text().await.unwrap();
    assert!(html.contains("src=\"/phones/media?url=") && !html.contains(&format!("src=\"{base}")), "{html}");
    let copy = format!("{}/phones/media?shows=whatsapp_image&url={base}/a.jpg", world.sandbox.base());
    assert_eq!(world.http.get(copy).send().await.unwrap().bytes().await.unwrap(), JPEG);
}

#[tokio::test]
async fn a_link_that_fails_is_told_by_webhook() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let body: Value = json!({ "to": ANN, "type": "image", "image": { "link": "https://127.0.0.1:1/a.jpg" } });
    let id = world.send(body).await.id();
    world.wa().settled().await;
    let status = receiver.all("statuses").pop().unwrap();
    assert_eq!((&status["id"], &status["status"]), (&json!(id), &json!("failed")));
    assert_eq!(status["errors"][0]["code"], 131_053);
    assert_eq!(world.fate().1.as_deref(), Some("131053"));
}
