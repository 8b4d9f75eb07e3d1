//! The head of the sending screen: the ring, and in words how long it takes.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/send_hero/style.module.css");

/// The ring and its line; changes of the line are read out.
#[component]
pub fn SendHero(
    /// How long it takes still, and that leaving changes nothing.
    line: Element,
    /// The [`ProgressRing`](super::progress_ring::ProgressRing).
    children: Element,
) -> Element {
    rsx! {
        div { class: style::send_hero,
            {children}
            p { class: style::send_line, role: "status", {line} }
        }
    }
}
