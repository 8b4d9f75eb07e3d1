//! Conversations (對話事件): who sees which, who may do what with one, and everything that is done with them.

mod act;
mod filter;
pub mod http;
pub mod intake;
mod list;
mod reply;
mod select;
mod sight;
mod store;
mod thread;

#[cfg(test)]
pub(crate) mod fixture_test;
#[cfg(test)]
mod rules_test;
#[cfg(test)]
mod store_test;

use shared::{
    contacts::Subscription,
    conversations::{ConversationState, May},
    id::{ChannelId, ContactId, ConversationId, IdentityId, MemberId, StoreId},
    limits::Platform,
    members::Role,
    problem::{Problem, What},
};

use self::sight::may_take_from;
pub use self::{
    reply::ineligible as ineligible_replies,
    select::{Chosen, count, marketed, select},
    sight::{Standing, around, sees, sees_standing, standings},
    thread::Event,
};
use crate::{
    caller::Caller,
    cursor,
    db::{self, Tx},
    refused::Refused,
};

/// A conversation, with what the rules ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: ConversationId,
    /// The customer on this channel.
    pub identity: IdentityId,
    /// The customer as a person.
    pub contact: ContactId,
    /// The account she wrote to.
    pub channel: ChannelId,
    /// The stores that work with that account.
    pub channel_stores: Vec<StoreId>,
    /// Its state.
    pub state: ConversationState,
    /// Its owner; kept when it is closed.
    pub owner: Option<MemberId>,
    /// The store under which it was taken.
    pub store: Option<StoreId>,
    /// Whether the customer can be reached.
    pub subscription: Subscription,
    /// The account's platform.
    pub platform: Platform,
    /// When the customer last wrote, UTC milliseconds.
    pub last_customer_at: Option<i64>,
    /// The customer's name; empty where the platform gave none.
    pub name: String,
    /// Her address on the platform, as deliveries name it; empty where none is known.
    pub address: String,
}

/// The conversation, if the caller may see it (domain.md 2.2, 11.24). Someone else's is as missing as one that never was.
pub fn visible(tx: &mut Tx<'_>, caller: &Caller, id: ConversationId) -> Result<Found, Refused> {
    match store::find(tx, caller.team, id)? {
        Some(found) if sees(caller, &found) => Ok(found),
        _ => Err(missing()),
    }
}

/// What the caller may do with this conversation now.
pub fn may(caller: &Caller, found: &Found) -> May {
    if !sees(caller, found) {
        return May::default();
    }
    match found.state {
        // Whoever leads may also hand a pending one out, which is the only way where the team's setting is off.
        ConversationState::Pending => {
            let leads = caller.role != Role::SalesStaff;
            May { take: true, transfer: leads, close: leads, ..May::default() }
        }
        ConversationState::InProgress => May { transfer: true, close: true, reply: true, ..May::default() },
        ConversationState::Closed => May { reopen: true, ..May::default() },
    }
}

/// The store under which the caller takes a conversation: her first that works with its channel, the primary one before
/// others, else the primary one.
fn store_for(caller: &Caller, found: &Found) -> Option<StoreId> {
    let at_home = caller.stores.iter().find(|store| found.channel_stores.contains(store));
    at_home.copied().or_else(|| caller.store())
}

fn missing() -> Refused {
    Problem::missing(What::Conversation).into()
}

/// A list of ids as one parameter.
fn texts<T: ToString>(ids: &[T]) -> db::Value {
    db::Value::Texts(ids.iter().map(ToString::to_string).collect())
}

/// The first 120 characters of a text, as a card shows it (`LastMessage`).
fn preview(text: &str) -> String {
    text.chars().take(120).collect()
}
