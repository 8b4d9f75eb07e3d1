//! Times: UTC milliseconds inside, RFC 3339 with the team's offset on the wire.
//!
//! The server adds the offset, so that no time-zone table has to travel in the wasm (architecture.md section 6).

use chrono::{DateTime, FixedOffset};

/// A moment as it travels: RFC 3339 with the offset of the team's time zone at that moment.
pub type Stamp = DateTime<FixedOffset>;

/// A calendar day in the team's time zone, `YYYY-MM-DD`.
pub type Day = chrono::NaiveDate;
