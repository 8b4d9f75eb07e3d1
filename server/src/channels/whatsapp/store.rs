//! SQL of WhatsApp apps, business accounts and numbers.

use shared::{
    contacts::ChannelRef,
    id::{ChannelId, StoreId, TeamId, WabaId, WhatsappAppId},
    limits::Platform,
};

use super::super::store::{NewBudget, equip};
use crate::{
    db::{FromRow, Result, Row, Tx},
    params,
    platforms::whatsapp::PeopleLimit,
};

/// An app of Meta's to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewApp {
    pub(in crate::channels) team: TeamId,
    pub(in crate::channels) id: WhatsappAppId,
    pub(in crate::channels) name: String,
    /// Sealed.
    pub(in crate::channels) app_secret: Vec<u8>,
    /// Sealed.
    pub(in crate::channels) verify_token: Vec<u8>,
    pub(in crate::channels) at: i64,
}

/// A business account to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub(in crate::channels) team: TeamId,
    pub(in crate::channels) id: WabaId,
    pub(in crate::channels) app: WhatsappAppId,
    pub(in crate::channels) meta_id: String,
    pub(in crate::channels) portfolio: Option<String>,
    pub(in crate::channels) name: String,
    /// Sealed.
    pub(in crate::channels) access_token: Vec<u8>,
    pub(in crate::channels) at: i64,
}

/// A sending number to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewNumber {
    pub(in crate::channels) team: TeamId,
    pub(in crate::channels) id: ChannelId,
    pub(in crate::channels) waba: WabaId,
    pub(in crate::channels) phone_number_id: String,
    pub(in crate::channels) name: String,
    pub(in crate::channels) at: i64,
}

/// An app with its secrets sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SealedApp {
    pub(super) team: TeamId,
    pub(super) app_secret: Vec<u8>,
    pub(super) verify_token: Vec<u8>,
}

impl FromRow for SealedApp {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            app_secret: row.get("app_secret")?,
            verify_token: row.get("verify_token")?,
        })
    }
}

/// A number with its business account's token sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SealedNumber {
    pub(super) team: TeamId,
    pub(super) phone_number_id: String,
    pub(super) waba: WabaId,
    pub(super) portfolio: Option<String>,
    pub(super) access_token: Vec<u8>,
}

impl FromRow for SealedNumber {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            phone_number_id: row.get("platform_id")?,
            waba: row.get("waba_id")?,
            portfolio: row.get("portfolio_id")?,
            access_token: row.get("access_token")?,
        })
    }
}

/// A number as a webhook names it, with the account it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) channel: ChannelId,
    pub(super) phone_number_id: String,
    pub(super) account: String,
}

impl FromRow for Route {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { channel: row.get("id")?, phone_number_id: row.get("platform_id")?, account: row.get("meta_id")? })
    }
}

/// A business account, and one of its numbers if it has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountRow {
    pub(super) id: WabaId,
    pub(super) meta_id: String,
    pub(super) name: String,
    pub(super) number: Option<ChannelRef>,
}

impl FromRow for AccountRow {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let number = match row.get::<Option<ChannelId>>("channel_id")? {
            Some(id) => Some(ChannelRef { id, name: row.get("channel_name")?, platform: Platform::Whatsapp }),
            None => None,
        };
        Ok(Self { id: row.get("id")?, meta_id: row.get("meta_id")?, name: row.get("name")?, number })
    }
}

/// Writes an app.
pub(in crate::channels) fn insert_app(tx: &mut Tx<'_>, new: &NewApp) -> Result<()> {
    tx.execute(
        "INSERT INTO whatsapp_app (team_id, id, name, app_secret, verify_token, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![new.team, new.id, &new.name, &new.app_secret, &new.verify_token, new.at],
    )?;
    Ok(())
}

/// Replaces both secrets of an app; whether the team has it.
pub(in crate::channels) fn set_app_secrets(
    tx: &mut Tx<'_>,
    team: TeamId,
    app: WhatsappAppId,
    app_secret: &[u8],
    verify_token: &[u8],
) -> Result<bool> {
    let set = tx.execute(
        "UPDATE whatsapp_app SET app_secret = $3, verify_token = $4 WHERE team_id = $1 AND id = $2",
        params![team, app, app_secret, verify_token],
    )?;
    Ok(set > 0)
}

/// Writes a business account of an app.
pub(in crate::channels) fn insert_account(tx: &mut Tx<'_>, new: &NewAccount) -> Result<()> {
    tx.execute(
        "INSERT INTO waba (team_id, id, app_id, meta_id, portfolio_id, name, access_token, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![new.team, new.id, new.app, &new.meta_id, &new.portfolio, &new.name, &new.access_token, new.at],
    )?;
    Ok(())
}

/// Writes a number of a business account, with its pace and its stores.
pub(in crate::channels) fn insert_number(
    tx: &mut Tx<'_>,
    new: &NewNumber,
    budget: &NewBudget,
    stores: &[StoreId],
) -> Result<()> {
    tx.execute(
        "INSERT INTO channel (team_id, id, platform, name, platform_id, waba_id, state, created_at)
         VALUES ($1, $2, 'whatsapp', $3, $4, $5, 'ready', $6)",
        params![new.team, new.id, &new.name, &new.phone_number_id, new.waba, new.at],
    )?;
    equip(tx, new.team, new.id, std::slice::from_ref(budget), stores)
}

