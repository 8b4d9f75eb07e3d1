//! The live link: one stream for the signed-in session, and the screens that ask again when it tells of a change.
//!
//! While the link is down the screens ask by themselves, as often as their matter needs; while it is up, now and then all the
//! same, as a net below.

use std::time::Duration;

use chrono::{DateTime, Utc};
use dioxus::prelude::*;
use futures_util::future::{Either, select};
use shared::live::LiveEvent;

use crate::{
    api::{
        Api,
        watch::{Heard, Watching, back_off},
    },
    platform::{Device, draw_id, sleep, use_device},
};

/// The same is asked again after this at the earliest, however much changes.
const PACE: Duration = Duration::from_millis(500);
/// How often is asked while the link is up.
const CALM: Duration = Duration::from_mins(1);
/// The link is said to be lost after this: shorter breaks concern nobody.
const LOST: Duration = Duration::from_secs(5);
/// Silence for longer than two heartbeats: the line is dead without a word.
const SILENCE: Duration = Duration::from_secs(40);
/// A hidden app leaves its line to others after this; a browser has six for one server.
const HIDDEN: Duration = Duration::from_secs(30);
/// Between two looks at the machine while the stream is silent.
const LOOK: Duration = Duration::from_secs(2);
/// A stream that lived this long did not end badly.
const LIVED: Duration = Duration::from_secs(10);

/// Who asks again when something changes.
#[derive(Clone, Copy)]
struct Listener {
    number: u64,
    wants: Callback<LiveEvent, bool>,
    run: Callback<()>,
}

/// The live link, in context below the `SignedIn` layout.
#[derive(Clone, Copy)]
pub struct LiveLink {
    up: Signal<bool>,
    lost: Signal<bool>,
    listeners: CopyValue<Vec<Listener>>,
    counted: CopyValue<u64>,
}

impl LiveLink {
    /// Whether the link has been down for longer than a moment.
    pub fn lost(&self) -> bool {
        *self.lost.read()
    }

    /// Passes an event on to those who listen.
    pub(crate) fn tell(&self, event: LiveEvent) {
        let everything = matches!(event, LiveEvent::Hello | LiveEvent::LookAgain);
        // A list of its own: who is told may open or close a screen.
        let listeners = self.listeners.peek().clone();
        for listener in listeners {
            if everything || listener.wants.call(event) {
                listener.run.call(());
            }
        }
    }

    fn set_up(mut self, up: bool) {
        if *self.up.peek() != up {
            self.up.set(up);
        }
        if up && *self.lost.peek() {
            self.lost.set(false);
        }
    }

    /// Runs this at events that `wants` says yes to, and each time the link stands again, as long as somebody is signed in: for
    /// what goes on whichever screen is open.
    pub fn listen(&self, wants: impl Fn(LiveEvent) -> bool + 'static, run: impl Fn() + 'static) {
        self.enter(Callback::new(wants), Callback::new(move |()| run()));
    }

    fn enter(mut self, wants: Callback<LiveEvent, bool>, run: Callback<()>) -> u64 {
        let number = *self.counted.peek();
        self.counted.set(number + 1);
        self.listeners.write().push(Listener { number, wants, run });
        number
    }

    fn leave(mut self, number: u64) {
        // Where the whole session ends, the list may be gone already.
        if let Ok(mut listeners) = self.listeners.try_write() {
            listeners.retain(|listener| listener.number != number);
        }
    }
}

/// The live link, if somebody is signed in.
pub fn use_live_link() -> Option<LiveLink> {
    use_hook(try_consume_context::<LiveLink>)
}

/// Keeps the link for everything below, as long as somebody is signed in.
pub fn use_live_provider(api: Api) {
    let link = use_context_provider(|| LiveLink {
        up: Signal::new(false),
        lost: Signal::new(false),
        listeners: CopyValue::new(Vec::new()),
        counted: CopyValue::new(0),
    });
    let device = use_device();
    use_future(move || {
        let keeper = Keeper { api: api.clone(), device: device.clone(), link };
        async move { keeper.keep().await }
    });
    use_future(move || async move { link.say_lost().await });
}

