//! The LINE Messaging API (providers.md A).

mod answers;
pub mod webhook;
mod wire;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, RequestBuilder, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue},
};
use shared::reasons::Reason;
use uuid::Uuid;

pub use self::wire::Template;
use super::{
    Answer, ClientError,
    http::{self, ReadError},
};
use crate::config;

/// LINE's ceiling for push, in requests a second for a channel (providers.md A1); the configured rate stays below it.
pub const PUSH_LIMIT: u32 = 2_000;

/// A hand on LINE, for every channel.
#[derive(Clone)]
pub struct Line {
    client: Client,
    at: Arc<Endpoints>,
}

struct Endpoints {
    push: Url,
    reply: Url,
    profile: Url,
    quota: Url,
    consumption: Url,
    info: Url,
    content: Url,
}

/// What LINE tells about a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Her name, as she chose it: any length, any characters.
    pub name: String,
}

/// An account's monthly messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelQuota {
    /// Messages a month; none where the plan has no limit.
    pub limit: Option<i64>,
    /// Used this month, approximately.
    pub used: i64,
}

/// Which account a token belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotInfo {
    /// The bot's user id, the `destination` of its webhooks.
    pub user_id: String,
    /// The account's name.
    pub name: String,
}

/// Why something asked of LINE was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// LINE has none, or does not show it to this account: a blocked user's profile, content that is gone.
    #[error("LINE has no such thing (any more)")]
    NotFound,
    /// Not now: LINE cannot be reached, is failing, is still preparing it or wants fewer requests.
    #[error("LINE does not answer now: {0}")]
    Later(String),
    /// The channel's token is not taken.
    #[error("LINE refuses the channel's access token: {0}")]
    Stop(String),
    /// Larger than this server keeps.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
}

/// What a customer sent beside text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The bytes.
    pub bytes: Bytes,
    /// The type LINE says it is; not to be believed.
    pub mime: Option<String>,
}

/// Media may be large and slow.
const CONTENT_CALL: Duration = Duration::from_mins(2);
const RETRY_KEY: HeaderName = HeaderName::from_static("x-line-retry-key");

impl Line {
    pub(super) fn new(client: Client, config: &config::Line) -> Result<Self, ClientError> {
        let api = |path: &str| address("line.api_base", &config.api_base, path);
        let at = Endpoints {
            push: api("/v2/bot/message/push")?,
            reply: api("/v2/bot/message/reply")?,
            profile: api("/v2/bot/profile/")?,
            quota: api("/v2/bot/message/quota")?,
            consumption: api("/v2/bot/message/quota/consumption")?,
            info: api("/v2/bot/info")?,
            content: address("line.data_base", &config.data_base, "/v2/bot/message/")?,
        };
        Ok(Self { client, at: Arc::new(at) })
    }

    /// Sends to one user. The body is of [`Template::body`]; the key makes a repeat harmless for 24 hours (providers.md A9).
    pub async fn push(&self, token: &str, key: Uuid, body: Bytes) -> Answer {
        let mut text = Uuid::encode_buffer();
        let key = HeaderValue::from_str(key.hyphenated().encode_lower(&mut text));
        let call = self.message(&self.at.push, token, body);
        self.send(match key {
            Ok(key) => call.header(RETRY_KEY, key),
            Err(_) => call,
        })
        .await
    }

    /// Answers by reply token, which costs nothing. It works once and within a minute, and has no retry key, so an
    /// [`Outcome::Unsure`](super::Outcome::Unsure) stays one.
    pub async fn reply(&self, token: &str, body: Bytes) -> Answer {
        self.send(self.message(&self.at.reply, token, body)).await
    }

    /// A customer's profile. [`AskError::NotFound`] says no more than that LINE does not show it (providers.md A5).
    pub async fn profile(&self, token: &str, user: &str) -> Result<Profile, AskError> {
        let body: wire::ProfileBody = self.ask(below(&self.at.profile, &[user])?, token).await?;
        Ok(Profile { name: body.display_name })
    }

    /// The account's monthly limit and what is used of it.
    pub async fn quota(&self, token: &str) -> Result<ChannelQuota, AskError> {
        let quota: wire::QuotaBody = self.ask(self.at.quota.clone(), token).await?;
        let consumption: wire::ConsumptionBody = self.ask(self.at.consumption.clone(), token).await?;
        let limit = if quota.kind == "limited" { quota.value } else { None };
        Ok(ChannelQuota { limit, used: consumption.total_usage })
    }

