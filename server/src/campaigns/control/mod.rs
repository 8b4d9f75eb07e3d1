//! A person's hand on a send: hold it, let it go on, stop it, send again to those who can still get it. Whoever sees
//! the record may stop what is wrong; to send again is sending, and is held to what sending is held to.
//!
//! These run at READ COMMITTED, as the engine does: a send under way moves its counters many times a second, and
//! whatever is decided here is guarded by its own condition.

mod store;
#[cfg(test)]
mod store_test;

use std::collections::BTreeMap;

use shared::{
    campaigns::{
        CampaignState, CancelCampaign, Kind, PauseCampaign, PausedChannel, Progress, ResendUnknown, ResumeCampaign,
        RetryFailed,
    },
    conversations::WINDOW_MS,
    id::{CampaignId, ChannelId, DeliveryId, TeamId},
    members::MemberRef,
    problem::{Conflict, Problem, Rule, What},
};

use super::{
    reach,
    records::{self, Stored},
    send::{self, LIFE_MS},
};
use crate::{
    App, audit,
    caller::Caller,
    channels,
    db::{self, Lane, Tx},
    outbox::control::{self, Again, Lost, Whom},
    refused::{Refused, Result},
};

/// Holds a send.
pub(crate) async fn pause(app: App, caller: Caller, PauseCampaign { id }: PauseCampaign) -> Result<Progress> {
    let progress = act(&app, caller, id, Hand::Pause).await?;
    app.outbox.hold(id);
    Ok(progress)
}

/// Lets a held send go on.
pub(crate) async fn resume(app: App, caller: Caller, ResumeCampaign { id }: ResumeCampaign) -> Result<Progress> {
    let progress = act(&app, caller, id, Hand::Resume).await?;
    app.outbox.wake();
    Ok(progress)
}

/// Stops a send for good.
pub(crate) async fn cancel(app: App, caller: Caller, CancelCampaign { id }: CancelCampaign) -> Result<Progress> {
    let progress = act(&app, caller, id, Hand::Cancel).await?;
    app.outbox.hold(id);
    app.outbox.wake();
    Ok(progress)
}

/// What a person does with a send that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    Pause,
    Resume,
    Cancel,
}

impl Hand {
    const fn action(self) -> &'static str {
        match self {
            Self::Pause => "campaign.pause",
            Self::Resume => "campaign.resume",
            Self::Cancel => "campaign.cancel",
        }
    }

    /// The state in which there is nothing left to do: asked twice is the same as once.
    const fn comes_to(self) -> CampaignState {
        match self {
            Self::Pause => CampaignState::Paused,
            Self::Resume => CampaignState::Sending,
            Self::Cancel => CampaignState::Cancelled,
        }
    }
}

async fn act(app: &App, caller: Caller, id: CampaignId, hand: Hand) -> Result<Progress> {
    let clock = app.clock.clone();
    let work = move |tx: &mut Tx<'_>| {
        records::find(tx, &caller, id)?;
        let acted = match hand {
            Hand::Pause => control::pause(tx, caller.team, id, caller.member)?,
            Hand::Resume => control::resume(tx, caller.team, id, clock.now())?,
            Hand::Cancel => control::cancel(tx, caller.team, id, caller.member)?,
        };
        if acted {
            let act = audit::Act { action: hand.action(), subject: id.to_string(), detail: None };
            audit::note(tx, &clock, &caller, &act)?;
        } else {
            let state = records::find(tx, &caller, id)?.row.state;
            if state != hand.comes_to() {
                return Err(Problem::conflict(Conflict::SendState { state }).into());
            }
        }
        records::progress(tx, &caller, id)
    };
    app.db.write_as(Lane::Intake, work).await
}

/// Sends again to those who failed for reasons that can pass.
pub(crate) async fn retry(app: App, caller: Caller, call: RetryFailed) -> Result<Progress> {
    if call.reasons.is_empty() {
        return Err(Problem::invalid("reasons", Rule::Required).into());
    }
    if let Some(i) = call.reasons.iter().position(|reason| !reason.can_retry()) {
        let expected = "a reason that can pass".into();
        return Err(Problem::invalid(format!("reasons[{i}]"), Rule::Malformed { expected }).into());
    }
    again(app, caller, call.id, Whom::Failed(call.reasons), call.people).await
}

/// Sends again to those who may or may not have got it.
pub(crate) async fn resend(app: App, caller: Caller, call: ResendUnknown) -> Result<Progress> {
    again(app, caller, call.id, Whom::Unknown(call.delivery), call.people).await
}

