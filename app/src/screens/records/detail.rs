//! One record: its figures, its people by outcome, why some did not get it, and the content as it was sent.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{Campaign, CampaignRow, Figures, ReasonCount, ShowCampaign},
    deliveries::{ExportDeliveries, Outcome},
    id::CampaignId,
    live::LiveEvent,
    rates::Rate,
    reasons::Reason,
};

use super::{
    export::{ExportButton, ExportNote, use_export},
    figures::{StateBadge, moment, rate},
    people::{People, Shown},
    reading::{Platforms, Reading},
};
use crate::{
    app::use_title,
    live::use_live,
    load::{Load, use_load},
    routes::Route,
    screens::{
        parts::{BackButton, LoadFailed, OfflineNote, Stale, mark},
        preview::ContentPreview,
    },
    ui::{
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        avatar::{Avatar, AvatarSize, ChannelName},
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        facts::{Fact, Facts},
        glyph::{Check, CircleHelp, Hourglass, Info, TriangleAlert, X},
        icon::{Icon, IconSize},
        list_note::ListNote,
        outcome_bar::OutcomeBar,
        panel::{Panel, PanelBody},
        reason_group::ReasonGroup,
        screen::{Column, Pane, PaneBody, PaneHead, PaneRole},
        skeleton::{Loading, Skeleton},
        stat::{Stat, StatGrid},
        tone::{Share, Tone},
    },
    words::{self, Words, clock, number, use_now, use_words},
};

/// How often a record is asked again while the live link is down.
const EVERY: Duration = Duration::from_secs(2);

/// One record.
#[component]
pub fn Record(id: ReadSignal<CampaignId>) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let now = use_now();
    let campaign = use_load(move || ShowCampaign { id: id() });
    use_live(
        move |event| {
            matches!(event, LiveEvent::Campaign { id: changed } if changed == *id.peek())
                || event == LiveEvent::Channels
        },
        EVERY,
        move || campaign.refresh(),
    );
    let export = use_export(move || ExportDeliveries {
        id: *id.peek(),
        outcome: None,
        reason: None,
        language: words.language.for_calls(),
    });
    use_title(|words| words.records.detail.label.to_owned());
    let row = campaign.value().map(|campaign| campaign.row);
    let title = row
        .as_ref()
        .map_or_else(|| say.label.to_owned(), |row| (say.title)(row.kind, &moment(words, row.sent_at, now)));
    let by = row.map(|row| match row.store {
        Some(store) => format!("{} · {}", row.sender.name, store.name),
        None => row.sender.name,
    });
    rsx! {
        Pane { label: say.label, role: PaneRole::Detail,
            PaneHead {
                AppBar {
                    start: rsx! {
                        BackButton { to: Route::RecordsHome {}, label: say.back }
                    },
                    end: rsx! {
                        ExportButton { export, label: words.records.export_people }
                    },
                    AppBarTitle {
                        level: TitleLevel::Second,
                        name: title,
                        sub: by.map(|by| rsx! { "{by}" }),
                    }
                }
                OfflineNote {}
                ExportNote { export }
            }
            PaneBody {
                Column {
                    Content { campaign }
                }
            }
        }
    }
}

#[component]
fn Content(campaign: Load<Campaign>) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    // Who is listed, once somebody chose; before that, those who need a look.
    let mut chosen = use_signal(|| None::<Shown>);
    if let Some(failed) = campaign.failed() {
        return rsx! {
            LoadFailed { failed, title: say.load_failed, onretry: move |()| campaign.reload() }
        };
    }
    let Some(record) = campaign.value() else {
        return rsx! {
            Loading { label: say.loading }
            Skeleton { height: "164px" }
            Skeleton { height: "132px" }
            Skeleton { height: "240px" }
        };
    };
    let figures = record.row.figures;
    let shown = chosen().unwrap_or(Shown { outcome: (figures.failed > 0).then_some(Outcome::Failed), reason: None });
    let choose = use_callback(move |shown: Shown| chosen.set(Some(shown)));
    rsx! {
        Stale { failed: campaign.error() }
        if let Some(reason) = record.paused {
            Banner {
                tone: Tone::Warn,
                live: Live::Status,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: (words.reasons.reason)(reason).title,
                text: (say.paused_text)((words.reasons.reason)(reason).why),
            }
        }
        Result { row: record.row.clone(), onchoose: choose }
        Reading { figures, onchoose: choose }
        Platforms { platforms: record.platforms.clone() }
        if !record.reasons.is_empty() {
            Reasons { reasons: record.reasons.clone(), onchoose: choose }
        }
        People { campaign: record.row.id, figures, shown, onchoose: choose }
        AsSent { record }
    }
}

