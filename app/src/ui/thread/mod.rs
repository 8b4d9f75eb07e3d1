//! A conversation's messages with the day marks and events between them.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/thread/style.module.css");

/// The messages of a conversation, oldest first. Its pane opens at the end.
#[component]
pub fn Thread(children: Element) -> Element {
    rsx! {
        div { class: style::thread, {children} }
    }
}

/// Where a new day begins.
#[component]
pub fn ThreadDay(label: String) -> Element {
    rsx! {
        p { class: style::thread_day, "{label}" }
    }
}

/// Something that happened to the conversation: taken over, closed.
#[component]
pub fn ThreadEvent(label: String) -> Element {
    rsx! {
        p { class: style::thread_event, "{label}" }
    }
}
