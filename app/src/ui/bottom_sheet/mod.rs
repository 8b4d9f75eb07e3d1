//! A sheet that comes up from the bottom, and stands in the middle or at the side from 900 px on.

use dioxus::prelude::*;

use super::{
    glyph::X,
    icon::{Icon, IconSize},
    icon_button::IconButton,
    layer::{Edge, close_on_escape, focus_on_mount, use_cover, use_unique_id},
};

stylance::import_crate_style!(style, "src/ui/bottom_sheet/style.module.css");

/// A sheet. Place it beside `ScreenMain`, not inside: what is inside is inert while it is open.
///
/// The focus moves into it and back to the opener; Escape, the button and a press outside close it.
#[component]
pub fn BottomSheet(
    /// What it is about.
    title: String,
    /// What its button does, in words: close.
    close: String,
    /// Does it stand at the side from 900 px on?
    #[props(default)]
    side: bool,
    /// The buttons under the body, which scrolls.
    foot: Option<Element>,
    /// Close it.
    onclose: EventHandler<()>,
    /// The body.
    children: Element,
) -> Element {
    use_cover();
    let layer = use_signal(|| None);
    let title_id = use_unique_id("sheet");
    rsx! {
        div { class: style::sheet_scrim, onclick: move |_| onclose.call(()) }
        Edge { layer }
        div {
            class: style::sheet,
            role: "dialog",
            aria_modal: "true",
            aria_labelledby: title_id.clone(),
            tabindex: "-1",
            "data-place": side.then_some("side"),
            onmounted: move |event| focus_on_mount(&event, layer),
            onkeydown: move |event| close_on_escape(&event, onclose),
            div { class: style::sheet_head,
                h2 { class: style::sheet_title, id: title_id, "{title}" }
                IconButton { label: close, onclick: move |_| onclose.call(()),
                    Icon { size: IconSize::Large, X {} }
                }
            }
            div { class: style::sheet_body, {children} }
            if let Some(foot) = foot {
                div { class: style::sheet_foot, {foot} }
            }
        }
        Edge { layer }
    }
}
