//! The LINE Messaging API (providers.md A).

mod answers;
pub mod webhook;
mod wire;

use std::sync::Arc;

use bytes::Bytes;
use reqwest::{
    Client, RequestBuilder, Url,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use shared::reasons::Reason;
use uuid::Uuid;

pub use self::{
    answers::{Blame, Validity},
    wire::Template,
};
use super::{
    Answer, AskError, ClientError, Fetched,
    http::{self, Silence, address, authorised, below},
};
use crate::config;

/// LINE's ceiling for push, in requests a second for a channel (providers.md A1); the configured rate stays below it.
pub const PUSH_LIMIT: u32 = 2_000;

/// LINE's ceiling for multicast, in requests a second for a channel (providers.md A1).
pub const MULTICAST_LIMIT: u32 = 200;
/// Users that one multicast may name (providers.md A2).
pub const MULTICAST_USERS: usize = 500;

/// A hand on LINE, for every channel.
#[derive(Clone)]
pub struct Line {
    client: Client,
    at: Arc<Endpoints>,
}

struct Endpoints {
    push: Url,
    multicast: Url,
    validate: Url,
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

/// As figures name it.
const LINE: &str = "line";
const RETRY_KEY: HeaderName = HeaderName::from_static("x-line-retry-key");

impl Line {
    pub(super) fn new(client: Client, config: &config::Line) -> Result<Self, ClientError> {
        let api = |path: &str| address("line.api_base", &config.api_base, path);
        let at = Endpoints {
            push: api("/v2/bot/message/push")?,
            multicast: api("/v2/bot/message/multicast")?,
            validate: api("/v2/bot/message/validate/push")?,
            reply: api("/v2/bot/message/reply")?,
            profile: api("/v2/bot/profile/")?,
            quota: api("/v2/bot/message/quota")?,
            consumption: api("/v2/bot/message/quota/consumption")?,
            info: api("/v2/bot/info")?,
            content: address("line.data_base", &config.data_base, "/v2/bot/message/")?,
        };
        Ok(Self { client, at: Arc::new(at) })
    }

    /// Sends to one user. The body is of [`Template::body`]; the key makes a repeat harmless for 24 hours (providers.md
    /// A9).
    pub async fn push(&self, token: &str, key: Uuid, body: Bytes) -> Answer {
        self.send(keyed(self.message(&self.at.push, token, body), key), "push").await
    }

    /// Sends the same to several users at once. The body is of [`Template::batch_body`] and names so many of them. LINE
    /// takes it for all or for nobody (providers.md A4); beside its answer stands whom a refusal is about.
    pub async fn multicast(&self, token: &str, key: Uuid, body: Bytes, users: usize) -> (Answer, Blame) {
        let call = keyed(self.message(&self.at.multicast, token, body), key);
        match self.answered(call, "multicast").await {
            Ok((status, headers, body)) => answers::judge_multicast(status, &headers, body.as_deref(), users),
            Err(answer) => (answer, Blame::All),
        }
    }

    /// Asks whether LINE finds messages right, without sending them; the body is of [`Template::check_body`].
    pub async fn validate(&self, token: &str, body: Bytes) -> Validity {
        match self.answered(self.message(&self.at.validate, token, body), "validate").await {
            Ok((status, headers, body)) => answers::judge_validity(status, &headers, body.as_deref()),
            Err(answer) => Validity::Unknown(answer),
        }
    }

    /// Answers by reply token, which costs nothing. It works once and within a minute, and has no retry key, so an
    /// [`Outcome::Unsure`](super::Outcome::Unsure) stays one.
    pub async fn reply(&self, token: &str, body: Bytes) -> Answer {
        self.send(self.message(&self.at.reply, token, body), "reply").await
    }

    /// A customer's profile. [`AskError::NotFound`] says no more than that LINE does not show it (providers.md A5).
    pub async fn profile(&self, token: &str, user: &str) -> Result<Profile, AskError> {
        let body: wire::ProfileBody = self.ask(below(&self.at.profile, &[user])?, "profile", token).await?;
        Ok(Profile { name: body.display_name })
    }

    /// The account's monthly limit and what is used of it.
    pub async fn quota(&self, token: &str) -> Result<ChannelQuota, AskError> {
        let quota: wire::QuotaBody = self.ask(self.at.quota.clone(), "quota", token).await?;
        let consumption: wire::ConsumptionBody = self.ask(self.at.consumption.clone(), "consumption", token).await?;
        let limit = if quota.kind == "limited" { quota.value } else { None };
        Ok(ChannelQuota { limit, used: consumption.total_usage })
    }

    /// The account a token belongs to: a good test of it.
    pub async fn bot_info(&self, token: &str) -> Result<BotInfo, AskError> {
        let body: wire::BotInfoBody = self.ask(self.at.info.clone(), "info", token).await?;
        Ok(BotInfo { user_id: body.user_id, name: body.display_name })
    }

    /// The bytes of a picture, film, recording or file, at most `limit`. LINE keeps them for an undisclosed time only.
    pub async fn content(&self, token: &str, message: &str, limit: usize) -> Result<Fetched, AskError> {
        let call = self.client.get(below(&self.at.content, &[message, "content"])?).timeout(http::MEDIA_CALL);
        let answer = http::send(authorised(call, token), (LINE, "content")).await;
        let answer = answer.map_err(|error| http::later(&error))?;
        match answer.status().as_u16() {
            200 => {}
            202 => return Err(AskError::Later("it is still being prepared".into())),
            404 | 410 => return Err(AskError::NotFound),
            status => {
                return Err(answers::ask_error(status, &http::read(answer, http::ANSWER).await.unwrap_or_default()));
            }
        }
        http::fetched(answer, limit).await
    }

    fn message(&self, url: &Url, token: &str, body: Bytes) -> RequestBuilder {
        let call = self.client.post(url.clone()).header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        authorised(call, token).body(body)
    }

    async fn send(&self, call: RequestBuilder, endpoint: &'static str) -> Answer {
        match self.answered(call, endpoint).await {
            Ok((status, headers, body)) => answers::judge(status, &headers, body.as_deref()),
            Err(answer) => answer,
        }
    }

    /// Status, headers and, where it came whole, the body; or what silence means.
    async fn answered(
        &self,
        call: RequestBuilder,
        endpoint: &'static str,
    ) -> Result<(u16, answers::Headers, Option<Bytes>), Answer> {
        let answer = http::send(call, (LINE, endpoint)).await;
        let answer = answer.map_err(|error| Silence::of(&error).answer(Reason::LineUnavailable))?;
        let status = answer.status().as_u16();
        let headers = answers::Headers::of(answer.headers());
        Ok((status, headers, http::read(answer, http::ANSWER).await.ok()))
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        url: Url,
        endpoint: &'static str,
        token: &str,
    ) -> Result<T, AskError> {
        http::ask(authorised(self.client.get(url), token), (LINE, endpoint), http::ANSWER, answers::ask_error).await
    }
}

/// The call under this retry key.
fn keyed(call: RequestBuilder, key: Uuid) -> RequestBuilder {
    let mut text = Uuid::encode_buffer();
    match HeaderValue::from_str(key.hyphenated().encode_lower(&mut text)) {
        Ok(key) => call.header(RETRY_KEY, key),
        Err(_) => call,
    }
}

#[cfg(test)]
#[path = "client_test.rs"]
mod tests;
