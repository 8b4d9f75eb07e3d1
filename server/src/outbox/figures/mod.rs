//! Figures of the engine: how much waits on each channel and for how long, and how fast it may go.

mod store;
#[cfg(test)]
mod store_test;

use shared::id::ChannelId;

use crate::db::{self, Tx};

/// What waits on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Which.
    pub channel: ChannelId,
    /// Recipients that are not settled, those that are held included.
    pub depth: i64,
    /// Since when (UTC ms) the oldest of those waits that may be sent and that no server has taken.
    pub due_since: Option<i64>,
}

/// A channel's pace on one endpoint, in calls a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Which.
    pub channel: ChannelId,
    /// Of its platform.
    pub endpoint: String,
    /// As configured.
    pub full: i64,
    /// As the platform lets it go now.
    pub now: i64,
}

/// All queues and rates of this moment (UTC ms), of all teams.
pub fn figures(tx: &mut Tx<'_>, now: i64) -> db::Result<(Vec<Queue>, Vec<Rate>)> {
    let rates = store::budgets(tx)?.into_iter().map(|(channel, endpoint, budget)| Rate {
        channel,
        endpoint,
        full: budget.rate,
        now: budget.rate_at(now),
    });
    let rates = rates.collect();
    Ok((store::queues(tx, now)?, rates))
}
