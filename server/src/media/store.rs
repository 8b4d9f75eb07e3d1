//! SQL of media.

use std::{fmt, str::FromStr};

use shared::{
    conversations::MessageKind,
    id::{ChannelId, MediaId, TeamId},
};

use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params, text_column,
};

/// How far a medium is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// To be fetched.
    Wanted,
    /// In the media store.
    Ready,
    /// Gone at the platform, or too large.
    Lost,
}

impl State {
    const ALL: [Self; 3] = [Self::Wanted, Self::Ready, Self::Lost];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Ready => "ready",
            Self::Lost => "lost",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("no media state is called {text:?}"))
    }
}

text_column!(State);

/// A medium that this server is to fetch now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) team: TeamId,
    pub(super) id: MediaId,
    pub(super) channel: ChannelId,
    pub(super) platform_id: String,
    /// This try included.
    pub(super) tries: i64,
}

impl FromRow for Wanted {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            id: row.get("id")?,
            channel: row.get("channel_id")?,
            platform_id: row.get("platform_id")?,
            tries: row.get("tries")?,
        })
    }
}

/// A medium in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) mime: String,
    pub(super) size: u64,
    pub(super) sha256: String,
    /// Where its bytes lie.
    pub(super) path: String,
}

impl FromRow for File {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { mime: row.get("mime")?, size: row.get("size")?, sha256: row.get("sha256")?, path: row.get("path")? })
    }
}

/// Writes a medium that is to be fetched from its platform, due at once.
pub(super) fn want(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: MediaId,
    channel: ChannelId,
    kind: MessageKind,
    platform_id: &str,
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO media (team_id, id, state, kind, channel_id, platform_id, due_at, tries, created_at)
         VALUES ($1, $2, 'wanted', $3, $4, $5, $6, 0, $6)",
        params![team, id, kind, channel, platform_id, at],
    )?;
    Ok(())
}

/// Forgets one that no message came to need.
pub(super) fn unwant(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<()> {
    tx.execute("DELETE FROM media WHERE team_id = $1 AND id = $2 AND state = 'wanted'", params![team, id])?;
    Ok(())
}

/// Takes media of all teams that are due, for the server's own work: each is this server's until `until`, then due again.
pub(super) fn claim(tx: &mut Tx<'_>, now: i64, until: i64, limit: usize) -> Result<Vec<Wanted>> {
    tx.all(
        Sql::pair(
            "UPDATE media SET due_at = $2, tries = tries + 1 WHERE (team_id, id) IN (
                 SELECT team_id, id FROM media WHERE state = 'wanted' AND due_at <= $1 ORDER BY due_at LIMIT $3)
             RETURNING team_id, id, channel_id, platform_id, tries",
            "UPDATE media SET due_at = $2, tries = tries + 1 WHERE (team_id, id) IN (
                 SELECT team_id, id FROM media WHERE state = 'wanted' AND due_at <= $1 ORDER BY due_at LIMIT $3
                 FOR UPDATE SKIP LOCKED)
             RETURNING team_id, id, channel_id, platform_id, tries",
        ),
        params![now, until, limit],
    )
}

/// When the next one is due.
pub(super) fn next_due(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    tx.one("SELECT MIN(due_at) FROM media WHERE state = 'wanted'", params![])
}

/// It lies in the store now.
pub(super) fn ready(tx: &mut Tx<'_>, team: TeamId, id: MediaId, file: &File) -> Result<()> {
    let size = i64::try_from(file.size).unwrap_or(i64::MAX);
    tx.execute(
        "UPDATE media SET state = 'ready', mime = $3, size = $4, sha256 = $5, path = $6, due_at = NULL
         WHERE team_id = $1 AND id = $2 AND state = 'wanted'",
        params![team, id, &file.mime, size, &file.sha256, &file.path],
    )?;
    Ok(())
}

/// It is not to be had any more.
pub(super) fn lost(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<()> {
    tx.execute(
        "UPDATE media SET state = 'lost', due_at = NULL WHERE team_id = $1 AND id = $2 AND state = 'wanted'",
        params![team, id],
    )?;
    Ok(())
}

/// To be fetched again later.
pub(super) fn later(tx: &mut Tx<'_>, team: TeamId, id: MediaId, due_at: i64) -> Result<()> {
    tx.execute(
        "UPDATE media SET due_at = $3 WHERE team_id = $1 AND id = $2 AND state = 'wanted'",
        params![team, id, due_at],
    )?;
    Ok(())
}

/// Where a medium's bytes lie, if they do.
pub(super) fn file(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<Option<File>> {
    tx.opt(
        "SELECT mime, size, sha256, path FROM media WHERE team_id = $1 AND id = $2 AND state = 'ready'",
        params![team, id],
    )
}
