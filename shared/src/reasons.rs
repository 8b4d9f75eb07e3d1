//! Why a customer did not get a message: one code each, with what can be done about it (domain.md 4.7).

use serde::{Deserialize, Serialize};

use crate::named::named;

named! {
    /// A failure reason. Its title is in `words`, what to do about it in the app; the platform's own text stands beside it.
    pub enum Reason, "reason" {
    /// The customer blocked or unfollowed the LINE account: known from webhooks, as LINE answers 200 (seed step 15).
    Unfollowed = "unfollowed",
    /// The customer opted out of messages.
    Unsubscribed = "unsubscribed",
    /// The conversation was not in progress when it was to be sent (seed: only 處理中事件).
    NotInProgress = "not_in_progress",
    /// The conversation belonged to someone else by then.
    NotOwner = "not_owner",
    /// LINE does not know this user id for this account.
    LineInvalidUser = "line_invalid_user",
    /// LINE found the message itself wrong.
    LineMessageInvalid = "line_message_invalid",
    /// The account's monthly messages are used up.
    LineMonthlyLimit = "line_monthly_limit",
    /// LINE kept answering that requests come too fast.
    LineRateLimited = "line_rate_limited",
    /// LINE could not be reached or kept failing, and surely did not take the message.
    LineUnavailable = "line_unavailable",
    /// LINE refused for a cause of its own; its words stand beside.
    LineRefused = "line_refused",
    /// No answer came in time, so it may or may not have arrived; not repeated by itself.
    NoAnswer = "no_answer",
    /// It could not start in time and would have gone out too late.
    Expired = "expired",
    /// Stopped by a person before it was sent.
    Cancelled = "cancelled",
    /// A fault of Storecast.
    Internal = "internal",
    }
}

impl Reason {
    /// Whether sending to this person again, as things are, can succeed.
    pub const fn can_retry(self) -> bool {
        matches!(
            self,
            Self::LineMonthlyLimit | Self::LineRateLimited | Self::LineUnavailable | Self::Expired | Self::Internal
        )
    }

    /// Whether Storecast finds this before the call; then the record says "checked by Storecast, not sent" (domain.md 11.25).
    pub const fn known_before_call(self) -> bool {
        matches!(
            self,
            Self::Unfollowed
                | Self::Unsubscribed
                | Self::NotInProgress
                | Self::NotOwner
                | Self::Expired
                | Self::Cancelled
        )
    }
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckedBy {
    /// Storecast knew it before the call and did not send.
    Storecast,
    /// The platform answered so.
    Platform,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for reason in Reason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }

    #[test]
    fn a_blocked_customer_is_not_tried_again() {
        assert!(!Reason::Unfollowed.can_retry());
        assert!(Reason::Unfollowed.known_before_call());
    }
}
