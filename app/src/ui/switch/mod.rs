//! A setting that is on or off.

use dioxus::prelude::*;

use super::press::Press;

stylance::import_crate_style!(style, "src/ui/switch/style.module.css");

/// A setting that is on or off and takes effect at once.
#[component]
pub fn Switch(
    /// What is on or off.
    label: String,
    /// What it means.
    help: Option<String>,
    /// Is it on?
    on: bool,
    /// The state it should take.
    onchange: EventHandler<bool>,
    #[props(extends = GlobalAttributes, extends = button)] attributes: Vec<Attribute>,
) -> Element {
    rsx! {
        Press {
            class: style::switch,
            role: "switch",
            aria_checked: if on { "true" } else { "false" },
            onclick: move |_| onchange.call(!on),
            attributes,
            span { class: style::switch_text,
                "{label}"
                if let Some(help) = help {
                    small { "{help}" }
                }
            }
            span { class: style::switch_track }
        }
    }
}
