//! The edge and what goes around every request: headers, unknown routes, the app's files, slow clients, shutdown.

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    routing::get,
};
use shared::problem::{Kind, Problem, What};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{layers::CONTENT_POLICY, testing::World};
use crate::{Server, clock::Clock, config::Config};

/// Architecture section 5, *Content policy*, word for word.
#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    assert_eq!(
        CONTENT_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; media-src \
         'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors \
         'none'; base-uri 'none'"
    );
    let world = World::new().await;
    for path in ["/", "/healthz", "/api/v1/me", "/api/v1/nothing", "/api/v1/openapi.json", "/media/x"] {
        let answer = world.get(path).await;
        assert_eq!(answer.header("content-security-policy"), CONTENT_POLICY, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 12, "{path}");
    }
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    let world = World::new().await;
    let missing = Problem::missing(What::Route);
    for path in ["/api/v1/nothing", "/api/v1", "/api/v2/me", "/api/v1/me/more", "/webhooks/fax/1", "/nothing.js"] {
        let answer = world.get(path).await;
        if answer.header("content-type") == "application/json" {
            assert_eq!((answer.status, answer.problem()), (StatusCode::NOT_FOUND, missing.clone()), "{path}");
        } else {
            assert_eq!((path, answer.status), ("/nothing.js", StatusCode::NOT_FOUND));
        }
    }
    let request = Request::delete("/api/v1/me").body(Body::empty()).unwrap();
    let answer = world.ask(request).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::METHOD_NOT_ALLOWED, missing));
    assert!(answer.header("allow").contains("GET"), "{answer:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = World::new().await;
    let body = format!(r#"{{"email":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let request =
        Request::post("/api/v1/session").header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
    let answer = world.ask(request.unwrap()).await;
    assert_eq!(answer.problem().kind(), Kind::TooLarge);
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn panics() -> &'static str {
    panic!("a secret of the customer")
}

#[tokio::test]
async fn a_panic_is_a_fault_with_a_trace() {
    let world = World::new().await;
    let router = super::layers::around(Router::new().route("/", get(panics)), &world.app);
    let answer = World { router, ..world }.get("/").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let Problem::Internal { trace } = answer.problem() else { panic!("{answer:?}") };
    assert_eq!(trace.len(), 12);
    assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
}

#[tokio::test]
async fn the_server_says_whether_it_can_serve() {
    let world = World::new().await;
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(world.get("/readyz").await.status, StatusCode::OK);
    world.app.tasks.spawn("dies", async { panic!("on purpose") });
    while !world.app.tasks.has_died() {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_server_whose_work_stands_still_is_not_ready() {
    let world = World::with(|config| config.health.stuck_ms = 1).await;
    let pulse = world.app.tasks.pulse("outbox.settle");
    let is_stuck = || async { String::from_utf8_lossy(&world.get("/readyz").await.body).contains("outbox.settle") };
    // A millisecond is a short time for a database too: only what is said of the pulse counts here.
    assert!(!is_stuck().await);
    pulse.waits();
    soon(async { while !is_stuck().await {} }).await;
    pulse.rests();
    assert!(!is_stuck().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_database_takes_no_write_is_not_ready() {
    let world = World::with(|config| config.health.stuck_ms = 300).await;
    let (let_go, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let writing = world.app.db.write(move |_| {
        // Until the other end is dropped.
        let _ = held.lock().unwrap().recv();
        Ok::<_, crate::db::Error>(())
    });
    let is_ready = || async { world.get("/readyz").await.status == StatusCode::OK };
    let (written, ()) = tokio::join!(writing, async {
        soon(async { while is_ready().await {} }).await;
        drop(let_go);
    });
    written.unwrap();
    soon(async { while !is_ready().await {} }).await;
}

/// What must come by itself.
async fn soon(what: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it did not come");
}

#[tokio::test]
async fn the_document_is_served() {
    let answer = World::new().await.get("/api/v1/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

/// A folder like `target/web`.
async fn with_app() -> World {
    let world = World::with(|config| {
        let web = config.data_dir.join("web");
        std::fs::create_dir_all(web.join("assets")).unwrap();
        std::fs::write(web.join("index.html"), "<!doctype html>".repeat(20)).unwrap();
        std::fs::write(web.join("assets/app-0f3a9c1d.wasm"), [0; 4_096]).unwrap();
        std::fs::write(web.join("sw.js"), "//").unwrap();
        std::fs::write(web.join("manifest.webmanifest"), "{}").unwrap();
        std::fs::write(web.join("boot.js"), "//".repeat(500)).unwrap();
        std::fs::write(web.join("boot.js.br"), "smaller").unwrap();
        std::fs::write(config.data_dir.join("secret.txt"), "secret").unwrap();
        config.web_dir = Some(web);
    })
    .await;
    assert!(world.folder.path().join("secret.txt").exists());
    world
}

#[tokio::test]
async fn the_app_is_served_at_every_address_of_its_screens() {
    let world = with_app().await;
    for path in ["/", "/records/018f", "/index.html", "/sign-in?next=%2F"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
    }
    let wasm = world.get("/assets/app-0f3a9c1d.wasm").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(wasm.header("cache-control"), "public, max-age=31536000, immutable");
    for path in ["/missing.js", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret\n"), "{path}");
    }
}

#[tokio::test]
async fn what_makes_the_app_installable_has_its_type_and_the_service_worker_is_never_kept() {
    let world = with_app().await;
    let worker = world.get("/sw.js").await;
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(worker.header("cache-control"), "no-store");
    // It is a client of its own, under the policy it comes with.
    assert!(worker.header("content-security-policy").contains("connect-src 'self'"));
    let manifest = world.get("/manifest.webmanifest").await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    assert_eq!(manifest.header("cache-control"), "no-cache");
    let page = world.get("/").await;
    for allowed in ["manifest-src 'self'", "worker-src 'self'", "img-src 'self'"] {
        assert!(page.header("content-security-policy").contains(allowed), "{allowed}");
    }
}

#[tokio::test]
async fn the_apps_files_are_compressed_and_asked_about_by_their_tag() {
    let world = with_app().await;
    let ask = |path: &'static str, name: header::HeaderName, value: String| {
        world.ask(Request::get(path).header(name, value).body(Body::empty()).unwrap())
    };
    let stored = ask("/boot.js", header::ACCEPT_ENCODING, "gzip, br".into()).await;
    assert_eq!((stored.header("content-encoding"), stored.body.as_slice()), ("br", b"smaller".as_slice()));
    let made = ask("/assets/app-0f3a9c1d.wasm", header::ACCEPT_ENCODING, "gzip".into()).await;
    assert_eq!(made.header("content-encoding"), "gzip");
    assert!(made.body.len() < 200, "{} bytes", made.body.len());
    let plain = world.get("/boot.js").await;
    assert_eq!((plain.header("content-encoding"), plain.body.len()), ("", 1_000));
    let tag = plain.header("etag").to_owned();
    let same = ask("/boot.js", header::IF_NONE_MATCH, tag.clone()).await;
    assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = ask("/boot.js", header::IF_NONE_MATCH, "\"other\"".into()).await;
    assert_eq!(other.status, StatusCode::OK);
}

/// A server that really listens.
async fn listening(change: impl FnOnce(&mut Config)) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::for_test(folder.path());
    change(&mut config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (Server::start(config, listener, Clock::system()).await.unwrap(), folder)
}

/// All that comes until the server closes, and how long that took.
async fn until_closed(stream: &mut TcpStream) -> (String, Duration) {
    let started = Instant::now();
    let mut all = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    assert!(closed.is_ok(), "the connection was never closed");
    (String::from_utf8_lossy(&all).into_owned(), started.elapsed())
}

/// Issue 2, bad input: half a request header held open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_request_header_held_open_is_cut() {
    let (server, _folder) = listening(|config| config.edge.header_timeout_ms = 300).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half: ").await.unwrap();
    let (answer, took) = until_closed(&mut stream).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    assert!(took >= Duration::from_millis(250), "cut after {took:?}");
    assert!(server.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_never_comes_is_given_up() {
    let (server, _folder) = listening(|config| config.edge.body_timeout_ms = 300).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let (answer, _) = until_closed(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(server.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_connections_than_allowed_are_served_at_once() {
    let (server, _folder) = listening(|config| {
        config.edge.connections = 1;
        config.edge.header_timeout_ms = 400;
    })
    .await;
    let _first = TcpStream::connect(server.address).await.unwrap();
    let mut second = TcpStream::connect(server.address).await.unwrap();
    second.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    // Its turn comes when the idle first one is cut.
    let (answer, took) = until_closed(&mut second).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(took >= Duration::from_millis(250), "served after {took:?}");
    assert!(server.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_takes_no_more_and_closes_idle_connections() {
    let (server, _folder) = listening(|_| {}).await;
    let address = server.address;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    assert!(server.stop().await);
    until_closed(&mut stream).await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn without_a_root_key_nothing_starts_and_the_cure_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { root_key: None, ..Config::for_test(folder.path()) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refused = Server::start(config, listener, Clock::system()).await.err().unwrap();
    assert!(refused.to_string().contains("storecast admin new-key"), "{refused}");
}
