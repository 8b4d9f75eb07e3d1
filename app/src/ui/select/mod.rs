//! One of a list, by the phone's own picker.

use dioxus::prelude::*;

use super::{
    glyph::ChevronDown,
    icon::{Icon, IconSize},
};

stylance::import_crate_style!(style, "src/ui/select/style.module.css");

/// How a select stands.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectSize {
    /// 48 px, in a form.
    #[default]
    Normal,
    /// 44 px, in a row of filters.
    Small,
    /// Without its own box, at the start of a text field's.
    Bare,
}

/// One entry of a [`Select`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What is chosen by it.
    pub value: String,
    /// Its words.
    pub label: String,
}

impl SelectOption {
    /// An entry.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One of a list. Name it by `aria_label`, or by a Field whose `control` is its `id`.
#[component]
pub fn Select(
    /// The value of the chosen entry.
    value: String,
    /// The entries.
    options: Vec<SelectOption>,
    /// The value that was chosen.
    onchange: EventHandler<String>,
    /// How it stands.
    #[props(default)]
    size: SelectSize,
    #[props(extends = GlobalAttributes, extends = select)] attributes: Vec<Attribute>,
) -> Element {
    let size = match size {
        SelectSize::Normal => None,
        SelectSize::Small => Some("sm"),
        SelectSize::Bare => Some("bare"),
    };
    rsx! {
        span { class: style::select, "data-size": size,
            select {
                class: style::select_input,
                onchange: move |event| onchange.call(event.value()),
                ..attributes,
                for option in options {
                    option { key: "{option.value}", value: "{option.value}", selected: option.value == value, "{option.label}" }
                }
            }
            Icon { class: style::select_icon, size: IconSize::Small, ChevronDown {} }
        }
    }
}
