//! The sandbox's clock: real time plus an offset, so that a test can let a day or a month pass.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, Datelike as _, FixedOffset};

/// Microseconds since 1970, never going back unless moved.
#[derive(Debug)]
pub(crate) struct Clock {
    wall_us: i64,
    started: Instant,
    moved_us: AtomicI64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the sandbox's own clock")]
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            wall_us: i64::try_from(wall.as_micros()).unwrap_or(i64::MAX),
            started: Instant::now(),
            moved_us: AtomicI64::new(0),
        }
    }

    pub(crate) fn now_us(&self) -> i64 {
        let run = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.wall_us.saturating_add(run).saturating_add(self.moved_us.load(Ordering::Relaxed))
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now_us() / 1000
    }

    /// Lets time pass at once: retry keys, reply tokens, rates and the month follow.
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.moved_us.fetch_add(by, Ordering::Relaxed);
    }
}

/// The day (yyyymmdd) of a moment in UTC+9, in which LINE counts days and months (providers.md A1).
pub(crate) fn day(at_ms: i64) -> u32 {
    let zone = FixedOffset::east_opt(9 * 3600);
    let (Some(zone), Some(at)) = (zone, DateTime::from_timestamp_millis(at_ms)) else {
        return 0;
    };
    let at = at.with_timezone(&zone);
    u32::try_from(at.year()).unwrap_or(0) * 10_000 + at.month() * 100 + at.day()
}

/// The time of a moment as RFC 3339 text.
pub(crate) fn text(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms).map(|at| at.to_rfc3339()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn a_day_starts_at_midnight_of_utc_plus_nine() {
        let midnight = 1_761_922_800_000; // 2025-10-31T15:00:00Z
        assert_eq!(day(midnight - 1), 20_251_031);
        assert_eq!(day(midnight), 20_251_101);
    }
}
