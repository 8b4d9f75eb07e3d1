//! Time and ids come from here, so that a test can set the one and repeat the other.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use uuid::{ContextV7, Timestamp, Uuid};

/// The clock of a server. Cloning gives another hand on the same clock.
#[derive(Clone)]
pub struct Clock {
    source: Source,
    ids: Arc<Mutex<ContextV7>>,
}

#[derive(Clone)]
enum Source {
    System,
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own time.
    pub fn system() -> Self {
        Self { source: Source::System, ids: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// A clock that stands at `millis` until it is moved by [`Clock::advance`].
    pub fn set_at(millis: i64) -> Self {
        Self { source: Source::Set(Arc::new(AtomicI64::new(millis))), ids: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// Moves a set clock; the machine's own goes by itself.
    pub fn advance(&self, millis: i64) {
        if let Source::Set(now) = &self.source {
            now.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Now, in UTC milliseconds.
    pub fn now(&self) -> i64 {
        self.now_micros() / 1_000
    }

    /// Now, in UTC microseconds.
    pub fn now_micros(&self) -> i64 {
        match &self.source {
            Source::System => {
                #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
                let now = std::time::SystemTime::now();
                let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
            }
            Source::Set(now) => now.load(Ordering::SeqCst) * 1_000,
        }
    }

    /// A new id, UUIDv7: later ones sort after earlier ones of this server, within a millisecond too.
    pub fn id<T: From<Uuid>>(&self) -> T {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let micros = self.now_micros();
        let seconds = u64::try_from(micros / 1_000_000).unwrap_or_default();
        let nanos = u32::try_from(micros % 1_000_000 * 1_000).unwrap_or_default();
        T::from(Uuid::new_v7(Timestamp::from_unix(&*ids, seconds, nanos)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_clock_that_stands_still_are_in_order() {
        let clock = Clock::set_at(1_700_000_000_000);
        let ids: Vec<Uuid> = (0..10_000).map(|_| clock.id()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_set_clock_moves_only_when_told() {
        let clock = Clock::set_at(5);
        clock.clone().advance(10);
        assert_eq!((clock.now(), clock.now_micros()), (15, 15_000));
    }
}
