//! The check in words: who will be sent, who will not and why, who is not sure, and what can be done.

use dioxus::prelude::*;
use shared::{
    campaigns::{ChannelCheck, Check, CheckGroup, Draft, Kind, LeaveOut, Person, Reach, ShowDraft, SwitchToTemplate},
    contacts::ChannelRef,
    id::{ChannelId, DraftId},
    limits::Platform,
    reasons::Reason,
};

use crate::{
    api::use_api,
    draft::use_drafts,
    platform::draw_id,
    screens::{
        parts::Refused,
        send::{curing::use_curing, frame::message_step},
    },
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{Check as CheckIcon, CircleHelp, Info, LayoutTemplate, TriangleAlert, UserX, Users, X},
        icon::{Icon, IconSize},
        list_note::ListNote,
        meter::Meter,
        outcome::Outcome,
        outcome_bar::OutcomeBar,
        panel::{Panel, PanelBody},
        reason_group::{ReasonGroup, ReasonText},
        tone::{Share, Tone},
    },
    words::{Words, number, reasons::ReasonWords, use_words},
};

/// Names of a group that are printed; the rest is a number.
const NAMES: usize = 12;

/// The check.
#[component]
pub(super) fn CheckResult(
    /// The check.
    check: Check,
    /// The draft was changed by a cure: check again.
    onchanged: EventHandler<u64>,
) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let curing = use_curing();
    let api = use_api();
    let drafts = use_drafts();
    let leaving = api.clone();
    let leave = use_callback(move |(call, count): (LeaveOut, u64)| {
        let api = leaving.clone();
        curing.run(async move { api.call(call).await }, move || onchanged.call(count));
    });
    let id = drafts.draft().id;
    let mut moved = use_signal(|| None::<Draft>);
    let switch = use_callback(move |(call, count): (SwitchToTemplate, u64)| {
        let api = api.clone();
        let cure = async move {
            let to = api.call(call).await?;
            // What is left of this draft has to be known before it is sent.
            let rest = api.call(ShowDraft { id }).await?;
            moved.set(Some(to));
            Ok(rest)
        };
        curing.run(cure, move || onchanged.call(count));
    });
    let by_account = check
        .channels
        .iter()
        .map(|one| format!("{} {}", one.channel.name, number(one.tried)))
        .collect::<Vec<_>>()
        .join(" · ");
    let failing = check
        .will_fail
        .iter()
        .map(|group| {
            let title = (words.reasons.reason)(group.reason).title;
            format!("{title} {}", number(group.count))
        })
        .collect::<Vec<_>>()
        .join(" · ");
    let plain_to_whatsapp = drafts.kind() == Kind::GroupMessage
        && check.channels.iter().any(|one| one.channel.platform == Platform::Whatsapp);
    let some_fail = check.failing() > 0;
    let has_unsure = check.unsure() > 0;
    rsx! {
        for one in check.channels.iter().filter(|one| one.paused.is_some()) {
            Paused { key: "{one.channel.id}", one: one.clone() }
        }
        if let Some(failed) = curing.failed() {
            Refused { failed }
        }
        if let Some(to) = moved() {
            Switched { to }
        }
        if plain_to_whatsapp {
            Banner {
                tone: Tone::Warn,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: say.whatsapp_title,
                text: say.whatsapp_text,
            }
        }
        Panel { id: "check", title: say.panel, sub: (say.of_all)(check.audience),
            PanelBody {
                OutcomeBar {
                    shares: vec![
                        Share { tone: Tone::Ok, n: check.will_send },
                        Share { tone: Tone::Danger, n: check.failing() },
                        Share { tone: Tone::Unknown, n: check.unsure() },
                    ],
                }
            }
            Outcome {
                tone: Tone::Ok,
                icon: rsx! { Icon { CheckIcon {} } },
                count: number(check.will_send),
                label: say.will,
                sub: by_account,
                ReasonText { {say.will_text} }
            }
            if some_fail {
                Outcome {
                    tone: Tone::Danger,
                    icon: rsx! { Icon { X {} } },
                    count: number(check.failing()),
                    label: say.will_not,
                    sub: failing,
                    open: true,
                    for group in check.will_fail.clone() {
                        Group {
                            key: "{group.reason.as_str()}",
                            said: (words.reasons.reason)(group.reason),
                            count: group.count,
                            people: names(words, &group),
                            leaving: curing.busy(),
                            switches: switches(&group),
                            onswitch: move |(channel, count)| {
                                let to = DraftId(draw_id());
                                switch.call((SwitchToTemplate { id, to, channel }, count));
                            },
                            onleave: move |()| leave.call((LeaveOut { id, reason: Some(group.reason), doubt: None, all_but: None }, group.count)),
                        }
                    }
                }
            }
            if has_unsure {
                Outcome {
                    tone: Tone::Unknown,
                    icon: rsx! { Icon { CircleHelp {} } },
                    count: number(check.unsure()),
                    label: say.unsure,
                    sub: say.unsure_sub,
                    for group in check.not_sure.clone() {
                        Group {
                            key: "{group.reason:?}",
                            said: (words.reasons.doubt)(group.reason),
                            count: group.count,
                            people: names(words, &group),
                            leaving: curing.busy(),
                            onleave: move |()| leave.call((LeaveOut { id, reason: None, doubt: Some(group.reason), all_but: None }, group.count)),
                        }
                    }
                }
            }
        }
        if check.same_person > 0 {
            Banner {
                tone: Tone::Warn,
                icon: rsx! { Icon { Users {} } },
                title: (say.same_title)(check.same_person),
                text: say.same_text,
            }
        }
        Quotas { channels: check.channels.clone() }
        Reaches { channels: check.channels.clone() }
        if check.referral_links > 0 {
            ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } },
                {(say.links)(check.referral_links)}
            }
        }
    }
}

