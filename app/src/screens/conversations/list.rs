//! The pane with the list: tabs, search, filters, rows.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    conversations::{ConversationCard, ConversationState, CountConversations, Counts, ListConversations, Scope, Sort},
    id::ConversationId,
    live::LiveEvent,
    members::{Me, Role},
};

use super::{Desk, Layer, card::ConversationRow, filters::Filters, use_desk};
use crate::{
    live::use_live,
    load::{Load, Pages, use_load, use_pages},
    routes::{Route, Tab as TabName},
    screens::parts::{LoadFailed, OfflineNote},
    session::use_me,
    ui::{
        app_bar::{AppBar, AppBarTitle},
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        glyph::{CircleAlert, Inbox, Menu, SearchX},
        icon::{Icon, IconSize},
        icon_button::{IconButton, IconButtonTone},
        list_card::ListCardSkeleton,
        screen::{Ground, Pane, PaneBody, PaneFoot, PaneHead, PaneRole},
        skeleton::Loading,
        tabs::{Tab, Tabs},
        toast::Toast,
        tone::Tone,
        virtual_list::{RowHeights, VirtualRows, use_virtual_list},
    },
    words::{number, use_words},
};

/// How often the list asks for what is new while the live link is down.
const EVERY: Duration = Duration::from_secs(6);
/// How tall a conversation is with one line of badges, in pixels.
const HEIGHTS: RowHeights = RowHeights { estimate: 96.0, gap: 0.0 };

#[component]
pub(super) fn ListPane(open: Option<ConversationId>) -> Element {
    let words = use_words();
    let desk = use_desk();
    let counts = use_load(move || {
        let _ = desk.changed.read();
        CountConversations { state: *desk.tab.read(), scope: *desk.scope.read(), filter: desk.filter() }
    });
    let rows = use_pages(
        move || (*desk.tab.read(), *desk.scope.read()),
        |card: &ConversationCard| card.id.to_string(),
        move |ask| {
            let _ = desk.changed.read();
            ListConversations {
                state: *desk.tab.read(),
                scope: *desk.scope.read(),
                filter: desk.filter(),
                sort: Sort::Newest,
                limit: ask.limit,
                after: ask.after,
            }
        },
    );
    use_live(
        |event| matches!(event, LiveEvent::Conversation { .. }),
        EVERY,
        move || {
            rows.refresh();
            counts.refresh();
        },
    );
    let mut layer = desk.layer;
    let title = (words.conversations.state)(*desk.tab.read());
    rsx! {
        Pane { label: title, role: PaneRole::List, ground: Ground::Surface,
            PaneHead {
                AppBar {
                    end: rsx! {
                        IconButton {
                            label: words.conversations.menu,
                            tone: IconButtonTone::Strong,
                            onclick: move |_| layer.set(Some(Layer::Menu)),
                            Icon { size: IconSize::Large, Menu {} }
                        }
                    },
                    AppBarTitle { name: title, hidden: true, StateTabs { counts } }
                }
                OfflineNote {}
                Filters { counts }
            }
            PaneBody {
                Rows { open, rows, counts }
            }
            PaneFoot {
                if open.is_none() {
                    Toast { message: desk.notice.read().clone() }
                }
            }
        }
    }
}

/// The tabs, those that the member may see.
#[component]
fn StateTabs(counts: Load<Counts>) -> Element {
    let words = use_words();
    let me = use_me();
    let tab = use_desk().tab;
    let counts = counts.value();
    let sees_pending = sees_pending(&me.read());
    let tabs = ConversationState::ALL.into_iter().filter(|state| *state != ConversationState::Pending || sees_pending);
    rsx! {
        Tabs { label: words.conversations.states,
            for state in tabs {
                Tab {
                    key: "{state.as_str()}",
                    on: tab() == state,
                    to: Route::NoneChosen { tab: TabName(state) },
                    count: counts.map(|counts| number(held(counts, state))),
                    {(words.conversations.state)(state)}
                }
            }
        }
    }
}

