//! WhatsApp's 24-hour window of a conversation: how long any message may go out (seed steps 16 to 18).

use chrono::{DateTime, Utc};
use dioxus::prelude::*;
use shared::conversations::{ConversationCard, Window};

use crate::{
    ui::{
        badge::{Badge, BadgeTone},
        glyph::{Clock, Lock},
        icon::{Icon, IconSize},
    },
    words::Words,
};

/// Below so much (in milliseconds) it needs a look soon (ux.md: amber under 2 h).
const SOON: i64 = 2 * 3_600_000;

/// In words: how long it is open, or that it is closed; nothing on LINE.
pub fn window_text(words: &Words, card: &ConversationCard, now: DateTime<Utc>) -> Option<String> {
    match card.window(now.timestamp_millis()) {
        Window::None => None,
        Window::Open(left) => Some((words.conversations.window_left)(&words.left(left))),
        Window::Closed => Some(words.conversations.window_closed.to_owned()),
    }
}

/// The same as a badge.
pub fn window_badge(words: &Words, card: &ConversationCard, now: DateTime<Utc>) -> Option<Element> {
    let text = window_text(words, card, now)?;
    let (tone, icon) = match card.window(now.timestamp_millis()) {
        Window::Open(left) if left < SOON => (BadgeTone::Warn, rsx! { Clock {} }),
        Window::Open(_) | Window::None => (BadgeTone::Ok, rsx! { Clock {} }),
        Window::Closed => (BadgeTone::Quiet, rsx! { Lock {} }),
    };
    Some(rsx! {
        Badge { tone, icon: rsx! { Icon { size: IconSize::ExtraSmall, {icon} } }, "{text}" }
    })
}

#[cfg(test)]
mod tests {
    use shared::{
        contacts::{ChannelRef, Subscription},
        conversations::ConversationState,
        id::{ChannelId, ConversationId},
        limits::Platform,
    };
    use uuid::Uuid;

    use super::*;
    use crate::words::Language;

    fn card(platform: Platform, wrote: &str) -> ConversationCard {
        ConversationCard {
            id: ConversationId(Uuid::from_u128(1)),
            name: "林雅婷".into(),
            channel: ChannelRef { id: ChannelId(Uuid::from_u128(2)), name: "信義店".into(), platform },
            state: ConversationState::InProgress,
            subscription: Subscription::Subscribed,
            unread: 0,
            waiting_since: None,
            last: None,
            last_customer_at: Some(wrote.parse().unwrap()),
            tags: Vec::new(),
            owner: None,
        }
    }

    #[test]
    fn what_is_left_is_rounded_down_and_closed_is_said() {
        let now = "2026-11-05T12:00:00Z".parse().unwrap();
        for (wrote, zh, en) in [
            ("2026-11-05T19:30:00+08:00", "剩 23 小時", "23 h left"),
            ("2026-11-04T20:30:00+08:00", "剩 30 分", "30 min left"),
            ("2026-11-04T20:00:00+08:00", "已過 24 小時", "Past 24 h"),
        ] {
            let card = card(Platform::Whatsapp, wrote);
            assert_eq!(window_text(Language::ZhHant.words(), &card, now).as_deref(), Some(zh));
            assert_eq!(window_text(Language::En.words(), &card, now).as_deref(), Some(en));
        }
        let line = card(Platform::Line, "2026-11-05T19:30:00+08:00");
        assert_eq!(window_text(Language::En.words(), &line, now), None);
    }
}
