//! Oneself and this device: profile, language, colours, signing out.

use dioxus::prelude::*;
use shared::members::Action;

use crate::{
    api::{Failed, use_api},
    app::{use_colours, use_title},
    platform::Colours,
    routes::Route,
    screens::{
        parts::{OfflineNote, Refused},
        sign_in::LanguageChoice,
    },
    session::use_me,
    ui::{
        action_list::{ActionList, ActionListItem},
        app_bar::{AppBar, AppBarTitle},
        avatar::{Avatar, AvatarSize},
        button::{Button, ButtonTone},
        dialog::Dialog,
        facts::{Fact, Facts},
        field::Field,
        glyph::{ChartColumn, ClipboardList, LayoutTemplate, LogOut},
        icon::{Icon, IconSize},
        panel::{Panel, PanelBody},
        person::Person,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneHead, ScreenMain},
        segmented::{Segment, Segmented},
    },
    words::use_words,
};

/// Oneself and this device.
#[component]
pub fn More() -> Element {
    let words = use_words();
    use_title(|words| words.more.title.to_owned());
    // Whether a question is open, and whether it is about every device.
    let asked = use_signal(|| None::<bool>);
    let failed = use_signal(|| None::<Failed>);
    rsx! {
        ScreenMain {
            Pane { label: words.more.title,
                PaneHead {
                    AppBar { root: true, AppBarTitle { name: words.more.title } }
                    OfflineNote {}
                }
                PaneBody {
                    Column { width: ColumnWidth::Narrow,
                        Profile {}
                        Desk {}
                        ThisDevice {}
                        SigningOut { asked, failed }
                    }
                }
            }
        }
        if let Some(everywhere) = asked() {
            Question { everywhere, asked, failed }
        }
    }
}

#[component]
fn Profile() -> Element {
    let words = use_words();
    let me = use_me();
    let me = me.read();
    let stores = if me.stores.is_empty() {
        words.more.no_stores.to_owned()
    } else {
        let names: Vec<&str> = me.stores.iter().map(|store| store.name.as_str()).collect();
        names.join(" · ")
    };
    rsx! {
        Panel { label: words.more.profile, padded: true,
            div { class: "stack", "data-gap": "sm",
                Person {
                    avatar: rsx! {
                        Avatar { name: me.name.clone(), tint_of: me.id.to_string(), size: AvatarSize::Row }
                    },
                    name: me.name.clone(),
                    sub: (words.common.role)(me.role),
                }
                Facts {
                    Fact { label: words.more.email, {me.email.clone()} }
                    Fact { label: words.more.stores, "{stores}" }
                    Fact { label: words.more.team, {me.team.name.clone()} }
                    Fact { label: words.more.plan,
                        if me.team.omo {
                            {words.more.omo}
                        } else {
                            {words.more.no_omo}
                        }
                    }
                }
            }
        }
    }
}

/// What else the role has.
#[component]
fn Desk() -> Element {
    let words = use_words();
    let me = use_me();
    let me = me.read();
    rsx! {
        Panel { title: words.more.desk,
            PanelBody {
                ActionList {
                    if me.may(Action::ReadOwnFigures) {
                        ActionListItem { title: words.figures.title, text: words.figures.about, to: Route::Figures {},
                            ChartColumn {}
                        }
                    }
                    if me.may(Action::ManageTemplates) {
                        ActionListItem {
                            title: words.templates.manage.title,
                            text: words.templates.manage.about,
                            to: Route::TemplatesHome {},
                            LayoutTemplate {}
                        }
                    }
                    if me.may(Action::ManageAttributes) {
                        ActionListItem {
                            title: words.attributes.manage,
                            text: words.attributes.manage_text,
                            to: Route::Attributes {},
                            ClipboardList {}
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn ThisDevice() -> Element {
    let words = use_words();
    let mut colours = use_colours();
    let choices = [
        (Colours::System, words.more.theme_system),
        (Colours::Light, words.more.theme_light),
        (Colours::Dark, words.more.theme_dark),
    ];
    rsx! {
        Panel { title: words.more.device,
            PanelBody {
                div { class: "stack",
                    Field { label: words.more.language, control: "more-language",
                        LanguageChoice { id: "more-language" }
                    }
                    Field { label: words.more.theme, label_id: "more-theme",
                        Segmented { aria_labelledby: "more-theme",
                            for (choice, label) in choices {
                                Segment { key: "{label}", on: colours() == choice, onclick: move |_| colours.set(choice), {label} }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn SigningOut(asked: Signal<Option<bool>>, failed: Signal<Option<Failed>>) -> Element {
    let words = use_words();
    rsx! {
        Panel { title: words.more.session,
            PanelBody {
                div { class: "stack", "data-gap": "sm",
                    if let Some(failed) = failed.read().clone() {
                        Refused { failed }
                    }
                    Button { block: true, onclick: move |_| asked.set(Some(false)),
                        Icon { size: IconSize::Small, LogOut {} }
                        {words.more.sign_out}
                    }
                    Button { tone: ButtonTone::Danger, block: true, onclick: move |_| asked.set(Some(true)), {words.more.sign_out_everywhere} }
                }
            }
        }
    }
}

#[component]
fn Question(everywhere: bool, asked: Signal<Option<bool>>, failed: Signal<Option<Failed>>) -> Element {
    let words = use_words();
    let api = use_api();
    let (title, text, yes) = if everywhere {
        (words.more.everywhere_title, words.more.everywhere_text, words.more.sign_out_everywhere)
    } else {
        (words.more.sign_out_title, words.more.sign_out_text, words.more.sign_out)
    };
    let mut pending = use_signal(|| false);
    let sign_out = move |_| {
        if pending() {
            return;
        }
        pending.set(true);
        let api = api.clone();
        spawn(async move {
            if let Err(why) = api.sign_out(everywhere).await {
                failed.set(Some(why));
                asked.set(None);
            }
        });
    };
    rsx! {
        Dialog { title, text, onclose: move |()| asked.set(None),
            Button { tone: ButtonTone::Danger, block: true, aria_busy: pending().then_some("true"), onclick: sign_out, {yes} }
            Button { block: true, onclick: move |_| asked.set(None), {words.common.cancel} }
        }
    }
}
