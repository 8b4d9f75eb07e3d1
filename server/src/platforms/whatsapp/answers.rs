//! What Meta's answers mean: one table for answers that come at once and for the `failed` statuses that come later
//! (providers.md B6). Graph's `code` decides, not the HTTP status and not the words.

use std::time::Duration;

use serde_json::Value;
use shared::reasons::Reason;

use super::wire::field;
use crate::platforms::{Answer, AskError, ID, Outcome, WORDS, clipped, http::OUTAGE_PAUSE};

/// Graph's code for a question about what does not exist or is not shown to this token: 33, or 100 with this subcode.
const NO_SUCH_OBJECT: i64 = 33;
/// Graph's code for a wrong parameter.
const WRONG_PARAMETER: i64 = 100;

/// What this code of Meta means; one arm for each row of providers.md B6. Pauses are the least that is waited; the
/// engine grows them.
fn meaning(code: i64) -> Outcome {
    let later = |seconds, reason| Outcome::Later { after: Duration::from_secs(seconds), reason };
    let refused = |reason| Outcome::Refused { reason };
    let stop = |reason| Outcome::Stop { reason };
    let halt = |reason| Outcome::Halt { reason };
    match code {
        0 | 190 => stop(Reason::WaToken),
        3 | 10 | 200..=299 | 131_005 => stop(Reason::WaPermission),
        4 | 80_007 => later(60, Reason::WaRateLimited),
        130_429 => later(1, Reason::WaRateLimited),
        131_056 => later(1, Reason::WaPairLimited),
        131_048 | 131_064 => stop(Reason::WaSpamLimited),
        1 | 131_000 => later(2, Reason::WaFailed),
        135_000 => refused(Reason::WaFailed),
        2 | 131_016 | 133_004 => later(1, Reason::WaUnavailable),
        131_057 | 2_494_100 => later(60, Reason::WaMaintenance),
        33 | 131_045 | 133_000..=133_016 => stop(Reason::WaNotRegistered),
        100 | 131_008 | 131_009 | 131_051 => refused(Reason::WaMessageInvalid),
        131_021 => refused(Reason::WaSelf),
        131_026 => refused(Reason::WaUndeliverable),
        131_030 => refused(Reason::WaTestNumber),
        131_047 => refused(Reason::WaWindowClosed),
        131_049 => refused(Reason::WaEcosystemLimit),
        131_050 => refused(Reason::Unsubscribed),
        130_472 => refused(Reason::WaExperiment),
        130_403 => refused(Reason::WaBlockedByUs),
        130_497 => refused(Reason::WaCountry),
        131_052 | 131_053 => refused(Reason::WaMedia),
        131_042 | 134_011 => stop(Reason::WaPayment),
        368 | 131_031 => stop(Reason::WaAccountBlocked),
        131_037 => stop(Reason::WaNameNotApproved),
        134_101 => later(600, Reason::WaTemplateRefused),
        131_055 | 131_063 | 134_100 | 134_102 | 132_007 | 132_068 | 132_069 => halt(Reason::WaTemplateRefused),
        // How many blanks there are is the same for everybody; what stands in them is not.
        132_000 => halt(Reason::WaTemplateParameters),
        132_012 | 132_018 => refused(Reason::WaTemplateParameters),
        132_001 => halt(Reason::WaTemplateMissing),
        132_005 => refused(Reason::WaTemplateText),
        132_015 => halt(Reason::WaTemplatePaused),
        132_016 => halt(Reason::WaTemplateDisabled),
        _ => refused(Reason::WaRefused),
    }
}

/// An error of Meta by its code, with its words.
pub fn fault(code: i64, details: Option<&str>) -> Answer {
    Answer { outcome: meaning(code), code: Some(code.to_string()), text: details.and_then(kept), request_id: None }
}

