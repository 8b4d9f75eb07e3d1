//! The client against a server that answers, hangs, cuts or is not there.

use std::sync::Mutex;

use rstest::rstest;
use tokio::net::TcpListener;

use super::*;
use crate::platforms::{
    Outcome,
    testing::{Then, stub},
};

/// A hand on a server of this one habit, and the requests it gets.
async fn whatsapp(then: Then) -> (Whatsapp, Arc<Mutex<Vec<String>>>) {
    let (base, got) = stub(move |_| then.clone()).await;
    (client(&base), got)
}

fn client(base: &str) -> Whatsapp {
    let config = config::Whatsapp { api_base: base.into(), timeout_ms: 400, ..config::Whatsapp::default() };
    Whatsapp::new(http::client(Duration::from_secs(5)).unwrap(), &config).unwrap()
}

/// An answer, to the byte.
fn raw(answer: &str) -> Then {
    Then::Answer(answer.as_bytes().to_vec())
}

fn ok(body: &str) -> Then {
    Then::answer("200 OK", "", body.as_bytes())
}

async fn send(whatsapp: &Whatsapp) -> Answer {
    whatsapp.send("s3cret", "106540352242922", Bytes::from_static(b"{\"to\":\"+1\"}")).await
}

#[tokio::test]
async fn a_message_carries_token_number_and_body_and_its_answer_comes_back() {
    let (whatsapp, got) = whatsapp(ok(r#"{"messages":[{"id":"wamid.HBg"}]}"#)).await;
    assert_eq!(send(&whatsapp).await.outcome, Outcome::Accepted { provider_id: Some("wamid.HBg".into()) });
    let request = got.lock().unwrap().join("\n").to_ascii_lowercase();
    assert!(request.starts_with("post /v25.0/106540352242922/messages http/1.1"), "{request}");
    for part in
        ["authorization: bearer s3cret", "content-type: application/json", "user-agent: storecast/", "{\"to\":\"+1\"}"]
    {
        assert!(request.contains(part), "{part} is missing in {request}");
    }
}

#[tokio::test]
async fn an_error_is_judged_by_its_code() {
    let body = r#"{"error":{"message":"(#131056) Pair rate limit hit","code":131056,"fbtrace_id":"Az"}}"#;
    let (whatsapp, _got) = whatsapp(Then::answer("400 Bad Request", "", body.as_bytes())).await;
    let answer = send(&whatsapp).await;
    assert!(matches!(answer.outcome, Outcome::Later { reason: Reason::WaPairLimited, .. }), "{answer:?}");
    assert_eq!((answer.code.as_deref(), answer.request_id.as_deref()), (Some("131056"), Some("Az")));
}

#[rstest]
#[case::hangs(Then::Hang)]
#[case::closes(Then::Close)]
#[case::talks_rubbish(raw("SSH-2.0-OpenSSH\r\n\r\n"))]
#[case::is_cut(raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"messages"))]
#[case::gateway(raw("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 4\r\n\r\n<b/>"))]
#[tokio::test]
async fn silence_after_the_request_is_unsure(#[case] then: Then) {
    let (whatsapp, _got) = whatsapp(then).await;
    assert_eq!(send(&whatsapp).await.outcome, Outcome::Unsure { reason: Reason::NoAnswer });
}

#[tokio::test]
async fn nobody_there_is_later() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let whatsapp = client(&base);
    assert!(matches!(send(&whatsapp).await.outcome, Outcome::Later { reason: Reason::WaUnavailable, .. }));
    assert!(matches!(whatsapp.number("t", "1").await, Err(AskError::Later(_))));
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let (whatsapp, got) =
        whatsapp(raw("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")).await;
    assert!(matches!(send(&whatsapp).await.outcome, Outcome::Later { reason: Reason::WaUnavailable, .. }));
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_id_cannot_leave_its_place_in_the_address() {
    let (whatsapp, got) = whatsapp(raw("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")).await;
    for id in ["", ".", ".."] {
        assert_eq!(whatsapp.media("t", id, 8).await, Err(AskError::NotFound));
        assert!(matches!(whatsapp.send("t", id, Bytes::new()).await.outcome, Outcome::Later { .. }));
    }
    assert!(got.lock().unwrap().is_empty());
    assert_eq!(whatsapp.media("t", "../1/messages?a=#b/%2e%2e", 8).await, Err(AskError::NotFound));
    let request = got.lock().unwrap().join("\n");
    assert!(request.starts_with("GET /v25.0/..%2F1%2Fmessages%3Fa=%23b%2F%252e%252e HTTP"), "{request}");
}

#[tokio::test]
async fn an_upload_is_a_form_and_gives_an_id() {
    let (whatsapp, got) = whatsapp(ok(r#"{"id":"1013859600285441"}"#)).await;
    let uploaded = whatsapp.upload("s3cret", "106", Bytes::from_static(b"JPEGJPEG"), "image/jpeg").await;
    assert_eq!(uploaded.as_deref(), Ok("1013859600285441"));
    let request = got.lock().unwrap().join("\n");
    assert!(request.starts_with("POST /v25.0/106/media HTTP/1.1"), "{request}");
    for part in [
        "multipart/form-data; boundary=storecast-",
        "\r\n\r\nimage/jpeg\r\n",
        "\r\n\r\nJPEGJPEG\r\n--",
        "Bearer s3cret",
    ] {
        assert!(request.contains(part), "{part} is missing in {request}");
    }
}

#[rstest]
#[case::bytes(131_053, AskError::Refused("no".into()))]
#[case::token(190, AskError::Stop("no".into()))]
#[case::busy(131_016, AskError::Later("no".into()))]
#[tokio::test]
async fn an_upload_is_refused_as(#[case] code: i64, #[case] expected: AskError) {
    let body = format!(r#"{{"error":{{"message":"no","code":{code}}}}}"#);
    let (whatsapp, _got) = whatsapp(Then::answer("400 Bad Request", "", body.as_bytes())).await;
    assert_eq!(whatsapp.upload("t", "1", Bytes::new(), "image/png").await, Err(expected));
}

#[tokio::test]
async fn templates_come_in_pages() {
    let first = r#"{"data":[{"name":"a","language":"en","status":"APPROVED","id":"1","components":[{"type":"BODY","text":"Hi"}]},{"odd":1},7],
        "paging":{"cursors":{"before":"x","after":"MjQ="},"next":"https://graph.facebook.com/next"}}"#;
    let second = r#"{"data":[{"name":"b","language":"en","id":"2"}],"paging":{"cursors":{"after":"end"}}}"#;
    let (base, got) = stub(move |request| ok(if request.contains("after=") { second } else { first })).await;
    let whatsapp = client(&base);
    let names = |page: &TemplatePage| page.templates.iter().map(|one| one.shape.name.clone()).collect::<Vec<_>>();
    let page = whatsapp.templates("t", "waba", None).await.unwrap();
    assert_eq!((names(&page), page.next.as_deref()), (vec!["a".to_owned()], Some("MjQ=")));
    assert_eq!((page.templates[0].status, page.templates[0].shape.body.as_str()), (TemplateStatus::Approved, "Hi"));
    let page = whatsapp.templates("t", "waba", page.next.as_deref()).await.unwrap();
    assert_eq!((names(&page), page.next), (vec!["b".to_owned()], None));
    let requests = got.lock().unwrap();
    let asked = format!("GET /v25.0/waba/message_templates?fields={}&limit=50", TEMPLATE_FIELDS.replace(',', "%2C"));
    assert!(requests[0].starts_with(&format!("{asked} HTTP")), "{requests:?}");
    assert!(requests[1].starts_with(&format!("{asked}&after=MjQ%3D HTTP")), "{requests:?}");
}

/// A page of templates is larger than other answers, but not without end.
#[rstest]
#[case(1_000_000, true)]
#[case(TEMPLATES_ANSWER, false)]
#[tokio::test]
async fn a_page_may_be_large(#[case] size: usize, #[case] is_read: bool) {
    let body = format!(r#"{{"data":[{{"name":"a","language":"en","id":"1","more":"{}"}}]}}"#, "x".repeat(size));
    let (whatsapp, _got) = whatsapp(ok(&body)).await;
    assert_eq!(whatsapp.templates("t", "w", None).await.is_ok(), is_read);
}

#[rstest]
#[case::whole(
    r#"{"verified_name":"Shop","display_phone_number":"+1 555-078-3881","throughput":{"level":"STANDARD"},"whatsapp_business_manager_messaging_limit":"TIER_2K","id":"1"}"#,
    NumberInfo { name: "Shop".into(), display: "+1 555-078-3881".into(), throughput: Some(80), people_limit: Some(PeopleLimit::Of(2_000)) }
)]
#[case::upgraded(
    r#"{"throughput":{"level":"HIGH"},"whatsapp_business_manager_messaging_limit":"TIER_UNLIMITED"}"#,
    NumberInfo { name: String::new(), display: String::new(), throughput: Some(1_000), people_limit: Some(PeopleLimit::Unlimited) }
)]
#[case::new_words(
    r#"{"throughput":{"level":"WARP"},"whatsapp_business_manager_messaging_limit":7,"verified_name":null}"#,
    NumberInfo { name: String::new(), display: String::new(), throughput: None, people_limit: None }
)]
#[tokio::test]
async fn a_number_is_read(#[case] body: &str, #[case] expected: NumberInfo) {
    let (whatsapp, got) = whatsapp(ok(body)).await;
    assert_eq!(whatsapp.number("t", "106").await, Ok(expected));
    assert!(got.lock().unwrap()[0].starts_with("GET /v25.0/106?fields=verified_name%2C"));
}

