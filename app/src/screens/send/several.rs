//! A template goes to the customers of one WhatsApp number: which are to be kept (domain.md 4.2, 11.23).

use dioxus::prelude::*;
use shared::{
    campaigns::{ChannelCount, LeaveOut},
    id::ChannelId,
    limits::Platform,
};

use super::curing::use_curing;
use crate::{
    api::use_api,
    draft::use_drafts,
    screens::parts::Refused,
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        glyph::TriangleAlert,
        icon::Icon,
        tone::Tone,
    },
    words::use_words,
};

/// Explains that the selection spans several accounts and keeps the customers of one by a tap; nothing where it does not.
#[component]
pub(in crate::screens) fn SeveralNumbers(
    /// The accounts of the selection, most people first.
    channels: Vec<ChannelCount>,
    /// The selection was cut.
    #[props(default)]
    onkept: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let drafts = use_drafts();
    let api = use_api();
    let curing = use_curing();
    let several = channels.len() > 1 || channels.iter().any(|one| one.channel.platform == Platform::Line);
    let mut chosen = use_signal(|| None::<ChannelId>);
    use_effect(use_reactive!(|(several,)| {
        // The server cuts the selection that it has.
        if several && drafts.stored().is_none() {
            drafts.save_now();
        } else if !several {
            chosen.set(None);
        }
    }));
    // A tap that comes before the selection is stored waits for that.
    use_effect(move || {
        let (Some(channel), Some((id, _))) = (*chosen.read(), drafts.stored()) else { return };
        chosen.set(None);
        let api = api.clone();
        let call = LeaveOut { id, reason: None, doubt: None, all_but: Some(channel) };
        curing.run(async move { api.call(call).await }, move || onkept.call(()));
    });
    if !several {
        return rsx! {};
    }
    let numbers: Vec<ChannelCount> =
        channels.into_iter().filter(|one| one.channel.platform == Platform::Whatsapp).collect();
    rsx! {
        Banner {
            tone: Tone::Warn,
            live: Live::Alert,
            icon: rsx! { Icon { TriangleAlert {} } },
            title: say.several_title,
            text: say.several_text,
            actions: rsx! {
                for ChannelCount { channel , count } in numbers {
                    Button {
                        key: "{channel.id}",
                        tone: ButtonTone::Line,
                        size: ButtonSize::Small,
                        onclick: move |_| {
                            chosen.set(Some(channel.id));
                            drafts.save_now();
                        },
                        {(say.keep)(&channel.name, count)}
                    }
                }
            },
        }
        if let Some(failed) = curing.failed() {
            Refused { failed }
        }
    }
}
