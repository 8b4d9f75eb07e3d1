//! How many people a WhatsApp business may write to outside their windows: unique people of a moving 24 hours, which
//! all numbers of a portfolio share (providers.md B4). Meta has no error of its own for more, so it is counted here.

mod store;
#[cfg(test)]
mod store_test;

use std::collections::BTreeSet;

use shared::{
    campaigns::Reach,
    conversations::WINDOW_MS,
    id::{ChannelId, ContactId, ConversationId, TeamId},
    limits::Platform,
    problem::{Conflict, Problem},
};

use crate::{
    channels, conversations,
    db::{self, Tx},
    platforms::whatsapp::PeopleLimit,
};

/// What a number may still reach, and what these people would take of it; nothing for an account of another platform.
/// `now` is UTC milliseconds.
pub(crate) fn of(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    people: &BTreeSet<ContactId>,
    now: i64,
) -> db::Result<Option<Reach>> {
    let Some(portfolio) = store::portfolio(tx, team, channel)? else { return Ok(None) };
    let limit = match channels::people_limit(tx, team, channel)? {
        Some(PeopleLimit::Of(limit)) => Some(u64::try_from(limit).unwrap_or_default()),
        Some(PeopleLimit::Unlimited) | None => None,
    };
    let asked: Vec<String> = people.iter().map(ToString::to_string).collect();
    let (used, among) = store::used(tx, team, &portfolio, &asked, now - WINDOW_MS)?;
    Ok(Some(Reach { limit, used, needed: (people.len() as u64).saturating_sub(among) }))
}

/// Refuses a whole send that needs more than is left, with both numbers (as domain.md 11.26 does with a quota).
pub(crate) fn check(reach: Reach) -> Result<(), Problem> {
    match reach.left() {
        Some(left) if reach.needed > left => {
            Err(Problem::conflict(Conflict::MessagingLimit { needed: reach.needed, left }))
        }
        _ => Ok(()),
    }
}

/// Notes that these conversations were written to at this time (UTC ms): of those whose window was closed, the people.
pub(crate) fn note(tx: &mut Tx<'_>, team: TeamId, conversations: &[ConversationId], at: i64) -> db::Result<()> {
    let ids: Vec<String> = conversations.iter().map(ToString::to_string).collect();
    store::add(tx, team, &ids, at, at - WINDOW_MS)
}

/// Notes which conversations of a platform a group send reached, and when (UTC ms): once per settled batch, of which
/// the engine tells.
pub fn reached(
    tx: &mut Tx<'_>,
    platform: Platform,
    team: TeamId,
    conversations: &[ConversationId],
    at: i64,
) -> db::Result<()> {
    conversations::marketed(tx, team, conversations, at)?;
    match platform {
        // LINE limits messages, not people.
        Platform::Line => Ok(()),
        Platform::Whatsapp => note(tx, team, conversations, at),
    }
}
