//! The way into the flow: goes on with a draft that was not sent, or begins a new one.

use dioxus::prelude::*;
use shared::campaigns::{Draft, ListDrafts};

use super::frame::holds;
use crate::{
    api::use_api,
    draft::use_drafts,
    load::use_load_when,
    ui::{
        button::{Button, ButtonTone},
        dialog::Dialog,
    },
    words::{use_now, use_words},
};

/// Asks whether to go on with a draft of the kind in work that was not sent, where there is one: of this device first, else the last one
/// that the server has from another.
#[component]
pub(super) fn GoOnOrBegin(
    /// There is nothing to ask any more.
    ondone: EventHandler<()>,
) -> Element {
    let words = use_words();
    let now = use_now();
    let api = use_api();
    let drafts = use_drafts();
    let here = use_hook(|| drafts.unsent());
    let kind = use_hook(|| drafts.kind());
    let ask = here.is_none();
    let theirs = use_load_when(move || ask.then_some(ListDrafts {}));
    let nothing = ask
        && (theirs.error().is_some() || theirs.value().is_some_and(|list| list.iter().all(|draft| draft.kind != kind)));
    use_effect(use_reactive!(|(nothing,)| {
        if nothing {
            ondone.call(());
        }
    }));

    let from_here = here.is_some();
    let found: Option<Draft> =
        here.or_else(|| theirs.value().and_then(|list| list.into_iter().find(|draft| draft.kind == kind)));
    let Some(draft) = found else {
        return rsx! {};
    };
    let when = draft.updated_at.map(|at| words.when(at, now));
    let text = (words.send.draft.continue_text)(&holds(words, &draft), when.as_deref());
    let adopted = draft.clone();
    let go_on = EventHandler::new(move |()| {
        if !from_here {
            drafts.adopt(adopted.clone());
        }
        ondone.call(());
    });
    rsx! {
        Dialog { title: words.send.draft.continue_title, text, onclose: go_on,
            Button { tone: ButtonTone::Primary, block: true, onclick: move |_| go_on.call(()), {words.send.draft.go_on} }
            Button {
                tone: ButtonTone::Danger,
                block: true,
                onclick: move |_| {
                    drafts.discard(api.clone(), &draft);
                    ondone.call(());
                },
                {words.send.draft.anew}
            }
        }
    }
}
