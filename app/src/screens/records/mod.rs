//! The records of group sends: the list, one record, one recipient.

mod control;
mod detail;
mod export;
mod figures;
mod filter;
mod list;
mod people;
mod person;
mod reading;
mod reasons;

#[cfg(test)]
mod control_test;
#[cfg(test)]
mod tests;

pub use detail::Record;
pub(super) use figures::rate;
pub use list::{Records, RecordsHome};
pub use person::RecordPerson;
