//! Messages as the customer sees them: bubbles in the customer's chat, links and the filled-in name marked.

use dioxus::prelude::*;
use shared::{
    contacts::ChannelRef,
    content::{Content, NAME_TOKEN, Part},
    limits::Platform,
    links,
};

use crate::{
    ui::{
        avatar::{Avatar, AvatarKind, AvatarSize},
        message_bubble::{MessageBubble, Segment, Skin},
        preview_frame::PreviewFrame,
    },
    words::use_words,
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

/// The customer's chat with the messages in it. A message without words is left out.
#[component]
pub fn ContentPreview(
    /// The account they come from.
    channel: ChannelRef,
    /// The messages.
    content: Content,
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
    let texts: Vec<Vec<Segment>> = content
        .parts
        .iter()
        .map(|Part::Text { text }| pieces(text, &name))
        .filter(|pieces| !pieces.is_empty())
        .collect();
    rsx! {
        PreviewFrame {
            skin,
            avatar: avatar(),
            account: channel.name.clone(),
            account_sub: (words.send.account_kind)(channel.platform),
            strip,
            foot,
            for (place, text) in texts.into_iter().enumerate() {
                MessageBubble {
                    key: "{place}",
                    skin,
                    first: place == 0,
                    avatar: avatar(),
                    sender: (place == 0).then(|| channel.name.clone()),
                    text,
                    meta: clock.clone().map(|clock| rsx! { "{clock}" }),
                }
            }
        }
    }
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
