//! What LINE's answers mean: pure, one row of providers.md A4 after the other.

use std::{collections::BTreeSet, time::Duration};

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

/// Whom the refusal of a multicast is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blame {
    /// Everybody in it, as any other answer.
    All,
    /// The messages: everybody in it, and whoever else gets them.
    Messages,
    /// Those at these places, from 0; nobody got it (providers.md A4).
    Places(BTreeSet<usize>),
    /// Somebody, and LINE does not say who.
    Somebody,
}

/// What LINE thinks of messages that were not sent yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validity {
    /// They are right.
    Right,
    /// They are wrong, with LINE's words: the answer that each of their recipients would get.
    Wrong(Answer),
    /// It could not be asked.
    Unknown(Answer),
}

/// What a multicast to so many users was answered. A user of another provider is answered 200 or 400, as LINE documents
/// both (providers.md A4). That a 400 may name several places is our reading: it costs nothing.
pub(super) fn judge_multicast(status: u16, headers: &Headers, body: Option<&[u8]>, users: usize) -> (Answer, Blame) {
    let mut answer = judge(status, headers, body);
    if matches!(answer.outcome, Outcome::Accepted { .. }) {
        // Ids in it would be of another person's message for all but one.
        answer.outcome = Outcome::Accepted { provider_id: None };
    }
    if let Outcome::Later { reason: reason @ Reason::LineUserLimited, .. } = &mut answer.outcome {
        // The limit for one user is of push alone.
        *reason = Reason::LineRateLimited;
    }
    let (400, Some(body)) = (status, body) else { return (answer, Blame::All) };
    let fault = fault(body);
    if is_about_messages(&fault) {
        answer.outcome = Outcome::Refused { reason: Reason::LineMessageInvalid };
        return (answer, Blame::Messages);
    }
    answer.outcome = Outcome::Refused { reason: Reason::LineInvalidUser };
    let places: BTreeSet<usize> = properties(&fault).filter_map(place).filter(|place| *place < users).collect();
    let blame = if places.is_empty() { Blame::Somebody } else { Blame::Places(places) };
    (answer, blame)
}

/// What a question about messages was answered. Only what names them condemns them: anything else would cost everybody
/// the message.
pub(super) fn judge_validity(status: u16, headers: &Headers, body: Option<&[u8]>) -> Validity {
    let mut answer = judge(status, headers, body);
    match status {
        200 => Validity::Right,
        400 if body.is_some_and(|body| is_about_messages(&fault(body))) => {
            answer.outcome = Outcome::Refused { reason: Reason::LineMessageInvalid };
            Validity::Wrong(answer)
        }
        _ => Validity::Unknown(answer),
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
            answer.outcome = match status {
                429 => too_many(headers, body, &fault),
                _ => refusal(status, body.is_some(), &fault),
            };
            answer.text = words(&fault);
        }
    }
    answer
}

/// Which of LINE's limits was reached. The one for many messages to one user has no documented words: it is what LINE
/// itself says in others than those of the two that have. A proxy's answer is taken for the channel's limit.
fn too_many(headers: &Headers, body: Option<&[u8]>, fault: &Fault) -> Outcome {
    let message = fault.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    if message.contains("monthly limit") {
        return Outcome::Stop { reason: Reason::LineMonthlyLimit };
    }
    let is_lines = body.is_some_and(|body| serde_json::from_slice::<Fault>(body).is_ok());
    let is_channels = message.contains("rate limit") || !is_lines;
    let reason = if is_channels { Reason::LineRateLimited } else { Reason::LineUserLimited };
    Outcome::Later { after: headers.retry_after.unwrap_or(RATE_PAUSE).clamp(RATE_PAUSE, LONGEST_PAUSE), reason }
}

fn refusal(status: u16, is_whole: bool, fault: &Fault) -> Outcome {
    match status {
        // A proxy before LINE: the request did not get there.
        100..=199 | 300..=399 => Outcome::Later { after: OUTAGE_PAUSE, reason: Reason::LineUnavailable },
        408 | 500..=599 => Outcome::Unsure { reason: Reason::NoAnswer },
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
    message.to_ascii_lowercase().contains("failed to send messages") || properties(fault).any(|p| p == "to")
}

/// `messages`, `messages[0].text` and the like.
fn is_about_messages(fault: &Fault) -> bool {
    properties(fault).any(|property| {
        property.strip_prefix("messages").is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.', '/']))
    })
}

/// The properties that an error names: in its message, `The property, to[1], in the request body is invalid`, and in
/// its details.
fn properties(fault: &Fault) -> impl Iterator<Item = &str> {
    let message = fault.message.as_deref().unwrap_or_default();
    let of_message = message.strip_prefix("The property, ").and_then(|rest| rest.split(", in ").next());
    let of_details = fault.details.iter().flatten().filter_map(|detail| detail.property.as_deref());
    let names = of_message.into_iter().flat_map(|names| names.split(',')).chain(of_details);
    names.map(|property| property.trim().trim_matches('\''))
}

/// The place in `to[1]`.
fn place(property: &str) -> Option<usize> {
    property.strip_prefix("to[")?.split_once(']')?.0.parse().ok()
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
