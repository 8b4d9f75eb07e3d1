//! SQL of media.

use std::{fmt, str::FromStr};

use shared::{
    conversations::MessageKind,
    id::{ChannelId, MediaId, MemberId, TeamId},
    media::MediaKind,
};

use super::Rendition;
use crate::{
    db::{FromRow, Result, Row, Sql, Tx, Value},
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
    /// What it is called where it is offered for download.
    pub(super) name: Option<String>,
}

impl FromRow for File {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            mime: row.get("mime")?,
            size: row.get("size")?,
            sha256: row.get("sha256")?,
            path: row.get("path")?,
            name: row.get("name")?,
        })
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

/// Takes media of all teams that are due, for the server's own work: each is this server's until `until`, then due
/// again.
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

/// It lies in the store now; returns whether it is wanted, or was, and not erased.
pub(super) fn ready(tx: &mut Tx<'_>, team: TeamId, id: MediaId, file: &File) -> Result<bool> {
    let size = i64::try_from(file.size).unwrap_or(i64::MAX);
    tx.execute(
        "UPDATE media SET state = 'ready', mime = $3, size = $4, sha256 = $5, path = $6, name = $7, due_at = NULL
         WHERE team_id = $1 AND id = $2 AND state = 'wanted'",
        params![team, id, &file.mime, size, &file.sha256, &file.path, file.name.as_deref()],
    )?;
    let is_there: Option<i64> =
        tx.opt("SELECT 1 FROM media WHERE team_id = $1 AND id = $2 AND state = 'ready'", params![team, id])?;
    Ok(is_there.is_some())
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
pub(super) fn file(tx: &mut Tx<'_>, team: TeamId, id: MediaId, rendition: Rendition) -> Result<Option<File>> {
    match rendition {
        Rendition::Whole => tx.opt(
            "SELECT mime, size, sha256, path, name FROM media WHERE team_id = $1 AND id = $2 AND state = 'ready'",
            params![team, id],
        ),
        // It is made of the medium, so the medium's hash tells it from another one too.
        Rendition::Preview => tx.opt(
            "SELECT 'image/jpeg' AS mime, preview_size AS size, sha256, preview_path AS path,
                 CAST(NULL AS TEXT) AS name FROM media
             WHERE team_id = $1 AND id = $2 AND state = 'ready' AND preview_path IS NOT NULL",
            params![team, id],
        ),
    }
}

/// Whether a medium is one that a member brought.
pub(super) fn is_ours(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<bool> {
    let brought: Option<i64> =
        tx.opt("SELECT 1 FROM media WHERE team_id = $1 AND id = $2 AND created_by IS NOT NULL", params![team, id])?;
    Ok(brought.is_some())
}

/// A medium that a member brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ours {
    pub(super) id: MediaId,
    pub(super) kind: MediaKind,
    pub(super) mime: String,
    pub(super) size: u64,
    pub(super) name: Option<String>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) duration_ms: Option<u64>,
}

impl FromRow for Ours {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            mime: row.get("mime")?,
            size: row.get("size")?,
            name: row.get("name")?,
            width: row.get("width")?,
            height: row.get("height")?,
            duration_ms: row.get("duration_ms")?,
        })
    }
}

fn texts(ids: &[MediaId]) -> Value {
    Value::Texts(ids.iter().map(ToString::to_string).collect())
}

/// Those of these that members brought and that are ready, in no particular order.
pub(super) fn ours(tx: &mut Tx<'_>, team: TeamId, ids: &[MediaId]) -> Result<Vec<Ours>> {
    tx.all(
        Sql::pair(
            "SELECT id, kind, mime, size, name, width, height, duration_ms FROM media
             WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))
                   AND state = 'ready' AND created_by IS NOT NULL",
            "SELECT id, kind, mime, size, name, width, height, duration_ms FROM media
             WHERE team_id = $1 AND id = ANY($2) AND state = 'ready' AND created_by IS NOT NULL",
        ),
        params![team, texts(ids)],
    )
}

/// Where a medium of ours lies, and its preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) whole: String,
    pub(super) sha256: String,
    pub(super) preview: Option<PreviewPlace>,
}

/// Where the preview of a medium lies, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PreviewPlace {
    pub(super) path: String,
    pub(super) size: u64,
}

/// Writes a medium that a member brought.
pub(super) fn insert_ours(
    tx: &mut Tx<'_>,
    team: TeamId,
    ours: &Ours,
    places: &Places,
    by: MemberId,
    at: i64,
) -> Result<()> {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO media (team_id, id, state, kind, mime, size, sha256, path, preview_path, preview_size, width,
             height, duration_ms, name, created_by, created_at, tries)
         VALUES ($1, $2, 'ready', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)",
        params![
            team,
            ours.id,
            ours.kind,
            &ours.mime,
            number(ours.size),
            &places.sha256,
            &places.whole,
            places.preview.as_ref().map(|preview| preview.path.as_str()),
            places.preview.as_ref().map(|preview| number(preview.size)),
            i64::from(ours.width),
            i64::from(ours.height),
            ours.duration_ms.map(number),
            ours.name.as_deref(),
            by,
            at
        ],
    )?;
    Ok(())
}