/// A server that names its own `/bytes` as the address of every medium, with this size.
async fn keeper(size: &'static str, bytes: Then) -> (Whatsapp, Arc<Mutex<Vec<String>>>) {
    let (base, got) = stub(move |request| {
        if request.starts_with("GET /bytes") {
            return bytes.clone();
        }
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        ok(&format!(r#"{{"url":"http://{host}/bytes?mid=1","mime_type":"image/png","file_size":{size},"id":"1"}}"#))
    })
    .await;
    (client(&base), got)
}

#[rstest]
#[case::fits("3", ok("abc"), Ok("abc"))]
#[case::told_too_large("\"9\"", ok("abc"), Err(AskError::TooLarge(8)))]
#[case::is_too_large("3", ok("123456789"), Err(AskError::TooLarge(8)))]
#[case::is_too_large_untold(
    "null",
    raw("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n123456789"),
    Err(AskError::TooLarge(8))
)]
#[case::gone("3", raw("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"), Err(AskError::NotFound))]
#[case::expired("3", raw("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n"), Err(AskError::Stop("status 401".into())))]
#[case::down("3", raw("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"), Err(AskError::Later("status 500".into())))]
#[tokio::test]
async fn what_a_customer_sent_is_fetched_up_to_a_limit(
    #[case] size: &'static str,
    #[case] bytes: Then,
    #[case] expected: Result<&str, AskError>,
) {
    let (whatsapp, got) = keeper(size, bytes).await;
    let fetched = whatsapp.media("s3cret", "1", 8).await;
    assert_eq!(
        fetched.as_ref().map(|fetched| fetched.bytes.as_ref()).map_err(Clone::clone),
        expected.map(str::as_bytes)
    );
    if let Ok(fetched) = fetched {
        assert_eq!(fetched.mime.as_deref(), Some("image/png"));
    }
    assert!(got.lock().unwrap().iter().all(|request| request.contains("Bearer s3cret")));
}

