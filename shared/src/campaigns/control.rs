//! Control of a send that is under way or over: hold it, go on, stop it, and try again those who can still get it
//! (architecture.md 4, *Retry*).
//!
//! Whoever sees a record may stop what is wrong; to send again is sending, and takes who may send.

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::{
    call::{Done, call},
    contacts::ChannelRef,
    id::{CampaignId, ChannelId, DeliveryId},
    reasons::Reason,
};

/// Holds a send: calls under way end, nothing new begins, everyone queued stays queued. Held already is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PauseCampaign {
    /// The send.
    #[serde(skip)]
    pub id: CampaignId,
}
call!(PauseCampaign { id }: Post "/campaigns/{id}/pause" -> Progress, needs ControlGroupSend, "Holds a send; nobody queued is lost.", [Missing, Conflict]);

/// Lets a held send go on, whoever or whatever held it. One that is being sent is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ResumeCampaign {
    /// The send.
    #[serde(skip)]
    pub id: CampaignId,
}
call!(ResumeCampaign { id }: Post "/campaigns/{id}/resume" -> Progress, needs ControlGroupSend, "Lets a held send go on.", [Missing, Conflict]);

/// Stops a send for good: who is queued fails with [`Reason::Cancelled`]; calls under way end and count as they end.
/// Stopped already is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CancelCampaign {
    /// The send.
    #[serde(skip)]
    pub id: CampaignId,
}
call!(CancelCampaign { id }: Post "/campaigns/{id}/cancel" -> Progress, needs ControlGroupSend, "Stops a send; whom it has not reached fails as cancelled.", [Missing, Conflict]);

/// Sends again to those who failed for these reasons: a new attempt of each, under a key of its own. On WhatsApp the
/// messages that were taken stay, and it goes on with the first that was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RetryFailed {
    /// The send.
    #[serde(skip)]
    pub id: CampaignId,
    /// Why they failed: at least one, each one that can succeed ([`Reason::can_retry`]).
    pub reasons: Vec<Reason>,
    /// How many people the member saw for them. Another number by now is a conflict, so a second tap sends nobody
    /// twice.
    pub people: u64,
}
call!(RetryFailed { id }: Post "/campaigns/{id}/retry" -> Progress, needs GroupSend, "Sends again to those who failed for reasons that can pass.", [Missing, Invalid, Conflict, TooMany], status 202);

/// Sends again to those of whom nobody knows whether they got it: they may get it twice, so it takes a person's
/// decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ResendUnknown {
    /// The send.
    #[serde(skip)]
    pub id: CampaignId,
    /// Only this one; everybody who is unknown otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// How many people the member saw. Another number by now is a conflict.
    pub people: u64,
}
call!(ResendUnknown { id }: Post "/campaigns/{id}/resend-unknown" -> Progress, needs GroupSend, "Sends again to those who may or may not have got it.", [Missing, Conflict, TooMany], status 202);

/// Lets an account send again that was paused. Where its cause is still there, it is paused again by the next answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ResumeChannel {
    /// The account.
    #[serde(skip)]
    pub id: ChannelId,
}
call!(ResumeChannel { id }: Post "/channels/{id}/resume" -> Done, needs ResumeChannels, "Lets a paused account send again.", [Missing]);

/// An account that is paused while people of a send wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PausedChannel {
    /// The account.
    pub channel: ChannelRef,
    /// Why.
    pub reason: Reason,
}
