//! A note above the content: offline, a warning, what was kept.

use dioxus::prelude::*;

use super::tone::Tone;

stylance::import_crate_style!(style, "src/ui/banner/style.module.css");

/// When a banner that appears is read out.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// When the reader comes to it.
    #[default]
    Off,
    /// At the next pause.
    Status,
    /// At once.
    Alert,
}

impl Live {
    /// The ARIA role.
    pub fn role(self) -> Option<&'static str> {
        match self {
            Self::Off => None,
            Self::Status => Some("status"),
            Self::Alert => Some("alert"),
        }
    }
}

/// A note with its icon, and what can be done about it.
#[component]
pub fn Banner(
    /// What it means; plain is slate.
    #[props(default)]
    tone: Tone,
    /// The icon of that meaning.
    icon: Element,
    /// The note, short.
    title: String,
    /// The note in full.
    text: Option<String>,
    /// Small buttons.
    actions: Option<Element>,
    /// From edge to edge, without round corners.
    #[props(default)]
    flush: bool,
    /// When it is read out.
    #[props(default)]
    live: Live,
) -> Element {
    rsx! {
        div {
            class: style::banner,
            "data-tone": tone.attr(),
            "data-flush": flush.then_some("true"),
            role: live.role(),
            span { class: style::banner_icon, {icon} }
            div { class: style::banner_main,
                b { class: style::banner_title, "{title}" }
                if let Some(text) = text {
                    span { class: style::banner_text, "{text}" }
                }
                if actions.is_some() {
                    div { class: style::banner_actions, {actions} }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_out_as_asked() {
        let html = dioxus_ssr::render_element(rsx! {
            Banner { tone: Tone::Warn, icon: rsx! {}, title: "Offline", text: "Drafts are safe", live: Live::Status }
        });
        assert!(html.contains(r#"data-tone="warn" role="status""#), "{html}");
        assert!(html.contains(">Offline</b>") && html.contains("Drafts are safe"), "{html}");
    }
}
