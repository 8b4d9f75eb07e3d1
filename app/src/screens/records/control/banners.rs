//! Why a send does not go on: who or what holds it, who stopped it, which of its accounts are paused.

use dioxus::prelude::*;
use shared::{
    campaigns::{Campaign, CampaignState, PausedChannel},
    members::Action,
    reasons::Reason,
};

use super::{Act, Control};
use crate::{
    session::use_may,
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{Ban, Pause, Play, TriangleAlert},
        icon::{Icon, IconSize},
        tone::Tone,
    },
    words::{sentences, use_words},
};

/// What holds a send itself; its accounts may be paused besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// A person, by name where that is known.
    Person(Option<String>),
    /// Its template.
    Template(Reason),
    /// Nothing but its accounts: it goes on once they do.
    Accounts,
}

/// What holds this send; nothing where it is not held.
pub(super) fn holder(record: &Campaign) -> Option<Holder> {
    if record.row.state != CampaignState::Paused {
        return None;
    }
    let of_account = |reason| record.paused_channels.iter().any(|one| one.reason == reason);
    Some(match (&record.paused_by, record.paused) {
        (Some(by), _) => Holder::Person(Some(by.name.clone())),
        (None, None) => Holder::Person(None),
        (None, Some(reason)) if of_account(reason) => Holder::Accounts,
        (None, Some(reason)) => Holder::Template(reason),
    })
}

/// Why it does not go on; nothing while it does, or is over.
#[component]
pub(in crate::screens::records) fn Standing(
    /// The record.
    record: Campaign,
    /// What a person does to it.
    control: Control,
) -> Element {
    let words = use_words();
    let say = &words.control;
    let held = match holder(&record) {
        None | Some(Holder::Accounts) => None,
        Some(Holder::Person(name)) => {
            Some((rsx! { Pause {} }, (say.held_by)(name.as_deref()), say.held_text.to_owned()))
        }
        Some(Holder::Template(reason)) => {
            let said = (words.reasons.reason)(reason);
            let waits = (words.records.detail.paused_text)(said.why);
            Some((rsx! { TriangleAlert {} }, said.title.to_owned(), sentences(&[&waits, say.resume_anyway])))
        }
    };
    let stopped = record.row.state == CampaignState::Cancelled;
    rsx! {
        if let Some((icon, title, text)) = held {
            Banner { tone: Tone::Warn, live: Live::Status, icon: rsx! { Icon { {icon} } }, title, text }
        }
        if stopped {
            Banner {
                tone: Tone::Unknown,
                live: Live::Status,
                icon: rsx! { Icon { Ban {} } },
                title: (say.stopped_by)(record.cancelled_by.as_ref().map(|by| by.name.as_str())),
                text: (say.stopped_text)(record.row.figures.waiting),
            }
        }
        for one in record.paused_channels {
            Account { key: "{one.channel.id}", one, control }
        }
    }
}

/// An account that is paused: why, what to do about it, and the way to let it send again or whom to ask for that.
#[component]
fn Account(one: PausedChannel, control: Control) -> Element {
    let words = use_words();
    let say = &words.control;
    let may = use_may(Action::ResumeChannels);
    let said = (words.reasons.reason)(one.reason);
    let ask = if may { String::new() } else { (say.ask)(Action::ResumeChannels.roles()) };
    let waits = (words.records.detail.paused_text)(said.why);
    let channel = one.channel.clone();
    rsx! {
        Banner {
            tone: Tone::Warn,
            live: Live::Status,
            icon: rsx! { Icon { TriangleAlert {} } },
            title: (words.send.check.paused_title)(&one.channel.name),
            text: sentences(&[&waits, said.next, &ask]),
            actions: may
                .then(|| rsx! {
                    Button {
                        tone: ButtonTone::Line,
                        size: ButtonSize::Small,
                        blocked: control.blocked(),
                        onclick: move |_| control.run(Act::LetSend(channel.clone())),
                        Icon { size: IconSize::Small, Play {} }
                        {say.let_send}
                    }
                }),
        }
    }
}
