//! A world: one server, one sandbox, and three teams that must never see each other.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use sandbox::{
    Sandbox,
    line::{Act, Fetched, Sent, When},
    whatsapp::{self, NewCustomer},
};
use server::{clock::Clock, config::Config, members::admin::NewTeam};
use shared::{
    campaigns::{CheckDraft, Kind, Progress, SaveDraft, SendDraft, ShowProgress},
    content::{Content, Part},
    conversations::{ConversationCard, ConversationFilter, ConversationState, ListConversations, Scope, Take},
    id::{CampaignId, ConversationId, DraftId},
    members::Role,
    selection::Selection,
};
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::{
    Client, Engine, Seat, Team,
    running::{Running, listener},
    team::PASSWORD,
};

/// How long anything may take that the server does by itself.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// One server, one sandbox, three teams.
pub struct World {
    /// LINE and its customers.
    pub sandbox: Sandbox,
    /// The server.
    pub server: Running,
    /// The settings it runs on.
    pub config: Config,
    /// A team with the OMO plan: two stores, and members `admin`, `manager`, `sales`, `colleague` (of the same store)
    /// and `elsewhere` (of the other store).
    pub team: Team,
    /// Another team with the OMO plan: `admin`, `manager`, `sales`.
    pub other: Team,
    /// A team without it: `admin`, `manager`, `sales`.
    pub plain: Team,
    folder: TempDir,
}

/// A customer of a world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Her user id on LINE.
    pub user: String,
    /// Her name.
    pub name: String,
    /// The account's name.
    pub account: String,
}

/// A WhatsApp customer of a world whose conversation is in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Her conversation.
    pub id: ConversationId,
    /// What the sandbox knows her by.
    pub user: String,
}

