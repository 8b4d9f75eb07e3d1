//! SQL of what saved replies and templates share: the tables `usable_by`, `item_category`, and reading categories.

use shared::{
    id::{CategoryId, StoreId, TeamId},
    members::Role,
    saved_replies::{Category, UsableBy},
};

use crate::{
    caller::Caller,
    db::{Error, Query, Result, Sql, Tx, Value},
    params, row,
};

/// A list of ids as one parameter.
fn texts<T: ToString>(ids: &[T]) -> Value {
    Value::Texts(ids.iter().map(ToString::to_string).collect())
}

/// Keeps to what the caller may use: the rule of [`crate::saved_replies::may_use`], on an item `r` with its `usable_by`
/// and `owner_id`.
pub(crate) fn usable(query: &mut Query, caller: &Caller) {
    if caller.role == Role::Admin {
        query.push("AND (r.usable_by <> 'only_me' OR r.owner_id = $#)", params![caller.member]);
        return;
    }
    query.push(
        Sql::pair(
            "AND (r.owner_id = $# OR r.usable_by = 'everybody' OR EXISTS (SELECT 1 FROM usable_by u \
             WHERE u.team_id = r.team_id AND u.item_id = r.id AND (u.kind = 'role' AND u.value = $# \
             OR u.kind = 'store' AND u.value IN (SELECT value FROM json_each($#)))))",
            "AND (r.owner_id = $# OR r.usable_by = 'everybody' OR EXISTS (SELECT 1 FROM usable_by u \
             WHERE u.team_id = r.team_id AND u.item_id = r.id AND (u.kind = 'role' AND u.value = $# \
             OR u.kind = 'store' AND u.value = ANY($#))))",
        ),
        &[caller.member.into(), caller.role.into(), texts(&caller.stores)],
    );
}

/// Keeps to the items `r` that are filed under any of these; to none where there are none.
pub(crate) fn under(query: &mut Query, categories: &[CategoryId]) {
    query.push(
        Sql::pair(
            "AND EXISTS (SELECT 1 FROM item_category x WHERE x.team_id = r.team_id AND x.item_id = r.id \
             AND x.category_id IN (SELECT value FROM json_each($#)))",
            "AND EXISTS (SELECT 1 FROM item_category x WHERE x.team_id = r.team_id AND x.item_id = r.id \
             AND x.category_id = ANY($#))",
        ),
        &[texts(categories)],
    );
}

/// As the column `usable_by` spells it.
pub(crate) const fn word(usable_by: &UsableBy) -> &'static str {
    match usable_by {
        UsableBy::Everybody => "everybody",
        UsableBy::OnlyMe => "only_me",
        UsableBy::Roles { .. } => "roles",
        UsableBy::Stores { .. } => "stores",
    }
}

/// Reads the column `usable_by`; its roles or stores are read for a whole page at once ([`complete`]).
pub(crate) fn read_word(word: &str) -> Result<UsableBy> {
    match word {
        "everybody" => Ok(UsableBy::Everybody),
        "only_me" => Ok(UsableBy::OnlyMe),
        "roles" => Ok(UsableBy::Roles { roles: Vec::new() }),
        "stores" => Ok(UsableBy::Stores { stores: Vec::new() }),
        _ => Err(Error::Column { name: "usable_by".to_owned(), problem: "is no way to share".to_owned() }),
    }
}

/// An item whose roles or stores and whose categories are still to be read.
pub(crate) struct Filing<'a> {
    /// Its id, as text.
    pub(crate) id: String,
    /// Who may use it; none where that is nobody.
    pub(crate) usable_by: Option<&'a mut UsableBy>,
    /// Its categories, by name.
    pub(crate) categories: &'a mut Vec<Category>,
}

/// Adds who may use these, and their categories.
pub(crate) fn complete(tx: &mut Tx<'_>, team: TeamId, items: Vec<Filing<'_>>) -> Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
    let may: Vec<(String, String)> = tx.all(
        Sql::pair(
            "SELECT item_id, value FROM usable_by WHERE team_id = $1 AND item_id IN (SELECT value FROM json_each($2))
             ORDER BY item_id, value",
            "SELECT item_id, value FROM usable_by WHERE team_id = $1 AND item_id = ANY($2) ORDER BY item_id, value",
        ),
        params![team, &ids],
    )?;
    let filed: Vec<(String, CategoryId, String)> = tx.all(
        Sql::pair(
            "SELECT x.item_id, c.id, c.name FROM item_category x JOIN category c ON c.team_id = x.team_id AND c.id
                 = x.category_id
             WHERE x.team_id = $1 AND x.item_id IN (SELECT value FROM json_each($2)) ORDER BY c.folded_name, c.id",
            "SELECT x.item_id, c.id, c.name FROM item_category x JOIN category c ON c.team_id = x.team_id AND c.id
                 = x.category_id
             WHERE x.team_id = $1 AND x.item_id = ANY($2) ORDER BY c.folded_name, c.id",
        ),
        params![team, &ids],
    )?;
    let unreadable = |problem: String| Error::Column { name: "value".to_owned(), problem };
    for item in items {
        let values = may.iter().filter(|(id, _)| *id == item.id).map(|(_, value)| value);
        match item.usable_by {
            None | Some(UsableBy::Everybody | UsableBy::OnlyMe) => {}
            Some(UsableBy::Roles { roles }) => {
                *roles = values.map(|value| value.parse().map_err(unreadable)).collect::<Result<_>>()?;
            }
            Some(UsableBy::Stores { stores }) => {
                let read = |value: &String| value.parse().map_err(|error: uuid::Error| unreadable(error.to_string()));
                *stores = values.map(read).collect::<Result<_>>()?;
            }
        }
        let own = filed.iter().filter(|(id, ..)| *id == item.id);
        *item.categories = own.map(|(_, id, name)| Category { id: *id, name: name.clone() }).collect();
    }
    Ok(())
}

