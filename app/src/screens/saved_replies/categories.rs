//! The categories of saved replies, kept by admins: made, renamed, merged, deleted.

use dioxus::prelude::*;
use shared::{
    id::CategoryId,
    limits,
    members::Action,
    problem::{Problem, Rule},
    saved_replies::{Category, CategoryRow, DeleteCategory, ListCategories, MergeCategory, SaveCategory},
};

use crate::{
    api::{Failed, use_api},
    app::use_title,
    load::{Load, use_load},
    platform::draw_id,
    routes::Route,
    screens::parts::{Allowed, BackButton, LoadFailed, OfflineNote, Refused},
    ui::{
        app_bar::{AppBar, AppBarTitle},
        bottom_sheet::BottomSheet,
        button::{Button, ButtonTone},
        dialog::Dialog,
        empty_state::EmptyState,
        field::{Field, TextField},
        filter_group::FilterGroup,
        glyph::Tag,
        icon::{Icon, IconSize},
        layer::use_unique_id,
        list_card::{List, ListCard, ListCardSize, ListCardSkeleton},
        list_note::ListNote,
        panel::Panel,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, PaneHead, ScreenMain},
        select::{Select, SelectOption},
        skeleton::Loading,
        toast::{Toast, ToastMessage},
    },
    words::{Words, use_words},
};

/// The categories of saved replies.
#[component]
pub fn SavedReplyCategories() -> Element {
    rsx! {
        Allowed { action: Action::ManageCategories, All {} }
    }
}

/// What the screen and the layers over it share.
#[derive(Clone, Copy, PartialEq)]
struct Desk {
    known: Load<Vec<CategoryRow>>,
    notice: Signal<Option<ToastMessage>>,
    open: Signal<Option<Open>>,
}

/// The layer over the screen.
#[derive(Debug, Clone, PartialEq)]
enum Open {
    /// One category, to be renamed or merged.
    One(CategoryRow),
    /// Whether it is really to be deleted.
    Delete(CategoryRow),
}

impl Desk {
    /// It was done: says so, and asks for the list again.
    fn done(mut self, text: String) {
        self.notice.set(Some(ToastMessage { text, action: None }));
        self.open.set(None);
        self.known.reload();
    }
}