impl LiveLink {
    /// Says that the link is lost once it has been down for a while.
    async fn say_lost(mut self) {
        let mut down = Duration::ZERO;
        loop {
            sleep(Duration::from_secs(1)).await;
            down = if *self.up.peek() { Duration::ZERO } else { down + Duration::from_secs(1) };
            if down >= LOST && !*self.lost.peek() {
                self.lost.set(true);
            }
        }
    }
}

/// Opens the stream again and again.
struct Keeper {
    api: Api,
    device: Device,
    link: LiveLink,
}

impl Keeper {
    async fn keep(&self) {
        let mut failures = 0;
        loop {
            while !self.device.visible() || !self.device.has_line() {
                sleep(LOOK).await;
            }
            let lived = match self.api.watch().await {
                Ok(watching) => self.listen(watching).await,
                Err(_) => Duration::ZERO,
            };
            failures = if lived >= LIVED { 0 } else { failures + 1 };
            self.wait(back_off(failures, chance())).await;
        }
    }

    /// Passes on what the stream tells until it ends, or has to be ended. How long it lived.
    async fn listen(&self, mut watching: Watching) -> Duration {
        let began = self.device.now();
        let (mut heard_at, mut seen_at) = (began, began);
        let mut returns = self.device.returns();
        loop {
            let heard = match select(Box::pin(watching.next()), Box::pin(sleep(LOOK))).await {
                Either::Left((heard, _)) => Some(heard),
                Either::Right(_) => None,
            };
            let now = self.device.now();
            let past = |at: DateTime<Utc>| (now - at).to_std().unwrap_or_default();
            match heard {
                Some(Heard::Event(event)) => {
                    heard_at = now;
                    if event == LiveEvent::Hello {
                        self.api.reached();
                    }
                    self.link.set_up(true);
                    self.link.tell(event);
                }
                Some(Heard::Beat) => heard_at = now,
                Some(Heard::End) => break,
                None => {}
            }
            if self.device.visible() {
                seen_at = now;
                // What waits for somebody to see it, such as the mark of a read message, goes on.
                if returns != self.device.returns() {
                    returns = self.device.returns();
                    self.link.tell(LiveEvent::LookAgain);
                }
            }
            // A machine that slept finds out at once.
            if past(heard_at) > SILENCE || past(seen_at) > HIDDEN || !self.device.has_line() {
                break;
            }
        }
        self.link.set_up(false);
        (self.device.now() - began).to_std().unwrap_or_default()
    }

    /// Waits, unless somebody comes back meanwhile.
    async fn wait(&self, time: Duration) {
        const STEP: Duration = Duration::from_millis(250);
        let (before, mut left) = (self.device.returns(), time);
        while !left.is_zero() && self.device.returns() == before {
            sleep(STEP.min(left)).await;
            left = left.saturating_sub(STEP);
        }
    }
}

/// A number from 0 to 1.
fn chance() -> f64 {
    f64::from(draw_id().as_fields().0) / f64::from(u32::MAX)
}

/// Asks again when something changes that `wants` says yes to: at once, then at its pace. While the link is down, every so
/// often; never while nobody can see the app.
pub fn use_live(wants: impl Fn(LiveEvent) -> bool + 'static, every: Duration, ask: impl Fn() + 'static) {
    let link = use_live_link();
    let device = use_device();
    let ask = use_callback(move |()| ask());
    let wants = use_callback(wants);
    let mut resting = use_hook(|| CopyValue::new(false));
    let mut again = use_hook(|| CopyValue::new(false));
    let run = use_callback(move |()| {
        if *resting.peek() {
            again.set(true);
            return;
        }
        resting.set(true);
        ask.call(());
        spawn(async move {
            loop {
                sleep(PACE).await;
                if !again.replace(false) {
                    break;
                }
                ask.call(());
            }
            resting.set(false);
        });
    });
    let number = use_hook(|| link.map(|link| link.enter(wants, run)));
    use_drop(move || {
        if let Some((link, number)) = link.zip(number) {
            link.leave(number);
        }
    });
    use_future(move || {
        let device = device.clone();
        async move {
            let mut waited = Duration::ZERO;
            loop {
                sleep(every).await;
                waited += every;
                let is_up = link.is_some_and(|link| *link.up.peek());
                if device.visible() && (!is_up || waited >= CALM) {
                    waited = Duration::ZERO;
                    run.call(());
                }
            }
        }
    });
}

#[cfg(test)]
#[path = "live_test.rs"]
mod tests;
