//! Messages being written: up to five texts, pictures and films in any order (seed step 5). For the group send and for saved
//! replies alike; whoever shows it keeps the messages.

mod change;
#[cfg(test)]
mod composer_test;
mod editor;
mod files;
mod media_card;
mod named;
mod removed;
mod text_card;
mod tools;
mod trouble;

pub use change::Change;
pub use editor::PartsEditor;
pub use files::{ACCEPT_BOTH, accept, take_files};
pub use media_card::{KindGlyph, Tile};
pub use named::{Named, use_named};
pub use removed::{Removed, UndoToast, use_removed};
pub use trouble::{Bounds, Wrong, blocked, first_wrong, wrong_media};

/// The id of the message at this place, from 0: its field, where it is a text. `Device::focus_field` leads there.
pub fn field_id(place: usize) -> String {
    format!("message-{place}")
}
