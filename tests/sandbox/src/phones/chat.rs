//! A chat as bubbles, whatever the platform.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};

use super::{
    html::{escape, query},
    words::Words,
};
use crate::fetch::Shows;

/// One message of a chat.
pub(super) struct Bubble {
    pub at_ms: i64,
    pub from_customer: bool,
    pub id: String,
    /// Read by the other side.
    pub read: bool,
    pub html: String,
}

/// All bubbles, with a line where a new day begins.
pub(super) fn chat(words: &Words, bubbles: &[Bubble]) -> String {
    if bubbles.is_empty() {
        return format!("<p class=\"note\">{}</p>", words.empty);
    }
    let mut out = String::new();
    let mut day = String::new();
    for bubble in bubbles {
        let at = DateTime::from_timestamp_millis(bubble.at_ms).unwrap_or_default();
        // These customers live in Taiwan.
        let at = FixedOffset::east_opt(8 * 3600).map_or_else(|| at.fixed_offset(), |zone| at.with_timezone(&zone));
        let today = at.format("%Y-%m-%d").to_string();
        if today != day {
            // Writing to a String cannot fail.
            let _ = write!(out, "<p class=\"day\"><span>{today}</span></p>");
            day = today;
        }
        let side = if bubble.from_customer { "mine" } else { "theirs" };
        let read = if bubble.from_customer && bubble.read { words.read } else { "" };
        let read = if read.is_empty() { String::new() } else { format!("<span>{read}</span>") };
        let _ = write!(
            out,
            "<article class=\"{side}\" data-message=\"{}\">{}<small>{read}<time>{}</time></small></article>",
            escape(&bubble.id),
            bubble.html,
            at.format("%H:%M"),
        );
    }
    out
}

/// Words in place of what cannot be shown.
pub(super) fn placeholder(text: &str) -> String {
    format!("<div class=\"bubble other\">{}</div>", escape(text))
}

/// Where the platform's own copy of what an address showed is.
pub(super) fn copy(url: &str, shows: Shows) -> String {
    let kind = match shows {
        Shows::Image => "image",
        Shows::Video => "video",
        Shows::Preview => "preview",
        Shows::WhatsappImage => "whatsapp_image",
        Shows::WhatsappVideo => "whatsapp_video",
        Shows::WhatsappAudio => "whatsapp_audio",
        Shows::WhatsappDocument => "whatsapp_document",
    };
    format!("/phones/media?{}", query(&[("url", url), ("shows", kind)]))
}
