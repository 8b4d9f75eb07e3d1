//! Saved replies (預存回覆): who may use and change which, and keeping them.

mod categories;
pub mod http;
pub(crate) mod items;
mod rules;
mod store;
#[cfg(test)]
mod store_test;

use shared::{
    call::{Done, Page},
    content::Content,
    id::SavedReplyId,
    limits::Platform,
    media::MediaInfo,
    members::MemberRef,
    problem::{Conflict, Problem, What},
    saved_replies::{
        Category, DeleteSavedReply, ListSavedReplies, SaveSavedReply, SavedReply, ShowSavedReply, UsableBy,
    },
    text::{fold, tidy_name},
};

pub(crate) use self::rules::uses as may_use;
use self::store::Asked;
use crate::{
    App,
    caller::Caller,
    cursor::{self, Cursor},
    db::Tx,
    live::{News, Subject},
    media::{self, Holder},
    refused::{Refused, Result},
};

/// A saved reply as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    id: SavedReplyId,
    title: String,
    content: Content,
    /// Its roles and stores in the order of their texts.
    usable_by: UsableBy,
    owner: MemberRef,
    updated_at: i64,
    revision: i64,
    /// By name.
    categories: Vec<Category>,
}

impl Stored {
    /// As it travels, with those of these media that are its own.
    fn shown(self, caller: &Caller, media: &[MediaInfo]) -> SavedReply {
        let own = media.iter().filter(|one| self.content.media().any(|(_, id)| id == one.id));
        SavedReply {
            media: own.cloned().collect(),
            may_edit: rules::edits(caller, self.owner.id, &self.usable_by),
            id: self.id,
            title: self.title,
            content: self.content,
            categories: self.categories,
            usable_by: self.usable_by,
            owner: self.owner,
            updated_at: caller.zone.stamp(self.updated_at),
            revision: self.revision,
        }
    }
}

fn missing() -> Refused {
    Problem::missing(What::SavedReply).into()
}

/// One that the caller may use. Another is as missing as one that never was.
fn find(tx: &mut Tx<'_>, caller: &Caller, id: SavedReplyId) -> Result<Stored> {
    let found = store::find(tx, caller.team, id)?.filter(|one| rules::uses(caller, Some(one.owner.id), &one.usable_by));
    found.ok_or_else(missing)
}

/// A page of those that the caller may use, the last changed first.
fn page(tx: &mut Tx<'_>, caller: &Caller, call: &ListSavedReplies) -> Result<Page<Stored>> {
    call.check()?;
    let limit = cursor::page_limit(call.limit)?;
    let after = Cursor::read(call.after.as_deref())?;
    let categories = items::asked(tx, caller.team, &call.categories)?;
    let asked = Asked { search: fold(call.search.trim()), categories, editable: call.editable };
    let rows = store::page(tx, caller, &asked, after.as_ref(), limit + 1)?;
    Ok(cursor::page(rows, limit, |row| Cursor { at: row.updated_at, key: row.id.to_string() }))
}

/// Keeps a new reply, or a change that builds on what is stored. The same change again is no conflict: its answer may
/// have been lost. `media` are those of its pictures and films that are there.
fn keep(tx: &mut Tx<'_>, caller: &Caller, call: &SaveSavedReply, media: &[MediaInfo], now: i64) -> Result<Stored> {
    call.check()?;
    let stored = store::find(tx, caller.team, call.id)?;
    if let Some(stored) = &stored
        && !rules::edits(caller, stored.owner.id, &stored.usable_by)
    {
        return Err(missing());
    }
    // A deleted one keeps its id, and does not come back by a late change.
    if stored.is_none() && (call.revision != 0 || store::was_deleted(tx, caller.team, call.id)?) {
        return Err(missing());
    }
    let owner = match &stored {
        Some(stored) => stored.owner.clone(),
        None => MemberRef { id: caller.member, name: caller.name.clone() },
    };
    let usable_by = usable_by(tx, caller, &owner, call)?;
    let categories = items::filed_under(tx, caller.team, &call.categories)?;
    // WhatsApp is the stricter platform, and a reply is written for both (domain.md 4.3).
    call.content.check("", &[Platform::Line, Platform::Whatsapp], media)?;
    let title = tidy_name(&call.title, usize::MAX);
    let revision = match &stored {
        Some(stored)
            if (&stored.title, &stored.content, &stored.usable_by) == (&title, &call.content, &usable_by)
                && stored.categories == categories =>
        {
            return Ok(stored.clone());
        }
        Some(stored) if stored.revision != call.revision => {
            return Err(Problem::conflict(Conflict::SavedReplyChanged { revision: stored.revision }).into());
        }
        Some(stored) => stored.revision + 1,
        None => 1,
    };
    let kept = Stored {
        id: call.id,
        title,
        content: call.content.clone(),
        usable_by,
        owner,
        updated_at: now,
        revision,
        categories,
    };
    if stored.is_some() {
        store::change(tx, caller.team, &kept)?;
    } else {
        store::add(tx, caller.team, &kept)?;
    }
    store::file(tx, caller.team, &kept)?;
    Ok(kept)
}

