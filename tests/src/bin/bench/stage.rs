//! What the server is measured on: a team whose two sales persons look after many customers each, the stand-in of LINE,
//! and servers that are processes of their own.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use secrecy::SecretString;
use server::{
    channels::{self, NewLineChannel},
    clock::Clock,
    config::Config,
    db::{self, Db},
    members::admin::NewTeam,
    params,
};
use shared::{
    campaigns::{CheckDraft, Kind, SaveDraft, SendDraft, ShowProgress},
    content::{Content, NAME_TOKEN},
    id::{CampaignId, ChannelId, ConversationId, MemberId, StoreId, TeamId},
    members::Role,
    selection::Selection,
};
use tempfile::TempDir;
use tests::{
    Client, Engine, Team,
    crowd::everybody,
    running::{Running, beside, listener},
    team::PASSWORD,
    world::new_draft,
};

use crate::{
    bare::{IN_FLIGHT, Stub},
    filling::{self, id, over_numbers},
    process,
    stub::TOKEN,
};

/// The secret that the account's webhooks are signed with.
pub(crate) const SECRET: &str = "bench-secret";
/// Recipients of older sends, where there is history.
const HISTORY: i64 = 1_000_000;
/// How long a send may take.
const PATIENCE: Duration = Duration::from_mins(5);
/// Between two looks at a send's progress: it is known to be settled so much late.
const LOOK: Duration = Duration::from_millis(10);

/// What is sent to each with her name in it.
pub(crate) fn personal() -> Content {
    Content::of_text(format!(
        "{NAME_TOKEN} 您好，您詢問的秋季新品已經到信義店，需要幫您保留尺寸到週日嗎？直接回覆這則訊息，我會先幫您留下來。"
    ))
}

/// What is the same for all.
pub(crate) fn identical() -> Content {
    Content::of_text("秋季新品已經到信義店，歡迎來店試穿。")
}

/// The nth customer's id on LINE.
pub(crate) fn user(n: u64) -> String {
    format!("U{}", id("identity", n).simple())
}

/// The nth customer's name.
pub(crate) fn name(n: u64) -> String {
    format!("客人{n}")
}

/// The stage.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) stub: Stub,
    pub(crate) account: ChannelId,
    /// Customers of each of the two.
    pub(crate) people: u64,
    pub(crate) servers: Vec<Running>,
    pub(crate) config: Config,
    team: Team,
    /// Holds database and media; removed at the end.
    _folder: TempDir,
}

/// A send that is written and checked.
pub(crate) struct Ready {
    call: SendDraft,
    /// Who is to get it.
    pub(crate) audience: u64,
}

impl Stage {
    /// Builds it; no server runs yet.
    pub(crate) async fn build(engine: Engine, people: u64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let stub = Stub::start()?;
        let mut config = Config::for_test(folder.path());
        config.database = engine.new_database(folder.path()).await?;
        config.line.api_base.clone_from(&stub.base);
        config.line.data_base.clone_from(&stub.base);
        config.line.in_flight = IN_FLIGHT;
        "warn".clone_into(&mut config.log.filter);
        let app = server::serve::open(config.clone(), Clock::system()).await?;
        let (most, many) = (u32::try_from(people)?, i64::try_from(people)?);
        let mut team = Team::create(&app, NewTeam { group_send_max: most, ..NewTeam::named("晴嶼生活") }).await?;
        let store = team.open_store(&app, "XY", "信義店").await?;
        team.hire(&app, Role::SalesStaff, "許芷晴", "sales@bench.example", &[store]).await?;
        team.hire(&app, Role::SalesStaff, "王柏勛", "colleague@bench.example", &[store]).await?;
        let new = NewLineChannel {
            team: team.id,
            name: None,
            secret: SecretString::from(SECRET),
            access_token: SecretString::from(TOKEN),
            stores: vec![store],
        };
        let account = channels::create_line(&app, new).await.ok().context("the account cannot be connected")?;
        let owners = [team.seat("sales")?.id, team.seat("colleague")?.id];
        let (team_id, now) = (team.id, app.clock.now());
        app.db.write(move |tx| fill(tx, team_id, account, owners, store, many, now)).await?;
        drop(app);
        filling::settle(engine, &config).await?;
        Ok(Self { engine, stub, account, people, servers: Vec::new(), config, team, _folder: folder })
    }

