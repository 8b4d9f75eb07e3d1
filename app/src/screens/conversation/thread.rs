//! The messages of a conversation, oldest first, with day marks and events between them.

use dioxus::prelude::*;
use shared::{
    conversations::{ConversationCard, Entry},
    time::Stamp,
};

use super::{
    entry::{LeavingBubble, MessageRow},
    outbox::{Outbox, use_post},
};
use crate::{
    load::Pages,
    screens::parts::LoadFailed,
    ui::{
        button::{Button, ButtonTone},
        list_note::ListNote,
        skeleton::{Loading, Skeleton},
        thread::{Thread, ThreadDay, ThreadEvent},
    },
    words::{moment, use_now, use_words},
};

#[component]
pub(super) fn Messages(card: ConversationCard, entries: Pages<Entry>, outbox: Outbox) -> Element {
    let words = use_words();
    let now = use_now();
    let post = use_post(outbox, entries);
    if let Some(failed) = entries.failed() {
        return rsx! {
            LoadFailed { failed, onretry: move |()| entries.reload() }
        };
    }
    if entries.is_first() {
        return rsx! {
            Thread {
                Loading { label: words.thread.loading }
                Skeleton { width: "56%", height: "44px" }
                Skeleton { width: "72%", height: "64px" }
            }
        };
    }
    let items = entries.items();
    let items = items.read();
    let leaving = outbox.leaving.read();
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
            for one in leaving.iter().cloned() {
                LeavingBubble {
                    key: "{one.key}",
                    onretry: {
                        let post = post.clone();
                        let key = one.key;
                        move |()| post.again(key)
                    },
                    leaving: one,
                }
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
