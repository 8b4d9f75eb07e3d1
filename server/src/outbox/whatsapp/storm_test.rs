//! Anything at any moment: two engines that die before and after every step, every kind of answer, statuses in any order and
//! twice. Nobody is lost, nobody gets anything twice, only whose call had begun is unknown, and the counters are the rows.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    deliveries::DeliveryState,
    id::{CampaignId, DeliveryId},
    reasons::Reason,
};

use super::{
    super::{
        control::{self, Again, Whom, lost, send_again},
        parts::{Part, PartKey, PartState, Person},
    },
    testing::{Die, Field, Held, ME, OTHER, taken, unsure},
};
use crate::{
    conversations::fixture_test::DAY,
    db::{Db, params, testing::on_both_engines},
    platforms::{
        Answer,
        whatsapp::{answers::fault, webhook::StatusState},
    },
};

on_both_engines![whatever_happens_nobody_is_lost_and_nobody_gets_it_twice];

/// Steps of one storm.
const STEPS: usize = 140;

/// Where a claimed recipient is.
enum Phase {
    /// No call is out.
    Claimed,
    /// It is written down that the call begins.
    Begun,
    /// The call was answered, or its answer was lost.
    Answered(Answer),
}

/// A message that WhatsApp took, with what it will say of it.
struct Taken {
    key: PartKey,
    fate: Vec<StatusState>,
}

struct Storm {
    field: Field,
    die: Die,
    campaign: CampaignId,
    working: Vec<(Held, Phase)>,
    taken: Vec<Taken>,
    seen: BTreeMap<PartKey, PartState>,
    /// Which message of whom a person sent again, under which attempt.
    decided: BTreeSet<(DeliveryId, usize, i64)>,
    /// What was settled, and may be settled again: the answer to its commit was lost.
    echoes: Vec<(Held, Answer)>,
}

impl Storm {
    /// Somebody of those who are worked on.
    fn someone(&mut self, is: impl Fn(&Phase) -> bool) -> Option<usize> {
        let fit: Vec<usize> = (0..self.working.len()).filter(|i| is(&self.working[*i].1)).collect();
        (!fit.is_empty()).then(|| fit[self.die.below(fit.len())])
    }

    async fn step(&mut self) {
        match self.die.below(30) {
            0..=3 => {
                let me = self.die.one_of(&[ME, OTHER]);
                let claimed = self.field.claim(me).await;
                self.working.extend(claimed.into_iter().map(|held| (held, Phase::Claimed)));
            }
            4..=8 => self.begin().await,
            9..=12 => self.call(),
            13..=17 => self.settle().await,
            18..=20 => self.status().await,
            21 => {
                // One of them dies with all it knows, or is frozen until its leases have run out.
                let me = self.die.one_of(&[ME, OTHER]);
                if self.die.below(2) == 0 {
                    self.working.retain(|(held, _)| held.me != me);
                }
                self.field.world.clock.advance(60_001);
            }
            22 => self.field.world.clock.advance(5_000),
            23 | 24 => self.echo().await,
            25 | 26 => self.decide().await,
            27 => self.pause().await,
            _ => self.resume().await,
        }
    }

    async fn begin(&mut self) {
        let Some(i) = self.someone(|phase| matches!(phase, Phase::Claimed)) else { return };
        let holds = self.working[i].0.lease.holds(self.field.world.clock.now());
        if holds && self.field.begins(&self.working[i].0).await {
            self.working[i].1 = Phase::Begun;
        } else {
            let (held, _) = self.working.swap_remove(i);
            self.field.settles(&held, None, 1).await;
        }
    }

    /// The call is made: WhatsApp takes it or not, and answers or not.
    fn call(&mut self) {
        let Some(i) = self.someone(|phase| matches!(phase, Phase::Begun)) else { return };
        let key = self.working[i].0.key;
        let (answer, is_taken) = match self.die.below(12) {
            0..=5 => (taken(&format!("wamid.{key}")), true),
            6 => (unsure(), true),
            7 => (unsure(), false),
            8 => (fault(131_026, None), false),
            9 => (fault(131_056, None), false),
            10 => (fault(132_015, None), false),
            _ => (fault(131_042, None), false),
        };
        if is_taken {
            let fates = [
                vec![StatusState::Sent],
                vec![StatusState::Sent, StatusState::Delivered],
                vec![StatusState::Sent, StatusState::Delivered, StatusState::Read],
                vec![StatusState::Sent, StatusState::Failed(fault(131_026, None))],
            ];
            let fate = fates[self.die.below(fates.len())].clone();
            self.taken.push(Taken { key, fate });
        }
        self.working[i].1 = Phase::Answered(answer);
    }

