//! What stands around the screens: who may see them, the main navigation, and what catches a screen that broke.

use std::time::Duration;

use dioxus::{core::spawn_forever, prelude::*};
use shared::{
    conversations::{CountConversations, Counts},
    live::LiveEvent,
    members::{Action, Me},
};

use crate::{
    api::{Failed, use_api},
    app::Unread,
    leaving::use_leavings,
    live::{use_live, use_live_provider},
    load::{Load, use_load_when, use_memory_provider},
    platform::{sleep, use_device},
    routes::{Area, Route},
    session::{Left, Mine, State, use_keeping, use_me, use_session},
    ui::{
        avatar::{Avatar, AvatarSize},
        brand::BrandMark,
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        glyph::{Bookmark, CircleAlert, Ellipsis, MessageCircle, Send, WifiOff},
        icon::{Icon, IconSize},
        list_card::ListCardSkeleton,
        screen::{Ground, Pane, PaneBody, Screen, ScreenMain},
        skeleton::Loading,
        tab_bar::{TabBar, TabBarItem},
        tone::Tone,
    },
    words::{number, use_words},
};

/// How often an app that could not reach its server tries again.
const AGAIN: Duration = Duration::from_secs(3);
/// How often the unread count is asked for while the live link is down.
const COUNT_EVERY: Duration = Duration::from_secs(15);
/// How often it is asked for while nobody sees the app.
const HIDDEN_EVERY: Duration = Duration::from_mins(1);

/// Shows the screens to a member who is signed in, and leads everybody else to the sign-in screen and back.
#[component]
pub fn SignedIn() -> Element {
    let session = use_session();
    let route = use_route::<Route>();
    let next = use_memo(use_reactive!(|(route,)| route.to_string()));
    let navigator = use_navigator();
    use_effect(move || {
        if let State::Out(left) = *session.state.read() {
            // Who signed out herself begins anew.
            let next = match left {
                Left::SignedOut => String::new(),
                Left::Never | Left::Ended | Left::Locked => next.peek().clone(),
            };
            navigator.replace(Route::SignIn { next });
        }
    });
    match &*session.state.read() {
        State::Restoring => rsx! { Starting {} },
        State::Unreachable(_) => rsx! { Unreachable {} },
        State::Out(_) => rsx! {},
        State::In(me) => rsx! { Inside { me: me.clone() } },
    }
}

#[component]
fn Inside(me: Me) -> Element {
    let me = use_memo(use_reactive!(|(me,)| me));
    use_context_provider(|| Mine(me));
    use_live_provider(use_api());
    use_memory_provider();
    use_keeping();
    use_leavings();
    rsx! { Outlet::<Route> {} }
}

#[component]
fn Starting() -> Element {
    let words = use_words();
    rsx! {
        Screen {
            ScreenMain {
                Pane { label: words.common.product, ground: Ground::Surface,
                    PaneBody {
                        Loading { label: words.common.loading }
                        ListCardSkeleton {}
                    }
                }
            }
        }
    }
}

#[component]
fn Unreachable() -> Element {
    let words = use_words();
    let api = use_api();
    let session = use_session();
    let device = use_device();
    let again = api.clone();
    use_future(move || {
        let (api, device) = (again.clone(), device.clone());
        async move {
            loop {
                sleep(AGAIN).await;
                if device.visible() {
                    api.restore().await;
                }
            }
        }
    });
    let State::Unreachable(failed) = session.state.read().clone() else {
        return rsx! {};
    };
    let offline = failed == Failed::Offline;
    let said = words.problems.said(&failed);
    let (title, text) = if offline {
        (words.common.start_offline_title.to_owned(), words.common.start_offline_text.to_owned())
    } else {
        (said.title, said.text)
    };
    let retry = move |_| {
        let api = api.clone();
        let mut state = session.state;
        state.set(State::Restoring);
        // Not of this component, which goes as soon as the state changes.
        spawn_forever(async move { api.restore().await });
    };
    rsx! {
        Screen {
            ScreenMain {
                Pane { label: words.common.product,
                    PaneBody {
                        EmptyState {
                            tone: Tone::Danger,
                            alert: true,
                            icon: rsx! { Icon { size: IconSize::ExtraLarge, WifiOff {} } },
                            title,
                            text,
                            actions: rsx! {
                                Button { tone: ButtonTone::Primary, onclick: retry, {words.common.retry} }
                            },
                        }
                    }
                }
            }
        }
    }
}

