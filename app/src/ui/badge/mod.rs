//! A small fact beside a name: a tag, a state, a count. Never pressed.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/badge/style.module.css");

/// What a badge says by its colour.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeTone {
    /// A tag, or a fact without judgement.
    #[default]
    Plain,
    /// Went well, or has time left.
    Ok,
    /// Needs a look soon.
    Warn,
    /// Failed or blocked.
    Danger,
    /// Not known, or under way.
    Unknown,
    /// The reader's own: a draft, a choice.
    Accent,
    /// Without a ground: what is left over ("+2"), or no longer open.
    Quiet,
    /// A count in the accent colour.
    Count,
}

impl BadgeTone {
    fn attr(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Ok => Some("ok"),
            Self::Warn => Some("warn"),
            Self::Danger => Some("danger"),
            Self::Unknown => Some("unknown"),
            Self::Accent => Some("accent"),
            Self::Quiet => Some("quiet"),
            Self::Count => Some("count"),
        }
    }
}

/// A fact. What only assistive tech should hear goes into `hint` ("unread messages", "`WhatsApp` window").
#[component]
pub fn Badge(
    #[props(default)] tone: BadgeTone,
    icon: Option<Element>,
    /// Read out before the text, not shown.
    hint: Option<String>,
    /// Read out after the text, not shown.
    hint_after: Option<String>,
    children: Element,
) -> Element {
    rsx! {
        span { class: style::badge, "data-tone": tone.attr(),
            {icon}
            if let Some(hint) = hint {
                span { class: "vh", "{hint} " }
            }
            {children}
            if let Some(hint) = hint_after {
                span { class: "vh", " {hint}" }
            }
        }
    }
}
