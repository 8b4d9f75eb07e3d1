//! Drafts in the database.

use shared::id::{CampaignId, ConversationId, DraftId, MemberId, TeamId};

use super::Stored;
use crate::{
    db::{Error, FromRow, Result, Row, Sql, Tx},
    params,
};

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            kind: row.get("kind")?,
            selection: from_json(row, "selection")?,
            content: from_json(row, "content")?,
            revision: row.get("revision")?,
            updated_at: row.get("updated_at")?,
            campaign: row.get("campaign_id")?,
        })
    }
}

/// Reads a JSON column.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<T> {
    let text: String = row.get(name)?;
    serde_json::from_str(&text)
        .map_err(|error| Error::Column { name: name.to_owned(), problem: format!("is not readable JSON: {error}") })
}

/// Writes a JSON column.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Other(format!("JSON cannot be written: {error}")))
}

pub(crate) fn find(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, id: DraftId) -> Result<Option<Stored>> {
    tx.opt(
        "SELECT id, kind, selection, content, revision, updated_at, campaign_id FROM draft
         WHERE team_id = $1 AND sender_id = $2 AND id = $3",
        params![team, sender, id],
    )
}

pub(crate) fn unsent(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, limit: i64) -> Result<Vec<Stored>> {
    tx.all(
        "SELECT id, kind, selection, content, revision, updated_at, campaign_id FROM draft
         WHERE team_id = $1 AND sender_id = $2 AND campaign_id IS NULL ORDER BY updated_at DESC, id DESC LIMIT $3",
        params![team, sender, limit],
    )
}

/// Drafts of the team that are not sent and name this conversation, with whose they are.
pub(crate) fn ticking(tx: &mut Tx<'_>, team: TeamId, id: ConversationId) -> Result<Vec<(MemberId, Stored)>> {
    let found: Vec<Owned> = tx.all(
        Sql::pair(
            "SELECT sender_id, id, kind, selection, content, revision, updated_at, campaign_id FROM draft
             WHERE team_id = $1 AND campaign_id IS NULL AND instr(selection, $2) > 0 ORDER BY sender_id, id",
            "SELECT sender_id, id, kind, selection, content, revision, updated_at, campaign_id FROM draft
             WHERE team_id = $1 AND campaign_id IS NULL AND strpos(selection, $2) > 0 ORDER BY sender_id, id",
        ),
        params![team, id.to_string()],
    )?;
    Ok(found.into_iter().map(|Owned(sender, draft)| (sender, draft)).collect())
}

/// A draft with whose it is.
struct Owned(MemberId, Stored);

impl FromRow for Owned {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self(row.get("sender_id")?, Stored::from_row(row)?))
    }
}

/// Keeps a new draft. Where the same one is kept at this very moment, this is [`Error::Race`]: tried again, it is
/// found.
pub(crate) fn add(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, draft: &Stored) -> Result<()> {
    let added = tx.execute(
        "INSERT INTO draft (team_id, sender_id, id, kind, selection, content, revision, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (team_id, sender_id, id) DO NOTHING",
        params![
            team,
            sender,
            draft.id,
            draft.kind,
            to_json(&draft.selection)?,
            to_json(&draft.content)?,
            draft.revision,
            draft.updated_at,
        ],
    )?;
    if added == 0 { Err(Error::Race) } else { Ok(()) }
}

pub(crate) fn change(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, draft: &Stored) -> Result<()> {
    tx.execute(
        "UPDATE draft SET kind = $4, selection = $5, content = $6, revision = $7, updated_at = $8
         WHERE team_id = $1 AND sender_id = $2 AND id = $3",
        params![
            team,
            sender,
            draft.id,
            draft.kind,
            to_json(&draft.selection)?,
            to_json(&draft.content)?,
            draft.revision,
            draft.updated_at,
        ],
    )
    .map(drop)
}

pub(crate) fn remove(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, id: DraftId) -> Result<()> {
    tx.execute(
        "DELETE FROM draft WHERE team_id = $1 AND sender_id = $2 AND id = $3 AND campaign_id IS NULL",
        params![team, sender, id],
    )
    .map(drop)
}

/// Forgets unsent drafts beyond the newest `keep`; which they were.
pub(crate) fn drop_oldest(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, keep: i64) -> Result<Vec<DraftId>> {
    tx.all(
        "DELETE FROM draft WHERE team_id = $1 AND sender_id = $2 AND campaign_id IS NULL AND id NOT IN (
             SELECT id FROM draft WHERE team_id = $1 AND sender_id = $2 AND campaign_id IS NULL
             ORDER BY updated_at DESC, id DESC LIMIT $3)
         RETURNING id",
        params![team, sender, keep],
    )
}

/// Which change of a draft is stored; none where there is no such draft.
pub(crate) fn revision(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, id: DraftId) -> Result<Option<i64>> {
    tx.opt("SELECT revision FROM draft WHERE team_id = $1 AND sender_id = $2 AND id = $3", params![team, sender, id])
}

/// Marks a draft as sent.
pub(crate) fn sent(tx: &mut Tx<'_>, team: TeamId, sender: MemberId, id: DraftId, campaign: CampaignId) -> Result<()> {
    tx.execute(
        "UPDATE draft SET campaign_id = $4 WHERE team_id = $1 AND sender_id = $2 AND id = $3",
        params![team, sender, id, campaign],
    )
    .map(drop)
}