/// An `error` of an answer, or one of a webhook's `errors`. One without a code is refused: Meta knows why, we do not.
pub(super) fn fault_of(error: &Value) -> Answer {
    let text = words(error);
    let mut answer = match code(error) {
        Some(code) => fault(code, text.as_deref()),
        None => Answer {
            outcome: Outcome::Refused { reason: Reason::WaRefused },
            code: None,
            text: text.as_deref().and_then(kept),
            request_id: None,
        },
    };
    answer.request_id = field(error, "fbtrace_id").map(|id| clipped(&id, ID)).filter(|id| !id.is_empty());
    answer
}

/// What a call that was to send a message was answered. The body is absent where it was cut or too large.
///
/// Only Graph's own JSON says whether the message was taken: without it nobody knows, except where no message could
/// have got through.
pub fn judge(status: u16, body: Option<&[u8]>) -> Answer {
    let unsure = Answer {
        outcome: Outcome::Unsure { reason: Reason::NoAnswer },
        code: Some(status.to_string()),
        text: None,
        request_id: None,
    };
    let Some(body) = body else { return unsure };
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    if let Some(error) = json.get("error").filter(|error| code(error).is_some()) {
        return fault_of(error);
    }
    let sent = json.get("messages").and_then(|messages| messages.get(0));
    if let Some(id) = sent.and_then(|sent| field(sent, "id")).filter(|id| !id.is_empty()) {
        // `held_for_quality_assessment` and `paused` are taken as well, and may be dropped later.
        let held = sent.and_then(|sent| field(sent, "message_status")).filter(|state| state != "accepted");
        return Answer {
            outcome: Outcome::Accepted { provider_id: Some(clipped(&id, ID)) },
            code: None,
            text: held.as_deref().and_then(kept),
            request_id: None,
        };
    }
    let outcome = match status {
        // A proxy before Meta: the request did not get there.
        100..=199 | 300..=399 => Outcome::Later { after: OUTAGE_PAUSE, reason: Reason::WaUnavailable },
        429 => Outcome::Later { after: OUTAGE_PAUSE, reason: Reason::WaRateLimited },
        400..=407 | 409..=499 => Outcome::Stop { reason: Reason::WaRefused },
        _ => return Answer { text: kept(&String::from_utf8_lossy(body)), ..unsure },
    };
    Answer { outcome, text: kept(&String::from_utf8_lossy(body)), ..unsure }
}

/// What a question other than a message was refused with.
pub(super) fn ask_error(status: u16, body: &[u8]) -> AskError {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let error = json.get("error").and_then(|error| Some((error, code(error)?)));
    let Some((error, code)) = error else {
        let said = format!("status {status}");
        return match status {
            404 | 410 => AskError::NotFound,
            401 | 403 => AskError::Stop(said),
            _ => AskError::Later(said),
        };
    };
    let subcode = error.get("error_subcode").and_then(number);
    if code == NO_SUCH_OBJECT || (code == WRONG_PARAMETER && subcode == Some(NO_SUCH_OBJECT)) {
        return AskError::NotFound;
    }
    let said = words(error).and_then(|words| kept(&words)).unwrap_or_else(|| format!("code {code}"));
    match meaning(code) {
        Outcome::Stop { .. } => AskError::Stop(said),
        Outcome::Later { .. } | Outcome::Unsure { .. } => AskError::Later(said),
        Outcome::Refused { .. } | Outcome::Halt { .. } | Outcome::Accepted { .. } => AskError::Refused(said),
    }
}

fn code(error: &Value) -> Option<i64> {
    error.get("code").and_then(number)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// What Meta says, and its details where they say more. `error_data` is a text at some addresses.
fn words(error: &Value) -> Option<String> {
    let message = field(error, "message").or_else(|| field(error, "title"));
    let details =
        error.get("error_data").and_then(|data| field(data, "details").or_else(|| data.as_str().map(str::to_owned)));
    match (message, details) {
        (Some(message), Some(details)) if !message.contains(&details) => Some(format!("{message}; {details}")),
        (message, details) => message.or(details),
    }
}

fn kept(words: &str) -> Option<String> {
    let words = clipped(words, WORDS);
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
#[path = "answers_test.rs"]
mod tests;