/// An app by its id alone: a webhook names nothing else.
pub(super) fn sealed_app(tx: &mut Tx<'_>, app: WhatsappAppId) -> Result<Option<SealedApp>> {
    tx.opt("SELECT team_id, app_secret, verify_token FROM whatsapp_app WHERE id = $1", params![app])
}

/// The numbers of an app, the oldest first.
pub(super) fn routes(tx: &mut Tx<'_>, team: TeamId, app: WhatsappAppId) -> Result<Vec<Route>> {
    tx.all(
        "SELECT c.id, c.platform_id, w.meta_id FROM channel c JOIN waba w ON w.team_id = c.team_id AND w.id = c.waba_id
         WHERE w.team_id = $1 AND w.app_id = $2 AND c.platform = 'whatsapp' AND c.deleted_at IS NULL
         ORDER BY c.created_at, c.id",
        params![team, app],
    )
}

/// A number by its id alone: the engine and media know nothing else.
pub(super) fn sealed_number(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<SealedNumber>> {
    tx.opt(
        "SELECT c.team_id, c.platform_id, c.waba_id, w.portfolio_id, w.access_token
         FROM channel c JOIN waba w ON w.team_id = c.team_id AND w.id = c.waba_id
         WHERE c.id = $1 AND c.platform = 'whatsapp' AND c.deleted_at IS NULL",
        params![channel],
    )
}

/// Numbers of all teams, for the server's own asking after them.
pub(super) fn numbers(tx: &mut Tx<'_>) -> Result<Vec<(TeamId, ChannelId)>> {
    tx.all("SELECT team_id, id FROM channel WHERE platform = 'whatsapp' AND deleted_at IS NULL ORDER BY id", params![])
}

/// The team's business accounts by name, each once for each of its numbers.
pub(super) fn accounts(tx: &mut Tx<'_>, team: TeamId) -> Result<Vec<AccountRow>> {
    tx.all(
        "SELECT w.id, w.meta_id, w.name, c.id AS channel_id, c.name AS channel_name FROM waba w
         LEFT JOIN channel c ON c.team_id = w.team_id AND c.waba_id = w.id AND c.deleted_at IS NULL
         WHERE w.team_id = $1 ORDER BY w.name, w.id, c.name, c.id",
        params![team],
    )
}

/// The team's apps by name.
pub(super) fn apps(tx: &mut Tx<'_>, team: TeamId) -> Result<Vec<(WhatsappAppId, String)>> {
    tx.all("SELECT id, name FROM whatsapp_app WHERE team_id = $1 ORDER BY name, id", params![team])
}

/// A business account's id at Meta and its sealed token.
pub(super) fn sealed_account(tx: &mut Tx<'_>, team: TeamId, waba: WabaId) -> Result<Option<(String, Vec<u8>)>> {
    tx.opt("SELECT meta_id, access_token FROM waba WHERE team_id = $1 AND id = $2", params![team, waba])
}

/// Replaces a business account's token.
pub(in crate::channels) fn set_token(tx: &mut Tx<'_>, team: TeamId, waba: WabaId, token: &[u8]) -> Result<()> {
    tx.execute("UPDATE waba SET access_token = $3 WHERE team_id = $1 AND id = $2", params![team, waba, token])?;
    Ok(())
}

/// The business account that a number belongs to.
pub(super) fn waba_of(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<Option<WabaId>> {
    tx.opt("SELECT waba_id FROM channel WHERE team_id = $1 AND id = $2 AND waba_id IS NOT NULL", params![team, channel])
}

/// Keeps what Meta told of a number: messages a second, people in a moving day; what it did not tell stays as it was.
pub(super) fn set_info(
    tx: &mut Tx<'_>,
    team: TeamId,
    channel: ChannelId,
    throughput: Option<u32>,
    people: Option<PeopleLimit>,
    at: i64,
) -> Result<()> {
    if let Some(throughput) = throughput {
        tx.execute(
            "UPDATE channel SET throughput = $3 WHERE team_id = $1 AND id = $2",
            params![team, channel, throughput],
        )?;
    }
    if let Some(people) = people {
        let limit = match people {
            PeopleLimit::Of(limit) => Some(limit),
            PeopleLimit::Unlimited => None,
        };
        tx.execute(
            "UPDATE channel SET quota_limit = $3, quota_at = $4 WHERE team_id = $1 AND id = $2",
            params![team, channel, limit, at],
        )?;
    }
    Ok(())
}

/// Sets the pace of one endpoint. What was slowed stays slowed.
pub(super) fn set_rate(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, endpoint: &str, rate: i64) -> Result<()> {
    tx.execute(
        "UPDATE channel_budget SET rate = $4,
         rate_now = CASE WHEN rate_now >= rate OR rate_now > $4 THEN $4 ELSE rate_now END
         WHERE team_id = $1 AND channel_id = $2 AND endpoint = $3 AND rate <> $4",
        params![team, channel, endpoint, rate],
    )?;
    Ok(())
}

/// How many people a number may reach in a moving day, if Meta told.
pub(super) fn people_limit(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<Option<PeopleLimit>> {
    let row: Option<(Option<i64>, Option<i64>)> = tx.opt(
        "SELECT quota_limit, quota_at FROM channel WHERE team_id = $1 AND id = $2 AND platform = 'whatsapp'",
        params![team, channel],
    )?;
    let Some((limit, Some(_))) = row else { return Ok(None) };
    Ok(Some(limit.map_or(PeopleLimit::Unlimited, PeopleLimit::Of)))
}
