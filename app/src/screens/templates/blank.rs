//! One blank of a template.

use dioxus::prelude::*;
use shared::{
    content::is_personal,
    limits,
    templates::{Fill, FillFault, FillTrouble},
};

use crate::{
    screens::composer::{Named, use_named},
    ui::{
        button::{Button, ButtonSize, ButtonTone},
        field::{FIELD_TOOL, Field, FieldBox, FieldFix, FieldInput, TextField},
        glyph::Braces,
        icon::{Icon, IconSize},
    },
    words::{Words, use_words},
};

/// The id of the field of the blank at this place, from 0.
pub(super) fn blank_id(place: usize) -> String {
    format!("template-blank-{place}")
}

/// Where a blank stands, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// What it is called.
    pub(super) label: String,
    /// The words around it.
    pub(super) around: Option<String>,
    /// What stands before it in an address.
    pub(super) before: Option<String>,
    /// The whole address, once something stands in it.
    pub(super) whole: Option<String>,
    /// May the customer's name go in?
    pub(super) named: bool,
}

/// One blank: its field, what stands for a missing name, and what is wrong with them.
#[component]
pub(super) fn BlankField(
    /// Its place among the blanks, from 0.
    place: usize,
    /// Where it stands.
    spot: Spot,
    /// What stands in it.
    fill: Fill,
    /// What is wrong with that.
    trouble: Option<FillTrouble>,
    /// Is it said that nothing stands in it? Only after "next" was pressed.
    strict: bool,
    /// This is to stand in it.
    onchange: EventHandler<Fill>,
) -> Element {
    let words = use_words();
    let say = &words.templates.fill;
    let id = blank_id(place);
    let fallback = fill.fallback.clone();
    let Named { shown, typed, insert } = use_named(
        id.clone(),
        &fill.text,
        EventHandler::new(move |text| onchange.call(Fill { text, fallback: fallback.clone() })),
    );
    let error = said(words, trouble, false, strict);
    let help = spot.whole.map(|whole| (say.address)(&whole)).or(spot.around);
    let described =
        error.as_ref().map(|_| format!("{id}-error")).or_else(|| help.as_ref().map(|_| format!("{id}-help")));
    let personal = is_personal(&fill.text);
    let nameless = fill.filled("");
    rsx! {
        div { class: "stack", "data-gap": "sm",
            Field {
                label: spot.label,
                control: id.clone(),
                tool: spot
                    .named
                    .then(|| rsx! {
                        Button {
                            tone: ButtonTone::Plain,
                            size: ButtonSize::Small,
                            class: FIELD_TOOL,
                            onclick: move |_| insert.call(()),
                            Icon { size: IconSize::Small, Braces {} }
                            {words.send.write.insert_name}
                        }
                    }),
                help,
                error: error.clone(),
                FieldBox {
                    if let Some(before) = spot.before {
                        FieldFix { "{before}" }
                    }
                    FieldInput {
                        id,
                        value: shown,
                        maxlength: limits::TEMPLATE_FILL.to_string(),
                        invalid: error.is_some(),
                        aria_describedby: described,
                        oninput: move |text| typed.call(text),
                    }
                }
            }
            if personal {
                TextField {
                    label: say.fallback,
                    value: fill.fallback.clone(),
                    maxlength: limits::TEMPLATE_FILL.to_string(),
                    help: (!nameless.trim().is_empty()).then(|| (say.fallback_help)(&nameless)),
                    error: said(words, trouble, true, strict),
                    oninput: move |fallback| onchange.call(Fill { text: fill.text.clone(), fallback }),
                }
            }
        }
    }
}

/// What is wrong with one of the two texts, in words.
fn said(words: &Words, trouble: Option<FillTrouble>, in_fallback: bool, strict: bool) -> Option<String> {
    let say = &words.templates.fill;
    let FillTrouble { fault, .. } = trouble.filter(|trouble| trouble.in_fallback == in_fallback)?;
    match fault {
        FillFault::Empty if !strict => None,
        FillFault::Empty if in_fallback => Some(say.fallback_missing.to_owned()),
        fault => Some((say.fault)(fault).to_owned()),
    }
}
