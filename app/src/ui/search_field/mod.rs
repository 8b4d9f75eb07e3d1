//! A field to search with.

use dioxus::prelude::*;

use super::{glyph::Search, icon::Icon};

stylance::import_crate_style!(style, "src/ui/search_field/style.module.css");

/// How wide a search field is.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchWidth {
    /// The whole line.
    #[default]
    Full,
    /// What the row around it leaves.
    Rest,
    /// At most 260 px from 900 px on, beside other tools.
    Fixed,
}

/// A field to search with; the waiting between keystrokes is the screen's.
#[component]
pub fn SearchField(
    /// What is searched, for assistive technology and in the empty field.
    label: String,
    /// What is searched for.
    value: String,
    /// What was typed.
    oninput: EventHandler<String>,
    /// How wide it is.
    #[props(default)]
    width: SearchWidth,
    #[props(extends = GlobalAttributes, extends = input)] attributes: Vec<Attribute>,
) -> Element {
    let width = match width {
        SearchWidth::Full => "",
        SearchWidth::Rest => "grow",
        SearchWidth::Fixed => style::search_fix,
    };
    rsx! {
        label { class: "{style::search} {width}",
            Icon { class: style::search_icon, Search {} }
            span { class: "vh", "{label}" }
            input {
                class: style::search_input,
                r#type: "search",
                placeholder: label.clone(),
                value,
                oninput: move |event| oninput.call(event.value()),
                ..attributes,
            }
        }
    }
}
