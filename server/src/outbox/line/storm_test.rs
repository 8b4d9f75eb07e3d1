//! Anything at any moment on LINE: two engines that die or freeze before and after every step, calls that arrive long after
//! their lease, every kind of answer, customers who leave. Nobody is lost, nobody gets anything twice, only who may have got it
//! is unknown, and the counters are the rows.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    contacts::Subscription,
    content::NAME_TOKEN,
    id::{CampaignId, ConversationId},
};

use super::{
    super::whatsapp::testing::Die,
    testing::{Call, Field, Held, Line, ME, OTHER, too_fast, unsure, used_up},
};
use crate::{
    db::{Db, testing::on_both_engines},
    platforms::{Answer, line::Blame},
};

on_both_engines![whatever_happens_nobody_is_lost_and_nobody_gets_it_twice];

/// Steps of one storm.
const STEPS: usize = 120;

type Answered = (Answer, Blame);

/// Where a claimed row is.
enum Phase {
    /// No call is out.
    Claimed,
    /// The call is on its way.
    Out,
    /// The call was answered, or its answer was lost.
    Answered(Answered),
}

struct Storm {
    field: Field,
    die: Die,
    line: Line,
    /// Whether LINE hardly answers.
    is_rough: bool,
    campaign: CampaignId,
    people: Vec<ConversationId>,
    working: Vec<(Held, Phase)>,
    /// Calls of engines that died while they were on their way.
    adrift: Vec<Call>,
    /// What was settled, and may be settled again: the answer to its commit was lost.
    echoes: Vec<(Held, Answered)>,
    /// How everybody stood.
    seen: BTreeMap<String, String>,
}

impl Storm {
    /// Some of what is worked on.
    fn some(&mut self, is: impl Fn(&Phase) -> bool) -> Option<usize> {
        let fit: Vec<usize> = (0..self.working.len()).filter(|i| is(&self.working[*i].1)).collect();
        (!fit.is_empty()).then(|| fit[self.die.below(fit.len())])
    }

    async fn step(&mut self) {
        match self.die.below(24) {
            0..=3 => {
                let me = self.die.one_of(&[ME, OTHER]);
                let claimed = self.field.claim(me).await;
                self.working.extend(claimed.into_iter().map(|held| (held, Phase::Claimed)));
            }
            4..=8 => self.begin().await,
            9..=12 => self.arrive(),
            13..=16 => self.settle().await,
            17 => self.die_or_freeze(),
            18 | 19 => self.field.world.clock.advance(5_000),
            20 => self.echo().await,
            21 => self.leave().await,
            _ => self.field.resume().await,
        }
    }

    /// A call sets out, unless the lease may be another's: then it is handed back.
    async fn begin(&mut self) {
        let Some(i) = self.some(|phase| matches!(phase, Phase::Claimed)) else { return };
        if self.working[i].0.lease.holds(self.field.world.clock.now()) {
            self.working[i].1 = Phase::Out;
        } else {
            let (held, _) = self.working.swap_remove(i);
            self.field.settles(&held, None, 1).await;
        }
    }

    /// A call arrives at LINE or not, and its answer comes back or not.
    fn arrive(&mut self) {
        if !self.adrift.is_empty() && self.die.below(2) == 0 {
            let call = self.adrift.remove(0);
            self.line.asked(&call, self.field.world.clock.now());
        }
        let Some(i) = self.some(|phase| matches!(phase, Phase::Out)) else { return };
        let (call, now) = (self.working[i].0.call(), self.field.world.clock.now());
        let answered = match (self.die.below(10), self.is_rough) {
            (0..=1, true) | (0..=5, false) => self.line.asked(&call, now),
            (2..=3, true) | (6, false) => {
                self.line.asked(&call, now);
                unsure()
            }
            (4..=7, true) | (7, false) => unsure(),
            (8, _) => too_fast(),
            _ => used_up(),
        };
        self.working[i].1 = Phase::Answered(answered);
    }

    async fn settle(&mut self) {
        let Some(i) = self.some(|phase| matches!(phase, Phase::Answered(_))) else { return };
        let (held, phase) = self.working.swap_remove(i);
        let Phase::Answered(answered) = phase else { return };
        self.field.settles(&held, Some(answered.clone()), 1).await;
        self.echoes.push((held, answered));
    }

