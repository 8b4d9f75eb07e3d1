//! One record: its figures, its people by outcome, why some did not get it, and the content as it was sent.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{Campaign, CampaignRow, Figures, ShowCampaign},
    deliveries::{ExportDeliveries, Outcome},
    id::CampaignId,
    live::LiveEvent,
    rates::Rate,
};

use super::{
    control::{Control, RecordFoot, Standing, use_control},
    export::{ExportButton, ExportNote, use_export},
    figures::{StateBadge, moment, rate},
    people::{People, Shown},
    reading::{Platforms, Reading},
    reasons::{Reasons, Unknown},
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
        avatar::ChannelName,
        facts::{Fact, Facts},
        glyph::{Check, CircleHelp, Hourglass, Info, X},
        icon::{Icon, IconSize},
        list_note::ListNote,
        outcome_bar::OutcomeBar,
        panel::{Panel, PanelBody},
        screen::{Column, Pane, PaneBody, PaneHead, PaneRole},
        skeleton::{Loading, Skeleton},
        stat::{Stat, StatGrid},
        tone::{Share, Tone},
    },
    words::{self, clock, number, use_now, use_words},
};

/// How often a record is asked again while the live link is down.
pub(super) const EVERY: Duration = Duration::from_secs(2);

/// One record.
#[component]
pub fn Record(id: ReadSignal<CampaignId>) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let now = use_now();
    let control = use_control(move || *id.read());
    let campaign = use_load(move || {
        let _ = control.changes();
        ShowCampaign { id: id() }
    });
    use_effect(move || control.set_waiting(campaign.value().map_or(0, |campaign| campaign.row.figures.waiting)));
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
    let kept = campaign.value().is_none_or(|campaign| campaign.recipients_gone_at.is_none());
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
                    end: kept.then(|| rsx! {
                        ExportButton { export, label: words.records.export_people }
                    }),
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
                    Content { campaign, control }
                }
            }
            RecordFoot { record: campaign.value(), control }
        }
    }
}

#[component]
fn Content(campaign: Load<Campaign>, control: Control) -> Element {
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
    let gone = record.recipients_gone_at;
    let shown = chosen().unwrap_or(Shown { outcome: (figures.failed > 0).then_some(Outcome::Failed), reason: None });
    let choose = use_callback(move |shown: Shown| chosen.set(Some(shown)));
    // There is nobody to list where the recipients are gone.
    let onchoose = gone.is_none().then_some(choose);
    rsx! {
        Stale { failed: campaign.error() }
        Standing { record: record.clone(), control }
        Result { row: record.row.clone(), onchoose }
        Reading { figures, onchoose }
        Platforms { platforms: record.platforms.clone() }
        Reasons { row: record.row.clone(), reasons: record.reasons.clone(), control, onchoose: choose }
        if let Some(at) = gone {
            Panel { title: say.people,
                PanelBody {
                    ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {(say.gone)(at)} }
                }
            }
        } else {
            Unknown { row: record.row.clone(), reasons: record.reasons.clone(), control, onchoose: choose }
            People { campaign: record.row.id, parts: record.row.parts, figures, shown, onchoose: choose }
        }
        AsSent { record }
    }
}

/// What a press on the figure of an outcome does: lists its people.
pub(super) fn opens(onchoose: Option<Callback<Shown>>, outcome: Outcome) -> Option<EventHandler<MouseEvent>> {
    let choose = onchoose?;
    Some(EventHandler::new(move |_| choose.call(Shown { outcome: Some(outcome), reason: None })))
}

#[component]
fn Result(row: CampaignRow, onchoose: Option<Callback<Shown>>) -> Element {
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
    let open = |outcome: Outcome| opens(onchoose, outcome);
    let toned = |n: u64, tone: Tone| if n > 0 { tone } else { Tone::Plain };
    rsx! {
        Panel { title: (say.audience)(audience), sub: say.audience_note, sub_line: true, label: say.result,
            end: rsx! {
                // Two of them go to the next line together.
                span { class: "row", "data-tight": "", "data-nowrap": "",
                    StateBadge { state: row.state, figures: row.figures }
                }
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
