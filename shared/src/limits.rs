//! The platforms' limits that are checked while writing and again on the server (providers.md A3, domain.md 4.3).

use crate::named::named;

/// Messages in one send, text and media counting one each (seed step 5: 限五則訊息內容).
pub const MAX_PARTS: usize = 5;
/// A LINE text, in UTF-16 code units.
pub const LINE_TEXT: usize = 5_000;
/// A WhatsApp text, in characters (providers.md B1).
pub const WHATSAPP_TEXT: usize = 4_096;
/// A picture as it is uploaded, in bytes (domain.md 4.3).
pub const IMAGE_BYTES: u64 = 10 * 1024 * 1024;
/// A picture's width times its height: the largest telephone camera has 50 million.
pub const IMAGE_PIXELS: u64 = 52_000_000;
/// A picture as it is sent, in bytes: WhatsApp's 5 MB, the stricter of the two (providers.md B2).
pub const IMAGE_SENT_BYTES: u64 = 5_000_000;
/// The preview of a picture or film, in bytes (providers.md A3).
pub const PREVIEW_BYTES: u64 = 1_000_000;
/// A film, in bytes (domain.md 4.3).
pub const VIDEO_BYTES: u64 = 50 * 1024 * 1024;
/// A film on WhatsApp or in a saved reply, in bytes (domain.md 4.3, providers.md B2).
pub const SMALL_VIDEO_BYTES: u64 = 16_000_000;
/// A document, in bytes: WhatsApp takes 100 MB, some of its own pages say 64 (domain.md 4.3, providers.md B2).
pub const DOCUMENT_BYTES: u64 = 64 * 1024 * 1024;
/// The name of a document, in bytes: WhatsApp shows 240 characters at most.
pub const DOCUMENT_NAME: usize = 240;
/// A piece of an upload, in bytes; only the last may be smaller.
pub const PIECE: usize = 1024 * 1024;
/// A text of a saved reply, in characters (domain.md 11.12).
pub const SAVED_REPLY_TEXT: usize = 1_000;
/// The title of a saved reply, in characters.
pub const SAVED_REPLY_TITLE: usize = 60;
/// The name of a category, in characters.
pub const CATEGORY_NAME: usize = 40;
/// Categories of one saved reply.
pub const CATEGORIES_EACH: usize = 10;
/// Categories of a team.
pub const CATEGORIES: usize = 200;
/// What stands in one blank of a template, in characters.
pub const TEMPLATE_FILL: usize = 1_000;
/// The line above a template with its blank filled in, in characters (providers.md B3).
pub const TEMPLATE_HEADER: usize = 60;
/// The text of a template with its blanks filled in, in characters (providers.md B3).
pub const TEMPLATE_BODY: usize = 1_024;
/// The longest customer name that is kept, in characters; text limits are checked with the longest name filled in.
pub const NAME: usize = 100;
/// Conversations in one hand-over (domain.md 3.1).
pub const TRANSFER: usize = 20;
/// Ids ticked by hand in one selection; "select all" travels as a filter instead.
pub const TICKED: usize = 20_000;
/// A tag's name, in characters.
pub const TAG_NAME: usize = 40;
/// The name of a custom attribute, in characters.
pub const ATTRIBUTE_NAME: usize = 40;
/// A text in a custom attribute, in characters.
pub const ATTRIBUTE_TEXT: usize = 200;
/// Custom attributes of a team, and conditions on them in one filter.
pub const ATTRIBUTES: usize = 100;
/// A search text, in characters.
pub const SEARCH: usize = 100;

named! {
    /// A platform that carries messages.
    pub enum Platform, "platform" {
        /// LINE official accounts.
        Line = "line",
        /// WhatsApp business numbers.
        Whatsapp = "whatsapp",
    }
}
