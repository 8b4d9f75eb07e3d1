//! The row that adds one more of several kinds, and says when no more fit.

use dioxus::prelude::*;

use super::press::Press;

stylance::import_crate_style!(style, "src/ui/add_row/style.module.css");

/// A row of [`AddItem`]s and what is left to add.
#[component]
pub fn AddRow(
    /// What the row is for, read out.
    label: String,
    /// The id by which an item's `blocked` names the note.
    note_id: Option<String>,
    /// How many more fit, or why none does.
    note: Element,
    /// The items.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::add_row, role: "group", aria_label: label,
            {children}
            p { class: style::add_row_note, id: note_id, {note} }
        }
    }
}

/// Adds one of a kind.
#[component]
pub fn AddItem(
    /// The id of the text that says why none can be added now.
    blocked: Option<String>,
    /// A press.
    onclick: EventHandler<MouseEvent>,
    /// A press while blocked.
    #[props(default)]
    onpress_blocked: EventHandler<()>,
    /// The kind: icon and word.
    children: Element,
) -> Element {
    rsx! {
        Press { class: style::add_row_item, blocked, onclick, onpress_blocked, {children} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn a_blocked_item_names_its_reason() {
        let html = routed(|| {
            rsx! {
                AddRow { label: "Add", note_id: "full", note: rsx! { "Five at most" },
                    AddItem { blocked: "full", onclick: |_| {}, "Text" }
                }
            }
        });
        assert!(html.contains(r#"role="group" aria-label="Add""#), "{html}");
        assert!(html.contains(r#"aria-disabled="true" aria-describedby="full""#), "{html}");
        assert!(html.contains(r#"id="full">Five at most</p>"#), "{html}");
    }
}
