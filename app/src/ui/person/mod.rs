//! Who a sheet is about: avatar, name and where they are reached.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/person/style.module.css");

/// The head of a sheet about one person.
#[component]
pub fn Person(
    avatar: Element,
    name: String,
    /// Channel, account, number.
    sub: Option<String>,
) -> Element {
    rsx! {
        div { class: style::person,
            {avatar}
            div {
                b { class: style::person_name, "{name}" }
                if let Some(sub) = sub {
                    p { class: style::person_sub, "{sub}" }
                }
            }
        }
    }
}
