//! Who may use, change and give away a saved reply (domain.md 2.2 and 4.4), as functions of nothing but who asks.
//! Templates are used by the same rule.

use shared::{id::MemberId, members::Role, problem::Rule, saved_replies::UsableBy};

use crate::caller::Caller;

/// Whether the caller may use it: its maker, where there is one, always, an admin all but others' "only me", others
/// what is for them. [`super::items::usable`] says the same in SQL.
pub(crate) fn uses(caller: &Caller, owner: Option<MemberId>, usable_by: &UsableBy) -> bool {
    if owner == Some(caller.member) {
        return true;
    }
    match usable_by {
        UsableBy::OnlyMe => false,
        _ if caller.role == Role::Admin => true,
        UsableBy::Everybody => true,
        UsableBy::Roles { roles } => roles.contains(&caller.role),
        UsableBy::Stores { stores } => stores.iter().any(|store| caller.stores.contains(store)),
    }
}

/// Whether the caller may change and delete it: its maker, and an admin all but others' "only me".
pub(super) fn edits(caller: &Caller, owner: MemberId, usable_by: &UsableBy) -> bool {
    owner == caller.member || (caller.role == Role::Admin && *usable_by != UsableBy::OnlyMe)
}

/// Whether the caller may say that this is who uses it: an admin anything, but "only me" of her own alone; sales roles
/// "only me" and their own stores.
pub(super) fn gives(caller: &Caller, owner: MemberId, usable_by: &UsableBy) -> Result<(), Rule> {
    let may = match usable_by {
        UsableBy::OnlyMe => owner == caller.member,
        UsableBy::Everybody | UsableBy::Roles { .. } => caller.role == Role::Admin,
        UsableBy::Stores { stores } => {
            caller.role == Role::Admin || stores.iter().all(|store| caller.stores.contains(store))
        }
    };
    if may { Ok(()) } else { Err(Rule::NotYours) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use shared::id::{StoreId, TeamId};
    use uuid::Uuid;

    use super::*;
    use crate::conversations::fixture_test::caller;

    const ME: MemberId = MemberId(Uuid::from_u128(1));
    const HER: MemberId = MemberId(Uuid::from_u128(2));
    const NORTH: StoreId = StoreId(Uuid::from_u128(3));
    const SOUTH: StoreId = StoreId(Uuid::from_u128(4));

    fn roles(roles: &[Role]) -> UsableBy {
        UsableBy::Roles { roles: roles.to_vec() }
    }

    fn stores(stores: &[StoreId]) -> UsableBy {
        UsableBy::Stores { stores: stores.to_vec() }
    }

    /// Three letters for admin, manager and staff, all of the north: `u` may use, `e` may also change, `-` neither.
    /// First of one's own, then of somebody else's.
    #[rstest]
    #[case(UsableBy::Everybody, "eee", "euu")]
    #[case(UsableBy::OnlyMe, "eee", "---")]
    #[case(roles(&[Role::SalesManager]), "eee", "eu-")]
    #[case(roles(&[Role::SalesManager, Role::SalesStaff]), "eee", "euu")]
    #[case(roles(&[Role::Admin]), "eee", "e--")]
    #[case(stores(&[NORTH]), "eee", "euu")]
    #[case(stores(&[SOUTH]), "eee", "e--")]
    #[case(stores(&[SOUTH, NORTH]), "eee", "euu")]
    fn who_uses_and_changes_what(#[case] usable_by: UsableBy, #[case] own: &str, #[case] others: &str) {
        for (owner, expected) in [(ME, own), (HER, others)] {
            let letters: String = Role::ALL
                .into_iter()
                .map(|role| {
                    let caller = caller(TeamId::default(), ME, "me", role, &[NORTH]);
                    match (uses(&caller, Some(owner), &usable_by), edits(&caller, owner, &usable_by)) {
                        (true, true) => 'e',
                        (true, false) => 'u',
                        (false, false) => '-',
                        (false, true) => '!',
                    }
                })
                .collect();
            assert_eq!(letters, expected, "{usable_by:?} of {owner}");
        }
    }

    /// Three letters for admin, manager and staff, all of the north: `y` may give it so. First her own, then another's.
    #[rstest]
    #[case(UsableBy::Everybody, "y--", "y--")]
    #[case(UsableBy::OnlyMe, "yyy", "---")]
    #[case(roles(&[Role::SalesStaff]), "y--", "y--")]
    #[case(stores(&[NORTH]), "yyy", "yyy")]
    #[case(stores(&[NORTH, SOUTH]), "y--", "y--")]
    fn who_gives_to_whom(#[case] usable_by: UsableBy, #[case] own: &str, #[case] others: &str) {
        for (owner, expected) in [(ME, own), (HER, others)] {
            let letters: String = Role::ALL
                .into_iter()
                .map(|role| {
                    let caller = caller(TeamId::default(), ME, "me", role, &[NORTH]);
                    if gives(&caller, owner, &usable_by) == Ok(()) { 'y' } else { '-' }
                })
                .collect();
            assert_eq!(letters, expected, "{usable_by:?} of {owner}");
        }
    }
}
