//! A bar that fills: one file, one quota.

use dioxus::prelude::*;

use super::tone::Tone;

stylance::import_crate_style!(style, "src/ui/progress/style.module.css");

/// A bar. With `label` it is a progress bar; without, its figures stand in words beside it and it is decoration.
#[component]
pub fn Progress(
    /// How full it is, 0 to 100; more or less is cut.
    percent: f64,
    /// What it means.
    #[props(default)]
    tone: Tone,
    /// What goes on, and how far.
    label: Option<String>,
) -> Element {
    let percent = if percent.is_finite() { percent.clamp(0.0, 100.0) } else { 0.0 };
    let shown = format!("{percent:.0}");
    let is_bar = label.is_some();
    rsx! {
        div {
            class: style::progress,
            "data-tone": tone.attr(),
            role: is_bar.then_some("progressbar"),
            aria_label: label,
            aria_valuenow: is_bar.then_some(shown),
            aria_valuemin: is_bar.then_some("0"),
            aria_valuemax: is_bar.then_some("100"),
            aria_hidden: (!is_bar).then_some("true"),
            div { class: style::progress_fill, width: "{percent}%" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_progress_bar_only_with_a_label() {
        let html = dioxus_ssr::render_element(rsx! { Progress { percent: 62.4, label: "Uploading 62%" } });
        assert!(html.contains(r#"role="progressbar" aria-label="Uploading 62%" aria-valuenow="62""#), "{html}");
        assert!(html.contains(r#"style="width:62.4%;""#), "{html}");
        let html = dioxus_ssr::render_element(rsx! { Progress { percent: 140.0 } });
        assert!(html.contains(r#"aria-hidden="true""#) && html.contains("width:100%"), "{html}");
        assert!(!html.contains("role="), "{html}");
    }
}