/// Lets go of all that this holder holds but these.
pub(super) fn release_others(
    tx: &mut Tx<'_>,
    team: TeamId,
    held_by: &str,
    holder_id: &str,
    ids: &[MediaId],
) -> Result<()> {
    tx.execute(
        Sql::pair(
            "DELETE FROM media_use WHERE team_id = $1 AND held_by = $2 AND holder_id = $3
                   AND media_id NOT IN (SELECT value FROM json_each($4))",
            "DELETE FROM media_use WHERE team_id = $1 AND held_by = $2 AND holder_id = $3 AND media_id <> ALL($4)",
        ),
        params![team, held_by, holder_id, texts(ids)],
    )?;
    Ok(())
}

/// Notes that this holder holds these, as far as members brought them and they are ready.
pub(super) fn hold(tx: &mut Tx<'_>, team: TeamId, held_by: &str, holder_id: &str, ids: &[MediaId]) -> Result<()> {
    tx.execute(
        Sql::pair(
            "INSERT INTO media_use (team_id, media_id, held_by, holder_id)
             SELECT team_id, id, $2, $3 FROM media
             WHERE team_id = $1 AND id IN (SELECT value FROM json_each($4))
                   AND state = 'ready' AND created_by IS NOT NULL
             ON CONFLICT DO NOTHING",
            "INSERT INTO media_use (team_id, media_id, held_by, holder_id)
             SELECT team_id, id, $2, $3 FROM media
             WHERE team_id = $1 AND id = ANY($4) AND state = 'ready' AND created_by IS NOT NULL
             ON CONFLICT DO NOTHING",
        ),
        params![team, held_by, holder_id, texts(ids)],
    )?;
    Ok(())
}

/// A medium of ours that is to be deleted: its objects, then its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unused {
    pub(super) team: TeamId,
    pub(super) id: MediaId,
    pub(super) path: String,
    pub(super) preview_path: Option<String>,
}

impl FromRow for Unused {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            id: row.get("id")?,
            path: row.get("path")?,
            preview_path: row.get("preview_path")?,
        })
    }
}

/// Takes media of all teams that members brought before this and that nothing holds: nobody can hold them any more.
/// Gives also those that were taken before and not forgotten.
pub(super) fn lose_unused(tx: &mut Tx<'_>, before: i64, limit: usize) -> Result<Vec<Unused>> {
    tx.all(
        "UPDATE media SET state = 'lost' WHERE (team_id, id) IN (
             SELECT m.team_id, m.id FROM media m
             WHERE m.created_by IS NOT NULL AND m.created_at < $1
                   AND NOT EXISTS (SELECT 1 FROM media_use u WHERE u.team_id = m.team_id AND u.media_id = m.id)
                   AND NOT EXISTS (SELECT 1 FROM message n WHERE n.team_id = m.team_id AND n.media_id = m.id)
             ORDER BY m.created_at LIMIT $2)
         RETURNING team_id, id, path, preview_path",
        params![before, limit],
    )
}

/// Forgets a medium of ours whose objects are deleted, and what WhatsApp calls it.
pub(super) fn forget(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<()> {
    tx.execute(
        "DELETE FROM whatsapp_media WHERE team_id = $1 AND media_id = $2 AND EXISTS (
             SELECT 1 FROM media m WHERE m.team_id = $1 AND m.id = $2 AND m.state = 'lost'
                 AND m.created_by IS NOT NULL)",
        params![team, id],
    )?;
    tx.execute(
        "DELETE FROM media WHERE team_id = $1 AND id = $2 AND state = 'lost' AND created_by IS NOT NULL",
        params![team, id],
    )?;
    Ok(())
}

/// What WhatsApp calls a medium for a number, and when it was uploaded (UTC ms), if that was after this.
pub(super) fn upload(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    media: MediaId,
    after: i64,
) -> Result<Option<(String, i64)>> {
    tx.opt(
        "SELECT provider_id, uploaded_at FROM whatsapp_media
         WHERE team_id = $1 AND channel_id = $2 AND media_id = $3 AND uploaded_at > $4",
        params![team, channel, media, after],
    )
}

/// Keeps what WhatsApp calls a medium for a number from now on.
pub(super) fn keep_upload(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    media: MediaId,
    provider_id: &str,
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO whatsapp_media (team_id, channel_id, media_id, provider_id, uploaded_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (channel_id, media_id) DO UPDATE SET provider_id = excluded.provider_id,
             uploaded_at = excluded.uploaded_at",
        params![team, channel, media, provider_id, at],
    )
    .map(drop)
}
