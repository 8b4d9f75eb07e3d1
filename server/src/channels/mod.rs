//! Channels: an account on a platform, its sealed secrets, its monthly quota, and whether it may send.

#[cfg(test)]
mod channels_test;
mod memory;
mod store;
#[cfg(test)]
mod store_test;
#[cfg(test)]
pub(crate) mod testing;
mod whatsapp;

use std::{fmt, sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};
use shared::{
    call::Done,
    campaigns::ResumeChannel,
    contacts::ChannelRef,
    id::{ChannelId, StoreId, TeamId, WhatsappAppId},
    limits::Platform,
    members::Role,
    problem::{Problem, Rule, What},
    reasons::Reason,
    text::tidy_name,
};

use self::{memory::Memory, store::NewBudget};
pub use self::{
    store::{Channel, Quota},
    whatsapp::{
        MetaApp, NewWaba, NewWhatsappApp, NewWhatsappNumber, Number, Waba, apps, create_waba, create_whatsapp_app,
        create_whatsapp_number, meta_app, meta_app_with, number, people_limit, replace_app_secrets, replace_waba_token,
        waba_of, waba_token, wabas,
    },
};
use crate::{
    App, audit,
    caller::Caller,
    db::{self, Lane},
    live::{News, Subject},
    platforms::AskError,
    refused::{Refused, Result},
};

/// How long what is remembered of a channel or its quota is believed, in milliseconds: another server may have changed
/// it.
const FRESH: i64 = 60_000;
/// How often paused channels are looked at again.
const QUOTA_LOOK: Duration = Duration::from_mins(10);
/// How long a check waits for LINE to tell a quota.
const QUOTA_WAIT: Duration = Duration::from_secs(3);
/// A channel's name, in characters.
const NAME: usize = 80;
/// The endpoints whose pace the delivery engine keeps.
const PUSH: &str = "push";
const MULTICAST: &str = "multicast";

/// What is remembered of channels. Cloning gives another hand on the same memory.
#[derive(Clone, Default)]
pub struct Channels(Arc<Remembered>);

#[derive(Default)]
struct Remembered {
    accounts: Memory<ChannelId, Account>,
    numbers: Memory<ChannelId, Number>,
    apps: Memory<WhatsappAppId, MetaApp>,
}

impl Channels {
    /// Forgets a channel: its row changed.
    pub fn forget(&self, channel: ChannelId) {
        self.0.accounts.forget(&channel);
        self.0.numbers.forget(&channel);
    }

    /// Forgets everything: another server replaced some secrets.
    pub fn forget_all(&self) {
        self.0.accounts.clear();
        self.0.numbers.clear();
        self.0.apps.clear();
    }
}

