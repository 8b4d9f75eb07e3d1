//! Signing in: e-mail and password, and in native builds the server first.

use dioxus::prelude::*;
use shared::members::Client;

use crate::{
    api::{Failed, use_api},
    app::use_title,
    platform::{CLIENT, use_device},
    routes::Route,
    screens::parts::Refused,
    session::{Left, State, use_session},
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        field::TextField,
        glyph::{CloudCheck, Eye, EyeOff, KeyRound, LogOut},
        icon::Icon,
        icon_button::IconButton,
        screen::{Pane, PaneBody, Screen, ScreenMain},
        select::{Select, SelectOption, SelectSize},
        sign_in::{SignForm, SignIn as SignInFrame},
        tone::Tone,
    },
    words::{Language, Spoken, use_words},
};

/// Signing in. Afterwards it leads to `next`, where she was, or to the first screen.
#[component]
pub fn SignIn(next: ReadSignal<String>) -> Element {
    let words = use_words();
    let session = use_session();
    let navigator = use_navigator();
    use_title(|words| words.sign_in.submit.to_owned());
    use_effect(move || {
        if matches!(*session.state.read(), State::In(_)) {
            navigator.replace(goal(&next.peek()));
        }
    });
    rsx! {
        Screen {
            ScreenMain {
                Pane { label: words.sign_in.title,
                    PaneBody {
                        SignInFrame {
                            title: words.sign_in.title,
                            text: rsx! { {words.sign_in.text} },
                            foot: rsx! {
                                LanguageChoice { small: true }
                                span { {words.sign_in.help} }
                            },
                            Told {}
                            Form {}
                        }
                    }
                }
            }
        }
    }
}

/// Where to go after signing in: only an address of the app, and not this one.
fn goal(next: &str) -> Route {
    match next.parse::<Route>() {
        Ok(Route::SignIn { .. } | Route::NotFound { .. }) | Err(_) => Route::home(),
        Ok(route) => route,
    }
}

/// Why she is here.
#[component]
fn Told() -> Element {
    let words = use_words();
    let session = use_session();
    match &*session.state.read() {
        State::Out(Left::Ended) => rsx! {
            Banner {
                live: Live::Status,
                icon: rsx! { Icon { CloudCheck {} } },
                title: words.sign_in.ended_title,
                text: words.sign_in.ended_text,
            }
        },
        State::Out(Left::Locked) => rsx! {
            Banner {
                tone: Tone::Warn,
                live: Live::Status,
                icon: rsx! { Icon { KeyRound {} } },
                title: words.sign_in.locked_title,
                text: words.sign_in.locked_text,
            }
        },
        State::Out(Left::SignedOut) => rsx! {
            Banner {
                live: Live::Status,
                icon: rsx! { Icon { LogOut {} } },
                title: words.sign_in.signed_out_title,
                text: words.sign_in.signed_out_text,
            }
        },
        _ => rsx! {},
    }
}

#[component]
fn Form() -> Element {
    let words = use_words();
    let api = use_api();
    let mut email = use_signal(String::new);
    let mut password = use_signal(String::new);
    let mut server = use_signal({
        let api = api.clone();
        move || api.server().unwrap_or_default()
    });
    let mut shown = use_signal(|| false);
    let mut tried = use_signal(|| false);
    let mut pending = use_signal(|| false);
    let mut failed = use_signal(|| None::<Failed>);
    let mut server_wrong = use_signal(|| false);

    let submit = move |()| {
        if pending() {
            return;
        }
        tried.set(true);
        failed.set(None);
        server_wrong.set(CLIENT == Client::Native && !api.set_server(&server.peek()));
        let (email, password) = (email.peek().clone(), password.peek().clone());
        if server_wrong() || email.trim().is_empty() || password.is_empty() {
            return;
        }
        pending.set(true);
        let api = api.clone();
        spawn(async move {
            // Signed in, the session leads on; this component goes.
            if let Err(why) = api.sign_in(&email, &password).await {
                failed.set(Some(why));
                pending.set(false);
            }
        });
    };

    let why = failed.read().clone();
    let of_field = |name| why.as_ref().and_then(|why| words.problems.of_field(why, name));
    let empty = |value: &str, missing: &'static str| (tried() && value.is_empty()).then(|| missing.to_owned());
    let email_error = of_field("email").or_else(|| empty(email.read().trim(), words.sign_in.email_missing));
    let password_error = of_field("password").or_else(|| empty(&password.read(), words.sign_in.password_missing));
    let server_error = server_wrong().then(|| words.sign_in.server_wrong.to_owned());
    let other = why.clone().filter(|_| of_field("email").is_none() && of_field("password").is_none());
    let (eye, eye_label) = if shown() {
        (rsx! { EyeOff {} }, words.sign_in.hide_password)
    } else {
        (rsx! { Eye {} }, words.sign_in.show_password)
    };
    rsx! {
        SignForm { onsubmit: submit,
            if let Some(failed) = other {
                Refused { failed }
            }
            if CLIENT == Client::Native {
                TextField {
                    label: words.sign_in.server,
                    value: server(),
                    oninput: move |value| server.set(value),
                    help: words.sign_in.server_help,
                    error: server_error,
                    r#type: "url",
                    inputmode: "url",
                    autocomplete: "url",
                }
            }
            TextField {
                label: words.sign_in.email,
                value: email(),
                oninput: move |value| email.set(value),
                error: email_error,
                r#type: "email",
                name: "email",
                inputmode: "email",
                autocomplete: "username",
                autocapitalize: "none",
            }
            TextField {
                label: words.sign_in.password,
                value: password(),
                oninput: move |value| password.set(value),
                error: password_error,
                after: rsx! {
                    IconButton { label: eye_label, aria_pressed: if shown() { "true" } else { "false" }, onclick: move |_| shown.toggle(),
                        Icon { {eye} }
                    }
                },
                r#type: if shown() { "text" } else { "password" },
                name: "password",
                autocomplete: "current-password",
            }
            Button { tone: ButtonTone::Primary, block: true, submit: true, aria_busy: pending().then_some("true"),
                if pending() {
                    {words.sign_in.submitting}
                } else {
                    {words.sign_in.submit}
                }
            }
        }
    }
}

/// Chooses the language of this device.
#[component]
pub fn LanguageChoice(
    /// Beside other small things.
    #[props(default)]
    small: bool,
    /// The id of the control, where a label stands beside it.
    id: Option<String>,
) -> Element {
    let words = use_words();
    let device = use_device();
    let mut spoken = use_hook(consume_context::<Spoken>).0;
    let options = Language::ALL
        .into_iter()
        .map(|language| SelectOption::new(language.tag(), language.own_name()))
        .collect::<Vec<_>>();
    rsx! {
        Select {
            size: if small { SelectSize::Small } else { SelectSize::Normal },
            value: spoken().tag(),
            options,
            aria_label: words.sign_in.language,
            id,
            onchange: move |tag: String| {
                if let Some(language) = Language::parse(&tag) {
                    language.keep(&device);
                    spoken.set(language);
                }
            },
        }
    }
}
