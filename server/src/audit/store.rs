//! SQL of who did what.

use shared::id::{MemberId, TeamId};
use uuid::Uuid;

use super::Act;
use crate::{
    db::{Result, Tx},
    params,
};

/// Writes an act down, of a member or of the operator; `at` is UTC ms.
pub(super) fn add(tx: &mut Tx<'_>, team: TeamId, id: Uuid, member: Option<MemberId>, act: &Act, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO audit (team_id, id, member_id, action, subject, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![team, id.to_string(), member, act.action, &act.subject, &act.detail, at],
    )
    .map(drop)
}
