//! The row above a list that picks all that match, not only those loaded.

use dioxus::prelude::*;

use super::{
    check::{Check, CheckState},
    press::Press,
};

stylance::import_crate_style!(style, "src/ui/select_all/style.module.css");

/// A check box for the whole list, with the count it would pick in `title`.
#[component]
pub fn SelectAll(
    /// How much of what matches is picked.
    #[props(into)]
    state: CheckState,
    /// What a tap picks, with its count.
    title: String,
    /// How many are picked, and how many of those are not in these results.
    sub: Option<String>,
    /// A tap.
    onclick: EventHandler<MouseEvent>,
) -> Element {
    rsx! {
        Press { class: style::select_all, role: "checkbox", "aria-checked": state.aria(), onclick,
            Check { state, boxed: true }
            span { class: style::select_all_text,
                b { "{title}" }
                if let Some(sub) = sub {
                    small { "{sub}" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn a_part_is_mixed() {
        let html = routed(|| {
            rsx! {
                SelectAll { state: CheckState::Mixed, title: "All 142", sub: "37 picked", onclick: |_| {} }
            }
        });
        assert!(html.contains(r#"role="checkbox" aria-checked="mixed""#), "{html}");
        assert!(html.contains("<b>All 142</b><small>37 picked</small>"), "{html}");
    }
}
