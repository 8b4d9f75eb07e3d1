//! Step 4: how far it is.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{CampaignState, Figures, Progress, ShowProgress},
    id::CampaignId,
    live::LiveEvent,
    members::Action,
};

use super::frame::FlowHead;
use crate::{
    app::use_title,
    live::use_live,
    load::use_load,
    routes::Route,
    screens::parts::{Allowed, LoadFailed},
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarRow},
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        glyph::{Check, CircleAlert, CircleHelp, Hourglass, Info, TriangleAlert, X},
        icon::{Icon, IconSize},
        list_note::ListNote,
        progress_ring::ProgressRing,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, ScreenMain},
        send_hero::SendHero,
        skeleton::{Loading, Skeleton, SkeletonShape},
        stat::{Stat, StatGrid},
        tone::{Share, Tone},
    },
    words::{Words, number, use_words},
};

/// How often a send under way is asked about while the live link is down.
const EVERY: Duration = Duration::from_secs(1);

/// Step 4: how far it is.
#[component]
pub fn SendSent(campaign: ReadSignal<CampaignId>) -> Element {
    rsx! {
        Allowed { action: Action::ReadGroupRecords, Sent { campaign } }
    }
}

#[component]
fn Sent(campaign: ReadSignal<CampaignId>) -> Element {
    let words = use_words();
    let say = &words.send.sent;
    let progress = use_load(move || ShowProgress { id: campaign() });
    use_live(
        move |event| {
            matches!(event, LiveEvent::Campaign { id } if id == *campaign.peek()) || event == LiveEvent::Channels
        },
        EVERY,
        move || {
            if !progress.value().is_some_and(|now| is_over(&now)) {
                progress.refresh();
            }
        },
    );
    use_title(move |words| {
        let state = progress.value().map_or(CampaignState::Sending, |now| now.state);
        title(words, state).to_owned()
    });
    let now = progress.value();
    let heading = title(words, now.as_ref().map_or(CampaignState::Sending, |now| now.state));
    rsx! {
        ScreenMain {
            Pane { label: heading,
                FlowHead { step: 4_usize, title: heading }
                PaneBody {
                    Column { width: ColumnWidth::Narrow,
                        if let Some(now) = now {
                            if progress.error().is_some() {
                                Banner {
                                    tone: Tone::Warn,
                                    live: Live::Status,
                                    icon: rsx! { Icon { CircleAlert {} } },
                                    title: say.stale,
                                }
                            }
                            Standing { now }
                        } else if let Some(failed) = progress.failed() {
                            LoadFailed { failed, title: say.load_failed, onretry: move |()| progress.reload() }
                        } else {
                            Loading { label: say.loading }
                            SendHero { line: rsx! { {say.may_leave} },
                                Skeleton { shape: SkeletonShape::Round, height: "200px" }
                            }
                            Skeleton { height: "96px" }
                        }
                    }
                }
                PaneFoot {
                    ActionBar {
                        ActionBarRow {
                            Button { class: ACTION_BAR_MAIN, "data-grow": "", to: Route::home(), {say.to_conversations} }
                            Button {
                                tone: ButtonTone::Primary,
                                class: ACTION_BAR_MAIN,
                                "data-grow": "",
                                to: Route::Record { id: campaign() },
                                {say.to_record}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Nothing will change any more.
fn is_over(now: &Progress) -> bool {
    now.figures.settled() && !matches!(now.state, CampaignState::Sending | CampaignState::Paused)
}

fn title(words: &Words, state: CampaignState) -> &'static str {
    let say = &words.send.sent;
    match state {
        CampaignState::Sending => say.sending,
        CampaignState::Paused => say.paused,
        CampaignState::Completed => say.done,
        CampaignState::Failed => say.failed,
        CampaignState::Cancelled => say.cancelled,
    }
}

#[component]
fn Standing(now: Progress) -> Element {
    let words = use_words();
    let say = &words.send.sent;
    let Figures { audience, waiting, succeeded, failed, unknown, .. } = now.figures;
    let done = audience.saturating_sub(waiting);
    let id = now.campaign;
    rsx! {
        if let Some(reason) = now.paused {
            Banner {
                tone: Tone::Warn,
                live: Live::Status,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: (words.reasons.reason)(reason).title,
                text: (words.records.detail.paused_text)((words.reasons.reason)(reason).why),
            }
        }
        SendHero { line: line(words, &now),
            ProgressRing {
                label: say.ring,
                value_text: (say.ring_text)(done, audience),
                shares: vec![
                    Share { tone: Tone::Ok, n: succeeded },
                    Share { tone: Tone::Danger, n: failed },
                    Share { tone: Tone::Unknown, n: unknown },
                ],
                total: audience,
                figure: number(done),
                of: number(audience),
                caption: say.handled,
            }
        }
        StatGrid { three: unknown == 0,
            Stat {
                label: say.accepted.0,
                icon: rsx! { Icon { size: IconSize::ExtraSmall, Check {} } },
                figure: number(succeeded),
                part: say.accepted.1,
                to: Route::Record { id },
            }
            Stat {
                label: say.failures.0,
                icon: rsx! { Icon { size: IconSize::ExtraSmall, X {} } },
                figure: number(failed),
                tone: if failed > 0 { Tone::Danger } else { Tone::Plain },
                part: if failed > 0 { say.failures.1 } else { say.none },
                to: Route::Record { id },
            }
            Stat {
                label: say.waiting.0,
                icon: rsx! { Icon { size: IconSize::ExtraSmall, Hourglass {} } },
                figure: number(waiting),
                part: if waiting > 0 { say.waiting.1 } else { say.none },
                to: Route::Record { id },
            }
            if unknown > 0 {
                Stat {
                    label: say.unknown.0,
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, CircleHelp {} } },
                    figure: number(unknown),
                    tone: Tone::Unknown,
                    part: say.unknown.1,
                    to: Route::Record { id },
                }
            }
        }
        ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {say.honest} }
    }
}

fn line(words: &Words, now: &Progress) -> Element {
    let say = &words.send.sent;
    let failed = now.figures.failed;
    let (line, bold) = match now.state {
        CampaignState::Sending => (say.line_sending.to_owned(), Some(say.may_leave)),
        CampaignState::Paused => (say.line_paused.to_owned(), Some(say.may_leave)),
        CampaignState::Completed if failed > 0 => ((say.line_failures)(failed), None),
        CampaignState::Completed => (say.line_done.to_owned(), None),
        CampaignState::Failed => (say.line_failed.to_owned(), None),
        CampaignState::Cancelled => (say.line_cancelled.to_owned(), None),
    };
    rsx! {
        "{line} "
        if let Some(bold) = bold {
            b { "{bold}" }
        }
    }
}
