//! The one HTTP client of the server, and what all platforms' calls share: the token in its header, addresses that an
//! id cannot leave, reading an answer without trusting its size, and what a broken call means.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::{
    RequestBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use shared::reasons::Reason;

use super::{Answer, AskError, Fetched, Outcome};

/// To open a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_mins(1);
/// The largest answer of an API that is read, in bytes; media have a limit of their own.
pub(super) const ANSWER: usize = 256 * 1024;
/// Media may be large and slow.
pub(super) const MEDIA_CALL: Duration = Duration::from_mins(2);
/// The pause while a platform cannot be reached.
pub(super) const OUTAGE_PAUSE: Duration = Duration::from_secs(2);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// An address of the configuration is none.
    #[error("{setting} must be an address such as https://api.example.com, not {value:?}: {cause}")]
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

/// HTTP/1 only: one HTTP/2 connection carries no more calls at once than the platform allows streams, which is too few
/// for 2,000 requests a second (`trials/engine`). Redirects are not followed: a token must not travel to where a proxy
/// points. A whole call ends after `timeout`.
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

/// The call with the channel's token, which no log shows.
pub(super) fn authorised(call: RequestBuilder, token: &str) -> RequestBuilder {
    match HeaderValue::try_from(format!("Bearer {token}")) {
        Ok(mut value) => {
            value.set_sensitive(true);
            call.header(AUTHORIZATION, value)
        }
        // A token that is no header text is answered 401 like any other wrong one.
        Err(_) => call,
    }
}

/// What a call is counted as: its platform, and what is asked of it. Never an address, which holds ids.
pub(super) type Named = (&'static str, &'static str);

/// Makes a call, and notes how long the platform took to begin its answer.
pub(super) async fn send(call: RequestBuilder, (platform, endpoint): Named) -> reqwest::Result<reqwest::Response> {
    let began = Instant::now();
    let answer = call.send().await;
    let answered = match &answer {
        Ok(answer) if answer.status().is_success() => "ok",
        Ok(_) => "refused",
        Err(_) => "none",
    };
    metrics::histogram!("storecast_call_seconds", "platform" => platform, "endpoint" => endpoint, "answered" => answered)
        .record(began.elapsed().as_secs_f64());
    answer
}

/// The JSON of an answer of at most `limit` bytes; another status than 200 is what `refusal` makes of it.
pub(super) async fn ask<T: serde::de::DeserializeOwned>(
    call: RequestBuilder,
    named: Named,
    limit: usize,
    refusal: impl Fn(u16, &[u8]) -> AskError,
) -> Result<T, AskError> {
    let answer = send(call, named).await.map_err(|error| later(&error))?;
    let status = answer.status().as_u16();
    let body = read(answer, limit).await;
    if status != 200 {
        return Err(refusal(status, &body.unwrap_or_default()));
    }
    let body = body.map_err(|error| AskError::Later(error.to_string()))?;
    serde_json::from_slice(&body).map_err(|error| AskError::Later(format!("the answer cannot be read: {error}")))
}

/// The bytes of a medium that was found, at most `limit`.
pub(super) async fn fetched(answer: reqwest::Response, limit: usize) -> Result<Fetched, AskError> {
    let mime = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let bytes = read(answer, limit).await.map_err(|error| match error {
        ReadError::TooLarge(limit) => AskError::TooLarge(limit),
        ReadError::Cut(error) => later(&error),
    })?;
    Ok(Fetched { bytes, mime })
}

/// The error without its address: it may hold a customer's id.
pub(super) fn later(error: &reqwest::Error) -> AskError {
    let what = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke"
    };
    AskError::Later(what.into())
}

/// How far a call got that was never answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silence {
    /// It could not be made at all.
    NotMade,
    /// No connection, so nothing was written.
    NotSent,
    /// It was written, or may have been.
    Sent,
}

impl Silence {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_builder() {
            Self::NotMade
        } else if error.is_connect() {
            Self::NotSent
        } else {
            Self::Sent
        }
    }

    /// What the record shows of it; `unavailable` names a platform that cannot be reached.
    pub(super) fn answer(self, unavailable: Reason) -> Answer {
        let outcome = match self {
            Self::NotMade => Outcome::Later { after: OUTAGE_PAUSE, reason: Reason::Internal },
            Self::NotSent => Outcome::Later { after: OUTAGE_PAUSE, reason: unavailable },
            Self::Sent => Outcome::Unsure { reason: Reason::NoAnswer },
        };
        Answer { outcome, code: None, text: None, request_id: None }
    }
}

/// The address of a call below a base of the configuration.
pub(super) fn address(setting: &'static str, base: &str, path: &str) -> Result<Url, ClientError> {
    let refused = |cause: String| ClientError::Address { setting, value: base.to_owned(), cause };
    let url = Url::parse(base).map_err(|error| refused(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refused("it needs http or https and a host".into()));
    }
    Url::parse(&format!("{}{path}", base.trim_end_matches('/'))).map_err(|error| refused(error.to_string()))
}

/// An address below another, each part escaped: an id that came with a webhook can hold anything.
pub(super) fn below(base: &Url, parts: &[&str]) -> Result<Url, AskError> {
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| AskError::NotFound)?.pop_if_empty().extend(parts);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::not_made(Silence::NotMade, Outcome::Later { after: Duration::from_secs(2), reason: Reason::Internal })]
    #[case::before(Silence::NotSent, Outcome::Later { after: Duration::from_secs(2), reason: Reason::LineUnavailable })]
    #[case::after(Silence::Sent, Outcome::Unsure { reason: Reason::NoAnswer })]
    fn no_answer_means(#[case] silence: Silence, #[case] expected: Outcome) {
        let answer = silence.answer(Reason::LineUnavailable);
        assert_eq!(answer.outcome, expected);
        assert_eq!((answer.code, answer.text, answer.request_id), (None, None, None));
    }
}
