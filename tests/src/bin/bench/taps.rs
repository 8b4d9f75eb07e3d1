//! What people feel of a send while others go out as fast as the machine can: how soon theirs is accepted, and done.

use std::time::{Duration, Instant};

use tests::Engine;

use crate::{
    measuring::{Row, note, p50, p99},
    stage::{self, Stage, personal},
};

/// People of each send that is tapped.
const MANY: u64 = 2_000;
/// People of a small one.
const FEW: u64 = 20;
/// Taps that are enough.
const TAPS: usize = 100;
/// Between an answer and the next tap.
const PAUSE: Duration = Duration::from_millis(100);
/// After the tap of a large send, when it is being accepted.
const MEANWHILE: Duration = Duration::from_millis(30);
/// How often what takes a large send of its own is measured.
const TIMES: u64 = 5;

/// Measures it without history and, on SQLite, with it.
pub(crate) async fn measure(engine: Engine, people: u64) -> anyhow::Result<Vec<Row>> {
    let mut stage = Stage::build(engine, people).await?;
    stage.without_limit().await?;
    stage.start().await?;
    let target = if engine == Engine::Sqlite { 100.0 } else { 200.0 };
    let mut rows = vec![accepted(&stage, target, "").await?, few(&stage).await?];
    held_up(&stage).await?;
    if engine == Engine::Sqlite {
        stage.stop().await?;
        stage.remember().await?;
        stage.start().await?;
        rows.push(accepted(&stage, 150.0, ", with 1 M of history").await?);
    }
    stage.stop().await?;
    Ok(rows)
}

/// Taps while large sends go out that were accepted before.
async fn accepted(stage: &Stage, target: f64, how: &str) -> anyhow::Result<Row> {
    let (sales, colleague) = (stage.client("sales").await?, stage.client("colleague").await?);
    let mut taps = Vec::new();
    while taps.len() < TAPS {
        // Two, so that there is something under way for a while.
        stage.large(&sales, &personal()).await?.tap(&sales).await?;
        let large = stage.large(&sales, &personal()).await?.tap(&sales).await?;
        let mut last = None;
        while !stage::is_settled(&sales, large).await? {
            let next = stage::ready(&colleague, stage.some(taps.len() as u64 * MANY, MANY), &personal()).await?;
            let began = Instant::now();
            last = Some(next.tap(&colleague).await?);
            taps.push(began.elapsed());
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(last) = last {
            stage::settled(&colleague, last).await?;
        }
    }
    let name = format!("{:?}, {MANY} accepted while sending{how}", stage.engine);
    note(&format!("{name}: {} taps, median {:.0} ms", taps.len(), p50(&taps)));
    Ok(Row::at_most(name, target, p99(&taps), "ms p99"))
}

/// A send to a few right after a large one was accepted.
async fn few(stage: &Stage) -> anyhow::Result<Row> {
    let (sales, colleague) = (stage.client("sales").await?, stage.client("colleague").await?);
    let mut longest = Duration::ZERO;
    for time in 0..TIMES {
        let large = stage.large(&sales, &personal()).await?;
        let few = stage::ready(&colleague, stage.some(time * FEW, FEW), &personal()).await?;
        let large = large.tap(&sales).await?;
        let began = Instant::now();
        stage::settled(&colleague, few.tap(&colleague).await?).await?;
        longest = longest.max(began.elapsed());
        stage::settled(&sales, large).await?;
    }
    let name = format!("{:?}, {FEW} people beside {}, no limit: done", stage.engine, stage.people);
    Ok(Row::at_most(name, 2.0, longest.as_secs_f64(), "s, slowest"))
}

/// How long a tap waits for a large send that is being accepted. Nothing is promised of it; it is told beside the rest.
async fn held_up(stage: &Stage) -> anyhow::Result<()> {
    let (sales, colleague) = (stage.client("sales").await?, stage.client("colleague").await?);
    let mut waits = Vec::new();
    for time in 0..TIMES {
        let large = stage.large(&sales, &personal()).await?;
        let next = stage::ready(&colleague, stage.some(time * MANY, MANY), &personal()).await?;
        let meanwhile = async {
            tokio::time::sleep(MEANWHILE).await;
            let began = Instant::now();
            let campaign = next.tap(&colleague).await?;
            anyhow::Ok((campaign, began.elapsed()))
        };
        let (large, (small, waited)) = tokio::try_join!(large.tap(&sales), meanwhile)?;
        waits.push(waited);
        stage::settled(&sales, large).await?;
        stage::settled(&colleague, small).await?;
    }
    note(&format!(
        "{:?}, {MANY} accepted while {} are being accepted: median {:.0} ms",
        stage.engine,
        stage.people,
        p50(&waits)
    ));
    Ok(())
}
