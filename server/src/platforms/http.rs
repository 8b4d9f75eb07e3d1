//! The one HTTP client of the server, and reading an answer without trusting its size.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

/// To open a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_mins(1);
/// The largest answer of an API that is read, in bytes; media have a limit of their own.
pub(super) const ANSWER: usize = 256 * 1024;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// An address of the configuration is none.
    #[error("{setting} must be an address such as https://api.line.me, not {value:?}: {cause}")]
    Address {
        /// The setting.
        setting: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The client cannot be made.
    #[error("the HTTP client cannot start: {0}")]
    Client(#[from] reqwest::Error),
}

/// Why an answer was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// Cut or timed out.
    #[error("the answer was cut: {0}")]
    Cut(#[from] reqwest::Error),
    /// Larger than allowed.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// HTTP/1 only: one HTTP/2 connection carries no more calls at once than the platform allows streams, which is too few for
/// 2,000 requests a second (`trials/engine`). Redirects are not followed: a token must not travel to where a proxy points.
/// A whole call ends after `timeout`.
pub(super) fn client(timeout: Duration) -> Result<reqwest::Client, ClientError> {
    let client = reqwest::Client::builder()
        .user_agent(concat!("Storecast/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(CONNECT.min(timeout))
        .timeout(timeout)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(512)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    Ok(client)
}

/// The body of an answer, at most `limit` bytes of it.
pub(super) async fn read(mut answer: reqwest::Response, limit: usize) -> Result<Bytes, ReadError> {
    if answer.content_length().is_some_and(|length| length > limit as u64) {
        return Err(ReadError::TooLarge(limit));
    }
    let Some(first) = answer.chunk().await? else { return Ok(Bytes::new()) };
    let mut body = BytesMut::new();
    let mut next = Some(first);
    while let Some(chunk) = next {
        if body.len() + chunk.len() > limit {
            return Err(ReadError::TooLarge(limit));
        }
        let following = answer.chunk().await?;
        // Most answers are a single piece, which needs no copy.
        if following.is_none() && body.is_empty() {
            return Ok(chunk);
        }
        body.extend_from_slice(&chunk);
        next = following;
    }
    Ok(body.freeze())
}
