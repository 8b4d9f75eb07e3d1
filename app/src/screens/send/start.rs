//! The way into the flow: goes on with a draft that was not sent, or begins a new one.

use dioxus::prelude::*;
use shared::campaigns::{Draft, ListDrafts};

use super::frame::holds;
use crate::{
    api::use_api,
    draft::use_drafts,
    load::use_load_when,
    routes::Route,
    ui::{
        button::{Button, ButtonTone},
        dialog::Dialog,
        skeleton::Loading,
    },
    words::{use_now, use_words},
};

/// Leads into the flow. Place it beside `ScreenMain` once 群發訊息 was chosen; where a draft was not sent it asks first. A draft of this
/// device comes before those that the server has from others.
#[component]
pub fn StartSend(
    /// The question was left without an answer.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let now = use_now();
    let api = use_api();
    let drafts = use_drafts();
    let navigator = use_navigator();
    let here = use_hook(|| drafts.unsent());
    let ask = here.is_none();
    let theirs = use_load_when(move || ask.then_some(ListDrafts {}));

    let found: Option<Draft> = here
        .clone()
        .or_else(|| theirs.value().and_then(|list| list.into_iter().next()));
    let nothing = ask && (theirs.error().is_some() || theirs.value().is_some_and(|l| l.is_empty()));
    use_effect(use_reactive!(|(nothing,)| {
        if nothing {
            drafts.begin();
            navigator.push(Route::SendRecipients {});
        }
    }));

    let Some(draft) = found else {
        return rsx! { Loading { label: words.send.draft.looking } };
    };
    let when = draft.updated_at.map(|at| words.when(at, now));
    let text = (words.send.draft.continue_text)(&holds(words, &draft), when.as_deref());
    let from_here = here.is_some();
    let adopted = draft.clone();
    rsx! {
        Dialog { title: words.send.draft.continue_title, text, onclose,
            Button {
                tone: ButtonTone::Primary,
                block: true,
                onclick: move |_| {
                    if !from_here {
                        drafts.adopt(adopted.clone());
                    }
                    navigator.push(Route::SendRecipients {});
                },
                {words.send.draft.go_on}
            }
            Button {
                tone: ButtonTone::Danger,
                block: true,
                onclick: move |_| {
                    drafts.discard(api.clone(), &draft);
                    navigator.push(Route::SendRecipients {});
                },
                {words.send.draft.anew}
            }
            Button { block: true, onclick: move |_| onclose.call(()), {words.common.cancel} }
        }
    }
}
