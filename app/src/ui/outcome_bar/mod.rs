//! How all people divide, at a glance.

use dioxus::prelude::*;

use super::tone::Share;

stylance::import_crate_style!(style, "src/ui/outcome_bar/style.module.css");

/// A bar of parts. Decoration: the figures stand in words beside it.
#[component]
pub fn OutcomeBar(
    /// The parts in order; empty ones are left out.
    shares: Vec<Share>,
) -> Element {
    rsx! {
        div { class: style::outcome_bar, aria_hidden: "true",
            for share in shares.into_iter().filter(|share| share.n > 0) {
                span { class: style::outcome_bar_part, "data-tone": share.tone.attr(), flex_grow: "{share.n}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tone::Tone;

    #[test]
    fn parts_grow_with_their_people() {
        let shares = vec![
            Share { tone: Tone::Ok, n: 32 },
            Share { tone: Tone::Danger, n: 0 },
            Share { tone: Tone::Unknown, n: 2 },
        ];
        let html = dioxus_ssr::render_element(rsx! { OutcomeBar { shares } });
        assert!(html.contains("flex-grow:32;") && html.contains("flex-grow:2;"), "{html}");
        assert!(!html.contains("danger"), "{html}");
    }
}
