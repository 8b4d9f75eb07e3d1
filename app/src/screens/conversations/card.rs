//! A conversation as a row of a list: what it shows, and the row itself.

use chrono::{DateTime, Utc};
use dioxus::prelude::*;
use shared::{
    contacts::Subscription,
    conversations::{ConversationCard, LastMessage, MessageKind},
};

use super::window::window_badge;
use crate::{
    routes::Route,
    screens::parts::mark,
    ui::{
        avatar::Avatar,
        badge::{Badge, BadgeTone},
        glyph::{Ban, FileText, Hourglass, Image, MapPin, MessageCircle, Mic, Sticker, Video},
        icon::{Icon, IconSize},
        list_card::ListCard,
        virtual_list::Place,
    },
    words::{Words, number, use_now, use_words},
};

/// Tags that a row has room for; the others are a number.
const TAGS: usize = 2;

/// The customer's avatar with the mark of her channel.
pub fn avatar(words: &Words, card: &ConversationCard) -> Element {
    let name = words.name(&card.name).to_owned();
    rsx! {
        Avatar { name, tint_of: card.id.to_string(), channel: mark(&card.channel) }
    }
}

/// The last message in one line: its text, or what it is instead of text.
pub fn preview(words: &Words, last: &LastMessage) -> String {
    let text = match last.kind {
        MessageKind::Text => last.text.clone(),
        kind => {
            let name = (words.common.message_kind)(kind);
            if last.text.is_empty() { name.to_owned() } else { format!("{name} {}", last.text) }
        }
    };
    if last.from_customer { text } else { (words.conversations.ours)(&text) }
}

/// The icon of what is no text.
pub fn glyph(kind: MessageKind) -> Option<Element> {
    let icon = match kind {
        MessageKind::Text | MessageKind::Postback | MessageKind::Template => return None,
        MessageKind::Image => rsx! { Image {} },
        MessageKind::Video => rsx! { Video {} },
        MessageKind::Audio => rsx! { Mic {} },
        MessageKind::Sticker => rsx! { Sticker {} },
        MessageKind::File => rsx! { FileText {} },
        MessageKind::Location => rsx! { MapPin {} },
        MessageKind::Other => rsx! { MessageCircle {} },
    };
    Some(rsx! {
        Icon { size: IconSize::Small, {icon} }
    })
}

/// What is to be known before opening it: cannot be reached, waits, the tags; nothing where there is nothing to say.
pub fn badges(words: &Words, card: &ConversationCard, now: DateTime<Utc>) -> Option<Element> {
    let cannot = match card.subscription {
        Subscription::Blocked => Some(words.conversations.blocked),
        Subscription::Unsubscribed => Some(words.conversations.unsubscribed),
        Subscription::Unknown | Subscription::Subscribed => None,
    };
    let window = window_badge(words, card, now);
    let waited = card.waiting_since.map(|since| (words.conversations.waited)(&words.lasted(since, now)));
    if cannot.is_none() && window.is_none() && waited.is_none() && card.tags.is_empty() {
        return None;
    }
    let more = card.tags.len().saturating_sub(TAGS);
    Some(rsx! {
        if let Some(cannot) = cannot {
            Badge { tone: BadgeTone::Danger, icon: rsx! { Icon { size: IconSize::ExtraSmall, Ban {} } }, {cannot} }
        }
        {window}
        if let Some(waited) = waited {
            Badge { tone: BadgeTone::Warn, icon: rsx! { Icon { size: IconSize::ExtraSmall, Hourglass {} } }, "{waited}" }
        }
        for tag in card.tags.iter().take(TAGS) {
            Badge { key: "{tag.id}", "{tag.name}" }
        }
        if more > 0 {
            Badge { tone: BadgeTone::Quiet, "+{more}" }
        }
    })
}

/// A conversation that a tap opens.
#[component]
pub fn ConversationRow(
    /// The conversation.
    card: ConversationCard,
    /// Is it the one that stands open beside the list?
    current: bool,
    /// Its place in the list.
    place: Option<Place>,
) -> Element {
    let words = use_words();
    let now = use_now();
    let unread = card.unread > 0;
    let count = unread.then(|| {
        rsx! {
            Badge { tone: BadgeTone::Count, hint_after: words.common.unread, {number(card.unread.into())} }
        }
    });
    rsx! {
        ListCard {
            to: Route::Conversation { id: card.id },
            current,
            unread,
            start: avatar(words, &card),
            title: words.name(&card.name),
            time: card.last.as_ref().map(|last| words.when(last.at, now)),
            text: card.last.as_ref().map(|last| preview(words, last)),
            glyph: card.last.as_ref().and_then(|last| glyph(last.kind)),
            count,
            foot: badges(words, &card, now),
            place,
        }
    }
}
