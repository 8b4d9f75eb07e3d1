//! Saved replies (預存回覆): the picker over what is being written, and the screens that keep them.

mod card;
mod categories;
mod editor;
mod fields;
mod fit;
mod form;
mod list;
mod picker;
mod question;
#[cfg(test)]
mod tests;
mod whole;
mod writing;

pub use categories::SavedReplyCategories;
pub use editor::{EditSavedReply, NewSavedReply};
pub use fit::{Picked, room};
pub use list::{SavedReplies, SavedRepliesHome};
pub use picker::SavedReplyPicker;