/// Who may use it from now on, if the caller may say so.
fn usable_by(tx: &mut Tx<'_>, caller: &Caller, owner: &MemberRef, call: &SaveSavedReply) -> Result<UsableBy> {
    rules::gives(caller, owner.id, &call.usable_by).map_err(|rule| Problem::invalid("usable_by", rule))?;
    items::in_order(tx, caller.team, &call.usable_by)
}

/// Saved replies that the caller may use.
pub(crate) async fn list(app: App, caller: Caller, call: ListSavedReplies) -> Result<Page<SavedReply>> {
    let with = app.clone();
    app.db
        .read(move |tx| {
            let page = page(tx, &caller, &call)?;
            let media = media_of(&with, tx, &caller, page.items.iter().map(|one| &one.content))?;
            let items = page.items.into_iter().map(|one| one.shown(&caller, &media)).collect();
            Ok::<_, Refused>(Page { items, next: page.next })
        })
        .await
}

/// The pictures and films of these contents that are there.
fn media_of<'a>(
    app: &App,
    tx: &mut Tx<'_>,
    caller: &Caller,
    contents: impl IntoIterator<Item = &'a Content>,
) -> Result<Vec<MediaInfo>> {
    let ids: Vec<_> = contents.into_iter().flat_map(Content::media).map(|(_, id)| id).collect();
    Ok(media::infos(app, tx, caller.team, &ids)?)
}

/// One that the caller may use.
pub(crate) async fn show(app: App, caller: Caller, call: ShowSavedReply) -> Result<SavedReply> {
    let with = app.clone();
    app.db
        .read(move |tx| {
            let found = find(tx, &caller, call.id)?;
            let media = media_of(&with, tx, &caller, [&found.content])?;
            Ok::<_, Refused>(found.shown(&caller, &media))
        })
        .await
}

/// Makes a saved reply, or changes one that the caller may edit.
pub(crate) async fn save(app: App, caller: Caller, call: SaveSavedReply) -> Result<SavedReply> {
    let (with, now) = (app.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let media = media_of(&with, tx, &caller, [&call.content])?;
            let kept = keep(tx, &caller, &call, &media, now)?;
            let held: Vec<_> = media.iter().map(|one| one.id).collect();
            media::hold(tx, caller.team, Holder::SavedReply(kept.id), &held)?;
            tx.tell(News::of(caller.team, Subject::SavedReplies));
            Ok(kept.shown(&caller, &media))
        })
        .await
}

/// Deletes one that the caller may edit. What took its messages holds their media by itself.
fn forget(tx: &mut Tx<'_>, caller: &Caller, id: SavedReplyId, now: i64) -> Result<()> {
    let found = find(tx, caller, id)?;
    if !rules::edits(caller, found.owner.id, &found.usable_by) {
        return Err(missing());
    }
    tx.tell(News::of(caller.team, Subject::SavedReplies));
    store::delete(tx, caller.team, id, now)?;
    Ok(media::release(tx, caller.team, Holder::SavedReply(id))?)
}

/// Deletes a saved reply.
pub(crate) async fn delete(app: App, caller: Caller, call: DeleteSavedReply) -> Result<Done> {
    let now = app.clock.now();
    app.db.write(move |tx| forget(tx, &caller, call.id, now)).await?;
    Ok(Done {})
}
