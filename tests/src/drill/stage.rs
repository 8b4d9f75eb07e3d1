//! What a drill plays on: the platforms with their customers, a team that looks after them, and the servers.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sandbox::{
    Fault, FaultKind, Sandbox,
    line::{Act, Batch, BatchCustomer, Delivery, Redelivery, When},
    whatsapp::{self, NewCustomer, StatusPlan, TemplateSpec},
};
use server::{clock::Clock, config::Config, db::Db, inbox, members::admin::NewTeam};
use shared::{
    call::Call,
    content::NAME_TOKEN,
    conversations::{ConversationState, ListConversations, Take},
    id::{ChannelId, ConversationId},
    limits::Platform,
    members::Role,
    problem::Problem,
    reasons::Reason,
    templates::{Fill, Filled, ListTemplates},
};
use tempfile::TempDir;

use super::{
    evidence::Heard,
    pause,
    plan::{LEASE_MS, Options, Plan, TIMEOUT_MS, WHATSAPP_LIMIT, WHATSAPP_RATE},
    servers::Servers,
};
use crate::{Client, Team, team::PASSWORD};

/// How long anything may take that is not the engine's work.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long one request may take: a frozen server answers none.
const ANSWER: Duration = Duration::from_secs(5);
/// Requests at once while the stage is built: enough that writes share a commit.
const AT_ONCE: usize = 16;
/// The team's account on LINE.
pub(super) const LINE: &str = "drill";
/// Its number on WhatsApp.
pub(super) const NUMBER: &str = "drill number";
/// The template that is sent.
const TEMPLATE: &str = "drill";
const DAY_MS: i64 = 24 * 3_600_000;

/// A customer.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) platform: Platform,
    pub(super) user: String,
    pub(super) name: String,
    pub(super) conversation: ConversationId,
    pub(super) oddity: Option<Oddity>,
}

/// What is odd about a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    /// She blocked the LINE account, and we were told.
    Blocked,
    /// She blocked it, and the webhook was lost: LINE takes messages to her all the same (providers.md A5).
    BlockedUntold,
    /// LINE does not know her id any more.
    Gone,
    /// She wrote to the WhatsApp number more than a day ago.
    WindowClosed,
    /// She blocked the number, which Meta tells by a `failed` status.
    WhatsappBlocked,
    /// Meta holds messages to her back, by a `failed` status.
    HeldBack,
    /// Meta refuses messages to her at once.
    Refused,
}

impl Oddity {
    /// In the order in which they are dealt out.
    const LINE: [Self; 3] = [Self::Blocked, Self::BlockedUntold, Self::Gone];
    const WHATSAPP: [Self; 4] = [Self::WindowClosed, Self::WhatsappBlocked, Self::HeldBack, Self::Refused];

    /// Why Storecast must refuse to send her a message, or a template, by itself.
    pub(super) fn refused(self, is_template: bool) -> Option<Reason> {
        match self {
            Self::Blocked => Some(Reason::Unfollowed),
            Self::WindowClosed if !is_template => Some(Reason::WaWindowClosed),
            _ => None,
        }
    }
}

/// The stage.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) servers: Servers,
    pub(super) people: Vec<Person>,
    pub(super) line: ChannelId,
    pub(super) number: ChannelId,
    pub(super) template: Filled,
    /// The app by which WhatsApp's webhooks come.
    pub(super) app: String,
    /// The first words of each customer.
    pub(super) heard: Vec<Heard>,
    desk: Desk,
    /// Beside the servers.
    database: Db,
    /// Holds database, media and logs; removed at the end.
    _folder: TempDir,
}

/// A sales person's session at every server.
struct Desk {
    clients: Vec<Client>,
    turn: AtomicUsize,
}

