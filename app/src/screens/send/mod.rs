//! The group-send flow: recipients, message, preview and check, sent.

mod check;
mod frame;
mod pick;
mod sent;
pub(crate) mod settle;
mod start;
mod write;

#[cfg(test)]
mod send_test;

pub use check::SendCheck;
pub use pick::SendRecipients;
pub use sent::SendSent;
pub use write::SendMessage;
