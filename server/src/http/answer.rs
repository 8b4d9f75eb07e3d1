//! Problems as HTTP answers; the one place where a fault is logged.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::problem::Problem;
use uuid::Uuid;

use crate::refused::Refused;

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Problem(problem) => problem,
            Self::Fault(cause) => {
                let trace = trace_id();
                tracing::error!(trace, error = %cause, "a request failed");
                Problem::Internal { trace }
            }
        };
        problem_response(problem)
    }
}

/// A problem with its status, and `Retry-After` where it says when.
pub(crate) fn problem_response(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Problem::TooMany { retry_after } = problem {
        return (status, [(header::RETRY_AFTER, retry_after.to_string())], Json(problem)).into_response();
    }
    (status, Json(problem)).into_response()
}

/// A short id that a person can read out to support and that the log line carries.
pub(super) fn trace_id() -> String {
    #[expect(clippy::disallowed_methods, reason = "an id of a log line, not of a thing; it needs no order")]
    let id = Uuid::now_v7().simple().to_string();
    id.chars().rev().take(12).collect()
}
