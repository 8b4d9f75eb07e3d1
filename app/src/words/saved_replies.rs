//! Words of saved replies (預存回覆): picking one, keeping them, and their categories.

use shared::{limits::Platform, media::MediaKind};

/// Saved replies.
pub struct SavedReplies {
    /// 預存回覆 (seed step 5).
    pub title: &'static str,
    /// What to do in the picker.
    pub pick: &'static str,
    /// Searches titles and texts.
    pub search: &'static str,
    /// Opens the choice of categories (seed step 6).
    pub choose: &'static str,
    /// How many are chosen, for assistive technology.
    pub chosen: fn(usize) -> String,
    /// Applies the chosen categories (seed step 7).
    pub filter: &'static str,
    /// The categories in force, for assistive technology.
    pub filters: &'static str,
    /// Takes a category out of the filter.
    pub remove_filter: &'static str,
    /// There are no categories.
    pub no_categories: &'static str,
    /// Categories could not be loaded.
    pub categories_failed: &'static str,
    /// How many are shown, and whether there are more.
    pub count: fn(usize, bool) -> String,
    /// Puts it with what is written.
    pub add: &'static str,
    /// Puts it in the place of what is written.
    pub instead: &'static str,
    /// How many messages it has, and how many there are with it.
    pub adds: fn(usize, usize) -> String,
    /// Why nothing can be added yet.
    pub pick_first: &'static str,
    /// Why a reply cannot be taken.
    pub unfit: Unfit,
    /// Messages of a kind in a card.
    pub texts: fn(usize) -> String,
    /// See `texts`.
    pub media: fn(MediaKind, usize) -> String,
    /// A reply without a text.
    pub no_text: &'static str,
    /// The list loads, is empty, holds nothing of what is asked, could not be loaded.
    pub list: List,
    /// Making and changing one.
    pub edit: Edit,
    /// Their categories.
    pub categories: Categories,
}

/// Why a reply cannot be taken.
pub struct Unfit {
    /// More messages than fit, with how many fit.
    pub too_many: fn(usize, usize) -> String,
    /// Together too many, with how many it would be: it may go in their place.
    pub only_instead: fn(usize) -> String,
    /// A picture or film too large for a platform: its size, the limit.
    pub too_large: fn(MediaKind, Platform, &str, &str) -> String,
    /// A picture or film is gone.
    pub gone: fn(MediaKind) -> &'static str,
}

/// The list.
pub struct List {
    /// For assistive technology.
    pub loading: &'static str,
    /// Could not be loaded.
    pub failed: &'static str,
    /// There is none yet.
    pub empty_title: &'static str,
    /// See `empty_title`.
    pub empty_text: &'static str,
    /// None matches.
    pub none_title: &'static str,
    /// See `none_title`.
    pub none_text: &'static str,
    /// Shows all again.
    pub clear: &'static str,
    /// Makes one.
    pub new: &'static str,
    /// All categories.
    pub all: &'static str,
    /// Leads to the categories.
    pub categories: &'static str,
    /// Nothing is opened beside the list.
    pub choose_one: &'static str,
    /// It was deleted.
    pub deleted: fn(&str) -> String,
    /// It was kept.
    pub saved: fn(&str) -> String,
}

