//! SQL of the pace of channels.

use shared::id::ChannelId;

use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

/// A channel's pace on one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Calls a second, as configured.
    pub(crate) rate: i64,
    /// Calls a second, as the platform let us when it was last slowed; the full pace where it is not slowed.
    pub(crate) rate_now: i64,
    /// The first moment not given away (UTC µs).
    pub(crate) next_at: i64,
    /// When it was last slowed (UTC ms), until the pace is the full one again.
    pub(crate) slowed_at: Option<i64>,
}

impl FromRow for Budget {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            rate: row.get("rate")?,
            rate_now: row.get("rate_now")?,
            next_at: row.get("next_at")?,
            slowed_at: row.get("slowed_at")?,
        })
    }
}

/// A budget, with its endpoint.
struct Named(String, Budget);

impl FromRow for Named {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.get("endpoint")?, Budget::from_row(row)?))
    }
}

/// The budget of a channel's endpoint, locked until the end of the transaction so that servers share it.
pub(crate) fn budget(tx: &mut Tx<'_>, channel: ChannelId, endpoint: &str) -> Result<Option<Budget>> {
    tx.opt(
        Sql::pair(
            "SELECT rate, rate_now, next_at, slowed_at FROM channel_budget WHERE channel_id = $1 AND endpoint = $2",
            "SELECT rate, rate_now, next_at, slowed_at FROM channel_budget WHERE channel_id = $1 AND endpoint = $2 FOR UPDATE",
        ),
        params![channel, endpoint],
    )
}

/// The budgets of a channel by their endpoints, as they are without waiting for anybody.
pub(crate) fn budgets(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Vec<(String, Budget)>> {
    let found: Vec<Named> = tx.all(
        "SELECT endpoint, rate, rate_now, next_at, slowed_at FROM channel_budget WHERE channel_id = $1 ORDER BY endpoint",
        params![channel],
    )?;
    Ok(found.into_iter().map(|Named(endpoint, budget)| (endpoint, budget)).collect())
}

pub(crate) fn set_budget(tx: &mut Tx<'_>, channel: ChannelId, endpoint: &str, budget: &Budget) -> Result<()> {
    tx.execute(
        "UPDATE channel_budget SET rate_now = $3, next_at = $4, slowed_at = $5 WHERE channel_id = $1 AND endpoint = $2",
        params![channel, endpoint, budget.rate_now, budget.next_at, budget.slowed_at],
    )
    .map(drop)
}