impl Stage {
    /// Builds it all: nothing is killed and nothing fails meanwhile.
    pub(super) async fn build(options: &Options, plan: &Plan) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let config =
            sandbox::Config { seed: plan.seed, allow_http_media: true, keep_calls: true, ..Default::default() };
        let sandbox = Sandbox::start(config).await?;
        let mut base = settings(folder.path(), plan);
        base.database = options.engine.new_database(folder.path()).await?;
        base.line.api_base = sandbox.base();
        base.line.data_base = sandbox.base();
        base.whatsapp.api_base = sandbox.base();
        let team = found(&base, &sandbox, plan).await?;
        let mut doors = Vec::new();
        for _ in 0..plan.servers {
            doors.push(sandbox.open_door().await?);
        }
        let servers = Servers::start(&base, doors, options.out.as_deref().unwrap_or(folder.path())).await?;
        point_webhooks(&team, &sandbox, &servers.bases())?;
        let desk = Desk::open(&servers.bases(), &team).await?;
        let business = team.business.as_ref().context("the team has no number")?;
        let template = desk.template().await?;
        let (known, heard) = arrive(&sandbox, plan).await?;
        let conversations = desk.take_all(known.len()).await?;
        let people = known.into_iter().map(|(platform, user, name, oddity)| {
            let conversation = *conversations.get(&name).with_context(|| format!("{name} has no conversation"))?;
            Ok(Person { platform, user, name, conversation, oddity })
        });
        let people: Vec<Person> = people.collect::<anyhow::Result<_>>()?;
        make_odd(&sandbox, &people).await?;
        let stage = Self {
            line: team.accounts.first().context("the team has no account")?.id,
            number: business.numbers.first().context("the team has no number")?.id,
            app: business.app_name.clone(),
            sandbox,
            servers,
            people,
            template,
            heard,
            desk,
            database: server::serve::open_database(&base).await?.0,
            _folder: folder,
        };
        stage.webhooks_arrive().await?;
        Ok(stage)
    }

    /// Makes a call at any server that answers, again until one does. Every call that a drill makes may be repeated.
    pub(super) async fn call<C: Call + Clone>(&self, call: C) -> Result<C::Reply, Problem> {
        self.desk.call(call).await
    }

    /// The customers of a platform.
    pub(super) fn people_on(&self, platform: Platform) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.platform == platform)
    }

    /// Waits until no webhook is on its way any more, and what they say is applied.
    pub(super) async fn webhooks_arrive(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        self.sandbox.whatsapp().settled().await;
        while self.sandbox.webhooks_waiting() > 0 {
            ensure!(began.elapsed() < 2 * PATIENCE, "{} webhooks are not taken", self.sandbox.webhooks_waiting());
            pause(50).await;
        }
        loop {
            let waiting = self.database.read(inbox::backlog).await?.waiting;
            if waiting == 0 {
                return Ok(());
            }
            ensure!(began.elapsed() < 2 * PATIENCE, "{waiting} events are not applied");
            pause(50).await;
        }
    }
}

/// Short leases, tries that follow each other soon and do not end before the drill.
fn settings(folder: &std::path::Path, plan: &Plan) -> Config {
    let mut config = Config::for_test(folder);
    config.engine.lease_ms = LEASE_MS;
    config.engine.poll_ms = 100;
    config.engine.retry_ms = [vec![200, 500], vec![1_500; 60]].concat();
    config.line.rate = plan.line_rate;
    config.line.timeout_ms = TIMEOUT_MS;
    config.whatsapp.rate = WHATSAPP_RATE;
    config.whatsapp.timeout_ms = TIMEOUT_MS;
    "warn".clone_into(&mut config.log.filter);
    config
}

/// The team with its account and number, made before any server runs.
async fn found(config: &Config, sandbox: &Sandbox, plan: &Plan) -> anyhow::Result<Team> {
    let app = server::serve::open(config.clone(), Clock::system()).await?;
    let mut team = Team::create(&app, NewTeam::named("晴嶼生活")).await?;
    let store = team.open_store(&app, "XY", "信義店").await?;
    team.hire(&app, Role::SalesStaff, "許芷晴", "sales@drill.example", &[store]).await?;
    team.connect_line(&app, sandbox, LINE, &[store]).await?;
    team.connect_whatsapp(&app, sandbox, 10, &[(NUMBER, "+886227001001", &[store])]).await?;
    let again = Redelivery { tries: 12, after_ms: 200 };
    sandbox.line().change_channel(LINE, |spec| {
        spec.rates.push = Some(plan.line_limit);
        spec.redelivery = again;
    })?;
    let business = team.business.as_ref().context("the team has no number")?;
    sandbox.whatsapp().change_app(&business.app_name, |spec| spec.redelivery = again)?;
    sandbox.whatsapp().change_number(NUMBER, |spec| spec.throughput = Some(WHATSAPP_LIMIT))?;
    let body = TemplateSpec::new(TEMPLATE, "zh_TW").body("{{1}} 您好，{{2}} 到貨了。");
    sandbox.whatsapp().add_template(&business.meta_id, body)?;
    Ok(team)
}

