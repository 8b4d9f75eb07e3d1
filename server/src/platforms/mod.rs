//! The platforms behind Storecast: their addresses, their JSON and what their answers mean. Nothing else knows these,
//! and nothing here knows the database or a feature.

mod http;
mod incoming;
pub mod line;
#[cfg(test)]
pub(crate) mod testing;
pub mod whatsapp;

use std::time::Duration;

use bytes::Bytes;
use shared::reasons::Reason;

pub use self::{
    http::ClientError,
    incoming::{Unreadable, hash},
};
use crate::config::Config;

/// All platforms. Cloning is cheap and shares the connections.
#[derive(Clone)]
pub struct Platforms {
    /// LINE.
    pub line: line::Line,
    /// WhatsApp.
    pub whatsapp: whatsapp::Whatsapp,
}

impl Platforms {
    /// Ready to call. Fails where an address cannot be read or the TLS roots cannot be loaded.
    pub fn new(config: &Config) -> Result<Self, ClientError> {
        let client = http::client(Duration::from_millis(config.line.timeout_ms))?;
        let whatsapp = whatsapp::Whatsapp::new(client.clone(), &config.whatsapp)?;
        Ok(Self { line: line::Line::new(client, &config.line)?, whatsapp })
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
    /// The template of this send cannot go out to anybody now: hold the campaign and burn no recipient. The channel
    /// itself goes on.
    Halt {
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
    /// The platform's code: LINE's HTTP status, such as `400`, or Meta's code, such as `131047`. Absent where there was
    /// none.
    pub code: Option<String>,
    /// The platform's words, at most 500 characters.
    pub text: Option<String>,
    /// Its id of the request, for support; of the accepted one where this was a repeat.
    pub request_id: Option<String>,
}

/// Why something asked of a platform was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The platform has none, or does not show it to this account: a blocked user's profile, content that is gone.
    #[error("the platform has no such thing (any more)")]
    NotFound,
    /// Not now: the platform cannot be reached, is failing, is still preparing it or wants fewer requests.
    #[error("the platform does not answer now: {0}")]
    Later(String),
    /// The channel's token is not taken, or its account cannot do anything.
    #[error("the platform refuses the channel's access token: {0}")]
    Stop(String),
    /// What was asked is wrong, and the same again would be too; with the platform's words.
    #[error("the platform refuses it: {0}")]
    Refused(String),
    /// Larger than this server keeps.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
}

/// What a customer sent beside text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The bytes.
    pub bytes: Bytes,
    /// The type the platform says it is; not to be believed.
    pub mime: Option<String>,
}

/// How much of a platform's words is kept, in characters.
const WORDS: usize = 500;
/// How much of its ids is kept, in characters.
const ID: usize = 200;

/// The text, trimmed and no longer than this many characters. PostgreSQL takes no NUL.
fn clipped(text: &str, characters: usize) -> String {
    text.trim().chars().filter(|c| *c != '\0').take(characters).collect()
}
