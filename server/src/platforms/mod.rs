//! The platforms behind Storecast: their addresses, their JSON and what their answers mean. Nothing else knows these, and
//! nothing here knows the database or a feature.

mod http;
pub mod line;
#[cfg(test)]
pub(crate) mod testing;

use std::time::Duration;

use shared::reasons::Reason;

pub use self::http::ClientError;
use crate::config::Config;

/// All platforms. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Platforms {
    /// LINE.
    pub line: line::Line,
}

impl Platforms {
    /// Ready to call. Fails where an address cannot be read or the TLS roots cannot be loaded.
    pub fn new(config: &Config) -> Result<Self, ClientError> {
        let client = http::client(Duration::from_millis(config.line.timeout_ms))?;
        Ok(Self { line: line::Line::new(client, &config.line)? })
    }
}

/// What an answer to a message means (architecture.md section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform took it. For LINE that is all there will ever be to know (providers.md A5).
    Accepted {
        /// The platform's id of the (first) message.
        provider_id: Option<String>,
    },
    /// Surely not taken; the same again after this pause may be.
    Later {
        /// At least so long.
        after: Duration,
        /// Why.
        reason: Reason,
    },
    /// Surely not taken, and the same again would not be either.
    Refused {
        /// Why.
        reason: Reason,
    },
    /// The whole channel cannot send: pause it and burn no recipient.
    Stop {
        /// Why.
        reason: Reason,
    },
    /// It may or may not have been taken.
    Unsure {
        /// Why.
        reason: Reason,
    },
}

/// Where a platform fetches a picture or film that it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaAddress {
    /// The picture or film itself.
    pub whole: String,
    /// Its preview, a picture.
    pub preview: String,
}

/// An answer to a message, with what the record shows beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it means.
    pub outcome: Outcome,
    /// The platform's code: LINE's HTTP status, such as `400`. Absent where there was no answer.
    pub code: Option<String>,
    /// The platform's words, at most 500 characters.
    pub text: Option<String>,
    /// Its id of the request, for support; of the accepted one where this was a repeat.
    pub request_id: Option<String>,
}
