//! One outcome of a check (will be sent, will not, not sure) that opens into its people and reasons.

use dioxus::prelude::*;

use super::{glyph::ChevronDown, icon::Icon, tone::Tone};

stylance::import_crate_style!(style, "src/ui/outcome/style.module.css");

/// An outcome with its count. The reader opens and closes it; `open` is how it first stands.
#[component]
pub fn Outcome(
    /// What it means.
    tone: Tone,
    /// The icon of that meaning.
    icon: Element,
    /// How many people.
    count: String,
    /// What becomes of them.
    label: String,
    /// How they divide further.
    sub: Option<String>,
    /// Is it open at first?
    #[props(default)]
    open: bool,
    /// Words, or [`ReasonGroup`](super::reason_group::ReasonGroup)s.
    children: Element,
) -> Element {
    rsx! {
        details { class: style::outcome, "data-tone": tone.attr(), open,
            summary { class: style::outcome_head,
                span { class: style::outcome_icon, {icon} }
                span { class: style::outcome_text,
                    b { class: style::outcome_count, "{count}" }
                    " "
                    span { class: style::outcome_label, "{label}" }
                    if let Some(sub) = sub {
                        span { class: style::outcome_sub, "{sub}" }
                    }
                }
                Icon { class: style::outcome_turn, ChevronDown {} }
            }
            div { class: style::outcome_body, {children} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_by_itself_when_asked_to() {
        let html = |open| {
            dioxus_ssr::render_element(rsx! {
                Outcome { tone: Tone::Danger, icon: rsx! {}, count: "3", label: "will not be sent", open, "why" }
            })
        };
        assert!(html(true).contains(" open"), "{}", html(true));
        assert!(!html(false).contains(" open"), "{}", html(false));
        assert!(html(true).contains(">3</b>") && html(true).contains("will not be sent"), "{}", html(true));
    }
}
