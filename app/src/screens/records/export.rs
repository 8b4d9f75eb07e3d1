//! Records as files (CSV), for those who go on with a table.

use dioxus::prelude::*;
use shared::call::{Call, File};

use crate::{
    api::use_api,
    platform::use_device,
    ui::{
        banner::{Banner, Live},
        glyph::{Check, CircleAlert, Download},
        icon::Icon,
        icon_button::IconButton,
        tone::Tone,
    },
    words::use_words,
};

/// An export: whether it is under way, and what came of the last one.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Export {
    pending: Signal<bool>,
    told: Signal<Option<Told>>,
    run: Callback<()>,
}

/// What came of an export.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Kept(String),
    Failed(String),
}

/// An export of what this call answers when it is asked.
pub(super) fn use_export<C: Call<Reply = File> + 'static>(call: impl Fn() -> C + 'static) -> Export {
    let words = use_words();
    let api = use_api();
    let device = use_device();
    let mut pending = use_signal(|| false);
    let mut told = use_signal(|| None);
    let run = use_callback(move |()| {
        if *pending.peek() {
            return;
        }
        pending.set(true);
        told.set(None);
        let (api, device, asked) = (api.clone(), device.clone(), call());
        spawn(async move {
            let say = &words.records;
            let outcome = match api.download(asked).await {
                Ok(file) => match device.keep_file(&file.name, &file.mime, &file.bytes) {
                    Ok(place) => Told::Kept((say.exported)(place.as_deref().unwrap_or(&file.name))),
                    Err(_) => Told::Failed(say.not_kept.to_owned()),
                },
                Err(failed) => Told::Failed(words.problems.said(&failed).line()),
            };
            told.set(Some(outcome));
            pending.set(false);
        });
    });
    Export { pending, told, run }
}

/// Begins an export.
#[component]
pub(super) fn ExportButton(export: Export, label: String) -> Element {
    rsx! {
        IconButton {
            label,
            aria_busy: (export.pending)().then_some("true"),
            onclick: move |_| export.run.call(()),
            Icon { Download {} }
        }
    }
}

/// What came of the last export.
#[component]
pub(super) fn ExportNote(export: Export) -> Element {
    let (tone, live, icon, title) = match export.told.read().clone() {
        None => return rsx! {},
        Some(Told::Kept(text)) => (Tone::Ok, Live::Status, rsx! { Check {} }, text),
        Some(Told::Failed(text)) => (Tone::Danger, Live::Alert, rsx! { CircleAlert {} }, text),
    };
    rsx! {
        Banner { tone, live, flush: true, icon: rsx! { Icon { {icon} } }, title }
    }
}
