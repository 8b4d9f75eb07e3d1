//! A LINE account with people to send to, for tests: the engine step by step, with every place where it may die, and a LINE
//! that remembers keys as LINE does (providers.md A4, A9).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use shared::{
    contacts::Subscription,
    content::Content,
    id::{CampaignId, ConversationId, MemberId, TeamId},
    limits::Platform,
    reasons::Reason,
};
use uuid::Uuid;

pub(crate) use super::super::whatsapp::testing::{ME, OTHER};
use super::{
    super::{
        Busy,
        claim::Row,
        enqueue::NewDelivery,
        lease::Lease,
        whatsapp::testing::{claimed, enqueued, open, settled},
    },
    asked, done, key,
};
use crate::{
    App,
    campaigns::fixture_test::{accept, checked, draft, texts},
    config::Config,
    conversations::fixture_test::{DAY, World},
    db::{self, Db, Tx, params},
    platforms::{Answer, Outcome, line::Blame},
};

/// A call as LINE gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) key: Uuid,
    pub(crate) to: Vec<String>,
    pub(crate) is_batch: bool,
}

/// Claimed: one recipient, or a batch.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) me: &'static str,
    pub(crate) lease: Arc<Lease>,
    pub(crate) row: Arc<Row>,
}

impl Held {
    pub(crate) fn call(&self) -> Call {
        let to = self.row.members().map(|queued| queued.address.clone()).collect();
        Call { key: key(&self.row), to, is_batch: self.row.slice.is_batch }
    }
}

/// LINE.
#[derive(Default)]
pub(crate) struct Line {
    /// Whom it does not know.
    pub(crate) strangers: BTreeSet<String>,
    /// Whether it says who they are, in a multicast.
    pub(crate) names: bool,
    /// How often each got it.
    pub(crate) receipts: BTreeMap<String, usize>,
    /// Calls of both kinds, whatever came of them.
    pub(crate) calls: Vec<Call>,
    /// What it took under a key, and when (UTC ms).
    pub(crate) keys: HashMap<Uuid, i64>,
}

pub(crate) fn answer(outcome: Outcome) -> Answer {
    Answer { outcome, code: None, text: Some("words".into()), request_id: Some("r".into()) }
}

pub(crate) fn unsure() -> (Answer, Blame) {
    (answer(Outcome::Unsure { reason: Reason::NoAnswer }), Blame::All)
}

pub(crate) fn too_fast() -> (Answer, Blame) {
    let after = Duration::from_secs(1);
    (answer(Outcome::Later { after, reason: Reason::LineRateLimited }), Blame::All)
}

pub(crate) fn used_up() -> (Answer, Blame) {
    (answer(Outcome::Stop { reason: Reason::LineMonthlyLimit }), Blame::All)
}

impl Line {
    /// Takes a call or rejects it, at this time (UTC ms).
    pub(crate) fn asked(&mut self, call: &Call, now: i64) -> (Answer, Blame) {
        if let Some(before) = self.calls.iter().find(|before| before.key == call.key) {
            assert_eq!(before, call, "the same key is the same body");
        }
        self.calls.push(call.clone());
        let taken = (answer(Outcome::Accepted { provider_id: None }), Blame::All);
        if self.keys.get(&call.key).is_some_and(|at| now - at < DAY) {
            return taken;
        }
        let places: BTreeSet<usize> =
            (0..call.to.len()).filter(|place| self.strangers.contains(&call.to[*place])).collect();
        if !places.is_empty() {
            let refused = answer(Outcome::Refused { reason: Reason::LineInvalidUser });
            let blame = if self.names { Blame::Places(places) } else { Blame::Somebody };
            return (refused, if call.is_batch { blame } else { Blame::All });
        }
        self.keys.insert(call.key, now);
        call.to.iter().for_each(|user| *self.receipts.entry(user.clone()).or_default() += 1);
        taken
    }

    pub(crate) fn multicasts(&self) -> usize {
        self.calls.iter().filter(|call| call.is_batch).count()
    }

    pub(crate) fn pushes(&self) -> usize {
        self.calls.len() - self.multicasts()
    }
}

/// Somebody who follows the account and is served by this member.
fn add_follower(tx: &mut Tx<'_>, team: TeamId, owner: MemberId, one: &NewDelivery) -> db::Result<()> {
    let NewDelivery { channel, identity, contact, conversation, .. } = *one;
    tx.execute(
        "INSERT INTO contact (team_id, id, name, folded_name, created_at) VALUES ($1, $2, $3, $3, 0)",
        params![team, contact, &one.name],
    )?;
    tx.execute(
        "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_tries, created_at)
         VALUES ($1, $2, $3, $4, 'subscribed', 0, 0, 0)",
        params![team, identity, contact, channel],
    )?;
    tx.execute(
        "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, owner_id, folded_name,
             subscription, unread, last_at, created_at)
         VALUES ($1, $2, $3, $4, $5, 'in_progress', $6, $7, 'subscribed', 0, 0, 0)",
        params![team, conversation, identity, contact, channel, owner, &one.name],
    )
    .map(drop)
}

/// A campaign's counters: queued, accepted, failed, unknown.
pub(crate) type Counts = (i64, i64, i64, i64);

pub(crate) struct Field {
    pub(crate) world: World,
    pub(crate) app: App,
}

