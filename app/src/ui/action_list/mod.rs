//! The entries of a sheet: an icon, a title, a line of explanation.

use dioxus::prelude::*;

use super::{
    glyph::ChevronRight,
    icon::{Icon, IconSize},
    layer::use_unique_id,
    press::{Destination, Press},
};

stylance::import_crate_style!(style, "src/ui/action_list/style.module.css");

/// The list of entries.
#[component]
pub fn ActionList(
    /// The [`ActionListItem`]s.
    children: Element,
) -> Element {
    rsx! {
        ul { class: style::action_list, {children} }
    }
}

/// One entry.
#[component]
pub fn ActionListItem(
    /// Its title.
    title: String,
    /// A Badge after the title.
    badge: Option<Element>,
    /// A line under the title.
    text: Option<String>,
    /// Can it not be pressed now? It stays readable and focusable, and its `text` says why.
    #[props(default)]
    disabled: bool,
    /// Where it leads; without it, it is a button.
    #[props(default, into)]
    to: Destination,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// The icon, without its frame.
    children: Element,
) -> Element {
    let text_id = use_unique_id("action-list-text");
    rsx! {
        li {
            Press { to, class: style::action_list_item, blocked: disabled.then(|| text_id.clone()), onclick,
                span { class: style::action_list_icon,
                    Icon { size: IconSize::Large, {children} }
                }
                span { class: style::action_list_main,
                    span { class: style::action_list_title,
                        "{title}"
                        {badge}
                    }
                    if let Some(text) = text {
                        span { class: style::action_list_text, id: text_id, "{text}" }
                    }
                }
                if !disabled {
                    span { class: style::action_list_end,
                        Icon { ChevronRight {} }
                    }
                }
            }
        }
    }
}
