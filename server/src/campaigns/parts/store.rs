//! SQL of the messages of recipients.

use shared::id::{DeliveryId, TeamId};

use super::{SentPart, outcome};
use crate::db::{Error, FromRow, Result, Row, Sql, Tx, Value};

/// A message, with whose it is.
struct Owned(DeliveryId, SentPart);

impl FromRow for Owned {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let state: String = row.get("state")?;
        let part = SentPart {
            part: row.get("part")?,
            outcome: outcome(&state).map_err(|problem| Error::Column { name: "state".into(), problem })?,
            reason: row.get("reason")?,
            code: row.get("provider_code")?,
            text: row.get("provider_text")?,
            at: row.get("updated_at")?,
        };
        Ok(Self(row.get("delivery_id")?, part))
    }
}

/// The messages of these deliveries, in order, the earlier attempts of each first.
pub(super) fn of(tx: &mut Tx<'_>, team: TeamId, ids: &[DeliveryId]) -> Result<Vec<(DeliveryId, SentPart)>> {
    let ids = Value::Texts(ids.iter().map(ToString::to_string).collect());
    let rows: Vec<Owned> = tx.all(
        Sql::pair(
            "SELECT delivery_id, part, state, reason, provider_code, provider_text, updated_at FROM delivery_part
             WHERE team_id = $1 AND delivery_id IN (SELECT value FROM json_each($2)) ORDER BY delivery_id, part,
             attempt",
            "SELECT delivery_id, part, state, reason, provider_code, provider_text, updated_at FROM delivery_part
             WHERE team_id = $1 AND delivery_id = ANY($2) ORDER BY delivery_id, part, attempt",
        ),
        &[team.into(), ids],
    )?;
    Ok(rows.into_iter().map(|Owned(delivery, part)| (delivery, part)).collect())
}
