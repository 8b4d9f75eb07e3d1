//! The custom attributes of customers (自訂屬性), made and renamed by an admin.

use dioxus::prelude::*;
use shared::{
    attributes::{Attribute, AttributeKind, ListAttributes, SaveAttribute},
    id::AttributeId,
    limits,
    members::Action,
};

use crate::{
    api::{Failed, use_api},
    app::use_title,
    load::{Load, use_load},
    platform::draw_id,
    routes::Route,
    screens::parts::{Allowed, BackButton, LoadFailed, OfflineNote, Refused},
    ui::{
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        button::{Button, ButtonSize, ButtonTone},
        field::{Field, TextField},
        layer::use_unique_id,
        list_note::ListNote,
        panel::{Panel, PanelBody},
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneHead, ScreenMain},
        select::{Select, SelectOption},
        skeleton::Loading,
    },
    words::use_words,
};

/// The custom attributes of customers.
#[component]
pub fn Attributes() -> Element {
    rsx! {
        Allowed { action: Action::ManageAttributes, All {} }
    }
}

#[component]
fn All() -> Element {
    let words = use_words();
    let say = &words.attributes;
    use_title(|words| words.attributes.manage.to_owned());
    let known = use_load(|| ListAttributes {});
    rsx! {
        ScreenMain {
            Pane { label: say.manage,
                PaneHead {
                    AppBar {
                        start: rsx! { BackButton { to: Route::More {}, label: say.back } },
                        AppBarTitle { name: say.manage, level: TitleLevel::First }
                    }
                    OfflineNote {}
                }
                PaneBody {
                    Column { width: ColumnWidth::Narrow,
                        ListNote { {say.about} }
                        if let Some(failed) = known.failed() {
                            LoadFailed { failed, onretry: move |()| known.reload() }
                        } else if known.is_first() {
                            Loading { label: words.common.loading }
                        } else {
                            for one in known.value().unwrap_or_default() {
                                Panel { key: "{one.id}", label: one.name.clone(),
                                    PanelBody { One { attribute: one, known } }
                                }
                            }
                            Panel { title: say.add,
                                PanelBody { New { known } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// An attribute that is there: its name can change.
#[component]
fn One(attribute: Attribute, known: Load<Vec<Attribute>>) -> Element {
    let words = use_words();
    let say = &words.attributes;
    let mut name = use_signal(|| attribute.name.clone());
    let save = use_saving(known);
    let changed = name.read().trim() != attribute.name;
    let label = (say.rename)(&attribute.name);
    let (id, kind) = (attribute.id, attribute.kind);
    rsx! {
        form {
            class: "stack",
            "data-gap": "sm",
            onsubmit: move |event| {
                event.prevent_default();
                if changed {
                    save.run(SaveAttribute { id, name: name.peek().trim().to_owned(), kind });
                }
            },
            TextField {
                label,
                value: name(),
                maxlength: limits::ATTRIBUTE_NAME.to_string(),
                need: (say.kinds)(attribute.kind),
                error: save.of_name(),
                oninput: move |text| name.set(text),
                after: rsx! {
                    if changed {
                        Button { tone: ButtonTone::Soft, size: ButtonSize::Small, submit: true, {say.save} }
                    }
                },
            }
            Trouble { save }
        }
    }
}

/// Makes an attribute.
#[component]
fn New(known: Load<Vec<Attribute>>) -> Element {
    let words = use_words();
    let say = &words.attributes;
    let control = use_unique_id("kind");
    let mut name = use_signal(String::new);
    let mut kind = use_signal(AttributeKind::default);
    let mut id = use_signal(|| AttributeId(draw_id()));
    let save = use_saving(known);
    // Kept: the next one begins.
    use_effect(move || {
        let made = known.value().is_some_and(|all| all.iter().any(|one| one.id == *id.peek()));
        if made {
            id.set(AttributeId(draw_id()));
            name.set(String::new());
        }
    });
    let options =
        AttributeKind::ALL.into_iter().map(|one| SelectOption::new(one.as_str(), (say.kinds)(one))).collect::<Vec<_>>();
    rsx! {
        form {
            class: "stack",
            "data-gap": "sm",
            onsubmit: move |event| {
                event.prevent_default();
                save.run(SaveAttribute { id: id(), name: name.peek().trim().to_owned(), kind: kind() });
            },
            TextField {
                label: say.name,
                value: name(),
                maxlength: limits::ATTRIBUTE_NAME.to_string(),
                error: save.of_name(),
                oninput: move |text| name.set(text),
            }
            Field { label: say.kind, control: control.clone(),
                Select {
                    id: control,
                    value: kind().as_str(),
                    options,
                    onchange: move |word: String| kind.set(word.parse().unwrap_or_default()),
                }
            }
            Trouble { save }
            Button { tone: ButtonTone::Primary, block: true, submit: true, {say.add} }
        }
    }
}

/// A form that is being kept, and why it was not.
#[derive(Clone, Copy, PartialEq)]
struct Saving {
    failed: Signal<Option<Failed>>,
    call: Callback<SaveAttribute>,
}

impl Saving {
    fn run(self, call: SaveAttribute) {
        self.call.call(call);
    }

    /// What is wrong with the name, in words.
    fn of_name(self) -> Option<String> {
        let failed = self.failed.read();
        use_words().problems.of_field(failed.as_ref()?, "name")
    }
}

fn use_saving(known: Load<Vec<Attribute>>) -> Saving {
    let api = use_api();
    let mut failed = use_signal(|| None::<Failed>);
    let call = use_callback(move |call: SaveAttribute| {
        let api = api.clone();
        spawn(async move {
            match api.call(call).await {
                Ok(_) => {
                    failed.set(None);
                    known.reload();
                }
                Err(why) => failed.set(Some(why)),
            }
        });
    });
    Saving { failed, call }
}

/// Why a form was not kept, where that is not about one of its fields.
#[component]
fn Trouble(save: Saving) -> Element {
    let words = use_words();
    let failed = save.failed.read().clone();
    let Some(failed) = failed.filter(|failed| words.problems.of_field(failed, "name").is_none()) else {
        return rsx! {};
    };
    rsx! { Refused { failed } }
}
