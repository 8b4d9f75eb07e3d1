//! The foot of a conversation: the reply bar, or why there is none and what to do about it.

use dioxus::prelude::*;
use lucide_dioxus::{CircleAlert, Send};
use shared::{
    content::text_limit,
    conversations::{Conversation, ConversationState, Entry},
    text::utf16_len,
};

use super::{
    Opened,
    head::{use_reopen, use_take},
    outbox::{Outbox, use_post},
};
use crate::{
    load::Pages,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        button::{Button, ButtonTone},
        icon::{Icon, IconSize},
        icon_button::{IconButton, IconButtonTone},
        reply_bar::ReplyBar,
    },
    words::use_words,
};

#[component]
pub(super) fn Foot(open: Conversation, load: Opened, entries: Pages<Entry>, outbox: Outbox) -> Element {
    let words = use_words();
    let take = use_take(load);
    let reopen = use_reopen(load);
    let id = open.card.id;
    if open.may.reply {
        let name = words.name(&open.card.name).to_owned();
        return rsx! { Writing { name, limit: text_limit(&[open.card.channel.platform]), entries, outbox } };
    }
    let (note, button) = if open.may.take {
        let button = rsx! {
            Button { tone: ButtonTone::Primary, class: ACTION_BAR_MAIN, onclick: move |_| take.call(id), {words.thread.take} }
        };
        (words.thread.take_first.to_owned(), Some(button))
    } else if open.card.state == ConversationState::Closed {
        let button = open.may.reopen.then(|| {
            rsx! {
                Button { tone: ButtonTone::Primary, class: ACTION_BAR_MAIN, onclick: move |_| reopen.call(id), {words.thread.reopen} }
            }
        });
        (words.thread.closed_note.to_owned(), button)
    } else {
        let note = match &open.card.owner {
            Some(owner) => (words.thread.not_mine)(&owner.name),
            None => words.thread.take_first.to_owned(),
        };
        (note, None)
    };
    rsx! {
        ActionBar {
            ActionBarRow {
                ActionBarText { sub: rsx! { "{note}" } }
                {button}
            }
        }
    }
}

/// The reply bar. A reply is handed to the outbox; the field is free for the next one at once.
#[component]
fn Writing(name: String, limit: usize, entries: Pages<Entry>, outbox: Outbox) -> Element {
    let words = use_words();
    let post = use_post(outbox, entries);
    let mut text = outbox.text;
    let used = utf16_len(text.read().trim());
    let over = used.saturating_sub(limit);
    let empty = used == 0;
    let send = use_callback(move |()| {
        let used = utf16_len(text.peek().trim());
        if used > 0 && used <= limit {
            post.send_written();
        }
    });
    let blocked = (over > 0).then(|| "reply-over".to_owned());
    rsx! {
        ReplyBar {
            label: words.thread.reply,
            placeholder: (words.thread.reply_to)(&name),
            value: text(),
            oninput: move |value| text.set(value),
            onsend: move |()| send.call(()),
            above: (over > 0)
                .then(|| rsx! {
                    ActionBarNote { tone: NoteTone::Danger, id: "reply-over", role: "alert",
                        Icon { size: IconSize::Small, CircleAlert {} }
                        {(words.thread.too_long)(over as u64)}
                    }
                }),
            end: rsx! {
                IconButton {
                    label: words.thread.send,
                    tone: IconButtonTone::Primary,
                    blocked,
                    aria_disabled: empty.then_some("true"),
                    onclick: move |_| send.call(()),
                    Icon { size: IconSize::Large, Send {} }
                }
            },
        }
    }
}
