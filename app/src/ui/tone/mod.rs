//! What a colour says: the one scale of meaning that figures, banners and reasons share.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/tone/style.module.css");

/// The meaning behind a colour. It never stands alone: a word or an icon says the same.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// No judgement.
    #[default]
    Plain,
    /// Went well.
    Ok,
    /// Needs a look soon.
    Warn,
    /// Failed, or will fail.
    Danger,
    /// Not known: neither good nor bad.
    Unknown,
}

impl Tone {
    /// The value of `data-tone`; `Plain` carries no attribute.
    pub fn attr(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Ok => Some("ok"),
            Self::Warn => Some("warn"),
            Self::Danger => Some("danger"),
            Self::Unknown => Some("unknown"),
        }
    }
}

/// One part of a whole, for [`OutcomeBar`](super::outcome_bar::OutcomeBar) and
/// [`ProgressRing`](super::progress_ring::ProgressRing).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// What the part means.
    pub tone: Tone,
    /// How many belong to it.
    pub n: u64,
}

/// A word in the colour of its meaning, with its icon before it.
#[component]
pub fn ToneText(tone: Tone, icon: Option<Element>, children: Element) -> Element {
    rsx! {
        span { class: style::tone, "data-tone": tone.attr(), {icon} {children} }
    }
}
