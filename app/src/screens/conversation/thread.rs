//! The messages of a conversation, oldest first, with day marks and events between them.

use std::rc::Rc;

use dioxus::{
    html::{ScrollBehavior, geometry::PixelsVector2D},
    prelude::*,
};
use shared::{
    conversations::{ConversationCard, Entry},
    deliveries::Outcome,
    id::CampaignId,
    time::Stamp,
};

use super::{
    entry::{LeavingBubble, MessageRow},
    outbox::{Outbox, use_arrived},
};
use crate::{
    load::Pages,
    screens::parts::LoadFailed,
    ui::{
        button::{Button, ButtonTone},
        list_note::ListNote,
        skeleton::{Loading, Skeleton},
        thread::{Thread, ThreadDay, ThreadEvent, ThreadJump},
    },
    words::{moment, use_now, use_words},
};

#[component]
pub(super) fn Messages(card: ConversationCard, entries: Pages<Entry>, outbox: Outbox) -> Element {
    let words = use_words();
    let now = use_now();
    use_arrived(outbox, &entries);
    if let Some(failed) = entries.failed() {
        return rsx! {
            LoadFailed { failed, onretry: move |()| entries.reload() }
        };
    }
    if entries.is_first() {
        return rsx! {
            Loading { label: words.thread.loading }
            div { class: "column", "aria-hidden": "true",
                Skeleton { width: "56%", height: "44px" }
                Skeleton { width: "72%", height: "64px" }
            }
        };
    }
    let items = entries.items();
    let items = items.read();
    // The live link may tell of one before its own answer does.
    let mut leaving = outbox.leaving();
    leaving.retain(|one| {
        !items.iter().any(|entry| matches!(entry, Entry::Message(m) if m.id == one.reply.key.to_string()))
    });
    let mut last_day = None;
    let rows = items.iter().rev().map(|entry| {
        let at = moment_of(entry);
        let new_day = last_day.replace(at.date_naive()) != Some(at.date_naive());
        (new_day.then(|| words.day(at, now)), entry)
    });
    rsx! {
        Thread {
            if entries.has_more() {
                Button {
                    tone: ButtonTone::Plain,
                    aria_busy: entries.more_pending().then_some("true"),
                    onclick: move |_| entries.load_more(),
                    if entries.more_pending() {
                        {words.common.loading}
                    } else {
                        {words.thread.older}
                    }
                }
            }
            if items.is_empty() && leaving.is_empty() {
                ListNote { {words.thread.empty} }
            }
            for (day, entry) in rows {
                if let Some(day) = day {
                    ThreadDay { key: "day {key(entry)}", label: day }
                }
                match entry {
                    Entry::Message(message) => rsx! {
                        MessageRow { key: "{message.id}", message: message.clone(), card: card.clone() }
                    },
                    Entry::Event { id, at, what, by, to } => rsx! {
                        ThreadEvent {
                            key: "{id}",
                            label: format!(
                                "{} {}",
                                moment(*at),
                                (words.thread.event)(
                                    *what,
                                    by.as_ref().map(|by| by.name.as_str()),
                                    to.as_ref().map(|to| to.name.as_str()),
                                ),
                            ),
                        }
                    },
                }
            }
            for one in leaving {
                LeavingBubble { key: "{one.reply.key}", leaving: one, outbox }
            }
        }
    }
}

fn key(entry: &Entry) -> String {
    match entry {
        Entry::Message(message) => message.id.clone(),
        Entry::Event { id, .. } => id.to_string(),
    }
}

fn moment_of(entry: &Entry) -> Stamp {
    match entry {
        Entry::Message(message) => message.at,
        Entry::Event { at, .. } => *at,
    }
}

/// Whether a message of this send is still on its way to her.
pub(super) fn awaits(entries: &[Entry], campaign: CampaignId) -> bool {
    entries.iter().any(|entry| match entry {
        Entry::Message(message) => message.campaign == Some(campaign) && message.outcome == Some(Outcome::Waiting),
        Entry::Event { .. } => false,
    })
}

/// So far above the end the reader is reading, not waiting for what comes, in pixels.
const AT_END: f64 = 48.0;

/// Where in the thread somebody reads. The pane counts from its end, so what comes never moves who reads there.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct ReadingPlace {
    /// What scrolls.
    pub(super) body: Signal<Option<Rc<MountedData>>>,
    at_end: Signal<bool>,
    missed: Signal<bool>,
}

impl ReadingPlace {
    /// The pane was scrolled. It counts upwards from its end, below zero.
    pub(super) fn scrolled(mut self, event: &ScrollEvent) {
        let at_end = event.scroll_top().abs() < AT_END;
        if *self.at_end.peek() != at_end {
            self.at_end.set(at_end);
        }
        if at_end && *self.missed.peek() {
            self.missed.set(false);
        }
    }

    fn to_end(self) {
        let Some(body) = self.body.peek().clone() else { return };
        spawn(async move {
            // A pane that is gone needs no scrolling.
            let _ = body.scroll(PixelsVector2D::zero(), ScrollBehavior::Smooth).await;
        });
    }
}

/// Where somebody reads, and whether a customer wrote below that since.
pub(super) fn use_reading_place(entries: ReadSignal<Vec<Entry>>) -> ReadingPlace {
    let place = ReadingPlace { body: use_signal(|| None), at_end: use_signal(|| true), missed: use_signal(|| false) };
    let mut newest = use_hook(|| CopyValue::new(None::<String>));
    use_effect(move || {
        let items = entries.read();
        let now = items.first().map(key);
        let before = newest.replace(now.clone());
        let from_customer = matches!(items.first(), Some(Entry::Message(message)) if message.from_customer);
        if before.is_some() && before != now && from_customer && !*place.at_end.peek() {
            let mut missed = place.missed;
            missed.set(true);
        }
    });
    place
}

/// Leads to what came below where somebody reads; nothing while there is none.
#[component]
pub(super) fn NewMessages(place: ReadingPlace) -> Element {
    let words = use_words();
    rsx! {
        ThreadJump { shown: *place.missed.read(), onclick: move |()| place.to_end(), {words.thread.new_messages} }
    }
}
