//! Tasks in the background: all end at shutdown, and one that dies is said aloud instead of leaving the server half
//! alive.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The running tasks of a server.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    died: CancellationToken,
    pulses: Arc<Mutex<Vec<(&'static str, Pulse)>>>,
}

/// How it goes with work that must not stand still: since when it waits, or went on last.
#[derive(Clone, Default)]
pub struct Pulse(Arc<Mutex<Option<Instant>>>);

impl Pulse {
    /// Work waits; for how long already stays as it is.
    pub fn waits(&self) {
        self.since().get_or_insert_with(Instant::now);
    }

    /// It went on, and more may wait.
    pub fn goes_on(&self) {
        *self.since() = Some(Instant::now());
    }

    /// Nothing waits.
    pub fn rests(&self) {
        *self.since() = None;
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks {
    /// Starts a task. It should watch [`Tasks::stopping`] and end soon after.
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let died = self.died.clone();
        #[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
        let task = tokio::spawn(work);
        self.tracker.spawn(async move {
            if let Err(error) = task.await {
                tracing::error!(task.name = name, %error, "a background task died");
                died.cancel();
            }
        });
    }

    /// A pulse of this name, by which `/readyz` sees whether its work goes on.
    pub fn pulse(&self, name: &'static str) -> Pulse {
        let pulse = Pulse::default();
        self.pulses.lock().unwrap_or_else(PoisonError::into_inner).push((name, pulse.clone()));
        pulse
    }

    /// A pulse whose work has waited for so long without going on.
    pub fn stuck(&self, patience: Duration) -> Option<&'static str> {
        let pulses = self.pulses.lock().unwrap_or_else(PoisonError::into_inner);
        let is_stuck = |pulse: &Pulse| pulse.since().is_some_and(|since| since.elapsed() >= patience);
        pulses.iter().find(|(_, pulse)| is_stuck(pulse)).map(|(name, _)| *name)
    }

    /// Resolves once the server is asked to stop.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Whether the server was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// The signal itself, for what waits on it elsewhere.
    pub fn stop_signal(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Whether a task died: the server should be restarted, and `/readyz` says no.
    pub fn has_died(&self) -> bool {
        self.died.is_cancelled()
    }

    /// Asks all to stop and waits for them, at most `patience`. Returns whether all ended in time.
    pub async fn stop(&self, patience: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        tokio::time::timeout(patience, self.tracker.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_stuck_only_while_it_waits() {
        let (tasks, now) = (Tasks::default(), Duration::ZERO);
        let (settle, lanes) = (tasks.pulse("settle"), tasks.pulse("lanes"));
        assert_eq!(tasks.stuck(now), None);
        lanes.waits();
        assert_eq!((tasks.stuck(now), tasks.stuck(Duration::from_hours(1))), (Some("lanes"), None));
        settle.goes_on();
        lanes.rests();
        assert_eq!(tasks.stuck(now), Some("settle"));
        settle.rests();
        assert_eq!(tasks.stuck(now), None);
    }

    #[test]
    fn waiting_again_is_no_progress() {
        let pulse = Pulse::default();
        pulse.waits();
        let since = *pulse.since();
        pulse.waits();
        assert_eq!(*pulse.since(), since);
        pulse.goes_on();
        assert!(*pulse.since() >= since);
    }
}
