//! The client against a server that answers, hangs, cuts or is not there.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rstest::rstest;
use tokio::net::TcpListener;

use super::*;
use crate::platforms::{
    Outcome,
    testing::{Then, stub},
};

/// A hand on a server of this one habit, and the requests it gets.
async fn line(then: Then) -> (Line, Arc<Mutex<Vec<String>>>) {
    let (base, got) = stub(move |_| then.clone()).await;
    (client(&base), got)
}

/// An answer, to the byte.
fn raw(answer: &str) -> Then {
    Then::Answer(answer.as_bytes().to_vec())
}

fn client(base: &str) -> Line {
    let config = config::Line { api_base: base.into(), data_base: base.into(), ..config::Line::default() };
    Line::new(http::client(Duration::from_millis(400)).unwrap(), &config).unwrap()
}

const KEY: Uuid = Uuid::from_u128(7);

async fn push(line: &Line) -> Answer {
    line.push("s3cret", KEY, Bytes::from_static(b"{\"to\":\"U1\",\"messages\":[]}")).await
}

#[tokio::test]
async fn a_push_carries_token_key_and_body_and_its_answer_comes_back() {
    let body = b"{\"sentMessages\":[{\"id\":\"461\"}]}";
    let (line, got) = line(Then::answer("200 OK", "x-line-request-id: r-9\r\n", body)).await;
    let answered = push(&line).await;
    assert_eq!(answered.outcome, Outcome::Accepted { provider_id: Some("461".into()) });
    assert_eq!((answered.code.as_deref(), answered.request_id.as_deref()), (Some("200"), Some("r-9")));
    let request = got.lock().unwrap().join("\n").to_ascii_lowercase();
    assert!(request.starts_with("post /v2/bot/message/push http/1.1"), "{request}");
    for part in [
        "authorization: bearer s3cret",
        "x-line-retry-key: 00000000-0000-0000-0000-000000000007",
        "content-type: application/json",
        "user-agent: storecast/",
        "{\"to\":\"u1\",\"messages\":[]}",
    ] {
        assert!(request.contains(part), "{part} is missing in {request}");
    }
}

#[rstest]
#[case::hangs(Then::Hang)]
#[case::closes(Then::Close)]
#[case::talks_rubbish(raw("SSH-2.0-OpenSSH\r\n\r\n"))]
#[tokio::test]
async fn silence_after_the_request_is_unsure(#[case] then: Then) {
    let (line, _got) = line(then).await;
    assert_eq!(push(&line).await.outcome, Outcome::Unsure { reason: Reason::NoAnswer });
}

#[tokio::test]
async fn nobody_there_is_later() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let line = client(&base);
    assert!(matches!(push(&line).await.outcome, Outcome::Later { reason: Reason::LineUnavailable, .. }));
    assert!(matches!(line.profile("t", "U1").await, Err(AskError::Later(_))));
}

#[tokio::test]
async fn a_multicast_carries_token_key_and_body_and_says_whom_a_refusal_is_about() {
    let body = b"{\"message\":\"The property, to[1], in the request body is invalid\"}";
    let (line, got) = line(Then::answer("400 Bad Request", "x-line-request-id: r-9\r\n", body)).await;
    let body = Bytes::from_static(b"{\"to\":[\"u1\",\"u2\"],\"messages\":[]}");
    let (answered, blame) = line.multicast("s3cret", KEY, body, 2).await;
    assert_eq!(answered.outcome, Outcome::Refused { reason: Reason::LineInvalidUser });
    assert_eq!(blame, Blame::Places([1].into()));
    let request = got.lock().unwrap().join("\n").to_ascii_lowercase();
    assert!(request.starts_with("post /v2/bot/message/multicast http/1.1"), "{request}");
    for part in [
        "authorization: bearer s3cret",
        "x-line-retry-key: 00000000-0000-0000-0000-000000000007",
        "content-type: application/json",
        "{\"to\":[\"u1\",\"u2\"],\"messages\":[]}",
    ] {
        assert!(request.contains(part), "{part} is missing in {request}");
    }
}

