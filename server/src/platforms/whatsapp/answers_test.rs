//! Every code of providers.md B6, each by name; and answers that are no Graph JSON.

use rstest::rstest;
use serde_json::json;

use super::*;

fn later(seconds: u64, reason: Reason) -> Outcome {
    Outcome::Later { after: Duration::from_secs(seconds), reason }
}

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason }
}

fn stop(reason: Reason) -> Outcome {
    Outcome::Stop { reason }
}

fn halt(reason: Reason) -> Outcome {
    Outcome::Halt { reason }
}

fn unsure() -> Outcome {
    Outcome::Unsure { reason: Reason::NoAnswer }
}

/// Graph's error body (providers.md B1).
fn body(code: i64) -> Vec<u8> {
    let error = json!({"message": format!("(#{code}) No"), "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "More"}, "fbtrace_id": "A1b2"});
    serde_json::to_vec(&json!({ "error": error })).unwrap()
}

#[rstest]
#[case::token(&[0, 190], stop(Reason::WaToken))]
#[case::permission(&[3, 10, 200, 250, 299, 131_005], stop(Reason::WaPermission))]
#[case::calls(&[4, 80_007], later(60, Reason::WaRateLimited))]
#[case::throughput(&[130_429], later(1, Reason::WaRateLimited))]
#[case::pair(&[131_056], later(1, Reason::WaPairLimited))]
#[case::spam(&[131_048, 131_064], stop(Reason::WaSpamLimited))]
#[case::unknown(&[1, 131_000], later(2, Reason::WaFailed))]
#[case::bad_request(&[135_000], refused(Reason::WaFailed))]
#[case::down(&[2, 131_016, 133_004], later(1, Reason::WaUnavailable))]
#[case::maintenance(&[131_057, 2_494_100], later(60, Reason::WaMaintenance))]
#[case::our_number(&[33, 131_045, 133_010], stop(Reason::WaNotRegistered))]
#[case::registration(&[133_000, 133_005, 133_006, 133_008, 133_009, 133_015, 133_016], stop(Reason::WaNotRegistered))]
#[case::message(&[100, 131_008, 131_009, 131_051], refused(Reason::WaMessageInvalid))]
#[case::to_ourselves(&[131_021], refused(Reason::WaSelf))]
#[case::undeliverable(&[131_026], refused(Reason::WaUndeliverable))]
#[case::allow_list(&[131_030], refused(Reason::WaTestNumber))]
#[case::window(&[131_047], refused(Reason::WaWindowClosed))]
#[case::held_back(&[131_049], refused(Reason::WaEcosystemLimit))]
#[case::opted_out(&[131_050], refused(Reason::Unsubscribed))]
#[case::experiment(&[130_472], refused(Reason::WaExperiment))]
#[case::blocked_by_us(&[130_403], refused(Reason::WaBlockedByUs))]
#[case::country(&[130_497], refused(Reason::WaCountry))]
#[case::media(&[131_052, 131_053], refused(Reason::WaMedia))]
#[case::payment(&[131_042, 134_011], stop(Reason::WaPayment))]
#[case::account(&[368, 131_031], stop(Reason::WaAccountBlocked))]
#[case::display_name(&[131_037], stop(Reason::WaNameNotApproved))]
#[case::marketing(&[131_055, 131_063, 134_100, 134_102], halt(Reason::WaTemplateRefused))]
#[case::syncing(&[134_101], later(600, Reason::WaTemplateRefused))]
#[case::blanks_differ(&[132_000], halt(Reason::WaTemplateParameters))]
#[case::no_template(&[132_001], halt(Reason::WaTemplateMissing))]
#[case::too_long(&[132_005], refused(Reason::WaTemplateText))]
#[case::policy(&[132_007], halt(Reason::WaTemplateRefused))]
#[case::blank_wrong(&[132_012, 132_018], refused(Reason::WaTemplateParameters))]
#[case::paused(&[132_015], halt(Reason::WaTemplatePaused))]
#[case::disabled(&[132_016], halt(Reason::WaTemplateDisabled))]
#[case::flow(&[132_068, 132_069], halt(Reason::WaTemplateRefused))]
#[case::anything_else(&[-1, 5, 199, 300, 132_999, 133_017, 999_999, i64::MAX], refused(Reason::WaRefused))]
fn a_code_means(#[case] codes: &[i64], #[case] expected: Outcome) {
    for code in codes {
        // The status of an error differs by version and by day; it says nothing.
        for status in [200, 400, 401, 429, 500, 503] {
            let answer = judge(status, Some(&body(*code)));
            assert_eq!(answer.outcome, expected, "{code} with {status}");
            assert_eq!(answer.code, Some(code.to_string()));
            assert_eq!(answer.text, Some(format!("(#{code}) No; More")));
            assert_eq!(answer.request_id.as_deref(), Some("A1b2"));
        }
        let told = fault(*code, Some("More"));
        assert_eq!(
            (told.outcome, told.code, told.text.as_deref()),
            (expected.clone(), Some(code.to_string()), Some("More"))
        );
    }
}

/// What is the channel's or the template's fault must not be written against the people who were next.
#[test]
fn nobody_is_burned_for_what_is_not_about_them() {
    for code in [0, 190, 10, 131_005, 131_042, 131_031, 131_037, 131_048, 132_015, 132_016, 132_001] {
        assert!(matches!(meaning(code), Outcome::Stop { .. } | Outcome::Halt { .. }), "{code}");
    }
}

#[rstest]
#[case::accepted(json!({"messaging_product": "whatsapp", "contacts": [{"input": "+1", "wa_id": "1"}], "messages": [{"id": "wamid.A"}]}), None)]
#[case::template(json!({"messages": [{"id": "wamid.A", "message_status": "accepted"}]}), None)]
#[case::held(json!({"messages": [{"id": "wamid.A", "message_status": "held_for_quality_assessment"}]}), Some("held_for_quality_assessment"))]
#[case::paused(json!({"messages": [{"id": "wamid.A", "message_status": "paused"}]}), Some("paused"))]
fn a_message_that_was_taken_has_an_id(#[case] body: Value, #[case] text: Option<&str>) {
    let answer = judge(200, Some(&serde_json::to_vec(&body).unwrap()));
    assert_eq!(answer.outcome, Outcome::Accepted { provider_id: Some("wamid.A".into()) });
    assert_eq!((answer.code.as_deref(), answer.text.as_deref()), (None, text));
}

const HTML: &str = "<html><head><title>502 Bad Gateway</title></head></html>";

#[rstest]
#[case::gateway(502, HTML, unsure())]
#[case::fault(500, "", unsure())]
#[case::timeout(504, HTML, unsure())]
#[case::request_timeout(408, "", unsure())]
#[case::error_without_a_code(500, r#"{"error":{"message":"No"}}"#, unsure())]
#[case::errors_of_another_shape(500, r#"{"error":"No"}"#, unsure())]
#[case::taken_without_an_id(200, "{}", unsure())]
#[case::taken_with_an_empty_id(200, r#"{"messages":[{"id":""}]}"#, unsure())]
#[case::taken_by_whom(200, HTML, unsure())]
#[case::redirect(302, HTML, later(2, Reason::WaUnavailable))]
#[case::too_fast_at_the_edge(429, HTML, later(2, Reason::WaRateLimited))]
#[case::no_such_address(404, HTML, stop(Reason::WaRefused))]
#[case::refused_at_the_edge(403, HTML, stop(Reason::WaRefused))]
fn without_graphs_words_it_is_judged_by_what_is_sure(
    #[case] status: u16,
    #[case] body: &str,
    #[case] expected: Outcome,
) {
    let answer = judge(status, Some(body.as_bytes()));
    assert_eq!(answer.outcome, expected);
    assert_eq!(answer.code, Some(status.to_string()));
}

#[rstest]
#[case(200)]
#[case(400)]
#[case(500)]
fn an_answer_cut_after_its_head_says_nothing(#[case] status: u16) {
    assert_eq!(judge(status, None).outcome, unsure());
}

#[rstest]
#[case::text_as_data(json!({"code": 100, "message": "Invalid parameter", "error_data": "body is empty"}), Some("Invalid parameter; body is empty"))]
#[case::details_repeat(json!({"code": 100, "message": "More words", "error_data": {"details": "More"}}), Some("More words"))]
#[case::title_of_a_webhook(json!({"code": 131_049, "title": "Held", "error_data": {"details": "More"}}), Some("Held; More"))]
#[case::details_only(json!({"code": 100, "error_data": {"details": "More"}}), Some("More"))]
#[case::code_as_text(json!({"code": "100", "message": "No"}), Some("No"))]
#[case::silent(json!({"code": 100}), None)]
#[case::other_types(json!({"code": 100, "message": ["No"], "error_data": {"details": {}}}), None)]
fn the_words_are_kept_whatever_their_shape(#[case] error: Value, #[case] expected: Option<&str>) {
    assert_eq!(fault_of(&error).text.as_deref(), expected);
}

#[test]
fn words_do_not_go_on_without_end_and_hold_no_nul() {
    let text = fault_of(&json!({"code": 1, "message": format!("\0{}", "長".repeat(10_000))})).text.unwrap();
    assert_eq!(text.chars().count(), 500);
    assert!(!text.contains('\0'));
}

#[test]
fn a_failure_without_a_code_is_refused_and_says_so() {
    for error in [Value::Null, json!({}), json!({"title": "No"}), json!("No"), json!({"code": null})] {
        let answer = fault_of(&error);
        assert_eq!((answer.outcome, answer.code), (refused(Reason::WaRefused), None), "{error}");
    }
}

#[rstest]
#[case::no_such_number(400, r#"{"error":{"code":33,"message":"no"}}"#, AskError::NotFound)]
#[case::no_such_object(400, r#"{"error":{"code":100,"error_subcode":33,"message":"no"}}"#, AskError::NotFound)]
#[case::wrong_parameter(400, r#"{"error":{"code":100,"message":"no"}}"#, AskError::Refused("no".into()))]
#[case::wrong_bytes(400, r#"{"error":{"code":131053,"message":"no"}}"#, AskError::Refused("no".into()))]
#[case::token(401, r#"{"error":{"code":190,"message":"no"}}"#, AskError::Stop("no".into()))]
#[case::permission(403, r#"{"error":{"code":200}}"#, AskError::Stop("code 200".into()))]
#[case::calls(400, r#"{"error":{"code":80007,"message":"no"}}"#, AskError::Later("no".into()))]
#[case::down(500, r#"{"error":{"code":2,"message":"no"}}"#, AskError::Later("no".into()))]
#[case::gone(404, "", AskError::NotFound)]
#[case::also_gone(410, HTML, AskError::NotFound)]
#[case::not_allowed(403, HTML, AskError::Stop("status 403".into()))]
#[case::gateway(502, HTML, AskError::Later("status 502".into()))]
fn a_question_is_refused_as(#[case] status: u16, #[case] body: &str, #[case] expected: AskError) {
    assert_eq!(ask_error(status, body.as_bytes()), expected);
}
