//! Conversations (對話事件): the list, its filters, the thread, and what staff do with one.

use serde::{Deserialize, Serialize};

use crate::{
    attributes::AttributeCondition,
    call::{Done, Page, call, json_param},
    contacts::{ChannelRef, Subscription, Tag},
    content::Content,
    deliveries::Outcome,
    id::{CampaignId, ChannelId, ConversationId, EventId, MediaId, MemberId, MessageId, StoreId, TagId},
    limits::{self, Platform},
    members::MemberRef,
    named::named,
    problem::{Problem, Rule},
    reasons::Reason,
    templates::Filled,
    text::check_search,
    time::{Day, Stamp},
};

named! {
    /// The state of a conversation (domain.md 3.1).
    #[derive(Default)]
    pub enum ConversationState, "conversation state" {
        /// 待處理: the customer wrote, nobody owns it.
        Pending = "pending",
        /// 處理中: owned by a member. The only state a group send may target (seed).
        #[default]
        InProgress = "in_progress",
        /// 已結束: finished; a message of the customer makes it pending again.
        Closed = "closed",
    }
}

/// Whose conversations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// 我的事件. Pending ones have no owner: there it is those that the caller may take.
    #[default]
    Mine,
    /// 團隊事件: for a manager those owned in her stores, for an admin all. Sales staff get their own.
    Team,
}

/// A condition on how long ago something happened. "Never" is not within, and is not-within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum When {
    /// In the last so many days.
    Within {
        /// 1 to 3,650.
        days: u32,
    },
    /// Not in the last so many days, or never.
    NotWithin {
        /// 1 to 3,650.
        days: u32,
    },
    /// On these days of the team's calendar, both included.
    Between {
        /// The first day.
        from: Day,
        /// The last day.
        to: Day,
    },
}

/// Conditions on conversations, all of which must hold (domain.md 3.3). An absent one asks nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ConversationFilter {
    /// Part of the customer's name, or of her telephone number in at least three digits.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// On any of these accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<ChannelId>,
    /// Has at least one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_any: Vec<TagId>,
    /// Has all of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_all: Vec<TagId>,
    /// Has none of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_none: Vec<TagId>,
    /// The customer's last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_customer: Option<When>,
    /// The team's last 1:1 message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_team: Option<When>,
    /// The last group send or broadcast she was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_marketing: Option<When>,
    /// Any of these reachabilities.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<Subscription>,
    /// Only with unread messages.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// Only where the customer waits for an answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waiting: bool,
    /// Owned by any of these members (manager and admin lists).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<MemberId>,
    /// Bound to any of these members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound_members: Vec<MemberId>,
    /// Bound to a member in any of these stores.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound_stores: Vec<StoreId>,
    /// On WhatsApp, with the 24-hour window open or closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_open: Option<bool>,
    /// Custom attributes, of which all must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<AttributeCondition>,
}

impl ConversationFilter {
    /// Whether it asks nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its values are within bounds; `field` is where it stands in the request.
    pub fn check(&self, field: &str) -> Result<(), Problem> {
        check_search(&format!("{field}.search"), &self.search)?;
        for (name, count) in [
            ("channels", self.channels.len()),
            ("tags_any", self.tags_any.len()),
            ("tags_all", self.tags_all.len()),
            ("tags_none", self.tags_none.len()),
            ("owners", self.owners.len()),
            ("bound_members", self.bound_members.len()),
            ("bound_stores", self.bound_stores.len()),
        ] {
            if count > 200 {
                return Err(Problem::invalid(
                    format!("{field}.{name}"),
                    Rule::TooMany { limit: 200, actual: count as u64 },
                ));
            }
        }
        for (name, when) in [
            ("last_customer", self.last_customer),
            ("last_team", self.last_team),
            ("last_marketing", self.last_marketing),
        ] {
            match when {
                Some(When::Within { days } | When::NotWithin { days }) if !(1..=3_650).contains(&days) => {
                    let rule = Rule::Malformed { expected: "1 to 3650 days".into() };
                    return Err(Problem::invalid(format!("{field}.{name}.days"), rule));
                }
                Some(When::Between { from, to }) if to < from => {
                    let rule = Rule::Malformed { expected: "a last day that is not before the first".into() };
                    return Err(Problem::invalid(format!("{field}.{name}.to"), rule));
                }
                _ => {}
            }
        }
        if self.attributes.len() > limits::ATTRIBUTES {
            let (limit, actual) = (limits::ATTRIBUTES as u64, self.attributes.len() as u64);
            return Err(Problem::invalid(format!("{field}.attributes"), Rule::TooMany { limit, actual }));
        }
        for (i, condition) in self.attributes.iter().enumerate() {
            condition.test.check(&format!("{field}.attributes[{i}]"))?;
        }
        Ok(())
    }
}

