//! Reads the templates from Meta now, and says what that found.

use dioxus::prelude::*;
use shared::templates::{SyncTemplates, Synced};

use crate::{
    api::{Failed, use_api},
    screens::parts::Refused,
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        glyph::{CircleCheck, RefreshCw, TriangleAlert},
        icon::{Icon, IconSize},
        tone::Tone,
    },
    words::use_words,
};

/// What came of the last reading.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Syncing {
    now: Signal<bool>,
    found: Signal<Option<Result<Synced, Failed>>>,
    /// Reads them; does nothing while that is under way.
    pub(super) run: Callback<()>,
}

/// Reads the templates from Meta; `ondone` asks for what is shown again.
pub(super) fn use_syncing(ondone: impl Fn() + 'static) -> Syncing {
    let api = use_api();
    let mut now = use_signal(|| false);
    let mut found = use_signal(|| None);
    let ondone = use_callback(move |()| ondone());
    let run = use_callback(move |()| {
        if now.replace(true) {
            return;
        }
        let api = api.clone();
        spawn(async move {
            let answer = api.call(SyncTemplates {}).await;
            if answer.is_ok() {
                ondone.call(());
            }
            found.set(Some(answer));
            now.set(false);
        });
    });
    Syncing { now, found, run }
}

/// The button.
#[component]
pub(super) fn SyncButton(syncing: Syncing) -> Element {
    let say = &use_words().templates.manage;
    let now = *syncing.now.read();
    rsx! {
        Button {
            tone: ButtonTone::Primary,
            block: true,
            aria_busy: now.then_some("true"),
            onclick: move |_| syncing.run.call(()),
            Icon { size: IconSize::Small, RefreshCw {} }
            if now {
                {say.syncing}
            } else {
                {say.sync}
            }
        }
    }
}

/// What came of it: what was found, and which business accounts could not be read.
#[component]
pub(super) fn SyncResult(syncing: Syncing) -> Element {
    let words = use_words();
    let say = &words.templates.manage;
    let found = match syncing.found.read().clone() {
        None => return rsx! {},
        Some(Err(failed)) => {
            return rsx! {
                Refused { failed }
            };
        }
        Some(Ok(found)) => found,
    };
    let failures: Vec<String> = found.failed.iter().map(|one| (say.failure)(&one.account, &one.why)).collect();
    rsx! {
        Banner {
            tone: Tone::Ok,
            live: Live::Status,
            icon: rsx! { Icon { CircleCheck {} } },
            title: (say.synced)(&found),
        }
        if !failures.is_empty() {
            Banner {
                tone: Tone::Danger,
                live: Live::Alert,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: (say.partly)(failures.len()),
                text: failures.join(words.send.name_separator),
            }
        }
    }
}
