//! Settings of running it: what is kept for how long, and when a server is not ready.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// What is kept for how long, in days.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Bodies of webhooks. At least 8: the platforms repeat them for a week.
    pub webhook_days: u32,
    /// Recipients of group sends after their end. At least 365 (domain.md 11.17).
    pub group_send_days: u32,
    /// Recipients of broadcasts after their end. At least 730 (domain.md 11.17).
    pub broadcast_days: u32,
    /// Who did what. At least 90.
    pub audit_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { webhook_days: 30, group_send_days: 400, broadcast_days: 730, audit_days: 730 }
    }
}

impl Retention {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let least = [
            ("retention.webhook_days", self.webhook_days, 8),
            ("retention.group_send_days", self.group_send_days, 365),
            ("retention.broadcast_days", self.broadcast_days, 730),
            ("retention.audit_days", self.audit_days, 90),
        ];
        match least.into_iter().find(|(_, days, least)| days < least) {
            Some((key, _, least)) => Err(ConfigError::of(key, format!("must be at least {least} days"))),
            None => Ok(()),
        }
    }
}

/// When a server says that it is not ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Health {
    /// Milliseconds that work of the engine or of webhooks may wait without going on. At least 5,000, and three times
    /// `engine.poll_ms`: that often they show that they live.
    pub stuck_ms: u64,
}

impl Health {
    pub(super) fn check(&self, poll_ms: u64) -> Result<(), ConfigError> {
        if self.stuck_ms < poll_ms.saturating_mul(3).max(5_000) {
            let problem = "must be at least 5000, and three times engine.poll_ms";
            return Err(ConfigError::of("health.stuck_ms", problem));
        }
        Ok(())
    }
}

impl Default for Health {
    fn default() -> Self {
        Self { stuck_ms: 30_000 }
    }
}
