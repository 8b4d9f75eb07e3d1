//! A quota: what is left of it, and what this would use.

use dioxus::prelude::*;

use super::{progress::Progress, tone::Tone};

stylance::import_crate_style!(style, "src/ui/meter/style.module.css");

/// A quota in words, with a bar.
#[component]
pub fn Meter(
    /// Whose quota.
    label: String,
    /// How much of it is used, 0 to 100; no bar where there is no limit or it is not known.
    percent: Option<f64>,
    /// What the fill means.
    #[props(default)]
    tone: Tone,
    /// What is left and what this uses; the figure in `b`.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::meter,
            p { class: style::meter_line,
                span { "{label}" }
                span { class: style::meter_value, {children} }
            }
            if let Some(percent) = percent {
                Progress { percent, tone }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_there_is_no_bar() {
        let html = |percent: Option<f64>| {
            dioxus_ssr::render_element(rsx! {
                Meter { label: "LINE", percent, "left ", b { "1,284" } }
            })
        };
        assert!(html(Some(43.0)).contains("width:43%"), "{}", html(Some(43.0)));
        assert!(!html(None).contains("width:"), "{}", html(None));
        assert!(html(None).contains("<b>1,284</b>"), "{}", html(None));
    }
}
