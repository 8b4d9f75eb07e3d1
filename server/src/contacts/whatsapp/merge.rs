//! Makes one of two who are the same person (docs/decisions/2026-11-20-who-stays-when-two-are-one.md).

use shared::id::{IdentityId, TeamId};

use super::store;
use crate::{
    clock::Clock,
    contacts::{named, store as contacts},
    conversations::intake,
    db::{self, Tx},
};

/// Merges two customers of a number and gives the one who stays: the one whose conversation weighs more, else the one
/// who was known first. All that is the other's becomes hers.
pub(super) fn merge(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    one: IdentityId,
    other: IdentityId,
) -> db::Result<IdentityId> {
    contacts::people_change(tx, team)?;
    let weights = (intake::weight(tx, team, one)?, intake::weight(tx, team, other)?);
    let one_stays = if weights.0 == weights.1 { one < other } else { weights.0 > weights.1 };
    let (stays, goes) = if one_stays { (one, other) } else { (other, one) };
    let stay = contacts::known(tx, team, stays)?.ok_or(db::Error::NotFound)?;
    let gone = store::person(tx, team, goes)?.ok_or(db::Error::NotFound)?;
    store::join_identities(tx, team, goes, stay)?;
    // The same rules as for events: what is later counts.
    contacts::set_subscription(tx, team, stays, gone.subscription, gone.subscription_at)?;
    intake::merged(tx, clock, team, goes, stay)?;
    if gone.contact != stay.contact {
        store::join_contacts(tx, team, gone.contact, stay.contact, clock.now())?;
        named(tx, team, stay, &gone.name, gone.named_at)?;
    }
    tracing::info!(%goes, %stays, "two WhatsApp customers are one: they were seen together");
    Ok(stays)
}
