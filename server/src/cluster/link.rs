//! The task that says and hears, and takes up the wire again when it breaks.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{
    Relay,
    message::{Heard, Outgoing, Peers, Said},
};
use crate::{
    App,
    db::{self, Db, Wire},
};

/// Between two signs of life.
const BEAT: Duration = Duration::from_secs(5);
/// How long saying may take before the connection is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How far (µs) this server's clock may be from the database's before it is said: the pace of accounts has this much
/// room (docs/operating.md).
const CLOCK_ROOM: i64 = 50_000;
/// A database that took longer (µs) to tell the time tells nothing of the clock.
const QUICK: i64 = 20_000;
/// Texts of one statement.
const AT_ONCE: usize = 64;
/// The first pause before the wire is taken up again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Starts telling the other servers, and hearing them. Does nothing on SQLite, which one server has for itself.
pub fn start(app: &App) {
    if app.live.relay().is_open() {
        app.tasks.spawn("cluster", run(app.clone()));
    }
}

/// Says at once what waits to be told, for a command that ends: it does not run the tasks of a server.
pub async fn flush(db: &Db) -> db::Result<()> {
    let due = db.live().relay().take(Instant::now());
    if due.said.is_empty() {
        return Ok(());
    }
    let Some(mut wire) = db.wire().await? else { return Ok(()) };
    let mut outgoing = Outgoing::default();
    outgoing.pack(due.said);
    wire.say(&outgoing.front(usize::MAX)).await
}

async fn run(app: App) {
    let me: Uuid = app.clock.id();
    let (mut outgoing, mut peers) = (Outgoing::of(me), Peers::default());
    let (mut pause, mut clock_is_far) = (PAUSES.0, false);
    while !app.tasks.is_stopping() {
        let broken = match app.db.wire().await {
            Ok(Some(wire)) => {
                // What was said meanwhile was not heard.
                peers.forget();
                app.live.all_look_again();
                app.outbox.wake_here();
                let (outgoing, peers) = (&mut outgoing, &mut peers);
                let mut link = Link { app: &app, me, wire, outgoing, peers, clock_is_far: &mut clock_is_far };
                let ended = link.serve(&mut pause).await;
                let Err(error) = ended else { return };
                error
            }
            Ok(None) => return,
            Err(error) => error,
        };
        metrics::counter!("storecast_cluster_broken_total").increment(1);
        tracing::warn!(error = %broken, "the other servers are not heard now; the connection is taken up again");
        tokio::select! {
            () = app.tasks.stopping() => return,
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSES.1),
        }
    }
}

/// A wire in use.
struct Link<'a> {
    app: &'a App,
    me: Uuid,
    wire: Wire,
    outgoing: &'a mut Outgoing,
    peers: &'a mut Peers,
    /// It was said that the clocks are apart.
    clock_is_far: &'a mut bool,
}

impl Link<'_> {
    /// Serves until the server stops, or the wire breaks.
    async fn serve(&mut self, pause: &mut Duration) -> db::Result<()> {
        let relay: Relay = self.app.live.relay().clone();
        let mut beat = Instant::now();
        loop {
            let now = Instant::now();
            let due = relay.take(now);
            let is_beat = now >= beat;
            if !due.said.is_empty() || is_beat {
                self.outgoing.pack(due.said);
                beat = now + BEAT;
            }
            if is_beat {
                self.compare_clocks().await?;
            }
            self.say_all().await?;
            *pause = PAUSES.0;
            if self.peers.bury(now) > 0 {
                tracing::info!("another server has fallen silent; all clients look again");
                self.app.live.all_look_again();
                self.app.outbox.wake_here();
            }
            let next = due.next.map_or(beat, |next| next.min(beat));
            tokio::select! {
                heard = self.wire.hear() => self.take(&heard?),
                () = relay.arrived() => {}
                () = tokio::time::sleep_until(next) => {}
                () = self.app.tasks.stopping() => {
                    self.outgoing.pack(relay.take(Instant::now()).said);
                    return self.say_all().await;
                }
            }
        }
    }

    /// Leases and the pace of accounts go by each server's own clock, so it is looked after.
    async fn compare_clocks(&mut self) -> db::Result<()> {
        let before = self.app.clock.now_micros();
        let asked = timeout(PATIENCE, self.wire.now_micros()).await;
        let theirs =
            asked.unwrap_or_else(|_| Err(db::Error::Unavailable("the database does not tell the time".into())))?;
        let took = self.app.clock.now_micros() - before;
        let ahead = before + took / 2 - theirs;
        if !(0..QUICK).contains(&took) {
            return Ok(());
        }
        let seconds = Duration::from_micros(ahead.unsigned_abs()).as_secs_f64();
        metrics::gauge!("storecast_clock_offset_seconds").set(seconds);
        let is_far = ahead.abs() > CLOCK_ROOM;
        if is_far && !*self.clock_is_far {
            tracing::warn!(ahead_ms = ahead / 1_000, "this server's clock is not the database's: keep both by NTP");
        }
        *self.clock_is_far = is_far;
        Ok(())
    }

    async fn say_all(&mut self) -> db::Result<()> {
        loop {
            let texts = self.outgoing.front(AT_ONCE);
            if texts.is_empty() {
                return Ok(());
            }
            let said = timeout(PATIENCE, self.wire.say(&texts)).await;
            said.unwrap_or_else(|_| Err(db::Error::Unavailable("the other servers cannot be told".into())))?;
            self.outgoing.said(texts.len());
        }
    }

    fn take(&mut self, text: &str) {
        let said = match self.peers.hear(self.me, text, Instant::now()) {
            Heard::Nothing => return,
            Heard::Said(said) => said,
            Heard::Gap(said) => {
                self.app.live.all_look_again();
                said
            }
        };
        let mut news = Vec::new();
        for one in said {
            match one {
                Said::News(one) => news.push(one),
                Said::LookAgain(None) => self.app.live.all_look_again(),
                Said::LookAgain(Some(team)) => self.app.live.team_looks_again(team),
                Said::Work => self.app.outbox.wake_here(),
                Said::Held(campaign) => self.app.outbox.hold_here(campaign),
                Said::Secrets => self.app.channels.forget_all(),
            }
        }
        self.app.live.hear(news);
    }
}
