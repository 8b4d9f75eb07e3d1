//! What an answer of a platform must be called in a record, written down here a second time from the providers' own
//! tables (providers.md A4, A7, B6), so that a slip in the server's table shows.

use sandbox::{Call, CallEnd};
use shared::reasons::Reason;

/// What a record says of somebody who failed of this answer; none where nobody may: it is no refusal, or it is the
/// account's, whose people wait until it is in order.
pub(super) fn of_call(call: &Call) -> Option<Reason> {
    let CallEnd::Answered { status, reason, code } = &call.end else { return None };
    match (call.platform.as_str(), code) {
        ("whatsapp", Some(code)) => of_code(*code),
        ("line", _) => of_line(&call.endpoint, *status, reason.as_deref().unwrap_or_default()),
        _ => None,
    }
}

fn of_line(endpoint: &str, status: u16, reason: &str) -> Option<Reason> {
    match status {
        400 if matches!(reason, "unknown_user" | "invalid_property") => Some(Reason::LineInvalidUser),
        400 | 410 | 413 | 415 => Some(Reason::LineMessageInvalid),
        429 => too_many(endpoint, reason),
        _ => None,
    }
}

/// Which of LINE's limits it was, by the sandbox's own word.
fn too_many(endpoint: &str, reason: &str) -> Option<Reason> {
    match reason {
        // The sandbox counts the month: its numbers agree, and the account is paused.
        "monthly_limit" => None,
        // A fault has LINE's words alone, and a drill's channel has no limit of a month: the numbers contradict them.
        "rate_limit" | "fault_rate_limit" | "fault_monthly_limit" => Some(Reason::LineRateLimited),
        // LINE has no documented words for many messages to one user, and says so of push alone.
        _ if endpoint == "multicast" => Some(Reason::LineRateLimited),
        _ => Some(Reason::LineUserLimited),
    }
}

/// What a record must say where Meta named this code; none for codes that no drill brings about.
pub(super) fn of_code(code: i64) -> Option<Reason> {
    Some(match code {
        4 | 80_007 | 130_429 => Reason::WaRateLimited,
        1 | 131_000 | 135_000 => Reason::WaFailed,
        2 | 131_016 => Reason::WaUnavailable,
        131_056 => Reason::WaPairLimited,
        131_026 => Reason::WaUndeliverable,
        131_047 => Reason::WaWindowClosed,
        131_049 => Reason::WaEcosystemLimit,
        131_050 => Reason::Unsubscribed,
        130_472 => Reason::WaExperiment,
        131_051 | 131_008 | 131_009 | 100 => Reason::WaMessageInvalid,
        132_001 => Reason::WaTemplateMissing,
        _ => return None,
    })
}

/// Whether nobody who made this call can know that it was refused: it was accepted, or may have been as far as she is
/// told.
pub(super) fn is_unsure(call: &Call) -> bool {
    match &call.end {
        CallEnd::Open | CallEnd::Gone | CallEnd::Dropped => true,
        CallEnd::Answered { status, code, .. } => match call.platform.as_str() {
            // Graph's own code says that it was not taken, whatever the status (providers.md B6).
            "whatsapp" => code.is_none() && *status != 200,
            _ => *status >= 500,
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    /// A call of LINE's that was answered so.
    fn line(endpoint: &str, status: u16, reason: &str) -> Call {
        let call = json!({
            "at_us": 1, "platform": "line", "channel": "line", "endpoint": endpoint, "door": 0, "users": ["U1"],
            "digest": "d", "messages": [],
            "end": { "end": "answered", "status": status, "reason": reason },
        });
        serde_json::from_value(call).unwrap()
    }

    #[rstest]
    #[case::pace("push", 429, "rate_limit", Some(Reason::LineRateLimited))]
    #[case::pace_of_multicasts("multicast", 429, "rate_limit", Some(Reason::LineRateLimited))]
    #[case::pace_by_a_fault("push", 429, "fault_rate_limit", Some(Reason::LineRateLimited))]
    #[case::month_in_words_alone("push", 429, "fault_monthly_limit", Some(Reason::LineRateLimited))]
    #[case::month_that_is_used_up("push", 429, "monthly_limit", None)]
    #[case::month_of_a_multicast("multicast", 429, "monthly_limit", None)]
    #[case::flood_of_one_user("push", 429, "user_limit", Some(Reason::LineUserLimited))]
    #[case::no_flood_by_multicast("multicast", 429, "user_limit", Some(Reason::LineRateLimited))]
    #[case::nobody_known("push", 400, "unknown_user", Some(Reason::LineInvalidUser))]
    #[case::no_user("push", 400, "invalid_property", Some(Reason::LineInvalidUser))]
    #[case::bad_message("push", 400, "invalid_body", Some(Reason::LineMessageInvalid))]
    #[case::bad_token("push", 401, "unauthorized", None)]
    #[case::bad_plan("push", 403, "forbidden", None)]
    #[case::no_answer("push", 500, "fault_server_error", None)]
    #[case::taken_before("push", 409, "retry_key_accepted", None)]
    fn an_answer_of_line_means(
        #[case] endpoint: &str,
        #[case] status: u16,
        #[case] reason: &str,
        #[case] expected: Option<Reason>,
    ) {
        assert_eq!(of_call(&line(endpoint, status, reason)), expected);
    }
}
