//! One message being written.

use std::time::Duration;

use dioxus::prelude::*;
use lucide_dioxus::{ArrowDown, ArrowUp, Braces, CircleAlert, GripVertical, Link as LinkIcon, Trash, Type};
use shared::content::{count, is_personal};

use super::trouble::{Wrong, wrong};
use crate::{
    draft::token,
    platform::{sleep, use_device},
    ui::{
        button::{Button, ButtonSize},
        icon::{Icon, IconSize},
        icon_button::IconButton,
        list_note::ListNote,
        message_card::{CardDrag, CardFoot, CardText, MessageCard},
        tone::{Tone, ToneText},
    },
    words::use_words,
};

/// The id of the field of the message at this place.
pub(super) fn field_id(place: usize) -> String {
    format!("message-{place}")
}

/// What a tool of a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Up,
    Down,
    Remove,
    Drag(CardDrag),
}

/// One message: its field, the tools for its place, its links and its length.
#[component]
pub(super) fn TextCard(
    /// Its place, from 0.
    place: usize,
    /// Of how many.
    of: usize,
    /// The text, as it is kept.
    text: String,
    /// The longest name of the selection: the length is counted with it.
    longest_name: String,
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
    let device = use_device();
    let number_of_card = place + 1;
    let name = say.name_token;
    let shown = token::shown(&text, name);
    let counted = count(&text, &longest_name);
    let error = match wrong(&text, &longest_name) {
        Some(Wrong::TooLong) => {
            let longest = (is_personal(&text) && !longest_name.is_empty()).then_some(longest_name.as_str());
            Some((say.over)(counted, longest))
        }
        Some(Wrong::OnlyName) => Some(say.only_name.to_owned()),
        Some(Wrong::Empty) if strict => Some(say.empty.to_owned()),
        _ => None,
    };
    let error_id = format!("message-{place}-error");
    let first_id = format!("message-{place}-first");
    let last_id = format!("message-{place}-last");
    let field = field_id(place);

    let put = {
        let device = device.clone();
        let field = field.clone();
        move |edit: token::Edit| {
            onedit.call(token::kept(&edit.text, name));
            if let Some(caret) = edit.caret {
                let device = device.clone();
                let field = field.clone();
                // The field has the new text only after the page was drawn again.
                spawn(async move {
                    sleep(Duration::ZERO).await;
                    device.focus_field(&field, Some(caret));
                });
            }
        }
    };
    let typed = {
        let before = shown.clone();
        let put = put.clone();
        move |after: String| put(token::edited(&before, &after, name))
    };
    let insert = {
        let before = shown.clone();
        let field = field.clone();
        let put = put;
        move |_| put(token::with_name(&before, device.caret(&field), name))
    };

    rsx! {
        MessageCard {
            number: number_of_card,
            title: say.text,
            icon: rsx! { Icon { size: IconSize::Small, Type {} } },
            handle: (of > 1).then(|| rsx! { Icon { size: IconSize::Small, GripVertical {} } }),
            dragging,
            ondrag: (of > 1).then(|| EventHandler::new(move |drag| ontool.call(Tool::Drag(drag)))),
            tools: rsx! {
                if of > 1 {
                    IconButton {
                        label: say.up,
                        blocked: (place == 0).then(|| first_id.clone()),
                        onclick: move |_| ontool.call(Tool::Up),
                        Icon { ArrowUp {} }
                    }
                    IconButton {
                        label: say.down,
                        blocked: (place + 1 == of).then(|| last_id.clone()),
                        onclick: move |_| ontool.call(Tool::Down),
                        Icon { ArrowDown {} }
                    }
                    IconButton { label: say.remove, onclick: move |_| ontool.call(Tool::Remove),
                        Icon { Trash {} }
                    }
                }
            },
            CardText {
                id: field,
                label: (say.field)(number_of_card),
                value: shown,
                oninput: typed,
                invalid: error.is_some().then(|| error_id.clone()),
            }
            CardFoot {
                tools: rsx! {
                    Button { size: ButtonSize::Small, onclick: insert,
                        Icon { size: IconSize::Small, Braces {} }
                        {say.insert_name}
                    }
                },
                links: (counted.links > 0).then(|| rsx! {
                    Icon { size: IconSize::ExtraSmall, LinkIcon {} }
                    {(say.links)(counted.links)}
                }),
                count: (say.count)(counted),
                over: !counted.fits(),
                error: error.map(|error| rsx! {
                    ErrorText { id: error_id, error }
                }),
            }
            if place == 0 {
                span { class: "vh", id: first_id, {say.is_first} }
            }
            if place + 1 == of {
                span { class: "vh", id: last_id, {say.is_last} }
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