#[component]
fn Paused(one: ChannelCheck) -> Element {
    let words = use_words();
    let Some(reason) = one.paused else {
        return rsx! {};
    };
    rsx! {
        Banner {
            tone: Tone::Warn,
            live: Live::Status,
            icon: rsx! { Icon { TriangleAlert {} } },
            title: (words.send.check.paused_title)(&one.channel.name),
            text: (words.send.check.paused_text)((words.reasons.reason)(reason).why),
        }
    }
}

#[component]
fn Group(
    said: ReasonWords,
    count: u64,
    people: String,
    leaving: bool,
    #[props(default)] switches: Vec<(ChannelRef, u64)>,
    #[props(default)] onswitch: EventHandler<(ChannelId, u64)>,
    onleave: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.send.check;
    rsx! {
        ReasonGroup {
            title: said.title,
            count: (words.send.people)(count),
            people,
            actions: rsx! {
                for (channel , count) in switches {
                    Button {
                        key: "{channel.id}",
                        tone: ButtonTone::Primary,
                        size: ButtonSize::Small,
                        onclick: move |_| onswitch.call((channel.id, count)),
                        Icon { size: IconSize::Small, LayoutTemplate {} }
                        {(say.switch)(count)}
                    }
                }
                Button {
                    tone: ButtonTone::Soft,
                    size: ButtonSize::Small,
                    onclick: move |_| onleave.call(()),
                    Icon { size: IconSize::Small, UserX {} }
                    if leaving {
                        {say.leaving_out}
                    } else {
                        {(say.leave_out)(count)}
                    }
                }
            },
            {said.why}
        }
    }
}

/// The WhatsApp numbers whose customers of a group can be sent a template instead, each with how many of them; nothing for
/// other reasons. Beyond the people that a group names, those of one number stand for the rest.
fn switches(group: &CheckGroup<Reason>) -> Vec<(ChannelRef, u64)> {
    if group.reason != Reason::WaWindowClosed {
        return Vec::new();
    }
    let mut numbers: Vec<(ChannelRef, u64)> = Vec::new();
    for person in &group.people {
        match numbers.iter_mut().find(|(known, _)| known.id == person.channel.id) {
            Some((_, count)) => *count += 1,
            None => numbers.push((person.channel.clone(), 1)),
        }
    }
    if let [(_, count)] = numbers.as_mut_slice() {
        *count = group.count;
    }
    numbers
}

