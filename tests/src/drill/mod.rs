//! The drill: real servers are killed and frozen in the middle of their work while the platforms have bad days;
//! afterwards our records are held against what the platforms received, person by person and message by message
//! (architecture.md 4 and 8).

mod chaos;
mod evidence;
mod gather;
mod judge;
mod load;
mod meaning;
mod plan;
mod reaper;
mod report;
mod servers;
mod stage;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail};

pub use self::{
    evidence::{Asked, Asking, Blow, BlowKind, Counted, Evidence, Heard, Limit, PartRecord, Record},
    judge::{Finding, Verdict, judge},
    plan::Options,
};
use self::{load::Load, plan::Plan, stage::Stage};

/// Runs a drill to its end, prints what it came to and writes it down. False where anything is not as it must be.
pub async fn run(options: &Options) -> anyhow::Result<bool> {
    let plan = Plan::of(options);
    let patience = plan.patience();
    tokio::time::timeout(patience, play(options, &plan))
        .await
        .with_context(|| format!("the drill did not end within {} s", patience.as_secs()))?
}

async fn play(options: &Options, plan: &Plan) -> anyhow::Result<bool> {
    let stage = Arc::new(Stage::build(options, plan).await.context("the stage cannot be built")?);
    let load = Load::new(stage.clone());
    let blows = {
        let work = async { tokio::try_join!(load.run(plan), chaos::weather(&stage, &load, plan)).map(drop) };
        tokio::pin!(work);
        let blows = tokio::select! {
            blows = chaos::strike(&stage, &load, plan) => blows?,
            ended = &mut work => {
                ended?;
                bail!("the work ended before the last blow");
            }
        };
        load.ends();
        work.await?;
        blows
    };
    chaos::clear_up(&stage).await?;
    // What does not end is judged too, or nobody could find out why.
    let settled = load.settled().await;
    // What was still on its way when the weather cleared may have been held back.
    chaos::clear_up(&stage).await?;
    stage.webhooks_arrive().await?;
    let evidence = gather::all(&stage, &load, blows, plan).await?;
    let verdict = judge(&evidence);
    report::print(options, &evidence, &verdict);
    if let Some(folder) = &options.out {
        report::write(folder, options, &evidence, &verdict)?;
    }
    settled?;
    Ok(verdict.holds())
}

/// A pause.
async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
