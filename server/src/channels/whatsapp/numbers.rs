//! Asks Meta what its numbers may do, at the start and every few hours.

use std::{collections::HashSet, time::Duration};

use shared::{
    id::{ChannelId, TeamId},
    reasons::Reason,
};

use super::{super::resume, MESSAGES, number, store};
use crate::{
    App,
    config::Whatsapp,
    db::{self, Lane},
    refused::{Refused, Result},
};

/// Between two rounds of asking. A level grows within six hours (providers.md B4).
const ROUND: Duration = Duration::from_hours(4);

/// Messages a second for a number: as configured, and no more than seven eighths of what Meta lets through, as what
/// comes in is counted there too (providers.md B4).
pub(super) fn rate(config: &Whatsapp, throughput: Option<u32>) -> i64 {
    let most = throughput.map_or(u32::MAX, |throughput| throughput - throughput / 8);
    i64::from(config.rate.min(most).max(1))
}

/// Starts asking.
pub(in crate::channels) fn start(app: &App) {
    let app = app.clone();
    app.tasks.clone().spawn("channels.numbers", async move {
        let mut failing = HashSet::new();
        loop {
            ask_all(&app, &mut failing).await;
            tokio::select! {
                () = app.tasks.stopping() => return,
                () = tokio::time::sleep(ROUND) => {}
            }
        }
    });
}

/// Asks about all numbers. A number that Meta does not answer for keeps what was known, which is logged when it begins.
pub(super) async fn ask_all(app: &App, failing: &mut HashSet<ChannelId>) {
    let numbers = match app.db.read(store::numbers).await {
        Ok(numbers) => numbers,
        Err(error) => return tracing::warn!(%error, "WhatsApp numbers cannot be listed now"),
    };
    for (team, channel) in numbers {
        if app.tasks.is_stopping() {
            return;
        }
        match refresh(app, team, channel).await {
            Ok(()) => drop(failing.remove(&channel)),
            Err(error) if failing.insert(channel) => {
                tracing::warn!(%channel, %error, "Meta does not tell what a number may do; what was known stays");
            }
            Err(_) => {}
        }
    }
}

/// Asks about one number and keeps the answer. One that was paused for its token sends again: Meta takes it.
async fn refresh(app: &App, team: TeamId, channel: ChannelId) -> Result<()> {
    let known = number(app, channel).await?;
    let asked = app.platforms.whatsapp.number(&known.token, &known.phone_number_id).await.map_err(Refused::fault)?;
    let (rate, at) = (rate(&app.config.whatsapp, asked.throughput), app.clock.now());
    let kept = app.db.write_as(Lane::Intake, move |tx| {
        store::set_info(tx, team, channel, asked.throughput, asked.people_limit, at)?;
        // A level that this version does not know leaves the pace as it is.
        if asked.throughput.is_some() {
            store::set_rate(tx, team, channel, MESSAGES, rate)
        } else {
            Ok::<_, db::Error>(())
        }
    });
    kept.await?;
    resume_refused(app, team, channel).await
}

/// Asks whether Meta takes a number's token again, which another server or the command line may have replaced.
pub(in crate::channels) async fn retry_refused(app: &App, team: TeamId, channel: ChannelId) -> Result<()> {
    app.channels.forget(channel);
    refresh(app, team, channel).await
}

/// Lets a number send again that was paused for its token and nothing else.
pub(super) async fn resume_refused(app: &App, team: TeamId, channel: ChannelId) -> Result<()> {
    if super::super::show(app, team, channel).await?.paused == Some(Reason::WaToken) {
        resume(app, team, channel).await?;
    }
    Ok(())
}
