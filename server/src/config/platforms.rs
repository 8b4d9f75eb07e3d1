//! Settings of the platforms: where their calls go, how fast, and for how long.

use serde::{Deserialize, Serialize};

use super::{ConfigError, base};
use crate::platforms::{
    line::{MULTICAST_LIMIT, PUSH_LIMIT},
    whatsapp::HIGHEST_RATE,
};

/// LINE's Messaging API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Line {
    /// Where calls go.
    pub api_base: String,
    /// Where pictures and films are fetched from.
    pub data_base: String,
    /// Push calls per second and channel; LINE allows 2,000 (providers.md A3).
    pub rate: u32,
    /// Multicast calls per second and channel, each to as many as 500; LINE allows 200 (providers.md A1).
    pub multicast_rate: u32,
    /// Calls in flight at once, per channel.
    pub in_flight: usize,
    /// Milliseconds until a call is given up; well below the engine's lease.
    pub timeout_ms: u64,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            api_base: "https://api.line.me".into(),
            data_base: "https://api-data.line.me".into(),
            rate: 1_900,
            multicast_rate: 180,
            in_flight: 256,
            timeout_ms: 15_000,
        }
    }
}

impl Line {
    pub(super) fn check(&mut self) -> Result<(), ConfigError> {
        self.api_base = base("line.api_base", &self.api_base)?;
        self.data_base = base("line.data_base", &self.data_base)?;
        if self.rate > PUSH_LIMIT {
            return Err(ConfigError::of("line.rate", "LINE takes at most 2000 pushes a second; 1900 leaves room"));
        }
        if self.multicast_rate > MULTICAST_LIMIT {
            let problem = "LINE takes at most 200 multicasts a second; 180 leaves room";
            return Err(ConfigError::of("line.multicast_rate", problem));
        }
        Ok(())
    }
}

/// The WhatsApp Business Cloud API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Whatsapp {
    /// Where calls go.
    pub api_base: String,
    /// The version of the Graph API, such as `v25.0`; Meta ends each about two years after it came (providers.md B).
    pub version: String,
    /// Hosts, and all below them, that what customers sent is fetched from by `https` with the number's token.
    /// `api_base` itself is always one.
    pub media_hosts: Vec<String>,
    /// Messages per second and number. Meta allows 80, those that come in counted too, and 1,000 for a number that it
    /// upgraded (providers.md B4).
    pub rate: u32,
    /// Calls in flight at once, per number.
    pub in_flight: usize,
    /// Milliseconds until a call is given up; well below the engine's lease.
    pub timeout_ms: u64,
}

impl Default for Whatsapp {
    fn default() -> Self {
        Self {
            api_base: "https://graph.facebook.com".into(),
            version: "v25.0".into(),
            media_hosts: ["fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"].map(Into::into).into(),
            rate: 70,
            in_flight: 128,
            timeout_ms: 15_000,
        }
    }
}

impl Whatsapp {
    pub(super) fn check(&mut self) -> Result<(), ConfigError> {
        self.api_base = base("whatsapp.api_base", &self.api_base)?;
        if !is_version(&self.version) {
            return Err(ConfigError::of("whatsapp.version", "must be a version of the Graph API, such as v25.0"));
        }
        let is_host = |host: &String| {
            host.contains('.') && host.split('.').all(|label| !label.is_empty() && label.chars().all(is_label))
        };
        if !self.media_hosts.iter().all(is_host) {
            return Err(ConfigError::of("whatsapp.media_hosts", "must be names of hosts, such as fbsbx.com"));
        }
        if self.rate > HIGHEST_RATE {
            let problem =
                "Meta takes at most 1000 messages a second of an upgraded number, 80 of others; 70 leaves room";
            return Err(ConfigError::of("whatsapp.rate", problem));
        }
        Ok(())
    }
}

fn is_label(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// `v`, a number, a dot, a number.
fn is_version(text: &str) -> bool {
    let is_number = |digits: &str| (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = text.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
    numbers.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}
