//! LINE's limit in force: the pace as LINE sees it, twenty people beside a large send, and the same content to
//! everybody in few calls.

use std::time::{Duration, Instant};

use anyhow::ensure;
use server::platforms::line::PUSH_LIMIT;
use tests::Engine;

use crate::{
    measuring::{Row, note},
    stage::{self, Stage, identical, personal},
};

/// Between two sends to twenty people.
const PAUSE: Duration = Duration::from_secs(2);
/// People of a small send.
const FEW: u64 = 20;
/// Seconds that those may take.
const SOON: f64 = 2.0;
/// Of the configured pace, what must be used.
const USED: f64 = 0.98;
/// Calls that the same content may take for each 50,000 people.
const CALLS: f64 = 110.0;

/// Measures it.
pub(crate) async fn measure(engine: Engine, people: u64) -> anyhow::Result<Vec<Row>> {
    let mut stage = Stage::build(engine, people).await?;
    stage.start().await?;
    let mut rows = paced(&stage).await?;
    rows.push(same(&stage).await?);
    stage.stop().await?;
    Ok(rows)
}

/// A large send at LINE's pace, with small ones beside it.
async fn paced(stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let (engine, people) = (stage.engine, stage.people);
    let (sales, colleague) = (stage.client("sales").await?, stage.client("colleague").await?);
    let large = stage.large(&sales, &personal()).await?.tap(&sales).await?;
    let (mut longest, mut sends) = (0.0_f64, 0);
    while !stage::is_settled(&sales, large).await? {
        tokio::time::sleep(PAUSE).await;
        let few = stage::ready(&colleague, stage.some(sends * FEW, FEW), &personal()).await?;
        let began = Instant::now();
        stage::settled(&colleague, few.tap(&colleague).await?).await?;
        if stage::is_settled(&sales, large).await? {
            // The last was not beside it to its end; it counts among what LINE received all the same.
            sends += 1;
            break;
        }
        longest = longest.max(began.elapsed().as_secs_f64());
        sends += 1;
    }
    ensure!(sends > 1, "the large send was over before the small ones: more recipients are needed");
    stage.arrived(people + sends * FEW).await?;
    let received = stage.stub.received().await?;
    #[expect(clippy::cast_precision_loss, reason = "seconds and thousands")]
    let (calls, seconds, busiest) = (
        (received.pushes - 1) as f64,
        (received.last_us - received.first_us) as f64 / 1_000_000.0,
        received.busiest as f64,
    );
    note(&format!("{engine:?}, at LINE's limit: {sends} small sends beside it, {seconds:.1} s in all"));
    Ok(vec![
        Row::at_least(
            format!("{engine:?}, at LINE's limit: pushes"),
            USED * f64::from(stage.config.line.rate),
            calls / seconds,
            "/s",
        ),
        Row::at_most(
            format!("{engine:?}, at LINE's limit: the busiest second"),
            f64::from(PUSH_LIMIT),
            busiest,
            "pushes",
        ),
        Row::at_most(format!("{engine:?}, 20 people beside {people}: done"), SOON, longest, "s, slowest"),
    ])
}

/// The same content to everybody.
async fn same(stage: &Stage) -> anyhow::Result<Row> {
    let sales = stage.client("sales").await?;
    let ready = stage.large(&sales, &identical()).await?;
    stage.stub.forget().await?;
    stage::settled(&sales, ready.tap(&sales).await?).await?;
    stage.arrived(stage.people).await?;
    let received = stage.stub.received().await?;
    #[expect(clippy::cast_precision_loss, reason = "hundreds")]
    let calls = (received.pushes + received.multicasts + received.checks) as f64;
    let name = format!("{:?}, the same content to {}", stage.engine, stage.people);
    Ok(Row::at_most(name, CALLS, calls, "calls"))
}
