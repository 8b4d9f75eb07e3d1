//! The list of customers to pick from, and the row that picks them all.

use dioxus::prelude::*;
use shared::{
    conversations::{
        ConversationCard, ConversationFilter, ConversationState, CountConversations, Counts, ListConversations, Scope,
        Sort,
    },
    selection::{MAX_FILTERS, Selection},
};

use super::{
    picked::{elsewhere, is_picked},
    row::PickRow,
};
use crate::{
    draft::use_drafts,
    load::{Load, Pages, use_load, use_pages},
    routes::{Route, Tab},
    screens::parts::{LoadFailed, Stale},
    ui::{
        button::{Button, ButtonTone},
        check::CheckState,
        empty_state::EmptyState,
        glyph::{Inbox, SearchX},
        icon::{Icon, IconSize},
        list_card::ListCardSkeleton,
        screen::PaneBody,
        select_all::SelectAll,
        skeleton::Loading,
        virtual_list::{RowHeights, VirtualRows, use_virtual_list},
    },
    words::{use_now, use_words},
};

/// How tall a customer is with one line of badges, in pixels.
const HEIGHTS: RowHeights = RowHeights { estimate: 96.0, gap: 0.0 };

/// The customers that match, by pages, and how many there are.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct MatchList {
    rows: Pages<ConversationCard>,
    counts: Load<Counts>,
}

pub(super) fn use_list(filter: Memo<ConversationFilter>) -> MatchList {
    MatchList {
        rows: use_pages(
            || (),
            |card: &ConversationCard| card.id.to_string(),
            move |ask| ListConversations {
                state: ConversationState::InProgress,
                scope: Scope::Mine,
                filter: filter.read().clone(),
                sort: Sort::Newest,
                limit: ask.limit,
                after: ask.after,
            },
        ),
        counts: use_load(move || CountConversations {
            state: ConversationState::InProgress,
            scope: Scope::Mine,
            filter: filter.read().clone(),
        }),
    }
}

/// The row that picks all who match, not only those loaded.
#[component]
pub(super) fn PickTop(list: MatchList, filter: Memo<ConversationFilter>, total: Option<u64>) -> Element {
    let words = use_words();
    let now = use_now();
    let drafts = use_drafts();
    let rows = list.rows.items();
    let selection = drafts.selection();
    let shown = filter.read().clone();
    let picked_here = rows.read().iter().filter(|card| is_picked(&selection, card, &shown, now)).count();
    let all_loaded = !list.rows.is_first() && !list.rows.has_more();
    let whole = selection.matching.iter().any(|matching| matching.filter == shown && matching.except.is_empty());
    let every = all_loaded && picked_here > 0 && picked_here == rows.read().len();
    let state = if whole || every {
        CheckState::On
    } else if picked_here > 0 || selection.has_all(&shown) {
        CheckState::Mixed
    } else {
        CheckState::Off
    };
    let matching = list.counts.value().map(|counts| counts.matching);
    if matching == Some(0) || (list.rows.failed().is_some()) {
        return rsx! {};
    }
    let title =
        matching.map_or_else(|| words.send.pick.all_plain.to_owned(), |matching| (words.send.pick.all)(matching));
    let sub = total.filter(|total| *total > 0).map(|total| {
        match elsewhere(&selection, &shown, total, picked_here as u64, all_loaded) {
            Some(out) if out > 0 => (words.send.pick.picked_elsewhere)(total, out),
            _ => (words.send.pick.picked)(total),
        }
    });
    rsx! {
        SelectAll {
            state,
            title,
            sub,
            onclick: move |_| {
                let loaded = rows.peek();
                drafts.edit(|draft| {
                    if state == CheckState::On {
                        unpick_all(&mut draft.selection, &shown, &loaded, now);
                    } else if draft.selection.matching.len() < MAX_FILTERS || draft.selection.has_all(&shown) {
                        draft.selection.add_all(shown.clone());
                    }
                });
            },
        }
    }
}

/// Takes out all who match: the whole filter, and those loaded who came otherwise.
fn unpick_all(
    selection: &mut Selection,
    shown: &ConversationFilter,
    loaded: &[ConversationCard],
    now: chrono::DateTime<chrono::Utc>,
) {
    selection.matching.retain(|matching| matching.filter != *shown);
    for card in loaded {
        if is_picked(selection, card, shown, now) {
            selection.remove(card.id);
        }
    }
}

/// The list; it loads more as it is scrolled.
#[component]
pub(super) fn PickList(list: MatchList, filter: Memo<ConversationFilter>, onclear: EventHandler<()>) -> Element {
    let words = use_words();
    let say = &words.send.pick;
    let rows = list.rows;
    let shown = filter.read().clone();
    if let Some(failed) = rows.failed() {
        return rsx! {
            PaneBody {
                LoadFailed {
                    failed,
                    title: say.failed,
                    onretry: move |()| {
                        rows.reload();
                        list.counts.reload();
                    },
                }
            }
        };
    }
    if rows.is_first() {
        return rsx! {
            PaneBody {
                Loading { label: say.loading }
                ListCardSkeleton {}
            }
        };
    }
    if rows.items().read().is_empty() {
        return rsx! {
            PaneBody {
                if shown.is_empty() {
                    EmptyState {
                        icon: rsx! { Icon { size: IconSize::ExtraLarge, Inbox {} } },
                        title: say.empty_title,
                        text: say.empty_text,
                        actions: rsx! {
                            Button {
                                tone: ButtonTone::Primary,
                                to: Route::NoneChosen { tab: Tab(ConversationState::Pending) },
                                {say.empty_action}
                            }
                        },
                    }
                } else {
                    EmptyState {
                        icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                        title: say.none_title,
                        text: say.none_text,
                        actions: rsx! {
                            Button { tone: ButtonTone::Primary, onclick: move |_| onclear.call(()), {say.none_action} }
                        },
                    }
                }
            }
        };
    }
    rsx! {
        PaneBody {
            Stale { failed: rows.trouble(), flush: true }
            Customers { rows, filter }
            if rows.more_pending() {
                Loading { label: say.loading_more }
                ListCardSkeleton { rows: 2_usize }
            } else if rows.has_more() {
                Button { tone: ButtonTone::Plain, block: true, onclick: move |_| rows.load_more(), {words.common.load_more} }
            }
        }
    }
}

/// The customers, each to be ticked.
#[component]
fn Customers(rows: Pages<ConversationCard>, filter: Memo<ConversationFilter>) -> Element {
    let words = use_words();
    let now = use_now();
    let drafts = use_drafts();
    let selection = drafts.selection();
    let shown = filter.read().clone();
    let items = rows.items();
    let list =
        use_virtual_list(items, |card: &ConversationCard| card.id.0, HEIGHTS, rows.spot(), move |()| rows.near_end());
    rsx! {
        VirtualRows { list, label: words.send.pick.list,
            for (place , card) in list.rows(&items.read(), !rows.has_more()) {
                PickRow {
                    key: "{card.id}",
                    picked: is_picked(&selection, &card, &shown, now),
                    ontoggle: {
                        let card = card.clone();
                        let shown = shown.clone();
                        move |()| {
                            drafts.edit(|draft| {
                                if is_picked(&draft.selection, &card, &shown, now) {
                                    draft.selection.remove(card.id);
                                } else {
                                    draft.selection.add(card.id);
                                }
                            });
                        }
                    },
                    place,
                    card,
                }
            }
        }
    }
}
