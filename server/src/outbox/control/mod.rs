//! A person's hand on a campaign: hold it, let it go on, stop it, send again to those who did not get it
//! (architecture.md 4).
//!
//! What is on disk decides: nothing of a campaign that is not being sent is claimed, and WhatsApp asks before every call.
//! Rows that a lane has in its hands for LINE would go out without asking; `Held` tells its senders.

mod held;
mod store;
#[cfg(test)]
mod store_test;
mod sweep;
#[cfg(test)]
mod sweep_test;

use std::collections::BTreeMap;

use shared::{
    id::{CampaignId, ChannelId, DeliveryId, MemberId, SliceId, TeamId},
    limits::Platform,
    reasons::Reason,
};

pub(crate) use self::{
    held::Held,
    store::{hold_campaign, queued_elsewhere, stopped},
    sweep::sweep,
};
use super::{
    enqueue::slice_of,
    parts,
    store::{Moved, NewSlice, add_slice, count, platform},
};
use crate::{
    clock::Clock,
    db::{self, Tx},
    live::News,
};

/// Holds a campaign by a person's hand; from now on nothing but a person lets it go on, also where its template held it
/// before. Returns whether it was being sent, or held for a reason of its own.
pub fn pause(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, by: MemberId) -> db::Result<bool> {
    let held = store::pause(tx, team, campaign, by)?;
    if held {
        tx.tell(News::of(team, campaign));
    }
    Ok(held)
}

/// Lets a campaign go on, whoever or whatever held it: what waited for its next try is due at once. Returns whether it was
/// held. `now` is UTC ms.
pub fn resume(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, now: i64) -> db::Result<bool> {
    go_on(tx, team, campaign, now, store::resume)
}

/// As [`resume`], where it is held for a reason of its own and not by a person: its template is approved again.
pub fn let_go(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, now: i64) -> db::Result<bool> {
    go_on(tx, team, campaign, now, store::let_go)
}

fn go_on(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    now: i64,
    how: fn(&mut Tx<'_>, TeamId, CampaignId) -> db::Result<bool>,
) -> db::Result<bool> {
    // Slices before the campaign, as everybody who settles locks them.
    parts::hasten(tx, team, campaign, now)?;
    let goes_on = how(tx, team, campaign)?;
    if goes_on {
        tx.tell(News::of(team, campaign));
    }
    Ok(goes_on)
}

/// Stops a campaign for good. Whom no call is out for is settled behind (`sweep`), a thousand in a write, so that nobody
/// waits for it; calls that are out count as they end. Returns whether it was under way.
pub fn cancel(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, by: MemberId) -> db::Result<bool> {
    let stopped = store::cancel(tx, team, campaign, by)?;
    if stopped {
        tx.tell(News::of(team, campaign));
    }
    Ok(stopped)
}

/// Who of a campaign is to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Those who failed for these reasons.
    Failed(Vec<Reason>),
    /// Those who may have got it: only this one, or all of them.
    Unknown(Option<DeliveryId>),
}

/// Somebody who did not get it, or may not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// Her delivery.
    pub id: DeliveryId,
    /// The account it went by.
    pub channel: ChannelId,
}

/// Those of a campaign, in order, locked until the end of the transaction.
pub fn lost(tx: &mut Tx<'_>, team: TeamId, campaign: CampaignId, whom: &Whom) -> db::Result<Vec<Lost>> {
    match whom {
        Whom::Failed(reasons) => store::failed(tx, team, campaign, reasons),
        Whom::Unknown(only) => store::unknown(tx, team, campaign, *only),
    }
}

/// Another attempt of these, who are the ones that [`lost`] gave in this transaction.
#[derive(Debug, Clone, Copy)]
pub struct Again<'a> {
    /// Their team.
    pub team: TeamId,
    /// Their campaign.
    pub campaign: CampaignId,
    /// Which of its people they are.
    pub whom: &'a Whom,
    /// They.
    pub people: &'a [Lost],
    /// When what has not started is dropped as too late (UTC ms).
    pub expires_at: i64,
    /// Now (UTC ms).
    pub now: i64,
}

/// Queues another attempt of each, under a key of its own and in new slices; the campaign is being sent again. False, with
/// nothing to be kept of the transaction, where it is held or stopped.
///
/// The last attempt counts: an unknown one that is sent again and then refused is failed, unless a late word says that an
/// earlier one arrived.
pub fn send_again(tx: &mut Tx<'_>, clock: &Clock, again: Again<'_>) -> db::Result<bool> {
    let mut by_channel: BTreeMap<ChannelId, Vec<DeliveryId>> = BTreeMap::new();
    for one in again.people {
        by_channel.entry(one.channel).or_default().push(one.id);
    }
    let class = store::class(tx, again.team, again.campaign)?;
    let (mut places, mut slices, mut in_parts) = (Vec::new(), Vec::new(), Vec::new());
    for (channel, ids) in by_channel {
        let platform = platform(tx, again.team, channel)?;
        for neighbours in ids.chunks(slice_of(platform)) {
            let slice: SliceId = clock.id();
            places.extend(neighbours.iter().map(|id| (*id, slice)));
            slices.push(slice_for(&again, slice, channel, class, neighbours));
        }
        if platform == Platform::Whatsapp {
            in_parts.extend(ids);
        }
    }
    store::requeue(tx, again.team, &places)?;
    parts::try_again(tx, again.team, &in_parts, matches!(again.whom, Whom::Unknown(_)), again.now)?;
    slices.iter().try_for_each(|slice| add_slice(tx, slice))?;
    if !store::reopen(tx, again.team, again.campaign, again.expires_at)? {
        return Ok(false);
    }
    let people = i64::try_from(again.people.len()).unwrap_or(i64::MAX);
    let moved = match again.whom {
        Whom::Failed(_) => Moved { failed: -people, ..Moved::default() },
        Whom::Unknown(_) => Moved { unknown: -people, ..Moved::default() },
    };
    count(tx, again.campaign, moved, again.now)?;
    tx.tell(News::of(again.team, again.campaign));
    Ok(true)
}

fn slice_for(again: &Again<'_>, id: SliceId, channel: ChannelId, class: i64, neighbours: &[DeliveryId]) -> NewSlice {
    NewSlice {
        team: again.team,
        id,
        campaign: Some(again.campaign),
        channel,
        class,
        first: neighbours.first().copied().unwrap_or_default(),
        last: neighbours.last().copied().unwrap_or_default(),
        open: neighbours.len(),
        due_at: again.now,
        expires_at: again.expires_at,
    }
}
