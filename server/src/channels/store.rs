//! SQL of channels.

use shared::{
    contacts::ChannelRef,
    id::{ChannelId, StoreId, TeamId},
    limits::Platform,
    reasons::Reason,
};

use crate::{
    db::{FromRow, Query, Result, Row, Sql, Tx},
    params, row,
};

/// A LINE channel to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewChannel {
    pub(super) team: TeamId,
    pub(super) id: ChannelId,
    pub(super) name: String,
    pub(super) platform_id: String,
    /// Sealed.
    pub(super) secret: Vec<u8>,
    /// Sealed.
    pub(super) access_token: Vec<u8>,
    pub(super) at: i64,
}

/// The pace of one endpoint of a channel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewBudget {
    pub(super) endpoint: &'static str,
    /// Requests a second.
    pub(super) rate: i64,
    /// UTC microseconds.
    pub(super) next_at: i64,
}

/// A channel's sealed secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) team: TeamId,
    pub(super) platform_id: String,
    pub(super) secret: Vec<u8>,
    pub(super) access_token: Vec<u8>,
}

/// The state of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: Platform,
    /// Why it may not send now.
    pub paused: Option<Reason>,
    /// Its monthly quota, as last known; WhatsApp has none.
    pub quota: Option<Quota>,
}

/// A monthly quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Messages a month; none where the plan has no limit.
    pub limit: Option<i64>,
    /// Used this month, approximately.
    pub used: i64,
    /// When LINE said so, in UTC milliseconds.
    pub at: i64,
}

impl Quota {
    /// What is left; none where there is no limit.
    pub fn left(self) -> Option<i64> {
        self.limit.map(|limit| (limit - self.used).max(0))
    }
}

impl FromRow for Sealed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            platform_id: row.get("platform_id")?,
            secret: row.get("secret")?,
            access_token: row.get("access_token")?,
        })
    }
}

impl FromRow for Channel {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let platform: Platform = row.get("platform")?;
        let at: Option<i64> = row.get("quota_at")?;
        let (limit, used) = (row.get("quota_limit")?, row.get::<Option<i64>>("quota_used")?);
        // What WhatsApp limits is people in a moving day: `people_limit`.
        let at = at.filter(|_| platform == Platform::Line);
        Ok(Self {
            name: row.get("name")?,
            platform,
            paused: row.get("paused_reason")?,
            quota: at.map(|at| Quota { limit, used: used.unwrap_or_default(), at }),
        })
    }
}

/// Writes a LINE channel with its paces and its stores.
pub(super) fn insert(tx: &mut Tx<'_>, channel: &NewChannel, budgets: &[NewBudget], stores: &[StoreId]) -> Result<()> {
    tx.execute(
        "INSERT INTO channel (team_id, id, platform, name, platform_id, secret, access_token, state, created_at)
         VALUES ($1, $2, 'line', $3, $4, $5, $6, 'ready', $7)",
        params![
            channel.team,
            channel.id,
            &channel.name,
            &channel.platform_id,
            &channel.secret,
            &channel.access_token,
            channel.at
        ],
    )?;
    equip(tx, channel.team, channel.id, budgets, stores)
}

/// Gives a new channel its paces and its stores.
pub(super) fn equip(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    budgets: &[NewBudget],
    stores: &[StoreId],
) -> Result<()> {
    for budget in budgets {
        tx.execute(
            "INSERT INTO channel_budget (team_id, channel_id, endpoint, rate, rate_now, next_at)
             VALUES ($1, $2, $3, $4, $4, $5)",
            params![team, channel, budget.endpoint, budget.rate, budget.next_at],
        )?;
    }
    let rows: Vec<_> = stores.iter().map(|store| row![store]).collect();
    tx.many(
        Sql::pair(
            "INSERT INTO channel_store (team_id, channel_id, store_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            "INSERT INTO channel_store (team_id, channel_id, store_id)
             SELECT $1, $2, s.store FROM unnest($3::text[]) AS s (store) ON CONFLICT DO NOTHING",
        ),
        params![team, channel],
        &rows,
    )?;
    Ok(())
}