/// A LINE account with its secrets opened.
pub struct Account {
    /// Whose it is.
    pub team: TeamId,
    /// Itself.
    pub channel: ChannelId,
    /// The bot's user id: `destination` of its webhooks.
    pub bot: String,
    /// What its webhooks are signed with.
    pub secret: Vec<u8>,
    /// What its calls are authorised by.
    pub token: Arc<str>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("team", &self.team).field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// A LINE account to be connected, as its console shows it.
pub struct NewLineChannel {
    /// Its team.
    pub team: TeamId,
    /// What staff call it; LINE's own name of it where this is absent.
    pub name: Option<String>,
    /// The channel secret.
    pub secret: SecretString,
    /// The channel access token.
    pub access_token: SecretString,
    /// The stores that work with it.
    pub stores: Vec<StoreId>,
}

/// Connects a LINE account: asks LINE whose token it is, then keeps both secrets sealed.
pub async fn create_line(app: &App, new: NewLineChannel) -> Result<ChannelId> {
    if new.secret.expose_secret().trim().is_empty() {
        return Err(Problem::invalid("secret", Rule::Required).into());
    }
    let token = new.access_token.expose_secret().trim().to_owned();
    let bot = app.platforms.line.bot_info(&token).await.map_err(|error| match error {
        AskError::Later(cause) => {
            tracing::warn!(error = cause, "LINE could not be asked about a new channel");
            Refused::Problem(Problem::Unavailable)
        }
        AskError::NotFound | AskError::Stop(_) | AskError::Refused(_) | AskError::TooLarge(_) => {
            let expected = "the long-lived channel access token of a LINE official account".into();
            Problem::invalid("access_token", Rule::Malformed { expected }).into()
        }
    })?;
    let id: ChannelId = app.clock.id();
    let name = tidy_name(new.name.as_deref().unwrap_or(&bot.name), NAME);
    if name.is_empty() {
        return Err(Problem::invalid("name", Rule::Required).into());
    }
    let row = id.to_string();
    let seal = |column: &str, plain: &str| {
        app.keys.seal(new.team, "channel", column, &row, plain.as_bytes()).map_err(Refused::fault)
    };
    let channel = store::NewChannel {
        team: new.team,
        id,
        name,
        platform_id: bot.user_id,
        secret: seal("secret", new.secret.expose_secret().trim())?,
        access_token: seal("access_token", &token)?,
        at: app.clock.now(),
    };
    let (line, next_at) = (&app.config.line, app.clock.now_micros());
    let budget = |endpoint, rate: u32| NewBudget { endpoint, rate: i64::from(rate), next_at };
    let budgets = [budget(PUSH, line.rate), budget(MULTICAST, line.multicast_rate)];
    let stores = new.stores;
    let created = app.db.write(move |tx| store::insert(tx, &channel, &budgets, &stores)).await;
    match created {
        Ok(()) => Ok(id),
        Err(db::Error::Unique { .. }) => Err(Problem::invalid("access_token", Rule::Taken).into()),
        Err(db::Error::ForeignKey) => Err(Problem::invalid("stores", Rule::Unknown { count: 1 }).into()),
        Err(error) => Err(error.into()),
    }
}

/// A LINE account with its secrets, remembered for a minute; [`Problem::Missing`] where there is none.
pub async fn account(app: &App, channel: ChannelId) -> Result<Arc<Account>> {
    let now = app.clock.now();
    if let Some(account) = app.channels.0.accounts.get(&channel, now) {
        return Ok(account);
    }
    let sealed = app.db.read(move |tx| store::sealed(tx, channel)).await?;
    let Some(sealed) = sealed else { return Err(Problem::missing(What::Channel).into()) };
    let row = channel.to_string();
    let open =
        |column: &str, value: &[u8]| app.keys.open(sealed.team, "channel", column, &row, value).map_err(Refused::fault);
    let account = Arc::new(Account {
        team: sealed.team,
        channel,
        bot: sealed.platform_id.clone(),
        secret: open("secret", &sealed.secret)?,
        token: String::from_utf8(open("access_token", &sealed.access_token)?).map_err(Refused::fault)?.into(),
    });
    app.channels.0.accounts.put(channel, &account, now);
    Ok(account)
}

/// Replaces a channel's secrets, as after a leak; the token is checked by LINE's answer to it. A channel that LINE had
/// refused sends again.
pub async fn replace_secrets(app: &App, channel: ChannelId, secret: SecretString, token: SecretString) -> Result<()> {
    let account = account(app, channel).await?;
    let token = token.expose_secret().trim().to_owned();
    let bot = app.platforms.line.bot_info(&token).await;
    if !bot.is_ok_and(|bot| bot.user_id == account.bot) {
        let expected = "an access token of the same LINE official account".into();
        return Err(Problem::invalid("access_token", Rule::Malformed { expected }).into());
    }
    let (team, row) = (account.team, channel.to_string());
    let seal = |column: &str, plain: &str| {
        app.keys.seal(team, "channel", column, &row, plain.as_bytes()).map_err(Refused::fault)
    };
    let secret = seal("secret", secret.expose_secret().trim())?;
    let token = seal("access_token", &token)?;
    app.db.write(move |tx| store::set_secrets(tx, team, channel, &secret, &token)).await?;
    app.channels.forget(channel);
    app.live.relay().secrets_changed();
    if show(app, team, channel).await?.paused == Some(Reason::LineRefused) {
        resume(app, team, channel).await?;
    }
    Ok(())
}

/// One channel's state, for the check of a send.
pub async fn show(app: &App, team: TeamId, channel: ChannelId) -> Result<Channel> {
    let found = app.db.read(move |tx| store::find(tx, team, channel)).await?;
    found.ok_or_else(|| Problem::missing(What::Channel).into())
}

/// One channel's state as it is stored, inside a transaction; the accepting of a send asks for its quota.
pub fn known(tx: &mut db::Tx<'_>, team: TeamId, channel: ChannelId) -> db::Result<Option<Channel>> {
    store::find(tx, team, channel)
}

/// Stops a channel's sending and says why. A channel that is paused keeps its first reason.
pub async fn pause(app: &App, team: TeamId, channel: ChannelId, reason: Reason) -> Result<()> {
    let now = app.clock.now();
    Ok(app.db.write(move |tx| stop(tx, team, channel, reason, now)).await?)
}

/// As [`pause`], inside a transaction: a webhook told that the account cannot send.
pub fn stop(tx: &mut db::Tx<'_>, team: TeamId, channel: ChannelId, reason: Reason, at: i64) -> db::Result<()> {
    if store::pause(tx, team, channel, reason, at)? {
        tx.tell(News::of(team, Subject::Channels));
        tracing::warn!(%channel, reason = reason.as_str(), "a channel was paused");
    }
    Ok(())
}

/// Lets a channel send again.
pub async fn resume(app: &App, team: TeamId, channel: ChannelId) -> Result<()> {
    let resumed = app.db.write(move |tx| go_on(tx, team, channel)).await?;
    resumes(app, channel, resumed);
    Ok(())
}

/// As [`resume`], by a person who works with the channel: an admin, or a manager of a store that uses it.
pub(crate) async fn resume_by(app: App, caller: Caller, ResumeChannel { id }: ResumeChannel) -> Result<Done> {
    let clock = app.clock.clone();
    let resumed = app.db.write(move |tx| {
        let stores = (caller.role != Role::Admin).then_some(caller.stores.as_slice());
        if !store::list(tx, caller.team, stores)?.iter().any(|channel| channel.id == id) {
            return Err(Refused::from(Problem::missing(What::Channel)));
        }
        let resumed = go_on(tx, caller.team, id)?;
        if resumed {
            let act = audit::Act { action: "channel.resume", subject: id.to_string(), detail: None };
            audit::note(tx, &clock, &caller, &act)?;
        }
        Ok(resumed)
    });
    let resumed = resumed.await?;
    resumes(&app, id, resumed);
    Ok(Done {})
}

/// Ends a channel's pause; says whether there was one.
fn go_on(tx: &mut db::Tx<'_>, team: TeamId, channel: ChannelId) -> db::Result<bool> {
    let resumed = store::resume(tx, team, channel)?;
    if resumed {
        tx.tell(News::of(team, Subject::Channels));
    }
    Ok(resumed)
}

fn resumes(app: &App, channel: ChannelId, resumed: bool) {
    if resumed {
        tracing::info!(%channel, "a channel sends again");
        app.outbox.wake();
    }
}

/// A channel's monthly quota, at most a minute old. Where LINE does not answer it is the last one known, or none.
/// WhatsApp has no such quota.
pub async fn quota(app: &App, team: TeamId, channel: ChannelId) -> Result<Option<Quota>> {
    let known = show(app, team, channel).await?;
    if known.platform != Platform::Line {
        return Ok(None);
    }
    let now = app.clock.now();
    if let Some(quota) = known.quota
        && (0..FRESH).contains(&(now - quota.at))
    {
        return Ok(Some(quota));
    }
    match tokio::time::timeout(QUOTA_WAIT, refresh_quota(app, team, channel)).await {
        Ok(Ok(quota)) => Ok(Some(quota)),
        Ok(Err(error)) => {
            tracing::warn!(%channel, %error, "the quota of a channel is not known now");
            Ok(known.quota)
        }
        Err(_) => {
            tracing::warn!(%channel, "LINE does not tell the quota of a channel in time");
            Ok(known.quota)
        }
    }
}

/// Asks LINE for a channel's quota and keeps it. A channel that was paused for it and has messages again sends again.
pub async fn refresh_quota(app: &App, team: TeamId, channel: ChannelId) -> Result<Quota> {
    let account = account(app, channel).await?;
    let asked = app.platforms.line.quota(&account.token).await.map_err(Refused::fault)?;
    let quota = Quota { limit: asked.limit, used: asked.used, at: app.clock.now() };
    app.db.write_as(Lane::Intake, move |tx| store::set_quota(tx, team, channel, quota)).await?;
    let channel_now = show(app, team, channel).await?;
    if channel_now.paused == Some(Reason::LineMonthlyLimit) && quota.left().is_none_or(|left| left > 0) {
        resume(app, team, channel).await?;
    }
    Ok(quota)
}

/// Asks whether LINE takes a channel's token again, which another server or the command line may have replaced, or LINE
/// itself forgiven; if so, a channel that was paused for it sends again.
async fn retry_refused(app: &App, team: TeamId, channel: ChannelId) -> Result<()> {
    app.channels.forget(channel);
    refresh_quota(app, team, channel).await?;
    resume(app, team, channel).await
}

/// The channels that the caller's stores use; all of the team for an admin.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ChannelRef>> {
    let (team, stores) = (caller.team, caller.stores.clone());
    let stores = (caller.role != Role::Admin).then_some(stores);
    Ok(app.db.read(move |tx| store::list(tx, team, stores.as_deref())).await?)
}

