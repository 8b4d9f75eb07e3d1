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

#[expect(clippy::too_many_lines, reason = "one entry for each reason")]
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
        Reason::SamePerson => (
            "Meanwhile this customer turned out to be another recipient of this same send; both conversations became one.",
            "Nothing: the message goes to them once.",
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
        Reason::LineUserLimited => {
            ("Too many messages went to this customer in a short time, so LINE took no more.", "Retry in a while.")
        }
        Reason::LineUnavailable => {
            ("LINE could not be reached or kept failing, and surely did not take the message.", "Retry later.")
        }
        Reason::LineRefused => (
            "LINE refused for a reason of its own; its words are below.",
            "Follow the platform's answer; if it is unclear, ask your admin.",
        ),
        Reason::WaWindowClosed => (
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number. WhatsApp takes only templates then.",
            "Use a group template message.",
        ),
        Reason::WaUndeliverable => (
            "WhatsApp cannot deliver to this customer: no account, an old app, terms not accepted, or this number is blocked.",
            "Contact the customer another way and leave them out next time.",
        ),
        Reason::WaEcosystemLimit => (
            "WhatsApp does not bring this customer more marketing messages for now.",
            "Wait at least 24 hours, or until the customer writes.",
        ),
        Reason::WaExperiment => (
            "This customer is in an experiment of WhatsApp and gets no marketing messages now.",
            "Once the customer writes, you can send within 24 hours.",
        ),
        Reason::WaRateLimited => ("WhatsApp kept answering that messages come too fast.", "Retry later."),
        Reason::WaPairLimited => {
            ("Too many messages went to this customer in a short time, so WhatsApp took no more.", "Retry in a while.")
        }
        Reason::WaSpamLimited => (
            "After blocks and reports WhatsApp limits what this number may send.",
            "Ask your admin to look at its quality in WhatsApp Manager.",
        ),
        Reason::WaMessagingLimit => (
            "This WhatsApp business has reached all the people it may write to first within 24 hours.",
            "Retry when some of them are past, or ask your admin for a higher limit.",
        ),
        Reason::WaUnavailable => {
            ("WhatsApp could not be reached or kept failing, and surely did not take the message.", "Retry later.")
        }
        Reason::WaMaintenance => ("WhatsApp is maintaining or upgrading this number.", "Retry in some minutes."),
        Reason::WaFailed => {
            ("WhatsApp failed without saying why.", "Retry later; if it keeps happening, tell your admin.")
        }
        Reason::WaAccountBlocked => (
            "WhatsApp locked or restricted this business account.",
            "Ask your admin to settle it in WhatsApp Manager, then retry.",
        ),
        Reason::WaPayment => (
            "There is a problem with the payment or terms of the WhatsApp account.",
            "Ask your admin to mend the payment, then retry.",
        ),
        Reason::WaToken => {
            ("WhatsApp does not take this number's access token.", "Ask your admin for a new token, then retry.")
        }
        Reason::WaPermission => {
            ("This number's token may not send messages.", "Ask your admin to grant the permission, then retry.")
        }
        Reason::WaNotRegistered => {
            ("Our WhatsApp number is deleted or not registered.", "Ask your admin to register it, then retry.")
        }
        Reason::WaNameNotApproved => (
            "WhatsApp has not approved this number's display name.",
            "Ask your admin to settle it in WhatsApp Manager, then retry.",
        ),
        Reason::WaBlockedByUs => {
            ("Our WhatsApp number blocked this customer.", "Unblock the customer, then send again.")
        }
        Reason::WaCountry => {
            ("WhatsApp does not allow messages to this customer's country.", "Contact the customer another way.")
        }
        Reason::WaSelf => ("The recipient is our own number.", "Leave it out next time."),
        Reason::WaTestNumber => (
            "This is a test number and reaches only those on its list.",
            "Ask your admin to add the customer, or use a real number.",
        ),
        Reason::WaMedia => {
            ("WhatsApp did not take the image, video or document.", "Choose another file and send anew.")
        }
        Reason::WaMessageInvalid => (
            "WhatsApp found something wrong with the message itself.",
            "Read the platform's answer, change the message and send anew.",
        ),
        Reason::WaTemplateMissing => (
            "WhatsApp has no such template in this language, or it is not approved.",
            "Ask your admin to sync templates, then choose one that is approved.",
        ),
        Reason::WaTemplatePaused => (
            "WhatsApp paused this template for its quality.",
            "Retry once it is active again, or use another template.",
        ),
        Reason::WaTemplateDisabled => ("WhatsApp disabled this template for its quality.", "Use another template."),
        Reason::WaTemplateParameters => (
            "What was filled in does not fit the template.",
            "Ask your admin to sync templates, fill it in again and send anew.",
        ),
        Reason::WaTemplateText => {
            ("With the blanks filled in, the template is too long.", "Shorten what is filled in and send anew.")
        }
        Reason::WaTemplateRefused => (
            "WhatsApp does not allow this template to be sent.",
            "Read the platform's answer, or use another template.",
        ),
        Reason::WaRefused => (
            "WhatsApp refused for a reason of its own; its words are below.",
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
