//! Why a customer did not get a message: one code each, with what can be done about it (domain.md 4.7).

use serde::{Deserialize, Serialize};

use crate::named::named;

named! {
    /// A failure reason. Its title is in `words`, what to do about it in the app; the platform's own text stands beside
    /// it.
    pub enum Reason, "reason" {
    /// The customer blocked or unfollowed the LINE account: known from webhooks, as LINE answers 200 (seed step 15).
    Unfollowed = "unfollowed",
    /// The customer opted out of messages.
    Unsubscribed = "unsubscribed",
    /// The conversation was not in progress when it was to be sent (seed: only 處理中事件).
    NotInProgress = "not_in_progress",
    /// The conversation belonged to someone else by then.
    NotOwner = "not_owner",
    /// The customer turned out to be another recipient of the same send, who is sent it: one person gets it once.
    SamePerson = "same_person",
    /// LINE does not know this user id for this account.
    LineInvalidUser = "line_invalid_user",
    /// LINE found the message itself wrong.
    LineMessageInvalid = "line_message_invalid",
    /// The account's monthly messages are used up.
    LineMonthlyLimit = "line_monthly_limit",
    /// LINE kept answering that requests come too fast.
    LineRateLimited = "line_rate_limited",
    /// LINE kept answering that this one customer gets too many messages.
    LineUserLimited = "line_user_limited",
    /// LINE could not be reached or kept failing, and surely did not take the message.
    LineUnavailable = "line_unavailable",
    /// LINE refused for a cause of its own; its words stand beside.
    LineRefused = "line_refused",
    /// More than 24 hours since the customer's last message to this number (seed step 18; 131047).
    WaWindowClosed = "wa_window_closed",
    /// Not on WhatsApp, an old app, its terms not accepted; a block is often reported so too (131026).
    WaUndeliverable = "wa_undeliverable",
    /// Meta held a marketing message back for this person (131049).
    WaEcosystemLimit = "wa_ecosystem_limit",
    /// The person takes part in an experiment of Meta (130472).
    WaExperiment = "wa_experiment",
    /// The number's throughput or the app's calls are used up for now (130429, 4, 80007).
    WaRateLimited = "wa_rate_limited",
    /// Too many messages to this one person (131056).
    WaPairLimited = "wa_pair_limited",
    /// The number is limited after blocks and reports (131048, 131064).
    WaSpamLimited = "wa_spam_limited",
    /// The portfolio's people of a moving 24 hours are used up (providers.md B4).
    WaMessagingLimit = "wa_messaging_limit",
    /// WhatsApp could not be reached or said it is down, and surely did not take the message (2, 131016, 133004).
    WaUnavailable = "wa_unavailable",
    /// The number is being maintained or upgraded (131057, 2494100).
    WaMaintenance = "wa_maintenance",
    /// WhatsApp failed without saying why (1, 131000, 135000).
    WaFailed = "wa_failed",
    /// The account is locked or broke a policy (131031, 368).
    WaAccountBlocked = "wa_account_blocked",
    /// Meta's bill or terms are open (131042, 134011).
    WaPayment = "wa_payment",
    /// Meta does not take the access token (0, 190).
    WaToken = "wa_token",
    /// The token may not do this (3, 10, 200 to 299, 131005).
    WaPermission = "wa_permission",
    /// Our number is deleted or not registered (33, 131045, 133000 to 133016).
    WaNotRegistered = "wa_not_registered",
    /// The number's display name is not approved (131037).
    WaNameNotApproved = "wa_name_not_approved",
    /// We blocked this person at WhatsApp (130403).
    WaBlockedByUs = "wa_blocked_by_us",
    /// WhatsApp is not allowed in this country (130497).
    WaCountry = "wa_country",
    /// The recipient is our own number (131021).
    WaSelf = "wa_self",
    /// A test number reaches only its allow-list (131030).
    WaTestNumber = "wa_test_number",
    /// A picture, film or document was refused (131052, 131053).
    WaMedia = "wa_media",
    /// The message itself is wrong (100, 131008, 131009, 131051).
    WaMessageInvalid = "wa_message_invalid",
    /// No such template in this language, or not approved (132001).
    WaTemplateMissing = "wa_template_missing",
    /// Meta paused the template for its quality (132015).
    WaTemplatePaused = "wa_template_paused",
    /// Meta disabled the template (132016).
    WaTemplateDisabled = "wa_template_disabled",
    /// Blanks of the template do not fit (132000, 132012, 132018).
    WaTemplateParameters = "wa_template_parameters",
    /// The filled-in template is too long (132005).
    WaTemplateText = "wa_template_text",
    /// The template breaks a policy or cannot be sent from here (131055, 131063, 132007, 132068, 132069, 134100 to
    /// 134102).
    WaTemplateRefused = "wa_template_refused",
    /// WhatsApp refused with a code that is not in the table; its words stand beside.
    WaRefused = "wa_refused",
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
            Self::LineMonthlyLimit
                | Self::LineRateLimited
                | Self::LineUserLimited
                | Self::LineUnavailable
                | Self::Expired
                | Self::Internal
                | Self::WaRateLimited
                | Self::WaPairLimited
                | Self::WaSpamLimited
                | Self::WaMessagingLimit
                | Self::WaUnavailable
                | Self::WaMaintenance
                | Self::WaFailed
                | Self::WaAccountBlocked
                | Self::WaPayment
                | Self::WaToken
                | Self::WaPermission
                | Self::WaNotRegistered
                | Self::WaNameNotApproved
                | Self::WaTemplatePaused
        )
    }

    /// Whether Storecast finds this before the call; then the record says "checked by Storecast, not sent" (domain.md
    /// 11.25).
    pub const fn known_before_call(self) -> bool {
        matches!(
            self,
            Self::Unfollowed
                | Self::Unsubscribed
                | Self::NotInProgress
                | Self::NotOwner
                | Self::SamePerson
                | Self::Expired
                | Self::Cancelled
                | Self::WaWindowClosed
                | Self::WaMessagingLimit
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
