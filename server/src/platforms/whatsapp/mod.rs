//! The WhatsApp Business Cloud API (providers.md B).

pub mod answers;
pub mod message;
mod templates;
mod upload;
pub mod webhook;
mod wire;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, RequestBuilder, Url,
    header::{CONTENT_TYPE, HeaderValue},
};
use shared::{
    reasons::Reason,
    templates::{Quality, Shape, TemplateStatus},
};

use super::{
    Answer, AskError, ClientError, Fetched,
    http::{self, Silence, address, authorised, below},
};
use crate::config;

/// Meta's ceiling for an upgraded number, in messages a second; an ordinary one has 80 (providers.md B4).
pub const HIGHEST_RATE: u32 = 1_000;
/// Messages a second of a number of the level `STANDARD`.
const STANDARD_RATE: u32 = 80;
/// As figures name it.
const WHATSAPP: &str = "whatsapp";
/// Templates of a page that is asked for.
const TEMPLATES_PAGE: &str = "50";
/// The largest page of templates that is read, in bytes: each holds addresses of examples.
const TEMPLATES_ANSWER: usize = 4 * 1024 * 1024;
const TEMPLATE_FIELDS: &str = "name,language,status,category,components,parameter_format,quality_score";
const NUMBER_FIELDS: &str = "verified_name,display_phone_number,throughput,whatsapp_business_manager_messaging_limit";

/// A hand on WhatsApp, for every number.
#[derive(Clone)]
pub struct Whatsapp {
    client: Client,
    at: Arc<At>,
}

struct At {
    /// `https://graph.facebook.com/v25.0/`.
    graph: Url,
    /// Where bytes may lie, beside Graph's own address.
    media_hosts: Vec<String>,
    timeout: Duration,
}

/// Some of an account's templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplatePage {
    /// Those that can be read.
    pub templates: Vec<FoundTemplate>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A template as Meta has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTemplate {
    /// Its id at Meta.
    pub meta_id: String,
    /// How it stands.
    pub status: TemplateStatus,
    /// How people react to it.
    pub quality: Quality,
    /// What it consists of.
    pub shape: Shape,
}

/// What Meta tells about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberInfo {
    /// The name customers see; empty where none is approved.
    pub name: String,
    /// The number as Meta writes it, such as `+1 555-078-3881`.
    pub display: String,
    /// Messages a second; absent where Meta names a level that this version does not know.
    pub throughput: Option<u32>,
    /// Unique people of a moving 24 hours, of the whole portfolio (providers.md B4); absent where Meta does not tell.
    pub people_limit: Option<PeopleLimit>,
}

/// How many unique people may be reached outside of their window in a moving 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeopleLimit {
    /// So many.
    Of(i64),
    /// All.
    Unlimited,
}

impl Whatsapp {
    pub(super) fn new(client: Client, config: &config::Whatsapp) -> Result<Self, ClientError> {
        let graph = address("whatsapp.api_base", &config.api_base, &format!("/{}/", config.version))?;
        let media_hosts = config.media_hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        let timeout = Duration::from_millis(config.timeout_ms);
        Ok(Self { client, at: Arc::new(At { graph, media_hosts, timeout }) })
    }

    /// Sends one message of [`message::Prepared::body`]. There is no retry key: a repeat of what was taken arrives
    /// twice, so an [`Outcome::Unsure`](super::Outcome::Unsure) is never repeated by itself (providers.md C2).
    pub async fn send(&self, token: &str, phone_number_id: &str, body: Bytes) -> Answer {
        let Ok(url) = self.url(&[phone_number_id, "messages"]) else {
            return Silence::NotMade.answer(Reason::WaUnavailable);
        };
        let call = self.client.post(url).header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let call = authorised(call, token).timeout(self.at.timeout).body(body);
        let answer = match http::send(call, (WHATSAPP, "messages")).await {
            Ok(answer) => answer,
            Err(error) => return Silence::of(&error).answer(Reason::WaUnavailable),
        };
        let status = answer.status().as_u16();
        answers::judge(status, http::read(answer, http::ANSWER).await.ok().as_deref())
    }

