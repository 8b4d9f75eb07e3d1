//! Why a customer did not get a message.

use shared::{campaigns::Doubt, reasons::Reason, words::Language};

use crate::words::reasons::{ReasonWords, Reasons};

pub(super) const REASONS: Reasons = Reasons {
    reason,
    doubt: |doubt| match doubt {
        Doubt::NotKnownFriend => ReasonWords {
            title: "May not be a friend",
            why: "LINE never told whether this customer is a friend of the account, and there was no message for 7 days; it may not arrive.",
            next: "You can still send, or leave them out until they write.",
        },
    },
    checked_by: |by| by.name(Language::En),
};

pub(super) fn reason(reason: Reason) -> ReasonWords {
    let (why, next) = match reason {
        Reason::Unfollowed => (
            "The customer blocked or unfollowed the LINE account (unfollowed); nothing reaches them.",
            "Leave them out next time; once they unblock, they can be sent to again.",
        ),
        Reason::Unsubscribed => {
            ("The customer asked for no more messages.", "Respect that and leave them out next time.")
        }
        Reason::NotInProgress => (
            "When it was to be sent, the conversation was no longer in progress. Group sends go to those only.",
            "Take over or reopen the conversation, then send again.",
        ),
        Reason::NotOwner => (
            "When it was to be sent, the conversation had been handed to a colleague.",
            "Let the new owner send it, or have it handed back.",
        ),
        Reason::LineInvalidUser => (
            "LINE says this account has no such user; they may have deleted their LINE account.",
            "Ask the customer to add the account again.",
        ),
        Reason::LineMessageInvalid => (
            "LINE found something wrong with the message itself.",
            "Read the platform's answer, change the message and send anew.",
        ),
        Reason::LineMonthlyLimit => {
            ("The LINE account has no messages left this month.", "Ask your admin to buy more, or retry next month.")
        }
        Reason::LineRateLimited => ("LINE kept answering that messages come too fast.", "Retry later."),
        Reason::LineUnavailable => {
            ("LINE could not be reached or kept failing, and surely did not take the message.", "Retry later.")
        }
        Reason::LineRefused => (
            "LINE refused for a reason of its own; its words are below.",
            "Follow the platform's answer; if it is unclear, ask your admin.",
        ),
        Reason::NoAnswer => (
            "The platform did not answer in time; it may or may not have arrived. It is not repeated by itself.",
            "Ask the customer first, then decide whether to resend.",
        ),
        Reason::Expired => (
            "It could not start in time, and going out late would disturb the customer.",
            "Retry or send anew if it still matters.",
        ),
        Reason::Cancelled => ("It was stopped before it was sent.", "Send anew if it still matters."),
        Reason::Internal => {
            ("Storecast failed and the message was not sent.", "Retry; if it keeps happening, tell your admin.")
        }
    };
    ReasonWords { title: reason.title(Language::En), why, next }
}