/// Writes who may use an item and what it is filed under, in place of what was there.
pub(crate) fn file(
    tx: &mut Tx<'_>,
    team: TeamId,
    item: &str,
    usable_by: Option<&UsableBy>,
    categories: &[Category],
) -> Result<()> {
    unfile(tx, team, item)?;
    let may: Vec<Vec<Value>> = match usable_by {
        None | Some(UsableBy::Everybody | UsableBy::OnlyMe) => Vec::new(),
        Some(UsableBy::Roles { roles }) => roles.iter().map(|role| row!["role", *role]).collect(),
        Some(UsableBy::Stores { stores }) => stores.iter().map(|store| row!["store", *store]).collect(),
    };
    tx.many(
        Sql::pair(
            "INSERT INTO usable_by (team_id, item_id, kind, value) VALUES ($1, $2, $3, $4)",
            "INSERT INTO usable_by (team_id, item_id, kind, value)
             SELECT $1, $2, u.* FROM unnest($3::text[], $4::text[]) AS u",
        ),
        params![team, item],
        &may,
    )?;
    let filed: Vec<Vec<Value>> = categories.iter().map(|category| row![category.id]).collect();
    tx.many(
        Sql::pair(
            "INSERT INTO item_category (team_id, item_id, category_id) VALUES ($1, $2, $3)",
            "INSERT INTO item_category (team_id, item_id, category_id) SELECT $1, $2, u FROM unnest($3::text[]) AS u",
        ),
        params![team, item],
        &filed,
    )
    .map(drop)
}

/// Forgets who may use an item and what it is filed under.
pub(crate) fn unfile(tx: &mut Tx<'_>, team: TeamId, item: &str) -> Result<()> {
    tx.execute("DELETE FROM usable_by WHERE team_id = $1 AND item_id = $2", params![team, item])?;
    tx.execute("DELETE FROM item_category WHERE team_id = $1 AND item_id = $2", params![team, item]).map(drop)
}

/// How many of these are stores of the team; each is given once.
pub(super) fn known_stores(tx: &mut Tx<'_>, team: TeamId, stores: &[StoreId]) -> Result<u64> {
    tx.one(
        Sql::pair(
            "SELECT count(*) FROM store WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2)) AND
                 deleted_at IS NULL",
            "SELECT count(*) FROM store WHERE team_id = $1 AND id = ANY($2) AND deleted_at IS NULL",
        ),
        &[team.into(), texts(stores)],
    )
}

/// Of these categories, those that are there or stand for one that is: as asked, and what it stands for. Merging keeps
/// chains one step long.
pub(super) fn living(tx: &mut Tx<'_>, team: TeamId, ids: &[CategoryId]) -> Result<Vec<(CategoryId, CategoryId)>> {
    tx.all(
        Sql::pair(
            "SELECT c.id, s.id FROM category c JOIN category s ON s.team_id = c.team_id AND s.id =
                 COALESCE(c.merged_into, c.id)
             WHERE c.team_id = $1 AND c.id IN (SELECT value FROM json_each($2))
               AND s.kind = 'saved_reply' AND s.deleted_at IS NULL",
            "SELECT c.id, s.id FROM category c JOIN category s ON s.team_id = c.team_id AND s.id =
                 COALESCE(c.merged_into, c.id)
             WHERE c.team_id = $1 AND c.id = ANY($2) AND s.kind = 'saved_reply' AND s.deleted_at IS NULL",
        ),
        &[team.into(), texts(ids)],
    )
}

/// These categories, by name; one that is given twice once.
pub(crate) fn categories_of(tx: &mut Tx<'_>, team: TeamId, ids: &[CategoryId]) -> Result<Vec<Category>> {
    let rows: Vec<(CategoryId, String)> = tx.all(
        Sql::pair(
            "SELECT id, name FROM category WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))
             AND kind = 'saved_reply' AND deleted_at IS NULL ORDER BY folded_name, id",
            "SELECT id, name FROM category WHERE team_id = $1 AND id = ANY($2)
             AND kind = 'saved_reply' AND deleted_at IS NULL ORDER BY folded_name, id",
        ),
        &[team.into(), texts(ids)],
    )?;
    Ok(rows.into_iter().map(|(id, name)| Category { id, name }).collect())
}
