//! The messages of a saved reply as a customer would see them.

use dioxus::prelude::*;
use shared::{contacts::ChannelRef, content::Content, id::ChannelId, limits::Platform, media::MediaInfo};

use crate::{screens::preview::ContentPreview, session::use_me, words::use_words};

/// The messages of a saved reply as a customer would see them, from the team itself: no account is chosen yet.
#[component]
pub(super) fn Whole(
    /// The messages.
    content: Content,
    /// The pictures and films in them.
    media: Vec<MediaInfo>,
) -> Element {
    let words = use_words();
    let me = use_me();
    let name = me.read().team.name.clone();
    let channel = ChannelRef { id: ChannelId::default(), name, platform: Platform::Line };
    rsx! {
        ContentPreview {
            channel,
            content,
            media,
            name: words.send.write.name_token,
            strip: words.common.today,
        }
    }
}
