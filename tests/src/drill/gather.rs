//! Collects what our records say, once everything that was told has been taken in.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use shared::{
    campaigns::{Figures, ShowCampaign, ShowProgress},
    conversations::{Entry, Message, ShowThread},
    deliveries::{DeliveryRow, ListDeliveries, Outcome, ShowDelivery},
    id::ConversationId,
    limits::Platform,
};

use super::{
    evidence::{Blow, Counted, Evidence, Heard, Limit, PartRecord, Record, mark},
    load::{Load, Replied, Sent},
    pause,
    plan::{Plan, WHATSAPP_LIMIT},
    stage::{LINE, NUMBER, Stage},
};

/// Requests at once.
const AT_ONCE: usize = 16;
/// How long what was told may take to be taken in.
const PATIENCE: Duration = Duration::from_mins(1);
/// Milliseconds in which nothing may move before the records are read: servers look for webhooks of others every 2 s.
const QUIET_MS: u64 = 3_000;
/// The least of LINE's limits on multicast, calls a second (providers.md A1).
const MULTICAST_LIMIT: usize = 200;

/// Everything that a verdict rests on.
pub(super) async fn all(stage: &Stage, load: &Load, blows: Vec<Blow>, plan: &Plan) -> anyhow::Result<Evidence> {
    let (sends, replies, written) = {
        let done = load.done();
        (done.sends.clone(), done.replies.clone(), done.heard.clone())
    };
    let began = Instant::now();
    let (mut records, figures) = loop {
        let before = progress(stage, &sends).await?;
        pause(QUIET_MS).await;
        let (records, figures) = sent(stage, &sends).await?;
        if progress(stage, &sends).await? == before {
            break (records, [before, figures].concat());
        }
        if began.elapsed() > PATIENCE {
            bail!("the records do not come to rest");
        }
    };
    let threads = threads(stage, &replies, &written).await?;
    for reply in &replies {
        let (number, person) = (reply.asked.send, reply.asked.people.first().context("a reply is to somebody")?);
        let said = threads.get(&reply.conversation).map(Vec::as_slice).unwrap_or_default();
        let found = said.iter().filter(|message| !message.from_customer && message.text.contains(&mark(number, 0)));
        records.extend(found.map(|message| of_reply(number, &person.user, message)));
    }
    let mut heard = [stage.heard.clone(), written].concat();
    hear(stage, &mut heard, &threads);
    let limit = |channel: &str, endpoint: &str, per_second| Limit {
        channel: channel.to_owned(),
        endpoint: endpoint.to_owned(),
        per_second,
    };
    let asked = sends.into_iter().map(|sent| sent.asked).chain(replies.into_iter().map(|reply| reply.asked));
    Ok(Evidence {
        asked: asked.collect(),
        records,
        figures,
        heard,
        ledger: stage.sandbox.ledger(),
        calls: stage.sandbox.calls(),
        limits: vec![
            limit(LINE, "push", plan.line_limit),
            limit(LINE, "multicast", MULTICAST_LIMIT),
            limit(NUMBER, "messages", WHATSAPP_LIMIT),
        ],
        blows,
        webhooks_given_up: stage.sandbox.webhooks_given_up(),
    })
}

async fn progress(stage: &Stage, sends: &[Sent]) -> anyhow::Result<Vec<Counted>> {
    let mut all = Vec::new();
    for sent in sends {
        let figures = stage.call(ShowProgress { id: sent.campaign }).await?.figures;
        all.push(Counted { send: sent.asked.send, place: "progress".to_owned(), figures });
    }
    Ok(all)
}

