//! Every row of providers.md A4, and what lies between the rows.

use reqwest::header::{HeaderMap, HeaderValue};
use rstest::rstest;

use super::*;

const RATE: &str = r#"{"message":"The API rate limit has been exceeded. Try again later."}"#;
const MONTH: &str = r#"{"message":"You have reached your monthly limit."}"#;
const NOBODY: &str = r#"{"message":"Failed to send messages"}"#;
const BAD_TO: &str = r#"{"message":"The property, to, in the request body is invalid (line: -, column: -)"}"#;
const BAD_TO_DETAIL: &str =
    r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"to"}]}"#;
const BAD_TEXT: &str = r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#;
const BAD_JSON: &str = r#"{"message":"The request body could not be parsed as JSON (line: 1, column: 2)"}"#;
const USED: &str = r#"{"message":"Invalid reply token"}"#;
const TOKEN: &str = r#"{"message":"Authentication failed due to the following reason: invalid token"}"#;
const PLAN: &str = r#"{"message":"Access to this API is not available for your account"}"#;
const TYPE: &str = r#"{"message":"The content type, text/plain, is not supported"}"#;
const HTML: &str = "<html><head><title>502 Bad Gateway</title></head></html>";

fn later(seconds: u64, reason: Reason) -> Outcome {
    Outcome::Later { after: Duration::from_secs(seconds), reason }
}

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason }
}

fn stop(reason: Reason) -> Outcome {
    Outcome::Stop { reason }
}

fn unsure() -> Outcome {
    Outcome::Unsure { reason: Reason::NoAnswer }
}

fn accepted(id: Option<&str>) -> Outcome {
    Outcome::Accepted { provider_id: id.map(str::to_owned) }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> Headers {
    let map: HeaderMap =
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect();
    Headers::of(&map)
}

#[rstest]
#[case::accepted(
    200,
    r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"q"},{"id":"2"}]}"#,
    accepted(Some("461230966842064897"))
)]
#[case::accepted_without_ids(200, "{}", accepted(None))]
#[case::accepted_in_html(200, HTML, accepted(None))]
#[case::bad_message(400, BAD_TEXT, refused(Reason::LineMessageInvalid))]
#[case::unknown_user(400, NOBODY, refused(Reason::LineInvalidUser))]
#[case::bad_user(400, BAD_TO, refused(Reason::LineInvalidUser))]
#[case::bad_user_by_detail(400, BAD_TO_DETAIL, refused(Reason::LineInvalidUser))]
#[case::bad_json(400, BAD_JSON, refused(Reason::LineMessageInvalid))]
#[case::used_reply_token(400, USED, refused(Reason::LineMessageInvalid))]
#[case::bad_request_without_words(400, "", refused(Reason::LineMessageInvalid))]
#[case::nulls(400, r#"{"message":null,"key":null,"details":null}"#, refused(Reason::LineMessageInvalid))]
#[case::bad_token(401, TOKEN, stop(Reason::LineRefused))]
#[case::bad_plan(403, PLAN, stop(Reason::LineRefused))]
#[case::wrong_address(404, r#"{"message":"Not found"}"#, stop(Reason::LineRefused))]
#[case::gone(410, "{}", refused(Reason::LineMessageInvalid))]
#[case::too_large(413, "{}", refused(Reason::LineMessageInvalid))]
#[case::wrong_type(415, TYPE, refused(Reason::LineMessageInvalid))]
#[case::rate(429, RATE, later(1, Reason::LineRateLimited))]
#[case::flood_of_one_user(429, "{}", later(1, Reason::LineUserLimited))]
#[case::flood_of_one_user_in_words(
    429,
    r#"{"message":"Too many messages to this user"}"#,
    later(1, Reason::LineUserLimited)
)]
#[case::rate_in_other_words(429, r#"{"message":"Rate limit exceeded"}"#, later(1, Reason::LineRateLimited))]
#[case::rate_in_html(429, HTML, later(1, Reason::LineRateLimited))]
#[case::month(429, MONTH, stop(Reason::LineMonthlyLimit))]
#[case::month_in_capitals(429, r#"{"message":"YOU HAVE REACHED YOUR MONTHLY LIMIT"}"#, stop(Reason::LineMonthlyLimit))]
#[case::fault(500, r#"{"message":"Internal server error"}"#, unsure())]
#[case::html_gateway(502, HTML, unsure())]
#[case::unavailable(503, "", unsure())]
#[case::gateway_timeout(504, HTML, unsure())]
#[case::request_timeout(408, "", unsure())]
#[case::redirect(302, HTML, later(2, Reason::LineUnavailable))]
fn an_answer_means(#[case] status: u16, #[case] body: &str, #[case] expected: Outcome) {
    let answer = judge(status, &headers(&[("x-line-request-id", "r-1")]), Some(body.as_bytes()));
    assert_eq!(answer.outcome, expected);
    assert_eq!(answer.code, Some(status.to_string()));
    assert_eq!(answer.request_id.as_deref(), Some("r-1"));
}

