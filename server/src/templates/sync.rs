//! Reading the templates of a business account from Meta: when somebody asks, by itself every few hours, and soon after
//! Meta told that one changed (providers.md B3).

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use shared::{
    id::{TeamId, TemplateId, WabaId},
    problem::Problem,
    templates::{SyncFailure, SyncTemplates, Synced},
};

use super::store::{self, Known, Times};
use crate::{
    App,
    caller::Caller,
    channels::{self, Waba},
    clock::Clock,
    db::{self, Tx},
    live::{News, Subject},
    outbox,
    platforms::whatsapp::{FoundTemplate, webhook::TemplateUpdate},
    refused::{Refused, Result},
};

/// A business account is read by itself so often, in milliseconds.
const EVERY_MS: i64 = 3 * 3_600_000;
/// So long after a reading that failed.
const AGAIN_MS: i64 = 10 * 60_000;
/// So long after Meta told of a change: several come together.
const SOON_MS: i64 = 20_000;
/// An account is not read again within so long.
const PAUSE_MS: i64 = 60_000;
/// For each call of a reading the next one waits so long: Meta takes 200 calls an hour (providers.md B3).
const CALL_MS: i64 = 3_600_000 / 200;
/// Pages of an account that are read: 6,000 templates, Meta's most, take 120.
const PAGES: usize = 150;
/// How often it is looked for accounts that are due, and how many are read at one look.
const LOOK: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 20;

/// What a reading came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) added: u64,
    pub(super) changed: u64,
    pub(super) gone: u64,
}

/// A reading that was taken, and may end.
#[derive(Debug, Clone, Copy)]
struct Taken {
    team: TeamId,
    began: i64,
    times: Times,
}

impl Taken {
    /// The times of an account whose reading is taken now. Should this server die, another reads it later.
    fn new(team: TeamId, now: i64) -> Self {
        Self { team, began: now, times: Times { free_at: now + PAUSE_MS, due_at: now + AGAIN_MS } }
    }

    /// Takes it, if it is free and due by then.
    fn take(self, tx: &mut Tx<'_>, waba: WabaId, due: i64) -> db::Result<bool> {
        store::take(tx, self.team, waba, self.began, due, self.times)
    }

    /// When it is read next after so many calls.
    fn next(self, calls: usize, wait: i64) -> Times {
        let pause = CALL_MS * i64::try_from(calls).unwrap_or(i64::MAX / CALL_MS);
        Times { free_at: self.began + pause.max(PAUSE_MS), due_at: self.began + wait }
    }
}

/// Reads the templates of all business accounts of the caller's team now, those that were read a moment ago left out.
/// One that cannot be read does not keep the others from it.
pub(super) async fn sync(app: App, caller: Caller, _: SyncTemplates) -> Result<Synced> {
    let taken = Taken::new(caller.team, app.clock.now());
    let wabas = app.db.write(move |tx| take_all(tx, taken)).await?;
    let mut synced = Synced::default();
    for waba in wabas {
        match read_one(&app, taken, &waba).await? {
            Ok(tally) => {
                synced.added += tally.added;
                synced.changed += tally.changed;
                synced.gone += tally.gone;
            }
            Err(why) => synced.failed.push(SyncFailure { account: waba.name, why }),
        }
    }
    synced.found = app.db.read(move |tx| store::count(tx, caller.team)).await?;
    Ok(synced)
}

/// Takes what may be read of a team's accounts; refused where there are some, and none may.
fn take_all(tx: &mut Tx<'_>, taken: Taken) -> Result<Vec<Waba>> {
    let all = channels::wabas(tx, taken.team)?;
    let mut free = Vec::new();
    for waba in &all {
        if taken.take(tx, waba.id, i64::MAX)? {
            free.push(waba.clone());
        }
    }
    if free.is_empty()
        && let Some(at) = store::free_at(tx, taken.team)?
    {
        let wait = u64::try_from(at - taken.began).unwrap_or_default().div_ceil(1_000).max(1);
        return Err(Problem::TooMany { retry_after: wait }.into());
    }
    Ok(free)
}

/// Reads one account and keeps what it has by now; why not, where Meta or its token does not let us.
async fn read_one(app: &App, taken: Taken, waba: &Waba) -> Result<Result<Tally, String>> {
    let mut calls = 0;
    let read = read_pages(app, taken.team, waba, &mut calls).await;
    let (clock, id, now) = (app.clock.clone(), waba.id, app.clock.now());
    match read {
        Ok(found) => {
            let next = taken.next(calls, EVERY_MS);
            let kept = app.db.write(move |tx| {
                let tally = keep(tx, &clock, taken.team, id, &found, taken.began)?;
                store::ended(tx, taken.team, id, taken.times, next, None, now)?;
                Ok::<_, Refused>(tally)
            });
            let tally = kept.await?;
            // What was held for a template that came back goes on.
            app.outbox.wake();
            Ok(Ok(tally))
        }
        Err(Unread { why, cause }) => {
            let error = cause.as_ref().unwrap_or(&why);
            tracing::warn!(waba = %id, error, "the templates of a business account cannot be read now");
            let (next, said) = (taken.next(calls, AGAIN_MS), why.clone());
            app.db.write(move |tx| store::ended(tx, taken.team, id, taken.times, next, Some(&said), now)).await?;
            Ok(Err(why))
        }
    }
}

/// Why an account was not read: what the admin is told, and what else only the log says.
struct Unread {
    why: String,
    cause: Option<String>,
}

impl Unread {
    fn said(why: String) -> Self {
        Self { why, cause: None }
    }
}

