//! SQL of saved replies, who may use them, and their categories.

use shared::{
    content::Content,
    id::{CategoryId, SavedReplyId, TeamId},
    members::{MemberRef, Role},
    saved_replies::{Category, CategoryRow},
    text::fold,
};

use super::{
    Stored,
    items::{self, Filing},
};
use crate::{
    caller::Caller,
    cursor::Cursor,
    db::{Error, FromRow, Query, Result, Row, Sql, Tx},
    params,
};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Part of a title or text, folded; empty for all.
    pub(super) search: String,
    /// In any of these; `Some` of nothing finds nothing.
    pub(super) categories: Option<Vec<CategoryId>>,
    /// Only those that the caller may change.
    pub(super) editable: bool,
}

/// The row of a reply: the roles or stores of its `usable_by`, and its categories, are read for a whole page at once.
impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let bad = |name: &str, problem: String| Error::Column { name: name.to_owned(), problem };
        let content: String = row.get("content")?;
        let content: Content =
            serde_json::from_str(&content).map_err(|error| bad("content", format!("is not readable JSON: {error}")))?;
        let usable_by = items::read_word(&row.get::<String>("usable_by")?)?;
        Ok(Self {
            id: row.get("id")?,
            title: row.get("title")?,
            content,
            usable_by,
            owner: MemberRef { id: row.get("owner_id")?, name: row.get("owner_name")? },
            updated_at: row.get("updated_at")?,
            revision: row.get("revision")?,
            categories: Vec::new(),
        })
    }
}

const REPLY: &str = "SELECT r.id, r.title, r.content, r.usable_by, r.owner_id, m.name AS owner_name, \
     r.updated_at, r.revision FROM saved_reply r JOIN member m ON m.team_id = r.team_id AND m.id = r.owner_id \
     WHERE r.team_id = $# AND r.deleted_at IS NULL";

/// Those that the caller may use after the cursor, the last changed first.
pub(super) fn page(
    tx: &mut Tx<'_>,
    caller: &Caller,
    asked: &Asked,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Stored>> {
    let mut query = Query::new(REPLY, params![caller.team]);
    items::usable(&mut query, caller);
    // What an admin may use she may change.
    if asked.editable && caller.role != Role::Admin {
        query.push("AND r.owner_id = $#", params![caller.member]);
    }
    if !asked.search.is_empty() {
        // No LIKE: nothing that is looked for is a wildcard.
        query.push(
            Sql::pair(
                "AND (instr(r.folded_title, $#) > 0 OR instr(r.folded_texts, $#) > 0)",
                "AND (strpos(r.folded_title, $#) > 0 OR strpos(r.folded_texts, $#) > 0)",
            ),
            params![&asked.search, &asked.search],
        );
    }
    if let Some(categories) = &asked.categories {
        items::under(&mut query, categories);
    }
    if let Some(after) = after {
        query.push("AND (r.updated_at, r.id) < ($#, $#)", params![after.at, &after.key]);
    }
    query.push("ORDER BY r.updated_at DESC, r.id DESC LIMIT $#", params![limit]);
    let rows = tx.all_query(&query)?;
    complete(tx, caller.team, rows)
}

/// One reply, whoever asks.
pub(super) fn find(tx: &mut Tx<'_>, team: TeamId, id: SavedReplyId) -> Result<Option<Stored>> {
    let mut query = Query::new(REPLY, params![team]);
    query.push("AND r.id = $#", params![id]);
    let rows = tx.all_query(&query)?;
    Ok(complete(tx, team, rows)?.pop())
}

/// Adds who may use these, and their categories.
fn complete(tx: &mut Tx<'_>, team: TeamId, mut replies: Vec<Stored>) -> Result<Vec<Stored>> {
    let filings = replies.iter_mut().map(|reply| Filing {
        id: reply.id.to_string(),
        usable_by: Some(&mut reply.usable_by),
        categories: &mut reply.categories,
    });
    items::complete(tx, team, filings.collect())?;
    Ok(replies)
}

/// Whether there was one of this id.
pub(super) fn was_deleted(tx: &mut Tx<'_>, team: TeamId, id: SavedReplyId) -> Result<bool> {
    let found: Option<i64> = tx.opt(
        "SELECT 1 FROM saved_reply WHERE team_id = $1 AND id = $2 AND deleted_at IS NOT NULL",
        params![team, id],
    )?;
    Ok(found.is_some())
}

fn content(reply: &Stored) -> Result<String> {
    serde_json::to_string(&reply.content).map_err(|error| Error::Other(format!("JSON cannot be written: {error}")))
}

fn folded_texts(reply: &Stored) -> String {
    fold(&reply.content.texts().collect::<Vec<_>>().join("\n"))
}

/// Keeps a new one; who may use it and its categories go by [`file`]. Where the same is kept at this very moment, this
/// is [`Error::Race`]: tried again, it is found.
pub(super) fn add(tx: &mut Tx<'_>, team: TeamId, reply: &Stored) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO saved_reply (team_id, id, title, folded_title, content, folded_texts, usable_by, owner_id,
             revision, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT (team_id, id) DO NOTHING",
        params![
            team,
            reply.id,
            &reply.title,
            fold(&reply.title),
            content(reply)?,
            folded_texts(reply),
            items::word(&reply.usable_by),
            reply.owner.id,
            reply.revision,
            reply.updated_at,
        ],
    )?;
    if added == 0 { Err(Error::Race) } else { Ok(()) }
}