/// LINE's webhooks go to the first server and WhatsApp's to the last: what comes while one is away is sent again.
fn point_webhooks(team: &Team, sandbox: &Sandbox, bases: &[String]) -> anyhow::Result<()> {
    let (first, last) = (bases.first().context("no server")?, bases.last().context("no server")?);
    let whatsapp = Team { accounts: Vec::new(), ..team.clone() };
    let line = Team { business: None, ..team.clone() };
    line.point_webhooks(sandbox, first)?;
    whatsapp.point_webhooks(sandbox, last)
}

type Known = (Platform, String, String, Option<Oddity>);

/// The customers come and write.
async fn arrive(sandbox: &Sandbox, plan: &Plan) -> anyhow::Result<(Vec<Known>, Vec<Heard>)> {
    let (mut known, mut heard) = (Vec::new(), Vec::new());
    // Names of one length: none is a part of another.
    let name = |number: usize| format!("客{:06}", 100_000 + number);
    let text = |number: usize| format!("您好 #i{number}#");
    let line: Vec<_> = (0..plan.line_people).collect();
    let customers = line.iter().map(|number| BatchCustomer {
        name: name(*number),
        language: None,
        follow: true,
        timestamp: None,
        texts: vec![text(*number)],
    });
    let batch = Batch {
        channel: LINE.to_owned(),
        per_call: 100,
        silent: false,
        customers: customers.collect(),
        acts: Vec::new(),
    };
    let came = sandbox.line().batch(batch).await?.customers;
    let oddities = dealt(&Oddity::LINE, plan.line_people);
    for (number, (customer, oddity)) in came.into_iter().zip(oddities).enumerate() {
        heard.push(Heard { user: customer.user.clone(), text: text(number), times: 0 });
        known.push((Platform::Line, customer.user, name(number), oddity));
    }
    let oddities = dealt(&Oddity::WHATSAPP, plan.whatsapp_people);
    let long_ago = sandbox.now_us() / 1_000 - DAY_MS - 3_600_000;
    let mut batch = whatsapp::Batch::new(NUMBER);
    for (place, oddity) in oddities.iter().enumerate() {
        let number = plan.line_people + place;
        batch.customers.push(whatsapp::BatchCustomer {
            new: NewCustomer::phone(&name(number), &format!("+8869{:08}", 10_000_000 + place)),
            timestamp: (*oddity == Some(Oddity::WindowClosed)).then_some(long_ago),
            texts: vec![text(number)],
        });
    }
    let came = sandbox.whatsapp().batch(batch).await?.customers;
    for (place, (customer, oddity)) in came.into_iter().zip(oddities).enumerate() {
        let number = plan.line_people + place;
        heard.push(Heard { user: customer.user.clone(), text: text(number), times: 0 });
        known.push((Platform::Whatsapp, customer.user, name(number), oddity));
    }
    Ok((known, heard))
}

/// So many people, some of them odd in each way, spread over all of them.
fn dealt(oddities: &[Oddity], people: usize) -> Vec<Option<Oddity>> {
    let odd = Plan::odd(people) * oddities.len();
    let apart = (people / odd.max(1)).max(1);
    let nth = |place: usize| (place % apart == apart / 2).then(|| place / apart).filter(|nth| *nth < odd);
    (0..people).map(|place| nth(place).and_then(|nth| oddities.get(nth % oddities.len()).copied())).collect()
}

