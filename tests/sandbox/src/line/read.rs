//! Everything that is not sending: quota, profile, content, the webhook's address (providers.md A1).

use std::sync::atomic::Ordering;

use axum::{
    Json,
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    LineWorld,
    api::{Call, Refusal},
    check::{At, Report},
    customer::UserId,
    endpoint::Endpoint,
    send::usage,
};
use crate::{chance, clock, ledger::Fate, sync::lock};

const MOST_URL: usize = 500;

impl LineWorld {
    pub(super) async fn look_up(&self, call: &Call<'_>) -> Result<Response, Refusal> {
        let now_ms = self.0.common.clock.now_ms();
        let channel = &call.channel;
        let settings = channel.settings();
        let answer = match call.endpoint {
            Endpoint::Quota => match settings.spec.monthly_limit {
                Some(value) => json!({ "type": "limited", "value": value }),
                None => json!({ "type": "none" }),
            },
            Endpoint::Consumption => json!({ "totalUsage": usage(&channel.usage, now_ms).used }),
            Endpoint::SentCount => return sent_count(call, now_ms),
            Endpoint::Units => {
                let usage = usage(&channel.usage, now_ms);
                if call.rest.ends_with("info") {
                    json!({ "numOfCustomAggregationUnits": usage.units.len() })
                } else {
                    json!({ "customAggregationUnits": usage.units.iter().take(100).collect::<Vec<_>>() })
                }
            }
            Endpoint::BotInfo => json!({
                "userId": settings.bot.to_string(),
                "basicId": format!("@{:.8}", format!("{:032x}", settings.bot.0)),
                "displayName": settings.spec.name,
                "chatMode": "chat",
                "markAsReadMode": "manual",
            }),
            Endpoint::Profile => {
                let customer = UserId::parse(call.rest)
                    .and_then(|id| channel.customer(id))
                    .filter(|customer| customer.fate(now_ms, true) == Fate::Delivered)
                    .ok_or_else(Refusal::not_found)?;
                let mut profile = json!({ "userId": customer.user.as_ref(), "displayName": customer.name });
                if let Some(language) = &customer.language {
                    profile["language"] = json!(language);
                }
                profile
            }
            Endpoint::Content => return content(call),
            Endpoint::WebhookAddress if call.method == Method::PUT => self.set_webhook(call)?,
            Endpoint::WebhookAddress => {
                let url = settings.spec.webhook_url.as_deref().ok_or_else(Refusal::not_found)?;
                json!({ "endpoint": url, "active": true })
            }
            Endpoint::WebhookTest => self.test_webhook(call, now_ms).await?,
            Endpoint::MarkAsRead => self.mark_as_read(call)?,
            Endpoint::Push | Endpoint::Multicast | Endpoint::Reply | Endpoint::Validate => {
                return Err(Refusal::not_found());
            }
        };
        Ok(Json(answer).into_response())
    }

    fn set_webhook(&self, call: &Call<'_>) -> Result<Value, Refusal> {
        let url = url_of(call)?.ok_or_else(|| missing("endpoint"))?;
        self.change_channel(&call.channel.name, |spec| spec.webhook_url = Some(url))
            .map_err(|_| Refusal::not_found())?;
        Ok(json!({}))
    }

    async fn test_webhook(&self, call: &Call<'_>, now_ms: i64) -> Result<Value, Refusal> {
        let url = url_of(call)?.or_else(|| call.channel.settings().spec.webhook_url.clone());
        let url = url.ok_or_else(Refusal::not_found)?;
        let posted = self.post(&call.channel, &url, &[]).await;
        Ok(json!({
            "success": posted.is_ok(),
            "timestamp": clock::text(now_ms),
            "statusCode": posted.status.unwrap_or(0),
            "reason": posted.reason,
            "detail": posted.status.map_or_else(|| posted.reason.to_owned(), |status| status.to_string()),
        }))
    }

    fn mark_as_read(&self, call: &Call<'_>) -> Result<Value, Refusal> {
        let token = call.body["markAsReadToken"].as_str().unwrap_or_default();
        let (user, message) = self.open_read_token(&call.channel.name, token).ok_or_else(|| {
            Refusal::bad(
                "invalid_read_token",
                "The property, markAsReadToken, in the request body is invalid (line: -, column: -)",
            )
        })?;
        let customer = call.channel.customer(user).ok_or_else(Refusal::not_found)?;
        customer.read_up_to.fetch_max(message, Ordering::Relaxed);
        Ok(json!({}))
    }

