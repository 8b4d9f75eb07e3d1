//! What is ours of a template: what staff call it, its categories, and who may pick it (domain.md 5).

use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    contacts::ChannelRef,
    id::{CategoryId, ChannelId, TemplateId},
    limits::Platform,
    live::LiveEvent,
    problem::Problem,
    saved_replies::UsableBy,
    templates::{SaveTemplate, ShowTemplate, Template},
};

use super::{
    card::{quality_tone, status_tone},
    fit::name,
    list::use_board,
    pick::{EVERY, Whole},
};
use crate::{
    api::{Failed, use_api},
    app::use_title,
    live::use_live,
    load::use_load,
    platform::use_device,
    routes::Route,
    screens::{
        parts::{BackButton, LoadFailed, OfflineNote, Refused, Stale},
        saved_replies::{CategoryField, USABLE_BY, UsableByField},
    },
    session::{DRAFTS, use_me},
    ui::{
        action_bar::{ACTION_BAR_MAIN, ACTION_BAR_SIDE, ActionBar, ActionBarRow, ActionBarText},
        app_bar::{AppBar, AppBarTitle},
        badge::Badge,
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        facts::{Fact, Facts},
        field::TextField,
        glyph::CircleAlert,
        icon::{Icon, IconSize},
        panel::Panel,
        reply_card::ReplyCardSkeleton,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, PaneHead, PaneRole},
        skeleton::Loading,
        toast::Toast,
        tone::Tone,
    },
    words::{Words, use_now, use_words},
};

/// The id of the text that says why it cannot be saved.
const WHY: &str = "template-settings-why";

/// What can be changed of a template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Form {
    pub(super) title: String,
    pub(super) usable_by: Option<UsableBy>,
    pub(super) categories: Vec<CategoryId>,
}

impl Form {
    pub(super) fn of(template: &Template) -> Self {
        Self {
            title: template.title.clone(),
            usable_by: template.usable_by.clone(),
            categories: template.categories.iter().map(|category| category.id).collect(),
        }
    }

    fn call(&self, id: TemplateId) -> SaveTemplate {
        let Self { title, usable_by, categories } = self.clone();
        SaveTemplate { id, title, usable_by, categories }
    }
}

/// One template, beside the list.
#[component]
pub fn TemplateSettings(
    /// Which.
    id: ReadSignal<TemplateId>,
) -> Element {
    // Another template is another form: what was typed for one must never be saved for another.
    rsx! {
        for id in [id()] {
            One { key: "{id}", id }
        }
    }
}

#[component]
fn One(id: TemplateId) -> Element {
    let words = use_words();
    let say = &words.templates.manage;
    let template = use_load(move || ShowTemplate { id });
    use_live(|event| event == LiveEvent::Templates, EVERY, move || template.refresh());
    use_title(move |words| {
        template.value().map_or(words.templates.manage.title.to_owned(), |template| name(&template).to_owned())
    });
    if let Some(value) = template.value() {
        return rsx! {
            Settings {
                template: value,
                error: template.error(),
                onsaved: move |saved| template.set(saved),
            }
        };
    }
    let body = match template.failed() {
        Some(Failed::Problem(Problem::Missing { .. })) => rsx! {
            EmptyState {
                tone: Tone::Unknown,
                icon: rsx! { Icon { size: IconSize::ExtraLarge, CircleAlert {} } },
                title: say.gone,
                text: say.choose_one,
            }
        },
        Some(failed) => rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| template.reload() }
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
                    start: rsx! { BackButton { to: Route::TemplatesHome {}, label: say.to_list, compact_only: true } },
                    AppBarTitle { name: say.title }
                }
                OfflineNote {}
            }
            PaneBody { {body} }
        }
    }
}