#[rstest]
#[case::metas("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", true)]
#[case::metas_own_name("https://FBSBX.com/x", true)]
#[case::graph_itself("https://graph.facebook.com:8443/x", true)]
#[case::the_base("http://127.0.0.1:9000/x", true)]
#[case::another_port("http://127.0.0.1:9001/x", false)]
#[case::not_encrypted("http://lookaside.fbsbx.com/x", false)]
#[case::ends_alike("https://evilfbsbx.com/x", false)]
#[case::begins_alike("https://fbsbx.com.evil.example/x", false)]
#[case::user_before("https://fbsbx.com@evil.example/x", false)]
#[case::metadata("http://169.254.169.254/latest", false)]
#[case::file("file:///etc/passwd", false)]
#[case::none("", false)]
fn the_token_goes_to_metas_hosts_only(#[case] address: &str, #[case] goes: bool) {
    assert_eq!(client("http://127.0.0.1:9000").allowed(address).is_ok(), goes);
}

#[tokio::test]
async fn an_address_elsewhere_is_not_called() {
    let (other, got) = stub(|_| ok("abc")).await;
    let (whatsapp, _got) = whatsapp(ok(&format!(r#"{{"url":"{other}/bytes"}}"#))).await;
    assert!(matches!(whatsapp.media("s3cret", "1", 8).await, Err(AskError::Refused(_))));
    assert!(got.lock().unwrap().is_empty());
}

#[test]
fn an_address_that_is_none_is_refused_by_its_setting() {
    for base in ["", "graph.facebook.com", "ftp://graph.facebook.com", "https://"] {
        let config = config::Whatsapp { api_base: base.into(), ..config::Whatsapp::default() };
        let refused = Whatsapp::new(http::client(Duration::from_secs(1)).unwrap(), &config).map(|_| ()).unwrap_err();
        assert!(refused.to_string().starts_with("whatsapp.api_base must be"), "{refused}");
    }
}
