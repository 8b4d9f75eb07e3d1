//! Meta's error codes and the shape of its errors (providers.md B1, B6).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::calls::CallEnd;

/// What Meta says of a code: HTTP status, title, details.
type Words = (u16, &'static str, &'static str);

/// Meta's words for the codes of providers.md B6.
pub(super) fn words(code: i64) -> Words {
    channel(code).or_else(|| recipient(code)).or_else(|| message(code)).unwrap_or((
        400,
        "Something went wrong",
        "An error that the documentation does not list.",
    ))
}

fn channel(code: i64) -> Option<Words> {
    Some(match code {
        0 => (401, "AuthException", "We were unable to authenticate the app user."),
        3 => (500, "API Method", "Capability or permissions issue."),
        4 => (400, "Application request limit reached", "The app has reached its API call rate limit."),
        10 | 200..=299 => (403, "Permission Denied", "Permission is either not granted or has been removed."),
        190 => (401, "Access token has expired", "Your access token has expired."),
        368 => (403, "Temporarily blocked for policies violations", "The account has been restricted or disabled."),
        1 => (400, "An unknown error occurred", "Invalid request or possible server error."),
        2 => (503, "Service temporarily unavailable", "Temporary due to downtime or due to being overloaded."),
        33 => (400, "Parameter value is not valid", "The business phone number has been deleted."),
        80007 => (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
        130_429 => (429, "Rate limit hit", "Cloud API message throughput has been reached."),
        131_005 => (403, "Access denied", "Permission is either not granted or has been removed."),
        131_016 => (500, "Service unavailable", "A service is temporarily unavailable."),
        131_031 => {
            (403, "Account has been locked", "The account has been restricted or disabled for violating a policy.")
        }
        131_037 => (
            400,
            "WhatsApp provided number needs display name approval before message can be sent.",
            "The phone number's display name has not been approved.",
        ),
        131_042 => (400, "Business eligibility payment issue", "There was an error related to your payment method."),
        131_045 => (500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
        131_048 => (
            400,
            "Spam rate limit hit",
            "Message failed to send because there are restrictions on how many messages can be sent from this phone \
             number.",
        ),
        131_057 => (500, "Account in maintenance mode", "Business Account is in maintenance mode."),
        131_064 => (400, "Messaging limit reached", "The account is limited for templates in a wrong category."),
        133_004 => (503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
        133_010 => {
            (400, "Phone number Not Registered", "Phone number not registered on the Whatsapp Business Platform.")
        }
        133_000..=133_016 => (400, "Registration error", "The phone number cannot be registered."),
        134_011 => {
            (404, "WhatsApp Business Payments terms of service has not been accepted", "Accept the terms first.")
        }
        2_494_100 => (500, "Account in maintenance mode", "The phone number is being moved."),
        _ => return None,
    })
}

fn recipient(code: i64) -> Option<Words> {
    Some(match code {
        130_403 => (400, "Message blocked", "The business has blocked this user."),
        130_472 => (
            400,
            "User's number is part of an experiment",
            "Failed to send message because this user's phone number is part of an experiment",
        ),
        130_497 => {
            (403, "Business account is restricted from messaging users in this country.", "The country is not allowed.")
        }
        131_021 => (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
        131_026 => (400, "Message undeliverable", "Message Undeliverable."),
        131_030 => (
            400,
            "Recipient phone number not in allowed list",
            "Add recipient phone number to recipient list and try again.",
        ),
        131_047 => (
            400,
            "Re-engagement message",
            "Message failed to send because more than 24 hours have passed since the customer last replied to this \
             number.",
        ),
        131_049 => (
            400,
            "This message was not delivered to maintain healthy ecosystem engagement.",
            "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
        ),
        131_050 => (
            400,
            "User has stopped marketing messages from this business",
            "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp \
             from your business.",
        ),
        131_056 => (
            400,
            "(Business Account, Consumer Account) pair rate limit hit",
            "Message failed to send because there were too many messages sent from this phone number to the same phone \
             number in a short period of time.",
        ),
        _ => return None,
    })
}

fn message(code: i64) -> Option<Words> {
    Some(match code {
        100 => (400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."),
        131_000 => (500, "Something went wrong", "Message failed to send due to an unknown error."),
        131_008 => (400, "Required parameter is missing", "The request is missing a required parameter."),
        131_009 => (400, "Parameter value is not valid", "One or more parameter values are invalid."),
        131_051 => (400, "Unsupported message type", "Unsupported message type."),
        131_052 => (400, "Media download error", "Unable to download the media sent by the user."),
        131_053 => (400, "Media upload error", "Unable to upload the media used in the message."),
        131_055 | 131_063 => (400, "Method not allowed", "Marketing messages are disabled on Cloud API."),
        132_000 => {
            (400, "Number of parameters does not match the expected number of params", "Parameters do not match.")
        }
        132_001 => {
            (404, "Template name does not exist in the translation", "The template does not exist or is not approved.")
        }
        132_005 => (400, "Translated text too long", "Translated text is too long."),
        132_007 => (400, "Template content policy violation", "Template content violates a WhatsApp policy."),
        132_012 => {
            (400, "Parameter format does not match format in the created template", "Parameters have another format.")
        }
        132_015 => (
            400,
            "Template is paused",
            "Template is paused due to low quality so it cannot be sent in a template message.",
        ),
        132_016 => (
            400,
            "Template is disabled",
            "Template has been paused too many times due to low quality and is now permanently disabled.",
        ),
        132_018 => (400, "There's an issue with the parameters in your template", "Component parameters are wrong."),
        132_068 => (400, "Flow is blocked", "Flow is in blocked state."),
        132_069 => (
            400,
            "Flow is throttled",
            "Flow is in throttled state and 10 messages using this flow were already sent in the last hour.",
        ),
        134_100 => (400, "Only marketing messages supported", "Only marketing templates can be sent here."),
        134_101 => (400, "Template sync in progress", "The template is being synced; try again in 10 minutes."),
        134_102 => (400, "Template unavailable for use", "The template cannot be sent here."),
        135_000 => (
            400,
            "Generic user error",
            "Message failed to send because of an unknown error with your request parameters.",
        ),
        _ => return None,
    })
}

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GraphError {
    pub status: StatusCode,
    pub code: i64,
    subcode: Option<i64>,
    kind: &'static str,
    message: String,
    details: Option<String>,
    /// Counted under this in the statistics, if not under the code.
    reason: Option<&'static str>,
}

impl GraphError {
    /// A code with Meta's own words.
    pub(super) fn code(code: i64) -> Self {
        Self::with(code, words(code).2)
    }

    /// A code with details of its own.
    pub(super) fn with(code: i64, details: impl Into<String>) -> Self {
        let (status, title, _) = words(code);
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            code,
            subcode: None,
            kind: "OAuthException",
            message: format!("(#{code}) {title}"),
            details: Some(details.into()),
            reason: None,
        }
    }

    /// Code 100 with this text after the number, and no details, as parameters are answered.
    pub(super) fn param(text: impl AsRef<str>) -> Self {
        Self { message: format!("(#100) {}", text.as_ref()), details: None, ..Self::code(100) }
    }

    pub(super) fn required(name: &str) -> Self {
        Self::param(format!("The parameter {name} is required."))
    }

    pub(super) fn too_long(name: &str, most: usize) -> Self {
        Self::param(format!("Param {name} must be at most {most} characters long."))
    }

    pub(super) fn token(message: &str, subcode: Option<i64>) -> Self {
        Self { message: message.to_owned(), details: None, subcode, ..Self::code(190) }
    }

    /// An object that is not there, or not for this token.
    pub(super) fn no_object(method: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {} request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api",
            method.to_lowercase(),
        );
        Self { message, details: None, subcode: Some(33), kind: "GraphMethodException", ..Self::code(100) }
    }

    pub(super) fn unknown_path(path: &str) -> Self {
        let message = format!("Unknown path components: /{path}");
        Self { message, details: None, ..Self::code(2500) }
    }

    /// The same, counted under this in the statistics.
    pub(super) fn counted_as(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(super) fn reason(&self) -> String {
        self.reason.map_or_else(|| self.code.to_string(), str::to_owned)
    }

    /// How a call that is answered so ended.
    pub(super) fn ended(&self) -> CallEnd {
        CallEnd::Answered { status: self.status.as_u16(), reason: Some(self.reason()), code: Some(self.code) }
    }

    pub(super) fn into_response(self, trace: &str) -> Response {
        let mut error = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": trace,
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if let Some(details) = self.details {
            error["error_data"] = json!({ "messaging_product": "whatsapp", "details": details });
        }
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

/// An error as webhooks carry it.
pub(super) fn told(code: i64) -> Value {
    let (_, title, details) = words(code);
    json!({
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": details },
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/",
    })
}
