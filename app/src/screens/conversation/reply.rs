//! The foot of a conversation: the reply bar, or why there is none and what to do about it.

use dioxus::prelude::*;
use shared::{
    campaigns::Kind,
    content::count_on,
    conversations::{Conversation, ConversationCard, ConversationState, Window},
    members::Action,
};

use super::{
    Opened,
    attached::{Above, attach, put, room},
    head::{use_reopen, use_take},
    outbox::Outbox,
};
use crate::{
    draft::use_drafts,
    platform::Chosen,
    routes::Route,
    screens::{
        composer::{ACCEPT_BOTH, Bounds, Wrong, blocked, first_wrong},
        conversations::{Picking, use_desk},
        saved_replies::Picked,
    },
    session::use_may,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        button::{Button, ButtonTone},
        glyph::{Bookmark, CircleAlert, Plus, Send},
        icon::{Icon, IconSize},
        icon_button::{FileIconButton, IconButton, IconButtonTone},
        reply_bar::ReplyBar,
    },
    upload::use_uploads,
    words::{use_now, use_words},
};

/// The id of the text that says why it cannot be sent.
const WHY: &str = "reply-why";
/// The id of the text that says why no more can be attached.
const FULL: &str = "reply-full";

#[component]
pub(super) fn Foot(open: Conversation, load: Opened, outbox: Outbox) -> Element {
    let words = use_words();
    let take = use_take(load);
    let reopen = use_reopen(load);
    let id = open.card.id;
    if open.may.reply && open.card.window(use_now().timestamp_millis()) == Window::Closed {
        return rsx! { TemplateOnly { card: open.card } };
    }
    if open.may.reply {
        return rsx! { Writing { card: open.card, outbox } };
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

/// Past WhatsApp's 24 hours: why nothing can be written, and the way to what can be sent (seed, last hint).
#[component]
fn TemplateOnly(card: ConversationCard) -> Element {
    let words = use_words();
    let drafts = use_drafts();
    let navigator = use_navigator();
    let may_send = use_may(Action::GroupSend);
    let id = card.id;
    rsx! {
        ActionBar {
            ActionBarRow {
                ActionBarText { sub: rsx! { {words.thread.template_only} } }
                if may_send {
                    Button {
                        tone: ButtonTone::Primary,
                        class: ACTION_BAR_MAIN,
                        onclick: move |_| {
                            drafts.arrive(Kind::GroupTemplate);
                            drafts.edit(|draft| draft.selection.add(id));
                            navigator.push(Route::SendRecipients {});
                        },
                        {words.thread.send_template}
                    }
                }
            }
        }
    }
}

/// The reply bar. A reply is handed to the outbox; the field is free for the next one at once.
#[component]
fn Writing(card: ConversationCard, outbox: Outbox) -> Element {
    let words = use_words();
    let uploads = use_uploads();
    let mut text = outbox.text;
    // Its layer stands beside the screen, not in it; it goes with the conversation that asked for it.
    let mut picking = use_desk().picking;
    use_drop(move || {
        if let Ok(mut picking) = picking.try_write() {
            *picking = None;
        }
    });
    let mut left_out = use_signal(|| 0_usize);
    let platforms = vec![card.channel.platform];
    let bounds = Bounds { platforms: platforms.clone(), ..Bounds::default() };
    let state = use_callback(move |()| {
        let content = outbox.content();
        let wrong = first_wrong(&content, &outbox.attached.read().media, &bounds, uploads);
        (content, wrong)
    });
    let (content, wrong) = state.call(());
    let empty = content.parts.is_empty();
    // Nothing attached, nothing to number: a text that is too long is told by how much.
    let why = match wrong {
        _ if empty => None,
        Some((_, Wrong::TooLong)) if content.parts.len() == 1 => {
            let over = content.first_text().map_or(0, |text| {
                let count = count_on(card.channel.platform, &text, "");
                count.used.saturating_sub(count.limit)
            });
            Some((words.thread.too_long)(over as u64))
        }
        wrong => blocked(words, &content, wrong),
    };
    let send = use_callback(move |()| {
        let (content, wrong) = state.call(());
        if !content.parts.is_empty() && wrong.is_none() {
            left_out.set(0);
            outbox.send_written(uploads);
        }
    });
    let take = use_callback(move |files: Vec<Chosen>| left_out.set(attach(outbox, uploads, files)));
    let may_pick = use_may(Action::UseSavedReplies);
    let full = room(outbox) == 0;
    let name = card.name.clone();
    let pick = use_callback(move |picked: Picked| put(outbox, picked, &name));
    rsx! {
        ReplyBar {
            label: words.thread.reply,
            placeholder: (words.thread.reply_to)(words.name(&card.name)),
            value: text(),
            oninput: move |value| text.set(value),
            onsend: move |()| send.call(()),
            onpaste: move |event: ClipboardEvent| {
                let files = Chosen::of_paste(&event);
                if !files.is_empty() {
                    event.prevent_default();
                    take.call(files);
                }
            },
            ondrop: move |event: DragEvent| take.call(Chosen::of_drop(&event)),
            parts: (!outbox.attached.read().parts.is_empty())
                .then(|| rsx! {
                    Above { outbox }
                }),
            above: rsx! {
                if let Some(why) = &why {
                    ActionBarNote { tone: NoteTone::Danger, id: WHY, role: "status",
                        Icon { size: IconSize::Small, CircleAlert {} }
                        span { "{why}" }
                    }
                }
                if left_out() > 0 {
                    ActionBarNote { tone: NoteTone::Danger, role: "status",
                        Icon { size: IconSize::Small, CircleAlert {} }
                        span { {(words.media.left_out)(left_out())} }
                    }
                }
                if full {
                    span { id: FULL, class: "vh", {words.send.write.full} }
                }
            },
            start: rsx! {
                FileIconButton {
                    label: words.media.attach,
                    accept: ACCEPT_BOTH,
                    multiple: true,
                    blocked: full.then(|| FULL.to_owned()),
                    onchoose: move |event: FormEvent| take.call(Chosen::of_field(&event)),
                    Icon { size: IconSize::Large, Plus {} }
                }
                if may_pick {
                    IconButton {
                        label: words.saved_replies.title,
                        onclick: move |_| {
                            picking.set(Some(Picking { platforms: platforms.clone(), room: room(outbox), onpick: pick }));
                        },
                        Icon { size: IconSize::Large, Bookmark {} }
                    }
                }
            },
            end: rsx! {
                IconButton {
                    label: words.thread.send,
                    tone: IconButtonTone::Primary,
                    blocked: why.is_some().then(|| WHY.to_owned()),
                    aria_disabled: empty.then_some("true"),
                    onclick: move |_| send.call(()),
                    Icon { size: IconSize::Large, Send {} }
                }
            },
        }
    }
}