/// Queues another attempt of the people that the caller saw, all of them in one transaction: as many as one send may
/// have.
async fn again(app: App, caller: Caller, id: CampaignId, whom: Whom, people: u64) -> Result<Progress> {
    app.limits.check_send(caller.member)?;
    refresh_quotas(&app, &caller, id).await?;
    let clock = app.clock.clone();
    let work = move |tx: &mut Tx<'_>| {
        let now = clock.now();
        let found = records::find(tx, &caller, id)?;
        may_be_sent_again(found.row.state)?;
        let lost = those(tx, &caller, id, &whom)?;
        if lost.len() as u64 != people {
            return Err(Problem::conflict(Conflict::PeopleChanged { people: lost.len() as u64 }).into());
        }
        if lost.is_empty() {
            return Err(Problem::conflict(Conflict::NobodyToSend).into());
        }
        fits(tx, caller.team, &found, &lost, now)?;
        let again =
            Again { team: caller.team, campaign: id, whom: &whom, people: &lost, expires_at: now + LIFE_MS, now };
        if !control::send_again(tx, &clock, again)? {
            // It was held or stopped meanwhile.
            may_be_sent_again(records::find(tx, &caller, id)?.row.state)?;
            return Err(Refused::fault("a send that may be sent again could not be"));
        }
        audit::note(tx, &clock, &caller, &noted(id, &whom, people))?;
        records::progress(tx, &caller, id)
    };
    let progress = app.db.write_as(Lane::Intake, work).await?;
    app.outbox.wake();
    Ok(progress)
}

/// What was stopped stays so, and what is held is let go on first: nobody would see why nothing goes out.
fn may_be_sent_again(state: CampaignState) -> Result<(), Problem> {
    match state {
        CampaignState::Sending | CampaignState::Completed | CampaignState::Failed => Ok(()),
        CampaignState::Paused | CampaignState::Cancelled => Err(Problem::conflict(Conflict::SendState { state })),
    }
}

/// Asks LINE what is left of the month, as the check of a send does: a plan may have grown since these people failed.
async fn refresh_quotas(app: &App, caller: &Caller, id: CampaignId) -> Result<()> {
    let found = {
        let caller = caller.clone();
        app.db.read(move |tx| records::find(tx, &caller, id)).await?
    };
    for channel in found.row.channels {
        channels::quota(app, caller.team, channel.id).await?;
    }
    Ok(())
}

/// They, locked.
fn those(tx: &mut Tx<'_>, caller: &Caller, id: CampaignId, whom: &Whom) -> Result<Vec<Lost>> {
    if let Whom::Unknown(Some(delivery)) = whom
        && store::state_of(tx, caller.team, id, *delivery)?.is_none()
    {
        return Err(Problem::missing(What::Delivery).into());
    }
    Ok(control::lost(tx, caller.team, id, whom)?)
}

/// The month's messages and the people that may be written to first, as when it was sent.
fn fits(tx: &mut Tx<'_>, team: TeamId, found: &Stored, lost: &[Lost], now: i64) -> Result<()> {
    let mut tried: BTreeMap<ChannelId, u64> = BTreeMap::new();
    for one in lost {
        *tried.entry(one.channel).or_default() += 1;
    }
    send::fits_quota(tx, team, &tried)?;
    // A plain message to somebody outside her window is not sent at all.
    if found.row.kind == Kind::GroupTemplate {
        let ids: Vec<DeliveryId> = lost.iter().map(|one| one.id).collect();
        for (channel, people) in store::outside(tx, team, &ids, now - WINDOW_MS)? {
            if let Some(reach) = reach::of(tx, team, channel, &people, now)? {
                reach::check(reach)?;
            }
        }
    }
    Ok(())
}

fn noted(id: CampaignId, whom: &Whom, people: u64) -> audit::Act {
    let (action, detail) = match whom {
        Whom::Failed(reasons) => {
            let reasons: Vec<&str> = reasons.iter().map(|reason| reason.as_str()).collect();
            ("campaign.retry", format!("{people}: {}", reasons.join(", ")))
        }
        Whom::Unknown(None) => ("campaign.resend", people.to_string()),
        Whom::Unknown(Some(delivery)) => ("campaign.resend", delivery.to_string()),
    };
    audit::Act { action, subject: id.to_string(), detail: Some(detail) }
}

/// Whose hand is on a send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hands {
    /// Who holds it.
    pub(crate) paused_by: Option<MemberRef>,
    /// Who stopped it for good.
    pub(crate) cancelled_by: Option<MemberRef>,
}

/// Whose hand is on a send, and its accounts that are paused while people of it wait for them.
pub(super) fn shown(tx: &mut Tx<'_>, team: TeamId, found: &Stored) -> db::Result<(Hands, Vec<PausedChannel>)> {
    let row = &found.row;
    let hands = store::hands(tx, team, row.id)?;
    if !matches!(row.state, CampaignState::Sending | CampaignState::Paused) {
        return Ok((Hands { paused_by: None, ..hands }, Vec::new()));
    }
    let paused = store::paused_channels(tx, team, row.id)?.into_iter().filter_map(|(id, reason)| {
        // Its account is among those frozen with the campaign.
        let channel = row.channels.iter().find(|one| one.id == id)?.clone();
        Some(PausedChannel { channel, reason })
    });
    Ok((hands, paused.collect()))
}
