//! All templates, for an admin, with what is opened from the list beside it.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    id::{CategoryId, TemplateId},
    limits,
    live::LiveEvent,
    members::{Action, ListColleagues},
    templates::{ListTemplates, Template},
};

use super::{
    card::{Kept, TemplateCard},
    pick::EVERY,
    sync::{SyncButton, SyncResult, use_syncing},
};
use crate::{
    app::use_title,
    live::use_live,
    load::{Pages, use_load, use_pages},
    routes::Route,
    screens::{
        parts::{Allowed, BackButton, LoadFailed, OfflineNote, Stale},
        saved_replies::{CategoryChips, usable_by},
        send::settle::use_settled,
    },
    ui::{
        action_bar::ActionBar,
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        glyph::{LayoutTemplate, SearchX},
        icon::{Icon, IconSize},
        list_note::ListNote,
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
pub(super) struct Board {
    /// The template that was changed here last: the list takes it in.
    changed: Signal<Option<Template>>,
    /// What has just happened.
    notice: Signal<Option<ToastMessage>>,
}

impl Board {
    /// A template was changed, and what is said of it.
    pub(super) fn tell(mut self, template: Template, text: String) {
        self.changed.set(Some(template));
        self.notice.set(Some(ToastMessage { text, action: None }));
    }

    /// What has just happened.
    pub(super) fn notice(self) -> Option<ToastMessage> {
        self.notice.read().clone()
    }
}

/// What the list and what is opened from it share.
pub(super) fn use_board() -> Board {
    use_hook(consume_context::<Board>)
}

/// All templates, with what is opened from them beside the list.
#[component]
pub fn Templates() -> Element {
    rsx! {
        Allowed { action: Action::ManageTemplates, ListAndDetail {} }
    }
}

/// Nothing is opened: the list has the screen for itself.
#[component]
pub fn TemplatesHome() -> Element {
    use_title(|words| words.templates.manage.title.to_owned());
    rsx! {}
}

#[component]
fn ListAndDetail() -> Element {
    let words = use_words();
    let say = &words.templates.manage;
    let board = use_context_provider(|| Board { changed: Signal::new(None), notice: Signal::new(None) });
    let open = match use_route::<Route>() {
        Route::TemplateSettings { id } => Some(id),
        _ => None,
    };
    let alone = open.is_none();
    let mut search = use_signal(String::new);
    let searched = use_settled(Duration::from_millis(300), move || search.read().trim().to_owned());
    let mut categories = use_signal(Vec::<CategoryId>::new);
    let templates = use_pages(
        || (),
        |template: &Template| template.id.to_string(),
        move |ask| ListTemplates {
            search: searched.read().clone(),
            categories: categories.read().clone(),
            channel: None,
            all: true,
            limit: ask.limit,
            after: ask.after,
        },
    );
    use_live(|event| event == LiveEvent::Templates, EVERY, move || templates.refresh());
    use_effect(move || {
        if let Some(new) = board.changed.read().clone() {
            templates.update(|rows| {
                if let Some(row) = rows.iter_mut().find(|row| row.id == new.id) {
                    *row = new;
                }
            });
        }
    });
    let syncing = use_syncing(move || templates.reload());
    let clear = move |()| {
        search.set(String::new());
        categories.set(Vec::new());
    };
    rsx! {
        ScreenMain {
            layout: if alone { Layout::One } else { Layout::Split },
            show: if alone { Show::List } else { Show::Detail },
            Pane { label: say.title, role: if alone { PaneRole::Single } else { PaneRole::List },
                PaneHead {
                    AppBar {
                        start: rsx! { BackButton { to: Route::More {}, label: say.back } },
                        AppBarTitle { name: say.title, level: if alone { TitleLevel::First } else { TitleLevel::Second } }
                    }
                    OfflineNote {}
                    div { class: "tools", "data-tight": "",
                        SearchField {
                            label: words.templates.search,
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
                            templates.load_more();
                        }
                    },
                    Column { tight: true,
                        SyncResult { syncing }
                        Rows {
                            templates,
                            open,
                            narrowed: !searched.read().is_empty() || !categories.read().is_empty(),
                            onclear: clear,
                        }
                    }
                }
                PaneFoot {
                    if alone {
                        Toast { message: board.notice() }
                    }
                    ActionBar { SyncButton { syncing } }
                }
            }
            Outlet::<Route> {}
        }
    }
}

#[component]
fn Rows(templates: Pages<Template>, open: Option<TemplateId>, narrowed: bool, onclear: EventHandler<()>) -> Element {
    let words = use_words();
    let say = &words.templates;
    // Only for the names of stores: without it they are counted.
    let colleagues = use_load(|| ListColleagues {});
    if let Some(failed) = templates.failed() {
        return rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| templates.reload() }
        };
    }
    if templates.is_first() {
        return rsx! {
            Loading { label: say.loading }
            ReplyCardSkeleton {}
        };
    }
    if templates.items().read().is_empty() {
        return rsx! {
            if narrowed {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                    title: say.none_title,
                    text: say.none_text,
                    actions: rsx! {
                        Button { tone: ButtonTone::Primary, onclick: move |_| onclear.call(()), {words.saved_replies.list.clear} }
                    },
                }
            } else {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, LayoutTemplate {} } },
                    title: say.manage.empty_title,
                    text: say.manage.empty_text,
                }
            }
        };
    }
    let colleagues = colleagues.value().unwrap_or_default();
    let rows = templates.items();
    rsx! {
        Stale { failed: templates.trouble() }
        div { role: "status",
            ListNote { {(say.manage.count)(rows.read().len(), templates.has_more())} }
        }
        ul { class: "stack", "data-gap": "sm", role: "list", aria_label: say.manage.title,
            for template in rows.read().iter().cloned() {
                li { key: "{template.id}",
                    TemplateCard {
                        to: Route::TemplateSettings { id: template.id },
                        current: open == Some(template.id),
                        kept: Kept {
                            usable_by: template
                                .usable_by
                                .as_ref()
                                .map_or_else(
                                    || say.manage.nobody.to_owned(),
                                    |by| usable_by(words, by, false, &colleagues),
                                ),
                        },
                        template,
                    }
                }
            }
        }
        if templates.has_more() {
            Button { tone: ButtonTone::Plain, block: true, onclick: move |_| templates.load_more(), {words.common.load_more} }
        }
    }
}
