//! How the ids and enums of `shared` stand in a column: as their own text, read back by their `FromStr`.
use shared::{
    attributes::AttributeKind,
    campaigns::{CampaignState, Kind},
    contacts::Subscription,
    conversations::{ConversationState, EventKind, MessageKind},
    deliveries::DeliveryState,
    id::{
        AttributeId, CampaignId, CategoryId, ChannelId, ContactId, ConversationId, DeliveryId, DraftId, EventId,
        IdentityId, LinkId, MediaId, MemberId, MessageId, SavedReplyId, SessionId, SliceId, StoreId, TagId, TeamId,
        TemplateId, WabaId, WhatsappAppId,
    },
    limits::Platform,
    media::MediaKind,
    members::Role,
    reasons::Reason,
    templates::{Quality, TemplateClass, TemplateStatus},
};

use super::{Cell, FromColumn, Value};

crate::text_column!(
    AttributeId,
    CampaignId,
    CategoryId,
    ChannelId,
    ContactId,
    ConversationId,
    DeliveryId,
    DraftId,
    EventId,
    IdentityId,
    LinkId,
    MediaId,
    MemberId,
    MessageId,
    SavedReplyId,
    SessionId,
    SliceId,
    StoreId,
    TagId,
    TeamId,
    TemplateId,
    WabaId,
    WhatsappAppId,
);

/// As [`crate::text_column!`], for enums that are spelled by their `as_str`.
macro_rules! word_column {
    ($($type:ty),* $(,)?) => {$(
        impl FromColumn for $type {
            fn from_column(cell: Cell<'_>) -> Result<Self, String> {
                cell.text()?.parse()
            }
        }
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Text(value.as_str().to_owned())
            }
        }
    )*};
}
word_column!(
    AttributeKind,
    CampaignState,
    ConversationState,
    DeliveryState,
    EventKind,
    Kind,
    MediaKind,
    MessageKind,
    Platform,
    Quality,
    Reason,
    Role,
    Subscription,
    TemplateClass,
    TemplateStatus
);