/// How long after a customer's message WhatsApp takes any message to her, in milliseconds (seed step 18, providers.md
/// B4).
pub const WINDOW_MS: i64 = 24 * 3_600_000;

/// Whether WhatsApp takes any message to a customer now, or templates only (seed steps 16 to 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// There is no such window: LINE.
    None,
    /// Any message, for so long (in milliseconds, more than 0).
    Open(i64),
    /// Templates only: the customer's last message is too old, or there was none.
    Closed,
}

impl Window {
    /// That of a customer who wrote last at this time, if ever; both in UTC milliseconds.
    pub const fn of(platform: Platform, last_customer_at: Option<i64>, now: i64) -> Self {
        match (platform, last_customer_at) {
            (Platform::Line, _) => Self::None,
            (Platform::Whatsapp, Some(at)) if now - at < WINDOW_MS => Self::Open(WINDOW_MS - (now - at)),
            (Platform::Whatsapp, _) => Self::Closed,
        }
    }
}

impl ConversationCard {
    /// Its customer's window at this time (UTC milliseconds).
    pub fn window(&self, now: i64) -> Window {
        Window::of(self.channel.platform, self.last_customer_at.map(|at| at.timestamp_millis()), now)
    }
}

/// The order of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The newest message first.
    #[default]
    Newest,
    /// The oldest message first.
    Oldest,
}

/// What the last message of a conversation was, for its card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LastMessage {
    /// What kind.
    pub kind: MessageKind,
    /// The first 120 characters of a text.
    pub text: String,
    /// Whether the customer wrote it.
    pub from_customer: bool,
    /// When.
    pub at: Stamp,
}

named! {
    /// What a message is.
    pub enum MessageKind, "message kind" {
        /// Text.
        Text = "text",
        /// A picture.
        Image = "image",
        /// A film.
        Video = "video",
        /// A recording.
        Audio = "audio",
        /// A sticker.
        Sticker = "sticker",
        /// A file.
        File = "file",
        /// A place on the map.
        Location = "location",
        /// A press on a button of a card.
        Postback = "postback",
        /// A WhatsApp template of ours.
        Template = "template",
        /// Something that this version does not know; kept, shown as such.
        Other = "other",
    }
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ConversationCard {
    /// Its id.
    pub id: ConversationId,
    /// The customer's name; empty where the platform gave none.
    pub name: String,
    /// The account she wrote to.
    pub channel: ChannelRef,
    /// Its state.
    pub state: ConversationState,
    /// Whether she can be reached.
    pub subscription: Subscription,
    /// Messages of hers not yet read.
    pub unread: u32,
    /// Since when she waits for an answer.
    pub waiting_since: Option<Stamp>,
    /// The last message, if any.
    pub last: Option<LastMessage>,
    /// Her own last message.
    pub last_customer_at: Option<Stamp>,
    /// Her tags, by name.
    pub tags: Vec<Tag>,
    /// Who owns it.
    pub owner: Option<MemberRef>,
}

/// A conversation, open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Conversation {
    /// As in the list.
    pub card: ConversationCard,
    /// What the caller may do with it now.
    pub may: May,
}