#[component]
fn Settings(template: Template, error: Option<Failed>, onsaved: EventHandler<Template>) -> Element {
    let words = use_words();
    let say = &words.templates.manage;
    let keep = &words.saved_replies.edit;
    let api = use_api();
    let board = use_board();
    let id = template.id;
    let typed = use_typed(id);
    let Typed { mut form, .. } = typed;
    let mut saving = use_signal(|| false);
    let mut failed = use_signal(|| None::<Failed>);
    let mut strict = use_signal(|| false);
    let stored = Form::of(&template);
    let now = form.read().clone().unwrap_or_else(|| stored.clone());
    let changed = now != stored;
    let change = use_callback({
        let now = now.clone();
        move |change: Form| {
            failed.set(None);
            if change != now {
                form.set(Some(change));
            }
        }
    });
    let wrong = now.call(id).check().err().map(Failed::Problem);
    let call = now.call(id);
    let save = move |_| {
        if saving.replace(true) {
            return;
        }
        let (api, call) = (api.clone(), call.clone());
        spawn(async move {
            match api.call(call).await {
                Ok(saved) => {
                    failed.set(None);
                    strict.set(false);
                    board.tell(saved.clone(), (say.saved)(name(&saved)));
                    // What was typed while it was saved stays.
                    let kept = form.peek().clone();
                    if kept.is_some_and(|kept| kept == Form::of(&saved)) {
                        form.set(None);
                    }
                    onsaved.call(saved);
                }
                Err(why) => failed.set(Some(why)),
            }
            saving.set(false);
        });
    };
    let told = failed.read().clone();
    let shown = wrong.clone().filter(|_| strict()).or_else(|| told.clone());
    let of_field = |field: &str| shown.as_ref().and_then(|failed| words.problems.of_field(failed, field));
    let of_usable_by = shown.as_ref().and_then(|failed| of_usable_by(words, failed));
    let beside = told.filter(|failed| {
        let mut fields = ["title", "categories"].iter().chain(USABLE_BY);
        fields.all(|field| words.problems.of_field(failed, field).is_none())
    });
    let line = if saving() {
        keep.saving
    } else if !changed {
        keep.kept
    } else if (typed.on_device)() {
        keep.unsaved
    } else {
        keep.not_kept
    };
    rsx! {
        Pane { label: say.title, role: PaneRole::Detail,
            PaneHead {
                AppBar {
                    start: rsx! { BackButton { to: Route::TemplatesHome {}, label: say.to_list, compact_only: true } },
                    AppBarTitle { name: name(&template).to_owned() }
                }
                OfflineNote {}
            }
            PaneBody {
                Column { width: ColumnWidth::Normal,
                    Stale { failed: error }
                    if let Some(failed) = beside {
                        Refused { failed }
                    }
                    Panel { padded: true,
                        div { class: "stack",
                            TextField {
                                label: say.name,
                                need: say.name_need,
                                placeholder: template.shape.name.clone(),
                                value: now.title.clone(),
                                error: of_field("title"),
                                oninput: {
                                    let now = now.clone();
                                    move |title| change.call(Form { title, ..now.clone() })
                                },
                            }
                            CategoryField {
                                chosen: now.categories.clone(),
                                refused: of_field("categories"),
                                onchange: {
                                    let now = now.clone();
                                    move |categories| change.call(Form { categories, ..now.clone() })
                                },
                            }
                            UsableByField {
                                usable_by: now.usable_by.clone(),
                                nobody: say.nobody,
                                help: now.usable_by.is_none().then(|| say.nobody_help.to_owned()),
                                error: of_usable_by,
                                onchange: {
                                    let now = now.clone();
                                    move |usable_by| change.call(Form { usable_by, ..now.clone() })
                                },
                            }
                        }
                    }
                    AtMeta { template: template.clone() }
                    Panel { title: say.preview, padded: true,
                        Whole { channel: sender(&template), template }
                    }
                }
            }
            PaneFoot {
                Toast { message: board.notice() }
                ActionBar {
                    ActionBarRow {
                        ActionBarText { live: true, sub: rsx! { span { id: WHY, "{line}" } } }
                        if changed {
                            Button { tone: ButtonTone::Line, class: ACTION_BAR_SIDE, onclick: move |_| form.set(None), {keep.discard} }
                        }
                        Button {
                            tone: ButtonTone::Primary,
                            class: ACTION_BAR_MAIN,
                            blocked: (!changed || wrong.is_some()).then(|| WHY.to_owned()),
                            onpress_blocked: move |()| strict.set(true),
                            aria_busy: saving().then_some("true"),
                            onclick: save,
                            {keep.save}
                        }
                    }
                }
            }
        }
    }
}

/// Why those who may pick it cannot be these, in words.
fn of_usable_by(words: &Words, failed: &Failed) -> Option<String> {
    let field = USABLE_BY.iter().find(|field| words.problems.of_field(failed, field).is_some())?;
    let keep = &words.saved_replies.edit;
    match *field {
        "usable_by.roles" => Some(keep.roles_missing.to_owned()),
        "usable_by.stores" => Some(keep.stores_missing.to_owned()),
        field => words.problems.of_field(failed, field),
    }
}

/// Whose name stands over the preview: the first number it goes out by.
fn sender(template: &Template) -> ChannelRef {
    template.channels.first().cloned().unwrap_or_else(|| ChannelRef {
        id: ChannelId::default(),
        name: name(template).to_owned(),
        platform: Platform::Whatsapp,
    })
}

/// What Meta has of it, which is changed there alone.
#[component]
fn AtMeta(template: Template) -> Element {
    let words = use_words();
    let say = &words.templates.manage;
    let now = use_now();
    rsx! {
        Panel { title: say.at_meta,
            Facts { inset: true,
                Fact { label: say.meta_name, {template.shape.name.clone()} }
                Fact { label: say.meta_language, {(words.templates.language)(&template.shape.language)} }
                Fact { label: say.meta_class, {(words.templates.class)(template.shape.class)} }
                Fact { label: say.meta_status,
                    Badge { tone: status_tone(template.status), {(words.templates.status)(template.status)} }
                }
                Fact { label: say.meta_quality,
                    Badge { tone: quality_tone(template.quality), {(words.templates.quality)(template.quality)} }
                }
                Fact { label: say.numbers,
                    if template.channels.is_empty() {
                        {say.no_numbers}
                    }
                    for channel in template.channels.iter() {
                        span { key: "{channel.id}", "{channel.name} " }
                    }
                }
                Fact { label: say.read_at, {words.when(template.synced_at, now)} }
            }
        }
    }
}

/// What was typed and not saved, as this device keeps it.
#[derive(Clone, Copy)]
struct Typed {
    form: Signal<Option<Form>>,
    on_device: Signal<bool>,
}

fn use_typed(id: TemplateId) -> Typed {
    let device = use_device();
    let me = use_me();
    let key = use_hook(|| format!("{DRAFTS}{}.template.{id}", me.peek().id));
    let form = use_signal(|| device.read(&key).and_then(|text| serde_json::from_str::<Form>(&text).ok()));
    let mut on_device = use_signal(|| true);
    use_effect(move || match form.read().as_ref() {
        Some(form) => {
            // Plain data can always be written as JSON.
            let text = serde_json::to_string(form).unwrap_or_default();
            on_device.set(device.write(&key, &text).is_ok());
        }
        None => device.remove(&key),
    });
    Typed { form, on_device }
}
