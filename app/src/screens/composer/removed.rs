//! What was taken out, and the way back for a while.

use std::time::Duration;

use dioxus::prelude::*;
use shared::content::Part;

use super::Change;
use crate::{
    platform::sleep,
    ui::toast::{Toast, ToastMessage},
    upload::use_uploads,
    words::use_words,
};

/// How long the way back stands after a message was taken out.
const UNDO_FOR: Duration = Duration::from_secs(6);

/// The message that was taken out last.
#[derive(Clone, Copy, PartialEq)]
pub struct Removed {
    last: Signal<Option<(usize, Part)>>,
    taken: Callback<(usize, Part)>,
}

/// The message that was taken out last, for a [`super::PartsEditor`] and its [`UndoToast`].
pub fn use_removed() -> Removed {
    let uploads = use_uploads();
    let mut last = use_signal(|| None::<(usize, Part)>);
    let taken = use_callback(move |(place, part): (usize, Part)| {
        if part.is_blank() {
            return;
        }
        last.set(Some((place, part.clone())));
        spawn(async move {
            sleep(UNDO_FOR).await;
            // Another one may have been taken out meanwhile, with a while of its own, or this one brought back.
            let same = last.peek().as_ref() == Some(&(place, part.clone()));
            if same {
                last.set(None);
                if let Some((_, id)) = part.as_media() {
                    uploads.cancel(id);
                }
            }
        });
    });
    Removed { last, taken }
}

impl Removed {
    /// A message was taken out; one with nothing in it is not missed.
    pub(super) fn take(&self, place: usize, part: Part) {
        self.taken.call((place, part));
    }
}

/// Says that a message was taken out, and brings it back. It belongs into a `PaneFoot`.
#[component]
pub fn UndoToast(removed: Removed, onchange: EventHandler<Change>) -> Element {
    let words = use_words();
    let say = &words.send.write;
    let mut last = removed.last;
    let message = last
        .read()
        .as_ref()
        .map(|(place, _)| ToastMessage { text: (say.removed)(place + 1), action: Some(say.undo.to_owned()) });
    rsx! {
        Toast {
            message,
            onaction: move |()| {
                if let Some((place, part)) = last.take() {
                    onchange.call(Change::Insert(place, vec![part]));
                }
            },
        }
    }
}
