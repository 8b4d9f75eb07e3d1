//! One question that has to be answered before anything else.

use dioxus::prelude::*;

use super::layer::{Edge, close_on_escape, focus_on_mount, use_cover, use_unique_id};

stylance::import_crate_style!(style, "src/ui/dialog/style.module.css");

/// A question. Place it beside `ScreenMain`, not inside: what is inside is inert while it is open.
///
/// The focus moves into it and back to the opener; Escape and a press outside are the quiet answer.
#[component]
pub fn Dialog(
    /// The question.
    title: String,
    /// What the answer brings about.
    text: String,
    /// The quiet answer.
    onclose: EventHandler<()>,
    /// The buttons, the main one first, each with `block`.
    children: Element,
) -> Element {
    use_cover();
    let layer = use_signal(|| None);
    let id = use_unique_id("dialog");
    let text_id = format!("{id}-text");
    rsx! {
        div { class: style::dialog_scrim, onclick: move |_| onclose.call(()) }
        Edge { layer }
        div {
            class: style::dialog,
            role: "alertdialog",
            aria_modal: "true",
            aria_labelledby: id.clone(),
            aria_describedby: text_id.clone(),
            tabindex: "-1",
            onmounted: move |event| focus_on_mount(&event, layer),
            onkeydown: move |event| close_on_escape(&event, onclose),
            h2 { class: style::dialog_title, id, "{title}" }
            p { class: style::dialog_text, id: text_id, "{text}" }
            div { class: style::dialog_actions, {children} }
        }
        Edge { layer }
    }
}
