//! Who a selection of a group send stands for (seed steps 3 and 4), looked up anew each time it is asked.

mod store;

#[cfg(test)]
mod store_test;

use std::collections::{HashMap, HashSet};

use shared::{
    campaigns::{ChannelCount, SelectionCount},
    contacts::{ChannelRef, Subscription},
    conversations::{ConversationState, Scope},
    id::{ChannelId, ContactId, ConversationId, IdentityId, MemberId, TeamId},
    limits::Platform,
    problem::{Problem, Rule},
    selection::Selection,
    text::utf16_len,
};

use super::filter::Asked;
use crate::{
    caller::Caller,
    db::{self, Tx},
    refused::Refused,
};

/// Someone in a selection. Whether she can be sent is for the caller of [`select`] to say: people who are not the sender's
/// any more, closed or blocked are here too, and become failed rows of the record (domain.md 11.20, 11.21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Her conversation.
    pub conversation: ConversationId,
    /// She on this channel.
    pub identity: IdentityId,
    /// She as a person.
    pub contact: ContactId,
    /// The account.
    pub channel: ChannelId,
    /// Its name.
    pub channel_name: String,
    /// Its platform.
    pub platform: Platform,
    /// Her name; empty where the platform gave none.
    pub name: String,
    /// The state of the conversation.
    pub state: ConversationState,
    /// Its owner.
    pub owner: Option<MemberId>,
    /// Whether she can be reached.
    pub subscription: Subscription,
    /// When she last wrote, UTC milliseconds.
    pub last_customer_at: Option<i64>,
    /// Her address on the platform, as deliveries name it; empty where none is known.
    pub address: String,
}

impl Chosen {
    /// The account, by name.
    pub fn channel_ref(&self) -> ChannelRef {
        ChannelRef { id: self.channel, name: self.channel_name.clone(), platform: self.platform }
    }
}

/// Everyone in a selection, each once, in the order of (channel, contact), which is the order deliveries are written in.
/// `now` is UTC milliseconds, for conditions such as "in the last 7 days".
///
/// An id that the team does not have refuses the whole selection: it is a mistake or an attempt on another team
/// (architecture.md 4). Filters only ever find the caller's own conversations in progress.
pub fn select(tx: &mut Tx<'_>, caller: &Caller, selection: &Selection, now: i64) -> Result<Vec<Chosen>, Refused> {
    selection.check()?;
    let mut chosen = Vec::new();
    if !selection.ids.is_empty() {
        let ticked = store::ticked(tx, caller.team, &selection.ids)?;
        let asked: HashSet<_> = selection.ids.iter().collect();
        if ticked.len() < asked.len() {
            let rule = Rule::Unknown { count: (asked.len() - ticked.len()) as u64 };
            return Err(Problem::invalid("selection.ids", rule).into());
        }
        chosen = ticked;
    }
    for matching in &selection.matching {
        let asked = Asked { state: ConversationState::InProgress, scope: Scope::Mine, filter: &matching.filter, now };
        chosen.append(&mut store::matching(tx, caller, &asked, &matching.except)?);
    }
    chosen.sort_unstable_by_key(place);
    chosen.dedup_by_key(|one| place(one));
    Ok(chosen)
}

/// Where somebody stands in a selection.
fn place(one: &Chosen) -> (ChannelId, ContactId, ConversationId) {
    (one.channel, one.contact, one.conversation)
}

/// How many a selection holds, by account, most first; and the longest name, counted as LINE counts.
pub fn count(tx: &mut Tx<'_>, caller: &Caller, selection: &Selection, now: i64) -> Result<SelectionCount, Refused> {
    let chosen = select(tx, caller, selection, now)?;
    let mut channels: HashMap<ChannelId, ChannelCount> = HashMap::new();
    for one in &chosen {
        let counted =
            channels.entry(one.channel).or_insert_with(|| ChannelCount { channel: one.channel_ref(), count: 0 });
        counted.count += 1;
    }
    let mut channels: Vec<_> = channels.into_values().collect();
    channels.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.channel.id.cmp(&b.channel.id)));
    let longest_name = chosen.iter().max_by_key(|one| utf16_len(&one.name)).map(|one| one.name.clone());
    Ok(SelectionCount { total: chosen.len() as u64, channels, longest_name: longest_name.unwrap_or_default() })
}

/// Notes that a group send reached these conversations at this moment, UTC milliseconds. Once per settled batch; never moves
/// backwards, and does not reorder lists (architecture.md 3).
pub fn marketed(tx: &mut Tx<'_>, team: TeamId, conversations: &[ConversationId], at: i64) -> db::Result<()> {
    store::set_marketed(tx, team, conversations, at)
}
