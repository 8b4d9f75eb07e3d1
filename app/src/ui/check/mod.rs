//! The mark of a picked row.

use dioxus::prelude::*;

use super::{
    glyph::{Check as CheckGlyph, Minus},
    icon::{Icon, IconSize},
};

stylance::import_crate_style!(style, "src/ui/check/style.module.css");

/// Whether something is picked.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// Nothing.
    #[default]
    Off,
    /// All of it.
    On,
    /// Some of it.
    Mixed,
}

impl CheckState {
    /// The value of `aria-checked`.
    pub fn aria(self) -> &'static str {
        match self {
            Self::Off => "false",
            Self::On => "true",
            Self::Mixed => "mixed",
        }
    }
}

impl From<bool> for CheckState {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

/// The mark alone: the row around it is the button with `role="checkbox"` and `aria-checked`.
#[component]
pub fn Check(
    /// Is the row picked?
    #[props(into)]
    state: CheckState,
    /// A box instead of a circle: for choices in a sheet and for all rows at once.
    #[props(default)]
    boxed: bool,
) -> Element {
    rsx! {
        span { class: style::check, "data-shape": boxed.then_some("box"), "data-on": state.aria(), aria_hidden: "true",
            Icon { size: IconSize::Small,
                if state == CheckState::Mixed {
                    Minus {}
                } else {
                    CheckGlyph {}
                }
            }
        }
    }
}
