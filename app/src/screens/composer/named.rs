//! A field in which the customer's name stands as one piece.

use dioxus::prelude::*;

use crate::{
    draft::token::{self, Edit},
    platform::use_device,
    words::use_words,
};

/// What a field shows where the name is words of the reader's language, and what becomes of what is typed.
#[derive(Clone, PartialEq)]
pub struct Named {
    /// The text as the field shows it.
    pub shown: String,
    /// It was typed over into this.
    pub typed: Callback<String>,
    /// Puts the name in at the caret.
    pub insert: Callback<()>,
}

/// The field of this id with a text as it is kept; `onedit` gets it as it is to be kept.
pub fn use_named(id: String, text: &str, onedit: EventHandler<String>) -> Named {
    let name = use_words().send.write.name_token;
    let device = use_device();
    let shown = token::shown(text, name);
    let put = {
        let (device, id) = (device.clone(), id.clone());
        use_callback(move |edit: Edit| {
            onedit.call(token::kept(&edit.text, name));
            if let Some(caret) = edit.caret {
                device.write_field(&id, &edit.text, caret);
            }
        })
    };
    let before = shown.clone();
    let typed = use_callback(move |after: String| put.call(token::edited(&before, &after, name)));
    let before = shown.clone();
    let insert = use_callback(move |()| put.call(token::with_name(&before, device.caret(&id), name)));
    Named { shown, typed, insert }
}
