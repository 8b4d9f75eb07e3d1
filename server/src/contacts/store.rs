//! SQL of contacts, identities and tags.

use shared::{
    contacts::{Subscription, Tag},
    id::{ChannelId, ContactId, IdentityId, TagId, TeamId},
};

use super::{Known, LineUser, tag_of};
use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params, row,
};

/// An identity whose profile is to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Nameless {
    pub(super) team: TeamId,
    pub(super) channel: ChannelId,
    pub(super) known: Known,
    pub(super) line_user: String,
}

impl FromRow for Known {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { identity: row.get("identity_id")?, contact: row.get("contact_id")? })
    }
}

impl FromRow for Nameless {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            channel: row.get("channel_id")?,
            known: Known::from_row(row)?,
            line_user: row.get("address")?,
        })
    }
}

/// Who is who in a team, as a number that grows when two people become one or one is forgotten.
pub(crate) fn people_revision(tx: &mut Tx<'_>, team: TeamId) -> Result<i64> {
    tx.one("SELECT people_revision FROM team WHERE id = $1", params![team])
}

/// As [`people_revision`], which does not change before this transaction ends.
pub(crate) fn hold_people(tx: &mut Tx<'_>, team: TeamId) -> Result<i64> {
    let text = Sql::pair(
        "SELECT people_revision FROM team WHERE id = $1",
        "SELECT people_revision FROM team WHERE id = $1 FOR SHARE",
    );
    tx.one(text, params![team])
}

/// Two people become one or one is forgotten, in this transaction. Before anything of them is written: who writes
/// recipients at the same time is waited for.
pub(super) fn people_change(tx: &mut Tx<'_>, team: TeamId) -> Result<()> {
    tx.execute("UPDATE team SET people_revision = people_revision + 1 WHERE id = $1", params![team]).map(drop)
}

/// Those of these customers who are known.
pub(super) fn by_line_users(tx: &mut Tx<'_>, users: &[&LineUser]) -> Result<Vec<(LineUser, Known)>> {
    let rows: Vec<_> = users.iter().map(|user| row![user.team, user.channel, &user.id]).collect();
    let found: Vec<Met> = tx.many_returning(
        Sql::pair(
            "SELECT a.team_id, a.channel_id, a.address, a.identity_id, i.contact_id FROM identity_address a
             JOIN identity i ON i.team_id = a.team_id AND i.id = a.identity_id
             WHERE a.team_id = $1 AND a.channel_id = $2 AND a.kind = 'line_user' AND a.address = $3",
            "SELECT a.team_id, a.channel_id, a.address, a.identity_id, i.contact_id
             FROM unnest($1::text[], $2::text[], $3::text[]) AS u (team_id, channel_id, address)
             JOIN identity_address a
                 ON a.channel_id = u.channel_id AND a.kind = 'line_user' AND a.address = u.address
             JOIN identity i ON i.team_id = a.team_id AND i.id = a.identity_id
             WHERE a.team_id = u.team_id",
        ),
        params![],
        &rows,
    )?;
    Ok(found.into_iter().map(|Met(user, known)| (user, known)).collect())
}

/// A customer as LINE names her, and as she is known.
struct Met(LineUser, Known);

impl FromRow for Met {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let user = LineUser { team: row.get("team_id")?, channel: row.get("channel_id")?, id: row.get("address")? };
        Ok(Self(user, Known::from_row(row)?))
    }
}

/// A customer as a person.
pub(super) fn known(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<Option<Known>> {
    tx.opt("SELECT id AS identity_id, contact_id FROM identity WHERE team_id = $1 AND id = $2", params![team, identity])
}

/// Who a customer is now: herself, or the one that she was merged into.
pub(super) fn living(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<Option<IdentityId>> {
    tx.opt("SELECT COALESCE(merged_into, id) FROM identity WHERE team_id = $1 AND id = $2", params![team, identity])
}

/// Writes a new customer, contact and identity, without an address. `profile_at` absent: her profile is to be asked
/// for.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    known: Known,
    profile_at: Option<i64>,
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO contact (team_id, id, name, folded_name, created_at) VALUES ($1, $2, '', '', $3)",
        params![team, known.contact, at],
    )?;
    tx.execute(
        "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_at,
             profile_tries, created_at)
         VALUES ($1, $2, $3, $4, 'unknown', 0, $5, 0, $6)",
        params![team, known.identity, known.contact, channel, profile_at, at],
    )?;
    Ok(())
}

/// Gives a customer her LINE user id. [`crate::db::Error::Unique`] where she was just made elsewhere.
pub(super) fn add_line_user(tx: &mut Tx<'_>, user: &LineUser, identity: IdentityId, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO identity_address (team_id, identity_id, channel_id, kind, address, created_at)
         VALUES ($1, $2, $3, 'line_user', $4, $5)",
        params![user.team, identity, user.channel, &user.id, at],
    )?;
    Ok(())
}

/// Sets the subscription unless a later event spoke already; returns whether it was set. Of events of the same moment,
/// the one that keeps her from being sent counts, in whichever order they come.
pub(super) fn set_subscription(
    tx: &mut Tx<'_>,
    team: TeamId,
    identity: IdentityId,
    subscription: Subscription,
    at: i64,
) -> Result<bool> {
    let set = tx.execute(
        "UPDATE identity SET subscription = $3, subscription_at = $4,
         blocked_at = CASE WHEN $3 = 'blocked' THEN $4 ELSE blocked_at END
         WHERE team_id = $1 AND id = $2 AND (subscription_at < $4 OR subscription_at = $4 AND CAST($5 AS BIGINT) >
         CASE subscription WHEN 'unknown' THEN 0 WHEN 'subscribed' THEN 1 WHEN 'blocked' THEN 2 ELSE 3 END)",
        params![team, identity, subscription, at, force(subscription)],
    )?;
    Ok(set > 0)
}

