//! How fast a send goes out where only the machine limits it, held against the bare loop; what it costs, and what the
//! server holds in memory meanwhile.

use std::time::Instant;

use anyhow::Context as _;
use tests::{Client, Engine};
use tokio_postgres::NoTls;

use crate::{
    measuring::{Row, median, note},
    process,
    stage::{self, Stage, personal},
};

/// People of the send that warms up connections and statements.
const WARM_UP: u64 = 5_000;
/// What sending may take of memory, in MB.
const MEMORY: f64 = 80.0;

/// What is promised of an engine (architecture.md 8).
struct Promise {
    /// People a second.
    rate: f64,
    /// Of the bare loop.
    share: f64,
    /// The same with a million recipients of history.
    share_with_history: f64,
    /// CPU time of the servers for each recipient, in microseconds.
    server: f64,
    /// CPU time of PostgreSQL, likewise.
    postgres: f64,
}

fn promise(engine: Engine) -> Promise {
    match engine {
        Engine::Sqlite => {
            Promise { rate: 30_000.0, share: 0.65, share_with_history: 0.5, server: 30.0, postgres: f64::INFINITY }
        }
        Engine::Postgres => {
            Promise { rate: 20_000.0, share: 0.4, share_with_history: 0.4, server: 25.0, postgres: 30.0 }
        }
    }
}

/// One send.
struct Run {
    /// People a second, from the tap until all are settled.
    rate: f64,
    /// Pushes a second of the bare loop right before.
    bare: f64,
    /// Seconds until it was accepted.
    accepted: f64,
    server: Option<f64>,
    postgres: Option<f64>,
}

/// Measures with one server, on PostgreSQL with three, and with history.
pub(crate) async fn measure(engine: Engine, people: u64, runs: usize) -> anyhow::Result<Vec<Row>> {
    let promise = promise(engine);
    let mut stage = Stage::build(engine, people).await?;
    stage.without_limit().await?;
    stage.start().await?;
    let (first, sent) = (process::memory_mb(stage.pid()?, "VmRSS"), sends(&stage, runs).await?);
    let mut rows = judged(&stage, &promise, promise.share, "", &sent.0);
    if let Some(memory) = sent.1 {
        rows.push(Row::at_most(format!("{engine:?}, sending to {people}: memory"), MEMORY, memory, "MB"));
        note(&format!("{engine:?}: the server held {:.0} MB before its first send", first.unwrap_or_default()));
    }
    if engine == Engine::Postgres {
        stage.start().await?;
        stage.start().await?;
        rows.extend(judged(&stage, &promise, promise.share, ", 3 servers", &sends(&stage, runs).await?.0));
    }
    stage.stop().await?;
    stage.remember().await?;
    stage.start().await?;
    let sent = sends(&stage, runs).await?.0;
    rows.extend(judged(&stage, &promise, promise.share_with_history, ", with 1 M of history", &sent));
    stage.stop().await?;
    Ok(rows)
}

/// Sends and bare loops by turns, after a send that warms up; and the most memory the first server held after its first
/// large send, in MB.
async fn sends(stage: &Stage, runs: usize) -> anyhow::Result<(Vec<Run>, Option<f64>)> {
    let (sales, colleague) = (stage.client("sales").await?, stage.client("colleague").await?);
    let database = if stage.engine == Engine::Postgres { postmaster(stage).await? } else { None };
    let warm = stage::ready(&colleague, stage.some(0, WARM_UP), &personal()).await?;
    stage::settled(&colleague, warm.tap(&colleague).await?).await?;
    let (mut sent, mut memory) = (Vec::new(), None);
    for _ in 0..runs.max(1) {
        let bare = stage.stub.bare(stage.people).await?;
        sent.push(send(stage, &sales, database, bare).await?);
        memory = memory.or(process::memory_mb(stage.pid()?, "VmHWM"));
    }
    Ok((sent, memory))
}

async fn send(stage: &Stage, sales: &Client, postmaster: Option<u32>, bare: f64) -> anyhow::Result<Run> {
    let ready = stage.large(sales, &personal()).await?;
    stage.stub.forget().await?;
    let cpu = || (stage.cpu_us(), postmaster.and_then(process::family_cpu_us));
    let (before, began) = (cpu(), Instant::now());
    let campaign = ready.tap(sales).await?;
    let accepted = began.elapsed().as_secs_f64();
    stage::settled(sales, campaign).await?;
    let (took, after) = (began.elapsed().as_secs_f64(), cpu());
    stage.arrived(stage.people).await?;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let people = stage.people as f64;
    let each = |before: Option<f64>, after: Option<f64>| Some((after? - before?) / people);
    Ok(Run { rate: people / took, bare, accepted, server: each(before.0, after.0), postgres: each(before.1, after.1) })
}

/// The process that PostgreSQL's others are children of, where it runs on this machine.
async fn postmaster(stage: &Stage) -> anyhow::Result<Option<u32>> {
    let (client, connection) = tokio_postgres::connect(stage.config.database.expose(), NoTls).await?;
    let asked = async move {
        let row = client.query_one("SELECT pg_backend_pid()", &[]).await?;
        let pid: i32 = row.get(0);
        anyhow::Ok(process::parent(u32::try_from(pid)?))
    };
    let (asked, ended) = futures_util::future::join(asked, connection).await;
    ended.context("the connection broke")?;
    asked
}

/// The medians against what is promised.
fn judged(stage: &Stage, promise: &Promise, share: f64, how: &str, runs: &[Run]) -> Vec<Row> {
    let middle = |of: fn(&Run) -> f64| median(runs.iter().map(of).collect());
    let each = |of: fn(&Run) -> Option<f64>| runs.iter().map(of).collect::<Option<Vec<f64>>>().map(median);
    let what = format!("{:?}, fan-out to {}{how}", stage.engine, stage.people);
    let mut rows = vec![
        Row::at_least(format!("{what}: people"), promise.rate, middle(|run| run.rate), "/s"),
        Row::share(format!("{what}: of the bare loop"), share, middle(|run| run.rate / run.bare)),
    ];
    if let Some(server) = each(|run| run.server) {
        rows.push(Row::at_most(format!("{what}: CPU of the server"), promise.server, server, "µs each"));
    }
    if let Some(postgres) = each(|run| run.postgres) {
        rows.push(Row::at_most(format!("{what}: CPU of PostgreSQL"), promise.postgres, postgres, "µs each"));
    }
    note(&format!(
        "{what}: bare loop {:.0}/s; accepted after {:.0} ms; runs {}",
        middle(|run| run.bare),
        middle(|run| run.accepted) * 1_000.0,
        runs.iter().map(|run| format!("{:.0}/s ({:.2})", run.rate, run.rate / run.bare)).collect::<Vec<_>>().join(", "),
    ));
    rows
}
