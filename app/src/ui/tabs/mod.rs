//! The states of a list, or the kinds of a record, of which one is shown.

use dioxus::prelude::*;

use super::press::{Destination, Press};

stylance::import_crate_style!(style, "src/ui/tabs/style.module.css");

/// The row of tabs. It is navigation: each tab is a link or a button, the shown one is `aria-current="page"`.
#[component]
pub fn Tabs(
    /// What is chosen here, for assistive technology.
    label: String,
    /// Smaller, under a title.
    #[props(default)]
    small: bool,
    /// The [`Tab`]s.
    children: Element,
) -> Element {
    rsx! {
        nav { class: style::tabs, aria_label: label, "data-size": small.then_some("sm"), {children} }
    }
}

/// One tab.
#[component]
pub fn Tab(
    /// Is it the one shown?
    on: bool,
    /// Where it leads; without it, it is a button.
    #[props(default, into)]
    to: Destination,
    /// How many it holds, ready to print.
    count: Option<String>,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// Its words.
    children: Element,
) -> Element {
    rsx! {
        Press { to, class: style::tabs_item, onclick, aria_current: on.then_some("page"),
            {children}
            if let Some(count) = count {
                span { class: style::tabs_count, "{count}" }
            }
        }
    }
}
