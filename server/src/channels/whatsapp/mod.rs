//! WhatsApp: Meta's webhooks and their secret belong to an app, templates and the token to a business account (WABA),
//! sending to a number, which is the channel (providers.md B, architecture.md section 3).

mod connect;
mod numbers;
pub(super) mod store;
#[cfg(test)]
mod store_test;
#[cfg(test)]
mod whatsapp_test;

use std::{collections::HashMap, fmt, sync::Arc};

use secrecy::{ExposeSecret as _, SecretString};
use shared::{
    contacts::ChannelRef,
    id::{ChannelId, TeamId, WabaId, WhatsappAppId},
    problem::{Problem, What},
};

pub use self::connect::{
    NewWaba, NewWhatsappApp, NewWhatsappNumber, create_waba, create_whatsapp_app, create_whatsapp_number,
    replace_app_secrets, replace_waba_token,
};
pub(super) use self::numbers::{retry_refused, start};
use crate::{
    App,
    db::{self, Tx},
    platforms::whatsapp::PeopleLimit,
    refused::{Refused, Result},
};

/// The endpoint whose pace the delivery engine keeps.
pub(super) const MESSAGES: &str = "messages";
/// The tables that hold sealed values, as [`crate::keys::Keys::seal`] binds them.
const APP: &str = "whatsapp_app";
const WABA: &str = "waba";

/// A sending number with its business account's token opened.
pub struct Number {
    /// Whose it is.
    pub team: TeamId,
    /// Itself.
    pub channel: ChannelId,
    /// Its id at Meta, which calls name.
    pub phone_number_id: String,
    /// Its business account.
    pub waba: WabaId,
    /// The business portfolio, whose numbers share one limit of people (providers.md B4), where the operator named it.
    pub portfolio: Option<String>,
    /// What its calls are authorised by.
    pub token: Arc<str>,
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Number");
        shown.field("team", &self.team).field("channel", &self.channel).field("waba", &self.waba);
        shown.finish_non_exhaustive()
    }
}

/// An app at Meta with its secrets opened, and where its webhooks go.
pub struct MetaApp {
    /// Whose it is.
    pub team: TeamId,
    /// Itself.
    pub id: WhatsappAppId,
    /// What its webhooks are signed with.
    pub secret: Vec<u8>,
    /// What Meta shows when it asks whether the webhook address is ours.
    pub verify_token: Vec<u8>,
    /// Its numbers, by their id at Meta.
    pub numbers: HashMap<String, ChannelId>,
    /// Its business accounts that have a number, by their id at Meta, each with its oldest one.
    pub accounts: HashMap<String, ChannelId>,
}

impl fmt::Debug for MetaApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetaApp").field("team", &self.team).field("id", &self.id).finish_non_exhaustive()
    }
}

/// A WhatsApp business account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waba {
    /// Itself.
    pub id: WabaId,
    /// Its id at Meta, which calls name.
    pub meta_id: String,
    /// What staff call it.
    pub name: String,
    /// Its sending numbers, by name.
    pub channels: Vec<ChannelRef>,
}

/// A sending number with its token, remembered for a minute; [`Problem::Missing`] where there is none.
pub async fn number(app: &App, channel: ChannelId) -> Result<Arc<Number>> {
    let now = app.clock.now();
    if let Some(number) = app.channels.0.numbers.get(&channel, now) {
        return Ok(number);
    }
    let sealed = app.db.read(move |tx| store::sealed_number(tx, channel)).await?;
    let Some(sealed) = sealed else { return Err(Problem::missing(What::Channel).into()) };
    let number = Arc::new(Number {
        team: sealed.team,
        channel,
        phone_number_id: sealed.phone_number_id,
        waba: sealed.waba,
        portfolio: sealed.portfolio,
        token: open_token(app, sealed.team, sealed.waba, &sealed.access_token)?,
    });
    app.channels.0.numbers.put(channel, &number, now);
    Ok(number)
}

/// The token of a business account of the team; [`Problem::Missing`] where there is none.
pub async fn waba_token(app: &App, team: TeamId, waba: WabaId) -> Result<Arc<str>> {
    let sealed = app.db.read(move |tx| store::sealed_account(tx, team, waba)).await?;
    let Some((_, token)) = sealed else { return Err(Problem::missing(What::Channel).into()) };
    open_token(app, team, waba, &token)
}

