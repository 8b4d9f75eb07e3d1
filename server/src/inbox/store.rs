//! SQL of the inbox.

use shared::{
    id::{ChannelId, TeamId},
    limits::Platform,
};

use super::Backlog;
use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params, row,
};

/// An event to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewEvent {
    /// The account's team.
    pub(super) team: TeamId,
    /// The account it came by.
    pub(super) channel: ChannelId,
    /// The platform's id of it.
    pub(super) key: String,
    /// UUIDv7: the order of arrival.
    pub(super) id: String,
    /// As it came, JSON.
    pub(super) body: String,
    /// The platform's time, UTC milliseconds.
    pub(super) at: i64,
}

/// An event that waits to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) team: TeamId,
    pub(super) channel: ChannelId,
    pub(super) platform: Platform,
    pub(super) key: String,
    pub(super) body: String,
    pub(super) at: i64,
    pub(super) received_at: i64,
    /// Times it could not be applied.
    pub(super) tries: i64,
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            channel: row.get("channel_id")?,
            platform: row.get("platform")?,
            key: row.get("event_key")?,
            body: row.get::<Option<String>>("body")?.unwrap_or_default(),
            at: row.get("event_at")?,
            received_at: row.get("received_at")?,
            tries: row.get("tries")?,
        })
    }
}

/// Keeps events, each key of a channel once and in order of channel and key; returns how many are new.
pub(super) fn keep(tx: &mut Tx<'_>, events: &[&NewEvent], now: i64) -> Result<u64> {
    let row = |event: &&NewEvent| row![event.team, event.channel, &event.key, &event.id, &event.body, event.at];
    let rows: Vec<_> = events.iter().map(row).collect();
    tx.many(
        Sql::pair(
            "INSERT INTO inbox (received_at, tries, team_id, channel_id, event_key, id, body, event_at)
             VALUES ($1, 0, $2, $3, $4, $5, $6, $7) ON CONFLICT (channel_id, event_key) DO NOTHING",
            "INSERT INTO inbox (received_at, tries, team_id, channel_id, event_key, id, body, event_at)
             SELECT CAST($1 AS BIGINT), 0, e.team_id, e.channel_id, e.event_key, e.id, e.body, e.event_at
             FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
                 AS e (team_id, channel_id, event_key, id, body, event_at)
             ON CONFLICT (channel_id, event_key) DO NOTHING",
        ),
        params![now],
        &rows,
    )
}

/// Takes the events of all teams that wait longest, for the server's own work: no other server gets them before the end
/// of this transaction.
pub(super) fn claim(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<Waiting>> {
    tx.all(
        Sql::pair(
            "SELECT i.team_id, i.channel_id, i.event_key, i.body, i.event_at, i.received_at, i.tries,
             (SELECT c.platform FROM channel c WHERE c.team_id = i.team_id AND c.id = i.channel_id) AS platform
             FROM inbox i WHERE i.processed_at IS NULL ORDER BY i.id LIMIT $1",
            "SELECT i.team_id, i.channel_id, i.event_key, i.body, i.event_at, i.received_at, i.tries,
             (SELECT c.platform FROM channel c WHERE c.team_id = i.team_id AND c.id = i.channel_id) AS platform
             FROM inbox i WHERE i.processed_at IS NULL ORDER BY i.id LIMIT $1 FOR UPDATE SKIP LOCKED",
        ),
        params![limit],
    )
}

/// These are applied.
pub(super) fn done<'k>(
    tx: &mut Tx<'_>,
    keys: impl IntoIterator<Item = (TeamId, ChannelId, &'k str)>,
    at: i64,
) -> Result<()> {
    let rows: Vec<_> = keys.into_iter().map(|(team, channel, key)| row![team, channel, key]).collect();
    tx.many(
        Sql::pair(
            "UPDATE inbox SET processed_at = $1 WHERE team_id = $2 AND channel_id = $3 AND event_key = $4",
            "UPDATE inbox SET processed_at = $1
             FROM unnest($2::text[], $3::text[], $4::text[]) AS k (team_id, channel_id, event_key)
             WHERE inbox.channel_id = k.channel_id AND inbox.event_key = k.event_key AND inbox.team_id = k.team_id",
        ),
        params![at],
        &rows,
    )?;
    Ok(())
}

/// It could not be applied. With `given_up_at` it will not be tried again.
pub(super) fn failed(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    key: &str,
    why: &str,
    given_up_at: Option<i64>,
) -> Result<()> {
    tx.execute(
        "UPDATE inbox SET tries = tries + 1, failed = $4, processed_at = $5
         WHERE team_id = $1 AND channel_id = $2 AND event_key = $3",
        params![team, channel, key, why, given_up_at],
    )?;
    Ok(())
}

/// An event's key, with whose it is.
pub(super) type Key = (TeamId, ChannelId, String);

/// Events of all teams that were received before this time, are applied and still have their body; at most `limit`.
pub(super) fn old(tx: &mut Tx<'_>, before: i64, limit: usize) -> Result<Vec<Key>> {
    tx.all(
        "SELECT team_id, channel_id, event_key FROM inbox
         WHERE body IS NOT NULL AND processed_at IS NOT NULL AND received_at < $1 ORDER BY channel_id, event_key LIMIT $2",
        params![before, limit],
    )
}

/// Forgets the bodies of these events; their keys stay, so that a late repeat is still known.
pub(super) fn forget(tx: &mut Tx<'_>, keys: &[Key]) -> Result<u64> {
    let rows: Vec<_> = keys.iter().map(|(team, channel, key)| row![team, channel, key]).collect();
    tx.many(
        Sql::pair(
            "UPDATE inbox SET body = NULL WHERE team_id = $1 AND channel_id = $2 AND event_key = $3",
            "UPDATE inbox SET body = NULL
             FROM unnest($1::text[], $2::text[], $3::text[]) AS k (team_id, channel_id, event_key)
             WHERE inbox.channel_id = k.channel_id AND inbox.event_key = k.event_key",
        ),
        params![],
        &rows,
    )
}

impl FromRow for Backlog {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { waiting: row.get("waiting")?, oldest: row.get("oldest")? })
    }
}

