//! Who sees which conversation (domain.md 2.2, 11.24), for those who ask about one and for those who are told of it.

use shared::{
    conversations::ConversationState,
    id::{ContactId, ConversationId, MediaId, MemberId, StoreId, TeamId},
    members::{Action, Role},
};

use super::{Found, store};
pub use crate::live::Standing;
use crate::{
    caller::Caller,
    db::{self, Tx},
};

impl Found {
    /// What decides who sees it.
    pub fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            owner: self.owner,
            store: self.store,
            channel_stores: self.channel_stores.clone(),
        }
    }
}

/// Whether this conversation is in the caller's scope: her own; a manager's also those taken under her stores; an admin's
/// all; and pending ones of her stores' channels where the team lets sales roles take them.
pub fn sees(caller: &Caller, found: &Found) -> bool {
    in_scope(caller, found.state, found.owner, found.store, &found.channel_stores)
}

/// As [`sees`], for who is told of a change. The team is the caller's.
pub fn sees_standing(caller: &Caller, standing: &Standing) -> bool {
    caller.require(Action::ReadConversations).is_ok()
        && in_scope(caller, standing.state, standing.owner, standing.store, &standing.channel_stores)
}

fn in_scope(
    caller: &Caller,
    state: ConversationState,
    owner: Option<MemberId>,
    store: Option<StoreId>,
    channel_stores: &[StoreId],
) -> bool {
    match state {
        ConversationState::Pending => may_take_from(caller, channel_stores),
        ConversationState::InProgress | ConversationState::Closed => {
            owner == Some(caller.member) || oversees(caller, store)
        }
    }
}

/// Whether the caller may take pending conversations of a channel that these stores work with.
pub(super) fn may_take_from(caller: &Caller, channel_stores: &[StoreId]) -> bool {
    match caller.role {
        Role::Admin => true,
        Role::SalesManager | Role::SalesStaff => {
            caller.settings.sales_may_take_pending && caller.stores.iter().any(|store| channel_stores.contains(store))
        }
    }
}

fn oversees(caller: &Caller, store: Option<StoreId>) -> bool {
    match caller.role {
        Role::Admin => true,
        Role::SalesManager => store.is_some_and(|store| caller.stores.contains(&store)),
        Role::SalesStaff => false,
    }
}

/// What decides who sees each of these conversations, in one reading; those that are not there are left out.
pub fn standings(tx: &mut Tx<'_>, team: TeamId, ids: &[ConversationId]) -> db::Result<Vec<(ConversationId, Standing)>> {
    if ids.is_empty() { Ok(Vec::new()) } else { store::standings(tx, team, ids) }
}

/// The conversations of these customers, and those that these media stand in.
pub fn around(
    tx: &mut Tx<'_>,
    team: TeamId,
    contacts: &[ContactId],
    media: &[MediaId],
) -> db::Result<Vec<ConversationId>> {
    let mut ids = if contacts.is_empty() { Vec::new() } else { store::of_contacts(tx, team, contacts)? };
    if !media.is_empty() {
        ids.extend(store::of_media(tx, team, media)?);
    }
    Ok(ids)
}
