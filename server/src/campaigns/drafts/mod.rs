//! Drafts: kept as they are written, on the server and on the device, so that nothing half-written is lost.

pub(crate) mod store;
#[cfg(test)]
mod store_test;

use shared::{
    call::Done,
    campaigns::{Draft, DropDraft, Kind, ListDrafts, SaveDraft, ShowDraft},
    content::Content,
    id::{CampaignId, ConversationId, DraftId, MediaId, MemberId, TeamId},
    media::MediaInfo,
    problem::{Conflict, Problem, What},
    selection::Selection,
};

use crate::{
    App,
    caller::Caller,
    db::{self, Tx},
    live::{News, Subject},
    media::{self, Holder},
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
    /// As it travels, with those of these pictures and films that are in it.
    fn with(self, known: &[MediaInfo], caller: &Caller) -> Draft {
        let ids = media_of(&self.content);
        Draft {
            id: self.id,
            kind: self.kind,
            selection: self.selection,
            media: known.iter().filter(|one| ids.contains(&one.id)).cloned().collect(),
            content: self.content,
            revision: self.revision,
            updated_at: Some(caller.zone.stamp(self.updated_at)),
            campaign: self.campaign,
        }
    }

    /// As it travels.
    pub(crate) fn shown(self, tx: &mut Tx<'_>, app: &App, caller: &Caller) -> db::Result<Draft> {
        let known = media::infos(app, tx, caller.team, &media_of(&self.content))?;
        Ok(self.with(&known, caller))
    }
}

/// The pictures and films of a content.
pub(crate) fn media_of(content: &Content) -> Vec<MediaId> {
    content.media().map(|(_, id)| id).collect()
}

/// What a draft holds its pictures and films as.
fn holder(sender: MemberId, draft: DraftId) -> Holder {
    Holder::Draft { sender, draft }
}

/// Lets go of a draft's pictures and films.
pub(crate) fn release(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, draft: DraftId) -> db::Result<()> {
    media::release(tx, team, holder(sender, draft))
}

/// Takes these conversations out of all drafts of the team that are not sent: there is nobody behind them any more.
/// `now` is UTC ms.
pub fn forget_ticked(tx: &mut Tx<'_>, team: TeamId, gone: &[ConversationId], now: i64) -> db::Result<()> {
    for id in gone {
        for (sender, mut draft) in store::ticking(tx, team, *id)? {
            draft.selection.ids.retain(|ticked| ticked != id);
            draft.selection.matching.iter_mut().for_each(|matching| matching.except.retain(|except| except != id));
            (draft.revision, draft.updated_at) = (draft.revision + 1, now);
            store::change(tx, team, sender, &draft)?;
            tx.tell(News::of(team, Subject::Draft(sender, draft.id)));
        }
    }
    Ok(())
}

/// The caller's draft, or none that she may see.
pub(crate) fn find(tx: &mut Tx<'_>, caller: &Caller, id: DraftId) -> Result<Stored> {
    Ok(store::find(tx, caller.team, caller.member, id)?.ok_or(Problem::missing(What::Draft))?)
}

/// Keeps a change, if it builds on what is stored. The same change again is no conflict: its answer may have been lost.
/// A picture or film that is not there (yet) is kept as it was written; the check names it.
pub(crate) fn keep(tx: &mut Tx<'_>, caller: &Caller, call: &SaveDraft, now: i64) -> Result<Stored> {
    let stored = store::find(tx, caller.team, caller.member, call.id)?;
    let (revision, created) = match &stored {
        Some(Stored { campaign: Some(campaign), .. }) => {
            return Err(Problem::conflict(Conflict::AlreadySent { campaign: *campaign }).into());
        }
        Some(stored)
            if (stored.kind, &stored.selection, &stored.content) == (call.kind, &call.selection, &call.content) =>
        {
            // What was still on its way up may be there by now.
            media::hold(tx, caller.team, holder(caller.member, call.id), &media_of(&call.content))?;
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
        create(tx, caller, &draft)?;
        return Ok(draft);
    }
    store::change(tx, caller.team, caller.member, &draft)?;
    kept(tx, caller, &draft)?;
    Ok(draft)
}

/// Keeps a new draft; the oldest unsent one makes room where there are too many.
pub(crate) fn create(tx: &mut Tx<'_>, caller: &Caller, draft: &Stored) -> db::Result<()> {
    store::add(tx, caller.team, caller.member, draft)?;
    for dropped in store::drop_oldest(tx, caller.team, caller.member, KEPT)? {
        release(tx, caller.team, caller.member, dropped)?;
    }
    kept(tx, caller, draft)
}

/// A draft was written down: it holds its pictures and films, and whoever looks at it is told.
fn kept(tx: &mut Tx<'_>, caller: &Caller, draft: &Stored) -> db::Result<()> {
    media::hold(tx, caller.team, holder(caller.member, draft.id), &media_of(&draft.content))?;
    tx.tell(News::of(caller.team, Subject::Draft(caller.member, draft.id)));
    Ok(())
}

/// Puts a changed selection into a draft that was not sent.
pub(crate) fn replace_selection(tx: &mut Tx<'_>, caller: &Caller, draft: Stored, now: i64) -> Result<Stored> {
    if let Some(campaign) = draft.campaign {
        return Err(Problem::conflict(Conflict::AlreadySent { campaign }).into());
    }
    let draft = Stored { revision: draft.revision + 1, updated_at: now, ..draft };
    store::change(tx, caller.team, caller.member, &draft)?;
    tx.tell(News::of(caller.team, Subject::Draft(caller.member, draft.id)));
    Ok(draft)
}

/// Keeps a draft as it is being written.
pub(crate) async fn save(app: App, caller: Caller, call: SaveDraft) -> Result<Draft> {
    call.content.check_draft()?;
    call.kind.check(&call.content)?;
    call.selection.check()?;
    let (now, known) = (app.clock.now(), app.clone());
    app.db
        .write(move |tx| {
            let draft = keep(tx, &caller, &call, now)?;
            Ok::<_, Refused>(draft.shown(tx, &known, &caller)?)
        })
        .await
}

/// One draft.
pub(crate) async fn show(app: App, caller: Caller, call: ShowDraft) -> Result<Draft> {
    let known = app.clone();
    app.db
        .read(move |tx| {
            let draft = find(tx, &caller, call.id)?;
            Ok::<_, Refused>(draft.shown(tx, &known, &caller)?)
        })
        .await
}

/// The caller's unsent drafts.
pub(crate) async fn list(app: App, caller: Caller, _: ListDrafts) -> Result<Vec<Draft>> {
    let known = app.clone();
    app.db
        .read(move |tx| {
            let drafts = store::unsent(tx, caller.team, caller.member, KEPT)?;
            let ids: Vec<MediaId> = drafts.iter().flat_map(|draft| media_of(&draft.content)).collect();
            let known = media::infos(&known, tx, caller.team, &ids)?;
            Ok::<_, Refused>(drafts.into_iter().map(|draft| draft.with(&known, &caller)).collect())
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
            release(tx, caller.team, caller.member, call.id)?;
            tx.tell(News::of(caller.team, Subject::Draft(caller.member, call.id)));
            Ok(Done {})
        })
        .await
}
