//! SQL of custom attributes.

use shared::{
    attributes::{Attribute, AttributeKind},
    id::{AttributeId, ContactId, TeamId},
};

use super::Kept;
use crate::{
    db::{FromRow, Result, Row, Tx},
    params,
};

impl FromRow for Kept {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            kind: row.get("kind")?,
            text: row.get("text_value")?,
            folded: row.get("folded_text")?,
            int: row.get("int_value")?,
        })
    }
}

/// The team's attributes, by name.
pub(super) fn list(tx: &mut Tx<'_>, team: TeamId) -> Result<Vec<Attribute>> {
    let rows: Vec<(AttributeId, String, AttributeKind)> = tx.all(
        "SELECT id, name, kind FROM attribute WHERE team_id = $1 AND deleted_at IS NULL ORDER BY folded_name, id",
        params![team],
    )?;
    Ok(rows.into_iter().map(|(id, name, kind)| Attribute { id, name, kind }).collect())
}

/// Writes a new attribute.
pub(super) fn insert(tx: &mut Tx<'_>, team: TeamId, new: &Attribute, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO attribute (team_id, id, name, folded_name, kind, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![team, new.id, &new.name, shared::text::fold(&new.name), new.kind, at],
    )?;
    Ok(())
}

/// Gives an attribute another name.
pub(super) fn rename(tx: &mut Tx<'_>, team: TeamId, named: &Attribute) -> Result<()> {
    tx.execute(
        "UPDATE attribute SET name = $3, folded_name = $4 WHERE team_id = $1 AND id = $2",
        params![team, named.id, &named.name, shared::text::fold(&named.name)],
    )?;
    Ok(())
}

/// What a contact has, by the attributes' names.
pub(super) fn of_contact(tx: &mut Tx<'_>, team: TeamId, contact: ContactId) -> Result<Vec<(Attribute, Kept)>> {
    struct Both(Attribute, Kept);
    impl FromRow for Both {
        fn from_row(row: &Row<'_>) -> Result<Self> {
            let kept = Kept::from_row(row)?;
            Ok(Self(Attribute { id: row.get("id")?, name: row.get("name")?, kind: kept.kind }, kept))
        }
    }
    let rows: Vec<Both> = tx.all(
        "SELECT a.id, a.name, v.kind, v.text_value, v.folded_text, v.int_value FROM contact_attribute v
         JOIN attribute a ON a.team_id = v.team_id AND a.id = v.attribute_id
         WHERE v.team_id = $1 AND v.contact_id = $2 AND a.deleted_at IS NULL ORDER BY a.folded_name, a.id",
        params![team, contact],
    )?;
    Ok(rows.into_iter().map(|Both(attribute, kept)| (attribute, kept)).collect())
}

/// Sets what a contact has.
pub(super) fn set(
    tx: &mut Tx<'_>,
    team: TeamId,
    contact: ContactId,
    attribute: AttributeId,
    kept: &Kept,
) -> Result<()> {
    tx.execute(
        "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, text_value, folded_text, int_value)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (team_id, contact_id, attribute_id)
         DO UPDATE SET text_value = excluded.text_value, folded_text = excluded.folded_text,
             int_value = excluded.int_value",
        params![team, contact, attribute, kept.kind, kept.text.clone(), kept.folded.clone(), kept.int],
    )?;
    Ok(())
}

/// Takes away what a contact has; returns whether there was something.
pub(super) fn clear(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, attribute: AttributeId) -> Result<bool> {
    let cleared = tx.execute(
        "DELETE FROM contact_attribute WHERE team_id = $1 AND contact_id = $2 AND attribute_id = $3",
        params![team, contact, attribute],
    )?;
    Ok(cleared > 0)
}
