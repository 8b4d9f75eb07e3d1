//! The platforms' limits that are checked while writing and again on the server (providers.md A3, domain.md 4.3).

use crate::named::named;

/// Messages in one send, text and media counting one each (seed step 5: 限五則訊息內容).
pub const MAX_PARTS: usize = 5;
/// A LINE text, in UTF-16 code units.
pub const LINE_TEXT: usize = 5_000;
/// The longest customer name that is kept, in characters; text limits are checked with the longest name filled in.
pub const NAME: usize = 100;
/// Conversations in one hand-over (domain.md 3.1).
pub const TRANSFER: usize = 20;
/// Ids ticked by hand in one selection; "select all" travels as a filter instead.
pub const TICKED: usize = 20_000;
/// A tag's name, in characters.
pub const TAG_NAME: usize = 40;
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
