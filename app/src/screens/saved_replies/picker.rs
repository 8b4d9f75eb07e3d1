//! The picker of saved replies (seed steps 5 to 8): search, choose categories, filter, pick.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    id::{CategoryId, SavedReplyId},
    limits::{self, MAX_PARTS, Platform},
    saved_replies::{Category, ListCategories, ListSavedReplies, SavedReply},
};

use super::{
    card::Card,
    fit::{Fit, Picked, fit},
    whole::Whole,
};
use crate::{
    load::{Pages, use_load, use_pages},
    screens::{
        parts::{LoadFailed, Stale, toggle},
        send::settle::use_settled,
    },
    ui::{
        action_bar::{ACTION_BAR_SIDE, ActionBarRow, ActionBarText},
        banner::{Banner, Live},
        bottom_sheet::BottomSheet,
        button::{Button, ButtonSize, ButtonTone},
        chip::{Chip, ChipRow, FilterChip},
        empty_state::EmptyState,
        glyph::{Bookmark, CircleAlert, ListFilter, SearchX},
        icon::{Icon, IconSize},
        list_note::ListNote,
        reply_card::ReplyCardSkeleton,
        search_field::{SearchField, SearchWidth},
        skeleton::Loading,
        tone::Tone,
    },
    words::{number, use_words},
};

/// The id of the text that says why "add" cannot be pressed.
const WHY: &str = "saved-reply-why";

/// The picker, as a sheet over what is being written. Place it beside `ScreenMain`, not inside. Closing it loses nothing.
#[component]
pub fn SavedReplyPicker(
    /// The platforms of the people it goes to: what is too large for one of them cannot be picked.
    platforms: Vec<Platform>,
    /// How many more messages fit: [`super::room`].
    room: usize,
    /// May a reply go in the place of what is written? `Picked::instead` then says so.
    #[props(default)]
    may_replace: bool,
    /// It was picked: [`Picked::put_into`] puts it in. The picker is to be closed then.
    onpick: EventHandler<Picked>,
    /// Close it.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    let mut search = use_signal(String::new);
    let searched = use_settled(Duration::from_millis(300), move || search.read().trim().to_owned());
    let applied = use_signal(Vec::<Category>::new);
    let mut picked = use_signal(|| None::<SavedReply>);
    let replies = use_pages(
        || (),
        |reply: &SavedReply| reply.id.to_string(),
        move |ask| ListSavedReplies {
            search: searched.read().clone(),
            categories: applied.read().iter().map(|category| category.id).collect(),
            editable: false,
            limit: ask.limit,
            after: ask.after,
        },
    );
    let clear = move |()| {
        let mut applied = applied;
        search.set(String::new());
        applied.set(Vec::new());
    };
    let judge = use_callback(move |reply: SavedReply| fit(&reply, &platforms, room, may_replace));
    let chosen = picked.read().clone().map(|reply| (reply.clone(), judge.call(reply)));
    rsx! {
        BottomSheet {
            title: say.title,
            close: words.common.close,
            side: true,
            onclose,
            foot: rsx! {
                Taking { chosen, room, may_replace, onpick }
            },
            div { class: "stack", "data-gap": "sm",
                p { class: "vh", {say.pick} }
                SearchField {
                    label: say.search,
                    width: SearchWidth::Full,
                    value: search(),
                    maxlength: limits::SEARCH.to_string(),
                    oninput: move |text| search.set(text),
                }
                ChooseCategories { applied, counted: true }
                Found {
                    replies,
                    narrowed: !searched.read().is_empty() || !applied.read().is_empty(),
                    picked: picked.read().as_ref().map(|reply| reply.id),
                    judge,
                    onpick: move |reply| picked.set(Some(reply)),
                    onclear: clear,
                }
            }
        }
    }
}

/// 選擇類別: several may be chosen, and 篩選 puts them in force. What is in force stands below, to be taken away.
#[component]
pub(in crate::screens) fn ChooseCategories(
    /// Those in force.
    applied: Signal<Vec<Category>>,
    /// Does each say how many replies are in it?
    #[props(default)]
    counted: bool,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    let categories = use_load(|| ListCategories {});
    let mut applied = applied;
    let mut open = use_signal(|| false);
    let mut chosen = use_signal(Vec::<CategoryId>::new);
    let apply = move |_| {
        let all = categories.value().unwrap_or_default();
        let these = all.into_iter().map(|row| row.category).filter(|one| chosen.peek().contains(&one.id)).collect();
        applied.set(these);
        open.set(false);
    };
    rsx! {
        div { class: "row",
            Button {
                tone: ButtonTone::Soft,
                size: ButtonSize::Tool,
                aria_expanded: if open() { "true" } else { "false" },
                aria_controls: "saved-reply-categories",
                onclick: move |_| {
                    let before = applied.peek().iter().map(|one| one.id).collect();
                    chosen.set(before);
                    open.toggle();
                },
                Icon { ListFilter {} }
                {say.choose}
                if !applied.read().is_empty() {
                    span { class: "num", aria_hidden: "true", "{applied.read().len()}" }
                    span { class: "vh", {(say.chosen)(applied.read().len())} }
                }
            }
        }
        div { id: "saved-reply-categories",
            if open() {
                if let Some(failed) = categories.failed() {
                    Banner {
                        tone: Tone::Warn,
                        live: Live::Status,
                        icon: rsx! { Icon { CircleAlert {} } },
                        title: say.categories_failed,
                        text: words.problems.said(&failed).line(),
                        actions: rsx! {
                            Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| categories.reload(), {words.common.retry} }
                        },
                    }
                } else if categories.is_first() {
                    Loading { label: words.saved_replies.categories.loading }
                } else if categories.value().is_some_and(|all| all.is_empty()) {
                    ListNote { {say.no_categories} }
                } else {
                    ChipRow { label: say.choose,
                        for row in categories.value().unwrap_or_default() {
                            Chip {
                                key: "{row.category.id}",
                                on: chosen.read().contains(&row.category.id),
                                mark: true,
                                count: counted.then(|| number(row.replies)),
                                onclick: move |_| {
                                    toggle(&mut chosen.write(), row.category.id);
                                },
                                "{row.category.name}"
                            }
                        }
                        Button { tone: ButtonTone::Primary, size: ButtonSize::Small, onclick: apply,
                            Icon { size: IconSize::Small, ListFilter {} }
                            {say.filter}
                        }
                    }
                }
            }
        }
        if !applied.read().is_empty() {
            ChipRow { label: say.filters,
                for category in applied.read().iter().cloned() {
                    FilterChip {
                        key: "{category.id}",
                        remove: say.remove_filter,
                        onremove: move |()| applied.write().retain(|other| other.id != category.id),
                        "{category.name}"
                    }
                }
            }
        }
    }
}