    async fn settle(&mut self) {
        let Some(i) = self.someone(|phase| matches!(phase, Phase::Answered(_))) else { return };
        let (mut held, phase) = self.working.swap_remove(i);
        let Phase::Answered(answer) = phase else { return };
        let echo = (held.clone(), answer.clone());
        if self.field.answered(&mut held, answer, 1).await {
            self.working.push((held, Phase::Claimed));
        } else {
            self.echoes.push(echo);
        }
    }

    async fn echo(&mut self) {
        if !self.echoes.is_empty() {
            let i = self.die.below(self.echoes.len());
            let (held, answer) = self.echoes[i].clone();
            self.field.settles(&held, Some(answer), 1).await;
        }
    }

    /// Any status of any message, perhaps again, perhaps without what was sent along.
    async fn status(&mut self) {
        if self.taken.is_empty() {
            return;
        }
        let i = self.die.below(self.taken.len());
        let (key, state) = (self.taken[i].key, self.taken[i].fate[self.die.below(self.taken[i].fate.len())].clone());
        let callback = (self.die.below(4) > 0).then(|| key.to_string());
        self.field.status_of(format!("wamid.{key}"), callback, state).await;
    }

    /// A person sends again to those who failed, whatever for, or to those who are unknown.
    async fn decide(&mut self) {
        let unknown_too = self.die.below(2) == 0;
        let whom = if unknown_too { Whom::Unknown(None) } else { Whom::Failed(Reason::ALL.to_vec()) };
        let (campaign, world) = (self.campaign, &self.field.world);
        let (clock, team, now) = (world.clock.clone(), world.team, world.clock.now());
        let before = self.field.people(campaign).await;
        let people = world
            .write(move |tx| {
                let people = lost(tx, team, campaign, &whom)?;
                let held =
                    tx.opt::<String>("SELECT id FROM campaign WHERE id = $1 AND state = 'paused'", params![campaign])?;
                if people.is_empty() || held.is_some() {
                    return Ok(Vec::new());
                }
                let again = Again { team, campaign, whom: &whom, people: &people, expires_at: now + DAY, now };
                assert!(send_again(tx, &clock, again)?, "it is neither held nor stopped");
                Ok(people)
            })
            .await;
        for person in before.iter().filter(|person| people.iter().any(|one| one.id == person.id)) {
            let named =
                |part: &&Part| part.state == PartState::Failed || (unknown_too && part.state == PartState::Unknown);
            let keys = person.parts.iter().filter(named);
            self.decided.extend(keys.map(|part| (person.id, part.number, person.attempt + 1)));
        }
    }

    async fn pause(&self) {
        let (campaign, team, by) = (self.campaign, self.field.world.team, self.field.world.ann.member);
        self.field.world.write(move |tx| control::pause(tx, team, campaign, by).map(drop)).await;
    }

    async fn resume(&self) {
        let (campaign, number, now) = (self.campaign, self.field.number, self.field.world.clock.now());
        let team = self.field.world.team;
        self.field
            .world
            .write(move |tx| {
                control::resume(tx, team, campaign, now)?;
                tx.execute("UPDATE channel SET state = 'ready', paused_reason = NULL WHERE id = $1", params![number])
            })
            .await;
    }