/// How strong a subscription is against another of the same moment, as the statement above has it.
fn force(subscription: Subscription) -> i64 {
    match subscription {
        Subscription::Unknown => 0,
        Subscription::Subscribed => 1,
        Subscription::Blocked => 2,
        Subscription::Unsubscribed => 3,
    }
}

/// Notes that a name is of this moment (UTC milliseconds, the platform's), unless a later one is known.
pub(super) fn set_named_at(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId, at: i64) -> Result<bool> {
    let set = tx.execute(
        "UPDATE identity SET profile_at = $3
         WHERE team_id = $1 AND id = $2 AND (profile_at IS NULL OR profile_at < $3)",
        params![team, identity, at],
    )?;
    Ok(set > 0)
}

/// Asks for the profile (again).
pub(super) fn ask_profile(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<()> {
    tx.execute(
        "UPDATE identity SET profile_at = NULL, profile_tries = 0 WHERE team_id = $1 AND id = $2",
        params![team, identity],
    )?;
    Ok(())
}

/// Identities of all teams whose profile is to be asked for, those with fewer tries first: for the server's own work.
/// None of the channels in `without`. SQLite without statistics would read every address first; a cross join keeps the
/// identities, of which few have no name, the outer table.
pub(super) fn nameless(tx: &mut Tx<'_>, without: &[ChannelId], limit: usize) -> Result<Vec<Nameless>> {
    let without: Vec<String> = without.iter().map(ToString::to_string).collect();
    tx.all(
        Sql::pair(
            "SELECT i.team_id, i.id AS identity_id, i.contact_id, i.channel_id, a.address FROM identity i
             CROSS JOIN identity_address a ON a.team_id = i.team_id AND a.identity_id = i.id AND a.kind = 'line_user'
             WHERE i.profile_at IS NULL AND i.channel_id NOT IN (SELECT value FROM json_each($1))
             ORDER BY i.profile_tries, i.created_at LIMIT $2",
            "SELECT i.team_id, i.id AS identity_id, i.contact_id, i.channel_id, a.address FROM identity i
             JOIN identity_address a ON a.team_id = i.team_id AND a.identity_id = i.id AND a.kind = 'line_user'
             WHERE i.profile_at IS NULL AND i.channel_id <> ALL($1)
             ORDER BY i.profile_tries, i.created_at LIMIT $2",
        ),
        params![without, limit],
    )
}

/// Remembers when the profile was asked for.
pub(super) fn profile_done(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId, at: i64) -> Result<()> {
    tx.execute("UPDATE identity SET profile_at = $3 WHERE team_id = $1 AND id = $2", params![team, identity, at])?;
    Ok(())
}

/// Counts a try in vain; after `most` of them it is not asked for again.
pub(super) fn profile_failed(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId, most: i64, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE identity SET profile_tries = profile_tries + 1,
         profile_at = CASE WHEN profile_tries + 1 >= $3 THEN CAST($4 AS BIGINT) ELSE NULL END
         WHERE team_id = $1 AND id = $2",
        params![team, identity, most, at],
    )?;
    Ok(())
}

/// Names a contact; returns whether that is another name.
pub(super) fn set_name(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, name: &str, folded: &str) -> Result<bool> {
    let named = tx.execute(
        "UPDATE contact SET name = $3, folded_name = $4 WHERE team_id = $1 AND id = $2 AND name <> $3",
        params![team, contact, name, folded],
    )?;
    Ok(named > 0)
}

/// The tag of this folded name; made where there is none.
pub(super) fn tag(tx: &mut Tx<'_>, team: TeamId, new: TagId, name: &str, folded: &str, at: i64) -> Result<Tag> {
    tx.execute(
        "INSERT INTO tag (team_id, id, name, folded_name, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (team_id, folded_name) WHERE deleted_at IS NULL DO NOTHING",
        params![team, new, name, folded, at],
    )?;
    tx.one(
        "SELECT id, name FROM tag WHERE team_id = $1 AND folded_name = $2 AND deleted_at IS NULL",
        params![team, folded],
    )
    .map(tag_of)
}

/// The team's tags, by name.
pub(super) fn tags(tx: &mut Tx<'_>, team: TeamId) -> Result<Vec<Tag>> {
    let rows: Vec<(TagId, String)> = tx.all(
        "SELECT id, name FROM tag WHERE team_id = $1 AND deleted_at IS NULL ORDER BY folded_name, id",
        params![team],
    )?;
    Ok(rows.into_iter().map(tag_of).collect())
}

/// Puts a tag on a contact.
pub(super) fn put_tag(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, tag: TagId, at: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO contact_tag (team_id, contact_id, tag_id, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (team_id, contact_id, tag_id) DO NOTHING",
        params![team, contact, tag, at],
    )?;
    Ok(())
}

/// Takes a tag off a contact; returns whether it was on.
pub(super) fn take_tag(tx: &mut Tx<'_>, team: TeamId, contact: ContactId, tag: TagId) -> Result<bool> {
    let taken = tx.execute(
        "DELETE FROM contact_tag WHERE team_id = $1 AND contact_id = $2 AND tag_id = $3",
        params![team, contact, tag],
    )?;
    Ok(taken > 0)
}
