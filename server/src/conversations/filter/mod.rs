//! Which conversations a list, a count or a selection asks for.

mod store;

#[cfg(test)]
mod store_test;

use shared::conversations::{ConversationFilter, ConversationState, Scope};

pub(super) use self::store::{conditions, scope};

/// A tab of the list, whose it is, and the conditions on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The tab.
    pub(super) state: ConversationState,
    /// Whose.
    pub(super) scope: Scope,
    /// The conditions, checked.
    pub(super) filter: &'a ConversationFilter,
    /// Now, UTC milliseconds.
    pub(super) now: i64,
}
