//! Labels and their values, and a text as a platform sent it.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/facts/style.module.css");

/// A list of [`Fact`]s.
#[component]
pub fn Facts(
    /// Values follow their labels instead of standing at the far side.
    #[props(default)]
    start: bool,
    /// Inside a panel without padding of its own.
    #[props(default)]
    inset: bool,
    children: Element,
) -> Element {
    rsx! {
        dl {
            class: style::facts,
            "data-align": start.then_some("start"),
            "data-inset": inset.then_some("true"),
            {children}
        }
    }
}

/// One label and its value.
#[component]
pub fn Fact(
    /// A mark before the label, for instance a channel's.
    mark: Option<Element>,
    label: String,
    children: Element,
) -> Element {
    rsx! {
        div { class: style::facts_row,
            dt { class: style::facts_key, {mark} "{label}" }
            dd { class: style::facts_value, {children} }
        }
    }
}

/// A text that is not ours, as it came.
#[component]
pub fn RawText(
    label: String,
    text: String,
    /// BCP 47 tag of the text's language, so that it is read out right.
    lang: Option<String>,
) -> Element {
    rsx! {
        div {
            p { class: style::raw_label, "{label}" }
            p { class: style::raw, lang, "{text}" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_description_list() {
        let html = dioxus_ssr::render_element(rsx! {
            Facts { Fact { label: "Code", "131047" } }
        });
        assert!(html.starts_with("<dl"), "{html}");
        assert!(html.contains(">Code</dt>") && html.contains(">131047</dd>"), "{html}");
    }
}
