//! SQL of WhatsApp customers: their addresses, and making one of two. It runs in the intake lane: whoever looks for an
//! address locks it, so that nobody works with one who is being merged.

use shared::{
    contacts::Subscription,
    id::{ChannelId, ContactId, IdentityId, TeamId},
};

use crate::{
    contacts::Known,
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

/// A kind of address of WhatsApp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number in E.164.
    Phone,
    /// Meta's own id of a person.
    Bsuid,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Bsuid => "bsuid",
        }
    }
}

/// Who has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) identity: IdentityId,
    /// When Meta last named her with it, UTC milliseconds; 0 for a number that always came alone.
    pub(super) seen_at: i64,
}

impl FromRow for Held {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { identity: row.get("identity_id")?, seen_at: row.get("seen_at")? })
    }
}

/// Who has this address on the channel, locked until the end of the transaction.
pub(super) fn holder(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    kind: Kind,
    address: &str,
) -> Result<Option<Held>> {
    tx.opt(
        Sql::pair(
            "SELECT identity_id, seen_at FROM identity_address
             WHERE team_id = $1 AND channel_id = $2 AND kind = $3 AND address = $4",
            "SELECT identity_id, seen_at FROM identity_address
             WHERE team_id = $1 AND channel_id = $2 AND kind = $3 AND address = $4 FOR UPDATE",
        ),
        params![team, channel, kind.as_str(), address],
    )
}

/// An address of hers of this kind, the one seen last, with when that was.
pub(super) fn address(
    tx: &mut Tx<'_>,
    team: TeamId,
    identity: IdentityId,
    kind: Kind,
) -> Result<Option<(String, i64)>> {
    tx.opt(
        "SELECT address, seen_at FROM identity_address WHERE team_id = $1 AND identity_id = $2 AND kind = $3
         ORDER BY seen_at DESC, address LIMIT 1",
        params![team, identity, kind.as_str()],
    )
}

/// An address of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given<'a> {
    pub(super) kind: Kind,
    pub(super) address: &'a str,
    /// When Meta named her with it, UTC milliseconds.
    pub(super) seen_at: i64,
}

/// Gives somebody an address that nobody had. [`crate::db::Error::Unique`] where somebody was just given it elsewhere.
pub(super) fn add(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    identity: IdentityId,
    given: Given<'_>,
    at: i64,
) -> Result<()> {
    tx.execute(
        "INSERT INTO identity_address (team_id, identity_id, channel_id, kind, address, seen_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![team, identity, channel, given.kind.as_str(), given.address, given.seen_at, at],
    )?;
    Ok(())
}

/// Gives somebody an address that somebody has, perhaps herself; the latest time it was seen stays.
pub(super) fn hand(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    identity: IdentityId,
    given: Given<'_>,
) -> Result<()> {
    tx.execute(
        "UPDATE identity_address SET identity_id = $2, seen_at = CASE WHEN seen_at > $6 THEN seen_at ELSE $6 END
         WHERE team_id = $1 AND channel_id = $3 AND kind = $4 AND address = $5",
        params![team, identity, channel, given.kind.as_str(), given.address, given.seen_at],
    )?;
    Ok(())
}

/// Takes her number away.
pub(super) fn drop_phone(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<()> {
    tx.execute(
        "DELETE FROM identity_address WHERE team_id = $1 AND identity_id = $2 AND kind = 'phone'",
        params![team, identity],
    )?;
    Ok(())
}

/// A customer as one who takes her over needs her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) contact: ContactId,
    pub(super) subscription: Subscription,
    pub(super) subscription_at: i64,
    pub(super) name: String,
    /// When she had this name, UTC milliseconds.
    pub(super) named_at: i64,
}

impl FromRow for Person {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            contact: row.get("contact_id")?,
            subscription: row.get("subscription")?,
            subscription_at: row.get("subscription_at")?,
            name: row.get("name")?,
            named_at: row.get::<Option<i64>>("profile_at")?.unwrap_or_default(),
        })
    }
}

