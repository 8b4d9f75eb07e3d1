//! Step 3: what the customer will see, who will get it, and Send.

mod refusal;
mod result;

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{Check, CheckDraft, Person},
    content::Content,
    media::MediaInfo,
    members::Action,
    problem::{Conflict, Problem},
};

pub(super) use self::refusal::SendRefusal;
use self::result::CheckResult;
use super::frame::{DraftBanner, FlowHead, use_sent_screen};
use super::several::SeveralNumbers;
use crate::{
    api::Failed,
    app::use_title,
    draft::{Drafts, Sending, Status, Tap, use_draft_in_work},
    load::{Load, use_load_when},
    platform::sleep,
    routes::Route,
    screens::{
        parts::{Allowed, LoadFailed},
        preview::ContentPreview,
    },
    session::use_me,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        button::{Button, ButtonTone},
        dialog::Dialog,
        glyph::{ChevronLeft, ChevronRight, CircleAlert, CircleHelp, Info, RotateCcw, Send as SendIcon, X},
        icon::{Icon, IconSize},
        icon_button::IconButton,
        list_note::ListNote,
        press::Destination,
        preview_frame::PreviewWho,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, ScreenMain},
        skeleton::{Loading, Skeleton},
        toast::{Toast, ToastMessage},
        tone::{Tone, ToneText},
    },
    words::use_words,
};

/// The id of the text that says why Send cannot be pressed.
const WHY: &str = "check-why";

/// Step 3: preview and check.
#[component]
pub fn SendCheck() -> Element {
    rsx! {
        Allowed { action: Action::GroupSend, PreviewAndCheck {} }
    }
}

#[component]
fn PreviewAndCheck() -> Element {
    let words = use_words();
    let say = &words.send.check;
    use_title(|words| words.send.check.title.to_owned());
    let drafts = use_draft_in_work();
    use_hook(|| drafts.save_now());

    let stored = use_memo(move || drafts.stored());
    let check = use_load_when(move || stored().map(|(id, _)| CheckDraft { id }));
    use_sent_screen(&drafts);

    let mut asking = use_signal(|| false);
    use_effect(move || {
        // It was changed: the question is about what is not shown any more.
        let _ = stored.read();
        asking.set(false);
    });
    let mut left_out = use_signal(|| None::<u64>);
    let go = use_callback(move |()| {
        asking.set(false);
        let seen =
            check.value().map(|check| Tap { audience: check.audience, shown: counted(&check), digest: check.digest });
        if let Some(tap) = drafts.tap().or(seen) {
            drafts.send(tap);
        }
    });
    let again = move |()| {
        drafts.forget_refusal();
        drafts.look();
        check.reload();
    };

    let result = check.value();
    let me = use_me();
    let limit = u64::from(me.read().team.confirm_above);
    let parts = drafts.content().parts.len();
    let shown = drafts.tap().map(|tap| tap.shown).or_else(|| result.as_ref().map(counted));
    let tried = result.as_ref().map_or(0, Check::tried);
    let press = move |_| {
        let lost = drafts.sending() == Sending::Lost;
        if !lost && tried > limit {
            asking.set(true);
        } else {
            go.call(());
        }
    };
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                FlowHead {
                    step: 3_usize,
                    title: say.title,
                    back: (Route::SendMessage {}, say.back.to_owned()),
                }
                PaneBody {
                    Column { two: true, width: ColumnWidth::Full,
                        if let Some(check) = result.clone() {
                            div { class: "stack", "data-gap": "sm",
                                SendRefusal { sending: drafts.sending(), onagain: again }
                                DraftBanner {}
                                Preview { check: check.clone(), content: drafts.content(), media: drafts.media() }
                            }
                            div { class: "stack",
                                CheckResult {
                                    check,
                                    onchanged: move |count| {
                                        left_out.set(Some(count));
                                        drafts.forget_refusal();
                                        spawn(async move {
                                            sleep(Duration::from_secs(4)).await;
                                            left_out.set(None);
                                        });
                                    },
                                }
                            }
                        } else {
                            div { class: "stack",
                                SendRefusal { sending: drafts.sending(), onagain: again }
                                DraftBanner {}
                                NotYet { drafts, check }
                            }
                        }
                    }
                }
                PaneFoot {
                    Bar { check, sending: drafts.sending(), shown, onsend: press }
                    Toast {
                        message: left_out()
                            .map(|count| ToastMessage {
                                text: (say.left_out)(count),
                                action: None,
                            }),
                    }
                }
            }
        }
        if asking() {
            if let Some(shown) = shown {
                Dialog {
                    title: (say.confirm_title)(shown),
                    text: (say.confirm_text)(limit, parts),
                    onclose: move |()| asking.set(false),
                    Button { tone: ButtonTone::Go, block: true, onclick: move |_| go.call(()),
                        Icon { size: IconSize::Small, SendIcon {} }
                        {(say.send)(shown)}
                    }
                    Button { block: true, onclick: move |_| asking.set(false), {say.look_again} }
                }
            }
        }
    }
}

/// The number on the button: those who will be sent for sure, or else those who are tried.
fn counted(check: &Check) -> u64 {
    if check.will_send > 0 { check.will_send } else { check.tried() }
}

