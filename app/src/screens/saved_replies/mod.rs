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

pub(super) use card::usable_by;
pub use categories::SavedReplyCategories;
pub use editor::{EditSavedReply, NewSavedReply};
pub(super) use fields::{CategoryField, USABLE_BY, UsableByField};
pub use fit::{Picked, room};
pub(super) use list::CategoryChips;
pub use list::{SavedReplies, SavedRepliesHome};
pub(super) use picker::ChooseCategories;
pub use picker::SavedReplyPicker;
