//! The field that files are chosen with.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/file_input/style.module.css");

/// The class of what a [`FileInput`] lies in: the ground that is pressed, and that shows the focus.
pub const FILE_HOST: &str = style::file_host;

/// A field for files, unseen over the whole of its [`FILE_HOST`]: the machine's own way to choose, on every machine, by finger,
/// mouse and key. Beside it stand the icon and words that are seen.
#[component]
pub fn FileInput(
    /// What is chosen, read out.
    label: String,
    /// The types that are offered, such as `image/jpeg,image/png`.
    accept: String,
    /// Can several be chosen at once?
    #[props(default)]
    multiple: bool,
    /// The id of the text that says more, read out.
    describedby: Option<String>,
    /// Files were chosen.
    onchoose: EventHandler<FormEvent>,
) -> Element {
    rsx! {
        input {
            class: style::file_input,
            r#type: "file",
            aria_label: label,
            aria_describedby: describedby,
            accept,
            multiple,
            onchange: move |event| onchoose.call(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn the_machines_own_field_is_there_with_its_name() {
        let html = routed(|| {
            rsx! {
                FileInput { label: "圖片", accept: "image/png", multiple: true, onchoose: |_| {} }
            }
        });
        assert!(html.contains(r#"type="file" aria-label="圖片" accept="image/png" multiple"#), "{html}");
    }
}