/// A customer with what may be later than what is known of another.
pub(super) fn person(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> Result<Option<Person>> {
    tx.opt(
        "SELECT i.contact_id, i.subscription, i.subscription_at, i.profile_at, k.name FROM identity i
         JOIN contact k ON k.team_id = i.team_id AND k.id = i.contact_id WHERE i.team_id = $1 AND i.id = $2",
        params![team, identity],
    )
}

/// Addresses and binding of one are another's; of two bindings the other's own stays. The one who goes, and all who
/// went into her before, name who stays.
pub(super) fn join_identities(tx: &mut Tx<'_>, team: TeamId, gone: IdentityId, stay: Known) -> Result<()> {
    let both = params![team, gone, stay.identity];
    tx.execute("UPDATE identity_address SET identity_id = $3 WHERE team_id = $1 AND identity_id = $2", both)?;
    tx.execute(
        "INSERT INTO binding (team_id, identity_id, member_id, store_id, created_at)
         SELECT team_id, $3, member_id, store_id, created_at FROM binding WHERE team_id = $1 AND identity_id = $2
         ON CONFLICT (team_id, identity_id) DO NOTHING",
        both,
    )?;
    tx.execute("DELETE FROM binding WHERE team_id = $1 AND identity_id = $2", params![team, gone])?;
    tx.execute("UPDATE identity SET merged_into = $3 WHERE team_id = $1 AND (id = $2 OR merged_into = $2)", both)?;
    Ok(())
}

/// All that hangs on one person is another's: her accounts, conversations, sends, tags, attributes, clicks and orders,
/// and having been reached. Of two values of an attribute the other's own stays.
pub(super) fn join_contacts(tx: &mut Tx<'_>, team: TeamId, gone: ContactId, stay: ContactId, at: i64) -> Result<()> {
    let both = params![team, gone, stay];
    for text in [
        // Before the rows, so that what another server writes of a piece meanwhile is among them.
        "UPDATE campaign_piece SET people = replace(people, $2, $3)
         WHERE team_id = $1 AND replace(people, $2, '') <> people",
        "UPDATE delivery SET contact_id = $3 WHERE team_id = $1 AND conversation_id IN
         (SELECT id FROM conversation WHERE team_id = $1 AND contact_id IN ($2, $3)) AND contact_id = $2",
        "UPDATE conversation SET contact_id = $3 WHERE team_id = $1 AND contact_id = $2",
        "UPDATE identity SET contact_id = $3 WHERE team_id = $1 AND contact_id = $2",
        "INSERT INTO contact_tag (team_id, contact_id, tag_id, created_at)
         SELECT team_id, $3, tag_id, created_at FROM contact_tag WHERE team_id = $1 AND contact_id = $2
         ON CONFLICT (team_id, contact_id, tag_id) DO NOTHING",
        "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, text_value, folded_text, int_value)
         SELECT team_id, $3, attribute_id, kind, text_value, folded_text, int_value FROM contact_attribute
         WHERE team_id = $1 AND contact_id = $2
         ON CONFLICT (team_id, contact_id, attribute_id) DO NOTHING",
        "INSERT INTO portfolio_contact (team_id, portfolio_id, contact_id, at)
         SELECT team_id, portfolio_id, $3, at FROM portfolio_contact WHERE team_id = $1 AND contact_id = $2
         ON CONFLICT (team_id, portfolio_id, contact_id) DO UPDATE SET
         at = CASE WHEN excluded.at > portfolio_contact.at THEN excluded.at ELSE portfolio_contact.at END",
        "UPDATE click SET contact_id = $3 WHERE team_id = $1 AND contact_id = $2",
        "UPDATE sales_order SET contact_id = $3 WHERE team_id = $1 AND contact_id = $2",
    ] {
        tx.execute(text, both)?;
    }
    for text in [
        "DELETE FROM contact_tag WHERE team_id = $1 AND contact_id = $2",
        "DELETE FROM contact_attribute WHERE team_id = $1 AND contact_id = $2",
        "DELETE FROM portfolio_contact WHERE team_id = $1 AND contact_id = $2",
    ] {
        tx.execute(text, params![team, gone])?;
    }
    tx.execute("UPDATE contact SET merged_into = $3 WHERE team_id = $1 AND merged_into = $2", both)?;
    tx.execute(
        "UPDATE contact SET merged_into = $3, deleted_at = $4 WHERE team_id = $1 AND id = $2",
        params![team, gone, stay, at],
    )?;
    Ok(())
}
