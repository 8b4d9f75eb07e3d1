//! The screens, one folder or file each.

pub mod conversation;
pub mod conversations;
pub mod more;
pub mod not_found;
pub mod parts;
pub mod preview;
pub mod records;
pub mod send;
pub mod sign_in;
