//! SQL of erasing what customers sent.

use shared::id::{ContactId, MediaId, TeamId};

use crate::{
    db::{Result, Tx},
    params,
};

/// Closes media that this person sent, at most `limit`: nobody is shown them or fetches them any more.
pub(super) fn close(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, limit: usize) -> Result<Vec<MediaId>> {
    tx.all(
        "UPDATE media SET state = 'lost', due_at = NULL WHERE team_id = $1 AND id IN (
             SELECT x.id FROM conversation c
             JOIN message m ON m.team_id = c.team_id AND m.conversation_id = c.id AND m.media_id IS NOT NULL
             JOIN media x ON x.team_id = m.team_id AND x.id = m.media_id
             WHERE c.team_id = $1 AND c.contact_id = $2 AND x.created_by IS NULL ORDER BY x.id LIMIT $3)
         RETURNING id",
        params![team, contact, limit],
    )
}

/// Removes a closed one, and takes it out of its message.
pub(super) fn remove(tx: &mut Tx<'_>, team: TeamId, id: MediaId) -> Result<()> {
    tx.execute("UPDATE message SET media_id = NULL WHERE team_id = $1 AND media_id = $2", params![team, id])?;
    tx.execute(
        "DELETE FROM media WHERE team_id = $1 AND id = $2 AND state = 'lost' AND created_by IS NULL",
        params![team, id],
    )
    .map(drop)
}