/// What the caller may do with a conversation now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[expect(clippy::struct_excessive_bools, reason = "independent permissions, each a button")]
pub struct May {
    /// Become its owner.
    pub take: bool,
    /// Hand it to someone else.
    pub transfer: bool,
    /// Close it.
    pub close: bool,
    /// Open it again, as her own.
    pub reopen: bool,
    /// Write to the customer.
    pub reply: bool,
}

/// The list of conversations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListConversations {
    /// The tab.
    #[serde(default)]
    pub state: ConversationState,
    /// Whose.
    #[serde(default)]
    pub scope: Scope,
    /// Conditions, as JSON text.
    #[serde(default, with = "json_param")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub filter: ConversationFilter,
    /// The order.
    #[serde(default)]
    pub sort: Sort,
    /// Rows of a page, 1 to 100.
    #[serde(default = "page_size")]
    pub limit: u32,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
call!(ListConversations {}: Get "/conversations" -> Page<ConversationCard>, needs ReadConversations, "Conversations of a tab, filtered and sorted, by pages.", [Invalid]);

/// Rows of a page where none is asked for.
pub const fn page_size() -> u32 {
    50
}

/// How many conversations each tab holds, and how many match a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CountConversations {
    /// The tab that is filtered.
    #[serde(default)]
    pub state: ConversationState,
    /// Whose.
    #[serde(default)]
    pub scope: Scope,
    /// Conditions, as JSON text.
    #[serde(default, with = "json_param")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub filter: ConversationFilter,
}
call!(CountConversations {}: Get "/conversations/count" -> Counts, needs ReadConversations, "How many each tab holds, and how many match a filter.", [Invalid]);

/// Counts of conversations, all in the asked scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Counts {
    /// In the asked tab, matching the filter.
    pub matching: u64,
    /// Pending that the caller may see.
    pub pending: u64,
    /// In progress.
    pub in_progress: u64,
    /// Closed.
    pub closed: u64,
    /// In progress with unread messages, whatever the filter.
    pub unread: u64,
}

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowConversation {
    /// Which.
    #[serde(skip)]
    pub id: ConversationId,
}
call!(ShowConversation { id }: Get "/conversations/{id}" -> Conversation, needs ReadConversations, "One conversation and what the caller may do with it.", [Missing]);

/// One entry of the thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A message, either way.
    Message(Message),
    /// Something that staff did with the conversation.
    Event {
        /// Its id.
        id: EventId,
        /// When.
        at: Stamp,
        /// What.
        what: EventKind,
        /// Who did it; nobody where the customer's message did.
        by: Option<MemberRef>,
        /// The new owner, of a transfer.
        to: Option<MemberRef>,
    },
}

named! {
    /// What happened to a conversation.
    pub enum EventKind, "event" {
        /// 接手: someone became its owner.
        Taken = "taken",
        /// 移轉: handed to someone else.
        Transferred = "transferred",
        /// Closed.
        Closed = "closed",
        /// Opened again by a member.
        Reopened = "reopened",
        /// The customer blocked the account.
        Blocked = "blocked",
        /// The customer can be reached again.
        Unblocked = "unblocked",
        /// The customer opted out.
        Unsubscribed = "unsubscribed",
    }
}

/// A message of the thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Message {
    /// Its id, unique in the thread: a message's own, or made of a delivery and the place of the part.
    pub id: String,
    /// Whether the customer wrote it.
    pub from_customer: bool,
    /// What kind.
    pub kind: MessageKind,
    /// The text, or what can be said of the rest (a file's name, a sticker's words).
    pub text: String,
    /// The picture, film or file, once it is fetched; of a template its header.
    pub media: Option<MediaRef>,
    /// The template, filled in for this customer, if it is one.
    pub template: Option<Box<Filled>>,
    /// When.
    pub at: Stamp,
    /// Who wrote it, of ours.
    pub by: Option<MemberRef>,
    /// The group send it came with.
    pub campaign: Option<CampaignId>,
    /// How far it got, of ours.
    pub outcome: Option<Outcome>,
    /// Why not, of ours.
    pub reason: Option<Reason>,
}

