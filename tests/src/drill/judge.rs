//! The verdict: holds our records against what the platforms received, person by person and message by message. Pure,
//! so that it can be shown to find what is wrong.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::{Call, CallEnd, Entry};
use serde::Serialize;
use shared::{
    campaigns::Figures,
    deliveries::Outcome,
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

use super::{
    evidence::{Asked, Asking, Blow, BlowKind, Evidence, Limit, PartRecord, Record, holds, marks},
    meaning,
};

/// How long LINE surely still knows a retry key, in microseconds (providers.md A9, with an hour of room).
const KEY_LIFE_US: i64 = 23 * 3_600 * 1_000_000;
/// A server that was struck may have begun or ended a call so shortly before that it wrote down neither, in
/// milliseconds.
const UNWRITTEN_MS: i64 = 5_000;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The number of the send; 0 where it is about none.
    pub send: u64,
    /// Her id in the sandbox, or the channel.
    pub whom: String,
    /// What.
    pub what: String,
}

/// What a drill came to. Everything but the counts must be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Times a server was killed.
    pub kills: usize,
    /// Times a server was frozen.
    pub freezes: usize,
    /// Messages that the platforms accepted.
    pub receipts: usize,
    /// Messages of which nobody knows.
    pub unknown: usize,
    /// Kills that fell on an idle server.
    pub missed: Vec<Finding>,
    /// Somebody got the same message twice.
    pub duplicates: Vec<Finding>,
    /// Somebody is nowhere, still waits, or did not get what the record says she got.
    pub losses: Vec<Finding>,
    /// A message is called unknown of which something is known.
    pub untrue_unknown: Vec<Finding>,
    /// A record says something else than the platform did.
    pub wrong: Vec<Finding>,
    /// Seconds in which a channel was called more often than its platform takes.
    pub over_limit: Vec<Finding>,
    /// Figures that are not those of the rows.
    pub counters: Vec<Finding>,
    /// A retry key under which two different bodies were sent.
    pub changed_bodies: Vec<Finding>,
    /// A WhatsApp call that was made again although nobody knew how the one before had ended.
    pub blind_repeats: Vec<Finding>,
}

impl Verdict {
    /// What must be empty, each under its name.
    pub fn faults(&self) -> [(&'static str, &[Finding]); 9] {
        [
            ("kills that missed", &self.missed),
            ("duplicates", &self.duplicates),
            ("losses", &self.losses),
            ("unknown that is known", &self.untrue_unknown),
            ("wrong reasons", &self.wrong),
            ("over-limit seconds", &self.over_limit),
            ("counters that do not add up", &self.counters),
            ("keys with two bodies", &self.changed_bodies),
            ("blind repeats on WhatsApp", &self.blind_repeats),
        ]
    }

    /// Whether everything is as it must be.
    pub fn holds(&self) -> bool {
        self.faults().iter().all(|(_, found)| found.is_empty())
    }
}

/// A message to a person: her id, the send, the part.
type Key = (String, u64, usize);

/// What the platforms have of each message.
struct Seen<'a> {
    receipts: BTreeMap<Key, Vec<&'a Entry>>,
    calls: BTreeMap<Key, Vec<&'a Call>>,
    blows: &'a [Blow],
}

