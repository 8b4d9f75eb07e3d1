//! A WhatsApp number with people to send to, for tests: the engine step by step, with every place where it may die.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use shared::{
    content::{Content, Part},
    conversations::ConversationState,
    deliveries::DeliveryState,
    id::{CampaignId, ChannelId, ConversationId, DeliveryId},
    limits::Platform,
    reasons::Reason,
};

use super::{
    super::{
        Busy,
        claim::{Row, Want, claim},
        control::{Again, Whom, lost, send_again},
        enqueue::{NewCampaignDeliveries, NewDelivery, Recipients, enqueue_campaign},
        fair::Fair,
        lease::{Asked, Done, Lease, Steps},
        parts::{Fact, PartKey, PartState, Person, load},
        settle::{carry_out, plan},
        statuses,
    },
    Start, accepted,
    start::begin,
};
use crate::{
    App,
    campaigns::fixture_test::expand_next,
    channels::testing::{Shop, Whatsapp},
    config::Config,
    conversations::fixture_test::{DAY, World},
    db::{self, Db, FromRow, Lane, Query, Row as DbRow, Tx, params},
    platforms::{
        Answer, Outcome,
        whatsapp::{
            answers::fault,
            webhook::{Status, StatusState},
        },
    },
    serve::POLICIES,
};

pub(crate) const ME: &str = "engine-one";
pub(crate) const OTHER: &str = "engine-two";

pub(crate) struct Field {
    pub(crate) world: World,
    pub(crate) app: App,
    pub(crate) whatsapp: Whatsapp,
    /// The number.
    pub(crate) number: ChannelId,
}

/// A claimed recipient.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) me: &'static str,
    pub(crate) lease: Arc<Lease>,
    pub(crate) key: PartKey,
    pub(crate) parts: usize,
    pub(crate) tries: u64,
    pub(crate) facts: Vec<Fact>,
}

impl Held {
    /// A row that was claimed under this lease, before its first call.
    pub(crate) fn of(me: &'static str, lease: Arc<Lease>, row: &Row) -> Self {
        let key = PartKey { delivery: row.queued.id, part: row.next, attempt: row.queued.attempt };
        Self { me, lease, key, parts: row.parts, tries: row.queued.tries, facts: Vec::new() }
    }
}

/// What a campaign's counters say, or its rows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) queued: i64,
    pub(crate) accepted: i64,
    pub(crate) failed: i64,
    pub(crate) unknown: i64,
    pub(crate) delivered: i64,
    pub(crate) read: i64,
    pub(crate) told: i64,
}

pub(crate) fn taken(id: &str) -> Answer {
    let outcome = Outcome::Accepted { provider_id: Some(id.into()) };
    Answer { outcome, code: None, text: None, request_id: None }
}

pub(crate) fn unsure() -> Answer {
    Answer { outcome: Outcome::Unsure { reason: Reason::NoAnswer }, code: None, text: None, request_id: None }
}

/// A die that falls the same for the same seed.
pub(crate) struct Die(pub(crate) u64);

impl Die {
    /// A number below this.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap() % end
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A number with its secrets.
async fn sealed(shop: &Shop, app: &App) -> Whatsapp {
    let whatsapp = shop.add_whatsapp().await;
    shop.seal_whatsapp(app, &whatsapp, b"secret", b"verify", b"token").await;
    whatsapp
}

/// A campaign of this content to these recipients, of whichever channels.
pub(crate) async fn enqueued(world: &World, content: Content, recipients: Vec<NewDelivery>) -> CampaignId {
    let (campaign, clock): (CampaignId, _) = (world.clock.id(), world.clock.clone());
    let (team, sender, now) = (world.team, world.ann.member, world.clock.now());
    let (parts, json) = (content.parts.len(), serde_json::to_string(&content).unwrap());
    let is_personal = content.is_personal();
    let people = recipients.len();
    let recipients = Recipients::of(recipients).unwrap();
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO campaign (team_id, id, kind, class, subject, sender_id, sender_name, content, first_text, parts,
                     referral_links, audience_kind, selection, channels, state, created_at, broadcast_at, expires_at,
                     audience, queued, accepted, failed, unknown)
                 VALUES ($1, $2, 'group_template', 1, '', $3, 'Ann', $4, '', $5, 0, 'selection', '{}', '[]', 'sending', $6, $6,
                     $7, $8, $8, 0, 0, 0)",
                params![team, campaign, sender, &json, parts, now, now + DAY, people],
            )?;
            let new = NewCampaignDeliveries {
                team,
                campaign,
                class: 1,
                sender,
                expires_at: now + DAY,
                now,
                is_personal,
            };
            enqueue_campaign(tx, &clock, new, &recipients)
        })
        .await;
    while expand_next(world).await {}
    campaign
}

