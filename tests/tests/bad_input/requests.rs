//! Requests that are no calls: bodies, queries and paths that cannot be read, and headers that never end.

use std::time::{Duration, Instant};

use shared::{
    call::{Method, ROUTE_ID},
    campaigns::CountSelection,
    conversations::{ConversationFilter, ListConversations, Transfer, When},
    id::{ConversationId, MemberId},
    problem::{Problem, Rule, Unit},
    selection::{Matching, Selection},
};
use tests::{Engine, World, world::new_draft};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{malformed, refusal};

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_named_by_its_field() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let draft = format!("/api/v1/drafts/{}", new_draft());
    let required = |field: &str| Problem::invalid(field, Rule::Required);
    for (body, problem) in [
        ("", required("kind")),
        (r#"{"kind":"group_message"}"#, required("selection")),
        (
            r#"{"kind":"group_message","selection":{},"content":{"parts":[{"kind":"text"}]}}"#,
            required("content.parts[0].text"),
        ),
        (r#"{"kind":"group_message","selection":{},"content":{"parts":[]}}"#, required("revision")),
        (
            r#"{"kind":"broadcast","selection":{},"content":{"parts":[]},"revision":0}"#,
            malformed(
                "kind",
                "unknown variant `broadcast`, expected `group_message` or `group_template` at line 1 column 19",
            ),
        ),
    ] {
        let answer = sales.raw(Method::Put, &draft).header("content-type", "application/json").body(body);
        assert_eq!(refusal(answer.send().await.unwrap()).await, (422, problem), "{body}");
    }
    for body in ["{", "[]", "null", "nonsense", "\u{feff}{}", r#"{"kind":"group_message"} {}"#] {
        let answer = sales.raw(Method::Put, &draft).header("content-type", "application/json").body(body);
        let (status, problem) = refusal(answer.send().await.unwrap()).await;
        assert!(status == 422 && matches!(problem, Problem::Invalid { .. }), "{body}: {status} {problem:?}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = sales.raw(Method::Put, &draft).header("content-type", "application/json").body(deep);
    assert_eq!(refusal(answer.send().await.unwrap()).await.0, 422);
    let large = format!(r#"{{"kind":"{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let answer = sales.raw(Method::Put, &draft).header("content-type", "application/json").body(large);
    let limit = 2 * 1024 * 1024;
    assert_eq!(refusal(answer.send().await.unwrap()).await, (413, Problem::TooLarge { limit }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_or_a_path_that_cannot_be_read_is_named_by_its_field() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    for (path, problem) in [
        ("/conversations?limit=0", Problem::invalid("limit", Rule::TooFew { least: 1, actual: 0 })),
        ("/conversations?limit=101", Problem::invalid("limit", Rule::TooMany { limit: 100, actual: 101 })),
        ("/conversations?after=%27%20OR%201=1", malformed("after", "the `next` of the page before")),
        ("/conversations?limit=many", malformed("limit", "invalid digit found in string")),
        ("/conversations/1%27%20OR%201", malformed("id", ROUTE_ID)),
        ("/campaigns/export?language=tlh", malformed("language", "unknown variant `tlh`, expected `zh-Hant` or `en`")),
        ("/figures/mine?to=yesterday", malformed("to", "input contains invalid characters")),
        ("/campaigns?limit=0", Problem::invalid("limit", Rule::TooFew { least: 1, actual: 0 })),
        ("/campaigns?limit=4294967295", Problem::invalid("limit", Rule::TooMany { limit: 100, actual: 4_294_967_295 })),
        ("/campaigns?after=1_2_3", malformed("after", "the `next` of the page before")),
        ("/campaigns/%00/progress", malformed("id", ROUTE_ID)),
        ("/drafts/..%2F..%2Fetc", malformed("id", ROUTE_ID)),
    ] {
        let answer = sales.get(&format!("/api/v1{path}")).await.unwrap();
        assert_eq!(refusal(answer).await, (422, problem), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_beyond_bounds_is_named_by_its_field() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let list = |filter: ConversationFilter| sales.call(ListConversations { filter, limit: 50, ..Default::default() });
    let long = |actual| Rule::TooLong { limit: 100, actual, unit: Unit::Characters };
    let search = |search: &str| ConversationFilter { search: search.to_owned(), ..Default::default() };
    let refused = list(search(&"長".repeat(101))).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid("filter.search", long(101))));
    let matching = vec![Matching { filter: search(&"長".repeat(10_000)), except: Vec::new() }];
    let count = CountSelection { selection: Selection { ids: Vec::new(), matching } };
    let refused = sales.call(count).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid("selection.matching.filter.search", long(10_000))));
    let many = Selection { ids: Vec::new(), matching: vec![Matching { filter: search("a"), except: Vec::new() }; 6] };
    let refused = sales.call(CountSelection { selection: many }).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid("selection.matching", Rule::TooMany { limit: 5, actual: 6 })));
    let ids = vec![ConversationId(new_draft().0); 20_001];
    let refused = sales.call(CountSelection { selection: Selection { ids, matching: Vec::new() } }).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid("selection.ids", Rule::TooMany { limit: 20_000, actual: 20_001 })));
    let refused = list(search("a\0b")).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid("filter.search", Rule::ControlCharacter)));
    for days in [0, 3_651] {
        let filter = ConversationFilter { last_team: Some(When::Within { days }), ..Default::default() };
        assert_eq!(list(filter).await.map(drop), Err(malformed("filter.last_team.days", "1 to 3650 days")));
    }
    let answer = sales.get("/api/v1/conversations?filter=%7B%22tags_any%22").await.unwrap();
    let (status, problem) = refusal(answer).await;
    let Problem::Invalid { field, rule: Rule::Malformed { .. } } = problem else { panic!("{problem:?}") };
    assert_eq!((status, field.as_str()), (422, "filter"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_twenty_at_once_are_not_handed_over() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let to: MemberId = world.team.seat("colleague").unwrap().id;
    let hand = |count: usize| {
        let ids = (0..count).map(|_| ConversationId(new_draft().0)).collect();
        sales.call(Transfer { ids, to })
    };
    assert_eq!(hand(0).await.map(drop), Err(Problem::invalid("ids", Rule::Required)));
    let many = Problem::invalid("ids", Rule::TooMany { limit: 20, actual: 21 });
    assert_eq!(hand(21).await.map(drop), Err(many));
}

/// Half a request header held open is cut by the server within its time, and keeps nobody else waiting.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_request_header_held_open_is_cut() {
    let world = World::start_with(Engine::Sqlite, |config| config.edge.header_timeout_ms = 400).await.unwrap();
    let address = world.server.base.strip_prefix("http://").unwrap();
    let began = Instant::now();
    let mut open = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Half: ").await.unwrap();
        open.push(stream);
    }
    assert!(world.visitor().unwrap().get("/healthz").await.unwrap().status().is_success());
    for mut stream in open {
        let mut all = Vec::new();
        let cut = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
        // A connection that is reset was cut just as well.
        assert!(cut.is_ok(), "the connection was never closed");
        assert!(!String::from_utf8_lossy(&all).contains("200 OK"), "{}", String::from_utf8_lossy(&all));
    }
    assert!(began.elapsed() >= Duration::from_millis(350), "cut after {:?}", began.elapsed());
}