/// The frame of all screens: the main navigation, and the boundary that a broken screen stops at.
#[component]
pub fn Shell() -> Element {
    rsx! {
        Screen { nav: rsx! { MainNavigation {} },
            ErrorBoundary { handle_error: |broken: ErrorContext| rsx! { Broken { broken } },
                Outlet::<Route> {}
            }
        }
    }
}

/// Shows what is unread in the title and on the app's icon too, where it is seen while another window is in front; that one
/// count goes on while the app is hidden.
fn use_unread(counts: Load<Counts>) {
    let mut unread = use_hook(consume_context::<Unread>).0;
    let device = use_device();
    let shown = device.clone();
    use_effect(move || {
        let now = counts.value().map_or(0, |counts| counts.unread);
        if *unread.peek() != now {
            unread.set(now);
        }
        shown.badge(now);
    });
    let left = device.clone();
    use_drop(move || {
        unread.set(0);
        left.badge(0);
    });
    use_future(move || {
        let device = device.clone();
        async move {
            loop {
                sleep(HIDDEN_EVERY).await;
                if !device.visible() {
                    counts.refresh();
                }
            }
        }
    });
}

#[component]
fn MainNavigation() -> Element {
    let words = use_words();
    let route = use_route::<Route>();
    let me = use_me();
    let counts = use_load_when(move || me.read().may(Action::ReadConversations).then(CountConversations::default));
    use_live(|event| matches!(event, LiveEvent::Conversation { .. }), COUNT_EVERY, move || counts.refresh());
    use_unread(counts);
    let unread = counts.value().map(|counts| counts.unread).filter(|unread| *unread > 0).map(number);
    let area = route.area();
    let me = me.read();
    let store = me.stores.first().map_or(me.team.name.clone(), |store| store.name.clone());
    rsx! {
        TabBar {
            label: words.common.main_menu,
            wide_only: !route.has_tab_bar(),
            brand: rsx! {
                BrandMark {}
                {words.common.product}
            },
            me: rsx! {
                Avatar { name: me.name.clone(), tint_of: me.id.to_string(), size: AvatarSize::Md }
                span { "{store}" }
            },
            if me.may(Action::ReadConversations) {
                TabBarItem {
                    to: Route::home(),
                    on: area == Some(Area::Conversations),
                    label: words.common.conversations,
                    count: unread,
                    count_label: words.common.unread,
                    MessageCircle {}
                }
            }
            if me.may(Action::ReadGroupRecords) {
                TabBarItem {
                    to: Route::RecordsHome {},
                    on: area == Some(Area::Records),
                    label: words.common.records,
                    Send {}
                }
            }
            if me.may(Action::UseSavedReplies) {
                TabBarItem {
                    to: Route::SavedRepliesHome {},
                    on: area == Some(Area::SavedReplies),
                    label: words.common.saved_replies,
                    Bookmark {}
                }
            }
            TabBarItem {
                to: Route::More {},
                on: area == Some(Area::More),
                label: words.common.more,
                Ellipsis {}
            }
        }
    }
}

/// What is shown of a screen that broke, until another is opened.
#[component]
fn Broken(broken: ErrorContext) -> Element {
    let words = use_words();
    let route = use_route::<Route>();
    let mut shown_for = use_signal(|| route.clone());
    let cleared = broken.clone();
    use_effect(use_reactive!(|(route,)| {
        if *shown_for.peek() != route {
            shown_for.set(route);
            cleared.clear_errors();
        }
    }));
    rsx! {
        ScreenMain {
            Pane { label: words.common.broke_title,
                PaneBody {
                    EmptyState {
                        tone: Tone::Danger,
                        alert: true,
                        icon: rsx! { Icon { size: IconSize::ExtraLarge, CircleAlert {} } },
                        title: words.common.broke_title,
                        text: words.common.broke_text,
                        actions: rsx! {
                            Button { tone: ButtonTone::Primary, onclick: move |_| broken.clear_errors(), {words.common.retry} }
                        },
                    }
                }
            }
        }
    }
}
