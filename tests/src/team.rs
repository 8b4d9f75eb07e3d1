//! A team as an operator sets it up: stores, members of each role, a LINE account.

use anyhow::{Context as _, anyhow};
use sandbox::{Sandbox, line::ChannelSpec};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use server::{
    App,
    channels::{self, NewLineChannel},
    members::admin::{self, NewMember, NewStore, NewTeam},
};
use shared::{
    id::{ChannelId, MemberId, StoreId, TeamId},
    members::Role,
};

/// The password of every member of a world; the demo prints it.
pub const PASSWORD: &str = "storecast-demo";

/// A member who can sign in, with [`PASSWORD`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Her id.
    pub id: MemberId,
    /// Her name.
    pub name: String,
    /// Her e-mail.
    pub email: String,
    /// Her role.
    pub role: Role,
    /// Her stores, the primary one first.
    pub stores: Vec<StoreId>,
}

/// A LINE account of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id at Storecast.
    pub id: ChannelId,
    /// Its name in the sandbox, and at Storecast.
    pub name: String,
}

/// A team that is set up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// The brand's name.
    pub name: String,
    /// Its stores.
    pub stores: Vec<StoreId>,
    /// Its members.
    pub members: Vec<Seat>,
    /// Its LINE accounts.
    pub accounts: Vec<Account>,
}

impl Team {
    /// Makes a team without anything in it.
    pub async fn create(app: &App, new: NewTeam) -> anyhow::Result<Self> {
        let name = new.name.clone();
        let id = admin::create_team(&app.db, &app.clock, new).await?;
        Ok(Self { id, name, stores: Vec::new(), members: Vec::new(), accounts: Vec::new() })
    }

    /// Opens a store.
    pub async fn open_store(&mut self, app: &App, code: &str, name: &str) -> anyhow::Result<StoreId> {
        let new = NewStore { team: self.id, code: code.to_owned(), name: name.to_owned(), area: None };
        let id = admin::create_store(&app.db, &app.clock, new).await?;
        self.stores.push(id);
        Ok(id)
    }

    /// Takes on a member; the first of the stores is her primary one.
    pub async fn hire(
        &mut self,
        app: &App,
        role: Role,
        name: &str,
        email: &str,
        stores: &[StoreId],
    ) -> anyhow::Result<&Seat> {
        let new = NewMember {
            team: self.id,
            name: name.to_owned(),
            email: email.to_owned(),
            password: SecretString::from(PASSWORD),
            role,
            employee_code: None,
            stores: stores.to_vec(),
        };
        let id = admin::create_member(&app.db, &app.clock, &app.limits.passwords, new).await?;
        self.members.push(Seat { id, name: name.to_owned(), email: email.to_owned(), role, stores: stores.to_vec() });
        self.members.last().context("just taken on")
    }

    /// Opens a LINE account in the sandbox and connects it. Its webhooks go nowhere yet: see [`Team::point_webhooks`].
    pub async fn connect_line(
        &mut self,
        app: &App,
        sandbox: &Sandbox,
        name: &str,
        stores: &[StoreId],
    ) -> anyhow::Result<&Account> {
        // A token travels in a header, where only ASCII may stand.
        let ascii = name.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let spec = ChannelSpec::new(name, &format!("secret-{ascii}"), &format!("token-{ascii}"));
        sandbox.line().add_channel(spec.clone())?;
        let new = NewLineChannel {
            team: self.id,
            name: Some(name.to_owned()),
            secret: SecretString::from(spec.secret),
            access_token: SecretString::from(spec.token),
            stores: stores.to_vec(),
        };
        let id = channels::create_line(app, new).await.map_err(|error| anyhow!("cannot connect {name}: {error}"))?;
        self.accounts.push(Account { id, name: name.to_owned() });
        self.accounts.last().context("just connected")
    }

    /// Sends the webhooks of its accounts to the server at this address.
    pub fn point_webhooks(&self, sandbox: &Sandbox, base: &str) -> anyhow::Result<()> {
        for account in &self.accounts {
            let url = format!("{base}/webhooks/line/{}", account.id);
            sandbox.line().change_channel(&account.name, |spec| spec.webhook_url = Some(url))?;
        }
        Ok(())
    }

    /// The member of this e-mail, or of the e-mail that begins so.
    pub fn seat(&self, email: &str) -> anyhow::Result<&Seat> {
        self.members
            .iter()
            .find(|seat| seat.email.starts_with(email))
            .with_context(|| format!("{} has no member {email}", self.name))
    }
}
