//! The work of a drill: group messages of every kind on both platforms at once, one after the other so that there is
//! always something under way, and replies and customers' messages between them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};
use sandbox::{
    line::{Act, Delivery, When},
    whatsapp,
};
use shared::{
    campaigns::{CheckDraft, Kind, SaveDraft, SendDraft, ShowProgress},
    content::{Content, NAME_TOKEN, Part},
    conversations::{ConversationFilter, Reply},
    id::{CampaignId, ConversationId, DraftId, MessageId},
    limits::Platform,
    problem::{Conflict, Problem},
    selection::Selection,
};

use super::{
    evidence::{Asked, Asking, Heard, mark},
    pause,
    plan::{Dice, Plan},
    stage::{LINE, NUMBER, Person, Stage},
};
use crate::world::new_draft;

/// How long the engine may take for what is left once nothing hinders it any more.
const PATIENCE: Duration = Duration::from_mins(3);
/// After so long the next send on LINE is made beside the one that goes out.
const LINE_PAUSE: Duration = Duration::from_secs(5);
/// Between two sends on WhatsApp, at least: one message in 6 s may go to the same person in the long run (providers.md
/// B4).
const WHATSAPP_PAUSE: Duration = Duration::from_secs(10);

/// A send that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) asked: Asked,
    pub(super) campaign: CampaignId,
    pub(super) platform: Platform,
}

/// A reply that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Replied {
    pub(super) asked: Asked,
    pub(super) conversation: ConversationId,
}

/// What was done so far.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) sends: Vec<Sent>,
    pub(super) replies: Vec<Replied>,
    pub(super) heard: Vec<Heard>,
}

/// The work.
pub(super) struct Load {
    stage: Arc<Stage>,
    next: AtomicU64,
    is_over: AtomicBool,
    done: Mutex<Done>,
}

/// What is sent: its name, how many messages each gets, whether her name is in each.
struct Shape {
    what: &'static str,
    parts: usize,
    is_personal: bool,
    is_template: bool,
}

const fn shape(what: &'static str, parts: usize, is_personal: bool, is_template: bool) -> Shape {
    Shape { what, parts, is_personal, is_template }
}

const ON_LINE: [Shape; 4] = [
    shape("LINE, with her name, 2 messages", 2, true, false),
    shape("LINE, the same for all", 1, false, false),
    shape("LINE, with her name", 1, true, false),
    shape("LINE, the same for all, 3 messages", 3, false, false),
];
const ON_WHATSAPP: [Shape; 3] = [
    shape("WhatsApp, with her name, 2 messages", 2, true, false),
    shape("WhatsApp, a template", 1, true, true),
    shape("WhatsApp, the same for all, 2 messages", 2, false, false),
];

impl Load {
    pub(super) fn new(stage: Arc<Stage>) -> Self {
        Self { stage, next: AtomicU64::new(1), is_over: AtomicBool::new(false), done: Mutex::default() }
    }

    /// What was done so far.
    pub(super) fn done(&self) -> std::sync::MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing new is begun; what was begun is finished, so that it is known what was asked.
    pub(super) fn ends(&self) {
        self.is_over.store(true, Ordering::Release);
    }

