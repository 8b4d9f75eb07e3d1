//! One reason, the people it holds back, and its cures.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/reason_group/style.module.css");

/// A reason in plain words, with how many people it concerns and what to do about it.
#[component]
pub fn ReasonGroup(
    /// The reason, short.
    title: String,
    /// How many people.
    count: String,
    /// A block of its own in a record, rather than inside an [`Outcome`](super::outcome::Outcome).
    #[props(default)]
    block: bool,
    /// Their names.
    people: Option<String>,
    /// Small avatars of some of them; shown in a block.
    faces: Option<Element>,
    /// Buttons that cure it.
    actions: Option<Element>,
    /// The reason in full, and the next step.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::reason, "data-block": block.then_some("true"),
            p { class: style::reason_head,
                b { class: style::reason_title, "{title}" }
                span { class: style::reason_count, "{count}" }
            }
            p { class: style::reason_text, {children} }
            if let Some(people) = people {
                p { class: style::reason_people, "{people}" }
            }
            if block {
                if faces.is_some() || actions.is_some() {
                    div { class: style::reason_open,
                        span { class: style::reason_faces, {faces} }
                        span { class: style::reason_end, {actions} }
                    }
                }
            } else if actions.is_some() {
                div { class: style::reason_actions, {actions} }
            }
        }
    }
}

/// Words about an [`Outcome`](super::outcome::Outcome) that needs no reasons.
#[component]
pub fn ReasonText(children: Element) -> Element {
    rsx! {
        p { class: style::reason_text, {children} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_people_and_cures() {
        let html = dioxus_ssr::render_element(rsx! {
            ReasonGroup { title: "Blocked", count: "1 person", people: "黃詩涵", actions: rsx! { button { "Leave out" } }, "Why." }
        });
        for part in ["Blocked</b>", "1 person", "黃詩涵", "<button>Leave out", "Why."] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("data-block"), "{html}");
    }
}
