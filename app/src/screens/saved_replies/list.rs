//! The list of saved replies, with what is opened from it beside it.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    id::{CategoryId, SavedReplyId},
    limits,
    members::{Action, Colleague, ListColleagues},
    saved_replies::{ListCategories, ListSavedReplies, SavedReply},
};

use super::{
    card::{Card, usable_by},
    question::{Asking, Question},
    writing::Writing,
};
use crate::{
    app::use_title,
    load::{Pages, use_load, use_pages},
    routes::Route,
    screens::{
        parts::{Allowed, LoadFailed, OfflineNote, Stale, toggle},
        send::settle::use_settled,
    },
    session::{use_may, use_me},
    ui::{
        action_bar::ActionBar,
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        button::{Button, ButtonTone},
        chip::{Chip, ChipRow},
        empty_state::EmptyState,
        glyph::{Bookmark, Plus, SearchX, Tag},
        icon::{Icon, IconSize},
        icon_button::IconButton,
        reply_card::ReplyCardSkeleton,
        screen::{Column, Layout, Pane, PaneBody, PaneFoot, PaneHead, PaneRole, ScreenMain, Show},
        search_field::SearchField,
        skeleton::Loading,
        toast::{Toast, ToastMessage},
    },
    words::use_words,
};

/// What the list and what is opened from it share, in context.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Shelf {
    /// Counts up whenever a reply was changed here.
    changed: Signal<u32>,
    /// What has just happened.
    notice: Signal<Option<ToastMessage>>,
    /// What is asked about the reply that is open: its layer stands beside the screen, not in it.
    asked: Signal<Option<(Asking, Writing)>>,
}

impl Shelf {
    /// Says that something was changed, and what: the list asks again.
    pub(super) fn tell(mut self, text: String) {
        self.changed += 1;
        self.notice.set(Some(ToastMessage { text, action: None }));
    }

    /// Asks this about the reply that is open, or nothing any more.
    pub(super) fn ask(self, what: Option<(Asking, Writing)>) {
        let mut asked = self.asked;
        // The list may have gone together with what was open.
        if let Ok(mut asked) = asked.try_write() {
            *asked = what;
        }
    }

    /// What has just happened.
    pub(super) fn notice(self) -> Option<ToastMessage> {
        self.notice.read().clone()
    }
}

/// What the list and what is opened from it share.
pub(super) fn use_shelf() -> Shelf {
    use_hook(consume_context::<Shelf>)
}

/// The saved replies that the member may use, with what is opened from them beside it.
#[component]
pub fn SavedReplies() -> Element {
    rsx! {
        Allowed { action: Action::UseSavedReplies, ListAndDetail {} }
    }
}

/// Nothing is opened: the list has the screen for itself.
#[component]
pub fn SavedRepliesHome() -> Element {
    use_title(|words| words.saved_replies.title.to_owned());
    rsx! {}
}

