//! One message of the thread: text with links, media, and how far ours got.

use dioxus::prelude::*;
use shared::{
    conversations::{ConversationCard, Message, MessageKind},
    deliveries::Outcome,
    links,
    members::Action,
};

use super::outbox::Outbox;
use crate::{
    api::{Api, use_api},
    leaving::Leaving,
    routes::Route,
    screens::{
        conversations::card::glyph,
        parts::mark,
        preview::{TemplateMessage, bubble_media, tile_kind},
    },
    session::use_may,
    ui::{
        avatar::{Avatar, AvatarSize},
        badge::Badge,
        button::{Button, ButtonSize, ButtonTone},
        glyph::{Check, CheckCheck, CircleAlert, CircleHelp, Clock, Pencil, RotateCcw, Send, X},
        icon::{Icon, IconSize},
        message_bubble::{BubbleFile, BubbleMedia, BubbleSide, BubbleState, MediaKind, MessageBubble, Segment},
    },
    upload::use_uploads,
    words::{Words, clock, media::document, use_words},
};

/// The pieces of a text: plain words and links.
fn pieces(text: &str) -> Vec<Segment> {
    links::segments(text)
        .into_iter()
        .map(|piece| match piece {
            links::Segment::Text(text) => Segment::text(text),
            links::Segment::Link(link) => Segment::Link { text: link.to_owned(), href: link.to_owned() },
        })
        .collect()
}

#[component]
pub(super) fn MessageRow(message: Message, card: ConversationCard) -> Element {
    let words = use_words();
    let side = if message.from_customer { BubbleSide::In } else { BubbleSide::Out };
    let state = match message.outcome {
        Some(Outcome::Failed) => BubbleState::Failed,
        _ => BubbleState::Sent,
    };
    let name = words.name(&card.name).to_owned();
    let avatar = message.from_customer.then(|| {
        rsx! {
            Avatar { name, tint_of: card.id.to_string(), size: AvatarSize::Sm }
        }
    });
    let sees_records = use_may(Action::ReadGroupRecords);
    let record = message
        .campaign
        .filter(|_| state == BubbleState::Failed && sees_records)
        .map(|id| {
            rsx! {
                Button { tone: ButtonTone::Line, size: ButtonSize::Small, to: Route::Record { id }, {words.thread.see_record} }
            }
        });
    let api = use_api();
    let meta = rsx! {
        Meta { message: message.clone(), platform: mark(&card.channel).name() }
    };
    if let Some(filled) = message.template.as_deref() {
        return rsx! {
            TemplateMessage { filled: filled.clone(), side, media: header(words, &message, &api), meta, state, actions: record }
        };
    }
    let (text, media) = contents(words, &message, &api);
    rsx! {
        MessageBubble {
            side,
            avatar,
            text,
            media,
            meta,
            state,
            actions: record,
        }
    }
}

/// A picture or film of a message, once it can be shown.
fn shown(message: &Message, api: &Api, kind: MediaKind, alt: String) -> Option<Element> {
    let media = message.media.as_ref()?;
    let src = api.address(media.url.as_deref()?);
    let still = media.preview_url.as_deref().map(|url| api.address(url));
    Some(match kind {
        MediaKind::Image => rsx! { BubbleMedia { kind, src: still.unwrap_or(src), alt } },
        MediaKind::Video => rsx! { BubbleMedia { kind, src, poster: still, alt, controls: true } },
    })
}

/// The picture, film or document above a template of ours.
fn header(words: &Words, message: &Message, api: &Api) -> Option<Element> {
    let header = message.template.as_ref()?.shape.header_media()?;
    if let Some(kind) = tile_kind(header) {
        return shown(message, api, kind, message.text.clone());
    }
    let media = message.media.as_ref()?;
    let href = api.address(media.url.as_deref()?);
    let name = media.name.clone().unwrap_or_else(|| (words.media.kind)(header).to_owned());
    Some(rsx! { BubbleFile { said: words.media.download, name, facts: media.size.map(document), href } })
}

/// What stands in the bubble. A file that is not here (yet) is said in words.
fn contents(words: &Words, message: &Message, api: &Api) -> (Vec<Segment>, Option<Element>) {
    let kind = (words.common.message_kind)(message.kind);
    if message.kind == MessageKind::Text {
        return (pieces(&message.text), None);
    }
    let named = if message.text.is_empty() { kind.to_owned() } else { format!("{kind}：{}", message.text) };
    let Some(media) = &message.media else {
        return (vec![Segment::text(named)], None);
    };
    let Some(url) = media.url.as_deref().map(|url| api.address(url)) else {
        let why = if media.lost { words.thread.lost } else { words.thread.fetching };
        return (vec![Segment::text(format!("{named} · {why}"))], None);
    };
    let kind = match message.kind {
        MessageKind::Image | MessageKind::Sticker => Some((MediaKind::Image, picture(words, message))),
        MessageKind::Video => Some((MediaKind::Video, words.thread.film.to_owned())),
        _ => None,
    };
    if let Some((kind, alt)) = kind {
        return (Vec::new(), shown(message, api, kind, alt));
    }
    let link = Segment::Link { text: words.thread.open_file.to_owned(), href: url };
    (vec![Segment::text(format!("{named} ")), link], None)
}

