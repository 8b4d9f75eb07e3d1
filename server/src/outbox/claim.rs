//! Claiming: one short write that leases slices, drops who may not be sent any more, and reserves a moment for each call.

use std::collections::{HashMap, HashSet};

use shared::{
    id::{CampaignId, DeliveryId},
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

use super::{
    Busy, KEY_LIFE_MS, Policies,
    fair::{self, Due},
    settle,
    store::{self, Budget, Queued, Settled, Taken},
    whatsapp,
};
use crate::{
    clock::Clock,
    db::{self, Tx},
};

/// The endpoint whose budget LINE pushes are taken from.
pub(crate) const PUSH: &str = "push";

/// The endpoint whose budget a platform's calls are taken from.
pub(crate) const fn endpoint(platform: Platform) -> &'static str {
    match platform {
        Platform::Line => PUSH,
        Platform::Whatsapp => whatsapp::MESSAGES,
    }
}

/// What a claim asks for.
#[derive(Clone)]
pub(crate) struct Want {
    pub(crate) busy: Busy,
    pub(crate) me: String,
    /// At most so many rows, but at least one slice.
    pub(crate) rows: u64,
    /// UTC µs.
    pub(crate) now_micros: i64,
    pub(crate) lease_ms: i64,
    pub(crate) policies: Policies,
    pub(crate) clock: Clock,
    /// Campaigns whose content the lane knows.
    pub(crate) known: HashSet<CampaignId>,
}

/// What a claim got.
#[derive(Default)]
pub(crate) struct Claimed {
    /// Rows to send, in order, each with its moment.
    pub(crate) rows: Vec<Row>,
    /// Until when they are leased (UTC ms).
    pub(crate) until: i64,
    /// Content of campaigns that the lane did not know, JSON.
    pub(crate) contents: HashMap<CampaignId, String>,
    /// When there is budget again (UTC µs), where that is why nothing came.
    pub(crate) wait_until: Option<i64>,
    /// Whether rows were settled without a call.
    pub(crate) dropped: usize,
}

/// A claimed row.
pub(crate) struct Row {
    pub(crate) slice: Taken,
    pub(crate) campaign: Option<CampaignId>,
    pub(crate) queued: Queued,
    /// The message that is next, from 0; on LINE all of them are one.
    pub(crate) next: usize,
    /// How many messages there are, each a call.
    pub(crate) parts: usize,
    /// When its first call may be made (UTC µs).
    pub(crate) at: i64,
    /// How far (µs) calls of the channel are apart; 0 without a budget.
    pub(crate) apart: i64,
}

impl Row {
    fn new(slice: &Taken, campaign: Option<CampaignId>, queued: Queued) -> Self {
        Self { slice: slice.clone(), campaign, queued, next: 0, parts: 1, at: 0, apart: 0 }
    }

    /// Calls it takes.
    fn calls(&self) -> i64 {
        i64::try_from(self.parts.saturating_sub(self.next)).unwrap_or(i64::MAX)
    }
}

/// Does it.
pub(crate) fn claim(tx: &mut Tx<'_>, want: &Want) -> db::Result<Claimed> {
    let now = want.now_micros / 1_000;
    let mut claimed = Claimed { until: now + want.lease_ms, ..Claimed::default() };
    let endpoint = endpoint(want.busy.platform);
    let mut budget = store::budget(tx, want.busy.channel, endpoint)?;
    if let Some(budget) = &mut budget {
        recover(budget, now);
        // Moments too far ahead are not given away: whoever comes later and is urgent would wait for them.
        if budget.next_at > want.now_micros + 200_000 {
            claimed.wait_until = Some(budget.next_at - 100_000);
            return Ok(claimed);
        }
    }
    // Of a slow channel no more than a moment's worth: what waits under a lease keeps others from going first.
    let pace =
        budget.as_ref().map_or(want.rows, |budget| u64::try_from(budget.rate_now / 4).unwrap_or_default().max(1));
    let due = store::due(tx, want.busy.channel, now)?;
    for (share, rows) in fair::shares(&due, want.rows.min(pace)) {
        take_share(tx, want, now, share, rows, &mut claimed)?;
    }
    if let Some(mut budget) = budget {
        let mut at = budget.next_at.max(want.now_micros);
        let apart = 1_000_000 / budget.rate_now.max(1);
        for row in &mut claimed.rows {
            (row.at, row.apart) = (at, apart);
            at += row.calls() * apart;
        }
        if !claimed.rows.is_empty() {
            budget.next_at = at;
            store::set_budget(tx, want.busy.channel, endpoint, &budget)?;
        }
    }
    for row in &claimed.rows {
        if let Some(campaign) = row.campaign
            && !want.known.contains(&campaign)
            && !claimed.contents.contains_key(&campaign)
        {
            claimed.contents.insert(campaign, store::content(tx, campaign)?);
        }
    }
    Ok(claimed)
}

