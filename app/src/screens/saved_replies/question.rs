//! What is asked before a saved reply, or what was changed of it, is lost.

use dioxus::prelude::*;
use shared::{problem::Problem, saved_replies::DeleteSavedReply};

use super::{list::use_shelf, writing::Writing};
use crate::{
    api::{Failed, use_api},
    routes::Route,
    ui::{
        button::{Button, ButtonTone},
        dialog::Dialog,
    },
    words::use_words,
};

/// What is asked before something is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Whether the changes go.
    Discard,
    /// Whether the reply goes.
    Delete,
}

/// The question, over the screen.
#[component]
pub(super) fn Question(asked: Asking, writing: Writing, onclose: EventHandler<()>) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let api = use_api();
    let shelf = use_shelf();
    let navigator = use_navigator();
    let Writing { mut form, base, mut failed, .. } = writing;
    let delete = move |_| {
        let api = api.clone();
        let stored = base.peek().clone();
        spawn(async move {
            match api.call(DeleteSavedReply { id: stored.id }).await {
                // Gone already is gone.
                Ok(_) | Err(Failed::Problem(Problem::Missing { .. })) => {
                    form.set(stored.clone());
                    shelf.tell((words.saved_replies.list.deleted)(&stored.title));
                    navigator.replace(Route::SavedRepliesHome {});
                }
                Err(why) => {
                    failed.set(Some(why));
                    onclose.call(());
                }
            }
        });
    };
    match asked {
        Asking::Discard => rsx! {
            Dialog { title: say.discard_title, text: say.discard_text, onclose,
                Button {
                    tone: ButtonTone::Danger,
                    block: true,
                    onclick: move |_| {
                        let stored = base.peek().clone();
                        form.set(stored);
                        onclose.call(());
                    },
                    {say.discard}
                }
                Button { block: true, onclick: move |_| onclose.call(()), {words.common.cancel} }
            }
        },
        Asking::Delete => rsx! {
            Dialog { title: (say.delete_title)(&base.read().title), text: say.delete_text, onclose,
                Button { tone: ButtonTone::Danger, block: true, onclick: delete, {say.delete_yes} }
                Button { block: true, onclick: move |_| onclose.call(()), {words.common.cancel} }
            }
        },
    }
}
