//! A conversation's messages with the day marks and events between them.

use dioxus::prelude::*;

use super::{
    glyph::ArrowDown,
    icon::{Icon, IconSize},
};

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

/// Leads to the end of a thread, over the foot of its pane. Its place is there before it is, so that it is read out.
#[component]
pub fn ThreadJump(
    /// Is there something at the end that was not seen?
    shown: bool,
    /// It was pressed.
    onclick: EventHandler<()>,
    /// What it says.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::thread_jump_place, role: "status",
            if shown {
                button { r#type: "button", class: style::thread_jump, onclick: move |_| onclick.call(()),
                    Icon { size: IconSize::Small, ArrowDown {} }
                    {children}
                }
            }
        }
    }
}
