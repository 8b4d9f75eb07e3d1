//! The records of group sends: the list, one record, one recipient.

mod detail;
mod export;
mod figures;
mod filter;
mod list;
mod people;
mod person;
mod reading;

#[cfg(test)]
mod tests;

pub use detail::Record;
pub(super) use figures::rate;
pub use list::{Records, RecordsHome};
pub use person::RecordPerson;
