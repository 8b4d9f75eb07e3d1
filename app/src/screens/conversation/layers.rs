//! The sheets and questions over a conversation: hand over, close, tags.

use dioxus::prelude::*;
use shared::{
    contacts::{AddTag, ListTags, RemoveTag, Tag},
    conversations::{Close, ShowConversation, Transfer},
    id::ConversationId,
    limits,
    members::{Colleague, ListColleagues},
    text::fold,
};

use crate::{
    api::{Failed, use_api},
    load::use_load,
    routes::{Route, Tab},
    screens::{
        conversations::use_desk,
        parts::{LoadFailed, Refused},
    },
    session::use_me,
    ui::{
        avatar::{Avatar, AvatarSize},
        bottom_sheet::BottomSheet,
        button::{Button, ButtonSize, ButtonTone},
        chip::{Chip, ChipRow, FilterChip},
        dialog::Dialog,
        field::TextField,
        glyph::ArrowRight,
        icon::Icon,
        list_card::{List, ListCard, ListCardSize, ListCardSkeleton},
        list_note::ListNote,
        search_field::SearchField,
        skeleton::Loading,
    },
    words::use_words,
};

/// Chooses the colleague that a conversation is handed to.
#[component]
pub fn TransferSheet(
    /// The conversation.
    id: ConversationId,
    /// Close the sheet.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let api = use_api();
    let desk = use_desk();
    let me = use_me();
    let navigator = use_navigator();
    let colleagues = use_load(|| ListColleagues {});
    let mut sought = use_signal(String::new);
    let mut failed = use_signal(|| None::<Failed>);
    let mut pending = use_signal(|| false);
    let hand_over = use_callback(move |to: Colleague| {
        if pending() {
            return;
        }
        pending.set(true);
        let api = api.clone();
        spawn(async move {
            let call = Transfer { ids: vec![id], to: to.id };
            match api.call(call).await {
                Ok(_) => {
                    desk.tell((words.thread.transferred)(&to.name));
                    // It is hers no longer; the list is where the next one waits.
                    navigator.push(Route::NoneChosen { tab: Tab(*desk.tab.peek()) });
                    onclose.call(());
                }
                Err(why) => {
                    failed.set(Some(why));
                    pending.set(false);
                }
            }
        });
    });
    let others = colleagues.value().map(|colleagues| {
        let needle = fold(&sought.read());
        let mine = me.read().id;
        colleagues
            .into_iter()
            .filter(|colleague| colleague.id != mine && fold(&colleague.name).contains(&needle))
            .collect::<Vec<_>>()
    });
    let refused = failed.read().clone();
    rsx! {
        BottomSheet { title: words.thread.transfer_title, close: words.common.close, side: true, onclose,
            div { class: "stack", "data-gap": "sm",
                if let Some(failed) = refused {
                    Refused { failed }
                }
                SearchField { label: words.thread.transfer_search, value: sought(), oninput: move |text| sought.set(text) }
                if let Some(failed) = colleagues.failed() {
                    LoadFailed { failed, onretry: move |()| colleagues.reload() }
                } else if let Some(others) = others {
                    if others.is_empty() {
                        ListNote { {words.thread.transfer_nobody} }
                    }
                    List { label: words.thread.transfer_title,
                        for colleague in others {
                            ColleagueRow { key: "{colleague.id}", colleague, onchoose: move |to| hand_over.call(to) }
                        }
                    }
                } else {
                    Loading { label: words.common.loading }
                    ListCardSkeleton { rows: 4 }
                }
            }
        }
    }
}

#[component]
fn ColleagueRow(colleague: Colleague, onchoose: EventHandler<Colleague>) -> Element {
    let words = use_words();
    let stores: Vec<&str> = colleague.stores.iter().map(|store| store.name.as_str()).collect();
    let role = (words.common.role)(colleague.role);
    let text = if stores.is_empty() { role.to_owned() } else { format!("{role} · {}", stores.join(" · ")) };
    let chosen = colleague.clone();
    rsx! {
        ListCard {
            size: ListCardSize::Sm,
            start: rsx! {
                Avatar { name: colleague.name.clone(), tint_of: colleague.id.to_string(), size: AvatarSize::Md }
            },
            title: colleague.name.clone(),
            text,
            end: rsx! { Icon { ArrowRight {} } },
            onclick: move |_| onchoose.call(chosen.clone()),
        }
    }
}

