//! Files to keep: their names and their bytes as they come.

use axum::{body::to_bytes, http::Request as HttpRequest};
use futures_util::stream;
use rstest::rstest;
use shared::{deliveries::ExportDeliveries, members::Role};
use tower::ServiceExt as _;

use super::*;
use crate::http::testing::World;

#[rstest]
#[case(
    "group-sends-2026-11-20.csv",
    "attachment; filename=\"group-sends-2026-11-20.csv\"; filename*=UTF-8''group-sends-2026-11-20.csv"
)]
#[case("群發 1.csv", "attachment; filename=\"__ 1.csv\"; filename*=UTF-8''%E7%BE%A4%E7%99%BC%201.csv")]
#[case("a\"\r\nx: y", "attachment; filename=\"a___x_ y\"; filename*=UTF-8''a%22%0D%0Ax%3A%20y")]
fn a_name_travels_whole_and_breaks_no_header(#[case] name: &str, #[case] expected: &str) {
    assert_eq!(disposition(name), expected);
}

/// What a file answers that is made of these pieces.
async fn answer(pieces: Vec<Result<Bytes, std::io::Error>>) -> (http::response::Parts, Result<Bytes, axum::Error>) {
    let world = World::new().await;
    world.member("ann", Role::SalesManager).await;
    let token = world.signed_in("ann").await.access_token;
    let pieces = std::sync::Arc::new(std::sync::Mutex::new(Some(pieces)));
    let handler = move |_: App, _: Caller, _: ExportDeliveries| {
        let pieces = pieces.lock().unwrap().take().unwrap();
        async move { Ok(("名.csv".to_owned(), "text/csv; charset=utf-8", stream::iter(pieces))) }
    };
    let router = Api::default().file(handler).into_router().with_state(world.app.clone());
    let path = ExportDeliveries::ROUTE.replace("{id}", "0198c0de-0000-7000-8000-000000000000");
    let request = HttpRequest::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    (head, to_bytes(body, usize::MAX).await)
}

#[tokio::test]
async fn a_file_is_answered_with_its_name_and_all_its_pieces() {
    let (head, body) = answer(vec![Ok("a,b\r\n".into()), Ok("1,2\r\n".into())]).await;
    assert_eq!((head.status.as_u16(), body.unwrap().as_ref()), (200, b"a,b\r\n1,2\r\n".as_slice()));
    let header = |name| head.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(header("content-disposition"), "attachment; filename=\"_.csv\"; filename*=UTF-8''%E5%90%8D.csv");
    assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff", "no-store"));
}

#[tokio::test]
async fn a_file_that_fails_midway_breaks_off() {
    let (head, body) = answer(vec![Ok("a,b\r\n".into()), Err(std::io::Error::other("gone"))]).await;
    assert_eq!(head.status.as_u16(), 200);
    assert!(body.is_err(), "nobody takes a part for the whole");
}
