//! A text being written.

use dioxus::prelude::*;
use shared::content::is_personal;

use super::{
    field_id,
    named::{Named, use_named},
    tools::{PlaceTools, Tool},
    trouble::{Bounds, Wrong, wrong_text},
};
use crate::{
    ui::{
        button::{Button, ButtonSize},
        glyph::{Braces, CircleAlert, GripVertical, Link as LinkIcon, Type},
        icon::{Icon, IconSize},
        list_note::ListNote,
        message_card::{CardFoot, CardText, MessageCard},
        tone::{Tone, ToneText},
    },
    words::use_words,
};

/// One message: its field, the tools for its place, its links and its length.
#[component]
pub(super) fn TextCard(
    /// Its place, from 0.
    place: usize,
    /// Of how many.
    of: usize,
    /// The text, as it is kept.
    text: String,
    /// What it is measured by.
    bounds: Bounds,
    /// Is it said that it is empty? Only after "next" was pressed.
    strict: bool,
    /// Is this the card that is dragged?
    dragging: bool,
    /// The text is to be this.
    onedit: EventHandler<String>,
    /// A tool was used.
    ontool: EventHandler<Tool>,
) -> Element {
    let words = use_words();
    let say = &words.send.write;
    let number_of_card = place + 1;
    let field = field_id(place);
    let Named { shown, typed, insert } = use_named(field.clone(), &text, onedit);
    let counted = bounds.count(&text);
    let named = bounds.platforms.len() > 1 && !bounds.saved_reply;
    let error = match wrong_text(&text, &bounds) {
        Some(Wrong::TooLong) if bounds.saved_reply => Some((say.over_saved)(counted)),
        Some(Wrong::TooLong) => {
            let longest = Some(bounds.longest_name.as_str()).filter(|name| is_personal(&text) && !name.is_empty());
            Some((say.over)(counted, longest))
        }
        Some(Wrong::OnlyName) => Some(say.only_name.to_owned()),
        Some(Wrong::Empty) if strict => Some(say.empty.to_owned()),
        _ => None,
    };
    let error_id = format!("message-{place}-error");

    rsx! {
        MessageCard {
            number: number_of_card,
            title: say.text,
            icon: rsx! { Icon { size: IconSize::Small, Type {} } },
            handle: (of > 1).then(|| rsx! { Icon { size: IconSize::Small, GripVertical {} } }),
            dragging,
            ondrag: (of > 1).then(|| EventHandler::new(move |drag| ontool.call(Tool::Drag(drag)))),
            tools: rsx! {
                PlaceTools { place, of, removable: of > 1, ontool }
            },
            CardText {
                id: field,
                label: (say.field)(number_of_card),
                value: shown,
                oninput: move |text| typed.call(text),
                invalid: error.is_some().then(|| error_id.clone()),
            }
            CardFoot {
                tools: rsx! {
                    Button { size: ButtonSize::Small, onclick: move |_| insert.call(()),
                        Icon { size: IconSize::Small, Braces {} }
                        {say.insert_name}
                    }
                },
                links: (counted.links > 0).then(|| rsx! {
                    Icon { size: IconSize::ExtraSmall, LinkIcon {} }
                    {(say.links)(counted.links)}
                }),
                count: (say.count)(counted, named),
                over: !counted.fits(),
                error: error.map(|error| rsx! {
                    ErrorText { id: error_id, error }
                }),
            }
        }
    }
}

#[component]
fn ErrorText(id: String, error: String) -> Element {
    rsx! {
        div { id, role: "alert",
            ListNote {
                ToneText { tone: Tone::Danger, icon: rsx! { Icon { size: IconSize::Small, CircleAlert {} } },
                    "{error}"
                }
            }
        }
    }
}
