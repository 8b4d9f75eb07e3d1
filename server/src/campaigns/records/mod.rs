//! Group-send records (群發訊息紀錄): the list, one record, its recipients and why they failed.

pub(crate) mod export;
#[cfg(test)]
mod gone_test;
pub(crate) mod store;

use std::collections::BTreeMap;

use shared::{
    call::Page,
    campaigns::{
        Campaign, CampaignFilter, CampaignRow, CampaignState, Figures, ListCampaigns, PlatformFigures, Progress,
        ReasonCount, ShowCampaign, ShowProgress,
    },
    content::Content,
    deliveries::{
        Attempt, DeliveryDetail, DeliveryRow, DeliveryState, ListDeliveries, Outcome, PartOutcome, ShowDelivery,
    },
    id::{CampaignId, ChannelId},
    limits::Platform,
    members::Role,
    problem::{Problem, What},
    reasons::Reason,
};

use super::{
    control,
    drafts::media_of,
    parts::{SentPart, parts},
};
use crate::{
    App,
    caller::Caller,
    conversations,
    cursor::{self, Cursor, page_limit},
    db::Tx,
    media,
    refused::{Refused, Result},
};

/// Whose records a member sees (domain.md 2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Her own.
    Own,
    /// Her own, and those sent under her stores.
    Stores(Vec<String>),
    /// All of the team.
    All,
}

impl Scope {
    pub(crate) fn of(caller: &Caller) -> Self {
        match caller.role {
            Role::Admin => Self::All,
            Role::SalesManager => Self::Stores(caller.stores.iter().map(ToString::to_string).collect()),
            Role::SalesStaff => Self::Own,
        }
    }
}

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) row: store::RowParts,
    /// Why it is held: its account is paused while people wait.
    pub(crate) paused: Option<Reason>,
    /// When its recipients were deleted (UTC ms), if they are not kept any more.
    pub(crate) recipients_gone_at: Option<i64>,
}

impl Stored {
    /// The state as people see it: a send whose account is paused is held.
    fn state(&self) -> CampaignState {
        if self.row.state == CampaignState::Sending && self.paused.is_some() {
            CampaignState::Paused
        } else {
            self.row.state
        }
    }

    fn shown(&self, caller: &Caller) -> CampaignRow {
        let row = &self.row;
        CampaignRow {
            id: row.id,
            kind: row.kind,
            sent_at: caller.zone.stamp(row.broadcast_at),
            finished_at: row.finished_at.map(|at| caller.zone.stamp(at)),
            state: self.state(),
            sender: row.sender.clone(),
            store: row.store.clone(),
            channels: row.channels.clone(),
            parts: row.parts,
            images: row.images,
            videos: row.videos,
            first_text: row.first_text.clone(),
            figures: row.figures,
            referral_links: row.referral_links,
        }
    }
}

/// A record that the caller may see.
pub(super) fn find(tx: &mut Tx<'_>, caller: &Caller, id: CampaignId) -> Result<Stored> {
    Ok(store::find(tx, caller.team, caller.member, &Scope::of(caller), id)?.ok_or(Problem::missing(What::Campaign))?)
}

/// How far a send is.
pub(crate) fn progress(tx: &mut Tx<'_>, caller: &Caller, id: CampaignId) -> Result<Progress> {
    let found = find(tx, caller, id)?;
    let state = found.state();
    let paused = if state == CampaignState::Paused { found.paused } else { None };
    Ok(Progress { campaign: id, state, figures: found.row.figures, paused })
}

/// How far a send is.
pub(crate) async fn show_progress(app: App, caller: Caller, call: ShowProgress) -> Result<Progress> {
    app.db.read(move |tx| progress(tx, &caller, call.id)).await
}

/// The time that a filter asks for, in the team's calendar.
fn period(caller: &Caller, filter: &CampaignFilter) -> store::Days {
    store::Days {
        from: filter.from.map(|day| caller.zone.start_of(day)),
        until: filter.to.and_then(|day| day.succ_opt()).map(|day| caller.zone.start_of(day)),
    }
}

/// Where a page of records ends.
fn cursor_of(row: &store::RowParts) -> Cursor {
    Cursor { at: row.created_at, key: row.id.to_string() }
}

/// The records of the caller's scope, newest first.
pub(crate) async fn list(app: App, caller: Caller, call: ListCampaigns) -> Result<Page<CampaignRow>> {
    let limit = page_limit(call.limit)?;
    let after = Cursor::read(call.after.as_deref())?;
    app.db
        .read(move |tx| {
            let (scope, days) = (Scope::of(&caller), period(&caller, &call.filter));
            let rows =
                store::list(tx, caller.team, caller.member, &scope, &call.filter, days, after.as_ref(), limit + 1)?;
            let Page { items, next } = cursor::page(rows, limit, |last| cursor_of(&last.row));
            Ok::<_, Refused>(Page { items: items.iter().map(|row| row.shown(&caller)).collect(), next })
        })
        .await
}

/// One record.
pub(crate) async fn show(app: App, caller: Caller, call: ShowCampaign) -> Result<Campaign> {
    let known = app.clone();
    app.db
        .read(move |tx| {
            let found = find(tx, &caller, call.id)?;
            let frozen = store::frozen(tx, caller.team, call.id)?;
            let mut reasons = Vec::new();
            for (reason, count) in store::reasons(tx, caller.team, call.id)? {
                let names = store::names_of(tx, caller.team, call.id, reason)?;
                reasons.push(ReasonCount { reason, count, names });
            }
            let paused = if found.state() == CampaignState::Paused { found.paused } else { None };
            let (hands, paused_channels) = control::shown(tx, caller.team, &found)?;
            Ok::<_, Refused>(Campaign {
                row: found.shown(&caller),
                media: media::infos(&known, tx, caller.team, &media_of(&frozen.content))?,
                content: frozen.content,
                reasons,
                platforms: platforms(tx, &caller, &found)?,
                selection: frozen.selection,
                paused,
                paused_by: hands.paused_by,
                cancelled_by: hands.cancelled_by,
                paused_channels,
                recipients_gone_at: found.recipients_gone_at.map(|at| caller.zone.stamp(at)),
            })
        })
        .await
}

