//! Keeping calls at their moments: right before each call, after everything else was waited for.
//!
//! A server that was held up (a slow database, a stopped process, hands that were all busy) finds moments of its rows passed,
//! and others have been given the same time since. Such a call takes another moment, together with all that need one then.

use std::{collections::BTreeMap, time::Duration};

use shared::id::ChannelId;
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::budget::{self, Reserved};
use crate::{
    App,
    db::{self, Lane, Tx},
};

/// At most so many moments in one write.
const BATCH: usize = 512;
/// As a write takes its time, moments begin so much later at most.
const LONGEST_WRITE: Duration = Duration::from_secs(1);

/// How much later (µs) moments have to begin that are reserved by a write like the one that began then: those before its end
/// would have passed by the time they are known.
pub(crate) fn ahead(began: Instant) -> i64 {
    i64::try_from(began.elapsed().min(LONGEST_WRITE).as_micros()).unwrap_or_default()
}

/// A channel's pace, for each of its senders.
#[derive(Clone)]
pub(crate) struct Pace {
    app: App,
    ask: mpsc::Sender<Asked>,
}

/// A call that needs a moment.
struct Asked {
    endpoint: &'static str,
    go: oneshot::Sender<Option<i64>>,
}

/// No moment can be had: the database cannot be written.
struct NoMoment;

impl Pace {
    pub(crate) fn new(app: &App, channel: ChannelId) -> Self {
        let (ask, asked) = mpsc::channel(BATCH);
        app.tasks.spawn("outbox.pace", reserve_behind(app.clone(), channel, asked));
        Self { app: app.clone(), ask }
    }

    /// Waits for the moment (UTC µs) of a call, another one where it has passed; without a budget there is none to wait for.
    /// False where the call may not be made: the server stops, or no moment can be had.
    pub(crate) async fn turn(&self, endpoint: &'static str, mut moment: Option<i64>) -> bool {
        while let Some(at) = moment {
            let wait = u64::try_from(at - self.app.clock.now_micros()).unwrap_or_default();
            if wait > 0 {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_micros(wait)) => {}
                    () = self.app.tasks.stopping() => return false,
                }
            }
            if budget::is_on_time(at, self.app.clock.now_micros()) {
                return true;
            }
            let Ok(another) = self.another(endpoint).await else { return false };
            moment = another;
        }
        true
    }

    async fn another(&self, endpoint: &'static str) -> Result<Option<i64>, NoMoment> {
        let (go, moment) = oneshot::channel();
        self.ask.send(Asked { endpoint, go }).await.map_err(|_| NoMoment)?;
        moment.await.map_err(|_| NoMoment)
    }
}

/// Reserves moments of one channel for calls that missed theirs, until its lane and its senders are gone.
async fn reserve_behind(app: App, channel: ChannelId, mut asked: mpsc::Receiver<Asked>) {
    let mut later = 0;
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if asked.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let mut calls: BTreeMap<&'static str, Vec<oneshot::Sender<Option<i64>>>> = BTreeMap::new();
        for Asked { endpoint, go } in batch {
            calls.entry(endpoint).or_default().push(go);
        }
        let counts: Vec<(&'static str, usize)> =
            calls.iter().map(|(endpoint, waiting)| (*endpoint, waiting.len())).collect();
        for (endpoint, count) in &counts {
            metrics::counter!("storecast_outbox_moments_missed_total", "endpoint" => *endpoint)
                .increment(*count as u64);
        }
        let (began, from) = (Instant::now(), app.clock.now_micros() + later);
        let reserved = app.db.write_as(Lane::Engine, move |tx| reserve(tx, channel, &counts, from)).await;
        later = ahead(began);
        match reserved {
            Ok(reserved) => calls.into_values().zip(reserved).for_each(|(waiting, reserved)| answer(waiting, reserved)),
            // Who waits is told by the end of her channel.
            Err(error) => tracing::error!(%channel, %error, "no moments could be had for calls that missed theirs"),
        }
    }
}

fn reserve(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    counts: &[(&'static str, usize)],
    from: i64,
) -> db::Result<Vec<Option<Reserved>>> {
    counts.iter().map(|(endpoint, calls)| budget::reserve(tx, channel, endpoint, *calls, from)).collect()
}

/// Hands out the moments, in order; without a budget everybody may go. Who asked may be gone.
fn answer(waiting: Vec<oneshot::Sender<Option<i64>>>, reserved: Option<Reserved>) {
    let mut moments = reserved.map(|reserved| reserved.moments.into_iter());
    for go in waiting {
        let _ = go.send(moments.as_mut().and_then(Iterator::next));
    }
}
