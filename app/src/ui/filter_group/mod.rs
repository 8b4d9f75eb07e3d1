//! A block in the filter sheet.

use dioxus::prelude::*;

use super::layer::use_unique_id;

stylance::import_crate_style!(style, "src/ui/filter_group/style.module.css");

/// A titled block of filters.
#[component]
pub fn FilterGroup(
    /// What is filtered by.
    title: String,
    /// A quiet word after it.
    note: Option<String>,
    /// The controls.
    children: Element,
) -> Element {
    let title_id = use_unique_id("filter");
    rsx! {
        section { class: style::filter_group, aria_labelledby: title_id.clone(),
            h3 { class: style::filter_group_title, id: title_id,
                "{title}"
                if let Some(note) = note {
                    small { "{note}" }
                }
            }
            {children}
        }
    }
}
