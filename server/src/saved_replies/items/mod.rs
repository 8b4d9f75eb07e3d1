//! What saved replies and WhatsApp templates have in common: who may use one, and the categories it is filed under
//! (domain.md 4.4 and 5).

mod store;
#[cfg(test)]
mod store_test;

use shared::{
    id::{CategoryId, TeamId},
    problem::{Problem, Rule},
    saved_replies::{Category, UsableBy},
};

pub(crate) use self::store::{Filing, categories_of, complete, file, read_word, under, unfile, usable, word};
use crate::{db::Tx, refused::Result};

/// The categories that a filter asks for, each as the one it stands for by now; none where it asks for all. One that
/// was deleted finds nothing, and leaves the others theirs.
pub(crate) fn asked(tx: &mut Tx<'_>, team: TeamId, ids: &[CategoryId]) -> Result<Option<Vec<CategoryId>>> {
    if ids.is_empty() {
        return Ok(None);
    }
    Ok(Some(store::living(tx, team, ids)?.into_iter().map(|(_, id)| id).collect()))
}

/// The categories by name; one that was merged into another stands for that one.
pub(crate) fn filed_under(tx: &mut Tx<'_>, team: TeamId, ids: &[CategoryId]) -> Result<Vec<Category>> {
    let living = store::living(tx, team, ids)?;
    let count = ids.iter().filter(|id| living.iter().all(|(asked, _)| asked != *id)).count() as u64;
    if count > 0 {
        return Err(Problem::invalid("categories", Rule::Unknown { count }).into());
    }
    let stay: Vec<CategoryId> = living.into_iter().map(|(_, id)| id).collect();
    Ok(store::categories_of(tx, team, &stay)?)
}

/// Who may use it, in the order in which it is kept; refused where a store is not the team's.
pub(crate) fn in_order(tx: &mut Tx<'_>, team: TeamId, usable_by: &UsableBy) -> Result<UsableBy> {
    let mut usable_by = usable_by.clone();
    match &mut usable_by {
        UsableBy::Everybody | UsableBy::OnlyMe => {}
        UsableBy::Roles { roles } => {
            roles.sort_unstable_by_key(|role| role.as_str());
            roles.dedup();
        }
        UsableBy::Stores { stores } => {
            stores.sort_unstable();
            stores.dedup();
            let known = store::known_stores(tx, team, stores)?;
            let count = (stores.len() as u64).saturating_sub(known);
            if count > 0 {
                return Err(Problem::invalid("usable_by.stores", Rule::Unknown { count }).into());
            }
        }
    }
    Ok(usable_by)
}