impl Field {
    pub(crate) async fn new(db: Db) -> Self {
        Self::with(db, |_| {}).await
    }

    /// With other settings.
    pub(crate) async fn with(db: Db, change: impl FnOnce(&mut Config)) -> Self {
        let world = World::new(db).await;
        let app = world.app_with(change).await;
        Self { world, app }
    }

    fn busy(&self) -> Busy {
        Busy { team: self.world.team, channel: self.world.shop, platform: Platform::Line }
    }

    /// A send to so many new customers of the account, of whom every so manieth is not known to follow it.
    pub(crate) async fn sent(&self, people: usize, strange: usize, text: &str) -> (CampaignId, Vec<ConversationId>) {
        let (world, ann) = (&self.world, &self.world.ann);
        let mut ids = Vec::new();
        for i in 0..people {
            let id = world.open(&format!("客人{i}"), ann).await;
            if i % strange == strange - 1 {
                world.subscribe(id, Subscription::Unknown).await;
            }
            ids.push(id);
        }
        let draft = draft(world, ann, &ids, texts(&[text])).await;
        let call = checked(world, ann, draft).await;
        (accept(world, ann, call).await.unwrap(), ids)
    }

    /// A send to so many followers, who are no more than it takes.
    pub(crate) async fn sent_many(&self, people: usize, content: Content) -> CampaignId {
        let clock = &self.world.clock;
        let recipients: Vec<NewDelivery> = (0..people)
            .map(|i| NewDelivery {
                channel: self.world.shop,
                identity: clock.id(),
                contact: clock.id(),
                conversation: clock.id(),
                address: format!("U{i:05}"),
                name: format!("客人{i}"),
                refused: None,
                is_follower: true,
            })
            .collect();
        let (people, team, owner) = (recipients.clone(), self.world.team, self.world.ann.member);
        self.world.write(move |tx| people.iter().try_for_each(|one| add_follower(tx, team, owner, one))).await;
        enqueued(&self.world, content, recipients).await
    }

    /// Claims what is due.
    pub(crate) async fn claim(&self, me: &'static str) -> Vec<Held> {
        let held = |(lease, row)| Held { me, lease, row: Arc::new(row) };
        claimed(&self.world, &self.busy(), me).await.into_iter().map(held).collect()
    }

    /// Settles; `times` more than once as when the answer to the commit was lost. Without an answer no call was made.
    pub(crate) async fn settles(&self, held: &Held, answered: Option<(Answer, Blame)>, times: usize) {
        let (answer, blame) = answered.map_or((None, Blame::All), |(answer, blame)| (Some(answer), blame));
        let done = done(held.lease.clone(), &held.row, answer, asked(&held.row, blame), self.world.clock.now());
        settled(&self.world, &self.app, held.me, done, times).await;
    }

    /// Sends everything that is due, again and again until nothing is.
    pub(crate) async fn sends_all(&self, line: &mut Line) {
        loop {
            let claimed = self.claim(ME).await;
            if claimed.is_empty() {
                return;
            }
            for held in claimed {
                let answered = line.asked(&held.call(), self.world.clock.now());
                self.settles(&held, Some(answered), 1).await;
            }
        }
    }

    /// Lets the account send again.
    pub(crate) async fn resume(&self) {
        let shop = self.world.shop;
        self.world
            .write(move |tx| {
                tx.execute("UPDATE channel SET state = 'ready', paused_reason = NULL WHERE id = $1", params![shop])
            })
            .await;
    }

    /// A campaign's state.
    pub(crate) async fn state(&self, campaign: CampaignId) -> String {
        self.world.read(move |tx| tx.one("SELECT state FROM campaign WHERE id = $1", params![campaign])).await
    }

    /// The counters of a campaign, which equal its rows; and what is open in the slices, which equals what is queued.
    pub(crate) async fn counts(&self, campaign: CampaignId) -> Counts {
        let (counters, rows, open): (Counts, Counts, i64) = self
            .world
            .read(move |tx| {
                Ok((
                    tx.one("SELECT queued, accepted, failed, unknown FROM campaign WHERE id = $1", params![campaign])?,
                    tx.one(
                        "SELECT COUNT(*) FILTER (WHERE state = 'queued'), COUNT(*) FILTER (WHERE state = 'accepted'),
                             COUNT(*) FILTER (WHERE state = 'failed'), COUNT(*) FILTER (WHERE state = 'unknown')
                         FROM delivery WHERE campaign_id = $1",
                        params![campaign],
                    )?,
                    open(tx, campaign)?,
                ))
            })
            .await;
        assert_eq!(counters, rows, "the counters are the rows");
        assert_eq!(open, counters.0, "who is queued is in a slice");
        counters
    }

    /// The recipients of a campaign: address, state, reason.
    pub(crate) async fn people(&self, campaign: CampaignId) -> Vec<(String, String, Option<String>)> {
        let sql = "SELECT address, state, reason FROM delivery WHERE campaign_id = $1 ORDER BY id";
        self.world.read(move |tx| tx.all(sql, params![campaign])).await
    }

    /// The slices of a campaign: how many are open in each, and whether it is a batch.
    pub(crate) async fn slices(&self, campaign: CampaignId) -> Vec<(i64, bool)> {
        let sql = "SELECT open, is_batch FROM slice WHERE campaign_id = $1 ORDER BY id";
        self.world.read(move |tx| tx.all(sql, params![campaign])).await
    }
}
