//! A value that follows another once that has rested.

use std::time::Duration;

use dioxus::{core::Task, prelude::*};

use crate::platform::sleep;

/// The value once it has not changed for `time`, so that typing and ticking do not ask the server at every step.
pub(crate) fn use_settled<T: Clone + PartialEq + 'static>(
    time: Duration,
    value: impl Fn() -> T + 'static,
) -> Signal<T> {
    let value = use_memo(value);
    let mut settled = use_signal(|| value.peek().clone());
    let mut running = use_hook(|| CopyValue::new(None::<Task>));
    use_effect(move || {
        let new = value.read().clone();
        if let Some(task) = running.write().take() {
            task.cancel();
        }
        if *settled.peek() == new {
            return;
        }
        let task = spawn(async move {
            sleep(time).await;
            settled.set(new);
        });
        running.set(Some(task));
    });
    settled
}
