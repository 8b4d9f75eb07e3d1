//! The categories of saved replies (類別): a flat list, kept by admins (domain.md 11.13).

use shared::{
    call::Done,
    id::CategoryId,
    limits,
    problem::{Problem, Rule, What},
    saved_replies::{Category, CategoryRow, DeleteCategory, ListCategories, MergeCategory, SaveCategory},
    text::tidy_name,
};

use super::{
    items,
    store::{self, Standing},
};
use crate::{
    App,
    caller::Caller,
    db::Tx,
    live::{News, Subject},
    refused::{Refused, Result},
};

fn missing() -> Refused {
    Problem::missing(What::Category).into()
}

/// The categories by name, each with how many replies of it the caller may use.
pub(crate) async fn list(app: App, caller: Caller, _: ListCategories) -> Result<Vec<CategoryRow>> {
    app.db.read(move |tx| Ok::<_, Refused>(store::categories(tx, &caller)?)).await
}

/// Makes a category, or renames one. Names are compared without case and width.
pub(super) fn keep(tx: &mut Tx<'_>, caller: &Caller, call: &SaveCategory, now: i64) -> Result<Category> {
    call.check()?;
    let category = Category { id: call.id, name: tidy_name(&call.name, usize::MAX) };
    if store::category_named(tx, caller.team, &category.name)?.is_some_and(|id| id != call.id) {
        return Err(Problem::invalid("name", Rule::Taken).into());
    }
    match store::standing(tx, caller.team, call.id)? {
        Standing::There => store::rename_category(tx, caller.team, &category)?,
        Standing::Gone => return Err(missing()),
        Standing::New => {
            let actual = store::count_categories(tx, caller.team)? + 1;
            let limit = limits::CATEGORIES as u64;
            if actual > limit {
                return Err(Problem::invalid("name", Rule::TooMany { limit, actual }).into());
            }
            store::add_category(tx, caller.team, &category, now)?;
        }
    }
    Ok(category)
}

/// Makes a category, or renames one.
pub(crate) async fn save(app: App, caller: Caller, call: SaveCategory) -> Result<Category> {
    let now = app.clock.now();
    let kept = app.db.write(move |tx| {
        tx.tell(News::of(caller.team, Subject::SavedReplies));
        keep(tx, &caller, &call, now)
    });
    kept.await
}

/// Files everything of one category under another, and lets the first stand for it from then on.
pub(super) fn join(tx: &mut Tx<'_>, caller: &Caller, call: &MergeCategory, now: i64) -> Result<Category> {
    let there = |tx: &mut Tx<'_>, id: CategoryId| Ok::<_, Refused>(store::standing(tx, caller.team, id)?);
    if there(tx, call.id)? != Standing::There {
        return Err(missing());
    }
    if call.into == call.id || there(tx, call.into)? != Standing::There {
        return Err(Problem::invalid("into", Rule::Unknown { count: 1 }).into());
    }
    tx.tell(News::of(caller.team, Subject::SavedReplies));
    store::merge_category(tx, caller.team, call.id, call.into, now)?;
    let stays = items::categories_of(tx, caller.team, &[call.into])?;
    stays.into_iter().next().ok_or_else(missing)
}

/// Merges a category into another.
pub(crate) async fn merge(app: App, caller: Caller, call: MergeCategory) -> Result<Category> {
    let now = app.clock.now();
    app.db.write(move |tx| join(tx, &caller, &call, now)).await
}

/// Deletes a category; the replies filed under it stay.
pub(super) fn forget(tx: &mut Tx<'_>, caller: &Caller, id: CategoryId, now: i64) -> Result<()> {
    if store::standing(tx, caller.team, id)? != Standing::There {
        return Err(missing());
    }
    tx.tell(News::of(caller.team, Subject::SavedReplies));
    store::delete_category(tx, caller.team, id, now)?;
    Ok(())
}

/// Deletes a category.
pub(crate) async fn delete(app: App, caller: Caller, call: DeleteCategory) -> Result<Done> {
    let now = app.clock.now();
    app.db.write(move |tx| forget(tx, &caller, call.id, now)).await?;
    Ok(Done {})
}