/// Claims what is due on a channel: each row with the lease that its call is made under.
pub(crate) async fn claimed(world: &World, busy: &Busy, me: &'static str) -> Vec<(Arc<Lease>, Row)> {
    let want = Want {
        busy: busy.clone(),
        me: me.to_owned(),
        rows: 500,
        fair: Fair::default(),
        now_micros: world.clock.now_micros(),
        lease_ms: 60_000,
        policies: POLICIES,
        clock: world.clock.clone(),
        known: HashSet::new(),
    };
    let claimed = world.db.write_as(Lane::Engine, move |tx| claim(tx, &want)).await.unwrap();
    let mut calls: HashMap<_, usize> = HashMap::new();
    claimed.rows.iter().for_each(|row| *calls.entry(row.slice.id).or_default() += 1);
    let mut leases: HashMap<_, Arc<Lease>> = HashMap::new();
    let with_lease = |row: Row| {
        let lease = leases.entry(row.slice.id).or_insert_with(|| {
            let (slice, calls) = (row.slice.clone(), calls[&row.slice.id]);
            Arc::new(Lease::new(busy, row.campaign, slice, calls, claimed.until))
        });
        (lease.clone(), row)
    };
    claimed.rows.into_iter().map(with_lease).collect()
}

/// Settles a call; `times` more than once as when the answer to the commit was lost.
pub(crate) async fn settled(world: &World, app: &App, me: &'static str, done: Done, times: usize) {
    let lease = done.lease.clone();
    let plan = Arc::new(plan(app, POLICIES, &me.into(), &[done]));
    for _ in 0..times {
        let (plan, until) = (plan.clone(), world.clock.now() + 60_000);
        let carried = world.db.write_as(Lane::Engine, move |tx| carry_out(tx, &plan, until)).await.unwrap();
        lease.renewed(if carried.lost.contains(&lease.term()) { 0 } else { until });
    }
}

/// How many are open in the slices of a campaign.
pub(crate) fn open(tx: &mut Tx<'_>, campaign: CampaignId) -> db::Result<i64> {
    tx.one("SELECT CAST(COALESCE(SUM(open), 0) AS BIGINT) FROM slice WHERE campaign_id = $1", params![campaign])
}

/// A person sends again to these; says to how many, or that the campaign is held or stopped.
pub(crate) async fn again(world: &World, campaign: CampaignId, whom: Whom) -> Option<usize> {
    let (clock, team, now) = (world.clock.clone(), world.team, world.clock.now());
    world
        .write(move |tx| {
            let people = lost(tx, team, campaign, &whom)?;
            let again = Again { team, campaign, whom: &whom, people: &people, expires_at: now + DAY, now };
            Ok(send_again(tx, &clock, again)?.then_some(people.len()))
        })
        .await
}

impl Field {
    pub(crate) async fn new(db: Db) -> Self {
        Self::with(db, |_| {}).await
    }

    /// With other settings.
    pub(crate) async fn with(db: Db, change: impl FnOnce(&mut Config)) -> Self {
        let world = World::new(db).await;
        let app = world.app_with(change).await;
        let World { team, shop, north, .. } = world;
        let shop = Shop { db: world.db.clone(), clock: world.clock.clone(), team, store: north, channel: shop };
        let whatsapp = sealed(&shop, &app).await;
        let number = whatsapp.number;
        Self { world, app, whatsapp, number }
    }

    /// A second number, with an app and an account of its own.
    pub(crate) async fn another_number(&self) -> ChannelId {
        let World { ref db, ref clock, team, shop, north, .. } = self.world;
        let shop = Shop { db: db.clone(), clock: clock.clone(), team, store: north, channel: shop };
        sealed(&shop, &self.app).await.number
    }

    pub(crate) fn busy(&self) -> Busy {
        Busy { team: self.world.team, channel: self.number, platform: Platform::Whatsapp }
    }

