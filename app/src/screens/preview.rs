//! Messages as the customer sees them: bubbles in the customer's chat, links and the filled-in name marked, pictures and films.

use dioxus::prelude::*;
use shared::{
    contacts::ChannelRef,
    content::{Content, NAME_TOKEN, Part},
    limits::Platform,
    links,
    media::{MediaInfo, MediaKind},
};

use crate::{
    api::{Api, use_api},
    ui::{
        avatar::{Avatar, AvatarKind, AvatarSize},
        message_bubble::{BubbleMedia, MediaKind as BubbleKind, MessageBubble, Segment, Skin},
        preview_frame::PreviewFrame,
    },
    upload::{Seen, use_uploads},
    words::{Words, media::lasts, use_words},
};

/// A text in its pieces: words, links, and the name where the token stood. An empty name leaves nothing behind.
pub fn pieces(text: &str, name: &str) -> Vec<Segment> {
    let mut pieces = Vec::new();
    for (place, words) in text.split(NAME_TOKEN).enumerate() {
        if place > 0 && !name.is_empty() {
            pieces.push(Segment::Fill(name.to_owned()));
        }
        pieces.extend(links::segments(words).into_iter().map(|segment| match segment {
            links::Segment::Text(text) => Segment::text(text),
            links::Segment::Link(link) => Segment::Link { text: link.to_owned(), href: link.to_owned() },
        }));
    }
    pieces
}

/// The customer's chat with the messages in it. A text without words is left out.
#[component]
pub fn ContentPreview(
    /// The account they come from.
    channel: ChannelRef,
    /// The messages.
    content: Content,
    /// The pictures and films in them, as the server told them.
    #[props(default)]
    media: Vec<MediaInfo>,
    /// What stands where the name goes.
    name: String,
    /// The strip above the first bubble.
    strip: String,
    /// The time beside the bubbles.
    clock: Option<String>,
    /// Which sample customer it is.
    foot: Option<Element>,
) -> Element {
    let words = use_words();
    let skin = match channel.platform {
        Platform::Line => Skin::Line,
        Platform::Whatsapp => Skin::WhatsApp,
    };
    let account = channel.name.clone();
    let avatar = move || {
        rsx! {
            Avatar { name: account.clone(), kind: AvatarKind::Account, size: AvatarSize::Sm }
        }
    };
    let api = use_api();
    let uploads = use_uploads();
    let bubbles: Vec<(Vec<Segment>, Option<Element>)> = content
        .parts
        .iter()
        .map(|part| match part {
            Part::Text { text } => (pieces(text, &name), None),
            Part::Image { media: id } => bubble_media(words, &api, MediaKind::Image, &uploads.look(*id, &media)),
            Part::Video { media: id } => bubble_media(words, &api, MediaKind::Video, &uploads.look(*id, &media)),
        })
        .filter(|(text, media)| !text.is_empty() || media.is_some())
        .collect();
    rsx! {
        PreviewFrame {
            skin,
            avatar: avatar(),
            account: channel.name.clone(),
            account_sub: (words.send.account_kind)(channel.platform),
            strip,
            foot,
            for (place , (text , media)) in bubbles.into_iter().enumerate() {
                MessageBubble {
                    key: "{place}",
                    skin,
                    first: place == 0,
                    avatar: avatar(),
                    sender: (place == 0).then(|| channel.name.clone()),
                    text,
                    media,
                    meta: clock.clone().map(|clock| rsx! { "{clock}" }),
                }
            }
        }
    }
}

/// What the kit calls a kind.
pub const fn tile_kind(kind: MediaKind) -> BubbleKind {
    match kind {
        MediaKind::Image => BubbleKind::Image,
        MediaKind::Video => BubbleKind::Video,
    }
}

/// A picture or film as a customer sees it before she taps it; where this machine cannot show it yet, that is said in words.
pub fn bubble_media(words: &Words, api: &Api, kind: MediaKind, seen: &Seen) -> (Vec<Segment>, Option<Element>) {
    let info = seen.info();
    let still = info.map(|info| api.address(&info.preview_url));
    let Some(src) = seen.local.clone().filter(|_| kind == MediaKind::Image).or(still.clone()).or(seen.local.clone())
    else {
        return (vec![Segment::text((words.media.not_shown)(kind))], None);
    };
    let (width, height) = (info.map(|info| info.width), info.map(|info| info.height));
    let alt = (words.media.alt)(kind, seen.name.as_deref());
    let duration = info.and_then(|info| info.duration_ms).map(lasts);
    let poster = still.filter(|_| kind == MediaKind::Video);
    let media = rsx! {
        BubbleMedia { kind: tile_kind(kind), src, poster, alt, width, height, duration }
    };
    (Vec::new(), Some(media))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_and_the_links_are_pieces_of_their_own() {
        let text = format!("{NAME_TOKEN} 您好 https://a.example/x。");
        assert_eq!(
            pieces(&text, "林雅婷"),
            [
                Segment::Fill("林雅婷".into()),
                Segment::text(" 您好 "),
                Segment::Link { text: "https://a.example/x".into(), href: "https://a.example/x".into() },
                Segment::text("。"),
            ]
        );
        assert_eq!(pieces(&text, "")[0], Segment::text(" 您好 "));
    }
}