fn picture(words: &Words, message: &Message) -> String {
    if !message.text.is_empty() {
        return message.text.clone();
    }
    let ours = (words.common.message_kind)(message.kind);
    if message.from_customer { words.thread.picture.to_owned() } else { ours.to_owned() }
}

/// The time, and how far a message of ours got.
#[component]
fn Meta(message: Message, platform: &'static str) -> Element {
    let words = use_words();
    let time = clock(message.at);
    let by = message.by.as_ref().map(|by| by.name.clone());
    let (icon, said) = match message.outcome {
        None => (None, None),
        Some(Outcome::Failed) => {
            let said = match message.reason {
                Some(reason) => {
                    let why = (words.reasons.reason)(reason).title;
                    (words.thread.not_delivered)(why)
                }
                None => (words.thread.outcome)(Outcome::Failed, platform),
            };
            (Some(rsx! { CircleAlert {} }), Some(said))
        }
        Some(outcome) => {
            let icon = match outcome {
                Outcome::Waiting => rsx! { Clock {} },
                Outcome::Unknown => rsx! { CircleHelp {} },
                Outcome::Succeeded => rsx! { Check {} },
                Outcome::Delivered | Outcome::Read | Outcome::Failed => rsx! { CheckCheck {} },
            };
            (Some(icon), Some((words.thread.outcome)(outcome, platform)))
        }
    };
    let own = glyph(message.kind).filter(|_| message.from_customer);
    rsx! {
        if message.campaign.is_some() {
            Badge { icon: rsx! { Icon { size: IconSize::ExtraSmall, Send {} } }, {words.thread.group} }
        }
        // One piece: where the badge needs a line for itself, the icon goes down with its words.
        span { class: "row", "data-nowrap": "true", "data-tight": "true",
            {own}
            if let Some(icon) = icon {
                Icon { size: IconSize::ExtraSmall, {icon} }
            }
            span {
                "{time}"
                if let Some(by) = by {
                    " · {by}"
                }
                if let Some(said) = said {
                    " · {said}"
                }
            }
        }
    }
}

/// A reply that the server does not have yet: all its messages, with how it stands under the last.
#[component]
pub(super) fn LeavingBubble(leaving: Leaving, outbox: Outbox) -> Element {
    let words = use_words();
    let api = use_api();
    let uploads = use_uploads();
    let can_edit = leaving.is_refused() && outbox.has_room_for(&leaving.reply);
    let Leaving { reply, failed, .. } = leaving;
    let key = reply.key;
    let last = reply.content.parts.len().saturating_sub(1);
    let meta = match &failed {
        None => rsx! {
            Icon { size: IconSize::ExtraSmall, Clock {} }
            {words.thread.sending}
        },
        Some(failed) => {
            let said = (words.thread.not_sent)(&words.problems.said(failed).title);
            rsx! {
                Icon { size: IconSize::ExtraSmall, CircleAlert {} }
                span { role: "alert", "{said}" }
            }
        }
    };
    let actions = failed.is_some().then(|| {
        rsx! {
            span { class: "row", "data-tight": "true",
                Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| outbox.again(key),
                    Icon { size: IconSize::Small, RotateCcw {} }
                    {words.common.retry}
                }
                if can_edit {
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| outbox.edit(key),
                        Icon { size: IconSize::Small, Pencil {} }
                        {words.thread.edit_reply}
                    }
                }
                Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| outbox.discard(key),
                    Icon { size: IconSize::Small, X {} }
                    {words.thread.discard_reply}
                }
            }
        }
    });
    let bubbles = reply.content.parts.iter().map(|part| match part.as_media() {
        Some((kind, id)) => bubble_media(words, &api, kind, &uploads.look(id, &reply.media)),
        None => (pieces(part.as_text().unwrap_or_default()), None),
    });
    rsx! {
        for (place , (text , media)) in bubbles.enumerate() {
            MessageBubble {
                key: "{place}",
                side: BubbleSide::Out,
                text,
                media,
                state: if failed.is_some() { BubbleState::Failed } else { BubbleState::Sent },
                meta: (place == last).then(|| meta.clone()),
                actions: if place == last { actions.clone() } else { None },
            }
        }
    }
}
