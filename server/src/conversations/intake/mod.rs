//! What the customer's side does to a conversation: she writes, blocks, comes back, is renamed.
//!
//! Events arrive in any order and more than once, so every rule here gives the same end whatever the order
//! (providers.md A5).

mod merge;
mod store;
mod wrote;

#[cfg(test)]
mod store_test;

use shared::{
    contacts::Subscription,
    conversations::{EventKind, MessageKind},
    id::{ChannelId, ContactId, ConversationId, IdentityId, MediaId, MessageId, TeamId},
};

pub use self::{
    merge::{Weight, merged, weight},
    wrote::{customer_wrote, customers_wrote},
};
use super::thread::Event;
use crate::{
    clock::Clock,
    db::{self, Tx},
    live::News,
};

/// A message of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The team of the channel.
    pub team: TeamId,
    /// The account she wrote to.
    pub channel: ChannelId,
    /// The customer on that channel.
    pub identity: IdentityId,
    /// The customer as a person.
    pub contact: ContactId,
    /// When she wrote, by the platform, UTC milliseconds.
    pub at: i64,
    /// What it is.
    pub kind: MessageKind,
    /// The text, or what can be said of the rest.
    pub text: String,
    /// The picture, film or file, to be fetched.
    pub media: Option<MediaId>,
    /// The platform's id of the message: the same again is the same message.
    pub platform_id: Option<String>,
    /// LINE: what a free reply needs.
    pub reply_token: Option<String>,
}

/// What came of an inbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// It was kept.
    New {
        /// Where.
        conversation: ConversationId,
        /// As what.
        message: MessageId,
    },
    /// It was there already; nothing changed.
    Duplicate,
}

/// Appends to what happened to a conversation.
pub fn history(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    conversation: ConversationId,
    event: Event,
) -> db::Result<()> {
    super::thread::append(tx, team, conversation, clock.id(), event)
}

/// Follows a change of the identity's subscription, and says so in the thread where staff should know. Without a
/// conversation, or where nothing changes, nothing happens. `at` is the platform's time of it, UTC milliseconds.
pub fn subscription_changed(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    identity: IdentityId,
    now: Subscription,
    at: i64,
) -> db::Result<()> {
    let Some(store::Place { conversation, .. }) = store::lock(tx, &[(team, identity)])?.pop() else { return Ok(()) };
    let before = store::subscription(tx, team, conversation)?;
    if before == now {
        return Ok(());
    }
    store::set_subscription(tx, team, conversation, now)?;
    tx.tell(News::of(team, conversation));
    match told(before, now) {
        Some(kind) => history(tx, clock, team, conversation, Event { kind, by: None, to: None, at }),
        None => Ok(()),
    }
}

/// What a change of subscription is called in the thread; that she is now known to be a friend is no event.
fn told(before: Subscription, now: Subscription) -> Option<EventKind> {
    use Subscription::{Blocked, Subscribed, Unknown, Unsubscribed};
    match (before, now) {
        (_, Blocked) => Some(EventKind::Blocked),
        (_, Unsubscribed) => Some(EventKind::Unsubscribed),
        (Blocked | Unsubscribed, Subscribed | Unknown) => Some(EventKind::Unblocked),
        (Unknown | Subscribed, Subscribed | Unknown) => None,
    }
}

/// Follows a change of a customer's name, given as `shared::text::fold` leaves it.
pub fn renamed(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, folded: &str) -> db::Result<()> {
    tx.tell(News::of(team, contact));
    store::rename(tx, team, contact, folded)
}