#[component]
fn ListAndDetail() -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    let shelf =
        use_context_provider(|| Shelf { changed: Signal::new(0), notice: Signal::new(None), asked: Signal::new(None) });
    let (alone, open) = match use_route::<Route>() {
        Route::EditSavedReply { id } => (false, Some(id)),
        Route::NewSavedReply {} => (false, None),
        _ => (true, None),
    };
    let mut search = use_signal(String::new);
    let searched = use_settled(Duration::from_millis(300), move || search.read().trim().to_owned());
    let mut categories = use_signal(Vec::<CategoryId>::new);
    let replies = use_pages(
        || (),
        |reply: &SavedReply| reply.id.to_string(),
        move |ask| {
            let _ = shelf.changed.read();
            ListSavedReplies {
                search: searched.read().clone(),
                categories: categories.read().clone(),
                editable: false,
                limit: ask.limit,
                after: ask.after,
            }
        },
    );
    let clear = move |()| {
        search.set(String::new());
        categories.set(Vec::new());
    };
    let may_file = use_may(Action::ManageCategories);
    rsx! {
        ScreenMain {
            layout: if alone { Layout::One } else { Layout::Split },
            show: if alone { Show::List } else { Show::Detail },
            Pane { label: say.title, role: if alone { PaneRole::Single } else { PaneRole::List },
                PaneHead {
                    AppBar {
                        root: true,
                        end: may_file
                            .then(|| rsx! {
                                IconButton { label: say.list.categories, to: Route::SavedReplyCategories {},
                                    Icon { size: IconSize::Large, Tag {} }
                                }
                            }),
                        AppBarTitle { name: say.title, level: if alone { TitleLevel::First } else { TitleLevel::Second } }
                    }
                    OfflineNote {}
                    div { class: "tools", "data-tight": "",
                        SearchField {
                            label: say.search,
                            value: search(),
                            maxlength: limits::SEARCH.to_string(),
                            oninput: move |text| search.set(text),
                        }
                        CategoryChips { chosen: categories }
                    }
                }
                PaneBody {
                    onscroll: move |event: ScrollEvent| {
                        let left = f64::from(event.scroll_height()) - event.scroll_top()
                            - f64::from(event.client_height());
                        if left < 600.0 {
                            replies.load_more();
                        }
                    },
                    Rows {
                        replies,
                        open,
                        narrowed: !searched.read().is_empty() || !categories.read().is_empty(),
                        onclear: clear,
                    }
                }
                PaneFoot {
                    if alone {
                        Toast { message: shelf.notice() }
                    }
                    ActionBar {
                        Button { tone: ButtonTone::Primary, block: true, to: Route::NewSavedReply {},
                            Icon { Plus {} }
                            {say.list.new}
                        }
                    }
                }
            }
            Outlet::<Route> {}
        }
        if let Some((asked, writing)) = *shelf.asked.read() {
            Question { asked, writing, onclose: move |()| shelf.ask(None) }
        }
    }
}

/// The categories, any of which may be shown; 全部 shows all.
#[component]
pub(in crate::screens) fn CategoryChips(chosen: Signal<Vec<CategoryId>>) -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    let categories = use_load(|| ListCategories {});
    let rows = categories.value().unwrap_or_default();
    if rows.is_empty() && chosen.read().is_empty() {
        return rsx! {};
    }
    let mut chosen = chosen;
    rsx! {
        ChipRow { label: say.edit.categories,
            Chip { on: chosen.read().is_empty(), onclick: move |_| chosen.set(Vec::new()), {say.list.all} }
            for category in rows.into_iter().map(|row| row.category) {
                Chip {
                    key: "{category.id}",
                    on: chosen.read().contains(&category.id),
                    mark: true,
                    onclick: move |_| {
                        toggle(&mut chosen.write(), category.id);
                    },
                    "{category.name}"
                }
            }
        }
    }
}

#[component]
fn Rows(replies: Pages<SavedReply>, open: Option<SavedReplyId>, narrowed: bool, onclear: EventHandler<()>) -> Element {
    let words = use_words();
    let say = &words.saved_replies.list;
    let me = use_me();
    // Only for the names of stores: without it they are counted.
    let colleagues = use_load(|| ListColleagues {});
    if let Some(failed) = replies.failed() {
        return rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| replies.reload() }
        };
    }
    if replies.is_first() {
        return rsx! {
            Loading { label: say.loading }
            Column { tight: true, ReplyCardSkeleton {} }
        };
    }
    if replies.items().read().is_empty() {
        return if narrowed {
            rsx! {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                    title: say.none_title,
                    text: say.none_text,
                    actions: rsx! {
                        Button { tone: ButtonTone::Primary, onclick: move |_| onclear.call(()), {say.clear} }
                    },
                }
            }
        } else {
            rsx! {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, Bookmark {} } },
                    title: say.empty_title,
                    text: say.empty_text,
                }
            }
        };
    }
    let colleagues: Vec<Colleague> = colleagues.value().unwrap_or_default();
    let me = me.read().id;
    rsx! {
        Stale { failed: replies.trouble(), flush: true }
        Column { tight: true,
            ul { class: "stack", "data-gap": "sm", role: "list",
                for reply in replies.items().read().iter().cloned() {
                    li { key: "{reply.id}",
                        Card {
                            to: Route::EditSavedReply { id: reply.id },
                            current: open == Some(reply.id),
                            usable_by: usable_by(words, &reply.usable_by, reply.owner.id == me, &colleagues),
                            reply: reply.clone(),
                        }
                    }
                }
            }
            if replies.has_more() {
                Button { tone: ButtonTone::Plain, block: true, onclick: move |_| replies.load_more(), {words.common.load_more} }
            }
        }
    }
}
