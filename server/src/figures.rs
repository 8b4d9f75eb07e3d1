//! Figures that have to be asked of the database: what waits, for how long, and how fast it may go. One task asks, with
//! one short read; the rest is counted where it happens.

use std::{collections::HashSet, time::Duration};

use shared::id::ChannelId;

use crate::{
    App, db,
    inbox::{self, Backlog},
    outbox::{
        self,
        figures::{Queue, Rate},
    },
};

/// Between two looks.
const LOOK: Duration = Duration::from_secs(5);

/// Starts asking, where anybody reads the figures.
pub fn start(app: &App) {
    if app.config.metrics_listen.is_none() {
        return;
    }
    let app = app.clone();
    app.tasks.clone().spawn("figures", async move {
        let mut known = HashSet::new();
        loop {
            if let Err(error) = look(&app, &mut known).await {
                tracing::warn!(%error, "what waits cannot be counted now");
            }
            tokio::select! {
                () = app.tasks.stopping() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// Asks once. `known` are all channels so far: one whose queue is empty says so.
async fn look(app: &App, known: &mut HashSet<ChannelId>) -> db::Result<()> {
    let now = app.clock.now();
    let read = app.db.read(move |tx| Ok::<_, db::Error>((outbox::figures::figures(tx, now)?, inbox::backlog(tx)?)));
    let ((queues, rates), Backlog { waiting, oldest }) = read.await?;
    known.extend(rates.iter().map(|rate| rate.channel));
    let busy: HashSet<ChannelId> = queues.iter().map(|queue| queue.channel).collect();
    let emptied = known.difference(&busy).map(|channel| Queue { channel: *channel, depth: 0, due_since: None });
    let emptied: Vec<Queue> = emptied.collect();
    for Queue { channel, depth, due_since } in emptied.iter().chain(&queues) {
        let channel = channel.to_string();
        metrics::gauge!("storecast_outbox_queue_depth", "channel" => channel.clone()).set(number(*depth));
        metrics::gauge!("storecast_outbox_queue_age_seconds", "channel" => channel).set(seconds(*due_since, now));
    }
    known.extend(busy);
    for Rate { channel, endpoint, full, now } in rates {
        let labels = [("channel", channel.to_string()), ("endpoint", endpoint)];
        metrics::gauge!("storecast_outbox_rate_full", &labels).set(number(full));
        metrics::gauge!("storecast_outbox_rate_now", &labels).set(number(now));
    }
    metrics::gauge!("storecast_inbox_depth").set(number(waiting));
    metrics::gauge!("storecast_inbox_age_seconds").set(seconds(oldest, now));
    Ok(())
}

/// A count, as figures have it.
fn number(count: i64) -> f64 {
    f64::from(i32::try_from(count).unwrap_or(i32::MAX))
}

/// How long ago (s) this was (UTC ms); 0 where it was not.
fn seconds(since: Option<i64>, now: i64) -> f64 {
    let millis = since.map_or(0, |since| u64::try_from(now - since).unwrap_or_default());
    Duration::from_millis(millis).as_secs_f64()
}