/// A stored picture, film or file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MediaRef {
    /// Its id.
    pub id: MediaId,
    /// Its type, such as `image/jpeg`; empty until it is fetched.
    pub mime: String,
    /// What it is called, where that is known: a document of ours.
    pub name: Option<String>,
    /// Its bytes, once it is here.
    pub size: Option<u64>,
    /// A short-lived signed address on this server; absent while it is being fetched or where that failed.
    pub url: Option<String>,
    /// The same of its preview, where there is one: a small picture, for a film its poster frame.
    pub preview_url: Option<String>,
    /// Whether it could not be fetched any more.
    pub lost: bool,
}

/// The thread, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowThread {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
    /// Entries of a page, 1 to 100.
    #[serde(default = "page_size")]
    pub limit: u32,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
call!(ShowThread { id }: Get "/conversations/{id}/thread" -> Page<Entry>, needs ReadConversations, "Messages and events of a conversation, newest first.", [Missing, Invalid]);

/// Marks a conversation as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MarkRead {
    /// Which.
    #[serde(skip)]
    pub id: ConversationId,
}
call!(MarkRead { id }: Post "/conversations/{id}/read" -> Done, needs Converse, "Marks a conversation as read by its owner.", [Missing]);

/// Becomes the owner of a pending conversation (接手).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Take {
    /// Which.
    #[serde(skip)]
    pub id: ConversationId,
}
call!(Take { id }: Post "/conversations/{id}/take" -> Conversation, needs Converse, "Takes a pending conversation over.", [Missing, Conflict]);

/// Hands conversations to a colleague (移轉), at most 20 at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Transfer {
    /// Which; all or none are handed over.
    pub ids: Vec<ConversationId>,
    /// To whom.
    pub to: MemberId,
}
call!(Transfer {}: Post "/conversations/transfer" -> Done, needs Converse, "Hands up to 20 conversations to a colleague; all or none.", [Missing, Invalid, Conflict]);

/// Closes a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Close {
    /// Which.
    #[serde(skip)]
    pub id: ConversationId,
}
call!(Close { id }: Post "/conversations/{id}/close" -> Conversation, needs Converse, "Closes a conversation.", [Missing, Conflict]);

/// Opens a closed conversation again, as the caller's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Reopen {
    /// Which.
    #[serde(skip)]
    pub id: ConversationId,
}
call!(Reopen { id }: Post "/conversations/{id}/reopen" -> Conversation, needs Converse, "Opens a closed conversation again, as the caller's own.", [Missing, Conflict]);

/// Writes to one customer; it goes out through the delivery engine, before everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Reply {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
    /// An id drawn by the client, that of the first message: the same again is the same reply.
    pub key: MessageId,
    /// One to five messages, which arrive together.
    pub content: Content,
}
call!(Reply { id }: Post "/conversations/{id}/messages" -> Vec<Message>, needs Converse, "Writes to one customer.", [Missing, Invalid, Conflict, TooMany], status 202);

#[cfg(test)]
mod tests {
    use super::*;

    /// Seed step 18 and providers.md B4: 24 hours from the customer's last message.
    #[test]
    fn the_window_closes_a_day_after_the_customers_last_message() {
        let of = |at, now| Window::of(Platform::Whatsapp, at, now);
        assert_eq!(of(Some(1_000), 1_000), Window::Open(WINDOW_MS));
        assert_eq!(of(Some(1_000), 1_000 + WINDOW_MS - 1), Window::Open(1));
        assert_eq!(of(Some(1_000), 1_000 + WINDOW_MS), Window::Closed);
        assert_eq!(of(None, 1_000), Window::Closed);
        assert_eq!(Window::of(Platform::Line, None, 1_000), Window::None);
    }
}