/// What matches, the last changed first.
#[component]
fn Found(
    replies: Pages<SavedReply>,
    narrowed: bool,
    picked: Option<SavedReplyId>,
    judge: Callback<SavedReply, Fit>,
    onpick: EventHandler<SavedReply>,
    onclear: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    if let Some(failed) = replies.failed() {
        return rsx! {
            LoadFailed { failed, title: say.list.failed, onretry: move |()| replies.reload() }
        };
    }
    if replies.is_first() {
        return rsx! {
            Loading { label: say.list.loading }
            ReplyCardSkeleton {}
        };
    }
    let rows = replies.items();
    if rows.read().is_empty() {
        return if narrowed {
            rsx! {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                    title: say.list.none_title,
                    text: say.list.none_text,
                    actions: rsx! {
                        Button { tone: ButtonTone::Primary, onclick: move |_| onclear.call(()), {say.list.clear} }
                    },
                }
            }
        } else {
            rsx! {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, Bookmark {} } },
                    title: say.list.empty_title,
                    text: say.list.empty_text,
                }
            }
        };
    }
    rsx! {
        Stale { failed: replies.error() }
        div { role: "status",
            ListNote { {(say.count)(rows.read().len(), replies.has_more())} }
        }
        ul { class: "stack", "data-gap": "sm", role: "list", aria_label: say.title,
            for reply in rows.read().iter().cloned() {
                li { key: "{reply.id}", class: "stack", "data-gap": "sm",
                    Card {
                        picked: picked == Some(reply.id),
                        why: judge.call(reply.clone()).why(words),
                        unfit: judge.call(reply.clone()).is_unfit(),
                        onclick: {
                            let reply = reply.clone();
                            move |_| onpick.call(reply.clone())
                        },
                        reply: reply.clone(),
                    }
                    if picked == Some(reply.id) {
                        Whole { content: reply.content, media: reply.media }
                    }
                }
            }
        }
        if replies.has_more() {
            Button { tone: ButtonTone::Plain, block: true, onclick: move |_| replies.load_more(), {words.common.load_more} }
        }
    }
}

/// What is picked, and the buttons that take it.
#[component]
pub(super) fn Taking(
    chosen: Option<(SavedReply, Fit)>,
    room: usize,
    may_replace: bool,
    onpick: EventHandler<Picked>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    let (title, sub, blocked) = match &chosen {
        None => (None, say.pick_first.to_owned(), true),
        Some((reply, fit)) => {
            let parts = reply.content.parts.len();
            let total = MAX_PARTS.saturating_sub(room) + parts;
            let sub = fit.why(words).unwrap_or_else(|| (say.adds)(parts, total));
            (Some(reply.title.clone()), sub, *fit != Fit::Fits)
        }
    };
    let take = use_callback({
        let chosen = chosen.clone();
        move |instead: bool| {
            if let Some((reply, _)) = &chosen {
                onpick.call(Picked { content: reply.content.clone(), media: reply.media.clone(), instead });
            }
        }
    });
    let replaceable = may_replace && room < MAX_PARTS && chosen.as_ref().is_some_and(|(_, fit)| !fit.is_unfit());
    rsx! {
        ActionBarRow {
            ActionBarText {
                live: true,
                title: title.map(|title| rsx! { "{title}" }),
                sub: rsx! {
                    span { id: WHY, "{sub}" }
                },
            }
            if replaceable {
                Button { tone: ButtonTone::Line, class: ACTION_BAR_SIDE, onclick: move |_| take.call(true), {say.instead} }
            }
            Button {
                tone: ButtonTone::Primary,
                class: ACTION_BAR_SIDE,
                blocked: blocked.then(|| WHY.to_owned()),
                onclick: move |_| take.call(false),
                {say.add}
            }
        }
    }
}
