//! WhatsApp templates (訊息範本): read from Meta, who may pick which, and whether one can go out as it was filled in
//! (domain.md 5, providers.md B3).

#[cfg(test)]
pub(crate) mod fixture_test;
pub mod http;
mod store;
#[cfg(test)]
mod store_test;
mod sync;
#[cfg(test)]
mod sync_test;

use shared::{
    call::Page,
    contacts::ChannelRef,
    id::{ChannelId, TemplateId, WabaId},
    members::Action,
    problem::{Conflict, Problem, What},
    saved_replies::{Category, UsableBy},
    templates::{Filled, ListTemplates, Quality, SaveTemplate, Shape, ShowTemplate, Template, TemplateStatus},
    text::{fold, tidy_name},
};

use self::store::Asked;
pub use self::sync::{heard, start};
use crate::{
    App,
    caller::Caller,
    channels::{self, Waba},
    cursor,
    db::Tx,
    live::{News, Subject},
    refused::{Refused, Result},
    saved_replies::{items, may_use},
};

/// A template as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    id: TemplateId,
    waba: WabaId,
    title: String,
    shape: Shape,
    status: TemplateStatus,
    quality: Quality,
    /// Nobody, where it is for notifications of the system.
    usable_by: Option<UsableBy>,
    /// By name.
    categories: Vec<Category>,
    synced_at: i64,
}

impl Stored {
    /// As it travels.
    fn shown(self, caller: &Caller, wabas: &[Waba]) -> Template {
        let channels: Vec<ChannelRef> =
            wabas.iter().find(|waba| waba.id == self.waba).map(|waba| waba.channels.clone()).unwrap_or_default();
        Template {
            id: self.id,
            title: self.title,
            shape: self.shape,
            status: self.status,
            quality: self.quality,
            channels,
            categories: self.categories,
            usable_by: self.usable_by,
            synced_at: caller.zone.stamp(self.synced_at),
        }
    }

    /// Whether the caller may pick it, as far as our own settings go.
    fn is_for(&self, caller: &Caller) -> bool {
        self.usable_by.as_ref().is_some_and(|usable_by| may_use(caller, None, usable_by))
    }
}

fn missing() -> Refused {
    Problem::missing(What::Template).into()
}

/// A page of those that the caller may pick; of all of them where an admin asks so.
fn page(tx: &mut Tx<'_>, caller: &Caller, call: &ListTemplates) -> Result<Page<Stored>> {
    call.check()?;
    if call.all {
        caller.require(Action::ManageTemplates)?;
    }
    let limit = cursor::page_limit(call.limit)?;
    let after = match &call.after {
        None => None,
        Some(id) => {
            let id = id.parse().map_err(|_| cursor::unreadable())?;
            Some(store::place(tx, caller.team, id)?.ok_or_else(cursor::unreadable)?)
        }
    };
    let asked = Asked {
        search: fold(call.search.trim()),
        categories: items::asked(tx, caller.team, &call.categories)?,
        channel: call.channel,
        all: call.all,
    };
    let rows = store::page(tx, caller, &asked, after.as_ref(), limit + 1)?;
    Ok(cursor::page_by(rows, limit, |row| row.id.to_string()))
}

/// Templates that the caller may pick; for an admin, all.
async fn list(app: App, caller: Caller, call: ListTemplates) -> Result<Page<Template>> {
    app.db
        .read(move |tx| {
            let page = page(tx, &caller, &call)?;
            let wabas = channels::wabas(tx, caller.team)?;
            let items = page.items.into_iter().map(|one| one.shown(&caller, &wabas)).collect();
            Ok::<_, Refused>(Page { items, next: page.next })
        })
        .await
}

/// One that the caller may pick, or, for an admin, any. Another is as missing as one that never was.
fn find(tx: &mut Tx<'_>, caller: &Caller, id: TemplateId) -> Result<Stored> {
    let manages = caller.require(Action::ManageTemplates).is_ok();
    let found = store::find(tx, caller.team, id)?;
    found.filter(|one| manages || (one.is_for(caller) && is_sendable(one))).ok_or_else(missing)
}

/// As [`Template::is_sendable`].
fn is_sendable(stored: &Stored) -> bool {
    Template::sendable(stored.status, &stored.shape)
}

/// One template.
async fn show(app: App, caller: Caller, call: ShowTemplate) -> Result<Template> {
    app.db
        .read(move |tx| {
            let found = find(tx, &caller, call.id)?;
            let wabas = channels::wabas(tx, caller.team)?;
            Ok::<_, Refused>(found.shown(&caller, &wabas))
        })
        .await
}

/// Keeps what is ours of a template: its title, who may pick it, its categories.
fn keep(tx: &mut Tx<'_>, caller: &Caller, call: &SaveTemplate) -> Result<Stored> {
    call.check()?;
    let stored = store::find(tx, caller.team, call.id)?.ok_or_else(missing)?;
    let usable_by = match &call.usable_by {
        Some(usable_by) => Some(items::in_order(tx, caller.team, usable_by)?),
        None => None,
    };
    let categories = items::filed_under(tx, caller.team, &call.categories)?;
    let kept = Stored { title: tidy_name(&call.title, usize::MAX), usable_by, categories, ..stored };
    store::change(tx, caller.team, &kept)?;
    items::file(tx, caller.team, &kept.id.to_string(), kept.usable_by.as_ref(), &kept.categories)?;
    tx.tell(News::of(caller.team, Subject::Templates));
    Ok(kept)
}

/// Changes what is ours of a template.
async fn save(app: App, caller: Caller, call: SaveTemplate) -> Result<Template> {
    app.db
        .write(move |tx| {
            let kept = keep(tx, &caller, &call)?;
            let wabas = channels::wabas(tx, caller.team)?;
            Ok::<_, Refused>(kept.shown(&caller, &wabas))
        })
        .await
}

/// Refuses a template that cannot go out by this number as it was picked: it is gone, not the caller's to use, of
/// another business account, not approved, or says something else by now.
pub fn check(tx: &mut Tx<'_>, caller: &Caller, channel: ChannelId, filled: &Filled) -> Result<()> {
    let changed = |status| Refused::from(Problem::conflict(Conflict::TemplateChanged { status }));
    let found = store::find(tx, caller.team, filled.template)?.filter(|one| one.is_for(caller));
    let found = found.ok_or_else(|| changed(None))?;
    let is_same = found.shape == filled.shape && is_sendable(&found);
    if is_same && channels::waba_of(tx, caller.team, channel)? == Some(found.waba) {
        Ok(())
    } else {
        Err(changed(Some(found.status)))
    }
}
