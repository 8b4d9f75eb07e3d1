//! A choice that can be pressed, or a filter that can go.

use dioxus::prelude::*;

use super::{
    glyph::{Check, X},
    icon::{Icon, IconSize},
    press::Press,
};

stylance::import_crate_style!(style, "src/ui/chip/style.module.css");

/// A row of chips that wraps; never a strip that scrolls sideways.
#[component]
pub fn ChipRow(
    /// What is chosen here, for assistive technology.
    label: String,
    /// The chips.
    children: Element,
) -> Element {
    rsx! {
        div {
            class: style::chip_row,
            role: "group",
            aria_label: label,
            {children}
        }
    }
}

/// A choice.
#[component]
pub fn Chip(
    /// Is it chosen?
    on: bool,
    /// Does it show a check mark while it is chosen? For groups in which several may be.
    #[props(default)]
    mark: bool,
    /// How many it would leave, ready to print.
    count: Option<String>,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    #[props(extends = GlobalAttributes, extends = button)] attributes: Vec<Attribute>,
    /// Its words.
    children: Element,
) -> Element {
    rsx! {
        Press {
            class: style::chip,
            onclick,
            aria_pressed: if on { "true" } else { "false" },
            attributes,
            if on && mark {
                Icon { size: IconSize::ExtraSmall, Check {} }
            }
            {children}
            if let Some(count) = count {
                span { class: style::chip_count, "{count}" }
            }
        }
    }
}

/// A filter in force; a press takes it away.
#[component]
pub fn FilterChip(
    /// What a press does, for assistive technology; read after the filter.
    remove: String,
    /// Take the filter away.
    onremove: EventHandler<()>,
    /// The filter.
    children: Element,
) -> Element {
    rsx! {
        Press {
            class: style::chip,
            "data-kind": "filter",
            onclick: move |_| onremove.call(()),
            {children}
            Icon { size: IconSize::Small, X {} }
            span { class: "vh", "{remove}" }
        }
    }
}
