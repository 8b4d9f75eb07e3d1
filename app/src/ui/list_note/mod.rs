//! One quiet line about the list or preview above it.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/list_note/style.module.css");

/// A quiet line with its icon.
#[component]
pub fn ListNote(icon: Option<Element>, children: Element) -> Element {
    rsx! {
        p { class: style::list_note, {icon} span { {children} } }
    }
}
