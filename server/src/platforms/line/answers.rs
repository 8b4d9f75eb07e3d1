//! What LINE's answers mean: pure, one row of providers.md A4 after the other.

use std::time::Duration;

use reqwest::header::HeaderMap;
use shared::reasons::Reason;

use super::wire::{Fault, Sent};
use crate::platforms::{Answer, AskError, ID, Outcome, WORDS, clipped, http::OUTAGE_PAUSE};

/// The pause after a rate limit where LINE does not name one, which it never does.
const RATE_PAUSE: Duration = Duration::from_secs(1);
/// The longest `Retry-After` that is believed.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// The headers of an answer that matter.
#[derive(Debug, Default)]
pub(super) struct Headers {
    request_id: Option<String>,
    accepted_request_id: Option<String>,
    retry_after: Option<Duration>,
}

impl Headers {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            request_id: text("x-line-request-id").map(|text| clipped(text, ID)),
            accepted_request_id: text("x-line-accepted-request-id").map(|text| clipped(text, ID)),
            retry_after: text("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs),
        }
    }
}

/// What a push or reply was answered. The body is absent where it was cut or too large.
pub(super) fn judge(status: u16, headers: &Headers, body: Option<&[u8]>) -> Answer {
    let mut answer = Answer {
        outcome: Outcome::Accepted { provider_id: None },
        code: Some(status.to_string()),
        text: None,
        request_id: headers.request_id.clone(),
    };
    match status {
        200..=299 => answer.outcome = Outcome::Accepted { provider_id: first_id(body) },
        409 => {
            // An earlier try with this key was taken.
            answer.outcome = Outcome::Accepted { provider_id: first_id(body) };
            answer.request_id = headers.accepted_request_id.clone().or(answer.request_id);
        }
        _ => {
            let fault = body.map(fault).unwrap_or_default();
            answer.outcome = refusal(status, headers, body.is_some(), &fault);
            answer.text = words(&fault);
        }
    }
    answer
}

fn refusal(status: u16, headers: &Headers, is_whole: bool, fault: &Fault) -> Outcome {
    let message = fault.message.as_deref().unwrap_or_default();
    let after = |pause: Duration| headers.retry_after.unwrap_or(pause).clamp(pause, LONGEST_PAUSE);
    match status {
        // A proxy before LINE: the request did not get there.
        100..=199 | 300..=399 => Outcome::Later { after: OUTAGE_PAUSE, reason: Reason::LineUnavailable },
        408 | 500..=599 => Outcome::Unsure { reason: Reason::NoAnswer },
        429 if message.to_ascii_lowercase().contains("monthly limit") => {
            Outcome::Stop { reason: Reason::LineMonthlyLimit }
        }
        429 => Outcome::Later { after: after(RATE_PAUSE), reason: Reason::LineRateLimited },
        // Without its body a 400 does not say whom it is about; the same key may be asked again.
        400 if !is_whole => Outcome::Unsure { reason: Reason::NoAnswer },
        400 if is_about_recipient(fault) => Outcome::Refused { reason: Reason::LineInvalidUser },
        400 | 410 | 413 | 415 => Outcome::Refused { reason: Reason::LineMessageInvalid },
        _ => Outcome::Stop { reason: Reason::LineRefused },
    }
}

/// `Failed to send messages` of a push, or the property `to`.
fn is_about_recipient(fault: &Fault) -> bool {
    let message = fault.message.as_deref().unwrap_or_default();
    let of_message = message.strip_prefix("The property, ").and_then(|rest| rest.split(',').next());
    let of_details = fault.details.iter().flatten().filter_map(|detail| detail.property.as_deref());
    message.to_ascii_lowercase().contains("failed to send messages")
        || of_message
            .into_iter()
            .chain(of_details)
            .map(|property| property.trim().trim_matches('\''))
            .any(|p| p == "to")
}

/// What a question other than a message was refused with.
pub(super) fn ask_error(status: u16, body: &[u8]) -> AskError {
    let said = words(&fault(body)).unwrap_or_else(|| format!("status {status}"));
    match status {
        // A user id that is none is answered 400 by the profile endpoint.
        400 | 404 | 410 => AskError::NotFound,
        401 | 403 => AskError::Stop(said),
        _ => AskError::Later(said),
    }
}

/// Parsed leniently: a proxy answers in HTML.
fn fault(body: &[u8]) -> Fault {
    serde_json::from_slice(body).unwrap_or_else(|_| Fault {
        message: (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned()),
        details: None,
    })
}

fn words(fault: &Fault) -> Option<String> {
    let mut words = fault.message.clone().unwrap_or_default();
    for detail in fault.details.iter().flatten() {
        let said = [detail.property.as_deref(), detail.message.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": ");
        if !said.is_empty() {
            words.push_str(if words.is_empty() { "" } else { "; " });
            words.push_str(&said);
        }
    }
    let words = clipped(&words, WORDS);
    (!words.is_empty()).then_some(words)
}

fn first_id(body: Option<&[u8]>) -> Option<String> {
    let sent: Sent<'_> = serde_json::from_slice(body?).ok()?;
    sent.sent_messages.first().map(|message| clipped(&message.id, ID))
}

#[cfg(test)]
#[path = "answers_test.rs"]
mod tests;
