//! Who did what that others may ask about later: one row for each act, written in the transaction of the act.

mod store;
#[cfg(test)]
mod store_test;

use shared::id::TeamId;

use crate::{
    caller::Caller,
    clock::Clock,
    db::{self, Tx},
};

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// The act, such as `campaign.pause`.
    pub(crate) action: &'static str,
    /// What it was done to: an id.
    pub(crate) subject: String,
    /// What else is to be known of it, such as how many people; never a customer's text.
    pub(crate) detail: Option<String>,
}

/// Writes down that this member did it now.
pub(crate) fn note(tx: &mut Tx<'_>, clock: &Clock, caller: &Caller, act: &Act) -> db::Result<()> {
    store::add(tx, caller.team, clock.id(), Some(caller.member), act, clock.now())
}

/// Writes down that the operator of the server did it now, by a command.
pub(crate) fn note_operator(tx: &mut Tx<'_>, clock: &Clock, team: TeamId, act: &Act) -> db::Result<()> {
    store::add(tx, team, clock.id(), None, act, clock.now())
}