impl World {
    /// A world with the server in this process, on SQLite.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_on(Engine::Sqlite).await
    }

    /// A world with the server in this process.
    pub async fn start_on(engine: Engine) -> anyhow::Result<Self> {
        Self::start_with(engine, |_| {}).await
    }

    /// A world with the server in this process, with settings changed.
    pub async fn start_with(engine: Engine, change: impl FnOnce(&mut Config)) -> anyhow::Result<Self> {
        show_log();
        let folder = tempfile::tempdir()?;
        let sandbox = Sandbox::start(sandbox::Config { seed: 1, allow_http_media: true, ..Default::default() }).await?;
        let port = listener(0).await?;
        let mut config = Config::for_test(folder.path());
        config.database = engine.new_database(folder.path()).await?;
        config.public_url = format!("http://{}", port.local_addr()?);
        config.line.api_base = sandbox.base();
        config.line.data_base = sandbox.base();
        config.whatsapp.api_base = sandbox.base();
        config.web_dir = crate::web_folder();
        "warn".clone_into(&mut config.log.filter);
        change(&mut config);
        let server = Running::here(config.clone(), port, Clock::system()).await?;
        let app = server.app()?;

        let mut team = Team::create(app, NewTeam::named("晴嶼生活")).await?;
        let here = team.open_store(app, "XY", "信義店").await?;
        let there = team.open_store(app, "TC", "台中店").await?;
        team.hire(app, Role::Admin, "周管理", "admin@a.example", &[here]).await?;
        team.hire(app, Role::SalesManager, "陳店長", "manager@a.example", &[here]).await?;
        team.hire(app, Role::SalesStaff, "許芷晴", "sales@a.example", &[here]).await?;
        team.hire(app, Role::SalesStaff, "王柏勛", "colleague@a.example", &[here]).await?;
        team.hire(app, Role::SalesStaff, "林子晴", "elsewhere@a.example", &[there]).await?;
        team.connect_line(app, &sandbox, "晴嶼生活", &[here, there]).await?;
        let numbers: [(&str, &str, &[_]); 2] =
            [("晴嶼 信義店", "+886227001001", &[here]), ("晴嶼 VIP", "+886227002002", &[here, there])];
        team.connect_whatsapp(app, &sandbox, 10, &numbers).await?;

        let other = small_team(app, &sandbox, NewTeam::named("Harbour Books"), "b.example").await?;
        let without = NewTeam { omo: false, ..NewTeam::named("小石書房") };
        let plain = small_team(app, &sandbox, without, "c.example").await?;
        let world = Self { sandbox, server, config, team, other, plain, folder };
        world.point_webhooks()?;
        Ok(world)
    }

    /// A world whose server is a process of its own, to be killed: see [`World::kill`] and [`World::restart`].
    pub async fn process() -> anyhow::Result<Self> {
        let mut world = Self::start().await?;
        world.server.stop().await?;
        world.restart().await?;
        Ok(world)
    }

    /// Kills the server's process on the spot.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.server.kill()
    }

    /// Starts the server again as a process, on the same data and another port.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        let port = listener(0).await?.local_addr()?.port();
        self.server = Running::process(&self.config, port).await?;
        self.point_webhooks()
    }

    /// Sends every account's webhooks to the server where it is now.
    fn point_webhooks(&self) -> anyhow::Result<()> {
        for team in [&self.team, &self.other, &self.plain] {
            team.point_webhooks(&self.sandbox, &self.server.base)?;
        }
        Ok(())
    }

    /// The folder that everything of this world lies in.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A client that has not signed in.
    pub fn visitor(&self) -> anyhow::Result<Client> {
        Client::new(&self.server.base)
    }

    /// A client signed in as this member.
    pub async fn sign_in(&self, seat: &Seat) -> anyhow::Result<Client> {
        self.visitor()?.sign_in(&seat.email, PASSWORD).await.with_context(|| format!("{} cannot sign in", seat.email))
    }

    /// A client signed in as the member of the first team whose e-mail begins so: `admin`, `manager`, `sales` …
    pub async fn client(&self, who: &str) -> anyhow::Result<Client> {
        self.sign_in(self.team.seat(who)?).await
    }

    /// A new customer of the first team, who is on LINE and has done nothing yet.
    pub fn customer(&self, name: &str) -> anyhow::Result<Customer> {
        self.customer_of(&self.team, name)
    }

    /// A new customer of a team.
    pub fn customer_of(&self, team: &Team, name: &str) -> anyhow::Result<Customer> {
        let account = team.accounts.first().context("the team has no account")?.name.clone();
        let user = self.sandbox.line().add_customer(&account, name, Some("zh-TW"))?;
        Ok(Customer { user, name: name.to_owned(), account })
    }

    /// She does something, now; her webhook must be taken.
    pub async fn act(&self, customer: &Customer, act: Act) -> anyhow::Result<Sent> {
        let sent = self.sandbox.line().act(&customer.account, &customer.user, act, When::default()).await?;
        ensure!(sent.answered == Some(200), "the webhook was answered {:?}", sent.answered);
        Ok(sent)
    }

    /// A new customer follows and writes; gives her once her conversation is pending.
    pub async fn arrives(
        &self,
        client: &Client,
        name: &str,
        text: &str,
    ) -> anyhow::Result<(Customer, ConversationCard)> {
        let customer = self.customer(name)?;
        self.act(&customer, Act::Follow).await?;
        self.act(&customer, Act::text(text)).await?;
        let pending = (ConversationState::Pending, Scope::Mine);
        let written = |card: &ConversationCard| card.last.as_ref().is_some_and(|last| last.text == text);
        let card = self.find(client, pending, name, written).await?;
        Ok((customer, card))
    }

    /// A new customer follows, writes and is taken by this client.
    pub async fn taken(&self, client: &Client, name: &str, text: &str) -> anyhow::Result<(Customer, ConversationId)> {
        let (customer, card) = self.arrives(client, name, text).await?;
        client.call(Take { id: card.id }).await?;
        Ok((customer, card.id))
    }

    /// A new WhatsApp customer who wrote so many milliseconds ago to the first team's number at this place, and is
    /// taken by this client.
    pub async fn met(&self, client: &Client, number: usize, new: NewCustomer, ago: i64) -> anyhow::Result<Met> {
        let business = self.team.business.as_ref().context("the team has no business account")?;
        let number = &business.numbers.get(number).context("the team has fewer numbers")?.name;
        let customer = self.sandbox.whatsapp().add_customer(number, new)?;
        let when = whatsapp::When { timestamp: Some(Clock::system().now() - ago), ..Default::default() };
        let sent = self.sandbox.whatsapp().act(number, &customer.user, whatsapp::Act::text("您好"), when).await?;
        ensure!(sent.answered == Some(200), "the webhook was answered {:?}", sent.answered);
        let pending = (ConversationState::Pending, Scope::Mine);
        let card = self.find(client, pending, &customer.name, |_| true).await?;
        client.call(Take { id: card.id }).await?;
        Ok(Met { id: card.id, user: customer.user })
    }

    /// The conversation with the customer of this name in this tab, once it is as wanted.
    pub async fn find(
        &self,
        client: &Client,
        (state, scope): (ConversationState, Scope),
        name: &str,
        wanted: impl Fn(&ConversationCard) -> bool,
    ) -> anyhow::Result<ConversationCard> {
        let began = Instant::now();
        loop {
            let filter = ConversationFilter { search: name.to_owned(), ..Default::default() };
            let list = ListConversations { state, scope, filter, limit: 100, ..Default::default() };
            let page = client.call(list).await?;
            if let Some(card) = page.items.into_iter().find(|card| card.name == name && wanted(card)) {
                return Ok(card);
            }
            if began.elapsed() > PATIENCE {
                bail!("no conversation with {name} is {} as wanted", state.as_str());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Writes, checks and sends texts to these conversations, as the app does.
    pub async fn send(&self, client: &Client, ids: &[ConversationId], texts: &[&str]) -> anyhow::Result<CampaignId> {
        let selection = Selection { ids: ids.to_vec(), matching: Vec::new() };
        send(client, new_draft(), selection, texts).await
    }

    /// Waits until a send is done.
    pub async fn settled(&self, client: &Client, campaign: CampaignId) -> anyhow::Result<Progress> {
        settled(client, campaign).await
    }

    /// What LINE fetched of the pictures and films that reached a customer, in order, once it has tried them all.
    pub async fn fetched(&self, customer: &Customer) -> anyhow::Result<Vec<Fetched>> {
        let began = Instant::now();
        loop {
            let entries = self.sandbox.ledger();
            let hers = entries.into_iter().filter(|entry| entry.user == customer.user && entry.delivered);
            let media: Vec<Fetched> = hers.flat_map(|entry| entry.media).collect();
            if !media.is_empty() && media.iter().all(|one| one.done) {
                return Ok(media);
            }
            if began.elapsed() > PATIENCE {
                bail!("LINE has not fetched everything: {media:?}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it all; a world that is dropped instead ends too, without waiting.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.server.stop().await?;
        self.sandbox.stop().await;
        Ok(())
    }
}

/// Waits until something is so.
///
/// # Panics
/// When it is not within [`PATIENCE`].
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The server's warnings go where the test's own words go.
fn show_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // Another world of this process may have set it up already.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().without_time().try_init();
}

/// A new id of a draft, as the app draws one.
pub fn new_draft() -> DraftId {
    #[expect(clippy::disallowed_methods, reason = "the app draws the ids of drafts, and this stands in for it")]
    let id = Uuid::now_v7();
    DraftId(id)
}

/// Writes a draft, checks it and sends it, as the app does.
pub async fn send(client: &Client, id: DraftId, selection: Selection, texts: &[&str]) -> anyhow::Result<CampaignId> {
    let parts = texts.iter().map(|text| Part::text(*text)).collect();
    send_content(client, id, Kind::GroupMessage, selection, Content { parts }).await
}

/// Writes a draft of any kind, checks it and sends it, as the app does.
pub async fn send_content(
    client: &Client,
    id: DraftId,
    kind: Kind,
    selection: Selection,
    content: Content,
) -> anyhow::Result<CampaignId> {
    client.call(SaveDraft { id, kind, selection, content, revision: 0 }).await?;
    let check = client.call(CheckDraft { id }).await?;
    let progress = client.call(SendDraft { id, audience: check.audience, digest: check.digest }).await?;
    Ok(progress.campaign)
}

/// Waits until a send is done.
pub async fn settled(client: &Client, campaign: CampaignId) -> anyhow::Result<Progress> {
    let began = Instant::now();
    loop {
        let progress = client.call(ShowProgress { id: campaign }).await?;
        if progress.figures.settled() {
            return Ok(progress);
        }
        if began.elapsed() > PATIENCE {
            bail!("the send is not done: {progress:?}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A team of one store with one member of each role.
async fn small_team(app: &server::App, sandbox: &Sandbox, new: NewTeam, domain: &str) -> anyhow::Result<Team> {
    let name = new.name.clone();
    let mut team = Team::create(app, new).await?;
    let store = team.open_store(app, "S1", "一號店").await?;
    for (role, who) in [(Role::Admin, "admin"), (Role::SalesManager, "manager"), (Role::SalesStaff, "sales")] {
        team.hire(app, role, who, &format!("{who}@{domain}"), &[store]).await?;
    }
    team.connect_line(app, sandbox, &name, &[store]).await?;
    Ok(team)
}
