//! The picture or film of a message.

use dioxus::prelude::*;

use super::style;
use crate::ui::{glyph::Play, icon::Icon};

/// What kind of media it is.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    #[default]
    Image,
    /// A film.
    Video,
}

/// The picture or film of a message. With its size in pixels the page does not jump while it loads; without, it stands in a box of
/// a fixed shape, whole.
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
    /// Can a film be played here? A preview shows only its still and the mark for it.
    #[props(default)]
    controls: bool,
    /// How long a film lasts ("0:24").
    duration: Option<String>,
) -> Element {
    let unsized_box = (width.is_none() || height.is_none()).then_some("");
    let width = width.map(|n| n.to_string());
    let height = height.map(|n| n.to_string());
    rsx! {
        div { class: style::bubble_media, "data-unsized": unsized_box,
            match kind {
                MediaKind::Image => rsx! {
                    img { src, alt, width, height, loading: "lazy", decoding: "async" }
                },
                // With a still nothing of the film itself is loaded before it is played.
                MediaKind::Video if controls => rsx! {
                    video {
                        src,
                        preload: if poster.is_some() { "none" } else { "metadata" },
                        poster,
                        width,
                        height,
                        controls: true,
                        "playsinline": "true",
                        aria_label: alt,
                    }
                },
                MediaKind::Video => rsx! {
                    if let Some(poster) = poster {
                        img { src: poster, alt, width, height, loading: "lazy", decoding: "async" }
                    } else {
                        video { src, width, height, preload: "metadata", "playsinline": "true", aria_label: alt }
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
        let still = dioxus_ssr::render_element(rsx! {
            BubbleMedia { kind: MediaKind::Video, src: "/m/2", poster: "/p/2", alt: "film", width: 640, height: 360 }
        });
        assert!(still.contains(r#"<img src="/p/2" alt="film" width="640" height="360""#), "{still}");
        assert!(!still.contains("<video") && !still.contains("data-unsized"), "{still}");
        let thread = dioxus_ssr::render_element(rsx! {
            BubbleMedia { kind: MediaKind::Video, src: "/m/2", alt: "film", duration: "0:24", controls: true }
        });
        assert!(thread.contains("controls") && !thread.contains("0:24"), "{thread}");
    }
}
