//! Pictures and films of messages are fetched, and noted as they came.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use sandbox::{Config, Sandbox, line::Shows};
use serde_json::{Value, json};

use crate::support::{CHANNEL, World, client, send, spec, text_to};

const JPEG: &[u8] = include_bytes!("../../../../server/src/media/samples/grey.jpg");
const FILM: &[u8] = include_bytes!("../../../../server/src/media/samples/plain.mp4");

/// What was asked for: the name and the range.
type Asked = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// A host of media, and what LINE asked it for.
async fn host() -> (String, Asked) {
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().route("/{name}", get(serve)).with_state(asked.clone());
    #[expect(clippy::disallowed_methods, reason = "lives as long as the test")]
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base, asked)
}

async fn serve(State(asked): State<Asked>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let range = headers.get(header::RANGE).map(|range| range.to_str().unwrap().to_owned());
    asked.lock().unwrap().push((name.clone(), range.clone()));
    let as_is = |kind: &str, bytes: &[u8]| ([(header::CONTENT_TYPE, kind.to_owned())], bytes.to_vec()).into_response();
    match (name.as_str(), range.as_deref()) {
        ("a.jpg" | "p.jpg", _) => as_is("image/jpeg", JPEG),
        ("cut.jpg", _) => as_is("image/jpeg", &JPEG[..300]),
        ("page.jpg", _) => as_is("text/html", b"<p>sign in</p>"),
        ("large.jpg", _) => as_is("image/jpeg", &[JPEG, &vec![0; 1024 * 1024]].concat()),
        ("whole.mp4", _) => as_is("video/mp4", FILM),
        ("v.mp4", Some(range)) => {
            let end = if range == "bytes=0-1" { 2 } else { FILM.len() };
            let place = format!("bytes 0-{}/{}", end - 1, FILM.len());
            let headers = [(header::CONTENT_TYPE, "video/mp4".to_owned()), (header::CONTENT_RANGE, place)];
            (StatusCode::PARTIAL_CONTENT, headers, FILM[..end].to_vec()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn world() -> (World, String) {
    let sandbox = Sandbox::start(Config { allow_http_media: true, ..Config::default() }).await.unwrap();
    sandbox.line().add_channel(spec()).unwrap();
    let world = World { sandbox, http: client() };
    let user = world.friend("王");
    (world, user)
}

fn message(kind: &str, base: &str, original: &str, preview: &str) -> Value {
    let address = |name: &str| format!("{base}/{name}");
    json!({ "type": kind, "originalContentUrl": address(original), "previewImageUrl": address(preview) })
}

async fn push(world: &World, user: &str, messages: &[Value]) {
    let answer = send(world.post("message/push", &json!({ "to": user, "messages": messages }))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    world.line().media_settled().await;
}

#[tokio::test]
async fn what_was_sent_is_fetched_once_and_shown_from_lines_own_copy() {
    let (world, user) = world().await;
    let (base, asked) = host().await;
    let messages = [message("image", &base, "a.jpg", "p.jpg"), message("video", &base, "v.mp4", "p.jpg")];
    push(&world, &user, &messages).await;
    push(&world, &user, &messages).await;

    let entry = &world.line().ledger()[1];
    let told: Vec<_> = entry.media.iter().map(|got| (got.shows, got.status, got.bytes, got.size)).collect();
    let jpeg = (Some(200), JPEG.len() as u64, Some((64, 48)));
    let preview = (Shows::Preview, jpeg.0, jpeg.1, jpeg.2);
    let film = (Shows::Video, Some(206), FILM.len() as u64, None);
    assert_eq!(told, [(Shows::Image, jpeg.0, jpeg.1, jpeg.2), preview, film, preview]);
    assert!(entry.media.iter().all(sandbox::line::Fetched::is_seen), "{:?}", entry.media);
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    let one = |name: &str, range: Option<&str>| (name.to_owned(), range.map(str::to_owned));
    assert_eq!(
        asked,
        [one("a.jpg", None), one("p.jpg", None), one("v.mp4", Some("bytes=0-")), one("v.mp4", Some("bytes=0-1"))]
    );

    let html = world.http.get(format!("{}/?user={user}", world.sandbox.base())).send().await.unwrap();
    let html = html.text().await.unwrap();
    assert!(html.contains("<video class=\"picture\" controls preload=\"none\" poster=\"/phones/media?url="), "{html}");
    assert!(!html.contains(&format!("src=\"{base}")), "the phone asks LINE, not the sender");
    for (shows, name, kind, bytes) in [
        ("image", "a.jpg", "image/jpeg", JPEG),
        ("preview", "p.jpg", "image/jpeg", JPEG),
        ("video", "v.mp4", "video/mp4", FILM),
    ] {
        let address = format!("{}/phones/media?shows={shows}&url={base}/{name}", world.sandbox.base());
        let copy = world.http.get(address).send().await.unwrap();
        assert_eq!(copy.headers()["content-type"], kind);
        assert_eq!(copy.bytes().await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn what_a_customer_would_not_see_is_noted_with_the_reason() {
    let (world, user) = world().await;
    let (base, _asked) = host().await;
    for (kind, original, preview, why) in [
        ("image", "gone.jpg", "p.jpg", "answered with 404, not 200"),
        ("image", "cut.jpg", "p.jpg", "it cannot be decoded as what it says it is"),
        ("image", "page.jpg", "p.jpg", "no JPEG or PNG: text/html"),
        ("image", "v.mp4", "p.jpg", "answered with 404, not 200"),
        ("video", "whole.mp4", "p.jpg", "a range is answered with 200, not a part"),
        ("image", "a.jpg", "large.jpg", "more than 1048576 bytes"),
    ] {
        push(&world, &user, &[message(kind, &base, original, preview)]).await;
        let entry = world.line().ledger().pop().unwrap();
        assert!(entry.delivered, "the message arrives all the same");
        let problems: Vec<_> = entry.media.iter().filter_map(|got| got.problem.as_deref()).collect();
        assert_eq!(problems, [why], "{original} {preview}");
        let html = world.http.get(format!("{}/?user={user}&lang=en", world.sandbox.base())).send().await.unwrap();
        let html = html.text().await.unwrap();
        assert!(html.contains(&format!("Cannot be shown<br><small>{why}</small>")), "{html}");
    }
    // What was not seen is tried again with the next message.
    push(&world, &user, &[message("image", "http://127.0.0.1:1", "a.jpg", "p.jpg")]).await;
    let entry = world.line().ledger().pop().unwrap();
    assert!(entry.media.iter().all(|got| got.problem.as_deref().unwrap().starts_with("no answer")));
}

#[tokio::test]
async fn only_loopback_is_fetched_and_text_and_those_who_are_not_reached_need_nothing() {
    let (world, user) = world().await;
    let (base, asked) = host().await;
    push(&world, &user, &[message("image", "https://cdn.example", "a.jpg", "p.jpg")]).await;
    let entry = world.line().ledger().pop().unwrap();
    let why = "not fetched: the sandbox fetches from loopback hosts only";
    assert!(entry.media.iter().all(|got| got.done && got.problem.as_deref() == Some(why)), "{:?}", entry.media);
    let html = world.http.get(format!("{}/?user={user}", world.sandbox.base())).send().await.unwrap();
    assert!(html.text().await.unwrap().contains("src=\"https://cdn.example/p.jpg\""));

    assert_eq!(send(world.post("message/push", &text_to(&user, "hello"))).await.status, 200);
    assert_eq!(world.line().ledger().pop().unwrap().media, []);
    world.line().block(CHANNEL, &user).await.unwrap();
    push(&world, &user, &[message("image", &base, "a.jpg", "p.jpg")]).await;
    assert_eq!(asked.lock().unwrap().len(), 0);
}
