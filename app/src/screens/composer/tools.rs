//! The tools of a card for its place among the messages.

use dioxus::prelude::*;

use crate::{
    ui::{
        glyph::{ArrowDown, ArrowUp, Trash},
        icon::Icon,
        icon_button::IconButton,
        message_card::CardDrag,
    },
    words::use_words,
};

/// What a tool of a card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    Up,
    Down,
    Remove,
    Drag(CardDrag),
}

/// Up, down and out.
#[component]
pub(super) fn PlaceTools(
    /// Its place, from 0.
    place: usize,
    /// Of how many.
    of: usize,
    /// Can it be taken out?
    removable: bool,
    /// A tool was used.
    ontool: EventHandler<Tool>,
) -> Element {
    let words = use_words();
    let say = &words.send.write;
    let first_id = format!("message-{place}-first");
    let last_id = format!("message-{place}-last");
    rsx! {
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
        }
        if removable {
            IconButton { label: say.remove, onclick: move |_| ontool.call(Tool::Remove),
                Icon { Trash {} }
            }
        }
        if of > 1 && place == 0 {
            span { class: "vh", id: first_id, {say.is_first} }
        }
        if of > 1 && place + 1 == of {
            span { class: "vh", id: last_id, {say.is_last} }
        }
    }
}
