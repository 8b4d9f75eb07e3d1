//! A template as a card of a list.

use dioxus::prelude::*;
use shared::templates::{Quality, Template, TemplateStatus};

use super::fit::{Needs, name, needs};
use crate::{
    screens::composer::KindGlyph,
    ui::{
        badge::{Badge, BadgeTone},
        glyph::{Braces, CircleCheck, Megaphone, MessageSquare, Phone, Users},
        press::Destination,
        reply_card::{ReplyCard, ReplyKind},
    },
    words::use_words,
};

/// What an admin sees of a template beside what everybody does.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    /// Who may pick it, in words.
    pub(super) usable_by: String,
}

/// A template as a card.
#[component]
pub(super) fn TemplateCard(
    /// It.
    template: Template,
    /// Where it leads.
    #[props(default, into)]
    to: Destination,
    /// Is it the one that is picked?
    picked: Option<bool>,
    /// It was picked.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// Is it the one that is open?
    #[props(default)]
    current: bool,
    /// Why it cannot be picked.
    why: Option<String>,
    /// What an admin sees of it.
    kept: Option<Kept>,
) -> Element {
    let words = use_words();
    let say = &words.templates;
    let Needs { blanks, header, answers } = needs(&template.shape);
    let buttons = template.shape.buttons.len();
    let nothing = blanks == 0 && header.is_none() && answers == 0 && kept.is_none();
    let numbers: Vec<&str> = template.channels.iter().map(|channel| channel.name.as_str()).collect();
    let numbers =
        if numbers.is_empty() { say.manage.no_numbers.to_owned() } else { numbers.join(words.send.name_separator) };
    rsx! {
        ReplyCard {
            to,
            picked,
            onclick,
            current,
            title: name(&template).to_owned(),
            time: (say.language)(&template.shape.language),
            text: template.shape.body.clone(),
            unfit: why.is_some(),
            why,
            foot: rsx! {
                if kept.is_some() {
                    Badge { tone: status_tone(template.status), {(say.status)(template.status)} }
                    if template.quality != Quality::Unknown {
                        Badge { tone: quality_tone(template.quality), {(say.quality)(template.quality)} }
                    }
                }
                for category in template.categories.iter() {
                    Badge { key: "{category.id}", "{category.name}" }
                }
                ReplyKind { icon: rsx! { Megaphone {} }, {(say.class)(template.shape.class)} }
                if let Some(kind) = header {
                    ReplyKind {
                        icon: rsx! { KindGlyph { kind } },
                        {(say.header)(kind)}
                    }
                }
                if blanks > 0 {
                    ReplyKind { icon: rsx! { Braces {} }, {(say.blanks)(blanks)} }
                }
                if buttons > 0 {
                    ReplyKind { icon: rsx! { MessageSquare {} }, {(say.buttons)(buttons)} }
                }
                if nothing {
                    ReplyKind { icon: rsx! { CircleCheck {} }, {say.nothing} }
                }
                if let Some(kept) = kept {
                    ReplyKind { icon: rsx! { Phone {} }, "{numbers}" }
                    ReplyKind { icon: rsx! { Users {} }, "{kept.usable_by}" }
                }
            },
        }
    }
}

/// What a state says by its colour.
pub(super) const fn status_tone(status: TemplateStatus) -> BadgeTone {
    match status {
        TemplateStatus::Approved => BadgeTone::Ok,
        TemplateStatus::Paused => BadgeTone::Warn,
        TemplateStatus::Rejected | TemplateStatus::Disabled | TemplateStatus::Deleted => BadgeTone::Danger,
        TemplateStatus::Pending | TemplateStatus::Other => BadgeTone::Unknown,
    }
}

/// What a rating says by its colour.
pub(super) const fn quality_tone(quality: Quality) -> BadgeTone {
    match quality {
        Quality::Green => BadgeTone::Ok,
        Quality::Yellow => BadgeTone::Warn,
        Quality::Red => BadgeTone::Danger,
        Quality::Unknown => BadgeTone::Unknown,
    }
}
