//! The row that adds one more of several kinds, and says when no more fit.

use dioxus::prelude::*;

use super::{
    file_input::{FILE_HOST, FileInput},
    press::Press,
};

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

/// Adds files of one kind, as many as are chosen.
#[component]
pub fn AddFiles(
    /// The kind, read out.
    label: String,
    /// The types that are offered.
    accept: String,
    /// The id of the text that says why none can be added now.
    blocked: Option<String>,
    /// Files were chosen.
    onchoose: EventHandler<FormEvent>,
    /// The kind: icon and word.
    children: Element,
) -> Element {
    if blocked.is_some() {
        return rsx! {
            AddItem { blocked, onclick: |_| {}, {children} }
        };
    }
    rsx! {
        span { class: "{style::add_row_item} {FILE_HOST}",
            FileInput { label, accept, multiple: true, onchoose }
            {children}
        }
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

    #[test]
    fn files_are_chosen_with_the_machines_own_field_until_no_more_fit() {
        fn row(blocked: Option<String>) -> Element {
            rsx! {
                AddFiles { label: "Image", accept: "image/png", blocked, onchoose: |_| {}, "Image" }
            }
        }
        let open = routed(|| row(None));
        assert!(open.contains(r#"type="file""#) && open.contains(r#"aria-label="Image""#), "{open}");
        let full = routed(|| row(Some("full".to_owned())));
        assert!(!full.contains("<input") && full.contains(r#"aria-describedby="full""#), "{full}");
    }
}