    /// A `markAsReadToken`: it never expires, so it carries all that is needed, with a check of this channel.
    pub(super) fn read_token(&self, channel: &str, user: UserId, message: u64) -> String {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend(user.0.to_be_bytes());
        bytes.extend(message.to_be_bytes());
        bytes.extend(self.read_check(channel, user, message).to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open_read_token(&self, channel: &str, token: &str) -> Option<(UserId, u64)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == 32)?;
        let user = UserId(u128::from_be_bytes(bytes[..16].try_into().ok()?));
        let message = u64::from_be_bytes(bytes[16..24].try_into().ok()?);
        let check = u64::from_be_bytes(bytes[24..].try_into().ok()?);
        (check == self.read_check(channel, user, message)).then_some((user, message))
    }

    fn read_check(&self, channel: &str, user: UserId, message: u64) -> u64 {
        let number = self.number(&["read", channel, &user.to_string()]);
        let (high, low) = (u64::try_from(number >> 64).unwrap_or(0), u64::try_from(number & u128::from(u64::MAX)));
        high ^ low.unwrap_or(0) ^ chance::mix(message)
    }
}

fn sent_count(call: &Call<'_>, now_ms: i64) -> Result<Response, Refusal> {
    let date = call.query.split('&').find_map(|pair| pair.strip_prefix("date=")).unwrap_or_default();
    let day: u32 = (date.len() == 8).then(|| date.parse().ok()).flatten().ok_or_else(|| {
        Refusal::bad("invalid_date", "The value for the 'date' parameter is invalid; it must be yyyyMMdd")
    })?;
    if day >= clock::day(now_ms) {
        return Ok(Json(json!({ "status": "unready" })).into_response());
    }
    let kind = ["push", "multicast", "reply"].into_iter().find(|kind| *kind == call.rest).unwrap_or_default();
    let success = usage(&call.channel.usage, now_ms).days.get(&(day, kind)).copied().unwrap_or(0);
    Ok(Json(json!({ "status": "ready", "success": success })).into_response())
}

fn missing(field: &str) -> Refusal {
    let mut report = Report::new(false);
    report.add(&At::root(field), "May not be empty");
    Refusal::body(report.details)
}

/// The property `endpoint`. LINE wants https; the sandbox's callers are on loopback, so http is taken as well.
fn url_of(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    let Some(value) = call.body.get("endpoint") else {
        return Ok(None);
    };
    let url = value.as_str().unwrap_or_default();
    let mut report = Report::new(true);
    if url.len() > MOST_URL {
        report.add(&At::root("endpoint"), format!("Length must be between 0 and {MOST_URL}"));
    } else if !reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        report.add(&At::root("endpoint"), "Must be a valid HTTPS URL");
    }
    if report.details.is_empty() { Ok(Some(url.to_owned())) } else { Err(Refusal::body(report.details)) }
}

/// `{id}/content`, `{id}/content/preview` and `{id}/content/transcoding`.
fn content(call: &Call<'_>) -> Result<Response, Refusal> {
    let (id, what) = call.rest.split_once('/').unwrap_or_default();
    let mut contents = lock(&call.channel.contents);
    let content = id.parse().ok().and_then(|id: u64| contents.get_mut(&id)).ok_or_else(Refusal::not_found)?;
    if content.gone {
        return Err(Refusal::new(StatusCode::GONE, "gone", "The message has been unsent"));
    }
    if what == "content/transcoding" {
        let status = if content.preparing > 0 { "processing" } else { "succeeded" };
        content.preparing = content.preparing.saturating_sub(1);
        return Ok(Json(json!({ "status": status })).into_response());
    }
    if content.preparing > 0 {
        content.preparing -= 1;
        return Ok((StatusCode::ACCEPTED, Json(json!({}))).into_response());
    }
    let (mime, bytes) = match what {
        "content/preview" if content.preview.is_empty() => return Err(Refusal::not_found()),
        "content/preview" => ("image/png", content.preview.clone()),
        _ => (content.mime.as_str(), content.bytes.clone()),
    };
    Ok(([(header::CONTENT_TYPE, mime)], bytes).into_response())
}
