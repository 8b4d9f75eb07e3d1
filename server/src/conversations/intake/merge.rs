//! Makes one conversation of two, as their customers turned out to be one person.

use std::cmp::Reverse;

use shared::{
    conversations::{ConversationState, EventKind},
    id::{ConversationId, IdentityId, TeamId},
};

use super::{Event, history, store};
use crate::{
    clock::Clock,
    contacts::Known,
    db::{self, Tx},
    live::News,
};

/// How much stands against ending a conversation: one that somebody works on more than one that waits, that more than a
/// closed one; of equal ones the older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    state: u8,
    since: Reverse<(i64, ConversationId)>,
}

/// The weight of a customer's conversation, which is locked until the end of the transaction; nothing weighs less than
/// any.
pub fn weight(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> db::Result<Option<Weight>> {
    Ok(store::weighed(tx, team, identity)?.map(|weighed| Weight {
        state: match weighed.state {
            ConversationState::InProgress => 2,
            ConversationState::Pending => 1,
            ConversationState::Closed => 0,
        },
        since: Reverse((weighed.created_at, weighed.id)),
    }))
}

/// The customer who goes is the one who stays: what was said in her conversation belongs to the other's, which keeps
/// its state and its owner and follows the other's subscription.
pub fn merged(tx: &mut Tx<'_>, clock: &Clock, team: TeamId, gone: IdentityId, stay: Known) -> db::Result<()> {
    let (from, into) = (store::weighed(tx, team, gone)?, store::weighed(tx, team, stay.identity)?);
    let Some(into) = into else { return Ok(()) };
    store::follow_identity(tx, team, stay.identity)?;
    tx.tell(News::of(team, into.id));
    let Some(from) = from else { return Ok(()) };
    let before = super::super::standings(tx, team, &[from.id])?.into_iter().next().map(|(_, standing)| standing);
    store::pour(tx, team, from.id, into.id, stay)?;
    tx.tell(News::Changed { team, subject: from.id.into(), before });
    // Who worked on the one that went reads in the thread to whom her customer passed.
    if from.state == ConversationState::InProgress && from.owner != into.owner {
        let event = Event { kind: EventKind::Transferred, by: None, to: into.owner, at: clock.now() };
        history(tx, clock, team, into.id, event)?;
    }
    Ok(())
}
