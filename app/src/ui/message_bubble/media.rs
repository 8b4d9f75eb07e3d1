//! The picture or film of a message.

use dioxus::prelude::*;
use lucide_dioxus::Play;

use super::style;
use crate::ui::icon::Icon;

/// What kind of media it is.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    #[default]
    Image,
    /// A film.
    Video,
}

/// The picture or film of a message. With its size in pixels the page does not jump while it loads.
#[component]
pub fn BubbleMedia(
    /// What kind it is.
    #[props(default)]
    kind: MediaKind,
    /// Address of the file.
    src: String,
    /// Address of a film's still.
    poster: Option<String>,
    /// What it shows, in words.
    alt: String,
    /// Width of the file in pixels.
    width: Option<u32>,
    /// Height of the file in pixels.
    height: Option<u32>,
    /// Can a film be played here? A preview shows only the mark for it.
    #[props(default)]
    controls: bool,
    /// How long a film lasts ("0:24").
    duration: Option<String>,
) -> Element {
    let width = width.map(|n| n.to_string());
    let height = height.map(|n| n.to_string());
    rsx! {
        div { class: style::bubble_media,
            match kind {
                MediaKind::Image => rsx! {
                    img { src, alt, width, height, loading: "lazy" }
                },
                MediaKind::Video => rsx! {
                    video {
                        src,
                        poster,
                        width,
                        height,
                        controls,
                        preload: "metadata",
                        "playsinline": "true",
                        aria_label: alt,
                    }
                },
            }
            if kind == MediaKind::Video && !controls {
                span { class: style::bubble_play, Icon { Play {} } }
                if let Some(duration) = duration {
                    span { class: style::bubble_time, "{duration}" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_in_a_preview_shows_its_length_and_cannot_be_played() {
        let preview = dioxus_ssr::render_element(rsx! {
            BubbleMedia { kind: MediaKind::Video, src: "/m/2", alt: "film", duration: "0:24" }
        });
        assert!(preview.contains(r#"aria-label="film""#) && preview.contains("0:24"), "{preview}");
        assert!(!preview.contains("controls"), "{preview}");
        let thread = dioxus_ssr::render_element(rsx! {
            BubbleMedia { kind: MediaKind::Video, src: "/m/2", alt: "film", duration: "0:24", controls: true }
        });
        assert!(thread.contains("controls") && !thread.contains("0:24"), "{thread}");
    }
}
