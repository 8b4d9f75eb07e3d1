//! Deliveries: one recipient of a send each, and how far it got.

use serde::{Deserialize, Serialize};

use crate::{
    call::{File, Page, call},
    contacts::ChannelRef,
    content::Content,
    id::{CampaignId, ConversationId, DeliveryId},
    media::MediaInfo,
    named::named,
    reasons::{CheckedBy, Reason},
    time::Stamp,
    words::Language,
};

named! {
    /// The state of a delivery in the engine (architecture.md 4). The last three come later, by webhook, from WhatsApp
    /// only.
    pub enum DeliveryState, "delivery state" {
        /// Waits to be sent.
        Queued = "queued",
        /// It may or may not have arrived, and is not repeated by itself.
        Unknown = "unknown",
        /// The platform took it. LINE tells no more.
        Accepted = "accepted",
        /// It did not go out, or WhatsApp told later that it did not arrive.
        Failed = "failed",
        /// WhatsApp brought it on its way.
        Sent = "sent",
        /// It is on the customer's phone.
        Delivered = "delivered",
        /// The customer read it; those who switched receipts off never come here.
        Read = "read",
    }
}

impl DeliveryState {
    /// What the screens show for it.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Queued => Outcome::Waiting,
            Self::Unknown => Outcome::Unknown,
            Self::Accepted | Self::Sent => Outcome::Succeeded,
            Self::Delivered => Outcome::Delivered,
            Self::Read => Outcome::Read,
            Self::Failed => Outcome::Failed,
        }
    }
}

/// How a recipient stands, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not sent yet.
    Waiting,
    /// Accepted by the platform and not known to have failed (domain.md 11.18). As a filter it takes the next two in.
    Succeeded,
    /// On the customer's phone (WhatsApp). As a filter it takes the next in.
    Delivered,
    /// Read by the customer (WhatsApp).
    Read,
    /// Did not go out, with a reason.
    Failed,
    /// May or may not have arrived.
    Unknown,
}

impl Outcome {
    /// The engine's states that a filter for this outcome finds.
    pub const fn states(self) -> &'static [DeliveryState] {
        match self {
            Self::Waiting => &[DeliveryState::Queued],
            Self::Succeeded => {
                &[DeliveryState::Accepted, DeliveryState::Sent, DeliveryState::Delivered, DeliveryState::Read]
            }
            Self::Delivered => &[DeliveryState::Delivered, DeliveryState::Read],
            Self::Read => &[DeliveryState::Read],
            Self::Failed => &[DeliveryState::Failed],
            Self::Unknown => &[DeliveryState::Unknown],
        }
    }
}

/// A recipient in a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// The customer's name as it was when the send was accepted.
    pub name: String,
    /// The account it went by.
    pub channel: ChannelRef,
    /// How it stands.
    pub outcome: Outcome,
    /// Why it failed or is not known.
    pub reason: Option<Reason>,
    /// Who says so.
    pub checked_by: Option<CheckedBy>,
    /// The place of the first message that failed, from 0, on a platform that takes each by itself (WhatsApp); absent
    /// where nobody began to send to her.
    #[serde(default)]
    pub failed_part: Option<u32>,
    /// When it got there.
    pub at: Option<Stamp>,
}

/// A recipient of a record, opened (檢視, seed steps 13 to 15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeliveryDetail {
    /// As in the list.
    pub row: DeliveryRow,
    /// The conversation, where the caller may open it.
    pub conversation: Option<ConversationId>,
    /// The messages as this customer gets them.
    pub content: Content,
    /// The pictures and films in them.
    pub media: Vec<MediaInfo>,
    /// The platform's own code, such as an HTTP status.
    pub provider_code: Option<String>,
    /// The platform's own words.
    pub provider_text: Option<String>,
    /// The platform's request id, for its support.
    pub request_id: Option<String>,
    /// How each of the messages stands, in order; empty on LINE, where all of them share one answer.
    pub parts: Vec<PartOutcome>,
    /// Tries that did not succeed at once, oldest first.
    pub attempts: Vec<Attempt>,
}

/// One message of a recipient on WhatsApp, which takes each by itself (domain.md 11.19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PartOutcome {
    /// Its place among the messages, from 0.
    pub part: u32,
    /// How it stands; absent where it was left out after another failed.
    pub outcome: Option<Outcome>,
    /// Why it failed or is not known.
    pub reason: Option<Reason>,
    /// The platform's own code.
    pub provider_code: Option<String>,
    /// The platform's own words.
    pub provider_text: Option<String>,
    /// When it got there.
    pub at: Stamp,
}

/// One try that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Attempt {
    /// When it was answered, or given up.
    pub at: Stamp,
    /// What came of it, in the engine's words: `later`, `refused`, `unsure`, `stop`.
    pub outcome: String,
    /// The platform's code.
    pub provider_code: Option<String>,
    /// The platform's words.
    pub provider_text: Option<String>,
    /// The platform's request id.
    pub request_id: Option<String>,
}

/// The recipients of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListDeliveries {
    /// The record.
    #[serde(skip)]
    pub id: CampaignId,
    /// Only these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Only with this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Rows of a page, 1 to 100.
    #[serde(default = "crate::conversations::page_size")]
    pub limit: u32,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
call!(ListDeliveries { id }: Get "/campaigns/{id}/deliveries" -> Page<DeliveryRow>, needs ReadGroupRecords, "Recipients of a record, by outcome and reason.", [Missing, Invalid]);

/// The same recipients as a file for spreadsheets: CSV in UTF-8 with a byte order mark, times in the team's zone, one
/// line for each recipient, with the reason and what the platform said (domain.md 4.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ExportDeliveries {
    /// The record.
    #[serde(skip)]
    pub id: CampaignId,
    /// Only these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Only with this reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The language of headings and words.
    #[serde(default)]
    pub language: Language,
}
call!(ExportDeliveries { id }: Get "/campaigns/{id}/deliveries/export" -> File, needs ReadGroupRecords, "Recipients of a record as CSV, by outcome and reason.", [Missing], answers File);

/// One recipient of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowDelivery {
    /// The record.
    #[serde(skip)]
    pub id: CampaignId,
    /// The recipient.
    #[serde(skip)]
    pub delivery: DeliveryId,
}
call!(ShowDelivery { id, delivery }: Get "/campaigns/{id}/deliveries/{delivery}" -> DeliveryDetail, needs ReadGroupRecords, "One recipient: what was sent, how it stands, and why.", [Missing]);