/// Asks before a conversation is closed.
#[component]
pub fn CloseQuestion(
    /// The conversation.
    id: ConversationId,
    /// Close the question.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let api = use_api();
    let desk = use_desk();
    let mut pending = use_signal(|| false);
    let close = move |_| {
        if pending() {
            return;
        }
        pending.set(true);
        let api = api.clone();
        spawn(async move {
            match api.call(Close { id }).await {
                Ok(_) => desk.tell(words.thread.closed),
                Err(failed) => desk.tell(words.problems.said(&failed).line()),
            }
            onclose.call(());
        });
    };
    rsx! {
        Dialog { title: words.thread.close_title, text: words.thread.close_text, onclose,
            Button { tone: ButtonTone::Primary, block: true, aria_busy: pending().then_some("true"), onclick: close, {words.thread.close} }
            Button { block: true, onclick: move |_| onclose.call(()), {words.common.cancel} }
        }
    }
}

/// Puts tags on a customer and takes them off.
#[component]
pub fn TagSheet(
    /// The conversation.
    id: ConversationId,
    /// Close the sheet.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let api = use_api();
    let mut desk = use_desk();
    let open = use_load(move || {
        let _ = desk.changed.read();
        ShowConversation { id }
    });
    let known = use_load(move || {
        let _ = desk.changed.read();
        ListTags {}
    });
    let mut name = use_signal(String::new);
    let mut failed = use_signal(|| None::<Failed>);

    let adding = api.clone();
    let add = use_callback(move |tag: String| {
        let api = adding.clone();
        spawn(async move {
            match api.call(AddTag { id, name: tag }).await {
                Ok(_) => {
                    name.set(String::new());
                    failed.set(None);
                    desk.changed += 1;
                }
                Err(why) => failed.set(Some(why)),
            }
        });
    });
    let remove = use_callback(move |tag: Tag| {
        let api = api.clone();
        spawn(async move {
            match api.call(RemoveTag { id, tag: tag.id }).await {
                Ok(_) => {
                    failed.set(None);
                    desk.changed += 1;
                }
                Err(why) => failed.set(Some(why)),
            }
        });
    });

    let has = open.value().map(|open| open.card.tags).unwrap_or_default();
    let others: Vec<Tag> = known
        .value()
        .unwrap_or_default()
        .into_iter()
        .filter(|tag| !has.iter().any(|other| other.id == tag.id))
        .collect();
    let why = failed.read().clone();
    let of_name = why.as_ref().and_then(|why| words.problems.of_field(why, "name"));
    let other = why.filter(|_| of_name.is_none());
    rsx! {
        BottomSheet { title: words.thread.tags, close: words.common.close, side: true, onclose,
            div { class: "stack",
                if let Some(failed) = other {
                    Refused { failed }
                }
                if let Some(failed) = open.failed() {
                    LoadFailed { failed, onretry: move |()| open.reload() }
                } else if open.is_first() {
                    Loading { label: words.common.loading }
                } else if has.is_empty() {
                    ListNote { {words.thread.no_tags} }
                }
                ChipRow { label: words.thread.tags,
                    for tag in has {
                        FilterChip {
                            key: "{tag.id}",
                            remove: (words.thread.remove_tag)(&tag.name),
                            onremove: {
                                let tag = tag.clone();
                                move |()| remove.call(tag.clone())
                            },
                            "{tag.name}"
                        }
                    }
                }
                form {
                    onsubmit: move |event| {
                        event.prevent_default();
                        let tag = name.peek().trim().to_owned();
                        if !tag.is_empty() {
                            add.call(tag);
                        }
                    },
                    TextField {
                        label: words.thread.tag_name,
                        value: name(),
                        oninput: move |value| name.set(value),
                        error: of_name,
                        maxlength: limits::TAG_NAME.to_string(),
                        after: rsx! {
                            Button { tone: ButtonTone::Soft, size: ButtonSize::Small, submit: true, {words.thread.add_tag} }
                        },
                    }
                }
                if !others.is_empty() {
                    ChipRow { label: words.thread.known_tags,
                        for tag in others {
                            Chip {
                                key: "{tag.id}",
                                on: false,
                                onclick: {
                                    let name = tag.name.clone();
                                    move |_| add.call(name.clone())
                                },
                                "{tag.name}"
                            }
                        }
                    }
                }
            }
        }
    }
}