    /// The account a token belongs to: a good test of it.
    pub async fn bot_info(&self, token: &str) -> Result<BotInfo, AskError> {
        let body: wire::BotInfoBody = self.ask(self.at.info.clone(), token).await?;
        Ok(BotInfo { user_id: body.user_id, name: body.display_name })
    }

    /// The bytes of a picture, film, recording or file, at most `limit`. LINE keeps them for an undisclosed time only.
    pub async fn content(&self, token: &str, message: &str, limit: usize) -> Result<Fetched, AskError> {
        let call = self.client.get(below(&self.at.content, &[message, "content"])?).timeout(CONTENT_CALL);
        let answer = authorised(call, token).send().await.map_err(|error| later(&error))?;
        match answer.status().as_u16() {
            200 => {}
            202 => return Err(AskError::Later("it is still being prepared".into())),
            404 | 410 => return Err(AskError::NotFound),
            status => {
                return Err(answers::ask_error(status, &http::read(answer, http::ANSWER).await.unwrap_or_default()));
            }
        }
        let mime = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = http::read(answer, limit).await.map_err(|error| match error {
            ReadError::TooLarge(limit) => AskError::TooLarge(limit),
            ReadError::Cut(error) => later(&error),
        })?;
        Ok(Fetched { bytes, mime })
    }

    fn message(&self, url: &Url, token: &str, body: Bytes) -> RequestBuilder {
        let call = self.client.post(url.clone()).header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        authorised(call, token).body(body)
    }

    async fn send(&self, call: RequestBuilder) -> Answer {
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_builder() => {
                return answers::unanswered(answers::Silence::NotSent, Reason::Internal);
            }
            Err(error) if error.is_connect() => {
                return answers::unanswered(answers::Silence::NotSent, Reason::LineUnavailable);
            }
            Err(_) => return answers::unanswered(answers::Silence::Sent, Reason::NoAnswer),
        };
        let status = answer.status().as_u16();
        let headers = answers::Headers::of(answer.headers());
        let body = http::read(answer, http::ANSWER).await.ok();
        answers::judge(status, &headers, body.as_deref())
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, url: Url, token: &str) -> Result<T, AskError> {
        let answer = authorised(self.client.get(url), token).send().await.map_err(|error| later(&error))?;
        let status = answer.status().as_u16();
        let body = http::read(answer, http::ANSWER).await;
        if status != 200 {
            return Err(answers::ask_error(status, &body.unwrap_or_default()));
        }
        let body = body.map_err(|error| AskError::Later(error.to_string()))?;
        serde_json::from_slice(&body).map_err(|error| AskError::Later(format!("the answer cannot be read: {error}")))
    }
}

fn authorised(call: RequestBuilder, token: &str) -> RequestBuilder {
    match HeaderValue::try_from(format!("Bearer {token}")) {
        Ok(mut value) => {
            value.set_sensitive(true);
            call.header(AUTHORIZATION, value)
        }
        // A token that is no header text is answered 401 like any other wrong one.
        Err(_) => call,
    }
}

/// The error without its address: it may hold a customer's id.
fn later(error: &reqwest::Error) -> AskError {
    let what = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke"
    };
    AskError::Later(what.into())
}

fn address(setting: &'static str, base: &str, path: &str) -> Result<Url, ClientError> {
    let refused = |cause: String| ClientError::Address { setting, value: base.to_owned(), cause };
    let url = Url::parse(base).map_err(|error| refused(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refused("it needs http or https and a host".into()));
    }
    Url::parse(&format!("{}{path}", base.trim_end_matches('/'))).map_err(|error| refused(error.to_string()))
}

/// An address below another, each part escaped: an id that came with a webhook can hold anything.
fn below(base: &Url, parts: &[&str]) -> Result<Url, AskError> {
    let mut url = base.clone();
    url.path_segments_mut().map_err(|()| AskError::NotFound)?.pop_if_empty().extend(parts);
    Ok(url)
}

#[cfg(test)]
#[path = "client_test.rs"]
mod tests;
