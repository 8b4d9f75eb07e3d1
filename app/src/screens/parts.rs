//! Parts that several screens share: the offline note, what is shown instead of content, the way back.

use dioxus::prelude::*;
use lucide_dioxus::{ArrowLeft, CircleAlert, Lock, RotateCcw, WifiOff};
use shared::{
    contacts::ChannelRef,
    limits::Platform,
    members::Action,
    problem::{Forbidden, Problem},
};

use crate::{
    api::Failed,
    routes::Route,
    session::{use_me, use_session},
    ui::{
        app_bar::TitleLevel,
        avatar::ChannelMark,
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        icon::{Icon, IconSize},
        icon_button::{IconButton, IconButtonTone},
        screen::{Pane, PaneBody, ScreenMain},
        tone::Tone,
    },
    words::{Words, use_words},
};

/// The mark of a channel.
pub fn mark(channel: &ChannelRef) -> ChannelMark {
    match channel.platform {
        Platform::Line => ChannelMark::Line,
        Platform::Whatsapp => ChannelMark::WhatsApp,
    }
}

/// Says that the line is down, under the bar of a pane; nothing while it is up.
#[component]
pub fn OfflineNote() -> Element {
    let words = use_words();
    let online = use_session().online;
    rsx! {
        div { role: "status",
            if !online() {
                Banner {
                    tone: Tone::Warn,
                    flush: true,
                    live: Live::Off,
                    icon: rsx! { Icon { WifiOff {} } },
                    title: words.common.offline_title,
                    text: words.common.offline_text,
                }
            }
        }
    }
}

/// What stands in the place of content that could not be loaded: why, and the way on.
#[component]
pub fn LoadFailed(
    /// Why.
    failed: Failed,
    /// What could not be loaded, in words; without it the problem's own title.
    title: Option<String>,
    /// Try again.
    onretry: EventHandler<()>,
) -> Element {
    let words = use_words();
    if let Failed::Problem(Problem::Forbidden { .. }) = &failed {
        return rsx! { NotAllowed { failed } };
    }
    let said = words.problems.said(&failed);
    let text = match title {
        Some(_) => said.line(),
        None => said.text,
    };
    let offline = failed == Failed::Offline;
    rsx! {
        EmptyState {
            tone: Tone::Danger,
            alert: true,
            icon: rsx! {
                Icon { size: IconSize::ExtraLarge,
                    if offline {
                        WifiOff {}
                    } else {
                        CircleAlert {}
                    }
                }
            },
            title: title.unwrap_or(said.title),
            text,
            actions: rsx! {
                Button { tone: ButtonTone::Primary, onclick: move |_| onretry.call(()),
                    Icon { size: IconSize::Small, RotateCcw {} }
                    {words.common.retry}
                }
            },
        }
    }
}

/// What stands in the place of content that this member may not see: what is missing, and whom to ask.
#[component]
pub fn NotAllowed(
    /// The refusal.
    failed: Failed,
    /// The level of its title in the page: the first where it is the whole screen.
    #[props(default = TitleLevel::Second)]
    level: TitleLevel,
) -> Element {
    let words = use_words();
    let said = words.problems.said(&failed);
    let me = use_me();
    let team = is_of_the_team(&failed);
    rsx! {
        EmptyState {
            tone: Tone::Unknown,
            icon: rsx! { Icon { size: IconSize::ExtraLarge, Lock {} } },
            level,
            title: refusal_title(words, &failed),
            text: if team { said.text } else { said.line() },
            facts: (!team).then(|| (words.common.your_role)(me.read().role)),
            actions: rsx! {
                Button { tone: ButtonTone::Primary, to: Route::home(), {words.common.to_start} }
            },
        }
    }
}

/// Whether the whole team lacks it: another role would not help then.
fn is_of_the_team(failed: &Failed) -> bool {
    matches!(failed, Failed::Problem(Problem::Forbidden { why: Forbidden::OmoPlan }))
}

/// What is missing, as a title.
fn refusal_title(words: &Words, failed: &Failed) -> String {
    if is_of_the_team(failed) { words.problems.said(failed).title } else { words.common.forbidden_title.to_owned() }
}

/// Shows a screen only to those who may; the others read what they lack and whom to ask, without a call that would fail.
#[component]
pub fn Allowed(
    /// What it takes.
    action: Action,
    /// The screen.
    children: Element,
) -> Element {
    let words = use_words();
    let me = use_me();
    let me = me.read();
    match shared::members::allow(me.role, me.team.omo, action) {
        Ok(()) => children,
        Err(why) => {
            let failed = Failed::Problem(Problem::Forbidden { why });
            rsx! {
                ScreenMain {
                    Pane { label: refusal_title(words, &failed),
                        PaneBody {
                            NotAllowed { level: TitleLevel::First, failed }
                        }
                    }
                }
            }
        }
    }
}

/// The button back to the screen above, on phones.
#[component]
pub fn BackButton(
    /// Where it leads.
    to: Route,
    /// What it does, in words.
    label: String,
    /// Is it on phones only, because wide screens show both panes?
    #[props(default)]
    compact_only: bool,
) -> Element {
    rsx! {
        IconButton {
            label,
            to,
            tone: IconButtonTone::Strong,
            class: compact_only.then(|| "compact-only".to_owned()),
            Icon { size: IconSize::Large, ArrowLeft {} }
        }
    }
}
