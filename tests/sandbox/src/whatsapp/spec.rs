//! What apps, business accounts and numbers are made of; also the bodies of the control API.

use serde::{Deserialize, Serialize};

use crate::delivery::Redelivery;

/// An app at Meta, which webhooks are sent for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSpec {
    /// Unique name, used in the control API.
    pub name: String,
    /// Signs the webhooks.
    pub secret: String,
    /// `hub.verify_token` of the verification.
    pub verify_token: String,
    /// Where webhooks go; none are sent while it is left out.
    #[serde(default)]
    pub webhook_url: Option<String>,
    /// How often a failed webhook is sent again.
    #[serde(default = "redelivery")]
    pub redelivery: Redelivery,
}

/// Meta goes on for 7 days with growing pauses (providers.md B5); here they grow to 17 minutes.
const fn redelivery() -> Redelivery {
    Redelivery { tries: 10, after_ms: 1000 }
}

impl AppSpec {
    /// An app without a webhook.
    pub fn new(name: &str, secret: &str, verify_token: &str) -> Self {
        Self {
            name: name.to_owned(),
            secret: secret.to_owned(),
            verify_token: verify_token.to_owned(),
            webhook_url: None,
            redelivery: redelivery(),
        }
    }

    /// Sends webhooks there.
    #[must_use]
    pub fn with_webhook(mut self, url: &str) -> Self {
        self.webhook_url = Some(url.to_owned());
        self
    }
}

/// A WhatsApp business account (WABA): owns numbers and templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WabaSpec {
    /// Its id, digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The app that gets its webhooks.
    pub app: String,
    /// The system user's access token; several accounts may share one.
    pub token: String,
    /// The business portfolio, whose accounts share customers and messaging limit; its own id if left out.
    #[serde(default)]
    pub portfolio: Option<String>,
    /// `whatsapp_business_manager_messaging_limit` as told: `TIER_250`, `TIER_2K` … `TIER_UNLIMITED`. It is counted
    /// (see `people_24h` of the statistics) and not enforced: Meta documents no code for it (providers.md B4).
    #[serde(default = "tier")]
    pub messaging_limit: String,
    /// Calls per hour of the template list; `null` is no limit (providers.md B3: 5,000 for an active account).
    #[serde(default = "template_calls")]
    pub template_calls_per_hour: Option<usize>,
}

fn tier() -> String {
    "TIER_2K".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "a default of serde has the field's type")]
const fn template_calls() -> Option<usize> {
    Some(5000)
}

impl WabaSpec {
    /// An account with the documented limits, in a portfolio of its own.
    pub fn new(id: &str, name: &str, app: &str, token: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            app: app.to_owned(),
            token: token.to_owned(),
            portfolio: None,
            messaging_limit: tier(),
            template_calls_per_hour: template_calls(),
        }
    }

    /// The name of its portfolio.
    pub(crate) fn portfolio(&self) -> &str {
        self.portfolio.as_deref().unwrap_or(&self.id)
    }
}

/// A business phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberSpec {
    /// Unique name, used in the control API and in the ledger.
    pub name: String,
    /// The phone number id, digits.
    pub id: String,
    /// The id of its business account.
    pub waba: String,
    /// The number itself, with `+`.
    pub phone: String,
    /// `verified_name`, shown to customers; the name if left out.
    #[serde(default)]
    pub verified_name: Option<String>,
    /// `quality_rating`: `GREEN`, `YELLOW`, `RED` or `NA`.
    #[serde(default = "green")]
    pub quality_rating: String,
    /// Messages per second, in and out together; `null` is no limit (providers.md B4).
    #[serde(default = "throughput")]
    pub throughput: Option<usize>,
    /// Messages to one person; `null` is no limit.
    #[serde(default = "pair_rate")]
    pub pair_rate: Option<PairRate>,
    /// What becomes of free-form messages outside the 24-hour window.
    #[serde(default)]
    pub window: WindowRule,
    /// What becomes of messages to people who blocked the number.
    #[serde(default)]
    pub blocked: BlockRule,
    /// How it is told what became of a message.
    #[serde(default)]
    pub statuses: StatusPlan,
}

fn green() -> String {
    "GREEN".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "a default of serde has the field's type")]
const fn throughput() -> Option<usize> {
    Some(80)
}