    /// The database, beside the servers.
    pub(crate) async fn database(&self) -> anyhow::Result<Db> {
        Ok(server::serve::open_database(&self.config).await?.0)
    }

    /// Takes LINE's limit away, so that only the machine holds the engine up.
    pub(crate) async fn without_limit(&self) -> anyhow::Result<()> {
        let (team, account) = (self.team.id, self.account);
        let work = move |tx: &mut db::Tx<'_>| {
            tx.execute("DELETE FROM channel_budget WHERE team_id = $1 AND channel_id = $2", params![team, account])
        };
        self.database().await?.write(work).await?;
        Ok(())
    }

    /// Writes a million recipients of older sends, ten or so for each customer. No server may run.
    pub(crate) async fn remember(&self) -> anyhow::Result<()> {
        let (team, account, sender) = (self.team.id, self.account, self.team.seat("sales")?.id);
        let (each, now) = (i64::try_from(self.people * 2)?, Clock::system().now());
        self.database().await?.write(move |tx| history(tx, team, account, sender, each, now)).await?;
        filling::settle(self.engine, &self.config).await
    }

    /// Starts another server and waits until it answers.
    pub(crate) async fn start(&mut self) -> anyhow::Result<()> {
        let port = listener(0).await?.local_addr()?.port();
        let mut server = Running::begin(&beside()?, &self.config, port, std::process::Stdio::inherit())?;
        server.wait_until_ready().await?;
        self.servers.push(server);
        Ok(())
    }

    /// Stops the servers.
    pub(crate) async fn stop(&mut self) -> anyhow::Result<()> {
        for mut server in self.servers.drain(..) {
            server.stop().await?;
        }
        Ok(())
    }

    /// The first server's process.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.servers.first().and_then(Running::pid).context("no server runs")
    }

    /// CPU time of all servers so far, in microseconds; none where the system does not tell.
    pub(crate) fn cpu_us(&self) -> Option<f64> {
        self.servers.iter().map(|server| process::cpu_us(server.pid()?)).sum()
    }

    /// A client of the first server, signed in as one of the two.
    pub(crate) async fn client(&self, who: &str) -> anyhow::Result<Client> {
        let server = self.servers.first().context("no server runs")?;
        Ok(Client::new(&server.base)?.sign_in(&self.team.seat(who)?.email, PASSWORD).await?)
    }

    /// So many of the colleague's customers, from the nth on.
    pub(crate) fn some(&self, from: u64, many: u64) -> Selection {
        let nth = |n: u64| ConversationId(id("conversation", self.people + n % self.people));
        Selection { ids: (from..from + many.min(self.people)).map(nth).collect(), matching: Vec::new() }
    }

    /// A send by the sales person to all of hers, ready to be sent.
    pub(crate) async fn large(&self, client: &Client, content: &Content) -> anyhow::Result<Ready> {
        let ready = ready(client, everybody(), content).await?;
        ensure!(ready.audience == self.people, "it is for {} people", ready.audience);
        Ok(ready)
    }

    /// What must hold once sends to so many people altogether are settled: each of `people` got it, nobody twice.
    pub(crate) async fn arrived(&self, people: u64) -> anyhow::Result<()> {
        let received = self.stub.received().await?;
        let is_right = received.messages == people && received.refused == 0 && received.repeats == 0;
        ensure!(is_right, "{people} people were to get it: {received:?}");
        Ok(())
    }
}

/// Writes and checks a send, as the app does.
pub(crate) async fn ready(client: &Client, selection: Selection, content: &Content) -> anyhow::Result<Ready> {
    let id = new_draft();
    client.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content: content.clone(), revision: 0 }).await?;
    let check = client.call(CheckDraft { id }).await?;
    Ok(Ready { audience: check.audience, call: SendDraft { id, audience: check.audience, digest: check.digest } })
}

impl Ready {
    /// The tap.
    pub(crate) async fn tap(&self, client: &Client) -> anyhow::Result<CampaignId> {
        Ok(client.call(self.call.clone()).await?.campaign)
    }
}

/// Whether everybody of a send is settled; nobody may have failed.
pub(crate) async fn is_settled(client: &Client, id: CampaignId) -> anyhow::Result<bool> {
    let figures = client.call(ShowProgress { id }).await?.figures;
    ensure!(figures.failed == 0 && figures.unknown == 0, "not everybody got it: {figures:?}");
    Ok(figures.settled())
}

