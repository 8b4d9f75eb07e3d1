//! One message as a bubble: as staff read it, or as the customer will see it.

mod file;
mod marks;
mod media;
mod template;
mod text;

pub use file::BubbleFile;
pub use marks::unmarked;
pub use media::{BubbleMedia, MediaKind};
pub use template::{BubbleButton, BubbleButtonKind, TemplateBubble};
pub use text::{Segment, Text};

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/message_bubble/style.module.css");

/// Whose look a bubble has. LINE and `WhatsApp` stand inside a [`PreviewFrame`](super::preview_frame::PreviewFrame) only.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// What staff see in a thread.
    #[default]
    App,
    /// What a customer sees in LINE.
    Line,
    /// What a customer sees in `WhatsApp`.
    WhatsApp,
}

impl Skin {
    /// The value of `data-skin`.
    pub fn attr(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Line => "line",
            Self::WhatsApp => "whatsapp",
        }
    }
}

/// Who wrote a message, in the app's own skin.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BubbleSide {
    /// The customer.
    #[default]
    In,
    /// The shop.
    Out,
}

/// What became of a message, in the app's own skin; the words for it are in the bubble's `meta`.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BubbleState {
    /// On its way, accepted or delivered.
    #[default]
    Sent,
    /// Seen by the customer.
    Read,
    /// Not sent.
    Failed,
}

impl BubbleState {
    fn attr(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }
}

/// One message: a text with links that can be tapped, or a picture or film.
///
/// A `div` in the app's skin, an `li` in the customer's.
#[component]
pub fn MessageBubble(
    /// Whose look it has.
    #[props(default)]
    skin: Skin,
    /// Who wrote it.
    #[props(default)]
    side: BubbleSide,
    /// The first of several by the same sender: in a preview it alone shows who sent them.
    #[props(default)]
    first: bool,
    /// An [`Avatar`](super::avatar::Avatar) in its small size. `WhatsApp` shows none.
    avatar: Option<Element>,
    /// The sender's name above the bubble, as LINE shows it.
    sender: Option<String>,
    /// The text, in its pieces.
    #[props(default)]
    text: Vec<Segment>,
    /// Does the text follow WhatsApp's marks, such as `*bold*`?
    #[props(default)]
    marked: bool,
    /// A [`BubbleMedia`].
    media: Option<Element>,
    /// The time, and what became of the message.
    meta: Option<Element>,
    /// What became of the message.
    #[props(default)]
    state: BubbleState,
    /// Buttons below, such as "try again".
    actions: Option<Element>,
) -> Element {
    let only_media = media.is_some() && text.is_empty();
    rsx! {
        Frame { skin, side, first, only_media, avatar, sender, meta, state, actions,
            {media}
            if !text.is_empty() {
                Text { segments: text, marked }
            }
        }
    }
}

/// The bubble around what a message says.
#[component]
fn Frame(
    skin: Skin,
    side: BubbleSide,
    first: bool,
    /// Is there nothing but a picture or film in it?
    #[props(default)]
    only_media: bool,
    avatar: Option<Element>,
    sender: Option<String>,
    meta: Option<Element>,
    state: BubbleState,
    actions: Option<Element>,
    /// What stands in the bubble below the time.
    below: Option<Element>,
    children: Element,
) -> Element {
    let kind = only_media.then_some("media");
    let meta = meta.map(|meta| {
        let data_state = (skin == Skin::App).then(|| state.attr());
        rsx! {
            span { class: style::bubble_meta, "data-state": data_state, {meta} }
        }
    });
    let (meta_inside, meta_below, meta_beside) = match skin {
        Skin::WhatsApp => (meta, None, None),
        Skin::App => (None, meta, None),
        Skin::Line => (None, None, meta),
    };
    let inner = rsx! {
        if avatar.is_some() && skin != Skin::WhatsApp {
            span { class: style::bubble_avatar, {avatar} }
        }
        div { class: style::bubble_col,
            if let Some(sender) = sender {
                span { class: style::bubble_name, "{sender}" }
            }
            div { class: style::bubble_body,
                {children}
                {meta_inside}
                {below}
            }
            {meta_below}
            {actions}
        }
        {meta_beside}
    };
    let data_side = match (skin, side) {
        (Skin::App, BubbleSide::In) => Some("in"),
        (Skin::App, BubbleSide::Out) => Some("out"),
        _ => None,
    };
    let data_first = first.then_some("true");
    if skin == Skin::App {
        rsx! {
            div { class: style::bubble, "data-skin": skin.attr(), "data-side": data_side, "data-kind": kind, {inner} }
        }
    } else {
        rsx! {
            li { class: style::bubble, "data-skin": skin.attr(), "data-kind": kind, "data-first": data_first, {inner} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_message_says_so_below_the_bubble() {
        let html = dioxus_ssr::render_element(rsx! {
            MessageBubble {
                side: BubbleSide::Out,
                text: vec![Segment::text("Hello")],
                meta: rsx! { "Not sent" },
                state: BubbleState::Failed,
                actions: rsx! { button { "Try again" } },
            }
        });
        assert!(html.starts_with("<div"), "{html}");
        assert!(html.contains(r#"data-skin="app" data-side="out""#), "{html}");
        assert!(html.contains(r#"data-state="failed""#) && html.contains("Not sent</span><button>"), "{html}");
    }

    #[test]
    fn a_preview_is_a_list_item_and_media_alone_fills_it() {
        let html = dioxus_ssr::render_element(rsx! {
            MessageBubble {
                skin: Skin::Line,
                first: true,
                sender: "晴嶼生活",
                media: rsx! { BubbleMedia { src: "/m/1", alt: "杯" } },
                meta: rsx! { "14:32" },
            }
        });
        assert!(html.starts_with("<li"), "{html}");
        assert!(html.contains(r#"data-kind="media" data-first="true""#), "{html}");
        assert!(html.contains(r#"src="/m/1""#) && html.contains(r#"alt="杯""#), "{html}");
    }
}
