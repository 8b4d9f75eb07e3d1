//! Figures that can be opened, each with its fraction.

use dioxus::prelude::*;

use super::{
    glyph::ChevronRight,
    icon::{Icon, IconSize},
    press::{Destination, Press},
    tone::Tone,
};

stylance::import_crate_style!(style, "src/ui/stat/style.module.css");

/// [`Stat`]s side by side.
#[component]
pub fn StatGrid(
    /// Three narrow ones in a row on a phone, rather than two.
    #[props(default)]
    three: bool,
    /// Inside a panel: no frame of its own.
    #[props(default)]
    flush: bool,
    /// The figures.
    children: Element,
) -> Element {
    rsx! {
        div {
            class: style::stat_grid,
            "data-cols": three.then_some("3"),
            "data-flush": flush.then_some("true"),
            {children}
        }
    }
}

/// One figure. With `to` or `onclick` it opens the people behind it.
#[component]
pub fn Stat(
    /// Where it leads.
    #[props(default, into)]
    to: Destination,
    /// A tap.
    onclick: Option<EventHandler<MouseEvent>>,
    /// What is counted.
    label: String,
    /// An icon before the label.
    icon: Option<Element>,
    /// The figure; "–" when it is not known.
    figure: String,
    /// Before the figure, smaller: a currency.
    unit: Option<String>,
    /// What the figure means.
    #[props(default)]
    tone: Tone,
    /// Its fraction, or why there is none.
    part: Option<String>,
) -> Element {
    let opens = !to.is_none() || onclick.is_some();
    let inner = rsx! {
        span { class: style::stat_label,
            {icon}
            "{label} "
            if opens {
                Icon { size: IconSize::ExtraSmall, class: style::stat_go, ChevronRight {} }
            }
        }
        b { class: style::stat_figure, "data-tone": tone.attr(),
            if let Some(unit) = unit {
                small { "{unit} " }
            }
            "{figure}"
        }
        if let Some(part) = part {
            span { class: style::stat_part, " {part}" }
        }
    };
    if opens {
        rsx! {
            Press {
                to,
                class: style::stat,
                "data-opens": "true",
                onclick: move |event| {
                    if let Some(handler) = onclick {
                        handler.call(event);
                    }
                },
                {inner}
            }
        }
    } else {
        rsx! {
            div { class: style::stat, {inner} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn a_figure_with_people_behind_it_is_a_link() {
        let html = routed(|| {
            rsx! {
                StatGrid { three: true,
                    Stat { to: Destination::address("#people"), label: "Failed", figure: "7", tone: Tone::Danger, part: "5.47%" }
                    Stat { label: "Open rate", figure: "–", part: "not known for text" }
                }
            }
        });
        assert_eq!(html.matches("<a").count(), 1, "{html}");
        assert!(html.contains(r##"href="#people""##) && html.contains(r#"data-tone="danger">7</b>"#), "{html}");
        assert!(html.contains("–</b>") && html.contains("not known for text"), "{html}");
    }
}
