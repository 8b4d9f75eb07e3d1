//! A team as an operator sets it up: stores, members of each role, LINE accounts and WhatsApp numbers.

use anyhow::{Context as _, anyhow};
use sandbox::{
    Sandbox,
    line::ChannelSpec,
    whatsapp::{AppSpec, NumberSpec, WabaSpec},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use server::{
    App,
    channels::{self, NewLineChannel, NewWaba, NewWhatsappApp, NewWhatsappNumber},
    members::admin::{self, NewMember, NewStore, NewTeam},
};
use shared::{
    id::{ChannelId, MemberId, StoreId, TeamId, WabaId, WhatsappAppId},
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

/// A WhatsApp business account of a team, with the app that its webhooks come by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Business {
    /// Its id at Storecast.
    pub id: WabaId,
    /// Its id at Meta.
    pub meta_id: String,
    /// The app's id at Storecast.
    pub app: WhatsappAppId,
    /// The app's name in the sandbox.
    pub app_name: String,
    /// Its numbers; their names are those in the sandbox too.
    pub numbers: Vec<Account>,
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
    /// Its WhatsApp business account, where it has one.
    #[serde(default)]
    pub business: Option<Business>,
}

impl Team {
    /// Makes a team without anything in it.
    pub async fn create(app: &App, new: NewTeam) -> anyhow::Result<Self> {
        let name = new.name.clone();
        let id = admin::create_team(&app.db, &app.clock, new).await?;
        Ok(Self { id, name, stores: Vec::new(), members: Vec::new(), accounts: Vec::new(), business: None })
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

    /// Opens a WhatsApp business account with these numbers (name, telephone number, stores) in the sandbox and
    /// connects it. Its ids at Meta begin with `meta`. Its webhooks go nowhere yet: see [`Team::point_webhooks`].
    pub async fn connect_whatsapp(
        &mut self,
        app: &App,
        sandbox: &Sandbox,
        meta: u32,
        numbers: &[(&str, &str, &[StoreId])],
    ) -> anyhow::Result<&Business> {
        let (app_name, meta_id) = (format!("app-{meta}"), format!("{meta}00"));
        let (secret, verify, token) = (format!("secret-{meta}"), format!("verify-{meta}"), format!("token-{meta}"));
        let world = sandbox.whatsapp();
        world.add_app(AppSpec::new(&app_name, &secret, &verify))?;
        world.add_waba(WabaSpec::new(&meta_id, &self.name, &app_name, &token))?;
        let new = NewWhatsappApp {
            team: self.id,
            name: app_name.clone(),
            app_secret: SecretString::from(secret),
            verify_token: SecretString::from(verify),
        };
        let meta_app = channels::create_whatsapp_app(app, new).await.map_err(|refused| anyhow!("{refused:?}"))?;
        let new = NewWaba {
            team: self.id,
            app: meta_app,
            meta_id: meta_id.clone(),
            name: Some(self.name.clone()),
            portfolio: None,
            access_token: SecretString::from(token),
        };
        let waba = channels::create_waba(app, new).await.map_err(|refused| anyhow!("{refused:?}"))?;
        let mut connected = Vec::new();
        for (place, (name, phone, stores)) in numbers.iter().enumerate() {
            let phone_number_id = format!("{meta}{:02}", place + 1);
            world.add_number(NumberSpec::new(name, &phone_number_id, &meta_id, phone))?;
            let new = NewWhatsappNumber {
                team: self.id,
                waba,
                phone_number_id,
                name: Some((*name).to_owned()),
                stores: stores.to_vec(),
            };
            let id = channels::create_whatsapp_number(app, new).await.map_err(|refused| anyhow!("{refused:?}"))?;
            connected.push(Account { id, name: (*name).to_owned() });
        }
        let business = Business { id: waba, meta_id, app: meta_app, app_name, numbers: connected };
        Ok(self.business.insert(business))
    }

    /// Sends the webhooks of its accounts to the server at this address.
    pub fn point_webhooks(&self, sandbox: &Sandbox, base: &str) -> anyhow::Result<()> {
        if let Some(business) = &self.business {
            let url = format!("{base}/webhooks/whatsapp/{}", business.app);
            sandbox.whatsapp().change_app(&business.app_name, |spec| spec.webhook_url = Some(url))?;
        }
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
