//! The brand's past: a server whose clock runs as ours does, but days behind, and is set forward from one day to the
//! next.

use std::time::{Duration, Instant};

use server::{App, clock::Clock, config::Config};

use crate::running::{Running, listener};

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// How often the clock is moved. What waits for a moment waits at most this much longer.
const TICK: Duration = Duration::from_millis(4);

/// A server in the past.
pub(super) struct Past {
    /// The server. Its limits on how often people may do things are off: weeks are made in seconds.
    pub server: Running,
    /// Now, in UTC milliseconds: everything that happened counts from here.
    pub now: i64,
    clock: Clock,
}

impl Past {
    /// Starts the server a month ago.
    pub(super) async fn begin(config: &Config) -> anyhow::Result<Self> {
        let now = Clock::system().now();
        let clock = Clock::set_at(now - 31 * 24 * 60 * MINUTE);
        let port = listener(0).await?;
        let mut config = config.clone();
        config.listen = port.local_addr()?;
        config.limits = Config::for_test(&config.data_dir).limits;
        config.metrics_listen = None;
        let server = Running::here(config, port, clock.clone()).await?;
        tick(server.app()?, clock.clone());
        Ok(Self { server, now, clock })
    }

    /// Lets time pass at once, until so many minutes before now.
    pub(super) fn forward_to(&self, minutes: i64) {
        let then = self.at(minutes);
        self.clock.advance((then - self.clock.now()).max(0));
    }

    /// The moment so many minutes before now, in UTC milliseconds.
    pub(super) const fn at(&self, minutes: i64) -> i64 {
        self.now - minutes * MINUTE
    }
}

/// Moves the clock as time goes by: a delivery engine waits for moments.
fn tick(app: &App, clock: Clock) {
    let tasks = app.tasks.clone();
    app.tasks.spawn("the demo's clock", async move {
        let (began, mut passed) = (Instant::now(), 0);
        while !tasks.is_stopping() {
            tokio::time::sleep(TICK).await;
            let elapsed = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            clock.advance(elapsed - passed);
            passed = elapsed;
        }
    });
}