/// All pages of an account.
async fn read_pages(app: &App, team: TeamId, waba: &Waba, calls: &mut usize) -> Result<Vec<FoundTemplate>, Unread> {
    let token = channels::waba_token(app, team, waba.id).await.map_err(|refused| Unread {
        why: "the access token of this account cannot be read".to_owned(),
        cause: Some(refused.to_string()),
    })?;
    let (mut found, mut after) = (Vec::new(), None::<String>);
    while *calls < PAGES {
        *calls += 1;
        let page = app.platforms.whatsapp.templates(&token, &waba.meta_id, after.as_deref()).await;
        let page = page.map_err(|error| Unread::said(error.to_string()))?;
        found.extend(page.templates);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
    Err(Unread::said(format!("more than {PAGES} pages")))
}

/// Keeps what an account has by now: new templates, changed ones, and that others are gone. What Meta told of one since
/// the reading began is newer.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    waba: WabaId,
    found: &[FoundTemplate],
    began: i64,
) -> db::Result<Tally> {
    let now = clock.now();
    let known = store::of_waba(tx, team, waba)?;
    let mut tally = Tally::default();
    let mut seen: HashSet<TemplateId> = HashSet::new();
    let mut is_news = false;
    // A template that moved from one page to the next while they were read came twice.
    let found: BTreeMap<(&str, &str), &FoundTemplate> =
        found.iter().map(|one| ((one.shape.name.as_str(), one.shape.language.as_str()), one)).collect();
    for ((name, language), one) in found {
        let before = known.iter().find(|known| known.shape.name == name && known.shape.language == language);
        let is = weighed(clock, one, before, began);
        seen.insert(is.id);
        match before {
            Some(before) if !before.is_gone && *before == is => continue,
            Some(before) if !before.is_gone => {
                tally.changed += u64::from((before.status, &before.shape) != (is.status, &is.shape));
            }
            _ => tally.added += 1,
        }
        is_news = true;
        store::read(tx, team, waba, &is, now)?;
    }
    let is_gone = |known: &&Known| !known.is_gone && !seen.contains(&known.id) && known.status_at <= began;
    let gone: Vec<String> = known.iter().filter(is_gone).map(|known| known.id.to_string()).collect();
    tally.gone = gone.len() as u64;
    if !gone.is_empty() {
        store::gone(tx, team, &gone, now)?;
    }
    if is_news || tally.gone > 0 {
        tx.tell(News::of(team, Subject::Templates));
    }
    let_go(tx, team, waba, now)?;
    Ok(tally)
}

/// What is to be known of a template that was found. One that was gone keeps its id, and with it what is ours of it.
fn weighed(clock: &Clock, found: &FoundTemplate, before: Option<&Known>, began: i64) -> Known {
    let newer = before.filter(|before| before.status_at > began);
    Known {
        id: before.map_or_else(|| clock.id(), |before| before.id),
        meta_id: found.meta_id.clone(),
        title: before.map(|before| before.title.clone()).unwrap_or_default(),
        shape: found.shape.clone(),
        status: newer.map_or(found.status, |newer| newer.status),
        // Of what did not change, nothing changes.
        status_at: before.map_or(began, |before| before.status_at),
        quality: found.quality,
        is_supported: found.shape.is_supported(),
        is_gone: false,
    }
}

/// Takes in what Meta told of a template: its state counts at once, and all of its account are read soon. What was held
/// for one that came back goes on.
pub fn heard(tx: &mut Tx<'_>, clock: &Clock, team: TeamId, waba: WabaId, update: &TemplateUpdate) -> db::Result<()> {
    let now = clock.now();
    store::due_soon(tx, team, waba, now + SOON_MS)?;
    let meta_id = update.meta_id.as_deref();
    let Some(known) = store::meant(tx, team, waba, meta_id, &update.name, &update.language)? else { return Ok(()) };
    store::set_status(tx, team, known.id, update.status, now)?;
    if known.status != update.status {
        tx.tell(News::of(team, Subject::Templates));
    }
    let_go(tx, team, waba, now)
}

/// Lets the sends go on that were held for templates of this account which are approved (again).
fn let_go(tx: &mut Tx<'_>, team: TeamId, waba: WabaId, now: i64) -> db::Result<()> {
    for campaign in store::held(tx, team, waba)? {
        outbox::control::let_go(tx, team, campaign, now)?;
    }
    Ok(())
}

/// Starts reading the accounts that are due.
pub fn start(app: &App) {
    let reader = app.clone();
    app.tasks.spawn("templates.sync", async move {
        loop {
            if let Err(error) = read_due(&reader).await {
                tracing::warn!(%error, "templates cannot be read now");
            }
            tokio::select! {
                () = reader.tasks.stopping() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    });
}

/// Reads the accounts that are due; of several servers each takes others.
pub(super) async fn read_due(app: &App) -> Result<()> {
    let now = app.clock.now();
    for (team, id) in app.db.read(move |tx| store::due(tx, now, AT_ONCE)).await? {
        if app.tasks.is_stopping() {
            return Ok(());
        }
        let taken = Taken::new(team, app.clock.now());
        let waba = app.db.write(move |tx| {
            let waba = channels::wabas(tx, team)?.into_iter().find(|waba| waba.id == id);
            Ok::<_, Refused>(if taken.take(tx, id, taken.began)? { waba } else { None })
        });
        if let Some(waba) = waba.await? {
            // Why it could not be read is kept and logged where it was tried.
            let _ = read_one(app, taken, &waba).await?;
        }
    }
    Ok(())
}