/// The rows of every send, and its figures where they are shown.
async fn sent(stage: &Stage, sends: &[Sent]) -> anyhow::Result<(Vec<Record>, Vec<Counted>)> {
    let users: HashMap<&str, &str> =
        stage.people.iter().map(|person| (person.name.as_str(), person.user.as_str())).collect();
    let (mut records, mut figures) = (Vec::new(), Vec::new());
    for sent in sends {
        let number = sent.asked.send;
        let record = stage.call(ShowCampaign { id: sent.campaign }).await?;
        let counted = |place: &str, figures: Figures| Counted { send: number, place: place.to_owned(), figures };
        figures.push(counted("record", record.row.figures));
        let whole = record.platforms.into_iter().map(|one| one.figures).find(|one| *one != record.row.figures);
        figures.extend(whole.map(|of_platform| counted("record, by platform", of_platform)));
        let mut after = None;
        loop {
            let list = ListDeliveries { id: sent.campaign, outcome: None, reason: None, limit: 100, after };
            let page = stage.call(list).await?;
            let rows = page.items.into_iter().map(|row| of_row(stage, sent, &users, row));
            records.extend(stream::iter(rows).buffered(AT_ONCE).try_collect::<Vec<_>>().await?);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok((records, figures))
}

async fn of_row(stage: &Stage, sent: &Sent, users: &HashMap<&str, &str>, row: DeliveryRow) -> anyhow::Result<Record> {
    let mut record = Record {
        send: sent.asked.send,
        // Somebody with a name of nobody's is found unasked for.
        user: users.get(row.name.as_str()).map_or(row.name.as_str(), |user| *user).to_owned(),
        id: row.id.to_string(),
        outcome: row.outcome,
        reason: row.reason,
        checked_by: row.checked_by,
        at_ms: row.at.map(|at| at.timestamp_millis()),
        parts: Vec::new(),
    };
    if sent.platform == Platform::Whatsapp {
        let detail = stage.call(ShowDelivery { id: sent.campaign, delivery: row.id }).await?;
        record.parts = detail
            .parts
            .into_iter()
            .map(|one| PartRecord {
                part: usize::try_from(one.part).unwrap_or(usize::MAX),
                outcome: one.outcome,
                reason: one.reason,
                at_ms: Some(one.at.timestamp_millis()),
            })
            .collect();
    }
    Ok(record)
}

fn of_reply(send: u64, user: &str, message: &Message) -> Record {
    Record {
        send,
        user: user.to_owned(),
        id: message.id.clone(),
        outcome: message.outcome.unwrap_or(Outcome::Waiting),
        reason: message.reason,
        checked_by: None,
        at_ms: None,
        parts: Vec::new(),
    }
}

type Threads = BTreeMap<ConversationId, Vec<Message>>;

/// The conversations in which anything was said during the drill.
async fn threads(stage: &Stage, replies: &[Replied], heard: &[Heard]) -> anyhow::Result<Threads> {
    let writers = stage.people.iter().filter(|person| heard.iter().any(|one| one.user == person.user));
    let mut ids: Vec<ConversationId> = writers.map(|person| person.conversation).collect();
    ids.extend(replies.iter().map(|reply| reply.conversation));
    ids.sort_unstable();
    ids.dedup();
    let threads = ids.into_iter().map(|id| async move { anyhow::Ok((id, thread(stage, id).await?)) });
    stream::iter(threads).buffer_unordered(AT_ONCE).try_collect().await
}

async fn thread(stage: &Stage, id: ConversationId) -> anyhow::Result<Vec<Message>> {
    let (mut messages, mut after) = (Vec::new(), None);
    loop {
        let page = stage.call(ShowThread { id, limit: 100, after }).await?;
        messages.extend(page.items.into_iter().filter_map(|entry| match entry {
            Entry::Message(message) => Some(message),
            Entry::Event { .. } => None,
        }));
        after = page.next;
        if after.is_none() {
            return Ok(messages);
        }
    }
}

/// Counts what customers wrote in the conversations that were read, and leaves the others out.
fn hear(stage: &Stage, heard: &mut Vec<Heard>, threads: &Threads) {
    let conversations: HashMap<&str, ConversationId> =
        stage.people.iter().map(|person| (person.user.as_str(), person.conversation)).collect();
    let read = |one: &Heard| conversations.get(one.user.as_str()).and_then(|id| threads.get(id));
    heard.retain_mut(|one| {
        let Some(messages) = read(one) else { return false };
        one.times = messages.iter().filter(|message| message.from_customer && message.text == one.text).count();
        true
    });
}