/// How many events of all teams wait, and since when.
pub(super) fn backlog(tx: &mut Tx<'_>) -> Result<Backlog> {
    tx.one("SELECT COUNT(*) AS waiting, MIN(received_at) AS oldest FROM inbox WHERE processed_at IS NULL", params![])
}

/// Applied events of a team whose body names this; at most `limit`. It reads all of the team's bodies.
pub(super) fn naming(tx: &mut Tx<'_>, team: TeamId, address: &str, limit: usize) -> Result<Vec<Key>> {
    tx.all(
        Sql::pair(
            "SELECT team_id, channel_id, event_key FROM inbox WHERE team_id = $1 AND body IS NOT NULL
             AND processed_at IS NOT NULL AND instr(body, $2) > 0 ORDER BY channel_id, event_key LIMIT $3",
            "SELECT team_id, channel_id, event_key FROM inbox WHERE team_id = $1 AND body IS NOT NULL
             AND processed_at IS NOT NULL AND strpos(body, $2) > 0 ORDER BY channel_id, event_key LIMIT $3",
        ),
        params![team, address, limit],
    )
}

/// Erases the bodies of these events at this time (UTC ms).
pub(super) fn erase(tx: &mut Tx<'_>, keys: &[Key], at: i64) -> Result<u64> {
    let rows: Vec<_> = keys.iter().map(|(team, channel, key)| row![team, channel, key]).collect();
    tx.many(
        Sql::pair(
            "UPDATE inbox SET body = NULL, erased_at = $1 WHERE team_id = $2 AND channel_id = $3 AND event_key = $4",
            "UPDATE inbox SET body = NULL, erased_at = $1
             FROM unnest($2::text[], $3::text[], $4::text[]) AS k (team_id, channel_id, event_key)
             WHERE inbox.channel_id = k.channel_id AND inbox.event_key = k.event_key",
        ),
        params![at],
        &rows,
    )
}

/// Events of all teams that were erased before this time; at most `limit`.
pub(super) fn erased(tx: &mut Tx<'_>, before: i64, limit: usize) -> Result<Vec<Key>> {
    tx.all(
        "SELECT team_id, channel_id, event_key FROM inbox WHERE erased_at < $1 ORDER BY channel_id, event_key LIMIT $2",
        params![before, limit],
    )
}

/// Removes these events, keys and all.
pub(super) fn remove(tx: &mut Tx<'_>, keys: &[Key]) -> Result<u64> {
    let rows: Vec<_> = keys.iter().map(|(team, channel, key)| row![team, channel, key]).collect();
    tx.many(
        Sql::pair(
            "DELETE FROM inbox WHERE team_id = $1 AND channel_id = $2 AND event_key = $3",
            "DELETE FROM inbox USING unnest($1::text[], $2::text[], $3::text[]) AS k (team_id, channel_id, event_key)
             WHERE inbox.channel_id = k.channel_id AND inbox.event_key = k.event_key",
        ),
        params![],
        &rows,
    )
}
