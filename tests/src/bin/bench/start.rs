//! A server that starts and has nothing to do: how soon it answers, and what it holds.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::ensure;
use tests::{
    Client, Engine,
    running::{Running, beside, listener},
};

use crate::{
    measuring::{Row, median},
    process,
    stage::Stage,
};

/// Starts of which the median counts.
const STARTS: usize = 7;
/// Between two looks whether it answers.
const LOOK: Duration = Duration::from_millis(2);
/// How long it may take at most.
const PATIENCE: Duration = Duration::from_secs(20);
/// After its start, when it is idle.
const IDLE: Duration = Duration::from_secs(5);

/// Measures it on a database that is there already.
pub(crate) async fn measure(engine: Engine, people: u64) -> anyhow::Result<Vec<Row>> {
    let mut stage = Stage::build(engine, people).await?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(start(&stage).await?);
    }
    let mut rows = vec![Row::at_most(format!("{engine:?}, cold start"), 200.0, median(starts), "ms")];
    stage.start().await?;
    tokio::time::sleep(IDLE).await;
    if let Some(memory) = process::memory_mb(stage.pid()?, "VmRSS") {
        rows.push(Row::at_most(format!("{engine:?}, idle: memory"), 30.0, memory, "MB"));
    }
    stage.stop().await?;
    Ok(rows)
}

/// Milliseconds from the start of the program until it says that it is ready.
async fn start(stage: &Stage) -> anyhow::Result<f64> {
    let port = listener(0).await?.local_addr()?.port();
    let (program, client) = (beside()?, Client::new(&format!("http://127.0.0.1:{port}"))?);
    let began = Instant::now();
    let mut server = Running::begin(&program, &stage.config, port, Stdio::inherit())?;
    while !client.get("/readyz").await.is_ok_and(|answer| answer.status().is_success()) {
        ensure!(began.elapsed() < PATIENCE, "it does not answer");
        tokio::time::sleep(LOOK).await;
    }
    let took = began.elapsed();
    server.stop().await?;
    Ok(took.as_secs_f64() * 1_000.0)
}