    /// A send of these messages to so many new customers of the number.
    pub(crate) async fn sent(&self, people: usize, content: Content) -> (CampaignId, Vec<ConversationId>) {
        let (world, ann) = (&self.world, &self.world.ann);
        let (mut recipients, mut ids) = (Vec::new(), Vec::new());
        for i in 0..people {
            let id = world.conversation(self.number, &format!("客人{i}"), ConversationState::InProgress, ann).await;
            let found = world.found(id).await;
            recipients.push(NewDelivery {
                channel: self.number,
                identity: found.identity,
                contact: found.contact,
                conversation: id,
                address: format!("+88691200{i:04}"),
                name: format!("客人{i}"),
                refused: None,
                is_follower: true,
            });
            ids.push(id);
        }
        let campaign = enqueued(world, content, recipients).await;
        (campaign, ids)
    }

    /// A send of so many texts.
    pub(crate) async fn sent_texts(&self, people: usize, parts: usize) -> CampaignId {
        let parts = (0..parts).map(|i| Part::text(format!("第{i}則"))).collect();
        self.sent(people, Content { parts }).await.0
    }

    /// Claims what is due.
    pub(crate) async fn claim(&self, me: &'static str) -> Vec<Held> {
        let held = |(lease, row): (Arc<Lease>, Row)| Held::of(me, lease, &row);
        claimed(&self.world, &self.busy(), me).await.into_iter().map(held).collect()
    }

    /// Writes down that the call of the next message begins; says whether it may.
    pub(crate) async fn begins(&self, held: &Held) -> bool {
        let may = self.begin(held, true).await;
        if may {
            held.lease.renewed(self.world.clock.now() + 60_000);
        }
        may
    }

    /// The call of the next message has to wait for its moment.
    pub(crate) async fn waits(&self, held: &Held) {
        assert!(!self.begin(held, false).await);
    }

