//! One listener: a short queue in which the same thing stands once, so that a slow reader costs no memory.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::live::LiveEvent;
use tokio::sync::Notify;

use super::Live;
use crate::caller::Caller;

/// Events that wait for a reader; with more of them, it is quicker to look at everything again.
const QUEUE: usize = 256;

/// An open stream.
pub(super) struct Stream {
    pub(super) number: u64,
    /// Who listens, as she was when it was opened; it lives no longer than her access token.
    pub(super) caller: Caller,
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Default)]
struct Queue {
    events: VecDeque<LiveEvent>,
    lagged: bool,
    ended: bool,
}

impl Stream {
    pub(super) fn new(number: u64, caller: Caller) -> Self {
        let queue = Queue { events: VecDeque::from([LiveEvent::Hello]), ..Queue::default() };
        Self { number, caller, queue: Mutex::new(queue), filled: Notify::new() }
    }

    /// Queues an event.
    pub(super) fn push(&self, event: LiveEvent) {
        self.change(|queue| {
            if queue.lagged || queue.events.contains(&event) {
                return;
            }
            if queue.events.len() < QUEUE {
                queue.events.push_back(event);
            } else {
                queue.lag();
            }
        });
    }

    /// The reader is to look at everything again.
    pub(super) fn lag(&self) {
        self.change(Queue::lag);
    }

    /// Ends it: what still waits is not told.
    pub(super) fn end(&self) {
        self.change(|queue| queue.ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut Queue)) {
        change(&mut self.queue());
        self.filled.notify_one();
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn lag(&mut self) {
        self.events.clear();
        self.lagged = true;
    }

    /// What comes next, if anything does yet.
    fn next(&mut self) -> Option<LiveEvent> {
        if std::mem::take(&mut self.lagged) { Some(LiveEvent::LookAgain) } else { self.events.pop_front() }
    }
}

/// The reading end of a stream, which leaves with it.
pub struct Listening {
    live: Live,
    stream: Arc<Stream>,
}

impl Listening {
    pub(super) fn new(live: Live, stream: Arc<Stream>) -> Self {
        Self { live, stream }
    }

    /// The next event, once there is one; the first is [`LiveEvent::Hello`]. Nothing any more after the session ended.
    pub async fn next(&self) -> Option<LiveEvent> {
        loop {
            {
                let mut queue = self.stream.queue();
                if queue.ended {
                    return None;
                }
                if let Some(event) = queue.next() {
                    return Some(event);
                }
            }
            // A permit is kept where it was filled in between.
            self.stream.filled.notified().await;
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.live.leave(self.stream.number);
    }
}

#[cfg(test)]
mod tests {
    use shared::{id::ConversationId, members::Role};
    use uuid::Uuid;

    use super::*;
    use crate::conversations::fixture_test::caller;

    fn event(n: u128) -> LiveEvent {
        LiveEvent::Conversation { id: ConversationId(Uuid::from_u128(n)) }
    }

    fn listen(live: &Live) -> Listening {
        live.listen(caller(Uuid::nil().into(), Uuid::nil().into(), "Ann", Role::SalesStaff, &[]))
    }

    #[tokio::test]
    async fn what_changed_often_waits_once_and_comes_in_order() {
        let listening = listen(&Live::default());
        for n in [1, 2, 1, 1, 2] {
            listening.stream.push(event(n));
        }
        let expected = [LiveEvent::Hello, event(1), event(2)];
        for wanted in expected {
            assert_eq!(listening.next().await, Some(wanted));
        }
        listening.stream.push(event(1));
        assert_eq!(listening.next().await, Some(event(1)), "told again after it was read");
    }

    #[tokio::test]
    async fn a_reader_that_lags_looks_again_at_everything_and_goes_on() {
        let listening = listen(&Live::default());
        assert_eq!(listening.next().await, Some(LiveEvent::Hello));
        for n in 0..100_000 {
            listening.stream.push(event(n));
        }
        assert!(listening.stream.queue().events.is_empty(), "nothing is kept for it");
        assert_eq!(listening.next().await, Some(LiveEvent::LookAgain));
        listening.stream.push(event(7));
        assert_eq!(listening.next().await, Some(event(7)));
    }

    #[tokio::test]
    async fn a_stream_that_ended_says_nothing_more() {
        let live = Live::default();
        let listening = listen(&live);
        listening.stream.push(event(1));
        listening.stream.end();
        assert_eq!((listening.next().await, listening.next().await), (None, None));
        assert_eq!(live.open(), 1);
        drop(listening);
        assert_eq!(live.open(), 0);
    }
}