/// Keeps a change of one; who may use it and its categories go by [`file`].
pub(super) fn change(tx: &mut Tx<'_>, team: TeamId, reply: &Stored) -> Result<()> {
    tx.execute(
        "UPDATE saved_reply SET title = $3, folded_title = $4, content = $5, folded_texts = $6, usable_by = $7,
             revision = $8, updated_at = $9
         WHERE team_id = $1 AND id = $2 AND deleted_at IS NULL",
        params![
            team,
            reply.id,
            &reply.title,
            fold(&reply.title),
            content(reply)?,
            folded_texts(reply),
            items::word(&reply.usable_by),
            reply.revision,
            reply.updated_at,
        ],
    )
    .map(drop)
}

/// Writes who may use it and what it is filed under, in place of what was there.
pub(super) fn file(tx: &mut Tx<'_>, team: TeamId, reply: &Stored) -> Result<()> {
    items::file(tx, team, &reply.id.to_string(), Some(&reply.usable_by), &reply.categories)
}

/// Deletes one; its row stays, so that its id is not taken again.
pub(super) fn delete(tx: &mut Tx<'_>, team: TeamId, id: SavedReplyId, now: i64) -> Result<()> {
    items::unfile(tx, team, &id.to_string())?;
    tx.execute(
        "UPDATE saved_reply SET deleted_at = $3 WHERE team_id = $1 AND id = $2 AND deleted_at IS NULL",
        params![team, id, now],
    )
    .map(drop)
}

/// All categories by name, with the number of replies of each that the caller may use.
pub(super) fn categories(tx: &mut Tx<'_>, caller: &Caller) -> Result<Vec<CategoryRow>> {
    let mut query = Query::new(
        "SELECT c.id, c.name, (SELECT count(*) FROM item_category x \
         JOIN saved_reply r ON r.team_id = x.team_id AND r.id = x.item_id \
         WHERE x.team_id = c.team_id AND x.category_id = c.id AND r.deleted_at IS NULL",
        &[],
    );
    items::usable(&mut query, caller);
    query.push(
        ") FROM category c WHERE c.team_id = $# AND c.kind = 'saved_reply' AND c.deleted_at IS NULL \
         ORDER BY c.folded_name, c.id",
        params![caller.team],
    );
    let rows: Vec<(CategoryId, String, u64)> = tx.all_query(&query)?;
    Ok(rows.into_iter().map(|(id, name, replies)| CategoryRow { category: Category { id, name }, replies }).collect())
}

/// What is known of a category's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is one.
    There,
    /// It was deleted or merged, or is a category of something else.
    Gone,
    /// Nothing yet.
    New,
}

/// What is known of this id.
pub(super) fn standing(tx: &mut Tx<'_>, team: TeamId, id: CategoryId) -> Result<Standing> {
    let there: Option<bool> = tx.opt(
        "SELECT deleted_at IS NULL AND kind = 'saved_reply' FROM category WHERE team_id = $1 AND id = $2",
        params![team, id],
    )?;
    Ok(match there {
        Some(true) => Standing::There,
        Some(false) => Standing::Gone,
        None => Standing::New,
    })
}

/// The category of this name, whatever its case and width.
pub(super) fn category_named(tx: &mut Tx<'_>, team: TeamId, name: &str) -> Result<Option<CategoryId>> {
    tx.opt(
        "SELECT id FROM category WHERE team_id = $1 AND kind = 'saved_reply' AND folded_name = $2
             AND deleted_at IS NULL",
        params![team, fold(name)],
    )
}

/// How many there are.
pub(super) fn count_categories(tx: &mut Tx<'_>, team: TeamId) -> Result<u64> {
    tx.one(
        "SELECT count(*) FROM category WHERE team_id = $1 AND kind = 'saved_reply' AND deleted_at IS NULL",
        params![team],
    )
}

/// Keeps a new one. Where its id or name is taken at this very moment, this is [`Error::Race`]: tried again, it is
/// found.
pub(super) fn add_category(tx: &mut Tx<'_>, team: TeamId, category: &Category, now: i64) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO category (team_id, id, kind, name, folded_name, created_at)
         VALUES ($1, $2, 'saved_reply', $3, $4, $5)
         ON CONFLICT DO NOTHING",
        params![team, category.id, &category.name, fold(&category.name), now],
    )?;
    if added == 0 { Err(Error::Race) } else { Ok(()) }
}

/// Renames one.
pub(super) fn rename_category(tx: &mut Tx<'_>, team: TeamId, category: &Category) -> Result<()> {
    tx.execute(
        "UPDATE category SET name = $3, folded_name = $4 WHERE team_id = $1 AND id = $2",
        params![team, category.id, &category.name, fold(&category.name)],
    )
    .map(drop)
}

/// Files what is under `from` under `into`, and lets `from`, and all that it stood for, stand for `into`.
pub(super) fn merge_category(
    tx: &mut Tx<'_>,
    team: TeamId,
    from: CategoryId,
    into: CategoryId,
    now: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO item_category (team_id, item_id, category_id)
         SELECT team_id, item_id, $3 FROM item_category WHERE team_id = $1 AND category_id = $2
         ON CONFLICT (team_id, item_id, category_id) DO NOTHING",
        params![team, from, into],
    )?;
    tx.execute(
        "UPDATE category SET merged_into = $3 WHERE team_id = $1 AND merged_into = $2",
        params![team, from, into],
    )?;
    tx.execute("UPDATE category SET merged_into = $3 WHERE team_id = $1 AND id = $2", params![team, from, into])?;
    delete_category(tx, team, from, now)
}

/// Deletes one, and takes it off the replies under it.
pub(super) fn delete_category(tx: &mut Tx<'_>, team: TeamId, id: CategoryId, now: i64) -> Result<()> {
    tx.execute("DELETE FROM item_category WHERE team_id = $1 AND category_id = $2", params![team, id])?;
    tx.execute("UPDATE category SET deleted_at = $3 WHERE team_id = $1 AND id = $2", params![team, id, now]).map(drop)
}
