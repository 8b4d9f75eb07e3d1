//! The bar at the top of a pane: back, title, tools.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/app_bar/style.module.css");

/// The bar at the top of a pane, in its `PaneHead`.
#[component]
pub fn AppBar(
    /// Is it a tab's root? Its title is larger then.
    #[props(default)]
    root: bool,
    /// The back button.
    start: Option<Element>,
    /// The tools at its end.
    end: Option<Element>,
    /// [`AppBarTitle`] or [`AppBarWho`].
    children: Element,
) -> Element {
    rsx! {
        header { class: style::app_bar, "data-root": root.then_some(""),
            {start}
            {children}
            if let Some(end) = end {
                div { class: style::app_bar_end, {end} }
            }
        }
    }
}

/// The level of a pane's title in the page.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleLevel {
    /// `h1`, once per screen.
    #[default]
    First,
    /// `h2`, for the pane beside.
    Second,
}

/// The title of a pane.
#[component]
pub fn AppBarTitle(
    /// The title.
    name: String,
    /// Its level in the page.
    #[props(default)]
    level: TitleLevel,
    /// Is it only for assistive technology? Then the children, such as Tabs, stand in its place.
    #[props(default)]
    hidden: bool,
    /// A quiet line under it.
    sub: Option<Element>,
    /// What stands under or instead of the title.
    children: Element,
) -> Element {
    let class = if hidden { "vh" } else { style::app_bar_name };
    rsx! {
        div { class: style::app_bar_title,
            Heading { class, level, name }
            if let Some(sub) = sub {
                p { class: style::app_bar_sub, {sub} }
            }
            {children}
        }
    }
}

/// The person a pane is about: the avatar, the name and a quiet line.
#[component]
pub fn AppBarWho(
    /// The name.
    name: String,
    /// The level of the name in the page.
    #[props(default)]
    level: TitleLevel,
    /// A quiet line under it.
    sub: Option<Element>,
    /// The avatar.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::app_bar_who,
            {children}
            div { class: "grow",
                Heading { class: style::app_bar_name, level, name }
                if let Some(sub) = sub {
                    p { class: style::app_bar_sub, {sub} }
                }
            }
        }
    }
}

/// A heading of either level.
#[component]
pub(super) fn Heading(class: &'static str, level: TitleLevel, name: String) -> Element {
    match level {
        TitleLevel::First => rsx! {
            h1 { class, "{name}" }
        },
        TitleLevel::Second => rsx! {
            h2 { class, "{name}" }
        },
    }
}