/// Where those went who get a template instead.
#[component]
fn Switched(to: Draft) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let drafts = use_drafts();
    let navigator = use_navigator();
    rsx! {
        Banner {
            tone: Tone::Ok,
            live: Live::Status,
            icon: rsx! { Icon { LayoutTemplate {} } },
            title: say.switched,
            text: say.switched_text,
            actions: rsx! {
                Button {
                    tone: ButtonTone::Line,
                    size: ButtonSize::Small,
                    onclick: move |_| {
                        let step = message_step(&to);
                        drafts.adopt(to.clone());
                        navigator.push(step);
                    },
                    {say.write_template}
                }
            },
        }
    }
}

fn names<T>(words: &Words, group: &CheckGroup<T>) -> String {
    let listed: Vec<&str> = group.people.iter().take(NAMES).map(|Person { name, .. }| words.name(name)).collect();
    let shown = listed.len() as u64;
    let names = listed.join(words.send.name_separator);
    match group.count.saturating_sub(shown) {
        0 => names,
        more => (words.send.and_more)(&names, more),
    }
}

#[component]
fn Quotas(channels: Vec<ChannelCheck>) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let line: Vec<ChannelCheck> = channels.into_iter().filter(|one| one.channel.platform == Platform::Line).collect();
    if line.is_empty() {
        return rsx! {};
    }
    rsx! {
        Panel { label: say.quotas, padded: true,
            div { class: "stack",
                for one in line {
                    Quota { key: "{one.channel.id}", one }
                }
                ListNote { {say.quota_note} }
            }
        }
    }
}

#[component]
fn Quota(one: ChannelCheck) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let (before, after) = say.quota_left;
    let takes = (say.quota_takes)(one.tried);
    let label = (say.quota)(&one.channel.name);
    let Some(quota) = one.quota else {
        return rsx! {
            Meter { label,
                b { "–" }
                " {say.quota_unknown} · {takes}"
            }
        };
    };
    let (Some(left), Some(limit)) = (quota.left(), quota.limit) else {
        return rsx! {
            Meter { label,
                b { {say.quota_none} }
                " · {takes}"
            }
        };
    };
    let tone = if left < one.tried {
        Tone::Danger
    } else if left < 2 * one.tried {
        Tone::Warn
    } else {
        Tone::Ok
    };
    rsx! {
        Meter { label, percent: percent(quota.used, limit), tone,
            "{before} "
            b { {number(left)} }
            " {after} · {takes}"
        }
    }
}

/// How many people each number may still write to first within 24 hours.
#[component]
fn Reaches(channels: Vec<ChannelCheck>) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let told: Vec<(ChannelRef, Reach)> = channels
        .into_iter()
        .filter_map(|one| Some((one.channel, one.reach?)))
        .filter(|(_, reach)| reach.needed > 0)
        .collect();
    if told.is_empty() {
        return rsx! {};
    }
    rsx! {
        Panel { label: say.quotas, padded: true,
            div { class: "stack",
                for (channel , reach) in told {
                    Meter {
                        key: "{channel.id}",
                        label: (say.reach)(&channel.name),
                        percent: reach.limit.map(|limit| percent(reach.used + reach.needed, limit)),
                        tone: match reach.left() {
                            Some(left) if left < reach.needed => Tone::Danger,
                            Some(left) if left < 2 * reach.needed => Tone::Warn,
                            _ => Tone::Ok,
                        },
                        {(say.reach_text)(reach.used, reach.limit, reach.needed)}
                    }
                }
                ListNote { {say.reach_note} }
            }
        }
    }
}

fn percent(used: u64, limit: u64) -> f64 {
    let hundredths = used.saturating_mul(10_000).checked_div(limit).unwrap_or(10_000).min(10_000);
    f64::from(u32::try_from(hundredths).unwrap_or(10_000)) / 100.0
}
