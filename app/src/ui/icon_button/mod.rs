//! A button that is only an icon.

use dioxus::prelude::*;

use super::{
    file_input::{FILE_HOST, FileInput},
    press::{Destination, Press},
};

stylance::import_crate_style!(style, "src/ui/icon_button/style.module.css");

/// What an icon button means.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconButtonTone {
    /// In rows and cards.
    #[default]
    Quiet,
    /// In the bar of a screen.
    Strong,
    /// A main action, such as send in a reply.
    Primary,
}

impl IconButtonTone {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Quiet => None,
            Self::Strong => Some("strong"),
            Self::Primary => Some("primary"),
        }
    }
}

/// A button that is only an icon; its words are its `label`.
#[component]
pub fn IconButton(
    /// What it does, in words.
    label: String,
    /// What it means.
    #[props(default)]
    tone: IconButtonTone,
    /// 28 px to the eye, inside a token of a field.
    #[props(default)]
    tiny: bool,
    /// Where it leads; without it, it is a button.
    #[props(default, into)]
    to: Destination,
    /// Is the menu open that it opens? Give it only to a button that opens a menu.
    menu_open: Option<bool>,
    /// The id of the text that says why it cannot be pressed now.
    blocked: Option<String>,
    /// The parent's class, for the button's place.
    class: Option<String>,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// A press while blocked.
    #[props(default)]
    onpress_blocked: EventHandler<()>,
    #[props(extends = GlobalAttributes, extends = button)] attributes: Vec<Attribute>,
    /// The [`super::icon::Icon`].
    children: Element,
) -> Element {
    rsx! {
        Press {
            to,
            class: format!("{} {}", style::icon_button, class.unwrap_or_default()),
            blocked,
            onclick,
            onpress_blocked,
            aria_label: label,
            aria_haspopup: menu_open.map(|_| "menu"),
            aria_expanded: menu_open.map(|open| if open { "true" } else { "false" }),
            "data-tone": tone.name(),
            "data-size": tiny.then_some("xs"),
            attributes,
            {children}
        }
    }
}

/// An icon button that asks for files.
#[component]
pub fn FileIconButton(
    /// What it does, in words.
    label: String,
    /// The types that are offered.
    accept: String,
    /// Can several be chosen at once?
    #[props(default)]
    multiple: bool,
    /// The id of the text that says why it cannot be pressed now.
    blocked: Option<String>,
    /// Files were chosen.
    onchoose: EventHandler<FormEvent>,
    /// The [`super::icon::Icon`].
    children: Element,
) -> Element {
    if blocked.is_some() {
        return rsx! {
            IconButton { label, blocked, {children} }
        };
    }
    rsx! {
        span { class: "{style::icon_button} {FILE_HOST}",
            FileInput { label, accept, multiple, onchoose }
            {children}
        }
    }
}