    /// What holds at every moment.
    async fn check(&mut self, seed: u64) {
        self.field.counts(self.campaign).await;
        let mut called = BTreeSet::new();
        for one in &self.taken {
            assert!(called.insert(one.key), "seed {seed}: twice {}", one.key);
        }
        for person in self.field.people(self.campaign).await {
            for part in &person.parts {
                let key = PartKey { delivery: person.id, part: part.number, attempt: part.attempt };
                let before = self.seen.insert(key, part.state).unwrap_or(PartState::Skipped);
                let is_back = (before, part.state) == (PartState::Started, PartState::Queued);
                // Neither was ever called, and now it never will be.
                let is_spare = (before, part.state) == (PartState::Queued, PartState::Skipped);
                let moved = before <= part.state || is_back || is_spare;
                assert!(moved, "seed {seed}: {key} went from {before} to {}", part.state);
                let had_begun = part.started_at.is_some();
                let had =
                    |one: &Part| one.number == part.number && one.attempt < part.attempt && one.started_at.is_some();
                let by_itself = !person.parts.iter().any(had);
                let decided = self.decided.contains(&(person.id, part.number, part.attempt));
                assert!(
                    !had_begun || by_itself || decided,
                    "seed {seed}: {key} was called again, and nobody decided so"
                );
                assert!(part.state != PartState::Unknown || had_begun, "seed {seed}: {key} had not begun");
            }
        }
    }

    /// The storm is over: what is left goes out, and WhatsApp says all it has to say.
    async fn calm_down(&mut self) {
        self.working.clear();
        for _ in 0..40 {
            self.field.world.clock.advance(1_900_000);
            self.resume().await;
            for key in self.field.sends_all(ME).await {
                self.taken.push(Taken { key, fate: vec![StatusState::Delivered] });
            }
            for one in &self.taken {
                for state in &one.fate {
                    self.field.status(one.key, state.clone()).await;
                }
            }
            if self.field.counts(self.campaign).await.queued == 0 {
                return;
            }
        }
    }

    fn check_end(&self, seed: u64, person: &Person) {
        let hers = || self.taken.iter().map(|one| one.key).filter(|key| key.delivery == person.id);
        for attempt in 1..=person.attempt {
            let got: Vec<usize> = hers().filter(|key| key.attempt == attempt).map(|key| key.part).collect();
            assert!(got.is_sorted(), "seed {seed}: in order: {got:?}");
        }
        let got: BTreeSet<usize> = hers().map(|key| key.part).collect();
        let is = |state: PartState| person.parts.iter().find(|part| part.state == state);
        match person.state {
            DeliveryState::Queued => panic!("seed {seed}: {} is lost", person.id),
            DeliveryState::Failed => assert!(is(PartState::Failed).is_some(), "seed {seed}: nothing of it failed"),
            DeliveryState::Unknown => {
                let unknown = is(PartState::Unknown).unwrap_or_else(|| panic!("seed {seed}: nothing of it is unknown"));
                let told = hers().any(|key| (key.part, key.attempt) == (unknown.number, unknown.attempt));
                assert!(!told, "seed {seed}: its statuses had told");
            }
            _ => assert_eq!(got.len(), person.total, "seed {seed}: {} did not get all", person.id),
        }
    }
}

async fn whatever_happens_nobody_is_lost_and_nobody_gets_it_twice(db: Db) {
    let mut field = Some(Field::with(db, |config| config.engine.retry_ms = vec![4_000; 60]).await);
    let (mut ends, mut decisions) = (BTreeSet::new(), 0);
    for seed in 0..16 {
        let here = field.take().unwrap();
        let mut die = Die(seed);
        let (people, parts) = (3 + die.below(3), 1 + die.below(3));
        let campaign = here.sent_texts(people, parts).await;
        let mut storm = Storm {
            field: here,
            die,
            campaign,
            working: Vec::new(),
            taken: Vec::new(),
            seen: BTreeMap::new(),
            decided: BTreeSet::new(),
            echoes: Vec::new(),
        };
        for _ in 0..STEPS {
            storm.step().await;
            storm.check(seed).await;
        }
        storm.calm_down().await;
        storm.check(seed).await;
        decisions += storm.decided.len();
        let people = storm.field.people(campaign).await;
        for person in &people {
            storm.check_end(seed, person);
            ends.insert(person.state.as_str());
        }
        let state = storm.field.state(campaign).await.0;
        assert!(["completed", "failed"].contains(&state.as_str()), "seed {seed}: {state}");
        field = Some(storm.field);
    }
    assert!(decisions > 0, "somebody was sent again");
    assert!(ends.is_superset(&BTreeSet::from(["delivered", "failed", "unknown"])), "the storms were storms: {ends:?}");
}
