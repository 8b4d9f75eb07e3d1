//! Tasks in the background: all end at shutdown, and one that dies is said aloud instead of leaving the server half alive.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The running tasks of a server.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    died: CancellationToken,
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