impl<'a> Seen<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        let (mut receipts, mut calls) = (BTreeMap::<Key, Vec<_>>::new(), BTreeMap::<Key, Vec<_>>::new());
        for entry in &evidence.ledger {
            for (send, part) in entry.messages.iter().flat_map(marks) {
                receipts.entry((entry.user.clone(), send, part)).or_default().push(entry);
            }
        }
        for call in &evidence.calls {
            let marks: BTreeSet<_> = call.messages.iter().flat_map(marks).collect();
            for user in &call.users {
                for (send, part) in &marks {
                    calls.entry((user.clone(), *send, *part)).or_default().push(call);
                }
            }
        }
        Self { receipts, calls, blows: &evidence.blows }
    }

    fn receipts(&self, key: &Key) -> &[&'a Entry] {
        self.receipts.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    fn calls(&self, key: &Key) -> &[&'a Call] {
        self.calls.get(key).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Judges a drill.
pub fn judge(evidence: &Evidence) -> Verdict {
    let seen = Seen::of(evidence);
    let mut verdict = Verdict {
        kills: evidence.blows.iter().filter(|blow| blow.kind == BlowKind::Kill).count(),
        freezes: evidence.blows.iter().filter(|blow| blow.kind == BlowKind::Freeze).count(),
        receipts: seen.receipts.values().map(Vec::len).sum(),
        missed: missed(&evidence.blows),
        over_limit: evidence.limits.iter().flat_map(|limit| over_limit(limit, &evidence.calls)).collect(),
        changed_bodies: changed_bodies(&evidence.calls),
        ..Verdict::default()
    };
    let mut rows: BTreeMap<(u64, &str), Vec<&Record>> = BTreeMap::new();
    for record in &evidence.records {
        rows.entry((record.send, &record.user)).or_default().push(record);
    }
    let mut expected = BTreeSet::new();
    for asked in &evidence.asked {
        for person in &asked.people {
            expected.insert((asked.send, person.user.as_str()));
            let mut scene = Scene { seen: &seen, asked, person, verdict: &mut verdict };
            match rows.get(&(asked.send, person.user.as_str())).map(Vec::as_slice) {
                None => scene.lost("is in no record"),
                Some([record]) => scene.judge(record),
                Some(many) => scene.wrong(&format!("is {} times in the record", many.len())),
            }
        }
    }
    strangers(&evidence.records, &seen, &expected, &mut verdict);
    count(evidence, &mut verdict);
    hear(evidence, &mut verdict);
    verdict
}

/// One person of one send.
struct Scene<'a> {
    seen: &'a Seen<'a>,
    asked: &'a Asked,
    person: &'a Asking,
    verdict: &'a mut Verdict,
}

impl Scene<'_> {
    fn finding(&self, what: &str) -> Finding {
        let what = format!("{} ({}): {what}", self.person.name, self.asked.what);
        Finding { send: self.asked.send, whom: self.person.user.clone(), what }
    }

    fn lost(&mut self, what: &str) {
        self.verdict.losses.push(self.finding(what));
    }

    fn wrong(&mut self, what: &str) {
        self.verdict.wrong.push(self.finding(what));
    }

    fn judge(&mut self, record: &Record) {
        for part in 0..self.asked.parts {
            let key = (self.person.user.clone(), self.asked.send, part);
            self.receive(&key);
            let whole = PartRecord { part, outcome: Some(record.outcome), reason: record.reason, at_ms: record.at_ms };
            let left_out = PartRecord { part, outcome: None, reason: None, at_ms: None };
            let said = match record.parts.iter().find(|one| one.part == part) {
                Some(said) => said,
                None if record.parts.is_empty() => &whole,
                None => &left_out,
            };
            self.compare(record, said, &key);
        }
        if !record.parts.is_empty() && self.together(&record.parts) != Some(record.outcome) {
            self.wrong(&format!("is {:?}, which her messages do not come to", record.outcome));
        }
    }

    /// What she got, whatever our record says.
    fn receive(&mut self, key: &Key) {
        let seen = self.seen;
        let receipts = seen.receipts(key);
        let got = receipts.iter().filter(|entry| entry.delivered).count();
        if got > 1 {
            self.verdict.duplicates.push(self.finding(&format!("got message {} {got} times", key.2)));
        }
        let hers = |entry: &&&Entry| entry.messages.iter().any(|message| holds(message, &self.person.name));
        if self.asked.is_personal && receipts.iter().filter(hers).count() < receipts.len() {
            self.wrong(&format!("message {} has not her name in it", key.2));
        }
        if self.person.platform == Platform::Whatsapp
            && let Some((_, before)) = seen.calls(key).split_last()
            && before.iter().any(|call| meaning::is_unsure(call) || is_taken(call))
        {
            let what = format!("message {} was called again after a call that nobody knew the end of", key.2);
            self.verdict.blind_repeats.push(self.finding(&what));
        }
    }

    fn compare(&mut self, record: &Record, said: &PartRecord, key: &Key) {
        if let Some(reason) = self.person.refused {
            let is_so = record.outcome == Outcome::Failed
                && record.reason == Some(reason)
                && record.checked_by == Some(CheckedBy::Storecast);
            if !is_so {
                self.wrong(&format!("should have been refused by us as {}", reason.as_str()));
            } else if !self.seen.calls(key).is_empty() {
                self.wrong("was called although the record says it was found before the call");
            }
            return;
        }
        match said.outcome {
            Some(Outcome::Waiting) => self.lost("still waits"),
            Some(Outcome::Succeeded | Outcome::Delivered | Outcome::Read) => self.arrived(said, key),
            Some(Outcome::Failed) => self.failed(record, said, key),
            Some(Outcome::Unknown) => {
                self.verdict.unknown += 1;
                if let Err(why) = self.unknown(said, key) {
                    self.verdict.untrue_unknown.push(self.finding(&format!("message {}: {why}", key.2)));
                }
            }
            None => self.left_out(record, key),
        }
    }

    /// The record says that she got it.
    fn arrived(&mut self, said: &PartRecord, key: &Key) {
        let Some(entry) = self.seen.receipts(key).first() else {
            return self.lost(&format!("message {} is {:?} and was never accepted", key.2, said.outcome));
        };
        if self.person.platform == Platform::Line {
            return;
        }
        let told = |status: &str| entry.told.iter().any(|told| told == status);
        let known = match (told("read"), told("delivered")) {
            (true, _) => Outcome::Read,
            (false, true) => Outcome::Delivered,
            (false, false) => Outcome::Succeeded,
        };
        if told("failed") {
            self.wrong(&format!("message {} arrived by the record; WhatsApp told {:?}", key.2, entry.reason));
        } else if said.outcome != Some(known) {
            self.wrong(&format!("message {} is {:?}; WhatsApp told {:?}", key.2, said.outcome, entry.told));
        }
    }

    /// The record says that she did not get it.
    fn failed(&mut self, record: &Record, said: &PartRecord, key: &Key) {
        let name = said.reason.map_or("nothing", Reason::as_str);
        if record.checked_by == Some(CheckedBy::Storecast) {
            return self.wrong(&format!("message {} was refused by us as {name}, for no cause", key.2));
        }
        let receipts = self.seen.receipts(key);
        let failed_late = |entry: &&&Entry| self.person.platform == Platform::Whatsapp && !entry.delivered;
        if receipts.iter().any(|entry| !failed_late(&entry)) {
            return self.wrong(&format!("message {} failed as {name} and was accepted", key.2));
        }
        let late = receipts.iter().filter_map(|entry| meaning::of_code(entry.reason.as_deref()?.parse().ok()?));
        // A multicast is refused whole for one bad id; it says nothing of the others.
        let about_her = |call: &&&Call| call.users.len() == 1 || self.person.is_gone;
        let calls = self.seen.calls(key).iter().filter(about_her).filter_map(|call| meaning::of_call(call));
        let causes: BTreeSet<&str> = late.chain(calls).map(Reason::as_str).collect();
        if !causes.contains(name) {
            self.wrong(&format!("message {} failed as {name}; the platform's words are {causes:?}", key.2));
        }
    }

    /// The record says that nobody knows. An error says what is known.
    fn unknown(&self, said: &PartRecord, key: &Key) -> Result<(), String> {
        let calls = self.seen.calls(key);
        if self.person.platform == Platform::Line {
            let first = calls.iter().map(|call| call.at_us).min().unwrap_or_default();
            let last = calls.iter().map(|call| call.at_us).max().unwrap_or_default();
            let is_expired = last - first >= KEY_LIFE_US;
            return if is_expired { Ok(()) } else { Err("LINE still knows its key".to_owned()) };
        }
        if let Some(entry) = self.seen.receipts(key).iter().find(|entry| !entry.told.is_empty()) {
            return Err(format!("WhatsApp told {:?}", entry.told));
        }
        let was_struck = |at_ms: i64| {
            self.seen.blows.iter().any(|blow| (blow.from_ms - UNWRITTEN_MS..=blow.until_ms).contains(&at_ms))
        };
        match calls.last() {
            Some(call) if meaning::is_unsure(call) => Ok(()),
            Some(call) if was_struck(call.at_us / 1_000) => Ok(()),
            Some(call) => Err(format!("its call was answered: {:?}", call.end)),
            // Written down as begun by a server that was struck before it called.
            None if self.seen.blows.iter().any(|blow| said.at_ms.is_none_or(|at| blow.from_ms <= at)) => Ok(()),
            None => Err("it was never called, and no server was struck".to_owned()),
        }
    }

    /// The record says that it was left out.
    fn left_out(&mut self, record: &Record, key: &Key) {
        let cause =
            |one: &PartRecord| one.part < key.2 && matches!(one.outcome, Some(Outcome::Failed | Outcome::Unknown));
        if !self.seen.receipts(key).is_empty() {
            self.wrong(&format!("message {} was left out by the record and was accepted", key.2));
        } else if !record.parts.iter().any(cause) {
            self.lost(&format!("message {} was left out for no cause", key.2));
        }
    }

    /// What her messages come to (architecture.md 4): any failed is failed, else any unknown is unknown, else the
    /// least.
    fn together(&self, parts: &[PartRecord]) -> Option<Outcome> {
        let all: Vec<Outcome> = parts.iter().filter_map(|one| one.outcome).collect();
        let any = |outcome| all.contains(&outcome).then_some(outcome);
        any(Outcome::Failed)
            .or(any(Outcome::Unknown))
            .or(any(Outcome::Waiting))
            .or((all.len() < self.asked.parts).then_some(Outcome::Waiting))
            .or(any(Outcome::Succeeded))
            .or(any(Outcome::Delivered))
            .or(any(Outcome::Read))
    }
}

