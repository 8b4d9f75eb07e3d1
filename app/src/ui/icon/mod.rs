//! The frame that gives an icon its size and weight, and the glyphs that are the app's own.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/icon/style.module.css");

/// How large an icon stands, in rem: it grows with the reader's text.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconSize {
    /// 0.875 rem, inside badges.
    ExtraSmall,
    /// 1 rem, inside buttons.
    Small,
    /// 1.25 rem.
    #[default]
    Normal,
    /// 1.5 rem, in bars.
    Large,
    /// 2 rem, in empty screens.
    ExtraLarge,
}

impl IconSize {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::ExtraSmall => Some("xs"),
            Self::Small => Some("sm"),
            Self::Normal => None,
            Self::Large => Some("lg"),
            Self::ExtraLarge => Some("xl"),
        }
    }
}

/// An icon: one of [`glyph`](super::glyph) inside this frame, `Icon { size: IconSize::Small, Check {} }`.
///
/// It is hidden from assistive technology; whoever shows it without words beside it gives the words as a label.
#[component]
pub fn Icon(
    /// How large it stands.
    #[props(default)]
    size: IconSize,
    /// The parent's class, for the icon's place.
    class: Option<String>,
    /// The picture.
    children: Element,
) -> Element {
    rsx! {
        span {
            class: format!("{} {}", style::icon, class.unwrap_or_default()),
            "data-size": size.name(),
            aria_hidden: "true",
            {children}
        }
    }
}

/// The speech bubble that stands for LINE (`ch-line`).
#[component]
pub fn LineGlyph(
    /// The parent's class: it sets size and colour.
    class: Option<String>,
) -> Element {
    rsx! {
        svg { class, "viewBox": "0 0 12 12", fill: "currentColor", "aria-hidden": "true",
            path { d: "M6 1.1C3 1.1.6 3 .6 5.4c0 2.1 1.9 3.9 4.4 4.2.2 0 .4.2.4.4l-.1 1c0 .3.2.4.5.2 2.2-1.2 5.6-3.2 5.6-5.8C11.4 3 9 1.1 6 1.1z" }
        }
    }
}

/// The receiver that stands for WhatsApp (`ch-whatsapp`).
#[component]
pub fn WhatsAppGlyph(
    /// The parent's class: it sets size and colour.
    class: Option<String>,
) -> Element {
    rsx! {
        svg { class, "viewBox": "0 0 24 24", fill: "currentColor", "aria-hidden": "true",
            path { d: "M13.832 16.568a1 1 0 0 0 1.213-.303l.355-.465A2 2 0 0 1 17 15h3a2 2 0 0 1 2 2v3a2 2 0 0 1-2 2A18 18 0 0 1 2 4a2 2 0 0 1 2-2h3a2 2 0 0 1 2 2v3a2 2 0 0 1-.8 1.6l-.468.351a1 1 0 0 0-.292 1.233 14 14 0 0 0 6.392 6.384" }
        }
    }
}

/// The brand's mark: an awning over a signal. Its ground takes the colour of the text around it.
#[component]
pub fn Mark(
    /// The parent's class: it sets size and colour.
    class: Option<String>,
) -> Element {
    rsx! {
        svg { class, "viewBox": "0 0 40 40", "aria-hidden": "true",
            rect { width: "40", height: "40", rx: "11", fill: "currentColor" }
            path { fill: "#fff", d: "M11.3 9h17.4l3.3 7.4v.8a4 4 0 0 1-8 0 4 4 0 0 1-8 0 4 4 0 0 1-8 0v-.8z" }
            g { fill: "none", stroke: "#fff", stroke_width: "2", stroke_linecap: "round",
                path { d: "M15.2 25.6a6.6 6.6 0 0 0 0 6.6M24.8 25.6a6.6 6.6 0 0 1 0 6.6" }
            }
            circle { cx: "20", cy: "28.9", r: "2.3", fill: "#fff" }
        }
    }
}
