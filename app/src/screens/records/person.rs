//! One recipient of a record: what became of the messages, why, and what the platform said.

use dioxus::prelude::*;
use shared::{
    deliveries::{DeliveryDetail, DeliveryRow, Outcome, PartOutcome, ShowDelivery},
    id::{CampaignId, ConversationId, DeliveryId},
    live::LiveEvent,
    members::Action,
    reasons::{CheckedBy, Reason},
};

use super::{
    control::{Control, ControlFoot, Question, use_control},
    detail::EVERY,
};
use crate::{
    app::use_title,
    live::use_live,
    load::{Load, use_load},
    routes::Route,
    screens::{
        parts::{BackButton, LoadFailed, OfflineNote, mark},
        preview::ContentPreview,
    },
    session::use_may,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ACTION_BAR_SIDE},
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        avatar::Avatar,
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        facts::{Fact, Facts, RawText},
        glyph::{Check, CheckCheck, CircleHelp, Hourglass, Info, MessageCircle, RotateCcw, TriangleAlert, UserX},
        icon::{Icon, IconSize},
        list_note::ListNote,
        panel::{Panel, PanelBody},
        person::Person,
        screen::{Column, Pane, PaneBody, PaneHead, PaneRole},
        skeleton::{Loading, Skeleton},
        tone::Tone,
    },
    words::{self, clock, use_words},
};

/// One recipient of a record.
#[component]
pub fn RecordPerson(id: ReadSignal<CampaignId>, delivery: ReadSignal<DeliveryId>) -> Element {
    let words = use_words();
    let say = &words.records.person;
    let control = use_control(move || (id(), delivery()));
    let detail = use_load(move || {
        let _ = control.changes();
        ShowDelivery { id: id(), delivery: delivery() }
    });
    use_live(
        move |event| matches!(event, LiveEvent::Campaign { id: changed } if changed == *id.peek()),
        EVERY,
        move || detail.refresh(),
    );
    let outcome = detail.value().map(|detail| detail.row.outcome);
    let failed = outcome == Some(Outcome::Failed);
    use_title(|words| words.records.person.title.to_owned());
    let title = if failed { say.title_failed } else { say.title };
    let may_send = use_may(Action::GroupSend);
    let foot = detail.value().and_then(|detail| foot(id(), &detail, control, may_send));
    rsx! {
        Pane { label: title, role: PaneRole::Detail,
            PaneHead {
                AppBar {
                    start: rsx! {
                        BackButton { to: Route::Record { id: id() }, label: say.back }
                    },
                    AppBarTitle { level: TitleLevel::Second, name: title }
                }
                OfflineNote {}
            }
            // Nothing in it takes the focus, and keys scroll what has it.
            PaneBody { tabindex: 0,
                Column {
                    Content { detail }
                }
            }
            ControlFoot { control, row: foot }
        }
    }
}

/// What can be done for her: where nobody knows whether it arrived, it can be sent again; and her conversation, where
/// it may be opened.
fn foot(campaign: CampaignId, detail: &DeliveryDetail, control: Control, may_send: bool) -> Option<Element> {
    let again = may_send && detail.row.outcome == Outcome::Unknown;
    if !again && detail.conversation.is_none() {
        return None;
    }
    let (conversation, row) = (detail.conversation, detail.row.clone());
    Some(rsx! {
        if again {
            SendAgain { campaign, row, control }
        }
        if let Some(conversation) = conversation {
            ToConversation { conversation }
        }
    })
}

/// Asks whether it is to be sent to her once more.
#[component]
fn SendAgain(campaign: CampaignId, row: DeliveryRow, control: Control) -> Element {
    let words = use_words();
    let name = words.name(&row.name).to_owned();
    let question = Question::AgainOne { campaign, delivery: row.id, name };
    rsx! {
        Button {
            class: ACTION_BAR_SIDE,
            blocked: control.blocked(),
            onclick: move |_| control.ask(question.clone()),
            Icon { size: IconSize::Small, RotateCcw {} }
            {words.control.again_one}
        }
    }
}

#[component]
fn ToConversation(conversation: ConversationId) -> Element {
    let words = use_words();
    rsx! {
        Button {
            tone: ButtonTone::Primary,
            class: ACTION_BAR_MAIN,
            "data-grow": "",
            to: Route::Conversation { id: conversation },
            Icon { size: IconSize::Small, MessageCircle {} }
            {words.records.person.conversation}
        }
    }
}

