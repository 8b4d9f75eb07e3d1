//! Reports: what came of one's own group sends (domain.md 7.1, 7.4).

pub mod http;
mod store;
#[cfg(test)]
mod store_test;

use shared::{
    reports::{DayFigures, MyFigures, SendFigures, ShowMyFigures},
    time::Day,
};

use crate::{App, caller::Caller, refused::Result};

/// The caller's own group sends, by day and in total.
async fn mine(app: App, caller: Caller, call: ShowMyFigures) -> Result<MyFigures> {
    let today = caller.zone.stamp(app.clock.now()).date_naive();
    let (first, last) = call.days(today)?;
    let days: Vec<Day> = first.iter_days().take_while(|day| *day <= last).collect();
    // Where each day starts, and where the last one ends.
    let marks: Vec<i64> = days.iter().copied().chain(last.succ_opt()).map(|day| caller.zone.start_of(day)).collect();
    let found = app
        .db
        .read({
            let marks = marks.clone();
            move |tx| store::between(tx, caller.team, caller.member, &marks)
        })
        .await?;
    let of = |start: i64| found.iter().find(|(at, _)| *at == start).map(|(_, figures)| *figures).unwrap_or_default();
    let days: Vec<DayFigures> =
        days.into_iter().zip(&marks).map(|(day, start)| DayFigures { day, figures: of(*start) }).collect();
    Ok(MyFigures { total: total(&days), days })
}

fn total(days: &[DayFigures]) -> SendFigures {
    days.iter().fold(SendFigures::default(), |sum, DayFigures { figures, .. }| SendFigures {
        sends: sum.sends + figures.sends,
        recipients: sum.recipients + figures.recipients,
        succeeded: sum.succeeded + figures.succeeded,
        referral_links: sum.referral_links + figures.referral_links,
        link_deliveries: sum.link_deliveries + figures.link_deliveries,
    })
}