#[component]
fn All() -> Element {
    let words = use_words();
    let say = &words.saved_replies.categories;
    use_title(|words| words.saved_replies.categories.title.to_owned());
    let known = use_load(|| ListCategories {});
    let mut open = use_signal(|| None::<Open>);
    let desk = Desk { known, notice: use_signal(|| None), open };
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                PaneHead {
                    AppBar {
                        start: rsx! { BackButton { to: Route::SavedRepliesHome {}, label: say.back } },
                        AppBarTitle { name: say.title }
                    }
                    OfflineNote {}
                }
                PaneBody {
                    Column { width: ColumnWidth::Narrow,
                        New { desk }
                        if let Some(failed) = known.failed() {
                            LoadFailed { failed, title: say.failed, onretry: move |()| known.reload() }
                        } else if known.is_first() {
                            Loading { label: say.loading }
                            ListCardSkeleton { rows: 4_usize }
                        } else if known.value().is_some_and(|all| all.is_empty()) {
                            EmptyState {
                                icon: rsx! { Icon { size: IconSize::ExtraLarge, Tag {} } },
                                title: say.empty_title,
                                text: say.empty_text,
                            }
                        } else {
                            Panel { label: say.title,
                                List {
                                    for row in known.value().unwrap_or_default() {
                                        ListCard {
                                            key: "{row.category.id}",
                                            size: ListCardSize::Sm,
                                            title: row.category.name.clone(),
                                            time: (say.replies)(row.replies),
                                            end: rsx! {
                                                span { aria_hidden: "true", {say.rename} }
                                                span { class: "vh", {(say.open)(&row.category.name)} }
                                            },
                                            onclick: {
                                                let row = row.clone();
                                                move |_| open.set(Some(Open::One(row.clone())))
                                            },
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                PaneFoot {
                    Toast { message: desk.notice.read().clone() }
                }
            }
        }
        match open() {
            Some(Open::One(row)) => rsx! { Sheet { row, desk } },
            Some(Open::Delete(row)) => rsx! { Deleting { row, desk } },
            None => rsx! {},
        }
    }
}

/// What is wrong with a name that was refused, in words.
fn of_name(words: &Words, failed: Option<&Failed>) -> Option<String> {
    match failed? {
        Failed::Problem(Problem::Invalid { field, rule: Rule::Taken }) if field == "name" => {
            Some(words.saved_replies.categories.taken.to_owned())
        }
        failed => words.problems.of_field(failed, "name"),
    }
}

/// Why something was not done, where that is not about a name.
#[component]
fn Trouble(failed: Option<Failed>) -> Element {
    let words = use_words();
    let Some(failed) = failed.filter(|failed| of_name(words, Some(failed)).is_none()) else {
        return rsx! {};
    };
    rsx! { Refused { failed } }
}

/// Makes a category.
#[component]
fn New(desk: Desk) -> Element {
    let words = use_words();
    let say = &words.saved_replies.categories;
    let api = use_api();
    let mut name = use_signal(String::new);
    // The same id until it is made, so that a repeated request makes one.
    let mut id = use_signal(|| CategoryId(draw_id()));
    let mut failed = use_signal(|| None::<Failed>);
    let mut missing = use_signal(|| false);
    let make = move |event: FormEvent| {
        event.prevent_default();
        if name.peek().trim().is_empty() {
            missing.set(true);
            return;
        }
        let api = api.clone();
        let call = SaveCategory { id: *id.peek(), name: name.peek().clone() };
        spawn(async move {
            match api.call(call).await {
                Ok(made) => {
                    name.set(String::new());
                    id.set(CategoryId(draw_id()));
                    failed.set(None);
                    desk.done((say.made)(&made.name));
                }
                Err(why) => failed.set(Some(why)),
            }
        });
    };
    rsx! {
        Panel { padded: true,
            form { class: "stack", "data-gap": "sm", onsubmit: make,
                TextField {
                    label: say.new,
                    value: name(),
                    maxlength: limits::CATEGORY_NAME.to_string(),
                    error: if missing() { Some(say.name_missing.to_owned()) } else { of_name(words, failed.read().as_ref()) },
                    oninput: move |text| {
                        missing.set(false);
                        name.set(text);
                    },
                }
                Trouble { failed: failed() }
                Button { tone: ButtonTone::Primary, submit: true, {say.make} }
            }
        }
    }
}

/// One category: its name, merging, deleting.
#[component]
fn Sheet(row: CategoryRow, desk: Desk) -> Element {
    let words = use_words();
    let say = &words.saved_replies.categories;
    let api = use_api();
    let Category { id, name: before } = row.category.clone();
    let mut open = desk.open;
    let mut name = use_signal(|| before.clone());
    let mut into = use_signal(String::new);
    let mut failed = use_signal(|| None::<Failed>);
    let control = use_unique_id("into");
    let others: Vec<Category> =
        desk.known.value().unwrap_or_default().into_iter().map(|row| row.category).filter(|one| one.id != id).collect();
    let rename = {
        let api = api.clone();
        move |event: FormEvent| {
            event.prevent_default();
            let api = api.clone();
            let call = SaveCategory { id, name: name.peek().clone() };
            spawn(async move {
                match api.call(call).await {
                    Ok(renamed) => desk.done((say.renamed)(&renamed.name)),
                    Err(why) => failed.set(Some(why)),
                }
            });
        }
    };
    let merge = {
        let before = before.clone();
        move |event: FormEvent| {
            event.prevent_default();
            let Ok(into) = into.peek().parse() else { return };
            let (api, before) = (api.clone(), before.clone());
            spawn(async move {
                match api.call(MergeCategory { id, into }).await {
                    Ok(stays) => desk.done((say.merged)(&before, &stays.name)),
                    Err(why) => failed.set(Some(why)),
                }
            });
        }
    };
    rsx! {
        BottomSheet {
            title: before,
            close: words.common.close,
            side: true,
            onclose: move |()| open.set(None),
            foot: rsx! {
                Button {
                    tone: ButtonTone::Danger,
                    block: true,
                    onclick: {
                        let row = row.clone();
                        move |_| open.set(Some(Open::Delete(row.clone())))
                    },
                    {say.delete}
                }
            },
            Trouble { failed: failed() }
            FilterGroup { title: say.rename,
                form { class: "stack", "data-gap": "sm", onsubmit: rename,
                    TextField {
                        label: say.name,
                        value: name(),
                        maxlength: limits::CATEGORY_NAME.to_string(),
                        error: of_name(words, failed.read().as_ref()),
                        oninput: move |text| name.set(text),
                    }
                    Button { tone: ButtonTone::Soft, submit: true, {say.rename} }
                }
            }
            FilterGroup { title: say.merge, note: (say.replies)(row.replies),
                if others.is_empty() {
                    ListNote { {say.merge_alone} }
                } else {
                    form { class: "stack", "data-gap": "sm", onsubmit: merge,
                        Field { label: say.merge_into, control: control.clone(), help: say.merge_help,
                            Select {
                                id: control,
                                value: into(),
                                options: [SelectOption::new("", say.merge_choose)]
                                    .into_iter()
                                    .chain(others.into_iter().map(|one| SelectOption::new(one.id.to_string(), one.name)))
                                    .collect::<Vec<_>>(),
                                onchange: move |value| into.set(value),
                            }
                        }
                        Button { tone: ButtonTone::Soft, submit: true, {say.merge} }
                    }
                }
            }
        }
    }
}

/// Asks whether a category is really to be deleted.
#[component]
fn Deleting(row: CategoryRow, desk: Desk) -> Element {
    let words = use_words();
    let say = &words.saved_replies.categories;
    let api = use_api();
    let mut open = desk.open;
    let name = row.category.name.clone();
    let delete = {
        let row = row.clone();
        move |_| {
            let (api, row) = (api.clone(), row.clone());
            spawn(async move {
                match api.call(DeleteCategory { id: row.category.id }).await {
                    // Gone already is gone.
                    Ok(_) | Err(Failed::Problem(Problem::Missing { .. })) => {
                        desk.done((say.deleted)(&row.category.name));
                    }
                    Err(why) => desk.done(words.problems.said(&why).line()),
                }
            });
        }
    };
    rsx! {
        Dialog { title: (say.delete_title)(&name), text: (say.delete_text)(row.replies), onclose: move |()| open.set(None),
            Button { tone: ButtonTone::Danger, block: true, onclick: delete, {say.delete} }
            Button { block: true, onclick: move |_| open.set(None), {words.common.cancel} }
        }
    }
}
