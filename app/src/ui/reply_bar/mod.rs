//! Where a reply is written, at the foot of a conversation.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/reply_bar/style.module.css");

/// A text that grows with its lines, between buttons. Ctrl or ⌘ with Enter sends; Enter alone is a new line.
#[component]
pub fn ReplyBar(
    /// What the field is for, read out.
    label: String,
    /// What the field is for, shown while it is empty.
    #[props(default)]
    placeholder: String,
    /// The text so far.
    value: String,
    /// Each change of the text.
    oninput: EventHandler<String>,
    /// The keys for sending were pressed.
    onsend: EventHandler<()>,
    /// Something was pasted into it.
    #[props(default)]
    onpaste: EventHandler<ClipboardEvent>,
    /// Something was dropped onto it.
    #[props(default)]
    ondrop: EventHandler<DragEvent>,
    /// What goes with the text: [`ReplyText`]s and tiles.
    parts: Option<Element>,
    /// Above the field: why it cannot be sent.
    above: Option<Element>,
    /// `IconButton`s before the field.
    start: Option<Element>,
    /// The send button.
    end: Element,
) -> Element {
    rsx! {
        div {
            class: style::reply_bar,
            onpaste: move |event| onpaste.call(event),
            // A browser drops only where this says so.
            ondragover: move |event| event.prevent_default(),
            ondrop: move |event| {
                event.prevent_default();
                ondrop.call(event);
            },
            if parts.is_some() {
                div { class: style::reply_bar_parts, {parts} }
            }
            {above}
            div { class: style::reply_bar_row,
                {start}
                textarea {
                    class: style::reply_bar_input,
                    aria_label: label,
                    rows: "1",
                    placeholder,
                    value,
                    oninput: move |event| oninput.call(event.value()),
                    onkeydown: move |event| {
                        let modifiers = event.modifiers();
                        if event.key() == Key::Enter && (modifiers.ctrl() || modifiers.meta()) && !event.is_composing() {
                            event.prevent_default();
                            onsend.call(());
                        }
                    },
                }
                {end}
            }
        }
    }
}

/// A text that goes with the reply, as it begins.
#[component]
pub fn ReplyText(
    /// The text.
    text: String,
    /// `IconButton`s: change, remove.
    end: Element,
) -> Element {
    rsx! {
        div { class: style::reply_text,
            p { class: style::reply_text_words, "{text}" }
            {end}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn the_field_has_a_name() {
        let html = routed(|| {
            rsx! {
                ReplyBar { label: "Reply", value: "hi", oninput: |_| {}, onsend: |()| {}, end: rsx! { button { "Send" } } }
            }
        });
        assert!(html.contains(r#"aria-label="Reply""#), "{html}");
        assert!(html.find("<textarea") < html.find("Send"), "{html}");
    }
}