#[expect(clippy::unnecessary_wraps, reason = "a default of serde has the field's type")]
const fn pair_rate() -> Option<PairRate> {
    Some(PairRate { every_ms: 6000, burst: 45 })
}

impl NumberSpec {
    /// A number with the documented limits.
    pub fn new(name: &str, id: &str, waba: &str, phone: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: id.to_owned(),
            waba: waba.to_owned(),
            phone: phone.to_owned(),
            verified_name: None,
            quality_rating: green(),
            throughput: throughput(),
            pair_rate: pair_rate(),
            window: WindowRule::default(),
            blocked: BlockRule::default(),
            statuses: StatusPlan::default(),
        }
    }

    /// The number's digits.
    pub(crate) fn digits(&self) -> String {
        digits(&self.phone)
    }

    /// What customers see of it.
    pub(crate) fn shown_name(&self) -> &str {
        self.verified_name.as_deref().unwrap_or(&self.name)
    }
}

/// The digits of a phone number, which are its `wa_id`.
pub(crate) fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// How many messages one number may send to one person (providers.md B4): one in a while, and a burst on credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairRate {
    /// Milliseconds that one message costs.
    pub every_ms: u64,
    /// As many may go out at once, on credit.
    pub burst: u32,
}

/// What becomes of free-form messages to people who did not write within 24 hours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowRule {
    /// Accepted, then a `failed` status with 131047, as Meta does.
    #[default]
    ByWebhook,
    /// Refused at once with 131047.
    AtOnce,
    /// There is no window.
    Open,
}

/// What becomes of messages to people who blocked the number; vendors report the first (providers.md D).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockRule {
    /// A `failed` status with 131026.
    #[default]
    Failed,
    /// `sent`, and nothing more.
    Silent,
}

/// Which statuses are told of a message, in milliseconds after it was accepted; `null` never tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusPlan {
    /// `sent`.
    pub sent_ms: Option<u64>,
    /// `delivered`. Less than `sent_ms` lets it overtake.
    pub delivered_ms: Option<u64>,
    /// `read`, of people who have read receipts on.
    pub read_ms: Option<u64>,
    /// `failed` with this code: the message does not arrive.
    pub failed: Option<i64>,
    /// When `failed` is told.
    pub failed_ms: u64,
    /// Every webhook is sent twice.
    pub twice: bool,
    /// What has no delay is told before the call itself is answered.
    pub early: bool,
    /// Kept until [`super::WhatsappWorld::release`].
    pub held: bool,
}

impl Default for StatusPlan {
    fn default() -> Self {
        Self {
            sent_ms: Some(0),
            delivered_ms: Some(50),
            read_ms: None,
            failed: None,
            failed_ms: 0,
            twice: false,
            early: false,
            held: false,
        }
    }
}

impl StatusPlan {
    /// Nothing is ever told.
    pub const NEVER: Self = Self {
        sent_ms: None,
        delivered_ms: None,
        read_ms: None,
        failed: None,
        failed_ms: 0,
        twice: false,
        early: false,
        held: false,
    };

    /// Only `failed` with this code, at once.
    pub const fn failed(code: i64) -> Self {
        Self { failed: Some(code), ..Self::NEVER }
    }

    /// The same way of telling that the message failed with this code.
    pub(crate) const fn failing(self, code: i64) -> Self {
        Self { sent_ms: None, delivered_ms: None, read_ms: None, failed: Some(code), ..self }
    }

    /// The same way of telling that the message was sent, and nothing more.
    pub(crate) const fn only_sent(self) -> Self {
        Self { delivered_ms: None, read_ms: None, failed: None, ..self }
    }
}

/// The country code at the beginning of a phone number's digits: those of one and of three digits that matter here,
/// else two digits.
pub(crate) fn country_code(digits: &str) -> &str {
    const THREE: [&str; 4] = ["852", "853", "855", "886"];
    let length = match digits.get(..3) {
        _ if digits.starts_with(['1', '7']) => 1,
        Some(first) if THREE.contains(&first) => 3,
        _ => 2,
    };
    digits.get(..length).unwrap_or(digits)
}

/// The country of a phone number, as business-scoped user ids begin.
pub(crate) fn country(digits: &str) -> &'static str {
    match country_code(digits) {
        "1" => "US",
        "852" => "HK",
        "853" => "MO",
        "65" => "SG",
        "81" => "JP",
        _ => "TW",
    }
}
