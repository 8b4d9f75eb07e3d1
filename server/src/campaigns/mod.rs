//! Group sends: the draft as it is written, the check before, the send itself, and the record after.

mod check;
mod drafts;
mod eligible;
#[cfg(test)]
pub(crate) mod fixture_test;
pub mod http;
mod records;
mod send;
mod sight;

pub use self::{
    eligible::group,
    sight::{Sent, sees, sent},
};
