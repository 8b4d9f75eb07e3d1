//! Connecting an app, a business account and a number, each checked with Meta where it can be reached.

use secrecy::SecretString;
use shared::{
    id::{ChannelId, StoreId, TeamId, WabaId, WhatsappAppId},
    problem::{Problem, Rule, Unit, What},
    text::tidy_name,
};

use super::{
    super::{NAME, store::NewBudget},
    APP, MESSAGES, numbers, open_token, seal_token, store, trimmed,
};
use crate::{
    App, db,
    platforms::{AskError, whatsapp::NumberInfo},
    refused::{Refused, Result},
};

/// Meta's ids are numbers of some 16 digits.
const META_ID: usize = 64;

/// An app at Meta to be connected, as its dashboard shows it.
pub struct NewWhatsappApp {
    /// Its team.
    pub team: TeamId,
    /// What staff call it.
    pub name: String,
    /// The app secret, which signs its webhooks.
    pub app_secret: SecretString,
    /// What is typed beside the webhook address at Meta: any text that nobody guesses.
    pub verify_token: SecretString,
}

/// A business account to be connected, as WhatsApp Manager shows it.
pub struct NewWaba {
    /// Its team.
    pub team: TeamId,
    /// The app that its webhooks come by.
    pub app: WhatsappAppId,
    /// Its id at Meta.
    pub meta_id: String,
    /// What staff call it; its id where this is absent.
    pub name: Option<String>,
    /// The id of the business portfolio. Accounts of one portfolio share its limit of people.
    pub portfolio: Option<String>,
    /// A system user's access token.
    pub access_token: SecretString,
}

/// A sending number to be connected, as WhatsApp Manager shows it.
pub struct NewWhatsappNumber {
    /// Its team.
    pub team: TeamId,
    /// Its business account.
    pub waba: WabaId,
    /// Its id at Meta, which is not the number itself.
    pub phone_number_id: String,
    /// What staff call it; the name that customers see where this is absent.
    pub name: Option<String>,
    /// The stores that work with it.
    pub stores: Vec<StoreId>,
}

/// Connects an app: keeps both secrets sealed. Nothing of it can be asked of Meta; its first webhook proves it.
pub async fn create_whatsapp_app(app: &App, new: NewWhatsappApp) -> Result<WhatsappAppId> {
    let name = name_of(&new.name)?;
    let id: WhatsappAppId = app.clock.id();
    let (app_secret, verify_token) = sealed(app, new.team, id, &new.app_secret, &new.verify_token)?;
    let row = store::NewApp { team: new.team, id, name, app_secret, verify_token, at: app.clock.now() };
    app.db.write(move |tx| store::insert_app(tx, &row)).await?;
    Ok(id)
}

/// Replaces the secrets of an app, as after a leak. Webhooks that Meta signs by the former one are refused from then
/// on.
pub async fn replace_app_secrets(
    app: &App,
    team: TeamId,
    id: WhatsappAppId,
    app_secret: SecretString,
    verify_token: SecretString,
) -> Result<()> {
    let (app_secret, verify_token) = sealed(app, team, id, &app_secret, &verify_token)?;
    if !app.db.write(move |tx| store::set_app_secrets(tx, team, id, &app_secret, &verify_token)).await? {
        return Err(Problem::invalid("app", Rule::Unknown { count: 1 }).into());
    }
    app.channels.0.apps.forget(&id);
    app.live.relay().secrets_changed();
    Ok(())
}

/// Both secrets of an app, sealed for its row.
fn sealed(
    app: &App,
    team: TeamId,
    id: WhatsappAppId,
    app_secret: &SecretString,
    verify_token: &SecretString,
) -> Result<(Vec<u8>, Vec<u8>)> {
    let row = id.to_string();
    let seal = |column: &str, secret: &SecretString| {
        let plain = required(column, trimmed(secret))?;
        app.keys.seal(team, APP, column, &row, plain.as_bytes()).map_err(Refused::fault)
    };
    Ok((seal("app_secret", app_secret)?, seal("verify_token", verify_token)?))
}

/// Connects a business account, once Meta shows it to its token.
pub async fn create_waba(app: &App, new: NewWaba) -> Result<WabaId> {
    let meta_id = meta_id("meta_id", &new.meta_id)?;
    let name = name_of(new.name.as_deref().unwrap_or(&meta_id))?;
    let portfolio = new.portfolio.as_deref().map(str::trim).filter(|portfolio| !portfolio.is_empty());
    let portfolio = portfolio.map(|portfolio| self::meta_id("portfolio", portfolio)).transpose()?;
    let token = required("access_token", trimmed(&new.access_token))?;
    check_token(app, token, &meta_id).await?;
    let id: WabaId = app.clock.id();
    let access_token = seal_token(app, new.team, id, token)?;
    let (team, at) = (new.team, app.clock.now());
    let row = store::NewAccount { team, id, app: new.app, meta_id, portfolio, name, access_token, at };
    match app.db.write(move |tx| store::insert_account(tx, &row)).await {
        Ok(()) => Ok(id),
        Err(db::Error::Unique { .. }) => Err(Problem::invalid("meta_id", Rule::Taken).into()),
        Err(db::Error::ForeignKey) => Err(Problem::invalid("app", Rule::Unknown { count: 1 }).into()),
        Err(error) => Err(error.into()),
    }
}

