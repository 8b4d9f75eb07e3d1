//! What an answer of a platform must be called in a record, written down here a second time from the providers' own tables
//! (providers.md A4, B6), so that a slip in the server's table shows.

use sandbox::{Call, CallEnd};
use shared::reasons::Reason;

/// What a record must say of somebody whose call was refused so; none where the answer is no refusal.
pub(super) fn of_call(call: &Call) -> Option<Reason> {
    let CallEnd::Answered { status, reason, code } = &call.end else { return None };
    match (call.platform.as_str(), code) {
        ("whatsapp", Some(code)) => of_code(*code),
        ("line", _) => of_line(*status, reason.as_deref().unwrap_or_default()),
        _ => None,
    }
}

fn of_line(status: u16, reason: &str) -> Option<Reason> {
    match status {
        400 if matches!(reason, "unknown_user" | "invalid_property") => Some(Reason::LineInvalidUser),
        400 | 413 | 415 => Some(Reason::LineMessageInvalid),
        429 if reason.ends_with("monthly_limit") => Some(Reason::LineMonthlyLimit),
        429 => Some(Reason::LineRateLimited),
        401 | 403 => Some(Reason::LineRefused),
        _ => None,
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

/// Whether nobody who made this call can know that it was refused: it was accepted, or may have been as far as she is told.
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