    /// An engine dies with all it knows, while its calls are on their way, or is frozen until its leases have run out.
    fn die_or_freeze(&mut self) {
        let me = self.die.one_of(&[ME, OTHER]);
        if self.die.below(2) == 0 {
            let is_out = |(held, phase): &&(Held, Phase)| held.me == me && matches!(phase, Phase::Out);
            self.adrift.extend(self.working.iter().filter(is_out).map(|(held, _)| held.call()));
            self.working.retain(|(held, _)| held.me != me);
        }
        self.field.world.clock.advance(60_001);
    }

    async fn echo(&mut self) {
        if !self.echoes.is_empty() {
            let i = self.die.below(self.echoes.len());
            let (held, answered) = self.echoes[i].clone();
            self.field.settles(&held, Some(answered), 1).await;
        }
    }

    /// A customer blocks the account.
    async fn leave(&mut self) {
        if self.die.below(3) == 0 {
            let i = self.die.below(self.people.len());
            self.field.world.subscribe(self.people[i], Subscription::Blocked).await;
        }
    }

    /// What holds at every moment.
    async fn check(&mut self, seed: u64) {
        self.field.counts(self.campaign).await;
        assert!(self.line.receipts.values().all(|times| *times == 1), "seed {seed}: twice {:?}", self.line.receipts);
        for (address, state, _) in self.field.people(self.campaign).await {
            let before = self.seen.insert(address.clone(), state.clone()).unwrap_or_else(|| "queued".into());
            assert!(before == "queued" || before == state, "seed {seed}: {address} went from {before} to {state}");
        }
    }

    /// The storm is over: what is left goes out.
    async fn calm_down(&mut self) {
        self.working.clear();
        let now = self.field.world.clock.now();
        for call in std::mem::take(&mut self.adrift) {
            self.line.asked(&call, now);
        }
        for _ in 0..40 {
            self.field.world.clock.advance(61_000);
            self.field.resume().await;
            self.field.sends_all(&mut self.line).await;
            if self.field.counts(self.campaign).await.0 == 0 {
                return;
            }
        }
    }

    fn check_end(&self, seed: u64, (address, state, reason): &(String, String, Option<String>)) {
        let got = self.line.receipts.contains_key(address);
        match state.as_str() {
            "accepted" => assert!(got, "seed {seed}: {address} did not get it"),
            "failed" => {
                assert!(!got, "seed {seed}: {address} got it");
                let is_stranger = self.line.strangers.contains(address);
                assert_eq!(reason.as_deref() == Some("line_invalid_user"), is_stranger, "seed {seed}: {reason:?}");
            }
            "unknown" => assert_eq!(reason.as_deref(), Some("no_answer"), "seed {seed}"),
            _ => panic!("seed {seed}: {address} is lost"),
        }
    }
}

async fn whatever_happens_nobody_is_lost_and_nobody_gets_it_twice(db: Db) {
    let mut field = Some(Field::with(db, |config| config.engine.retry_ms = vec![4_000; 3]).await);
    let (mut ends, mut batches) = (BTreeSet::new(), 0);
    for seed in 0..16 {
        let here = field.take().unwrap();
        let mut die = Die(seed);
        let text = if die.below(4) == 0 { format!("{NAME_TOKEN}您好") } else { "您好".to_owned() };
        let (campaign, people) = here.sent(4 + die.below(9), 4, &text).await;
        let mut line = Line { names: die.below(2) == 0, ..Line::default() };
        for (address, ..) in here.people(campaign).await {
            if die.below(8) == 0 {
                line.strangers.insert(address);
            }
        }
        let mut storm = Storm {
            field: here,
            die,
            line,
            is_rough: seed % 3 == 0,
            campaign,
            people,
            working: Vec::new(),
            adrift: Vec::new(),
            echoes: Vec::new(),
            seen: BTreeMap::new(),
        };
        for _ in 0..STEPS {
            storm.step().await;
            storm.check(seed).await;
        }
        storm.calm_down().await;
        storm.check(seed).await;
        for person in storm.field.people(campaign).await {
            storm.check_end(seed, &person);
            ends.insert(person.1);
        }
        batches += storm.line.multicasts();
        let state = storm.field.state(campaign).await;
        assert!(["completed", "failed"].contains(&state.as_str()), "seed {seed}: {state}");
        assert_eq!(storm.field.slices(campaign).await, [], "seed {seed}: nothing is left behind");
        field = Some(storm.field);
    }
    let all = ["accepted", "failed", "unknown"].map(str::to_owned);
    assert!(ends.is_superset(&BTreeSet::from(all)), "the storms were storms: {ends:?}");
    assert!(batches > 20, "and there were batches in them: {batches}");
}
