//! Parts that several screens share: the offline note, what is shown instead of content, the way back.

use std::time::Duration;

use dioxus::{core::Task, prelude::*};
use shared::{
    contacts::ChannelRef,
    limits::Platform,
    members::{Action, Colleague, StoreRef},
    problem::{Forbidden, Problem},
};

use crate::{
    api::Failed,
    app::NewVersion,
    live::use_live_link,
    platform::{sleep, use_device},
    routes::Route,
    session::{use_me, use_session},
    ui::{
        app_bar::TitleLevel,
        avatar::ChannelMark,
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        empty_state::EmptyState,
        glyph::{ArrowLeft, CircleAlert, CloudOff, Lock, RotateCcw, WifiOff},
        icon::{Icon, IconSize},
        icon_button::{IconButton, IconButtonTone},
        screen::{Pane, PaneBody, ScreenMain},
        toast::ToastMessage,
        tone::Tone,
    },
    words::{Words, use_words},
};

/// How long a notice stays: long enough to be read twice.
const NOTICE: Duration = Duration::from_secs(6);

/// Takes each notice away once it could be read.
pub fn use_passing(mut notice: Signal<Option<ToastMessage>>) {
    let mut shown = use_hook(|| CopyValue::new(None::<Task>));
    use_effect(move || {
        let says = notice.read().is_some();
        if let Some(task) = shown.write().take() {
            task.cancel();
        }
        if says {
            let task = spawn(async move {
                sleep(NOTICE).await;
                notice.set(None);
            });
            shown.set(Some(task));
        }
    });
}

/// The mark of a channel.
pub fn mark(channel: &ChannelRef) -> ChannelMark {
    mark_of(channel.platform)
}

/// The mark of a platform.
pub const fn mark_of(platform: Platform) -> ChannelMark {
    match platform {
        Platform::Line => ChannelMark::Line,
        Platform::Whatsapp => ChannelMark::WhatsApp,
    }
}

/// Says that the line is down, or the live link alone (domain.md 8.7), under the bar of a pane; or else that there is a newer
/// version of the app; mostly nothing.
#[component]
pub fn OfflineNote() -> Element {
    let words = use_words();
    let device = use_device();
    let online = use_session().online;
    let link = use_live_link();
    let NewVersion(new_version) = use_hook(consume_context::<NewVersion>);
    rsx! {
        div { class: "offline-note", role: "status",
            if !online() {
                Banner {
                    tone: Tone::Warn,
                    flush: true,
                    live: Live::Off,
                    icon: rsx! { Icon { WifiOff {} } },
                    title: words.common.offline_title,
                    text: words.common.offline_text,
                }
            } else if link.is_some_and(|link| link.lost()) {
                Banner {
                    flush: true,
                    live: Live::Off,
                    icon: rsx! { Icon { CloudOff {} } },
                    title: words.common.reconnecting_title,
                    text: words.common.reconnecting_text,
                }
            } else if new_version() || device.has_new_version() {
                Banner {
                    flush: true,
                    live: Live::Off,
                    icon: rsx! { Icon { RotateCcw {} } },
                    title: words.common.new_version_title,
                    text: words.common.new_version_text,
                    actions: rsx! {
                        Button { size: ButtonSize::Small, onclick: move |_| device.take_new_version(), {words.common.new_version_action} }
                    },
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

/// Why what was asked for did not happen, beside what asked.
#[component]
pub fn Refused(
    /// Why.
    failed: Failed,
) -> Element {
    let said = use_words().problems.said(&failed);
    rsx! {
        Banner {
            tone: Tone::Danger,
            live: Live::Alert,
            icon: rsx! { Icon { CircleAlert {} } },
            title: said.title,
            text: said.text,
        }
    }
}

/// Says over what is still shown that asking for it again failed.
#[component]
pub fn Stale(
    /// Why, if it did.
    failed: Option<Failed>,
    /// From edge to edge.
    #[props(default)]
    flush: bool,
) -> Element {
    let words = use_words();
    let Some(failed) = failed else {
        return rsx! {};
    };
    rsx! {
        Banner {
            tone: Tone::Warn,
            flush,
            live: Live::Status,
            icon: rsx! { Icon { CircleAlert {} } },
            title: words.problems.said(&failed).line(),
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

/// What is missing, as a title: without the full stop that it has as a sentence.
fn refusal_title(words: &Words, failed: &Failed) -> String {
    if is_of_the_team(failed) {
        words.problems.said(failed).title.trim_end_matches(['。', '.']).to_owned()
    } else {
        words.common.forbidden_title.to_owned()
    }
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

/// Puts an item into a list, or takes it out.
pub fn toggle<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if let Some(place) = list.iter().position(|other| *other == item) {
        list.remove(place);
    } else {
        list.push(item);
    }
}

/// The stores of these colleagues, each once, by name.
pub fn stores_of(colleagues: &[Colleague]) -> Vec<StoreRef> {
    let mut stores: Vec<StoreRef> = colleagues.iter().flat_map(|one| one.stores.clone()).collect();
    stores.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    stores.dedup_by_key(|store| store.id);
    stores
}

/// The names of these, where there are few and all are known.
pub fn named<'k, Id: PartialEq>(ids: &[Id], known: impl Iterator<Item = (Id, &'k str)>) -> Option<Vec<&'k str>> {
    let names: Vec<&str> = known.filter(|(id, _)| ids.contains(id)).map(|(_, name)| name).collect();
    (ids.len() <= 3 && names.len() == ids.len()).then_some(names)
}