/// Gives the odd their oddity, once they are known to us.
async fn make_odd(sandbox: &Sandbox, people: &[Person]) -> anyhow::Result<()> {
    let (line, whatsapp) = (sandbox.line(), sandbox.whatsapp());
    for person in people {
        let user = &person.user;
        let failing = |code| Fault::new(FaultKind::Statuses(StatusPlan::failed(code))).at("messages").for_user(user);
        match person.oddity {
            None | Some(Oddity::WindowClosed) => {}
            Some(Oddity::Blocked) => drop(line.block(LINE, user).await?),
            Some(Oddity::BlockedUntold) => {
                line.act(LINE, user, Act::Block, When::delivered(Delivery::Lost)).await?;
            }
            Some(Oddity::Gone) => line.remove_customer(LINE, user)?,
            Some(Oddity::WhatsappBlocked) => {
                whatsapp.act(NUMBER, user, whatsapp::Act::Block, When::default()).await?;
            }
            Some(Oddity::HeldBack) => drop(whatsapp.add_fault(failing(131_049))),
            Some(Oddity::Refused) => {
                let fault = Fault::new(FaultKind::Graph { code: 130_472 }).at("messages").for_user(user);
                whatsapp.add_fault(fault);
            }
        }
    }
    Ok(())
}

impl Desk {
    async fn open(bases: &[String], team: &Team) -> anyhow::Result<Self> {
        let mut clients = Vec::new();
        for base in bases {
            clients.push(Client::new(base)?.sign_in(&team.seat("sales")?.email, PASSWORD).await?);
        }
        Ok(Self { clients, turn: AtomicUsize::new(0) })
    }

    async fn call<C: Call + Clone>(&self, call: C) -> Result<C::Reply, Problem> {
        let began = Instant::now();
        loop {
            let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.clients.len();
            let answer = match tokio::time::timeout(ANSWER, self.clients[turn].call(call.clone())).await {
                Ok(answer) => answer,
                Err(_) => Err(Problem::Internal { trace: format!("{} was not answered", C::ROUTE) }),
            };
            let may_pass = matches!(answer, Err(Problem::Internal { .. } | Problem::Unavailable));
            if !may_pass || began.elapsed() > PATIENCE {
                return answer;
            }
            pause(50).await;
        }
    }

    /// The template, filled in but for the mark of the send.
    async fn template(&self) -> anyhow::Result<Filled> {
        let began = Instant::now();
        // Servers read Meta's templates when they start.
        let template = loop {
            let known = self.call(ListTemplates { limit: 100, ..Default::default() }).await?.items;
            if let Some(template) = known.into_iter().find(|one| one.shape.name == TEMPLATE) {
                break template;
            }
            ensure!(began.elapsed() < PATIENCE, "the template was not read");
            pause(50).await;
        };
        let mut filled = Filled::new(template.id, template.shape);
        filled.fills = vec![Fill { text: NAME_TOKEN.into(), fallback: "貴賓".into() }, Fill::default()];
        Ok(filled)
    }

    /// Takes everybody, once so many have written; gives the conversation of each name.
    async fn take_all(&self, people: usize) -> anyhow::Result<BTreeMap<String, ConversationId>> {
        let began = Instant::now();
        // The names of those on LINE are asked for one by one.
        let found = loop {
            let found = self.pending().await?;
            if found.len() == people {
                break found;
            }
            ensure!(began.elapsed() < PATIENCE, "of {people} people only {} came, each with her name", found.len());
            pause(100).await;
        };
        let takes = found.values().map(|id| async { anyhow::Ok(self.call(Take { id: *id }).await.map(drop)?) });
        stream::iter(takes).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(found)
    }

    /// Who has a name and waits to be taken.
    async fn pending(&self) -> anyhow::Result<BTreeMap<String, ConversationId>> {
        let (mut found, mut after) = (BTreeMap::new(), None);
        loop {
            let list = ListConversations { state: ConversationState::Pending, limit: 100, after, ..Default::default() };
            let page = self.call(list).await?;
            let named = page.items.into_iter().filter(|card| !card.name.is_empty());
            found.extend(named.map(|card| (card.name, card.id)));
            after = page.next;
            if after.is_none() {
                return Ok(found);
            }
        }
    }
}
