//! SQL of uploads.

use shared::{
    id::{MediaId, MemberId, TeamId},
    media::MediaKind,
};

use crate::{
    db::{FromRow, Result, Row, Tx},
    params,
};

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) kind: MediaKind,
    pub(super) size: u64,
    /// What a document will be called.
    pub(super) name: Option<String>,
    pub(super) received: u64,
    pub(super) member: MemberId,
}

impl FromRow for Open {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            kind: row.get("kind")?,
            size: row.get("size")?,
            name: row.get("name")?,
            received: row.get("received")?,
            member: row.get("member_id")?,
        })
    }
}

/// One whose pieces are to be deleted, and its row after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Closed {
    pub(in super::super) team: TeamId,
    pub(in super::super) id: MediaId,
    pub(in super::super) size: u64,
}

impl FromRow for Closed {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { team: row.get("team_id")?, id: row.get("id")?, size: row.get("size")? })
    }
}

fn number(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Begins one.
pub(super) fn insert(tx: &mut Tx<'_>, team: TeamId, id: MediaId, open: &Open, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO upload (team_id, id, kind, size, name, received, member_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![team, id, open.kind, number(open.size), open.name.as_deref(), number(open.received), open.member, at],
    )?;
    Ok(())
}

/// One that takes pieces, whoever's it is.
pub(super) fn open(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<Option<Open>> {
    tx.opt(
        "SELECT kind, size, name, received, member_id FROM upload WHERE team_id = $1 AND id = $2 AND closed_at IS NULL",
        params![team, id],
    )
}

/// Whether its id stands for something already: an upload, open or closed, or a medium.
pub(super) fn is_taken(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<bool> {
    let taken: Option<i64> = tx.opt(
        "SELECT 1 FROM upload WHERE team_id = $1 AND id = $2
         UNION ALL SELECT 1 FROM media WHERE team_id = $1 AND id = $2",
        params![team, id],
    )?;
    Ok(taken.is_some())
}

/// The medium of this id that this member brought, if it can be sent.
pub(super) fn brought_by(tx: &mut Tx<'_>, team: TeamId, id: MediaId, member: MemberId) -> Result<bool> {
    let brought: Option<i64> = tx.opt(
        "SELECT 1 FROM media WHERE team_id = $1 AND id = $2 AND created_by = $3 AND state = 'ready'",
        params![team, id, member],
    )?;
    Ok(brought.is_some())
}

/// The piece at `offset` is kept; nothing happens where another was first.
pub(super) fn advance(tx: &mut Tx<'_>, team: TeamId, id: MediaId, offset: u64, received: u64) -> Result<()> {
    tx.execute(
        "UPDATE upload SET received = $4 WHERE team_id = $1 AND id = $2 AND received = $3 AND closed_at IS NULL",
        params![team, id, number(offset), number(received)],
    )?;
    Ok(())
}

/// Closes an open one, if there is one: from now on nobody but the deleting of its pieces has to do with it. Gives it
/// to the one who closed it.
pub(super) fn close(tx: &mut Tx<'_>, team: TeamId, id: MediaId, at: i64) -> Result<Option<Closed>> {
    tx.opt(
        "UPDATE upload SET closed_at = $3 WHERE team_id = $1 AND id = $2 AND closed_at IS NULL
         RETURNING team_id, id, size",
        params![team, id, at],
    )
}

/// Forgets a closed one: nothing of it lies anywhere any more.
pub(in super::super) fn forget(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<()> {
    tx.execute("DELETE FROM upload WHERE team_id = $1 AND id = $2 AND closed_at IS NOT NULL", params![team, id])?;
    Ok(())
}

/// Closes what this member began before this.
pub(super) fn close_hers(tx: &mut Tx<'_>, team: TeamId, member: MemberId, before: i64, at: i64) -> Result<u64> {
    tx.execute(
        "UPDATE upload SET closed_at = $4
         WHERE team_id = $1 AND member_id = $2 AND created_at < $3 AND closed_at IS NULL",
        params![team, member, before, at],
    )
}

/// Closes those of all teams that began before this, and gives them with those that were closed but not forgotten.
pub(in super::super) fn close_old(tx: &mut Tx<'_>, before: i64, at: i64, limit: usize) -> Result<Vec<Closed>> {
    tx.all(
        "UPDATE upload SET closed_at = COALESCE(closed_at, $2) WHERE (team_id, id) IN (
             SELECT team_id, id FROM upload WHERE created_at < $1 OR closed_at IS NOT NULL ORDER BY created_at LIMIT $3)
         RETURNING team_id, id, size",
        params![before, at, limit],
    )
}

/// What of a member's fills the disk until the sweeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loose {
    /// Her uploads under way.
    pub(super) uploads: u64,
    /// Their bytes once they are whole, and those of her media that nothing holds.
    pub(super) bytes: u64,
    /// When the oldest of it all began.
    pub(super) oldest: Option<i64>,
}

/// What a member began, or brought after `since`, and nothing holds.
pub(super) fn loose(tx: &mut Tx<'_>, team: TeamId, member: MemberId, since: i64) -> Result<Loose> {
    let (uploads, open, first): (u64, u64, Option<i64>) = tx.one(
        "SELECT COUNT(*), CAST(COALESCE(SUM(size), 0) AS BIGINT), MIN(created_at) FROM upload
         WHERE team_id = $1 AND member_id = $2 AND closed_at IS NULL",
        params![team, member],
    )?;
    let (unheld, second): (u64, Option<i64>) = tx.one(
        "SELECT CAST(COALESCE(SUM(m.size), 0) AS BIGINT), MIN(m.created_at) FROM media m
         WHERE m.team_id = $1 AND m.created_by = $2 AND m.created_at > $3 AND NOT EXISTS (
             SELECT 1 FROM media_use u WHERE u.team_id = m.team_id AND u.media_id = m.id)",
        params![team, member, since],
    )?;
    let oldest = [first, second].into_iter().flatten().min();
    Ok(Loose { uploads, bytes: open.saturating_add(unheld), oldest })
}
