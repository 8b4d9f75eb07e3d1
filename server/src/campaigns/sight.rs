//! Who is told of a send: whoever sees its record (domain.md 2.3).

use shared::{
    id::{CampaignId, MemberId, StoreId, TeamId},
    members::Action,
};

use super::records::{Scope, store};
use crate::{
    caller::Caller,
    db::{self, Tx},
};

/// What decides who sees a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Itself.
    pub id: CampaignId,
    /// Who sent it.
    pub sender: MemberId,
    /// The store it was sent under.
    pub store: Option<StoreId>,
}

/// Whether the record of this send is in the caller's scope. The team is hers.
pub fn sees(caller: &Caller, sent: &Sent) -> bool {
    let in_scope = match Scope::of(caller) {
        Scope::All => true,
        Scope::Own => sent.sender == caller.member,
        Scope::Stores(_) => {
            sent.sender == caller.member || sent.store.is_some_and(|store| caller.stores.contains(&store))
        }
    };
    in_scope && caller.require(Action::ReadGroupRecords).is_ok()
}

/// What decides who sees each of these sends, in one reading.
pub fn sent(tx: &mut Tx<'_>, team: TeamId, ids: &[CampaignId]) -> db::Result<Vec<Sent>> {
    if ids.is_empty() { Ok(Vec::new()) } else { store::sent(tx, team, ids) }
}
