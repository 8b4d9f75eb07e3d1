//! Claiming: one short write that leases slices, drops who may not be sent any more, and reserves a moment for the first call
//! of each.

use std::collections::{HashMap, HashSet};

use shared::{
    id::{CampaignId, DeliveryId},
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

use super::{
    Busy, KEY_LIFE_MS, Policies,
    budget::{self, Kinds},
    fair::{Due, Fair},
    line, settle,
    store::{self, Queued, Settled, Taken},
    whatsapp,
};
use crate::{
    clock::Clock,
    db::{self, Tx},
};

/// What a claim asks for.
#[derive(Clone)]
pub(crate) struct Want {
    pub(crate) busy: Busy,
    pub(crate) me: String,
    /// So many rows, and the rest of a slice.
    pub(crate) rows: u64,
    /// Who got what before.
    pub(crate) fair: Fair,
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
    /// Rows to send, class by class, each with its moment.
    pub(crate) rows: Vec<Row>,
    /// Until when they are leased (UTC ms).
    pub(crate) until: i64,
    /// Content of campaigns that the lane did not know, JSON.
    pub(crate) contents: HashMap<CampaignId, String>,
    /// When there is budget again (UTC µs) for what there is none for now.
    pub(crate) wait_until: Option<i64>,
    /// Rows that were settled without a call.
    pub(crate) dropped: usize,
    /// Who got what, where anything was shared out.
    pub(crate) fair: Option<Fair>,
}

/// A claimed row, or the rows of a batch.
pub(crate) struct Row {
    pub(crate) slice: Taken,
    pub(crate) campaign: Option<CampaignId>,
    /// 0 replies, 1 group sends, 2 broadcasts.
    pub(crate) class: i64,
    pub(crate) queued: Queued,
    /// The others of a batch, who are in the same call.
    pub(crate) others: Vec<Queued>,
    /// The message that is next, from 0; on LINE all of them are one.
    pub(crate) next: usize,
    /// How many messages there are, each a call.
    pub(crate) parts: usize,
    /// Where its calls go, and whose budget they are taken from.
    pub(crate) endpoint: &'static str,
    /// The moment of its first call (UTC µs); none without a budget.
    pub(crate) at: Option<i64>,
}

impl Row {
    fn new(platform: Platform, slice: &Taken, due: Due, queued: Queued) -> Self {
        Self {
            slice: slice.clone(),
            campaign: due.campaign,
            class: due.class,
            queued,
            others: Vec::new(),
            next: 0,
            parts: 1,
            endpoint: budget::endpoint(platform, slice.is_batch),
            at: None,
        }
    }

    /// All who are in its call, in the order of their ids.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Queued> {
        std::iter::once(&self.queued).chain(&self.others)
    }

    /// Whether a call for it was made whose end nobody knows.
    pub(crate) fn may_have_arrived(&self) -> bool {
        self.queued.unsure || self.slice.was_lost
    }
}

/// Does it.
pub(crate) fn claim(tx: &mut Tx<'_>, want: &Want) -> db::Result<Claimed> {
    let now = want.now_micros / 1_000;
    let mut claimed = Claimed { until: now + want.lease_ms, ..Claimed::default() };
    let room = budget::look(tx, &want.busy, want.now_micros)?;
    claimed.wait_until = room.wait_until;
    if room.is_none() {
        return Ok(claimed);
    }
    let due = store::due(tx, want.busy.channel, now, room.kinds)?;
    let mut round = want.fair.round(&due, want.rows.min(room.rows));
    while let Some(due) = round.turn() {
        let rows = take_slice(tx, want, now, due, room.kinds, &mut claimed)?;
        round.took(due, rows);
    }
    claimed.fair = Some(round.end());
    claimed.rows.sort_by_key(|row| row.class);
    for row in &claimed.rows {
        if let Some(campaign) = row.campaign
            && !want.known.contains(&campaign)
            && !claimed.contents.contains_key(&campaign)
        {
            claimed.contents.insert(campaign, store::content(tx, campaign)?);
        }
    }
    budget::give_moments(tx, want.busy.channel, &mut claimed.rows, want.now_micros)?;
    Ok(claimed)
}

/// Takes a slice of one campaign (or of the replies); says how many were waiting in it, or that there is none any more.
fn take_slice(
    tx: &mut Tx<'_>,
    want: &Want,
    now: i64,
    due: Due,
    kinds: Kinds,
    claimed: &mut Claimed,
) -> db::Result<Option<u64>> {
    let Some(slice) = store::take(tx, want.busy.channel, due.campaign, kinds, now, &want.me, claimed.until)? else {
        return Ok(None);
    };
    let queued = store::queued(tx, &slice, due.campaign)?;
    let waiting = queued.len() as u64;
    sort_out(tx, want, now, due, &slice, queued, claimed)?;
    Ok(Some(waiting))
}

/// Adds the rows of a slice that are to be sent to what is claimed, and settles the others.
pub(crate) fn sort_out(
    tx: &mut Tx<'_>,
    want: &Want,
    now: i64,
    due: Due,
    slice: &Taken,
    queued: Vec<Queued>,
    claimed: &mut Claimed,
) -> db::Result<()> {
    let row = |queued| Row::new(want.busy.platform, slice, due, queued);
    if want.busy.platform == Platform::Whatsapp {
        let rows = queued.into_iter().map(row).collect();
        let fit = whatsapp::fit(tx, want, slice, rows, now, &mut claimed.dropped)?;
        claimed.rows.extend(fit);
        return Ok(());
    }
    let dropped = unfit(tx, want, slice, &queued, now)?;
    let gone: HashSet<DeliveryId> = dropped.iter().map(|row| row.id).collect();
    claimed.dropped += settle::settle_unsent(tx, want.busy.team, slice, due.campaign, dropped, queued.len(), now)?;
    let mut fit = queued.into_iter().filter(|row| !gone.contains(&row.id));
    if !slice.is_batch {
        claimed.rows.extend(fit.map(row));
    } else if let Some(first) = fit.next() {
        let slice = if gone.is_empty() { slice.clone() } else { without_some(tx, slice, now)? };
        claimed.rows.push(Row { slice, others: fit.collect(), ..row(first) });
    }
    Ok(())
}

/// A batch without those who may not be sent in it any more. Where a call for it was made, and rejected, the rest is another
/// body, which must not go under the key of the former.
fn without_some(tx: &mut Tx<'_>, slice: &Taken, now: i64) -> db::Result<Taken> {
    if slice.generation == 1 {
        return Ok(slice.clone());
    }
    line::next_round(tx, slice.id, (slice.first, slice.last), true, Some(now))?;
    Ok(Taken { round: slice.round + 1, first_tried_at: now, ..slice.clone() })
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
    for (id, reason) in eligibility(tx, want.busy.platform, &fit, now)? {
        dropped.push(settle::unsent(id, "failed", reason, Some(CheckedBy::Storecast), now));
    }
    Ok(dropped)
}
