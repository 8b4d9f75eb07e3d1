//! A picture, film or document on its way to the server.

use dioxus::prelude::*;

use super::{
    glyph::Play,
    icon::{Icon, IconSize},
    message_bubble::MediaKind,
    progress::Progress,
};

stylance::import_crate_style!(style, "src/ui/media_tile/style.module.css");

/// How far the upload is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UploadState {
    /// Under way, 0 to 100.
    Uploading(f64),
    /// On the server.
    Done,
    /// Ended without success; the file is kept for another try.
    Failed,
}

/// The file of a message: its picture, name and size, and how far its upload is.
#[component]
pub fn MediaTile(
    /// What kind it is.
    #[props(default)]
    kind: MediaKind,
    /// What stands there for a file without a picture.
    icon: Option<Element>,
    /// Address of a picture, or of a film's still; the tile is grey until there is one.
    thumb: Option<String>,
    /// Address of a film on this machine: its first picture stands in for a still.
    film: Option<String>,
    /// How long a film lasts ("0:24").
    duration: Option<String>,
    /// The file's name.
    name: String,
    /// Its size, and what else is known of it.
    facts: String,
    /// How far the upload is.
    state: UploadState,
    /// The same in words.
    state_text: String,
    /// An icon before those words.
    state_icon: Option<Element>,
    /// "Try again" and the like.
    actions: Option<Element>,
    /// The `IconButton` at the far side: replace, cancel.
    end: Option<Element>,
) -> Element {
    let data_state = match state {
        UploadState::Uploading(_) => "uploading",
        UploadState::Done => "done",
        UploadState::Failed => "failed",
    };
    // The bar says each step; read out is only how it ended.
    let role = match state {
        UploadState::Uploading(_) => None,
        UploadState::Done => Some("status"),
        UploadState::Failed => Some("alert"),
    };
    rsx! {
        div { class: style::media_tile,
            span { class: style::media_tile_thumb,
                if let Some(src) = thumb {
                    img { src, alt: "" }
                } else if let Some(film) = film {
                    // A moment into it: at its very start some machines show nothing.
                    video {
                        src: "{film}#t=0.1",
                        preload: "metadata",
                        muted: true,
                        "playsinline": "true",
                        tabindex: "-1",
                        aria_hidden: "true",
                    }
                }
                if let Some(icon) = icon {
                    span { class: style::media_tile_icon, {icon} }
                }
                if kind == MediaKind::Video {
                    span { class: style::media_tile_mark,
                        span { Icon { size: IconSize::Small, Play {} } }
                    }
                    if let Some(duration) = duration {
                        span { class: style::media_tile_time, "{duration}" }
                    }
                }
            }
            div { class: style::media_tile_main,
                b { class: style::media_tile_name, "{name}" }
                span { class: style::media_tile_facts, "{facts}" }
                if let UploadState::Uploading(percent) = state {
                    Progress { percent, label: state_text.clone() }
                }
                span { class: style::media_tile_state, "data-state": data_state, role, {state_icon} "{state_text}" }
                if actions.is_some() {
                    span { class: style::media_tile_acts, {actions} }
                }
            }
            {end}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::glyph::FileText;

    fn tile(state: UploadState) -> String {
        dioxus_ssr::render_element(rsx! {
            MediaTile {
                kind: MediaKind::Video,
                duration: "0:24",
                name: "tour.mp4",
                facts: "7.3 / 11.8 MB",
                state,
                state_text: "words",
            }
        })
    }

    #[test]
    fn a_file_without_a_picture_shows_its_icon() {
        let html = dioxus_ssr::render_element(rsx! {
            MediaTile {
                icon: rsx! { Icon { FileText {} } },
                name: "a.pdf",
                facts: "PDF · 1 MB",
                state: UploadState::Done,
                state_text: "words",
            }
        });
        assert!(html.contains("<svg") && !html.contains("<img") && !html.contains("<video"), "{html}");
    }

    #[test]
    fn a_failure_is_read_out_a_step_is_not() {
        let going = tile(UploadState::Uploading(62.0));
        assert!(going.contains(r#"role="progressbar""#) && !going.contains("alert"), "{going}");
        let failed = tile(UploadState::Failed);
        assert!(failed.contains(r#"data-state="failed" role="alert""#), "{failed}");
        assert!(!failed.contains("progressbar") && failed.contains("tour.mp4"), "{failed}");
    }
}
