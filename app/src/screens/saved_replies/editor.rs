//! Making, changing, looking at and deleting a saved reply.

use dioxus::prelude::*;
use shared::{
    id::SavedReplyId,
    problem::Problem,
    saved_replies::{SavedReply, ShowSavedReply, UsableBy},
};

use super::{
    fields::{CategoryField, USABLE_BY, UsableByField},
    form::Form,
    list::use_shelf,
    question::Asking,
    whole::Whole,
    writing::{Writing, use_place, use_save, use_writing},
};
use crate::{
    api::Failed,
    app::use_title,
    load::use_load,
    platform::{draw_id, use_device},
    routes::Route,
    screens::{
        composer::{Bounds, Change, PartsEditor, UndoToast, blocked, field_id, first_wrong, use_removed},
        parts::{BackButton, LoadFailed, OfflineNote, Refused},
    },
    session::use_me,
    ui::{
        action_bar::{
            ACTION_BAR_MAIN, ACTION_BAR_SIDE, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone,
        },
        app_bar::{AppBar, AppBarTitle},
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        empty_state::EmptyState,
        field::TextField,
        glyph::{CircleAlert, Trash2, TriangleAlert},
        icon::{Icon, IconSize},
        icon_button::IconButton,
        panel::Panel,
        reply_card::ReplyCardSkeleton,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, PaneHead, PaneRole},
        skeleton::Loading,
        toast::Toast,
        tone::Tone,
    },
    upload::use_uploads,
    words::{use_now, use_words},
};

/// The id of the text that says why it cannot be saved.
const WHY: &str = "saved-reply-why-not";

/// A new saved reply.
#[component]
pub fn NewSavedReply() -> Element {
    use_title(|words| words.saved_replies.edit.new_title.to_owned());
    let start = use_hook(|| Form::new(SavedReplyId(draw_id())));
    rsx! { Editor { start, stored: None } }
}

/// One saved reply, to be changed or looked at.
#[component]
pub fn EditSavedReply(
    /// Which.
    id: ReadSignal<SavedReplyId>,
) -> Element {
    // Another reply is another form: what was typed into one must never be saved as another.
    rsx! {
        for id in [id()] {
            One { key: "{id}", id }
        }
    }
}

#[component]
fn One(id: SavedReplyId) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let reply = use_load(move || ShowSavedReply { id });
    let place = use_place(Some(id));
    use_title(move |words| reply.value().map_or(words.saved_replies.edit.title.to_owned(), |reply| reply.title));
    if let Some(reply) = reply.value() {
        return if reply.may_edit {
            rsx! { Editor { start: Form::of(&reply), stored: reply } }
        } else {
            rsx! { Look { reply } }
        };
    }
    let body = match reply.failed() {
        Some(Failed::Problem(Problem::Missing { .. })) => match place.read() {
            // Deleted, but what was written here and not saved is not lost.
            Some(form) => return rsx! { Editor { start: form, stored: None, gone: true } },
            None => rsx! {
                EmptyState {
                    tone: Tone::Unknown,
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, CircleAlert {} } },
                    title: say.gone_title,
                    text: words.saved_replies.list.choose_one,
                }
            },
        },
        Some(failed) => rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| reply.reload() }
        },
        None => rsx! {
            Loading { label: words.common.loading }
            Column { ReplyCardSkeleton { cards: 3_usize } }
        },
    };
    rsx! {
        Pane { label: say.title, role: PaneRole::Detail,
            PaneHead {
                AppBar {
                    start: rsx! { BackButton { to: Route::SavedRepliesHome {}, label: say.back, compact_only: true } },
                    AppBarTitle { name: say.title }
                }
                OfflineNote {}
            }
            PaneBody { {body} }
        }
    }
}

/// One that may only be looked at.
#[component]
fn Look(reply: SavedReply) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let updated = (say.updated)(&words.when(reply.updated_at, use_now()));
    rsx! {
        Pane { label: say.look_title, role: PaneRole::Detail,
            PaneHead {
                AppBar {
                    start: rsx! { BackButton { to: Route::SavedRepliesHome {}, label: say.back, compact_only: true } },
                    AppBarTitle { name: reply.title.clone(), sub: rsx! { "{updated}" } }
                }
                OfflineNote {}
            }
            PaneBody {
                Column {
                    p { {(say.not_mine)(&reply.owner.name)} }
                    Whole { content: reply.content, media: reply.media }
                }
            }
        }
    }
}