/// Replaces the token of a business account, as after a leak or when it ended; its numbers that Meta had refused send
/// again.
pub async fn replace_waba_token(app: &App, team: TeamId, waba: WabaId, token: SecretString) -> Result<()> {
    let known = app.db.read(move |tx| store::sealed_account(tx, team, waba)).await?;
    let Some((meta_id, _)) = known else { return Err(Problem::missing(What::Channel).into()) };
    let token = required("access_token", trimmed(&token))?;
    check_token(app, token, &meta_id).await?;
    let sealed = seal_token(app, team, waba, token)?;
    app.db.write(move |tx| store::set_token(tx, team, waba, &sealed)).await?;
    app.live.relay().secrets_changed();
    let accounts = app.db.read(move |tx| super::wabas(tx, team)).await?;
    for channel in accounts.iter().filter(|account| account.id == waba).flat_map(|account| &account.channels) {
        app.channels.forget(channel.id);
        numbers::resume_refused(app, team, channel.id).await?;
    }
    Ok(())
}

/// Connects a number of a business account, with what Meta tells of it. Where Meta cannot be reached it is connected as
/// it is said, and asked after later.
pub async fn create_whatsapp_number(app: &App, new: NewWhatsappNumber) -> Result<ChannelId> {
    let phone_number_id = meta_id("phone_number_id", &new.phone_number_id)?;
    let (team, waba) = (new.team, new.waba);
    let account = app.db.read(move |tx| store::sealed_account(tx, team, waba)).await?;
    let Some((_, sealed)) = account else { return Err(Problem::invalid("waba", Rule::Unknown { count: 1 }).into()) };
    let token = open_token(app, team, waba, &sealed)?;
    let told = told_of(app, &token, &phone_number_id).await?;
    let name = new.name.as_deref().or(told.as_ref().map(|told| told.name.as_str())).unwrap_or_default();
    let name = name_of(name)?;
    let (id, at): (ChannelId, _) = (app.clock.id(), app.clock.now());
    let throughput = told.as_ref().and_then(|told| told.throughput);
    let budget = NewBudget {
        endpoint: MESSAGES,
        rate: numbers::rate(&app.config.whatsapp, throughput),
        next_at: app.clock.now_micros(),
    };
    let row = store::NewNumber { team, id, waba, phone_number_id, name, at };
    let people = told.and_then(|told| told.people_limit);
    let stores = new.stores;
    let created = app.db.write(move |tx| {
        store::insert_number(tx, &row, &budget, &stores)?;
        store::set_info(tx, team, id, throughput, people, at)
    });
    match created.await {
        Ok(()) => {
            app.channels.0.apps.clear();
            Ok(id)
        }
        Err(db::Error::Unique { .. }) => Err(Problem::invalid("phone_number_id", Rule::Taken).into()),
        Err(db::Error::ForeignKey) => Err(Problem::invalid("stores", Rule::Unknown { count: 1 }).into()),
        Err(error) => Err(error.into()),
    }
}

/// Whether Meta shows this account to this token; it is believed where Meta cannot be reached.
async fn check_token(app: &App, token: &str, meta_id: &str) -> Result<()> {
    match app.platforms.whatsapp.templates(token, meta_id, None).await {
        Ok(_) | Err(AskError::TooLarge(_)) => Ok(()),
        Err(AskError::Later(cause)) => {
            tracing::warn!(error = cause, "Meta could not be asked about a WhatsApp business account; it is believed");
            Ok(())
        }
        Err(AskError::Stop(_)) => Err(token_refused()),
        Err(AskError::NotFound | AskError::Refused(_)) => {
            let expected =
                "the id of a WhatsApp business account that this access token can see: assign the account to the \
                            system user, or correct the id"
                    .into();
            Err(Problem::invalid("meta_id", Rule::Malformed { expected }).into())
        }
    }
}

/// What Meta tells of a number; nothing where it cannot be reached.
async fn told_of(app: &App, token: &str, phone_number_id: &str) -> Result<Option<NumberInfo>> {
    match app.platforms.whatsapp.number(token, phone_number_id).await {
        Ok(told) => Ok(Some(told)),
        Err(AskError::Later(cause)) => {
            tracing::warn!(error = cause, "Meta could not be asked about a WhatsApp number; it is asked again later");
            Ok(None)
        }
        Err(AskError::Stop(_)) => Err(token_refused()),
        Err(AskError::NotFound | AskError::Refused(_) | AskError::TooLarge(_)) => {
            let expected =
                "the phone number id of a number of this business account, as WhatsApp Manager shows it (not the \
                            number itself)"
                    .into();
            Err(Problem::invalid("phone_number_id", Rule::Malformed { expected }).into())
        }
    }
}

fn token_refused() -> Refused {
    let expected =
        "a system user's access token with whatsapp_business_messaging and whatsapp_business_management that has \
                    not ended: make a new one, and where the account is connected already give it by \
                    `storecast admin set-waba-token`"
            .into();
    Problem::invalid("access_token", Rule::Malformed { expected }).into()
}

fn required<'t>(field: &str, text: &'t str) -> Result<&'t str> {
    if text.is_empty() { Err(Problem::invalid(field, Rule::Required).into()) } else { Ok(text) }
}

fn name_of(given: &str) -> Result<String> {
    let name = tidy_name(given, NAME);
    required("name", &name)?;
    Ok(name)
}

fn meta_id(field: &str, given: &str) -> Result<String> {
    let id = required(field, given.trim())?;
    let length = id.chars().count();
    if length > META_ID {
        let rule = Rule::TooLong { limit: META_ID as u64, actual: length as u64, unit: Unit::Characters };
        return Err(Problem::invalid(field, rule).into());
    }
    if !id.chars().all(|c| c.is_ascii_alphanumeric()) {
        let expected = "an id of Meta's, which is digits, as WhatsApp Manager shows it".into();
        return Err(Problem::invalid(field, Rule::Malformed { expected }).into());
    }
    Ok(id.to_owned())
}