fn open_token(app: &App, team: TeamId, waba: WabaId, sealed: &[u8]) -> Result<Arc<str>> {
    let token = app.keys.open(team, WABA, "access_token", &waba.to_string(), sealed).map_err(Refused::fault)?;
    Ok(String::from_utf8(token).map_err(Refused::fault)?.into())
}

fn seal_token(app: &App, team: TeamId, waba: WabaId, token: &str) -> Result<Vec<u8>> {
    app.keys.seal(team, WABA, "access_token", &waba.to_string(), token.as_bytes()).map_err(Refused::fault)
}

/// An app with its secrets and its numbers, remembered for a minute; [`Problem::Missing`] where there is none.
pub async fn meta_app(app: &App, id: WhatsappAppId) -> Result<Arc<MetaApp>> {
    match app.channels.0.apps.get(&id, app.clock.now()) {
        Some(known) => Ok(known),
        None => read_app(app, id).await,
    }
}

/// As [`meta_app`], read anew if one of these ids at Meta is not among its numbers and accounts: it may just have been
/// connected, by another process too.
pub async fn meta_app_with(app: &App, id: WhatsappAppId, knows_all: impl Fn(&MetaApp) -> bool) -> Result<Arc<MetaApp>> {
    let known = meta_app(app, id).await?;
    if knows_all(&known) { Ok(known) } else { read_app(app, id).await }
}

async fn read_app(app: &App, id: WhatsappAppId) -> Result<Arc<MetaApp>> {
    let read = app.db.read(move |tx| {
        let Some(sealed) = store::sealed_app(tx, id)? else { return Ok(None) };
        let routes = store::routes(tx, sealed.team, id)?;
        Ok::<_, db::Error>(Some((sealed, routes)))
    });
    let Some((sealed, routes)) = read.await? else { return Err(Problem::missing(What::Channel).into()) };
    let row = id.to_string();
    let open =
        |column: &str, value: &[u8]| app.keys.open(sealed.team, APP, column, &row, value).map_err(Refused::fault);
    let mut accounts = HashMap::new();
    for route in &routes {
        accounts.entry(route.account.clone()).or_insert(route.channel);
    }
    let read = Arc::new(MetaApp {
        team: sealed.team,
        id,
        secret: open("app_secret", &sealed.app_secret)?,
        verify_token: open("verify_token", &sealed.verify_token)?,
        numbers: routes.into_iter().map(|route| (route.phone_number_id, route.channel)).collect(),
        accounts,
    });
    app.channels.0.apps.put(id, &read, app.clock.now());
    Ok(read)
}

/// The team's business accounts, by name, with their numbers.
pub fn wabas(tx: &mut Tx<'_>, team: TeamId) -> db::Result<Vec<Waba>> {
    let mut accounts: Vec<Waba> = Vec::new();
    for row in store::accounts(tx, team)? {
        match accounts.last_mut().filter(|last| last.id == row.id) {
            Some(last) => last.channels.extend(row.number),
            None => accounts.push(Waba {
                id: row.id,
                meta_id: row.meta_id,
                name: row.name,
                channels: row.number.into_iter().collect(),
            }),
        }
    }
    Ok(accounts)
}

/// The team's apps at Meta, by name, for its operator.
pub async fn apps(app: &App, team: TeamId) -> Result<Vec<(WhatsappAppId, String)>> {
    Ok(app.db.read(move |tx| store::apps(tx, team)).await?)
}

/// The business account that a number belongs to; none for an account of another platform.
pub fn waba_of(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> db::Result<Option<WabaId>> {
    store::waba_of(tx, team, channel)
}

/// How many people a number may reach outside of their window in a moving 24 hours, shared by its whole portfolio
/// (providers.md B4); none where Meta has not told.
pub fn people_limit(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> db::Result<Option<PeopleLimit>> {
    store::people_limit(tx, team, channel)
}

/// A secret as it was typed or piped in.
fn trimmed(secret: &SecretString) -> &str {
    secret.expose_secret().trim()
}