    /// Whether it is not to end yet.
    pub(super) fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Acquire)
    }

    /// Works until it is to end.
    pub(super) async fn run(&self, plan: &Plan) -> anyhow::Result<()> {
        tokio::try_join!(self.send_on_line(plan), self.send_on_whatsapp(), self.talk(plan)).map(drop)
    }

    /// People who wait to be sent to now, as far as servers say.
    pub(super) async fn queued(&self, platform: Platform) -> anyhow::Result<u64> {
        let sends: Vec<CampaignId> = {
            let done = self.done();
            let here = done.sends.iter().rev().filter(|sent| sent.platform == platform);
            // Those before are settled, or nearly so.
            here.take(4).map(|sent| sent.campaign).collect()
        };
        let mut queued = 0;
        for id in sends {
            queued += self.stage.call(ShowProgress { id }).await?.figures.waiting;
        }
        Ok(queued)
    }

    /// Never less on the way than a quarter of all, and every few seconds one more, so that a send that is held up does
    /// not keep the others from being tried.
    async fn send_on_line(&self, plan: &Plan) -> anyhow::Result<()> {
        let people = plan.line_people as u64;
        let mut shapes = ON_LINE.iter().cycle();
        let mut last = Instant::now();
        while self.goes_on() {
            let queued = self.queued(Platform::Line).await?;
            let enough = if last.elapsed() < LINE_PAUSE { people / 4 } else { 2 * people };
            if queued > enough {
                pause(100).await;
            } else if let Some(shape) = shapes.next() {
                self.send(Platform::Line, shape).await?;
                last = Instant::now();
            }
        }
        Ok(())
    }

    async fn send_on_whatsapp(&self) -> anyhow::Result<()> {
        let mut shapes = ON_WHATSAPP.iter().cycle();
        let mut last: Option<Instant> = None;
        while self.goes_on() {
            let is_early = last.is_some_and(|at| at.elapsed() < WHATSAPP_PAUSE);
            if is_early || self.queued(Platform::Whatsapp).await? > 0 {
                pause(100).await;
            } else if let Some(shape) = shapes.next() {
                self.send(Platform::Whatsapp, shape).await?;
                last = Some(Instant::now());
            }
        }
        Ok(())
    }

    /// Sends to everybody on a platform.
    async fn send(&self, platform: Platform, shape: &Shape) -> anyhow::Result<()> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (kind, content) = self.content(number, shape);
        let channel = match platform {
            Platform::Line => self.stage.line,
            Platform::Whatsapp => self.stage.number,
        };
        let mut selection = Selection::default();
        selection.add_all(ConversationFilter { channels: vec![channel], ..Default::default() });
        let campaign = self.accept(new_draft(), kind, selection, content).await?;
        let people = self.stage.people_on(platform);
        let asked = asked(number, shape, people);
        self.done().sends.push(Sent { asked, campaign, platform });
        Ok(())
    }

    fn content(&self, number: u64, shape: &Shape) -> (Kind, Content) {
        if shape.is_template {
            let mut filled = self.stage.template.clone();
            if let Some(last) = filled.fills.last_mut() {
                last.text = mark(number, 0);
            }
            return (Kind::GroupTemplate, Content { parts: vec![Part::Template(Box::new(filled))] });
        }
        let name = if shape.is_personal { NAME_TOKEN } else { "親愛的顧客" };
        let parts = (0..shape.parts).map(|part| Part::text(format!("{name} 您好，新品到店 {}", mark(number, part))));
        (Kind::GroupMessage, Content { parts: parts.collect() })
    }

    /// Writes a draft, checks it and sends it, as the app does, through whatever happens to the servers meanwhile.
    async fn accept(
        &self,
        id: DraftId,
        kind: Kind,
        selection: Selection,
        content: Content,
    ) -> anyhow::Result<CampaignId> {
        let saved = self.stage.call(SaveDraft { id, kind, selection, content, revision: 0 }).await;
        match saved {
            // The answer to the first try was lost.
            Ok(_) | Err(Problem::Conflict { with: Conflict::DraftChanged { .. } }) => {}
            Err(problem) => return Err(problem.into()),
        }
        loop {
            let check = self.stage.call(CheckDraft { id }).await?;
            match self.stage.call(SendDraft { id, audience: check.audience, digest: check.digest }).await {
                Ok(progress) => return Ok(progress.campaign),
                Err(Problem::Conflict { with: Conflict::AudienceChanged { .. } }) => pause(20).await,
                Err(problem) => return Err(problem.into()),
            }
        }
    }

    /// Customers write, some of it told twice, late or out of order, and are answered.
    async fn talk(&self, plan: &Plan) -> anyhow::Result<()> {
        let mut dice = Dice::new(plan.seed, "talk");
        let talkers: Vec<&Person> = self.stage.people.iter().filter(|person| person.oddity.is_none()).collect();
        ensure!(!talkers.is_empty(), "nobody can talk");
        while self.goes_on() {
            pause(dice.between(150, 600)).await;
            let person = talkers[dice.place(talkers.len())];
            self.customer_writes(person, &mut dice).await?;
            let person = talkers[dice.place(talkers.len())];
            self.reply(person).await?;
        }
        Ok(())
    }

    async fn customer_writes(&self, person: &Person, dice: &mut Dice) -> anyhow::Result<()> {
        let text = format!("請問 #i{}#", self.next.fetch_add(1, Ordering::Relaxed) + 10_000_000);
        let delivery = match dice.place(4) {
            0 => Delivery::Twice,
            1 => Delivery::Late { ms: dice.between(100, 3_000) },
            2 => Delivery::Held,
            _ => Delivery::Now,
        };
        let when = When::delivered(delivery);
        self.done().heard.push(Heard { user: person.user.clone(), text: text.clone(), times: 0 });
        let sandbox = &self.stage.sandbox;
        match person.platform {
            Platform::Line => drop(sandbox.line().act(LINE, &person.user, Act::text(&text), when).await?),
            Platform::Whatsapp => {
                sandbox.whatsapp().act(NUMBER, &person.user, whatsapp::Act::text(&text), when).await?;
            }
        }
        Ok(())
    }

    async fn reply(&self, person: &Person) -> anyhow::Result<()> {
        const REPLY: Shape = shape("a reply", 1, false, false);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let content = Content::of_text(format!("好的，幫您看看 {}", mark(number, 0)));
        let id = person.conversation;
        self.stage.call(Reply { id, key: MessageId(new_draft().0), content }).await?;
        let asked = asked(number, &REPLY, std::iter::once(person));
        self.done().replies.push(Replied { asked, conversation: id });
        Ok(())
    }

    /// Waits until everybody is settled.
    pub(super) async fn settled(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let sends = self.done().sends.clone();
        for sent in &sends {
            loop {
                let progress = self.stage.call(ShowProgress { id: sent.campaign }).await?;
                if progress.figures.settled() {
                    break;
                }
                if began.elapsed() > PATIENCE {
                    bail!("send {} ({}) does not end: {progress:?}", sent.asked.send, sent.asked.what);
                }
                pause(100).await;
            }
        }
        Ok(())
    }
}

fn asked<'a>(send: u64, shape: &Shape, people: impl Iterator<Item = &'a Person>) -> Asked {
    let people = people.map(|person| Asking {
        platform: person.platform,
        user: person.user.clone(),
        name: person.name.clone(),
        refused: person.oddity.and_then(|oddity| oddity.refused(shape.is_template)),
        is_gone: person.oddity == Some(super::stage::Oddity::Gone),
    });
    Asked {
        send,
        what: shape.what.to_owned(),
        parts: shape.parts,
        is_personal: shape.is_personal,
        people: people.collect(),
    }
}
