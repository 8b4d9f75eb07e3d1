//! One conversation: its thread, its reply bar, and what can be done with it.

mod attached;
pub mod attributes;
mod entry;
mod head;
pub mod layers;
mod outbox;
mod reply;
mod thread;

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    contacts::Subscription,
    conversations::{Entry, MarkRead, ShowConversation, ShowThread},
    id::ConversationId,
    live::LiveEvent,
    problem::Problem,
};

use crate::{
    api::{Failed, use_api},
    app::use_title,
    live::use_live,
    load::{Load, use_load, use_pages},
    platform::use_device,
    screens::{
        conversations::use_desk,
        parts::{LoadFailed, OfflineNote},
    },
    ui::{
        banner::{Banner, Live},
        glyph::{Ban, BellOff},
        icon::Icon,
        screen::{Pane, PaneBody, PaneFoot, PaneHead, PaneRole},
        skeleton::{Loading, Skeleton},
        toast::Toast,
        tone::Tone,
    },
    words::use_words,
};

/// How often an open conversation asks for what is new while the live link is down.
const EVERY: Duration = Duration::from_secs(4);

type Opened = Load<shared::conversations::Conversation>;

/// One conversation, beside the list.
#[component]
pub fn Conversation(
    /// Which.
    id: ReadSignal<ConversationId>,
) -> Element {
    // Another conversation is another desk: nothing typed for one customer may ever stand under another's name.
    rsx! {
        for id in [id()] {
            One { key: "{id}", id }
        }
    }
}

#[component]
fn One(id: ConversationId) -> Element {
    let words = use_words();
    let desk = use_desk();
    let load = use_load(move || {
        let _ = desk.changed.read();
        ShowConversation { id }
    });
    let entries = use_pages(
        move || id,
        |entry: &Entry| match entry {
            Entry::Message(message) => message.id.clone(),
            Entry::Event { id, .. } => id.to_string(),
        },
        move |ask| ShowThread { id, limit: ask.limit, after: ask.after },
    );
    use_live(
        move |event| match event {
            LiveEvent::Conversation { id: changed } => changed == id,
            LiveEvent::Campaign { id } => thread::awaits(&entries.items().peek(), id),
            _ => false,
        },
        EVERY,
        move || {
            load.refresh();
            entries.refresh();
        },
    );
    let mut place = thread::use_reading_place(entries.items());
    use_read_mark(id, load);
    let outbox = outbox::use_outbox(id);
    use_title(move |words| {
        load.value().map_or(words.common.conversations.to_owned(), |open| words.name(&open.card.name).to_owned())
    });

    // It was hers and is not any more: what is still on the screen must not be written to.
    let gone = matches!(load.error(), Some(Failed::Problem(Problem::Missing { .. } | Problem::Forbidden { .. })));
    let open = load.value().filter(|_| !gone);
    let label = open
        .as_ref()
        .map_or_else(|| words.common.conversations.to_owned(), |open| (words.thread.with)(words.name(&open.card.name)));
    rsx! {
        Pane { label, role: PaneRole::Detail,
            PaneHead {
                head::Head { open: open.clone(), load }
                OfflineNote {}
                if let Some(open) = &open {
                    Unreachable { subscription: open.card.subscription }
                }
            }
            if let Some(open) = &open {
                PaneBody {
                    from_end: true,
                    tabindex: "0",
                    role: "region",
                    aria_label: words.thread.messages,
                    onscroll: move |event: ScrollEvent| place.scrolled(&event),
                    onmounted: move |event: MountedEvent| place.body.set(Some(event.data())),
                    thread::Messages { card: open.card.clone(), entries, outbox }
                }
                PaneFoot {
                    thread::NewMessages { place }
                    Toast { message: desk.notice.read().clone() }
                    reply::Foot { open: open.clone(), load, outbox }
                }
            } else if let Some(failed) = load.error() {
                PaneBody {
                    LoadFailed { failed, title: words.thread.failed, onretry: move |()| load.reload() }
                }
            } else {
                PaneBody { Waiting {} }
            }
        }
    }
}

/// Marks it as read as soon as its owner sees it, and the list knows.
fn use_read_mark(id: ConversationId, load: Opened) {
    let api = use_api();
    let device = use_device();
    let mut desk = use_desk();
    let mut marking = use_signal(|| false);
    use_effect(move || {
        let unread = load.value().is_some_and(|open| open.card.unread > 0 && open.may.reply);
        if !unread || *marking.peek() || !device.visible() {
            return;
        }
        marking.set(true);
        let api = api.clone();
        spawn(async move {
            // Not marked stays unread, and is tried again with the next answer.
            if api.call(MarkRead { id }).await.is_ok() {
                desk.changed += 1;
            }
            marking.set(false);
        });
    });
}

/// Says that nothing reaches her now.
#[component]
fn Unreachable(subscription: Subscription) -> Element {
    let words = use_words();
    let (icon, title, text) = match subscription {
        Subscription::Unknown | Subscription::Subscribed => return rsx! {},
        Subscription::Blocked => (rsx! { Ban {} }, words.thread.blocked_title, words.thread.blocked_text),
        Subscription::Unsubscribed => {
            (rsx! { BellOff {} }, words.thread.unsubscribed_title, words.thread.unsubscribed_text)
        }
    };
    rsx! {
        Banner {
            tone: Tone::Danger,
            live: Live::Status,
            flush: true,
            icon: rsx! { Icon { {icon} } },
            title,
            text,
        }
    }
}

#[component]
fn Waiting() -> Element {
    let words = use_words();
    rsx! {
        Loading { label: words.thread.loading }
        div { class: "column", "aria-hidden": "true",
            Skeleton { width: "56%", height: "44px" }
            Skeleton { width: "72%", height: "64px" }
            Skeleton { width: "40%", height: "44px" }
        }
    }
}

#[cfg(test)]
mod tests;
