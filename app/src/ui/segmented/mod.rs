//! Two to four equal choices, of which one is in force.

use dioxus::prelude::*;

use super::press::{Destination, Press};

stylance::import_crate_style!(style, "src/ui/segmented/style.module.css");

/// The group of choices. Name it by `aria_label`, or by `aria_labelledby` with the `label_id` of the Field around it.
#[component]
pub fn Segmented(
    #[props(extends = GlobalAttributes)] attributes: Vec<Attribute>,
    /// The [`Segment`]s.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::segmented, role: "group", ..attributes, {children} }
    }
}

/// One choice.
#[component]
pub fn Segment(
    /// Is it in force?
    on: bool,
    /// Where it leads, if choosing it changes the route.
    #[props(default, into)]
    to: Destination,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// Its words.
    children: Element,
) -> Element {
    let button = to.is_none();
    rsx! {
        Press {
            to,
            class: style::segmented_item,
            onclick,
            aria_pressed: button.then_some(if on { "true" } else { "false" }),
            aria_current: (!button && on).then_some("true"),
            {children}
        }
    }
}
