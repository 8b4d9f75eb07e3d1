//! A button with words.

use dioxus::prelude::*;

use super::{
    file_input::{FILE_HOST, FileInput},
    press::{Destination, Press},
};

stylance::import_crate_style!(style, "src/ui/button/style.module.css");

/// What a button means.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonTone {
    /// Beside others.
    #[default]
    Quiet,
    /// The main action of a screen.
    Primary,
    /// Sending, and nothing else in the whole app.
    Go,
    /// A cure inside a card.
    Soft,
    /// On a coloured or crowded ground.
    Line,
    /// In a row of text.
    Plain,
    /// Something is lost by it.
    Danger,
}

impl ButtonTone {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Quiet => None,
            Self::Primary => Some("primary"),
            Self::Go => Some("go"),
            Self::Soft => Some("soft"),
            Self::Line => Some("line"),
            Self::Plain => Some("plain"),
            Self::Danger => Some("danger"),
        }
    }
}

/// How large a button is to the eye; to the thumb it is never under 44 px.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ButtonSize {
    /// 48 px.
    #[default]
    Normal,
    /// 36 px, in cards and heads: keep 8 px around it.
    Small,
    /// 44 px, beside a search field.
    Tool,
}

impl ButtonSize {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Normal => None,
            Self::Small => Some("sm"),
            Self::Tool => Some("tool"),
        }
    }
}

/// A button with words, or a link that looks like one.
///
/// While it cannot be pressed it takes the id of the reason as `blocked`: it stays focusable, says why, and a press calls
/// `onpress_blocked`, so that the screen can lead to the reason.
#[component]
pub fn Button(
    /// What it means.
    #[props(default)]
    tone: ButtonTone,
    /// How large it is.
    #[props(default)]
    size: ButtonSize,
    /// Does it take the whole line?
    #[props(default)]
    block: bool,
    /// Does it send the form around it?
    #[props(default)]
    submit: bool,
    /// Where it leads; without it, it is a button.
    #[props(default, into)]
    to: Destination,
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
    /// Its words, with or without an icon before them.
    children: Element,
) -> Element {
    rsx! {
        Press {
            to,
            class: format!("{} {}", style::button, class.unwrap_or_default()),
            submit,
            blocked,
            onclick,
            onpress_blocked,
            "data-tone": tone.name(),
            "data-size": size.name(),
            "data-block": block.then_some(""),
            attributes,
            {children}
        }
    }
}

/// A small button that asks for a file.
#[component]
pub fn FileButton(
    /// What it means.
    #[props(default)]
    tone: ButtonTone,
    /// Its words, read out.
    label: String,
    /// The types that are offered.
    accept: String,
    /// A file was chosen.
    onchoose: EventHandler<FormEvent>,
    /// Its words, with or without an icon before them.
    children: Element,
) -> Element {
    rsx! {
        span {
            class: "{style::button} {FILE_HOST}",
            "data-tone": tone.name(),
            "data-size": ButtonSize::Small.name(),
            FileInput { label, accept, onchoose }
            {children}
        }
    }
}