/// After a slow-down the pace comes back by a twentieth of the full one each second.
fn recover(budget: &mut Budget, now: i64) {
    let Some(slowed_at) = budget.slowed_at else {
        return;
    };
    let seconds = (now - slowed_at) / 1_000;
    if seconds >= 1 {
        budget.rate_now = (budget.rate_now + (budget.rate / 20).max(1) * seconds).min(budget.rate);
        budget.slowed_at = (budget.rate_now < budget.rate).then_some(now);
    }
}

/// Takes slices of one campaign (or of the replies) until its share is full.
fn take_share(tx: &mut Tx<'_>, want: &Want, now: i64, share: Due, rows: u64, claimed: &mut Claimed) -> db::Result<()> {
    let mut left = i64::try_from(rows).unwrap_or(i64::MAX);
    while left > 0 {
        let Some(slice) = store::take(tx, want.busy.channel, share.campaign, now, &want.me, claimed.until)? else {
            break;
        };
        let queued = store::queued(tx, &slice, share.campaign)?;
        left -= i64::try_from(queued.len()).unwrap_or(i64::MAX).max(1);
        if want.busy.platform == Platform::Whatsapp {
            let rows = queued.into_iter().map(|queued| Row::new(&slice, share.campaign, queued)).collect();
            let fit = whatsapp::fit(tx, want, &slice, rows, now, &mut claimed.dropped)?;
            claimed.rows.extend(fit);
            continue;
        }
        let dropped = unfit(tx, want, &slice, &queued, now)?;
        let gone: HashSet<DeliveryId> = dropped.iter().map(|row| row.id).collect();
        claimed.dropped +=
            settle::settle_unsent(tx, want.busy.team, &slice, share.campaign, dropped, queued.len(), now)?;
        let fit = queued.into_iter().filter(|row| !gone.contains(&row.id));
        claimed.rows.extend(fit.map(|queued| Row::new(&slice, share.campaign, queued)));
    }
    Ok(())
}

/// Rows of a slice that are settled without a call: too late, key too old to repeat, or not to be sent any more.
fn unfit(tx: &mut Tx<'_>, want: &Want, slice: &Taken, queued: &[Queued], now: i64) -> db::Result<Vec<Settled>> {
    let key_is_old = now - slice.first_tried_at > KEY_LIFE_MS;
    let is_late = now > slice.expires_at;
    let mut dropped = Vec::new();
    let mut fit = Vec::new();
    for row in queued {
        // What may have arrived is asked again under its old key while LINE knows it, and never marked as not sent.
        let may_have_arrived = row.unsure || slice.was_lost;
        match (may_have_arrived, key_is_old, is_late) {
            (true, true, _) => dropped.push(settle::unsent(row.id, "unknown", Reason::NoAnswer, None, now)),
            (false, _, true) | (false, true, _) => {
                dropped.push(settle::unsent(row.id, "failed", Reason::Expired, Some(CheckedBy::Storecast), now));
            }
            (true, false, _) => {}
            (false, false, false) => fit.push(row.id),
        }
    }
    let eligibility =
        if queued.iter().any(|row| row.fill.is_some()) { want.policies.reply } else { want.policies.group };
    for (id, reason) in eligibility(tx, &fit, now)? {
        dropped.push(settle::unsent(id, "failed", reason, Some(CheckedBy::Storecast), now));
    }
    Ok(dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_recovers_by_a_twentieth_a_second_and_no_further_than_full() {
        let mut budget = Budget { rate: 1_900, rate_now: 950, next_at: 0, slowed_at: Some(0) };
        recover(&mut budget, 999);
        assert_eq!(budget.rate_now, 950);
        recover(&mut budget, 2_000);
        assert_eq!((budget.rate_now, budget.slowed_at), (950 + 190, Some(2_000)));
        recover(&mut budget, 60_000);
        assert_eq!((budget.rate_now, budget.slowed_at), (1_900, None));
    }
}