/// While there is no check to show: it runs, the draft is being saved first, or one of them failed.
#[component]
fn NotYet(drafts: Drafts, check: Load<Check>) -> Element {
    let words = use_words();
    let say = &words.send.check;
    if let Some(Failed::Problem(Problem::Conflict { with: Conflict::SeveralNumbers { channels } })) = check.failed() {
        return rsx! {
            SeveralNumbers { channels, onkept: move |()| check.reload() }
        };
    }
    if let Some(failed) = check.failed() {
        let mend = matches!(
            &failed,
            Failed::Problem(Problem::Invalid { .. } | Problem::Conflict { with: Conflict::TemplateChanged { .. } })
        );
        let pick = matches!(&failed, Failed::Problem(Problem::Invalid { field, .. }) if field.starts_with("selection"));
        return rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| check.reload() }
            if pick {
                Button { block: true, to: Route::SendRecipients {}, {say.fewer} }
            } else if mend {
                Button { block: true, to: Route::SendMessage {}, {say.mend_content} }
            }
        };
    }
    if drafts.stored().is_none() {
        match drafts.status() {
            Status::OnDevice(failed) | Status::Refused(failed) => {
                return rsx! {
                    LoadFailed { failed, title: say.not_saved, onretry: move |()| drafts.save_now() }
                };
            }
            Status::Conflict(_) => return rsx! {},
            Status::Blank => {
                return rsx! {
                    ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } },
                        {words.send.write.blocked_nobody}
                    }
                    Button { block: true, to: Route::SendRecipients {}, {say.fewer} }
                };
            }
            Status::Saved | Status::Saving => {}
        }
    }
    let label = if drafts.stored().is_some() { say.loading } else { say.saving_first };
    rsx! {
        Loading { label }
        Skeleton { height: "320px" }
        Skeleton { height: "96px" }
        Skeleton { height: "56px" }
    }
}

/// What the customer will see, one sample customer at a time.
#[component]
fn Preview(check: Check, content: Content, media: Vec<MediaInfo>) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let mut place = use_signal(|| 0_usize);
    let samples = check.samples;
    let of = samples.len();
    let now = place().min(of.saturating_sub(1));
    let sample = samples.into_iter().nth(now);
    let channel = sample
        .as_ref()
        .map(|Person { channel, .. }| channel.clone())
        .or_else(|| check.channels.into_iter().next().map(|one| one.channel));
    let Some(channel) = channel else {
        return rsx! {};
    };
    let name = sample.map(|person| person.name).unwrap_or_default();
    let who = words.name(&name).to_owned();
    rsx! {
        ContentPreview {
            channel,
            content,
            media,
            name,
            strip: words.common.today,
            foot: (of > 0)
                .then(|| rsx! {
                    PreviewWho {
                        before: rsx! {
                            IconButton {
                                label: say.before,
                                onclick: move |_| place.set(if now == 0 { of - 1 } else { now - 1 }),
                                Icon { size: IconSize::Large, ChevronLeft {} }
                            }
                        },
                        after: rsx! {
                            IconButton {
                                label: say.after,
                                onclick: move |_| place.set((now + 1) % of),
                                Icon { size: IconSize::Large, ChevronRight {} }
                            }
                        },
                        name: who,
                        place: (say.place)(now + 1, of),
                    }
                }),
        }
        ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {say.order_note} }
    }
}

/// The figures in sight, and the one green button.
#[component]
fn Bar(check: Load<Check>, sending: Sending, shown: Option<u64>, onsend: EventHandler<MouseEvent>) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let result = check.value();
    let now = sending == Sending::Now;
    let lost = sending == Sending::Lost;
    let refused = matches!(sending, Sending::Refused(_));
    let stale = check.pending() || check.error().is_some();
    // Before the check can begin, the screen itself says what it waits for, or what is to be done.
    let waits = result.is_none() && !check.pending() && check.error().is_none();
    let why = if now {
        Some(say.sending_text)
    } else if lost || waits {
        None
    } else if result.is_none() || stale {
        Some(if check.error().is_some() { say.failed } else { say.loading })
    } else if shown == Some(0) {
        Some(say.nobody_title)
    } else if refused {
        Some(say.refused)
    } else {
        None
    };
    if waits && why.is_none() && shown.is_none() {
        return rsx! {};
    }
    let unsure = result.as_ref().map_or(0, Check::unsure);
    let failing = result.as_ref().map_or(0, Check::failing);
    rsx! {
        ActionBar {
            if let Some(why) = why {
                ActionBarNote {
                    id: WHY,
                    role: "status",
                    tone: if now || check.pending() { NoteTone::Quiet } else { NoteTone::Danger },
                    Icon { size: IconSize::Small,
                        if now || check.pending() {
                            Info {}
                        } else {
                            CircleAlert {}
                        }
                    }
                    span { "{why}" }
                }
            }
            ActionBarRow {
                if let Some(result) = result {
                    ActionBarText {
                        to: Destination::address("#check"),
                        title: rsx! { {(say.bar_will)(result.will_send)} },
                        sub: rsx! {
                            if failing > 0 {
                                ToneText { tone: Tone::Danger, icon: rsx! { Icon { size: IconSize::ExtraSmall, X {} } },
                                    {(say.bar_will_not)(failing)}
                                }
                            }
                            if unsure > 0 {
                                ToneText {
                                    tone: Tone::Unknown,
                                    icon: rsx! { Icon { size: IconSize::ExtraSmall, CircleHelp {} } },
                                    {(say.bar_unsure)(unsure)}
                                }
                            }
                        },
                    }
                }
                if check.error().is_some() && !lost && !now {
                    Button { tone: ButtonTone::Primary, class: ACTION_BAR_MAIN, onclick: move |_| check.reload(),
                        Icon { size: IconSize::Small, RotateCcw {} }
                        {say.again}
                    }
                } else if let Some(shown) = shown {
                    Button {
                        tone: ButtonTone::Go,
                        class: ACTION_BAR_MAIN,
                        blocked: why.is_some().then(|| WHY.to_owned()),
                        onclick: move |event| onsend.call(event),
                        Icon { size: IconSize::Small, SendIcon {} }
                        if now {
                            {say.sending}
                        } else {
                            {(say.send)(shown)}
                        }
                    }
                }
            }
        }
    }
}
