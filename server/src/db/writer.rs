//! SQLite's one writer: a thread with two queues, on which all the writes that wait share one commit.
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Error, Lane, Result, Tx, sqlite::run};
use crate::live::{Live, News};

/// Writes that share a commit at most; the gain levels off at about a hundred (`trials/engine`).
const GROUP: usize = 256;

/// The way to the thread. The thread ends when this is dropped and its queues are empty.
pub(super) struct Writer(Arc<Queues>);

#[derive(Default)]
struct Queues {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    people: VecDeque<Box<dyn Job>>,
    engine: VecDeque<Box<dyn Job>>,
    closed: bool,
}

/// Starts the thread.
pub(super) fn start(connection: Connection, live: Live) -> Result<Writer> {
    let queues = Arc::<Queues>::default();
    let work = Arc::clone(&queues);
    thread::Builder::new()
        .name("db-writer".into())
        .spawn(move || {
            while let Some(mut jobs) = work.next_group() {
                for job in &jobs {
                    job.waited();
                }
                // The closures are guarded one by one; this is for what their results do when they are dropped.
                if catch_unwind(AssertUnwindSafe(|| commit_together(&connection, &mut jobs))).is_err() {
                    tracing::error!("the database writer panicked outside of a write");
                }
                for job in jobs {
                    let _ = catch_unwind(AssertUnwindSafe(|| job.answer(&live)));
                }
            }
        })
        .map_err(|e| Error::Unavailable(format!("the database writer cannot start: {e}")))?;
    Ok(Writer(queues))
}

impl Writer {
    /// Waits for its turn and until it is on disk.
    pub(super) async fn write<T, E>(
        &self,
        lane: Lane,
        work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending { work, lane, asked_at: Instant::now(), outcome: None, told: Vec::new(), reply });
        {
            let mut waiting = self.0.waiting();
            match lane {
                Lane::People | Lane::Intake => waiting.people.push_back(job),
                Lane::Engine => waiting.engine.push_back(job),
            }
        }
        self.0.arrived.notify_one();
        answer.await.unwrap_or_else(|_| Err(Error::stopping().into()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.waiting().closed = true;
        self.0.arrived.notify_one();
    }
}

impl Queues {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What runs next: people before the engine, which keeps one place so that it never stands still. None at the end.
    fn next_group(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut waiting = self
            .arrived
            .wait_while(self.waiting(), |w| w.people.is_empty() && w.engine.is_empty() && !w.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let kept = usize::from(!waiting.engine.is_empty());
        let people = waiting.people.len().min(GROUP - kept);
        let mut group: Vec<_> = waiting.people.drain(..people).collect();
        let engine = waiting.engine.len().min(GROUP - people);
        group.extend(waiting.engine.drain(..engine));
        (!group.is_empty()).then_some(group)
    }
}

/// A write that waits, whatever its types.
trait Job: Send {
    /// Its turn has come: notes how long it waited.
    fn waited(&self);
    /// Runs the work, perhaps not for the first time. Whether to keep what it wrote.
    fn run(&mut self, connection: &Connection) -> bool;
    /// What it wrote is gone, or it could not run.
    fn lose(&mut self, why: Error);
    /// Tells the caller what came of it, and first those who look at what it changed.
    fn answer(self: Box<Self>, live: &Live);
}

struct Pending<T, E, F> {
    work: F,
    lane: Lane,
    asked_at: Instant,
    outcome: Option<Result<T, E>>,
    told: Vec<News>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Pending<T, E, F>
where
    T: Send,
    E: From<Error> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn waited(&self) {
        let lane = if self.lane == Lane::Engine { "engine" } else { "people" };
        metrics::histogram!("storecast_db_writer_wait_seconds", "lane" => lane)
            .record(self.asked_at.elapsed().as_secs_f64());
    }

    fn run(&mut self, connection: &Connection) -> bool {
        let (out, told) = run(connection, &self.work);
        self.told = told;
        self.outcome.insert(out).is_ok()
    }

    fn lose(&mut self, why: Error) {
        self.outcome = Some(Err(why.into()));
    }

    fn answer(self: Box<Self>, live: &Live) {
        if let Some(outcome) = self.outcome {
            if outcome.is_ok() {
                live.publish(self.told);
            }
            // The caller may have gone away.
            let _ = self.reply.send(outcome);
        }
    }
}

/// What became of a transaction.
enum Fate {
    /// Each job has its outcome, and what was kept is on disk.
    Settled,
    /// It did not begin.
    Refused(Error),
    /// Nothing was kept, whatever the jobs say.
    Undone(Error),
}

/// Runs the jobs in one transaction; where that fails, each in its own.
fn commit_together(connection: &Connection, jobs: &mut [Box<dyn Job>]) {
    match (transaction(connection, jobs), jobs) {
        (Fate::Settled, _) => {}
        (Fate::Refused(why), jobs) => lose(jobs, &why),
        (Fate::Undone(why), [job]) => job.lose(why),
        (Fate::Undone(why), jobs) => {
            tracing::warn!(writes = jobs.len(), error = %why, "a group of writes was rolled back, each runs again alone");
            for at in 0..jobs.len() {
                match transaction(connection, &mut jobs[at..=at]) {
                    Fate::Settled => {}
                    Fate::Undone(why) => lose(&mut jobs[at..=at], &why),
                    // Not once for each: it has waited for seconds.
                    Fate::Refused(why) => return lose(&mut jobs[at..], &why),
                }
            }
        }
    }
}

fn lose(jobs: &mut [Box<dyn Job>], why: &Error) {
    for job in jobs {
        job.lose(why.clone());
    }
}

fn transaction(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Fate {
    if let Err(why) = roll_back(connection).and_then(|()| control(connection, "BEGIN IMMEDIATE")) {
        return Fate::Refused(why);
    }
    match within(connection, jobs) {
        Ok(()) => Fate::Settled,
        Err(why) => {
            if let Err(error) = roll_back(connection) {
                tracing::error!(%error, "a transaction could not be rolled back");
            }
            Fate::Undone(why)
        }
    }
}

fn within(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<()> {
    if let [job] = jobs {
        let keep = job.run(connection);
        return match (keep, connection.is_autocommit()) {
            (true, false) => control(connection, "COMMIT"),
            (false, _) => roll_back(connection),
            (true, true) => Err(ended()),
        };
    }
    for job in jobs {
        control(connection, "SAVEPOINT job")?;
        let keep = job.run(connection);
        // An error such as a full disk rolls back everything, the savepoints released before included.
        if connection.is_autocommit() {
            return Err(ended());
        }
        if !keep {
            control(connection, "ROLLBACK TO job")?;
        }
        control(connection, "RELEASE job")?;
    }
    control(connection, "COMMIT")
}

fn ended() -> Error {
    Error::Other("the transaction ended inside of a write".into())
}

fn roll_back(connection: &Connection) -> Result<()> {
    if connection.is_autocommit() { Ok(()) } else { control(connection, "ROLLBACK") }
}

fn control(connection: &Connection, text: &str) -> Result<()> {
    connection.prepare_cached(text)?.execute([])?;
    Ok(())
}
