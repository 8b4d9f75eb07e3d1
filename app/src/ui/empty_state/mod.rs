//! A screen without content: empty, failed to load, not allowed, nothing chosen yet.

use dioxus::prelude::*;

use super::{
    app_bar::{Heading, TitleLevel},
    tone::Tone,
};

stylance::import_crate_style!(style, "src/ui/empty_state/style.module.css");

/// What is missing, why, and what to do first.
#[component]
pub fn EmptyState(
    /// Danger for a failure, unknown for a missing permission, plain for nothing yet.
    #[props(default)]
    tone: Tone,
    /// The icon in the shop window, extra large.
    icon: Element,
    /// What is missing.
    title: Option<String>,
    /// The title's level in the page: the first where nothing else on the screen has a title.
    #[props(default = TitleLevel::Second)]
    level: TitleLevel,
    /// Why, and what can be done.
    text: String,
    /// Buttons, the main one first.
    actions: Option<Element>,
    /// Small print: time and code of an error, who may allow it.
    facts: Option<String>,
    /// A failure that is read out at once.
    #[props(default)]
    alert: bool,
) -> Element {
    rsx! {
        div { class: style::empty, role: alert.then_some("alert"),
            span { class: style::empty_art, "data-tone": tone.attr(), {icon} }
            if let Some(title) = title {
                Heading { class: style::empty_title, level, name: title }
            }
            p { class: style::empty_text, "{text}" }
            if actions.is_some() {
                div { class: style::empty_actions, {actions} }
            }
            if let Some(facts) = facts {
                p { class: style::empty_facts, "{facts}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_an_alert_with_a_way_on() {
        let html = dioxus_ssr::render_element(rsx! {
            EmptyState {
                tone: Tone::Danger,
                icon: rsx! {},
                title: "Not loaded",
                text: "The server did not answer.",
                actions: rsx! { button { "Try again" } },
                alert: true,
            }
        });
        assert!(html.contains(r#"role="alert""#) && html.contains("Not loaded</h2>"), "{html}");
        assert!(html.contains("<button>Try again"), "{html}");
    }
}
