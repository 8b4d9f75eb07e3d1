//! Customers and their labels.

use serde::{Deserialize, Serialize};

use crate::{
    call::{Done, call},
    id::{ChannelId, ConversationId, TagId},
    limits::Platform,
    named::named,
};

named! {
    /// Whether a customer can be reached on a channel, as far as its webhooks told (providers.md A5).
    pub enum Subscription, "subscription" {
        /// She wrote, but no follow event came: she may or may not be a friend of the account.
        Unknown = "unknown",
        /// 訂閱中.
        Subscribed = "subscribed",
        /// 封鎖: blocked or unfollowed the account.
        Blocked = "blocked",
        /// 退訂: asked for no more messages.
        Unsubscribed = "unsubscribed",
    }
}

/// A label (標籤) on customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name, unique in the team.
    pub name: String,
}

/// A channel (one account on a platform), by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChannelRef {
    /// Its id.
    pub id: ChannelId,
    /// The account's name.
    pub name: String,
    /// Its platform.
    pub platform: Platform,
}

/// The channels whose customers the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListChannels {}
call!(ListChannels {}: Get "/channels" -> Vec<ChannelRef>, needs SignedIn, "The team's channels that the caller's stores use.", []);

/// The team's tags, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListTags {}
call!(ListTags {}: Get "/tags" -> Vec<Tag>, needs SignedIn, "The team's tags, by name.", []);

/// Puts a tag on the customer of a conversation; an unknown name makes a new tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AddTag {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
    /// The tag's name, at most 40 characters.
    pub name: String,
}
call!(AddTag { id }: Post "/conversations/{id}/tags" -> Tag, needs Converse, "Puts a tag on the conversation's customer; an unknown name makes a new tag.", [Missing, Invalid]);

/// Takes a tag off the customer of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct RemoveTag {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
    /// The tag.
    #[serde(skip)]
    pub tag: TagId,
}
call!(RemoveTag { id, tag }: Delete "/conversations/{id}/tags/{tag}" -> Done, needs Converse, "Takes a tag off the conversation's customer.", [Missing]);