/// The editor.
pub struct Edit {
    /// The title of a new one.
    pub new_title: &'static str,
    /// The title of one that is changed.
    pub title: &'static str,
    /// The title of one that may only be looked at.
    pub look_title: &'static str,
    /// Back to the list.
    pub back: &'static str,
    /// When it was last changed.
    pub updated: fn(&str) -> String,
    /// Who keeps it: only she and admins change it.
    pub not_mine: fn(&str) -> String,
    /// Could not be loaded.
    pub failed: &'static str,
    /// It is gone.
    pub gone_title: &'static str,
    /// See `gone_title`.
    pub gone_text: &'static str,
    /// Goes on with what was written as a new one.
    pub keep_as_new: &'static str,
    /// Its title.
    pub name: &'static str,
    /// Who sees the title.
    pub name_need: &'static str,
    /// The title is missing.
    pub name_missing: &'static str,
    /// The title is too long, by how many characters.
    pub name_long: fn(usize) -> String,
    /// Its categories.
    pub categories: &'static str,
    /// They may stay empty.
    pub categories_need: &'static str,
    /// More than that many do not go.
    pub categories_full: fn(usize) -> String,
    /// Categories it had that are gone.
    pub categories_gone: &'static str,
    /// 適用對象.
    pub usable_by: &'static str,
    /// Everybody.
    pub everybody: &'static str,
    /// Only me.
    pub only_me: &'static str,
    /// Only whoever made it.
    pub only_maker: &'static str,
    /// Roles.
    pub roles: &'static str,
    /// Stores.
    pub stores: &'static str,
    /// What "only me" means.
    pub only_me_help: &'static str,
    /// No role is chosen.
    pub roles_missing: &'static str,
    /// No store is chosen.
    pub stores_missing: &'static str,
    /// She is in no store.
    pub no_stores: &'static str,
    /// Sales roles may not give it so.
    pub not_yours: &'static str,
    /// That many stores whose names are not known here.
    pub so_many_stores: fn(usize) -> String,
    /// Its messages.
    pub content: &'static str,
    /// Keeps it.
    pub save: &'static str,
    /// It is being kept.
    pub saving: &'static str,
    /// Kept as it is.
    pub kept: &'static str,
    /// What is not kept yet is on this device.
    pub unsaved: &'static str,
    /// What is not kept yet is nowhere else.
    pub not_kept: &'static str,
    /// Throws the changes away.
    pub discard: &'static str,
    /// Asks before.
    pub discard_title: &'static str,
    /// See `discard_title`.
    pub discard_text: &'static str,
    /// It was changed elsewhere: when.
    pub conflict_title: fn(&str) -> String,
    /// What can be chosen.
    pub conflict_text: &'static str,
    /// The copy of the server.
    pub conflict_theirs: &'static str,
    /// Keeps this one.
    pub keep_mine: &'static str,
    /// Takes the other.
    pub take_theirs: &'static str,
    /// Deletes it.
    pub delete: &'static str,
    /// Asks before.
    pub delete_title: fn(&str) -> String,
    /// See `delete_title`.
    pub delete_text: &'static str,
    /// Deletes it, on the button.
    pub delete_yes: &'static str,
}

/// The categories.
pub struct Categories {
    /// The screen.
    pub title: &'static str,
    /// Back to the replies.
    pub back: &'static str,
    /// For assistive technology.
    pub loading: &'static str,
    /// Could not be loaded.
    pub failed: &'static str,
    /// There is none yet.
    pub empty_title: &'static str,
    /// See `empty_title`.
    pub empty_text: &'static str,
    /// How many replies are filed under it.
    pub replies: fn(u64) -> String,
    /// A new one.
    pub new: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Makes it.
    pub make: &'static str,
    /// Opens one, for assistive technology.
    pub open: fn(&str) -> String,
    /// Changes the name.
    pub rename: &'static str,
    /// Merges it into another.
    pub merge: &'static str,
    /// Into which.
    pub merge_into: &'static str,
    /// Nothing chosen yet.
    pub merge_choose: &'static str,
    /// What merging does.
    pub merge_help: &'static str,
    /// There is no other.
    pub merge_alone: &'static str,
    /// Deletes it.
    pub delete: &'static str,
    /// Asks before.
    pub delete_title: fn(&str) -> String,
    /// What stays: how many replies.
    pub delete_text: fn(u64) -> String,
    /// The name is missing.
    pub name_missing: &'static str,
    /// Another has this name.
    pub taken: &'static str,
    /// It was done.
    pub made: fn(&str) -> String,
    /// See `made`.
    pub renamed: fn(&str) -> String,
    /// See `made`.
    pub merged: fn(&str, &str) -> String,
    /// See `made`.
    pub deleted: fn(&str) -> String,
}