#[test]
fn a_repeat_of_an_accepted_key_is_accepted_under_the_first_request() {
    let body = br#"{"message":"The retry key is already accepted","sentMessages":[{"id":"77"}]}"#;
    let both = headers(&[("x-line-request-id", "second"), ("x-line-accepted-request-id", "first")]);
    let answer = judge(409, &both, Some(body));
    assert_eq!(answer.outcome, accepted(Some("77")));
    assert_eq!(answer.request_id.as_deref(), Some("first"));
    assert_eq!(judge(409, &Headers::default(), None).outcome, accepted(None));
}

#[rstest]
#[case(200, accepted(None))]
#[case(400, unsure())]
#[case(401, stop(Reason::LineRefused))]
#[case(429, later(1, Reason::LineRateLimited))]
#[case(500, unsure())]
fn an_answer_cut_after_its_head_means(#[case] status: u16, #[case] expected: Outcome) {
    assert_eq!(judge(status, &Headers::default(), None).outcome, expected);
}

#[rstest]
#[case("7", 7)]
#[case("0", 1)]
#[case("999999999", 3_600)]
#[case("Wed, 21 Oct 2026 07:28:00 GMT", 1)]
#[case("-5", 1)]
fn retry_after_is_honoured_within_reason(#[case] value: &'static str, #[case] seconds: u64) {
    let answer = judge(429, &headers(&[("retry-after", value)]), Some(RATE.as_bytes()));
    assert_eq!(answer.outcome, later(seconds, Reason::LineRateLimited));
}