#[component]
fn Result(row: CampaignRow, onchoose: EventHandler<Shown>) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let Figures { audience, waiting, succeeded, failed, unknown, .. } = row.figures;
    let part = |part: u64| {
        let whole = Rate { part, whole: audience };
        let (percent, fraction) = rate(whole, say.no_rate);
        if whole.percent().is_some() {
            // The fraction stays in one piece where the line is too short for both.
            format!("{percent} {}", fraction.replace(' ', "\u{a0}"))
        } else {
            fraction
        }
    };
    let open = move |outcome: Outcome| {
        move |_| {
            onchoose.call(Shown { outcome: Some(outcome), reason: None });
        }
    };
    let toned = |n: u64, tone: Tone| if n > 0 { tone } else { Tone::Plain };
    rsx! {
        Panel { title: (say.audience)(audience), sub: say.audience_note, sub_line: true, label: say.result,
            end: rsx! {
                StateBadge { state: row.state, figures: row.figures }
            },
            PanelBody {
                OutcomeBar {
                    shares: vec![
                        Share { tone: Tone::Ok, n: succeeded },
                        Share { tone: Tone::Danger, n: failed },
                        Share { tone: Tone::Unknown, n: unknown },
                        Share { tone: Tone::Plain, n: waiting },
                    ],
                }
            }
            StatGrid { flush: true, three: waiting == 0,
                Stat {
                    label: (say.outcome)(Outcome::Succeeded),
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, Check {} } },
                    figure: number(succeeded),
                    part: part(succeeded),
                    onclick: open(Outcome::Succeeded),
                }
                Stat {
                    label: (say.outcome)(Outcome::Failed),
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, X {} } },
                    figure: number(failed),
                    tone: toned(failed, Tone::Danger),
                    part: part(failed),
                    onclick: open(Outcome::Failed),
                }
                Stat {
                    label: (say.outcome)(Outcome::Unknown),
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, CircleHelp {} } },
                    figure: number(unknown),
                    tone: toned(unknown, Tone::Unknown),
                    part: part(unknown),
                    onclick: open(Outcome::Unknown),
                }
                if waiting > 0 {
                    Stat {
                        label: (say.outcome)(Outcome::Waiting),
                        icon: rsx! { Icon { size: IconSize::ExtraSmall, Hourglass {} } },
                        figure: number(waiting),
                        part: part(waiting),
                        onclick: open(Outcome::Waiting),
                    }
                }
            }
        }
        ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {say.honest} }
    }
}

/// Why some did not get it, the most frequent first, each with what to do next.
#[component]
fn Reasons(reasons: Vec<ReasonCount>, onchoose: EventHandler<Shown>) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let people = reasons.iter().map(|one| one.count).sum();
    rsx! {
        Panel { title: say.reasons, sub: (say.reasons_sub)(people, reasons.len()),
            for one in reasons {
                ReasonGroup {
                    key: "{one.reason.as_str()}",
                    block: true,
                    title: (words.reasons.reason)(one.reason).title,
                    count: (words.send.people)(one.count),
                    people: names(words, &one),
                    faces: rsx! {
                        for (place , name) in one.names.iter().take(3).enumerate() {
                            Avatar { key: "{place}", name: name.clone(), tint_of: name.clone(), size: AvatarSize::Sm }
                        }
                    },
                    actions: rsx! {
                        Button {
                            tone: ButtonTone::Line,
                            size: ButtonSize::Small,
                            onclick: move |_| {
                                onchoose
                                    .call(Shown {
                                        outcome: Some(outcome_of(one.reason)),
                                        reason: Some(one.reason),
                                    });
                            },
                            {(say.show_people)(one.count)}
                        }
                    },
                    {(words.reasons.reason)(one.reason).why}
                    br {}
                    b { {say.next} }
                    {(words.reasons.reason)(one.reason).next}
                }
            }
        }
    }
}

/// Only "no answer" leaves somebody unknown; every other reason is a failure.
fn outcome_of(reason: Reason) -> Outcome {
    if reason == Reason::NoAnswer { Outcome::Unknown } else { Outcome::Failed }
}

fn names(words: &Words, one: &ReasonCount) -> String {
    let names: Vec<&str> = one.names.iter().map(|name| words.name(name)).collect();
    let shown = names.len() as u64;
    let names = names.join(words.send.name_separator);
    match one.count.saturating_sub(shown) {
        0 => names,
        more => (words.send.and_more)(&names, more),
    }
}

/// The content as it was accepted, and the facts of the send.
#[component]
fn AsSent(record: Campaign) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let row = record.row;
    let channel = row.channels.first().cloned();
    let parts = record.content.parts.len();
    rsx! {
        if let Some(channel) = channel {
            Panel { title: say.content, sub: (say.content_sub)(parts),
                PanelBody {
                    ContentPreview {
                        channel,
                        content: record.content,
                        media: record.media,
                        name: say.name_fill,
                        strip: words::moment(row.sent_at),
                        clock: clock(row.sent_at),
                    }
                }
            }
        }
        Panel { title: say.facts,
            Facts { inset: true,
                Fact { label: words.records.sent_at, {words::moment(row.sent_at)} }
                if let Some(finished) = row.finished_at {
                    Fact { label: say.finished, {words::moment(finished)} }
                }
                Fact { label: words.records.sender, "{row.sender.name}" }
                if let Some(store) = row.store {
                    Fact { label: say.store, "{store.name}" }
                }
                for channel in row.channels {
                    Fact { key: "{channel.id}", label: say.channels,
                        ChannelName { channel: mark(&channel), "{channel.name}" }
                    }
                }
                Fact { label: words.records.links, {number(row.referral_links)} }
            }
        }
    }
}