/// Waits until everybody of a send is settled.
pub(crate) async fn settled(client: &Client, id: CampaignId) -> anyhow::Result<()> {
    let began = Instant::now();
    while !is_settled(client, id).await? {
        if began.elapsed() > PATIENCE {
            bail!("the send is not done");
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Writes twice so many customers and their conversations, half of them each one's.
fn fill(
    tx: &mut db::Tx<'_>,
    team: TeamId,
    account: ChannelId,
    [sales, colleague]: [MemberId; 2],
    store: StoreId,
    people: i64,
    now: i64,
) -> db::Result<()> {
    let all = 2 * people;
    tx.execute(
        over_numbers(
            "INSERT INTO contact (team_id, id, name, folded_name, created_at) \
             SELECT $2, ID(contact, i), '客人' || CAST(i AS TEXT), '客人' || CAST(i AS TEXT), 1 FROM n",
        ),
        params![all, team],
    )?;
    tx.execute(
        over_numbers(
            "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_at, \
             profile_tries, created_at) \
             SELECT $2, ID(identity, i), ID(contact, i), $3, 'subscribed', 1, 1, 0, 1 FROM n",
        ),
        params![all, team, account],
    )?;
    tx.execute(
        over_numbers(
            "INSERT INTO identity_address (team_id, identity_id, channel_id, kind, address, created_at) \
             SELECT $2, ID(identity, i), $3, 'line_user', 'U' || replace(ID(identity, i), '-', ''), 1 FROM n",
        ),
        params![all, team, account],
    )?;
    tx.execute(
        over_numbers(
            "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, owner_id, store_id, \
             folded_name, subscription, unread, last_at, last_kind, last_text, last_from_customer, last_message_at, \
             last_customer_at, created_at) \
             SELECT $2, ID(conversation, i), ID(identity, i), ID(contact, i), $3, 'in_progress', \
             CASE WHEN i < $7 THEN $4 ELSE $5 END, $6, '客人' || CAST(i AS TEXT), 'subscribed', 0, $8 - i * 60000, \
             'text', '好的', TRUE, $8 - i * 60000, $8 - i * 60000, 1 FROM n",
        ),
        params![all, team, account, sales, colleague, store, people, now],
    )
    .map(drop)
}

/// Writes older sends to everybody, all accepted. In the order of contacts within each, as the server writes them.
fn history(
    tx: &mut db::Tx<'_>,
    team: TeamId,
    account: ChannelId,
    sender: MemberId,
    each: i64,
    now: i64,
) -> db::Result<()> {
    let campaigns = (HISTORY + each - 1) / each;
    let size = format!("CASE WHEN i = {} THEN {} ELSE {each} END", campaigns - 1, HISTORY - (campaigns - 1) * each);
    tx.execute(
        over_numbers(&format!(
            "INSERT INTO campaign (team_id, id, kind, class, subject, sender_id, sender_name, content, first_text, \
             parts, referral_links, audience_kind, selection, channels, state, created_at, started_at, broadcast_at, \
             expires_at, finished_at, audience, queued, accepted, failed, unknown) \
             SELECT $2, ID(campaign, i), 'group_message', 1, '', $3, '許芷晴', '{{\"parts\":[]}}', '', 1, 0, \
             'selection', '{{}}', '[]', 'completed', $4 - i * 3600000, $4 - i * 3600000, $4 - i * 3600000, $4, $4, \
             {size}, 0, {size}, 0, 0 FROM n"
        )),
        params![campaigns, team, sender, now],
    )?;
    tx.execute(
        over_numbers(
            "INSERT INTO delivery (team_id, id, policy, campaign_id, slice_id, channel_id, identity_id, contact_id, \
             conversation_id, sender_id, address, name, state, attempt, tries, unsure, provider_id, request_id, \
             settled_at, sent_at) \
             SELECT $2, ID(delivery, i), 'group', ID(campaign, c), ID(slice, c), $3, ID(identity, p), ID(contact, p), \
             ID(conversation, p), $4, 'U' || replace(ID(identity, p), '-', ''), '客人' || CAST(p AS TEXT), 'accepted', \
             1, 1, FALSE, '500000000000000000', ID(slice, i), $6, $6 \
             FROM (SELECT i, i / $5 AS c, i % $5 AS p FROM n) AS placed",
        ),
        params![HISTORY, team, account, sender, each, now],
    )
    .map(drop)
}
