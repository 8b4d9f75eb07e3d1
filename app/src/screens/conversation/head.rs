//! The bar over a conversation: who it is with, and the menu.

use dioxus::prelude::*;
use shared::{
    call::Call,
    conversations::{Conversation, Reopen, Take},
    id::ConversationId,
};

use super::Opened;
use crate::{
    api::use_api,
    routes::{Route, Tab},
    screens::{
        conversations::{Layer, card::avatar, use_desk, window::window_text},
        parts::{BackButton, mark},
    },
    ui::{
        app_bar::{AppBar, AppBarTitle, AppBarWho, TitleLevel},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{ArrowRightLeft, Check, ClipboardList, EllipsisVertical, RotateCcw, Tag, UserRoundCheck},
        icon::{Icon, IconSize},
        icon_button::IconButton,
        menu::{Menu, MenuAnchor, MenuItem},
    },
    words::{use_now, use_words},
};

#[component]
pub(super) fn Head(open: Option<Conversation>, load: Opened) -> Element {
    let words = use_words();
    let desk = use_desk();
    let back = rsx! {
        BackButton { to: Route::NoneChosen { tab: Tab(desk.tab.cloned()) }, label: words.thread.back, compact_only: true }
    };
    let Some(open) = open else {
        return rsx! {
            AppBar { start: back, AppBarTitle { name: words.common.conversations, level: TitleLevel::Second, hidden: true } }
        };
    };
    let card = &open.card;
    let account = format!("{} {}", mark(&card.channel).name(), card.channel.name);
    let tags = card.tags.iter().map(|tag| tag.name.as_str());
    let window = window_text(words, card, use_now());
    let facts: Vec<&str> = std::iter::once(account.as_str()).chain(window.as_deref()).chain(tags).collect();
    let last = facts.len() - 1;
    // Each whole, where there is room; no line begins with a dot.
    let facts = facts.into_iter().enumerate().map(|(place, fact)| {
        let dot = if place < last { " ·" } else { "" };
        rsx! {
            span { key: "{place}", "{fact}{dot}" }
        }
    });
    let name = words.name(&card.name).to_owned();
    let mut layer = desk.layer;
    let id = card.id;
    let face = avatar(words, card);
    rsx! {
        AppBar {
            start: back,
            end: rsx! {
                if open.may.close {
                    span { class: "wide-only",
                        Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| layer.set(Some(Layer::Close(id))),
                            Icon { size: IconSize::Small, Check {} }
                            {words.thread.close}
                        }
                    }
                }
                More { open: open.clone(), load }
            },
            AppBarWho { name, level: TitleLevel::Second, sub: rsx! { {facts} }, {face} }
        }
    }
}

/// Everything that can be done with it now.
#[component]
fn More(open: Conversation, load: Opened) -> Element {
    let words = use_words();
    let desk = use_desk();
    let mut layer = desk.layer;
    let mut shown = use_signal(|| false);
    let take = use_take(load);
    let reopen = use_reopen(load);
    let (id, may) = (open.card.id, open.may);
    rsx! {
        MenuAnchor {
            IconButton { label: words.thread.menu, menu_open: shown(), onclick: move |_| shown.toggle(),
                Icon { size: IconSize::Large, EllipsisVertical {} }
            }
            if shown() {
                Menu { label: words.thread.menu, onclose: move |()| shown.set(false),
                    if may.take {
                        MenuItem {
                            onclick: move |()| {
                                shown.set(false);
                                take.call(id);
                            },
                            Icon { UserRoundCheck {} }
                            {words.thread.take}
                        }
                    }
                    if may.transfer {
                        MenuItem {
                            onclick: move |()| {
                                shown.set(false);
                                layer.set(Some(Layer::Transfer(id)));
                            },
                            Icon { ArrowRightLeft {} }
                            {words.thread.transfer}
                        }
                    }
                    MenuItem {
                        onclick: move |()| {
                            shown.set(false);
                            layer.set(Some(Layer::Tags(id)));
                        },
                        Icon { Tag {} }
                        {words.thread.tags}
                    }
                    MenuItem {
                        onclick: move |()| {
                            shown.set(false);
                            layer.set(Some(Layer::Attributes(id)));
                        },
                        Icon { ClipboardList {} }
                        {words.attributes.title}
                    }
                    if may.reopen {
                        MenuItem {
                            onclick: move |()| {
                                shown.set(false);
                                reopen.call(id);
                            },
                            Icon { RotateCcw {} }
                            {words.thread.reopen}
                        }
                    }
                    if may.close {
                        MenuItem {
                            onclick: move |()| {
                                shown.set(false);
                                layer.set(Some(Layer::Close(id)));
                            },
                            Icon { Check {} }
                            {words.thread.close}
                        }
                    }
                }
            }
        }
    }
}

/// Takes a conversation over, and says how that went.
pub(super) fn use_take(load: Opened) -> Callback<ConversationId> {
    let taken = use_words().thread.taken;
    use_change(load, |id| Take { id }, taken)
}

/// Opens a conversation again, and says how that went.
pub(super) fn use_reopen(load: Opened) -> Callback<ConversationId> {
    let reopened = use_words().thread.reopened;
    use_change(load, |id| Reopen { id }, reopened)
}

/// Makes a call that answers the conversation as it is then, shows that, and says how it went.
fn use_change<C: Call<Reply = Conversation> + 'static>(
    load: Opened,
    call: fn(ConversationId) -> C,
    done: &'static str,
) -> Callback<ConversationId> {
    let words = use_words();
    let api = use_api();
    let desk = use_desk();
    use_callback(move |id| {
        let api = api.clone();
        spawn(async move {
            match api.call(call(id)).await {
                Ok(open) => {
                    load.set(open);
                    desk.tell(done);
                }
                Err(failed) => desk.tell(words.problems.said(&failed).line()),
            }
        });
    })
}