fn is_taken(call: &Call) -> bool {
    matches!(call.end, CallEnd::Answered { status: 200, .. })
}

/// Records and receipts of people whom nobody asked to send to.
fn strangers(records: &[Record], seen: &Seen<'_>, expected: &BTreeSet<(u64, &str)>, verdict: &mut Verdict) {
    let finding = |send, whom: &str, what: &str| Finding { send, whom: whom.to_owned(), what: what.to_owned() };
    let in_records = records.iter().map(|record| (record.send, record.user.as_str(), "is in the record unasked"));
    let in_ledger = seen.receipts.keys().map(|(user, send, _)| (*send, user.as_str(), "got what nobody asked for"));
    let unasked = in_records.chain(in_ledger).filter(|(send, user, _)| !expected.contains(&(*send, *user)));
    verdict.wrong.extend(unasked.map(|(send, user, what)| finding(send, user, what)));
}

fn missed(blows: &[Blow]) -> Vec<Finding> {
    let kills = blows.iter().filter(|blow| blow.kind == BlowKind::Kill && !blow.hit());
    let what = |blow: &Blow| format!("killed with {} calls in flight and {} queued", blow.in_flight, blow.queued);
    kills.map(|blow| Finding { send: 0, whom: format!("server {}", blow.server), what: what(blow) }).collect()
}