#[test]
fn the_words_of_line_are_kept_with_their_details_and_not_without_end() {
    let answer = judge(400, &Headers::default(), Some(BAD_TEXT.as_bytes()));
    assert_eq!(answer.text.as_deref(), Some("The request body has 1 error(s); messages[0].text: May not be empty"));
    let long = format!(r#"{{"message":"{}\u0000"}}"#, "長".repeat(10_000));
    let text = judge(400, &Headers::default(), Some(long.as_bytes())).text.unwrap();
    assert_eq!(text.chars().count(), 500);
    assert!(!text.contains('\0'));
    assert_eq!(judge(500, &Headers::default(), Some(b"")).text, None);
}

#[rstest]
#[case(404, AskError::NotFound)]
#[case(400, AskError::NotFound)]
#[case(410, AskError::NotFound)]
#[case(401, AskError::Stop("no".into()))]
#[case(403, AskError::Stop("no".into()))]
#[case(429, AskError::Later("no".into()))]
#[case(503, AskError::Later("no".into()))]
fn a_question_is_refused_as(#[case] status: u16, #[case] expected: AskError) {
    assert_eq!(ask_error(status, br#"{"message":"no"}"#), expected);
}

const BAD_AT_1: &str = r#"{"message":"The property, to[1], in the request body is invalid (line: -, column: -)"}"#;
const BAD_AT_MANY: &str = r#"{"message":"The request body has 2 error(s)","details":[{"message":"invalid","property":"to[0]"},{"message":"invalid","property":"to[2]"}]}"#;
const BAD_AT_BOTH: &str =
    r#"{"message":"The property, to[1], in the request body is invalid","details":[{"property":"to[0]"}]}"#;
const BAD_BEYOND: &str = r#"{"message":"The property, to[3], in the request body is invalid (line: -, column: -)"}"#;
const BAD_MESSAGES: &str =
    r#"{"message":"The property, messages, in the request body is invalid (line: -, column: -)"}"#;
const BAD_BOTH: &str =
    r#"{"message":"The request body has 2 error(s)","details":[{"property":"to[0]"},{"property":"messages[1].text"}]}"#;

fn at(places: &[usize]) -> Blame {
    Blame::Places(places.iter().copied().collect())
}

#[rstest]
#[case::accepted(200, "{}", accepted(None), Blame::All)]
#[case::taken_before(409, r#"{"sentMessages":[{"id":"1"}]}"#, accepted(None), Blame::All)]
#[case::one(400, BAD_AT_1, refused(Reason::LineInvalidUser), at(&[1]))]
#[case::many(400, BAD_AT_MANY, refused(Reason::LineInvalidUser), at(&[0, 2]))]
#[case::in_both_places(400, BAD_AT_BOTH, refused(Reason::LineInvalidUser), at(&[0, 1]))]
#[case::beyond(400, BAD_BEYOND, refused(Reason::LineInvalidUser), Blame::Somebody)]
#[case::without_a_place(400, BAD_TO, refused(Reason::LineInvalidUser), Blame::Somebody)]
#[case::somebody(400, NOBODY, refused(Reason::LineInvalidUser), Blame::Somebody)]
#[case::without_words(400, "", refused(Reason::LineInvalidUser), Blame::Somebody)]
#[case::a_message(400, BAD_TEXT, refused(Reason::LineMessageInvalid), Blame::Messages)]
#[case::all_messages(400, BAD_MESSAGES, refused(Reason::LineMessageInvalid), Blame::Messages)]
#[case::a_message_and_somebody(400, BAD_BOTH, refused(Reason::LineMessageInvalid), Blame::Messages)]
#[case::bad_token(401, TOKEN, stop(Reason::LineRefused), Blame::All)]
#[case::too_large(413, "{}", refused(Reason::LineMessageInvalid), Blame::All)]
#[case::rate(429, RATE, later(1, Reason::LineRateLimited), Blame::All)]
#[case::month(429, MONTH, stop(Reason::LineMonthlyLimit), Blame::All)]
#[case::fault(500, BAD_AT_1, unsure(), Blame::All)]
fn an_answer_to_a_multicast_of_three_means(
    #[case] status: u16,
    #[case] body: &str,
    #[case] expected: Outcome,
    #[case] blame: Blame,
) {
    let (answer, blamed) = judge_multicast(status, &headers(&[("x-line-request-id", "r-1")]), Some(body.as_bytes()), 3);
    assert_eq!((answer.outcome, blamed), (expected, blame));
    assert_eq!(answer.request_id.as_deref(), Some("r-1"));
}

#[test]
fn a_multicast_whose_refusal_was_cut_may_be_asked_again() {
    let (answer, blame) = judge_multicast(400, &Headers::default(), None, 3);
    assert_eq!((answer.outcome, blame), (unsure(), Blame::All));
}

#[rstest]
#[case::bad_text(BAD_TEXT)]
#[case::bad_messages(BAD_MESSAGES)]
fn messages_are_wrong_where_line_names_them(#[case] body: &str) {
    let Validity::Wrong(answer) = judge_validity(400, &Headers::default(), Some(body.as_bytes())) else {
        panic!("{body}");
    };
    assert_eq!(answer.outcome, refused(Reason::LineMessageInvalid));
    assert_eq!(answer.code.as_deref(), Some("400"));
    assert!(answer.text.is_some());
}

#[rstest]
#[case::no_body(400, None)]
#[case::in_html(400, Some(HTML))]
#[case::another_property(400, Some(BAD_TO))]
#[case::bad_json(400, Some(BAD_JSON))]
#[case::bad_token(401, Some(TOKEN))]
#[case::gone(410, Some("{}"))]
#[case::rate(429, Some(RATE))]
#[case::fault(500, Some(BAD_TEXT))]
fn nothing_else_condemns_messages(#[case] status: u16, #[case] body: Option<&str>) {
    let validity = judge_validity(status, &Headers::default(), body.map(str::as_bytes));
    assert!(matches!(validity, Validity::Unknown(_)), "{validity:?}");
    assert_eq!(judge_validity(200, &Headers::default(), body.map(str::as_bytes)), Validity::Right);
}
