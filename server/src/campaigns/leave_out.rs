//! The cures behind the groups of a check: people are left out of a draft, or moved into one of a template message.

use shared::{
    campaigns::{Draft, Kind, LeaveOut, SwitchToTemplate},
    content::Content,
    id::ChannelId,
    problem::{Conflict, Problem, Rule},
    reasons::Reason,
    selection::Selection,
};

use super::{
    check::{Audience, Verdict},
    drafts::{self, Stored},
};
use crate::{
    App,
    caller::Caller,
    db::Tx,
    refused::{Refused, Result},
};

/// Whom a cure leaves out.
#[derive(Debug, Clone, Copy)]
enum Whom {
    /// Those of whom the check says this.
    Judged(Verdict),
    /// Those who are on another account.
    AllBut(ChannelId),
}

impl Whom {
    /// Exactly one of the three is given.
    fn of(call: &LeaveOut) -> Result<Self, Problem> {
        match (call.reason, call.doubt, call.all_but) {
            (Some(reason), None, None) => Ok(Self::Judged(Verdict::Fail(reason))),
            (None, Some(doubt), None) => Ok(Self::Judged(Verdict::Doubt(doubt))),
            (None, None, Some(channel)) => Ok(Self::AllBut(channel)),
            _ => {
                let expected = "either `reason` or `doubt` or `all_but`".into();
                Err(Problem::invalid("reason", Rule::Malformed { expected }))
            }
        }
    }
}

/// Leaves the people of one reason or doubt, or of all accounts but one, out of a draft.
pub(crate) async fn leave_out(app: App, caller: Caller, call: LeaveOut) -> Result<Draft> {
    let whom = Whom::of(&call)?;
    let (now, known) = (app.clock.now(), app.clone());
    app.db
        .write(move |tx| {
            let mut draft = drafts::find(tx, &caller, call.id)?;
            let audience = Audience::of(tx, &caller, &draft, now)?;
            match whom {
                Whom::Judged(wanted) => {
                    for (chosen, _) in audience.people.iter().filter(|(_, verdict)| *verdict == wanted) {
                        draft.selection.remove(chosen.conversation);
                    }
                }
                Whom::AllBut(channel) => keep_only(&mut draft.selection, &audience, channel)?,
            }
            draft.selection.check()?;
            let draft = drafts::replace_selection(tx, &caller, draft, now)?;
            Ok::<_, Refused>(draft.shown(tx, &known, &caller)?)
        })
        .await
}

/// Narrows a selection to one account: its filters to that account, so that no list of exceptions can grow too long.
fn keep_only(selection: &mut Selection, audience: &Audience, channel: ChannelId) -> Result<(), Problem> {
    if !audience.people.iter().any(|(chosen, _)| chosen.channel == channel) {
        return Err(Problem::invalid("all_but", Rule::Unknown { count: 1 }));
    }
    for (chosen, _) in audience.people.iter().filter(|(chosen, _)| chosen.channel != channel) {
        selection.ids.retain(|id| *id != chosen.conversation);
    }
    selection.matching.retain(|one| one.filter.channels.is_empty() || one.filter.channels.contains(&channel));
    for matching in &mut selection.matching {
        matching.filter.channels = vec![channel];
    }
    Ok(())
}

/// Moves those of a number whose 24 hours are over into a new draft of a template message. The same again, by the id of
/// the new draft, is the same switch.
pub(crate) async fn switch(app: App, caller: Caller, call: SwitchToTemplate) -> Result<Draft> {
    let (now, known) = (app.clock.now(), app.clone());
    app.db
        .write(move |tx| {
            let made = move_over(tx, &caller, &call, now)?;
            Ok::<_, Refused>(made.shown(tx, &known, &caller)?)
        })
        .await
}

fn move_over(tx: &mut Tx<'_>, caller: &Caller, call: &SwitchToTemplate, now: i64) -> Result<Stored> {
    let mut draft = drafts::find(tx, caller, call.id)?;
    if let Some(made) = drafts::store::find(tx, caller.team, caller.member, call.to)? {
        if made.id == draft.id || made.kind != Kind::GroupTemplate {
            return Err(Problem::invalid("to", Rule::Taken).into());
        }
        return Ok(made);
    }
    let audience = Audience::of(tx, caller, &draft, now)?;
    let is_closed = Verdict::Fail(Reason::WaWindowClosed);
    let outside = audience.people.iter().filter(|(chosen, is)| *is == is_closed && chosen.channel == call.channel);
    let moved: Vec<_> = outside.map(|(chosen, _)| chosen.conversation).collect();
    if moved.is_empty() {
        return Err(Problem::conflict(Conflict::NobodyToSend).into());
    }
    for id in &moved {
        draft.selection.remove(*id);
    }
    draft.selection.check()?;
    drafts::replace_selection(tx, caller, draft, now)?;
    let selection = Selection { ids: moved, matching: Vec::new() };
    selection.check()?;
    let made = Stored {
        id: call.to,
        kind: Kind::GroupTemplate,
        selection,
        content: Content::default(),
        revision: 1,
        updated_at: now,
        campaign: None,
    };
    drafts::create(tx, caller, &made)?;
    Ok(made)
}
