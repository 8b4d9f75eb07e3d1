//! See `words::attributes`.

use shared::attributes::AttributeKind;

use crate::words::attributes::Attributes;

pub(super) const ATTRIBUTES: Attributes = Attributes {
    title: "Customer details",
    none: [
        "The team has no custom attributes yet: make one under More › Custom attributes.",
        "The team has no custom attributes yet: ask an admin to make one.",
    ],
    save: "Save",
    wrong: |kind| match kind {
        AttributeKind::Text => "Enter a text of at most 200 characters.",
        AttributeKind::Number => "Enter a number with at most three decimals.",
        AttributeKind::Date => "Choose a day.",
        AttributeKind::Datetime => "Choose a day and a time.",
        AttributeKind::Boolean => "Choose yes or no.",
    },
    answers: ["Not filled in", "Yes", "No"],
    saved: "The customer's details were saved",
    manage: "Custom attributes",
    manage_text: "Fields of a customer, such as shoe size or birthday",
    about: "Fields of a customer that your team makes up, such as shoe size, birthday or member level. Staff fill them in beside the conversation; group messages can filter by them.",
    name: "Name",
    kind: "What it holds",
    kinds: |kind| match kind {
        AttributeKind::Text => "Text",
        AttributeKind::Number => "Number",
        AttributeKind::Date => "Day",
        AttributeKind::Datetime => "Day and time",
        AttributeKind::Boolean => "Yes or no",
    },
    add: "Add attribute",
    rename: |name| format!("Rename \"{name}\""),
    back: "Back to More",
};