    /// Uploads a picture, film or document and gives its id, which this number can send for 30 days (providers.md B2).
    /// [`AskError::Refused`] where Meta does not take these bytes.
    pub async fn upload(
        &self,
        token: &str,
        phone_number_id: &str,
        bytes: Bytes,
        mime: &str,
    ) -> Result<String, AskError> {
        let form = upload::form(&bytes, mime)?;
        let call = self.client.post(self.url(&[phone_number_id, "media"])?).header(CONTENT_TYPE, form.content_type);
        let call = authorised(call, token).timeout(http::MEDIA_CALL).body(form.body);
        let made: wire::Made = http::ask(call, (WHATSAPP, "upload"), http::ANSWER, answers::ask_error).await?;
        Ok(made.id)
    }

    /// Templates of a business account, from the first or from where the page before ended. An account may ask 200
    /// times an hour (providers.md B3).
    pub async fn templates(&self, token: &str, waba: &str, after: Option<&str>) -> Result<TemplatePage, AskError> {
        let mut url = self.url(&[waba, "message_templates"])?;
        url.query_pairs_mut().append_pair("fields", TEMPLATE_FIELDS).append_pair("limit", TEMPLATES_PAGE);
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let page: wire::Page = self.ask(url, "templates", token, TEMPLATES_ANSWER).await?;
        let templates = page.data.iter().filter_map(templates::found).collect();
        Ok(TemplatePage { templates, next: page.paging.next(after) })
    }

    /// What Meta tells about a number: a good test of its id and token.
    pub async fn number(&self, token: &str, phone_number_id: &str) -> Result<NumberInfo, AskError> {
        let mut url = self.url(&[phone_number_id])?;
        url.query_pairs_mut().append_pair("fields", NUMBER_FIELDS);
        let body: wire::NumberBody = self.ask(url, "number", token, http::ANSWER).await?;
        Ok(body.into())
    }

    /// The bytes of what a customer sent, at most `limit`; Meta keeps them for 7 days. They are fetched with the token
    /// from the address that Meta names, if that is Graph's own or `https` on one of `whatsapp.media_hosts`.
    pub async fn media(&self, token: &str, media_id: &str, limit: usize) -> Result<Fetched, AskError> {
        let found: wire::MediaBody = self.ask(self.url(&[media_id])?, "media", token, http::ANSWER).await?;
        if found.file_size().is_some_and(|size| size > limit as u64) {
            return Err(AskError::TooLarge(limit));
        }
        let url = self.allowed(&found.url)?;
        let call = authorised(self.client.get(url), token).timeout(http::MEDIA_CALL);
        let answer = http::send(call, (WHATSAPP, "content")).await.map_err(|error| http::later(&error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(answers::ask_error(status, &http::read(answer, http::ANSWER).await.unwrap_or_default()));
        }
        let fetched = http::fetched(answer, limit).await?;
        Ok(Fetched { mime: found.mime_type.or(fetched.mime), ..fetched })
    }

    /// The token must not travel to a server that is not Meta's, whatever an answer names.
    fn allowed(&self, text: &str) -> Result<Url, AskError> {
        let refused = || AskError::Refused("its address is not on a host of whatsapp.media_hosts".into());
        let url = Url::parse(text).map_err(|_| refused())?;
        let is_below = |host: &str, base: &String| {
            host.strip_suffix(base.as_str()).is_some_and(|left| left.is_empty() || left.ends_with('.'))
        };
        let is_metas = |host: &str| self.at.media_hosts.iter().any(|base| is_below(host, base));
        let is_https = url.scheme() == "https" && url.host_str().is_some_and(is_metas);
        if is_https || url.origin() == self.at.graph.origin() { Ok(url) } else { Err(refused()) }
    }

    fn url(&self, parts: &[&str]) -> Result<Url, AskError> {
        // A part that is empty, or that means another folder, would change which call it is.
        if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(AskError::NotFound);
        }
        below(&self.at.graph, parts)
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        url: Url,
        endpoint: &'static str,
        token: &str,
        limit: usize,
    ) -> Result<T, AskError> {
        let call: RequestBuilder = authorised(self.client.get(url), token).timeout(self.at.timeout);
        http::ask(call, (WHATSAPP, endpoint), limit, answers::ask_error).await
    }
}

#[cfg(test)]
#[path = "client_test.rs"]
mod tests;
