//! Where one is in a flow.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/steps/style.module.css");

/// The steps of a flow. On phones they are strokes, so the bar's second line should say it in words.
#[component]
pub fn Steps(
    /// Which flow it is, for assistive technology.
    label: String,
    /// The names of the steps.
    steps: Vec<String>,
    /// The step one is at, counted from 0.
    current: usize,
) -> Element {
    rsx! {
        ol { class: style::steps, aria_label: label,
            for (place, name) in steps.into_iter().enumerate() {
                li {
                    key: "{place}",
                    class: style::steps_item,
                    "data-state": (place < current).then_some("done"),
                    aria_current: (place == current).then_some("step"),
                    span { class: style::steps_label, "{name}" }
                }
            }
        }
    }
}