/// All channels of a team, by name, for its operator.
pub async fn all(app: &App, team: TeamId) -> Result<Vec<ChannelRef>> {
    Ok(app.db.read(move |tx| store::list(tx, team, None)).await?)
}

/// Remembers that a channel's webhooks arrive, to the minute.
pub fn webhook_seen(tx: &mut db::Tx<'_>, team: TeamId, channel: ChannelId, at: i64) -> db::Result<()> {
    store::webhook_seen(tx, team, channel, at, at - FRESH)
}

/// Starts looking after channels that are paused (the month turns, the plan grows, or their platform takes their token
/// again) and asking Meta what its numbers may do.
pub fn start(app: &App) {
    whatsapp::start(app);
    let watcher = app.clone();
    app.tasks.spawn("channels.quota", async move {
        loop {
            tokio::select! {
                () = watcher.tasks.stopping() => return,
                () = tokio::time::sleep(QUOTA_LOOK) => {}
            }
            for reason in [Reason::LineMonthlyLimit, Reason::LineRefused, Reason::WaToken] {
                look_after(&watcher, reason).await;
            }
        }
    });
}

/// Looks after the channels that are paused for this reason.
async fn look_after(app: &App, reason: Reason) {
    let platform = if reason == Reason::WaToken { Platform::Whatsapp } else { Platform::Line };
    let paused = match app.db.read(move |tx| store::paused(tx, platform, reason)).await {
        Ok(paused) => paused,
        Err(error) => return tracing::warn!(%error, "paused channels cannot be listed now"),
    };
    for (team, channel) in paused {
        let looked = match reason {
            Reason::LineRefused => retry_refused(app, team, channel).await,
            Reason::WaToken => whatsapp::retry_refused(app, team, channel).await,
            _ => refresh_quota(app, team, channel).await.map(drop),
        };
        if let Err(error) = looked {
            tracing::warn!(%channel, %error, "a paused channel still cannot send");
        }
    }
}
