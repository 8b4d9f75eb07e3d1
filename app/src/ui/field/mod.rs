//! A labelled control: its label, its box, its help and its error.

use dioxus::prelude::*;

use super::{
    glyph::{CircleAlert, X},
    icon::{Icon, IconSize},
    icon_button::IconButton,
    layer::use_unique_id,
};

stylance::import_crate_style!(style, "src/ui/field/style.module.css");

/// The class that puts a button at the end of a field's label, for `tool` of [`Field`].
pub const FIELD_TOOL: &str = style::field_tool;

/// The frame of a labelled control. [`TextField`] brings its own; Select, Segmented and the rest go into this one.
///
/// Give the control's id as `control` so that the label names it, or, for a group of buttons, give `label_id` and let the group point to
/// it by `aria-labelledby`. Help has the id `{control}-help`, the error `{control}-error`.
#[component]
pub fn Field(
    /// What is asked for.
    label: String,
    /// The id of the control.
    control: Option<String>,
    /// The label's own id.
    label_id: Option<String>,
    /// A quiet word after the label: who sees it, whether it may stay empty.
    need: Option<String>,
    /// A button at the end of the label, with the class [`FIELD_TOOL`].
    tool: Option<Element>,
    /// What helps to fill it.
    help: Option<String>,
    /// What is wrong with it and how to cure it.
    error: Option<String>,
    /// The control.
    children: Element,
) -> Element {
    let ids = control.clone().or_else(|| label_id.clone());
    let help_id = ids.as_ref().map(|id| format!("{id}-help"));
    let error_id = ids.map(|id| format!("{id}-error"));
    let invalid = error.is_some().then_some("true");
    rsx! {
        div { class: style::field, "data-invalid": invalid,
            div { class: style::field_label,
                if let Some(control) = control {
                    label { id: label_id, r#for: control, "{label}" }
                } else {
                    span { id: label_id, "{label}" }
                }
                if let Some(need) = need {
                    span { class: style::field_need, "{need}" }
                }
                {tool}
            }
            {children}
            if let Some(error) = error {
                p { class: style::field_error, role: "alert",
                    Icon { size: IconSize::Small, CircleAlert {} }
                    span { id: error_id, "{error}" }
                }
            }
            if let Some(help) = help {
                p { class: style::field_help, id: help_id, "{help}" }
            }
        }
    }
}

/// The outlined box of a text control. It wraps: inputs, tokens and fixed parts stand in it side by side.
#[component]
pub fn FieldBox(
    /// [`FieldInput`], [`FieldFix`], [`FieldToken`], or a Select without its own box.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::field_box, {children} }
    }
}

/// The bare input inside a [`FieldBox`]. With `rows` it takes several lines.
#[component]
pub fn FieldInput(
    /// What it holds.
    value: String,
    /// What was typed.
    oninput: EventHandler<String>,
    /// How many lines it shows; without it, it is an input of one line.
    rows: Option<u32>,
    /// Is what it holds wrong?
    #[props(default)]
    invalid: bool,
    #[props(extends = GlobalAttributes, extends = input)] attributes: Vec<Attribute>,
) -> Element {
    let invalid = invalid.then_some("true");
    match rows {
        Some(rows) => rsx! {
            textarea {
                class: style::field_input,
                rows: "{rows}",
                value,
                aria_invalid: invalid,
                oninput: move |event| oninput.call(event.value()),
                ..attributes,
            }
        },
        None => rsx! {
            input {
                class: style::field_input,
                value,
                aria_invalid: invalid,
                oninput: move |event| oninput.call(event.value()),
                ..attributes,
            }
        },
    }
}

/// The part of a value that cannot be changed, such as the beginning of an address.
#[component]
pub fn FieldFix(
    /// The text.
    children: Element,
) -> Element {
    rsx! {
        span { class: style::field_fix, {children} }
    }
}

/// Something that stands in a field as one piece, such as the customer's name.
#[component]
pub fn FieldToken(
    /// What the button does that takes it out, in words.
    remove: String,
    /// Take it out.
    onremove: EventHandler<()>,
    /// The piece.
    children: Element,
) -> Element {
    rsx! {
        span { class: style::field_token,
            {children}
            IconButton { label: remove, tiny: true, onclick: move |_| onremove.call(()),
                Icon { size: IconSize::ExtraSmall, X {} }
            }
        }
    }
}

/// A labelled text field: [`Field`], [`FieldBox`] and [`FieldInput`] with help and error tied to the input.
#[component]
pub fn TextField(
    /// What is asked for.
    label: String,
    /// What it holds.
    value: String,
    /// What was typed.
    oninput: EventHandler<String>,
    /// How many lines it shows; without it, one.
    rows: Option<u32>,
    /// A quiet word after the label.
    need: Option<String>,
    /// A button at the end of the label, with the class [`FIELD_TOOL`].
    tool: Option<Element>,
    /// What helps to fill it.
    help: Option<String>,
    /// What is wrong with it and how to cure it.
    error: Option<String>,
    /// What stands in the box before the input: a [`FieldFix`], tokens, a bare Select.
    before: Option<Element>,
    /// What stands in the box after the input.
    after: Option<Element>,
    #[props(extends = GlobalAttributes, extends = input)] attributes: Vec<Attribute>,
) -> Element {
    let id = use_unique_id("field");
    let mut described = Vec::new();
    if error.is_some() {
        described.push(format!("{id}-error"));
    }
    if help.is_some() {
        described.push(format!("{id}-help"));
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = error.is_some();
    rsx! {
        Field { label, control: id.clone(), need, tool, help, error,
            FieldBox {
                {before}
                FieldInput {
                    value,
                    oninput,
                    rows,
                    invalid,
                    id,
                    aria_describedby: described,
                    attributes,
                }
                {after}
            }
        }
    }
}