/// The editor.
#[component]
fn Editor(
    /// What it begins with.
    start: Form,
    /// As the server has it; a new one has nothing there.
    stored: Option<SavedReply>,
    /// Was it deleted, and what is here is what was not saved?
    #[props(default)]
    gone: bool,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let now = use_now();
    let device = use_device();
    let me = use_me();
    let uploads = use_uploads();
    let shelf = use_shelf();
    let place = use_place((start.revision > 0).then_some(start.id));
    let owner = stored.as_ref().map_or_else(|| me.peek().id, |stored| stored.owner.id);
    let updated = stored.as_ref().map(|stored| stored.updated_at);
    let is_stored = stored.is_some();
    let writing = use_writing(start, stored, gone, &place);
    let save = use_save(writing, place);
    let mut strict = use_signal(|| false);
    // What was asked about it is not asked any more once it is left.
    use_drop(move || shelf.ask(None));
    let removed = use_removed();
    let change = use_callback(move |change: Change| writing.edit(|form| change.apply(&mut form.content.parts)));

    let form = writing.form.read().clone();
    let bounds = Bounds::of_saved_reply();
    let wrong = first_wrong(&form.content, &form.media, &bounds, uploads);
    let of_title = form.title_trouble(words);
    let of_usable_by = form.usable_by_trouble(words, &me.read());
    let why = of_title.clone().or(of_usable_by.clone()).or_else(|| blocked(words, &form.content, wrong));
    let title = if is_stored { say.title } else { say.new_title };
    let changed = writing.is_changed();
    let line = if (writing.saving)() {
        say.saving
    } else if !changed {
        if is_stored { say.kept } else { "" }
    } else if (writing.on_device)() {
        say.unsaved
    } else {
        say.not_kept
    };
    let lead = {
        let (titled, given) = (of_title.is_none(), of_usable_by.is_none());
        move |()| {
            strict.set(true);
            if let Some((place, _)) = wrong.filter(|_| titled && given) {
                device.focus_field(&field_id(place));
            }
        }
    };
    rsx! {
        Pane { label: title, role: PaneRole::Detail,
            PaneHead {
                AppBar {
                    start: rsx! { BackButton { to: Route::SavedRepliesHome {}, label: say.back, compact_only: true } },
                    end: (is_stored && !(writing.gone)())
                        .then(|| rsx! {
                            IconButton { label: say.delete, onclick: move |_| shelf.ask(Some((Asking::Delete, writing))),
                                Icon { size: IconSize::Large, Trash2 {} }
                            }
                        }),
                    AppBarTitle {
                        name: title,
                        sub: updated.map(|at| {
                            let when = (say.updated)(&words.when(at, now));
                            rsx! { "{when}" }
                        }),
                    }
                }
                OfflineNote {}
            }
            PaneBody {
                Column { width: ColumnWidth::Normal,
                    Decisions { writing }
                    Panel { padded: true,
                        div { class: "stack",
                            TextField {
                                label: say.name,
                                need: say.name_need,
                                value: form.title.clone(),
                                error: of_title.filter(|_| strict() || !form.title.is_empty()).or_else(|| writing.refused(words, "title")),
                                oninput: move |title| writing.edit(|form| form.title = title),
                            }
                            CategoryField {
                                chosen: form.categories.clone(),
                                refused: writing.refused(words, "categories"),
                                onchange: move |categories| writing.edit(|form| form.categories = categories),
                            }
                            UsableByField {
                                usable_by: Some(form.usable_by.clone()),
                                mine: owner == me.read().id,
                                error: of_usable_by
                                    .filter(|_| strict())
                                    .or_else(|| {
                                        USABLE_BY.iter().find_map(|field| writing.refused(words, field))
                                    }),
                                onchange: move |usable_by: Option<UsableBy>| {
                                    if let Some(usable_by) = usable_by {
                                        writing.edit(|form| form.usable_by = usable_by);
                                    }
                                },
                            }
                        }
                    }
                    h2 { class: "vh", {say.content} }
                    PartsEditor {
                        content: form.content.clone(),
                        media: form.media.clone(),
                        bounds,
                        strict: strict(),
                        removed,
                        onchange: change,
                    }
                }
            }
            PaneFoot {
                Toast { message: shelf.notice() }
                ActionBar {
                    if let Some(why) = why.clone().filter(|_| strict()) {
                        ActionBarNote { id: WHY, tone: NoteTone::Danger, role: "status",
                            Icon { size: IconSize::Small, CircleAlert {} }
                            span { "{why}" }
                        }
                    } else if let Some(why) = &why {
                        span { id: WHY, class: "vh", "{why}" }
                    }
                    ActionBarRow {
                        ActionBarText { live: true, sub: rsx! { "{line}" } }
                        if changed {
                            Button {
                                tone: ButtonTone::Line,
                                class: ACTION_BAR_SIDE,
                                onclick: move |_| shelf.ask(Some((Asking::Discard, writing))),
                                {say.discard}
                            }
                        }
                        Button {
                            tone: ButtonTone::Primary,
                            class: ACTION_BAR_MAIN,
                            blocked: why.is_some().then(|| WHY.to_owned()),
                            onpress_blocked: lead,
                            aria_busy: (writing.saving)().then_some("true"),
                            onclick: move |_| save.call(()),
                            {say.save}
                        }
                    }
                    UndoToast { removed, onchange: change }
                }
            }
        }
    }
}

/// What has to be decided or known before it can be saved: it was changed or deleted elsewhere, or was refused.
#[component]
fn Decisions(writing: Writing) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let now = use_now();
    let mut gone = writing.gone;
    if gone() {
        return rsx! {
            Banner {
                tone: Tone::Warn,
                live: Live::Alert,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: say.gone_title,
                text: say.gone_text,
                actions: rsx! {
                    Button {
                        tone: ButtonTone::Line,
                        size: ButtonSize::Small,
                        onclick: move |_| {
                            writing.begin_anew();
                            gone.set(false);
                        },
                        {say.keep_as_new}
                    }
                },
            }
        };
    }
    if let Some(theirs) = writing.theirs.read().clone() {
        return rsx! {
            Banner {
                tone: Tone::Warn,
                live: Live::Alert,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: (say.conflict_title)(&words.when(theirs.updated_at, now)),
                text: say.conflict_text,
                actions: rsx! {
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| writing.keep_mine(), {say.keep_mine} }
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| writing.take_theirs(), {say.take_theirs} }
                },
            }
            Panel { title: say.conflict_theirs, sub: theirs.title.clone(), sub_line: true, padded: true,
                Whole { content: theirs.content, media: theirs.media }
            }
        };
    }
    let mut shown = ["title", "categories"].iter().chain(USABLE_BY);
    let failed = writing.failed.read().clone();
    let failed = failed.filter(|failed| shown.all(|field| words.problems.of_field(failed, field).is_none()));
    let Some(failed) = failed else {
        return rsx! {};
    };
    rsx! { Refused { failed } }
}
