//! The app's main navigation: a bar at the bottom, a rail at the side from 900 px on.

use dioxus::prelude::*;

use super::{
    icon::{Icon, IconSize},
    layer::use_screen_layers,
    press::{Destination, Press},
};

stylance::import_crate_style!(style, "src/ui/tab_bar/style.module.css");

/// The main navigation, for the `nav` of a Screen. It is inert while a sheet or dialog is open.
#[component]
pub fn TabBar(
    /// What it is, for assistive technology.
    label: String,
    /// Is there only the rail, and no bar on phones? For screens whose bottom belongs to an action bar.
    #[props(default)]
    wide_only: bool,
    /// Mark and name, on the rail only.
    brand: Element,
    /// Who is signed in, on the rail only.
    me: Element,
    /// The [`TabBarItem`]s.
    children: Element,
) -> Element {
    let behind = use_screen_layers().is_some_and(|layers| layers.covered());
    rsx! {
        nav {
            class: "screen-nav {style::tab_bar}",
            class: if wide_only { "wide-only" },
            aria_label: label,
            "inert": behind.then_some("true"),
            div { class: style::tab_bar_brand, {brand} }
            ul { class: style::tab_bar_list, {children} }
            div { class: style::tab_bar_me, {me} }
        }
    }
}

/// One destination.
#[component]
pub fn TabBarItem(
    /// Where it leads.
    #[props(into)]
    to: Destination,
    /// Is the screen shown one of its screens?
    on: bool,
    /// Its name.
    label: String,
    /// How many wait there, ready to print.
    count: Option<String>,
    /// What the count counts, for assistive technology.
    count_label: Option<String>,
    /// The icon, without its frame.
    children: Element,
) -> Element {
    rsx! {
        li {
            Press { to, class: style::tab_bar_item, aria_current: on.then_some("page"),
                span { class: style::tab_bar_icon,
                    Icon { size: IconSize::Large, {children} }
                    if let Some(count) = count {
                        span { class: style::tab_bar_count,
                            "{count}"
                            if let Some(label) = count_label {
                                span { class: "vh", " {label}" }
                            }
                        }
                    }
                }
                "{label}"
            }
        }
    }
}
