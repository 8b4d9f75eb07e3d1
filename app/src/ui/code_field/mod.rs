//! A one-time code: one input over as many cells as the code has digits.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/code_field/style.module.css");

/// How many digits a code has.
pub const CODE_LENGTH: usize = 6;

/// A one-time code of [`CODE_LENGTH`] digits. Phones offer it from the message; everything but digits is left out.
#[component]
pub fn CodeField(
    /// What it is, for assistive technology.
    label: String,
    /// The digits so far.
    value: String,
    /// The digits, after each change.
    oninput: EventHandler<String>,
    #[props(extends = GlobalAttributes, extends = input)] attributes: Vec<Attribute>,
) -> Element {
    let digits: Vec<char> = value.chars().collect();
    rsx! {
        div { class: style::code_field,
            for place in 0..CODE_LENGTH {
                span {
                    key: "{place}",
                    class: style::code_field_cell,
                    "data-state": (place == digits.len()).then_some("here"),
                    aria_hidden: "true",
                    if let Some(digit) = digits.get(place) {
                        "{digit}"
                    }
                }
            }
            input {
                class: style::code_field_input,
                aria_label: label,
                inputmode: "numeric",
                autocomplete: "one-time-code",
                maxlength: "{CODE_LENGTH}",
                value,
                oninput: move |event| oninput.call(only_digits(&event.value())),
                ..attributes,
            }
        }
    }
}

/// The first [`CODE_LENGTH`] digits of what was typed or pasted.
fn only_digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).take(CODE_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::only_digits;

    #[test]
    fn a_pasted_code_keeps_its_digits_only() {
        assert_eq!(only_digits("驗證碼 407-2918"), "407291");
    }
}
