//! Drafts: kept as they are written, on the server and on the device, so that nothing half-written is lost.

pub(crate) mod store;
#[cfg(test)]
mod store_test;

use shared::{
    call::Done,
    campaigns::{Draft, DropDraft, Kind, ListDrafts, SaveDraft, ShowDraft},
    content::Content,
    id::{CampaignId, DraftId},
    problem::{Conflict, Problem, What},
    selection::Selection,
};

use crate::{
    App,
    caller::Caller,
    db::Tx,
    refused::{Refused, Result},
};

/// Drafts of one member; the oldest go when there are more.
const KEPT: i64 = 20;

/// A draft as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) id: DraftId,
    pub(crate) kind: Kind,
    pub(crate) selection: Selection,
    pub(crate) content: Content,
    pub(crate) revision: i64,
    pub(crate) updated_at: i64,
    pub(crate) campaign: Option<CampaignId>,
}

impl Stored {
    /// As it travels.
    pub(crate) fn shown(self, caller: &Caller) -> Draft {
        Draft {
            id: self.id,
            kind: self.kind,
            selection: self.selection,
            content: self.content,
            revision: self.revision,
            updated_at: Some(caller.zone.stamp(self.updated_at)),
            campaign: self.campaign,
        }
    }
}

/// The caller's draft, or none that she may see.
pub(crate) fn find(tx: &mut Tx<'_>, caller: &Caller, id: DraftId) -> Result<Stored> {
    Ok(store::find(tx, caller.team, caller.member, id)?.ok_or(Problem::missing(What::Draft))?)
}

/// Keeps a change, if it builds on what is stored. The same change again is no conflict: its answer may have been lost.
pub(crate) fn keep(tx: &mut Tx<'_>, caller: &Caller, call: &SaveDraft, now: i64) -> Result<Stored> {
    let stored = store::find(tx, caller.team, caller.member, call.id)?;
    let (revision, created) = match &stored {
        Some(Stored { campaign: Some(campaign), .. }) => {
            return Err(Problem::conflict(Conflict::AlreadySent { campaign: *campaign }).into());
        }
        Some(stored) if stored.selection == call.selection && stored.content == call.content => {
            return Ok(stored.clone());
        }
        Some(stored) if stored.revision != call.revision => {
            return Err(Problem::conflict(Conflict::DraftChanged { revision: stored.revision }).into());
        }
        Some(stored) => (stored.revision + 1, false),
        None => (1, true),
    };
    let draft = Stored {
        id: call.id,
        kind: call.kind,
        selection: call.selection.clone(),
        content: call.content.clone(),
        revision,
        updated_at: now,
        campaign: None,
    };
    if created {
        store::add(tx, caller.team, caller.member, &draft)?;
        store::drop_oldest(tx, caller.team, caller.member, KEPT)?;
    } else {
        store::change(tx, caller.team, caller.member, &draft)?;
    }
    Ok(draft)
}

/// Puts a changed selection into a draft that was not sent.
pub(crate) fn replace_selection(tx: &mut Tx<'_>, caller: &Caller, draft: Stored, now: i64) -> Result<Draft> {
    if let Some(campaign) = draft.campaign {
        return Err(Problem::conflict(Conflict::AlreadySent { campaign }).into());
    }
    let draft = Stored { revision: draft.revision + 1, updated_at: now, ..draft };
    store::change(tx, caller.team, caller.member, &draft)?;
    Ok(draft.shown(caller))
}

/// Keeps a draft as it is being written.
pub(crate) async fn save(app: App, caller: Caller, call: SaveDraft) -> Result<Draft> {
    call.content.check_draft()?;
    call.selection.check()?;
    let now = app.clock.now();
    app.db.write(move |tx| Ok(keep(tx, &caller, &call, now)?.shown(&caller))).await
}

/// One draft.
pub(crate) async fn show(app: App, caller: Caller, call: ShowDraft) -> Result<Draft> {
    app.db.read(move |tx| Ok(find(tx, &caller, call.id)?.shown(&caller))).await
}

/// The caller's unsent drafts.
pub(crate) async fn list(app: App, caller: Caller, _: ListDrafts) -> Result<Vec<Draft>> {
    app.db
        .read(move |tx| {
            let drafts = store::unsent(tx, caller.team, caller.member, KEPT)?;
            Ok::<_, Refused>(drafts.into_iter().map(|draft| draft.shown(&caller)).collect())
        })
        .await
}

/// Throws an unsent draft away.
pub(crate) async fn drop(app: App, caller: Caller, call: DropDraft) -> Result<Done> {
    app.db
        .write(move |tx| {
            let draft = find(tx, &caller, call.id)?;
            if let Some(campaign) = draft.campaign {
                return Err(Problem::conflict(Conflict::AlreadySent { campaign }).into());
            }
            store::remove(tx, caller.team, caller.member, call.id)?;
            Ok(Done {})
        })
        .await
}
