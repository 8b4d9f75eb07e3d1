//! Messages as the customer sees them: bubbles in the customer's chat, links and the filled-in name marked, pictures and films.

use dioxus::prelude::*;
use shared::{
    contacts::ChannelRef,
    content::{Content, NAME_TOKEN, Part},
    limits::Platform,
    links,
    media::{MediaInfo, MediaKind},
    templates::{ButtonKind, Filled, Place, RenderedButton, Stretch},
};

use crate::{
    api::{Api, use_api},
    ui::{
        avatar::{Avatar, AvatarKind, AvatarSize},
        message_bubble::{
            BubbleButton, BubbleButtonKind, BubbleFile, BubbleMedia, BubbleSide, BubbleState, MediaKind as BubbleKind,
            MessageBubble, Segment, Skin, TemplateBubble,
        },
        preview_frame::PreviewFrame,
    },
    upload::{Seen, Stand, use_uploads},
    words::{
        Words,
        media::{document, lasts},
        use_words,
    },
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
    /// The pictures, films and documents in them, as the server told them.
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
    let shown =
        content.parts.into_iter().filter(|part| !matches!(part, Part::Text { text } if pieces(text, &name).is_empty()));
    let meta = || clock.clone().map(|clock| rsx! { "{clock}" });
    // Each bubble is its own element with its key, which a `match` inside a loop of the markup would hide.
    let bubbles = shown.enumerate().map(|(place, part)| {
        let first = place == 0;
        let (text, media) = match part {
            Part::Text { text } => (pieces(&text, &name), None),
            Part::Image { media: id } => bubble_media(words, &api, MediaKind::Image, &uploads.look(id, &media)),
            Part::Video { media: id } => bubble_media(words, &api, MediaKind::Video, &uploads.look(id, &media)),
            Part::Template(filled) => {
                let header = filled.shape.header_media().zip(filled.header);
                let header = header.map(|(kind, id)| bubble_media(words, &api, kind, &uploads.look(id, &media)));
                return rsx! {
                    TemplateMessage {
                        key: "{place}",
                        skin,
                        first,
                        filled: *filled,
                        name: name.clone(),
                        media: header.and_then(|(_, media)| media),
                        meta: meta(),
                    }
                };
            }
        };
        rsx! {
            MessageBubble {
                key: "{place}",
                skin,
                first,
                avatar: avatar(),
                sender: first.then(|| channel.name.clone()),
                text,
                marked: skin == Skin::WhatsApp,
                media,
                meta: meta(),
            }
        }
    });
    rsx! {
        PreviewFrame {
            skin,
            avatar: avatar(),
            account: channel.name.clone(),
            account_sub: (words.send.account_kind)(channel.platform),
            strip,
            foot,
            {bubbles}
        }
    }
}

/// A template as a customer of this name gets it. In a customer's skin what was filled in is marked, as in the other bubbles of a
/// preview; in the app's own it reads as it was sent.
#[component]
pub fn TemplateMessage(
    /// The template with what stands in its blanks.
    filled: Filled,
    /// What stands where the name goes; nothing in one that is filled in for its customer already.
    #[props(default)]
    name: String,
    /// Whose look it has.
    #[props(default)]
    skin: Skin,
    /// Who wrote it.
    #[props(default)]
    side: BubbleSide,
    /// Is it the first of several by the same sender?
    #[props(default)]
    first: bool,
    /// The picture, film or document of its header: a [`BubbleMedia`] or [`BubbleFile`].
    media: Option<Element>,
    /// The time, and what became of it.
    meta: Option<Element>,
    /// What became of it.
    #[props(default)]
    state: BubbleState,
    /// Buttons below, such as the way to the record.
    actions: Option<Element>,
) -> Element {
    let words = use_words();
    let segments = |place| -> Vec<Segment> {
        filled.in_stretches(place, &name).into_iter().flat_map(|stretch| segments(stretch, skin != Skin::App)).collect()
    };
    let mut header = segments(Place::Header);
    if let Some(kind) = filled.shape.header_media().filter(|_| media.is_none()) {
        header.push(Segment::Blank((words.templates.header)(kind).to_owned()));
    }
    let buttons = filled.rendered(&name).buttons.into_iter().map(button).collect::<Vec<_>>();
    rsx! {
        TemplateBubble {
            skin,
            side,
            first,
            header,
            media,
            body: segments(Place::Body),
            footer: filled.shape.footer.clone(),
            buttons,
            see_all: words.templates.see_all,
            meta,
            state,
            actions,
        }
    }
}

fn segments(stretch: Stretch, marked: bool) -> Vec<Segment> {
    match stretch {
        Stretch::Fill(text) if marked => vec![Segment::Fill(text)],
        Stretch::Text(text) | Stretch::Fill(text) => pieces(&text, ""),
        Stretch::Blank(key) => vec![Segment::Blank(key)],
    }
}

/// A button as the kit shows it. An address that is still to be completed leads nowhere.
fn button(button: RenderedButton) -> BubbleButton {
    let (kind, href) = match button.does {
        ButtonKind::QuickReply => (BubbleButtonKind::Reply, None),
        ButtonKind::Url { address } => {
            (BubbleButtonKind::Link, Some(address).filter(|address| !address.contains("{{")))
        }
        ButtonKind::Phone { number } => (BubbleButtonKind::Call, Some(format!("tel:{number}"))),
        ButtonKind::CopyCode => (BubbleButtonKind::Copy, None),
        ButtonKind::Other { .. } => (BubbleButtonKind::Other, None),
    };
    BubbleButton { kind, text: button.text, href }
}

/// What the kit calls a kind; nothing where there is no picture of it.
pub const fn tile_kind(kind: MediaKind) -> Option<BubbleKind> {
    match kind {
        MediaKind::Image => Some(BubbleKind::Image),
        MediaKind::Video => Some(BubbleKind::Video),
        MediaKind::Document => None,
    }
}

/// A picture, film or document as a customer sees it before she taps it; where this machine cannot show it yet, that is said in
/// words.
pub fn bubble_media(words: &Words, api: &Api, kind: MediaKind, seen: &Seen) -> (Vec<Segment>, Option<Element>) {
    let not_shown = || (vec![Segment::text((words.media.not_shown)(kind))], None);
    let info = seen.info();
    let Some(shown) = tile_kind(kind) else {
        let size = info.map(|info| info.size).or(seen.size);
        let known = seen.document_name().zip(size).filter(|_| !matches!(seen.stand, Stand::Failed(_) | Stand::Lost));
        let Some((name, size)) = known else { return not_shown() };
        let file = rsx! {
            BubbleFile { said: (words.media.kind)(kind), name, facts: document(size) }
        };
        return (Vec::new(), Some(file));
    };
    let still = info.and_then(|info| info.preview_url.as_deref()).map(|url| api.address(url));
    let Some(src) = seen.local.clone().filter(|_| kind == MediaKind::Image).or(still.clone()).or(seen.local.clone())
    else {
        return not_shown();
    };
    let (width, height) = (info.map(|info| info.width), info.map(|info| info.height));
    let alt = (words.media.alt)(kind, seen.name.as_deref());
    let duration = info.and_then(|info| info.duration_ms).map(lasts);
    let poster = still.filter(|_| kind == MediaKind::Video);
    let media = rsx! {
        BubbleMedia { kind: shown, src, poster, alt, width, height, duration }
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