#[component]
fn Content(detail: Load<DeliveryDetail>) -> Element {
    let words = use_words();
    let say = &words.records.person;
    if let Some(failed) = detail.failed() {
        return rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| detail.reload() }
        };
    }
    let Some(detail) = detail.value() else {
        return rsx! {
            Loading { label: say.loading }
            Skeleton { height: "56px" }
            Skeleton { height: "112px" }
            Skeleton { height: "160px" }
        };
    };
    let row = detail.row.clone();
    let hidden = detail.conversation.is_none();
    rsx! {
        Person {
            avatar: rsx! {
                Avatar { name: row.name.clone(), tint_of: row.id.to_string(), channel: mark(&row.channel) }
            },
            name: words.name(&row.name).to_owned(),
            sub: format!("{} · {}", mark(&row.channel).name(), row.channel.name),
        }
        Why { detail: detail.clone() }
        Panel { title: say.content,
            PanelBody {
                ContentPreview {
                    channel: row.channel,
                    content: detail.content.clone(),
                    media: detail.media.clone(),
                    name: "",
                    strip: row.at.map_or_else(|| words.common.today.to_owned(), words::moment),
                    clock: row.at.filter(|_| went_out(row.outcome)).map(clock),
                }
            }
        }
        if !detail.parts.is_empty() {
            Parts { parts: detail.parts.clone() }
        }
        if !detail.attempts.is_empty() {
            Attempts { detail }
        }
        if hidden {
            ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {say.no_conversation} }
        }
    }
}

/// What became of it, who says so, and in whose words.
#[component]
fn Why(detail: DeliveryDetail) -> Element {
    let words = use_words();
    let say = &words.records.person;
    let row = &detail.row;
    let (tone, icon) = match row.outcome {
        Outcome::Succeeded => (Tone::Ok, rsx! { Check {} }),
        Outcome::Delivered | Outcome::Read => (Tone::Ok, rsx! { CheckCheck {} }),
        Outcome::Unknown => (Tone::Unknown, rsx! { CircleHelp {} }),
        Outcome::Waiting => (Tone::Unknown, rsx! { Hourglass {} }),
        Outcome::Failed if row.reason == Some(Reason::Unfollowed) => (Tone::Danger, rsx! { UserX {} }),
        Outcome::Failed => (Tone::Danger, rsx! { TriangleAlert {} }),
    };
    let (title, text) = if let Some(reason) = row.reason {
        let said = (words.reasons.reason)(reason);
        let next = format!("{}{}", words.records.detail.next, said.next);
        (said.title, words::sentences(&[said.why, &next]))
    } else {
        let (title, text) = (say.outcome)(row.outcome, row.channel.platform);
        (title, text.to_owned())
    };
    let by_storecast = row.checked_by == Some(CheckedBy::Storecast);
    rsx! {
        Banner { tone, live: Live::Off, icon: rsx! { Icon { {icon} } }, title, text }
        Panel {
            Facts { inset: true,
                if let Some(by) = row.checked_by {
                    Fact { label: say.checked_by, {(words.reasons.checked_by)(by)} }
                }
                if let Some(reason) = row.reason {
                    Fact { label: say.code, span { lang: "en", {reason.as_str()} } }
                }
                if let Some(at) = row.at {
                    Fact { label: say.at, span { class: "num", {at.format("%m/%d %H:%M:%S").to_string()} } }
                }
                if let Some(code) = detail.provider_code.as_ref().filter(|_| !by_storecast) {
                    Fact { label: say.provider_code, span { class: "num", "{code}" } }
                }
                if let Some(request) = &detail.request_id {
                    Fact { label: say.request_id.0, span { class: "num", "{request}" } }
                }
            }
        }
        if let Some(text) = detail.provider_text.as_ref().filter(|_| !by_storecast) {
            RawText { label: say.provider_text, text: text.clone(), lang: "en" }
        }
        if detail.request_id.is_some() && !went_out(row.outcome) {
            ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {say.request_id.1} }
        }
    }
}

/// Whether the platform took it, as far as is known.
const fn went_out(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Succeeded | Outcome::Delivered | Outcome::Read)
}

/// How each of the messages stands, which on WhatsApp go out one by one: the one that failed is named (domain.md 11.19).
#[component]
fn Parts(parts: Vec<PartOutcome>) -> Element {
    let words = use_words();
    let say = &words.records.person;
    let said = move |part: &PartOutcome| match (part.outcome, part.reason) {
        (None, _) => say.part_left_out.to_owned(),
        (Some(_), Some(reason)) => (words.reasons.reason)(reason).title.to_owned(),
        (Some(outcome), None) => (words.records.detail.outcome)(outcome).to_owned(),
    };
    rsx! {
        Panel { title: say.parts,
            Facts { inset: true, start: true,
                for part in parts {
                    Fact { key: "{part.part}", label: (say.part)(part.part + 1),
                        {said(&part)}
                        if let Some(code) = &part.provider_code {
                            " · "
                            span { class: "num", "{code}" }
                        }
                        if let Some(text) = &part.provider_text {
                            " · "
                            span { lang: "en", "{text}" }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Attempts(detail: DeliveryDetail) -> Element {
    let words = use_words();
    let say = &words.records.person;
    rsx! {
        Panel { title: say.attempts,
            Facts { inset: true, start: true,
                for (place , attempt) in detail.attempts.into_iter().enumerate() {
                    Fact { key: "{place}", label: attempt.at.format("%m/%d %H:%M:%S").to_string(),
                        {(say.attempt)(&attempt.outcome)}
                        if let Some(code) = attempt.provider_code {
                            " · {code}"
                        }
                        if let Some(text) = attempt.provider_text {
                            " · "
                            span { lang: "en", "{text}" }
                        }
                    }
                }
            }
        }
    }
}