    async fn begin(&self, held: &Held, now_too: bool) -> bool {
        let start = Arc::new(Start { lease: held.lease.clone(), key: held.key, facts: held.facts.clone() });
        let (busy, me, now) = (self.busy(), held.me, self.world.clock.now());
        let work = move |tx: &mut Tx<'_>| {
            let one = std::slice::from_ref(&start);
            let (starts, waiting) = if now_too { (one, [].as_slice()) } else { ([].as_slice(), one) };
            begin(tx, &busy, me, starts, waiting, now, now + 60_000)
        };
        self.world.db.write_as(Lane::Engine, work).await.unwrap().contains(&true)
    }

    /// Takes the answer in; settles, if it was the last call of this recipient for now. Returns whether there is another.
    pub(crate) async fn answered(&self, held: &mut Held, answer: Answer, times: usize) -> bool {
        if matches!(answer.outcome, Outcome::Accepted { .. }) && held.key.part + 1 < held.parts {
            held.facts.push(accepted(held.key, &answer, self.world.clock.now()));
            held.key.part += 1;
            return true;
        }
        self.settles(held, Some(answer), times).await;
        false
    }

    /// Settles; `times` more than once as when the answer to the commit was lost. Without an answer no call was made.
    pub(crate) async fn settles(&self, held: &Held, answer: Option<Answer>, times: usize) {
        let done = Done {
            lease: held.lease.clone(),
            delivery: held.key.delivery,
            attempt: held.key.attempt,
            tries: held.tries,
            unsure: false,
            answer,
            at: self.world.clock.now(),
            asked: Asked::Message(Box::new(Steps { part: held.key.part, facts: held.facts.clone(), wait: 0 })),
        };
        settled(&self.world, &self.app, held.me, done, times).await;
    }

    /// Sends everything that is due to people who take it.
    pub(crate) async fn sends_all(&self, me: &'static str) -> Vec<PartKey> {
        let mut sent = Vec::new();
        for mut held in self.claim(me).await {
            while self.begins(&held).await {
                sent.push(held.key);
                let id = format!("wamid.{}", held.key);
                if !self.answered(&mut held, taken(&id), 1).await {
                    break;
                }
            }
        }
        sent
    }

    /// A status of WhatsApp, with what was sent along with the message.
    pub(crate) async fn status(&self, key: PartKey, state: StatusState) {
        self.status_of(format!("wamid.{key}"), Some(key.to_string()), state).await;
    }

    /// A status of WhatsApp.
    pub(crate) async fn status_of(&self, id: String, callback: Option<String>, state: StatusState) {
        let (clock, team, number) = (self.world.clock.clone(), self.world.team, self.number);
        let status = Status { id, state, at: clock.now(), callback };
        let work = move |tx: &mut Tx<'_>| statuses::apply(tx, &clock, POLICIES, (team, number), &status);
        self.world.db.write_as(Lane::Intake, work).await.unwrap();
    }

    /// WhatsApp says that a message did not arrive.
    pub(crate) async fn fails(&self, key: PartKey, code: i64) {
        self.status(key, StatusState::Failed(fault(code, Some("words")))).await;
    }

    /// The recipients of a campaign, with their messages.
    pub(crate) async fn people(&self, campaign: CampaignId) -> Vec<Person> {
        let team = self.world.team;
        self.world
            .write(move |tx| {
                let ids: Vec<DeliveryId> =
                    tx.all("SELECT id FROM delivery WHERE campaign_id = $1 ORDER BY id", params![campaign])?;
                load(tx, team, &ids)
            })
            .await
    }

    /// How the only recipient stands, and her messages.
    pub(crate) async fn only(&self, campaign: CampaignId) -> (DeliveryState, Vec<PartState>) {
        let people = self.people(campaign).await;
        assert_eq!(people.len(), 1);
        (people[0].state, people[0].parts.iter().map(|part| part.state).collect())
    }

    /// Why the only recipient did not get it: reason, who says so, the platform's code.
    pub(crate) async fn why(&self, campaign: CampaignId) -> (Option<String>, Option<String>, Option<String>) {
        let sql = "SELECT reason, checked_by, provider_code FROM delivery WHERE campaign_id = $1";
        self.world.read(move |tx| tx.one(sql, params![campaign])).await
    }

    /// A campaign's state, and why it is held.
    pub(crate) async fn state(&self, campaign: CampaignId) -> (String, Option<Reason>) {
        let sql = "SELECT state, paused_reason FROM campaign WHERE id = $1";
        self.world.read(move |tx| tx.one(sql, params![campaign])).await
    }

    /// Whether the number may send, or why not.
    pub(crate) async fn paused(&self) -> Option<Reason> {
        let number = self.number;
        self.world.read(move |tx| tx.one("SELECT paused_reason FROM channel WHERE id = $1", params![number])).await
    }

    /// The counters of a campaign, which equal its rows; and what is open in the slices, which equals what is queued.
    pub(crate) async fn counts(&self, campaign: CampaignId) -> Counts {
        let read =
            |sql: &'static str| self.world.read(move |tx| tx.one_query::<Counts>(&Query::new(sql, params![campaign])));
        let counters =
            read("SELECT queued, accepted, failed, unknown, delivered, read, told FROM campaign WHERE id = $#").await;
        let rows = read(
            "SELECT COUNT(*) FILTER (WHERE state = 'queued') AS queued,
                 COUNT(*) FILTER (WHERE state IN ('accepted', 'sent', 'delivered', 'read')) AS accepted,
                 COUNT(*) FILTER (WHERE state = 'failed') AS failed, COUNT(*) FILTER (WHERE state = 'unknown') AS unknown,
                 COUNT(*) FILTER (WHERE state IN ('delivered', 'read')) AS delivered,
                 COUNT(*) FILTER (WHERE state = 'read') AS read,
                 COUNT(*) FILTER (WHERE state IN ('accepted', 'sent', 'delivered', 'read')) AS told
             FROM delivery WHERE campaign_id = $#",
        )
        .await;
        assert_eq!(counters, rows, "the counters are the rows");
        let open = self.world.read(move |tx| open(tx, campaign)).await;
        assert_eq!(open, counters.queued, "who is queued is in a slice");
        counters
    }
}

impl FromRow for Counts {
    fn from_row(row: &DbRow<'_>) -> db::Result<Self> {
        Ok(Self {
            queued: row.get("queued")?,
            accepted: row.get("accepted")?,
            failed: row.get("failed")?,
            unknown: row.get("unknown")?,
            delivered: row.get("delivered")?,
            read: row.get("read")?,
            told: row.get("told")?,
        })
    }
}
