//! The screens, one folder or file each.

pub mod attributes;
pub mod composer;
pub mod conversation;
pub mod conversations;
pub mod figures;
mod filters;
pub mod more;
pub mod not_found;
pub mod parts;
pub mod preview;
pub mod records;
pub mod saved_replies;
pub mod send;
pub mod sign_in;
pub mod templates;