#[tokio::test]
async fn messages_are_asked_about_without_a_key() {
    let (line, got) = line(Then::answer("200 OK", "", b"{}")).await;
    assert_eq!(line.validate("s3cret", Bytes::from_static(b"{\"messages\":[]}")).await, Validity::Right);
    let request = got.lock().unwrap().join("\n").to_ascii_lowercase();
    assert!(request.starts_with("post /v2/bot/message/validate/push http/1.1"), "{request}");
    assert!(request.contains("authorization: bearer s3cret") && !request.contains("x-line-retry-key"), "{request}");
}

#[rstest]
#[case::hangs(Then::Hang)]
#[case::closes(Then::Close)]
#[tokio::test]
async fn silence_says_nothing_of_messages_nor_of_a_multicast(#[case] then: Then) {
    let (line, _got) = line(then).await;
    let body = Bytes::from_static(b"{}");
    assert!(matches!(line.validate("t", body.clone()).await, Validity::Unknown(_)));
    let (answered, blame) = line.multicast("t", KEY, body, 2).await;
    assert_eq!((answered.outcome, blame), (Outcome::Unsure { reason: Reason::NoAnswer }, Blame::All));
}

#[tokio::test]
async fn a_body_cut_after_an_accepting_head_is_accepted() {
    let (line, _got) = line(raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"sent")).await;
    assert_eq!(push(&line).await.outcome, Outcome::Accepted { provider_id: None });
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let (line, got) = line(raw("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")).await;
    assert!(matches!(push(&line).await.outcome, Outcome::Later { reason: Reason::LineUnavailable, .. }));
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_id_cannot_leave_its_place_in_the_address() {
    let (line, got) = line(raw("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")).await;
    assert_eq!(line.profile("t", "../../message/push?a=#b/%2e%2e").await, Err(AskError::NotFound));
    let request = got.lock().unwrap().join("\n");
    assert!(
        request.starts_with("GET /v2/bot/profile/..%2F..%2Fmessage%2Fpush%3Fa=%23b%2F%252e%252e HTTP"),
        "{request}"
    );
}

#[rstest]
#[case("HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", Err(AskError::Later("it is still being prepared".into())))]
#[case("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", Err(AskError::NotFound))]
#[case("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", Err(AskError::NotFound))]
#[case("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n", Err(AskError::TooLarge(8)))]
#[case("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n123456789", Err(AskError::TooLarge(8)))]
#[case("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 3\r\n\r\nabc", Ok("abc"))]
#[tokio::test]
async fn content_is_fetched_up_to_a_limit(#[case] answer: &'static str, #[case] expected: Result<&str, AskError>) {
    let (line, got) = line(raw(answer)).await;
    let fetched = line.content("t", "44", 8).await;
    assert_eq!(
        fetched.as_ref().map(|fetched| fetched.bytes.as_ref()).map_err(Clone::clone),
        expected.map(str::as_bytes)
    );
    assert!(got.lock().unwrap()[0].starts_with("GET /v2/bot/message/44/content HTTP/1.1"));
}

#[rstest]
#[case("{\"type\":\"limited\",\"value\":500,\"totalUsage\":7}", ChannelQuota { limit: Some(500), used: 7 })]
#[case("{\"type\":\"none\",\"totalUsage\":7,\"more\":\"---\"}", ChannelQuota { limit: None, used: 7 })]
#[tokio::test]
async fn the_quota_is_limit_and_usage(#[case] body: &str, #[case] expected: ChannelQuota) {
    let (line, got) = line(Then::answer("200 OK", "", body.as_bytes())).await;
    assert_eq!(line.quota("t").await, Ok(expected));
    assert_eq!(got.lock().unwrap().len(), 2);
}

#[test]
fn an_address_that_is_none_is_refused_by_its_setting() {
    for base in ["", "api.line.me", "ftp://api.line.me", "https://"] {
        let config = config::Line { api_base: base.into(), ..config::Line::default() };
        let refused = Line::new(http::client(Duration::from_secs(1)).unwrap(), &config).map(|_| ()).unwrap_err();
        assert!(refused.to_string().starts_with("line.api_base must be"), "{refused}");
    }
}
