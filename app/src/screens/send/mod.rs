//! The group-send flow: recipients, message, preview and check, sent.

mod check;
mod curing;
pub(super) mod frame;
mod pick;
mod sent;
pub(crate) mod settle;
pub(super) mod several;
mod start;
mod write;

#[cfg(test)]
mod send_test;

pub use check::SendCheck;
pub use pick::SendRecipients;
pub use sent::SendSent;
pub use write::SendMessage;
