//! The field of a text message, and the line below it.

use dioxus::prelude::*;

use super::style;

/// The field of a text message; it grows with its lines.
#[component]
pub fn CardText(
    /// So that the screen can find the caret.
    id: String,
    /// What the field is for, read out.
    label: String,
    /// The text so far.
    value: String,
    /// Each change of the text.
    oninput: EventHandler<String>,
    /// How many lines it shows while empty.
    #[props(default = 4)]
    rows: u32,
    /// The id of the text that says what is wrong with it.
    invalid: Option<String>,
) -> Element {
    rsx! {
        textarea {
            class: style::message_card_text,
            id,
            aria_label: label,
            aria_invalid: invalid.as_ref().map(|_| "true"),
            aria_describedby: invalid,
            rows: "{rows}",
            value,
            oninput: move |event| oninput.call(event.value()),
        }
    }
}

/// The line below a text: tools, the links found in it, and how long it is.
#[component]
pub fn CardFoot(
    /// Small buttons, such as "insert name".
    tools: Option<Element>,
    /// How many links were found, and what becomes of them, with the link icon.
    links: Option<Element>,
    /// How long the text is, of how much.
    count: String,
    /// Is it too long?
    #[props(default)]
    over: bool,
    /// What is wrong with the text, with the id that the field's `invalid` names.
    error: Option<Element>,
) -> Element {
    rsx! {
        div { class: style::message_card_foot,
            {tools}
            if links.is_some() {
                span { class: style::message_card_links, {links} }
            }
            span { class: style::message_card_count, "data-over": over.then_some("true"), "{count}" }
        }
        {error}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn an_invalid_text_names_its_reason() {
        let html = routed(|| {
            rsx! {
                CardText { id: "m1", label: "Message 1", value: "x", oninput: |_| {}, invalid: "m1-error" }
                CardFoot { count: "5,001 / 5,000", over: true, error: rsx! { p { id: "m1-error", "Too long" } } }
            }
        });
        assert!(html.contains(r#"aria-invalid="true" aria-describedby="m1-error""#), "{html}");
        assert!(html.contains(r#"data-over="true""#) && html.contains(r#"<p id="m1-error">"#), "{html}");
    }
}