/// The seconds in which a sliding second held more calls than the platform takes, refused ones counted too.
fn over_limit(limit: &Limit, calls: &[Call]) -> Vec<Finding> {
    let here = calls.iter().filter(|call| call.channel == limit.channel && call.endpoint == limit.endpoint);
    let mut times: Vec<i64> = here.map(|call| call.at_us).collect();
    times.sort_unstable();
    let mut worst: BTreeMap<i64, usize> = BTreeMap::new();
    let mut first = 0;
    for (place, at) in times.iter().enumerate() {
        while times[first] <= at - 1_000_000 {
            first += 1;
        }
        let within = place + 1 - first;
        if within > limit.per_second {
            let most = worst.entry(at / 1_000_000).or_default();
            *most = within.max(*most);
        }
    }
    let what = |(second, most): (i64, usize)| {
        format!("{} had {most} calls of {} allowed in second {second}", limit.endpoint, limit.per_second)
    };
    worst.into_iter().map(|one| Finding { send: 0, whom: limit.channel.clone(), what: what(one) }).collect()
}

fn changed_bodies(calls: &[Call]) -> Vec<Finding> {
    let mut bodies: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for call in calls {
        if let Some(key) = &call.retry_key {
            bodies.entry(key).or_default().insert(&call.digest);
        }
    }
    let changed = bodies.into_iter().filter(|(_, digests)| digests.len() > 1);
    changed
        .map(|(key, digests)| Finding { send: 0, whom: key.to_owned(), what: format!("had {} bodies", digests.len()) })
        .collect()
}

/// Holds every figure against the rows.
fn count(evidence: &Evidence, verdict: &mut Verdict) {
    let whatsapp: BTreeSet<&str> = evidence
        .asked
        .iter()
        .flat_map(|asked| &asked.people)
        .filter(|person| person.platform == Platform::Whatsapp)
        .map(|person| person.user.as_str())
        .collect();
    let mut rows: BTreeMap<u64, Figures> = BTreeMap::new();
    for record in &evidence.records {
        let figures = rows.entry(record.send).or_default();
        figures.audience += 1;
        match record.outcome {
            Outcome::Waiting => figures.waiting += 1,
            Outcome::Failed => figures.failed += 1,
            Outcome::Unknown => figures.unknown += 1,
            Outcome::Succeeded | Outcome::Delivered | Outcome::Read => {
                figures.succeeded += 1;
                figures.delivered += u64::from(record.outcome != Outcome::Succeeded);
                figures.read += u64::from(record.outcome == Outcome::Read);
                figures.told += u64::from(whatsapp.contains(record.user.as_str()));
            }
        }
    }
    for counted in &evidence.figures {
        let rows = rows.get(&counted.send).copied().unwrap_or_default();
        if rows != counted.figures {
            let what = format!("{} says {:?}, its rows are {rows:?}", counted.place, counted.figures);
            verdict.counters.push(Finding { send: counted.send, whom: String::new(), what });
        }
    }
}

/// What customers wrote must stand in our conversations once.
fn hear(evidence: &Evidence, verdict: &mut Verdict) {
    for heard in &evidence.heard {
        let what = format!("her words {:?} are {} times in the conversation", heard.text, heard.times);
        let finding = Finding { send: 0, whom: heard.user.clone(), what };
        match heard.times {
            0 => verdict.losses.push(finding),
            1 => {}
            _ => verdict.duplicates.push(finding),
        }
    }
    if evidence.webhooks_given_up > 0 {
        let what = format!("{} webhooks were never taken", evidence.webhooks_given_up);
        verdict.losses.push(Finding { send: 0, whom: String::new(), what });
    }
}

#[cfg(test)]
#[path = "judge_test.rs"]
mod tests;
