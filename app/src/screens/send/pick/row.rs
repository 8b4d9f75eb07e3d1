//! One customer to pick.

use dioxus::prelude::*;
use shared::{
    contacts::Subscription,
    conversations::{ConversationCard, MessageKind},
};

use crate::{
    screens::{conversations::window::window_badge, parts::mark},
    ui::{
        avatar::Avatar,
        badge::{Badge, BadgeTone},
        glyph::{Ban, Hourglass},
        icon::{Icon, IconSize},
        list_card::ListCard,
        virtual_list::Place,
    },
    words::{use_now, use_words},
};

/// How many tags a row shows; the rest is a number.
const TAGS: usize = 2;

/// A customer with a check mark; a tap anywhere toggles it. Who cannot be reached may be ticked all the same and says so.
#[component]
pub(super) fn PickRow(
    /// The customer.
    card: ConversationCard,
    /// Is she picked?
    picked: bool,
    /// A tap.
    ontoggle: EventHandler<()>,
    /// Its place in the list.
    place: Place,
) -> Element {
    let words = use_words();
    let now = use_now();
    let text = card.last.as_ref().map(|last| {
        let said = if last.kind == MessageKind::Text {
            last.text.clone()
        } else {
            (words.common.message_kind)(last.kind).to_owned()
        };
        if last.from_customer { said } else { (words.send.pick.ours)(&said) }
    });
    let out = match card.subscription {
        Subscription::Blocked => Some(words.send.pick.blocked),
        Subscription::Unsubscribed => Some(words.send.pick.unsubscribed),
        Subscription::Subscribed | Subscription::Unknown => None,
    };
    let waits = card.waiting_since.map(|since| words.lasted(since, now));
    let window = window_badge(words, &card, now);
    let more = card.tags.len().saturating_sub(TAGS);
    let foot = (out.is_some() || window.is_some() || waits.is_some() || !card.tags.is_empty()).then(|| {
        rsx! {
            if let Some(out) = out {
                Badge {
                    tone: BadgeTone::Danger,
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, Ban {} } },
                    "{out}"
                }
            }
            {window}
            if let Some(waits) = waits {
                Badge {
                    tone: BadgeTone::Warn,
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, Hourglass {} } },
                    {(words.send.pick.waits)(&waits)}
                }
            }
            for tag in card.tags.iter().take(TAGS) {
                Badge { key: "{tag.id}", "{tag.name}" }
            }
            if more > 0 {
                Badge { tone: BadgeTone::Quiet, "+{more}" }
            }
        }
    });
    rsx! {
        ListCard {
            checked: picked,
            onclick: move |_| ontoggle.call(()),
            start: rsx! {
                Avatar { name: card.name.clone(), tint_of: card.id.to_string(), channel: mark(&card.channel) }
            },
            title: words.name(&card.name).to_owned(),
            time: card.last.as_ref().map(|last| words.when(last.at, now)),
            text,
            foot,
            place,
        }
    }
}
