//! The bar at the bottom of a pane: where things stand, and the main action.

use dioxus::prelude::*;

use super::press::{Destination, Press};

stylance::import_crate_style!(style, "src/ui/action_bar/style.module.css");

/// The class of the main button of an [`ActionBarRow`]; with `"data-grow": ""` it fills the row.
pub const ACTION_BAR_MAIN: &str = style::action_bar_main;
/// The class of a button beside the main one.
pub const ACTION_BAR_SIDE: &str = style::action_bar_side;

/// The bar at the bottom of a pane, in its `PaneFoot`. A Toast inside it stands above it.
#[component]
pub fn ActionBar(
    /// [`ActionBarNote`]s, an [`ActionBarRow`], or one button.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::action_bar, {children} }
    }
}

/// Text and buttons side by side, or one above the other when the text is large.
#[component]
pub fn ActionBarRow(
    /// [`ActionBarText`] and buttons.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::action_bar_row, {children} }
    }
}

/// Where things stand. With `to` or `onclick` it can be pressed and leads to the details.
#[component]
pub fn ActionBarText(
    /// The first line.
    title: Option<Element>,
    /// The second line.
    sub: Option<Element>,
    /// Where it leads.
    #[props(default, into)]
    to: Destination,
    /// A press.
    onclick: Option<EventHandler<MouseEvent>>,
    /// Are its changes read out? For a draft that saves itself.
    #[props(default)]
    live: bool,
) -> Element {
    let lines = rsx! {
        if let Some(title) = title {
            span { class: style::action_bar_title, {title} }
        }
        if let Some(sub) = sub {
            span { class: style::action_bar_sub, {sub} }
        }
    };
    if to.is_none() && onclick.is_none() {
        return rsx! {
            span { class: style::action_bar_text, role: live.then_some("status"), {lines} }
        };
    }
    rsx! {
        Press { to, class: style::action_bar_text, onclick: onclick.unwrap_or_default(), {lines} }
    }
}

/// What a note in the bar means.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteTone {
    /// It informs.
    #[default]
    Quiet,
    /// It warns.
    Warn,
    /// It says why the main action cannot be pressed.
    Danger,
}

/// A line above the row. As the reason of a blocked button it needs an `id`.
#[component]
pub fn ActionBarNote(
    /// What it means.
    #[props(default)]
    tone: NoteTone,
    #[props(extends = GlobalAttributes)] attributes: Vec<Attribute>,
    /// A small icon and the words.
    children: Element,
) -> Element {
    let tone = match tone {
        NoteTone::Quiet => None,
        NoteTone::Warn => Some("warn"),
        NoteTone::Danger => Some("danger"),
    };
    rsx! {
        p { class: style::action_bar_note, "data-tone": tone, ..attributes, {children} }
    }
}