/// The secrets of a LINE channel by its id alone: a webhook names nothing else.
pub(super) fn sealed(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<Sealed>> {
    tx.opt(
        "SELECT team_id, platform_id, secret, access_token FROM channel
         WHERE id = $1 AND platform = 'line' AND deleted_at IS NULL AND secret IS NOT NULL
             AND access_token IS NOT NULL",
        params![channel],
    )
}

/// Replaces both secrets.
pub(super) fn set_secrets(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    secret: &[u8],
    token: &[u8],
) -> Result<()> {
    tx.execute(
        "UPDATE channel SET secret = $3, access_token = $4 WHERE team_id = $1 AND id = $2",
        params![team, channel, secret, token],
    )?;
    Ok(())
}

/// A channel of the team.
pub(super) fn find(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<Option<Channel>> {
    tx.opt(
        "SELECT name, platform, paused_reason, quota_limit, quota_used, quota_at FROM channel
         WHERE team_id = $1 AND id = $2 AND deleted_at IS NULL",
        params![team, channel],
    )
}

/// Channels by name: all of the team, or those of these stores.
pub(super) fn list(tx: &mut Tx<'_>, team: TeamId, stores: Option<&[StoreId]>) -> Result<Vec<ChannelRef>> {
    let mut query = Query::new(
        "SELECT c.id, c.name, c.platform FROM channel c WHERE c.team_id = $# AND c.deleted_at IS NULL",
        params![team],
    );
    if let Some(stores) = stores {
        let stores: Vec<String> = stores.iter().map(ToString::to_string).collect();
        query.push(
            Sql::pair(
                "AND EXISTS (SELECT 1 FROM channel_store s WHERE s.team_id = c.team_id AND s.channel_id = c.id
                 AND s.store_id IN (SELECT value FROM json_each($#)))",
                "AND EXISTS (SELECT 1 FROM channel_store s WHERE s.team_id = c.team_id AND s.channel_id = c.id
                 AND s.store_id = ANY($#))",
            ),
            params![stores],
        );
    }
    query.push("ORDER BY c.name, c.id", params![]);
    let rows: Vec<(ChannelId, String, Platform)> = tx.all_query(&query)?;
    Ok(rows.into_iter().map(|(id, name, platform)| ChannelRef { id, name, platform }).collect())
}

/// Pauses a channel that is not; returns whether it was ready.
pub(super) fn pause(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, reason: Reason, at: i64) -> Result<bool> {
    let paused = tx.execute(
        "UPDATE channel SET state = 'paused', paused_reason = $3, paused_at = $4
         WHERE team_id = $1 AND id = $2 AND state = 'ready'",
        params![team, channel, reason, at],
    )?;
    Ok(paused > 0)
}

/// Ends a pause; returns whether there was one.
pub(super) fn resume(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<bool> {
    let resumed = tx.execute(
        "UPDATE channel SET state = 'ready', paused_reason = NULL, paused_at = NULL
         WHERE team_id = $1 AND id = $2 AND state = 'paused'",
        params![team, channel],
    )?;
    Ok(resumed > 0)
}

/// Channels of all teams that are paused for this reason: for the server's own look after them.
pub(super) fn paused(tx: &mut Tx<'_>, platform: Platform, reason: Reason) -> Result<Vec<(TeamId, ChannelId)>> {
    tx.all(
        "SELECT team_id, id FROM channel
         WHERE platform = $1 AND state = 'paused' AND paused_reason = $2 AND deleted_at IS NULL ORDER BY id",
        params![platform, reason],
    )
}

/// Keeps what LINE said of the quota.
pub(super) fn set_quota(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, quota: Quota) -> Result<()> {
    tx.execute(
        "UPDATE channel SET quota_limit = $3, quota_used = $4, quota_at = $5 WHERE team_id = $1 AND id = $2",
        params![team, channel, quota.limit, quota.used, quota.at],
    )?;
    Ok(())
}

/// Moves the time of the last webhook forward, unless it is at or after `not_after` already.
pub(super) fn webhook_seen(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, at: i64, not_after: i64) -> Result<()> {
    tx.execute(
        "UPDATE channel SET webhook_at = $3 WHERE team_id = $1 AND id = $2 AND (webhook_at IS NULL OR webhook_at < $4)",
        params![team, channel, at, not_after],
    )?;
    Ok(())
}
