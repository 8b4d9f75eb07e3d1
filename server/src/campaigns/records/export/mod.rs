//! Records and their recipients as CSV, read page by page: a long list needs no more memory than a short one
//! (architecture.md 2 and 8).

#[cfg(test)]
mod export_test;
mod words;

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use shared::{
    campaigns::{CampaignRow, ExportCampaigns},
    deliveries::{DeliveryRow, ExportDeliveries},
    id::DeliveryId,
    rates::Rate,
    time::Stamp,
    words::Language,
};

use super::{Cursor, Scope, Stored, cursor_of, find, period, shown_delivery, store};
use crate::{
    App,
    caller::Caller,
    csv::{Cell, Csv},
    refused::Result,
};

/// Rows of one read.
const PAGE: usize = 500;
const MIME: &str = "text/csv; charset=utf-8";

/// The records of the caller's scope.
pub(crate) async fn campaigns(
    app: App,
    caller: Caller,
    call: ExportCampaigns,
) -> Result<(String, &'static str, impl Stream<Item = Result<Bytes>>)> {
    let today = caller.zone.stamp(app.clock.now()).date_naive();
    let headings = Csv::with_headings(&words::campaigns(call.language, caller.zone));
    let asked = Arc::new((app, caller, call));
    let page = move |after: Option<Cursor>, csv| campaigns_page(asked.clone(), after, csv);
    Ok((format!("group-sends-{today}.csv"), MIME, streamed(headings, page).await?))
}

async fn campaigns_page(
    asked: Arc<(App, Caller, ExportCampaigns)>,
    after: Option<Cursor>,
    mut csv: Csv,
) -> Result<(Bytes, Option<Cursor>)> {
    let (app, caller, call) = &*asked;
    let reading = asked.clone();
    let rows = app
        .db
        .read(move |tx| {
            let (_, caller, call) = &*reading;
            let (scope, days) = (Scope::of(caller), period(caller, &call.filter));
            store::list(tx, caller.team, caller.member, &scope, &call.filter, days, after.as_ref(), PAGE)
        })
        .await?;
    for row in &rows {
        campaign(&mut csv, &row.shown(caller), call.language);
    }
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| cursor_of(&last.row));
    Ok((csv.into_bytes(), next))
}

fn campaign(csv: &mut Csv, row: &CampaignRow, language: Language) {
    let (sent_at, success, reading) = (moment(row.sent_at), rate(row.figures.success()), rate(row.figures.reading()));
    let channels: Vec<&str> = row.channels.iter().map(|channel| channel.name.as_str()).collect();
    let channels = channels.join(language.of("、", ", "));
    let id = row.id.to_string();
    csv.row([
        Cell::Text(&sent_at),
        Cell::Text(row.kind.name(language)),
        Cell::Text(&channels),
        Cell::Text(&row.sender.name),
        Cell::Text(row.store.as_ref().map_or("", |store| &store.name)),
        Cell::Number(row.parts.into()),
        Cell::Number(row.images.into()),
        Cell::Number(row.videos.into()),
        Cell::Text(&row.first_text),
        Cell::Number(row.figures.audience),
        Cell::Number(row.figures.succeeded),
        Cell::Number(row.figures.failed),
        Cell::Number(row.figures.unknown),
        Cell::Text(&success),
        told(row, row.figures.delivered),
        told(row, row.figures.read),
        Cell::Text(&reading),
        Cell::Text(row.state.name(language)),
        Cell::Number(row.referral_links),
        Cell::Text(&id),
    ]);
}

/// A figure that only WhatsApp tells: not known where nobody was reached by it, and then no nought.
fn told(row: &CampaignRow, figure: u64) -> Cell<'static> {
    if row.figures.told > 0 { Cell::Number(figure) } else { Cell::Text("–") }
}

/// The recipients of a record.
pub(crate) async fn deliveries(
    app: App,
    caller: Caller,
    call: ExportDeliveries,
) -> Result<(String, &'static str, impl Stream<Item = Result<Bytes>>)> {
    let found = {
        let (caller, id) = (caller.clone(), call.id);
        app.db.read(move |tx| find(tx, &caller, id)).await?
    };
    let day = caller.zone.stamp(found.row.broadcast_at).date_naive();
    let headings = Csv::with_headings(&words::deliveries(call.language, caller.zone));
    let asked = Arc::new((app, caller, call, found));
    let page = move |after, csv| deliveries_page(asked.clone(), after, csv);
    Ok((format!("group-send-{day}-recipients.csv"), MIME, streamed(headings, page).await?))
}

async fn deliveries_page(
    asked: Arc<(App, Caller, ExportDeliveries, Stored)>,
    after: Option<DeliveryId>,
    mut csv: Csv,
) -> Result<(Bytes, Option<DeliveryId>)> {
    let (app, caller, call, found) = &*asked;
    let (team, id, outcome, reason) = (caller.team, call.id, call.outcome, call.reason);
    let rows = app.db.read(move |tx| store::deliveries(tx, team, id, outcome, reason, after, PAGE)).await?;
    let next = rows.last().filter(|_| rows.len() == PAGE).map(|last| last.id);
    for row in rows {
        let when = |at: Option<i64>| at.map(|at| moment(caller.zone.stamp(at))).unwrap_or_default();
        let told = Told {
            delivered: when(row.delivered_at),
            read: when(row.read_at),
            // People count from 1.
            failed: row.failed_part.map(|part| (u64::from(part) + 1).to_string()).unwrap_or_default(),
            said: [row.code.clone(), row.text.clone(), row.request_id.clone()].map(Option::unwrap_or_default),
        };
        if let Some(row) = shown_delivery(caller, found, row) {
            delivery(&mut csv, &row, &told, call.language);
        }
    }
    Ok((csv.into_bytes(), next))
}

/// What stands in a file of a recipient beside what the list shows.
struct Told {
    delivered: String,
    read: String,
    /// Which of the messages failed first.
    failed: String,
    /// The platform's code, words and request id.
    said: [String; 3],
}

fn delivery(csv: &mut Csv, row: &DeliveryRow, told: &Told, language: Language) {
    let at = row.at.map(moment).unwrap_or_default();
    let cells = [
        row.name.as_str(),
        &row.channel.name,
        row.outcome.name(language),
        &at,
        &told.delivered,
        &told.read,
        &told.failed,
        row.reason.map_or("", |reason| reason.title(language)),
        row.reason.map_or("", |reason| reason.as_str()),
        row.checked_by.map_or("", |by| by.name(language)),
    ];
    csv.row(cells.into_iter().chain(told.said.iter().map(String::as_str)).map(Cell::Text));
}

/// A moment in the team's zone, as spreadsheets read one.
fn moment(at: Stamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// A rate with its fraction: `52.63% (50/95)`. The fraction alone would be read as a date.
fn rate(rate: Rate) -> String {
    rate.percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent}% ({}/{})", rate.part, rate.whole))
}

/// A file: its headings, then page after page, each a read of its own. The first is read before the answer begins, so
/// that what is wrong can still be said.
async fn streamed<K, F, P>(headings: Csv, page: F) -> Result<impl Stream<Item = Result<Bytes>>>
where
    F: Fn(Option<K>, Csv) -> P,
    P: Future<Output = Result<(Bytes, Option<K>)>>,
{
    let (first, next) = page(None, headings).await?;
    let rest = stream::try_unfold((page, next), |(page, after)| async move {
        let Some(after) = after else { return Ok(None) };
        let (bytes, next) = page(Some(after), Csv::more()).await?;
        Ok(Some((bytes, (page, next))))
    });
    Ok(stream::iter([Ok(first)]).chain(rest))
}
