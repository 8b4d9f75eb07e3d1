//! One of a few cures or choices, large.

use dioxus::prelude::*;

use super::{
    check::{Check, CheckState},
    press::{Destination, Press},
};

stylance::import_crate_style!(style, "src/ui/option/style.module.css");

/// What a press on an [`OptionRow`] does.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// Something happens.
    #[default]
    Action,
    /// It is picked besides others; it shows a mark.
    Checkbox(CheckState),
    /// It is picked instead of others, in a group with `role="radiogroup"`.
    Radio(bool),
}

/// One of a few cures or choices, with a line of explanation.
#[component]
pub fn OptionRow(
    /// What a press does.
    #[props(default)]
    kind: OptionKind,
    /// Without a box of its own, in a list of them.
    #[props(default)]
    flat: bool,
    /// A line under the title.
    text: Option<String>,
    /// What stands at the end of the row, such as an arrow or a number.
    end: Option<Element>,
    /// Where it leads; without it, it is a button.
    #[props(default, into)]
    to: Destination,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    #[props(extends = GlobalAttributes, extends = button)] attributes: Vec<Attribute>,
    /// The title.
    children: Element,
) -> Element {
    let (role, checked) = match kind {
        OptionKind::Action => (None, None),
        OptionKind::Checkbox(state) => (Some("checkbox"), Some(state.aria())),
        OptionKind::Radio(on) => (Some("radio"), Some(CheckState::from(on).aria())),
    };
    rsx! {
        Press {
            to,
            class: style::option,
            onclick,
            role,
            aria_checked: checked,
            "data-flat": flat.then_some(""),
            attributes,
            if let OptionKind::Checkbox(state) = kind {
                Check { state, boxed: true }
            }
            span { class: style::option_main,
                span { class: style::option_title, {children} }
                if let Some(text) = text {
                    span { class: style::option_text, "{text}" }
                }
            }
            if let Some(end) = end {
                span { class: style::option_end, {end} }
            }
        }
    }
}