/// Whether she sees what nobody owns yet (domain.md 11.24).
fn sees_pending(me: &Me) -> bool {
    me.role == Role::Admin || me.team.sales_may_take_pending
}

fn held(counts: Counts, state: ConversationState) -> u64 {
    match state {
        ConversationState::Pending => counts.pending,
        ConversationState::InProgress => counts.in_progress,
        ConversationState::Closed => counts.closed,
    }
}

#[component]
fn Rows(open: Option<ConversationId>, rows: Pages<ConversationCard>, counts: Load<Counts>) -> Element {
    let words = use_words();
    let desk = use_desk();
    if let Some(failed) = rows.failed() {
        return rsx! {
            LoadFailed { failed, title: words.conversations.failed, onretry: move |()| rows.reload() }
        };
    }
    if rows.is_first() {
        return rsx! {
            Loading { label: words.conversations.loading }
            ListCardSkeleton {}
        };
    }
    let items = rows.items();
    if items.read().is_empty() {
        return rsx! { Nothing { desk, counts } };
    }
    let failed = rows.trouble().filter(|_| rows.has_more());
    rsx! {
        Cards { open, rows }
        if let Some(failed) = failed {
            Banner {
                tone: Tone::Danger,
                live: Live::Status,
                flush: true,
                icon: rsx! { Icon { CircleAlert {} } },
                title: words.problems.said(&failed).title,
            }
        }
        if rows.has_more() {
            Button {
                tone: ButtonTone::Plain,
                block: true,
                aria_busy: rows.more_pending().then_some("true"),
                onclick: move |_| rows.load_more(),
                if rows.more_pending() {
                    {words.common.loading}
                } else {
                    {words.common.load_more}
                }
            }
        }
    }
}

#[component]
fn Cards(open: Option<ConversationId>, rows: Pages<ConversationCard>) -> Element {
    let items = rows.items();
    let list =
        use_virtual_list(items, |card: &ConversationCard| card.id.0, HEIGHTS, rows.spot(), move |()| rows.near_end());
    rsx! {
        VirtualRows { list,
            for (place , card) in list.rows(&items.read(), !rows.has_more()) {
                ConversationRow { key: "{card.id}", current: open == Some(card.id), place, card }
            }
        }
    }
}

/// Nothing is in the list: because of the filters, or because there is nothing yet; then what to do first.
#[component]
fn Nothing(desk: Desk, counts: Load<Counts>) -> Element {
    let words = use_words();
    let me = use_me();
    if !desk.filter().is_empty() {
        return rsx! {
            EmptyState {
                icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                title: words.conversations.none_match_title,
                text: words.conversations.none_match_text,
                actions: rsx! {
                    Button { tone: ButtonTone::Primary, onclick: move |_| desk.clear(), {words.conversations.clear_filters} }
                },
            }
        };
    }
    let state = *desk.tab.read();
    let sees_pending = sees_pending(&me.read());
    let pending = counts.value().map_or(0, |counts| counts.pending);
    let (text, actions) = match state {
        ConversationState::Pending => (words.conversations.empty_pending.to_owned(), None),
        ConversationState::Closed => (words.conversations.empty_closed.to_owned(), None),
        ConversationState::InProgress if !sees_pending => (words.conversations.empty_assigned.to_owned(), None),
        ConversationState::InProgress => {
            let to = Route::NoneChosen { tab: TabName(ConversationState::Pending) };
            let see = (pending > 0 && *desk.scope.read() == Scope::Mine).then(|| {
                rsx! {
                    Button { tone: ButtonTone::Primary, to, {(words.conversations.see_pending)(pending)} }
                }
            });
            ((words.conversations.empty_in_progress)(pending), see)
        }
    };
    rsx! {
        EmptyState {
            icon: rsx! { Icon { size: IconSize::ExtraLarge, Inbox {} } },
            title: (words.conversations.empty_title)(state),
            text,
            actions,
        }
    }
}
