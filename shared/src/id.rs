//! Ids: UUIDs with a type each, so that one cannot be taken for another.
//!
//! The server draws them by UUIDv7, so they sort by the time they were made. On the wire and in the database they are
//! text. `Default` is the nil id: the placeholder of a [`crate::call::Call`] until its route has filled it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// A brand that uses this deployment; everything belongs to one.
    TeamId,
    /// A store (門市) of a team.
    StoreId,
    /// A person who signs in: sales staff, sales manager or admin.
    MemberId,
    /// A family of refresh tokens: one sign-in on one device.
    SessionId,
    /// One account on a platform: a LINE official account or a WhatsApp number.
    ChannelId,
    /// A Meta app: WhatsApp's webhooks and their secret belong to it.
    WhatsappAppId,
    /// A WhatsApp business account: templates belong to it.
    WabaId,
    /// A customer as a person, whatever the channel.
    ContactId,
    /// A customer on one channel.
    IdentityId,
    /// The conversation (對話事件) with one identity.
    ConversationId,
    /// One entry in a conversation's history: taken, transferred, closed, reopened.
    EventId,
    /// One message in a conversation.
    MessageId,
    /// A label on customers.
    TagId,
    /// A stored picture, film or file.
    MediaId,
    /// A prepared set of messages (預存回覆).
    SavedReplyId,
    /// A WhatsApp message template (訊息範本).
    TemplateId,
    /// A label on saved replies and templates (類別).
    CategoryId,
    /// A field of a customer that the team made up (自訂屬性).
    AttributeId,
    /// A send being written. It doubles as the idempotency key of accepting it.
    DraftId,
    /// A group send or a broadcast.
    CampaignId,
    /// One recipient of a campaign, or one 1:1 reply.
    DeliveryId,
    /// The unit of lease of the delivery engine: neighbouring deliveries of one campaign.
    SliceId,
    /// A link in the content of a campaign.
    LinkId,
}
