//! Group sends: the draft as it is written, the check before, the send itself, and the record after.

mod check;
mod control;
mod drafts;
mod eligible;
#[cfg(test)]
pub(crate) mod fixture_test;
pub mod http;
mod leave_out;
mod parts;
pub(crate) mod reach;
mod records;
mod send;
mod sight;
#[cfg(test)]
mod whatsapp_test;

pub use self::{
    drafts::forget_ticked,
    eligible::group,
    parts::{SentPart, parts},
    reach::reached,
    sight::{Sent, sees, sent},
};