/// The figures of each platform of a record, where it went by more than one (domain.md 11.23) and they can still be
/// counted.
fn platforms(tx: &mut Tx<'_>, caller: &Caller, found: &Stored) -> Result<Vec<PlatformFigures>> {
    let mut platforms: BTreeMap<Platform, Figures> =
        found.row.channels.iter().map(|channel| (channel.platform, Figures::default())).collect();
    if platforms.len() < 2 || found.recipients_gone_at.is_some() {
        return Ok(Vec::new());
    }
    for (channel, state, people) in store::by_channel(tx, caller.team, found.row.id)? {
        // Its account is among those frozen with the campaign.
        let Some(channel) = found.row.channels.iter().find(|one| one.id == channel) else { continue };
        counted(platforms.entry(channel.platform).or_default(), channel.platform, state, people);
    }
    Ok(platforms.into_iter().map(|(platform, figures)| PlatformFigures { platform, figures }).collect())
}

/// Counts people in this state in, as the engine counts them among those of the whole send.
fn counted(figures: &mut Figures, platform: Platform, state: DeliveryState, people: u64) {
    let has = |outcome: Outcome| if outcome.states().contains(&state) { people } else { 0 };
    figures.audience += people;
    figures.waiting += has(Outcome::Waiting);
    figures.succeeded += has(Outcome::Succeeded);
    figures.failed += has(Outcome::Failed);
    figures.unknown += has(Outcome::Unknown);
    figures.delivered += has(Outcome::Delivered);
    figures.read += has(Outcome::Read);
    figures.told += if platform == Platform::Whatsapp { has(Outcome::Succeeded) } else { 0 };
}

/// The recipients of a record.
pub(crate) async fn deliveries(app: App, caller: Caller, call: ListDeliveries) -> Result<Page<DeliveryRow>> {
    let limit = page_limit(call.limit)?;
    let after = call.after.as_deref().map(|after| after.parse().map_err(|_| cursor::unreadable())).transpose()?;
    app.db
        .read(move |tx| {
            let found = find(tx, &caller, call.id)?;
            if call.outcome == Some(Outcome::Waiting) && found.row.figures.settled() {
                // Looking for nobody would go through everybody.
                return Ok(Page { items: Vec::new(), next: None });
            }
            let rows = store::deliveries(tx, caller.team, call.id, call.outcome, call.reason, after, limit + 1)?;
            let Page { items, next } = cursor::page_by(rows, limit, |last| last.id.to_string());
            let items = items.into_iter().filter_map(|row| shown_delivery(&caller, &found, row)).collect();
            Ok::<_, Refused>(Page { items, next })
        })
        .await
}

/// One recipient of a record.
pub(crate) async fn delivery(app: App, caller: Caller, call: ShowDelivery) -> Result<DeliveryDetail> {
    let known = app.clone();
    app.db
        .read(move |tx| {
            let found = find(tx, &caller, call.id)?;
            let missing = || Problem::missing(What::Delivery);
            let row = store::delivery(tx, caller.team, call.id, call.delivery)?.ok_or_else(missing)?;
            let content: Content = store::frozen(tx, caller.team, call.id)?.content.filled(&row.name);
            let attempts = store::attempts(tx, caller.team, call.delivery)?
                .into_iter()
                .map(|one| Attempt {
                    at: caller.zone.stamp(one.at),
                    outcome: one.outcome,
                    provider_code: one.code,
                    provider_text: one.text,
                    request_id: one.request_id,
                })
                .collect();
            let parts = parts(tx, caller.team, &[call.delivery])?;
            let conversation = match conversations::visible(tx, &caller, row.conversation) {
                Ok(_) => Some(row.conversation),
                Err(Refused::Problem(_)) => None,
                Err(fault) => return Err(fault),
            };
            let (provider_code, provider_text, request_id) =
                (row.code.clone(), row.text.clone(), row.request_id.clone());
            let row = shown_delivery(&caller, &found, row).ok_or_else(missing)?;
            Ok::<_, Refused>(DeliveryDetail {
                row,
                conversation,
                media: media::infos(&known, tx, caller.team, &media_of(&content))?,
                content,
                provider_code,
                provider_text,
                request_id,
                parts: parts.into_values().flatten().map(|part| shown_part(&caller, part)).collect(),
                attempts,
            })
        })
        .await
}

fn shown_part(caller: &Caller, part: SentPart) -> PartOutcome {
    PartOutcome {
        part: part.part,
        outcome: part.outcome,
        reason: part.reason,
        provider_code: part.code,
        provider_text: part.text,
        at: caller.zone.stamp(part.at),
    }
}

/// A recipient as the list shows her. Her account is among those frozen with the campaign.
fn shown_delivery(caller: &Caller, found: &Stored, row: store::StoredDelivery) -> Option<DeliveryRow> {
    let by_id = |id: ChannelId| found.row.channels.iter().find(|channel| channel.id == id).cloned();
    Some(DeliveryRow {
        id: row.id,
        name: row.name,
        channel: by_id(row.channel)?,
        outcome: row.state.outcome(),
        reason: row.reason,
        checked_by: row.checked_by,
        failed_part: row.failed_part,
        at: row.settled_at.map(|at| caller.zone.stamp(at)),
    })
}
