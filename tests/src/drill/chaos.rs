//! What goes wrong in a drill: servers die and stand still, platforms refuse, fail and fall silent, webhooks come
//! twice, late and out of order.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use sandbox::{
    Fault, FaultKind,
    line::ReleaseOrder,
    whatsapp::{Release, StatusPlan},
};
use shared::limits::Platform;

use super::{
    evidence::{Blow, BlowKind},
    load::Load,
    pause,
    plan::{Blowing, Dice, Plan, TIMEOUT_MS},
    stage::{LINE, Stage},
};

/// How long a blow may wait for a moment that is worth it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Strikes blow after blow, each into the middle of work; a server comes back while others are struck.
pub(super) async fn strike(stage: &Stage, load: &Load, plan: &Plan) -> anyhow::Result<Vec<Blow>> {
    let mut dice = Dice::new(plan.seed, "servers");
    let mut down = FuturesUnordered::new();
    let mut blows = Vec::new();
    for blowing in &plan.blows {
        // One server stays up where there are several, so that the work goes on.
        let least = if plan.servers == 1 { 1 } else { 2 };
        while stage.servers.up().len() < least {
            blows.push(down.next().await.context("no server is up, and none comes back")??);
        }
        meanwhile(&mut down, &mut blows, pause(blowing.after_ms)).await?;
        let up = stage.servers.up();
        let server = up[dice.place(up.len())];
        let blow = meanwhile(&mut down, &mut blows, strike_one(stage, load, server, blowing)).await??;
        down.push(recover(stage, blow, blowing.down_ms));
    }
    while let Some(blow) = down.next().await {
        blows.push(blow?);
    }
    blows.sort_by_key(|blow| blow.from_ms);
    Ok(blows)
}

/// Does something while servers come back.
async fn meanwhile<T>(
    down: &mut FuturesUnordered<impl Future<Output = anyhow::Result<Blow>>>,
    blows: &mut Vec<Blow>,
    work: impl Future<Output = T>,
) -> anyhow::Result<T> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            Some(blow) = down.next(), if !down.is_empty() => blows.push(blow?),
            done = &mut work => return Ok(done),
        }
    }
}

/// Waits for a moment with calls of this server in flight and people queued, and strikes at once.
async fn strike_one(stage: &Stage, load: &Load, server: usize, blowing: &Blowing) -> anyhow::Result<Blow> {
    let door = stage.servers.door(server)?;
    let began = Instant::now();
    loop {
        let queued = load.queued(Platform::Line).await? + load.queued(Platform::Whatsapp).await?;
        let in_flight = stage.sandbox.in_flight(door);
        if queued > 0 && in_flight > 0 {
            let from_ms = stage.sandbox.now_us() / 1_000;
            match blowing.kind {
                BlowKind::Kill => stage.servers.kill(server).await?,
                BlowKind::Freeze => stage.servers.freeze(server).await?,
            }
            return Ok(Blow { kind: blowing.kind, server, from_ms, until_ms: from_ms, in_flight, queued });
        }
        if began.elapsed() > PATIENCE {
            bail!("server {server} does nothing that a blow could hit: {in_flight} calls in flight, {queued} queued");
        }
        pause(5).await;
    }
}

/// Lets a struck server come back after a while.
async fn recover(stage: &Stage, blow: Blow, after_ms: u64) -> anyhow::Result<Blow> {
    pause(after_ms).await;
    match blow.kind {
        BlowKind::Kill => stage.servers.begin(blow.server).await?,
        BlowKind::Freeze => stage.servers.thaw(blow.server).await?,
    }
    Ok(Blow { until_ms: stage.sandbox.now_us() / 1_000, ..blow })
}

/// Bad weather while there is work: a climate that is always there, and spells one after the other. It must not be
/// dropped: what is being released would be lost.
pub(super) async fn weather(stage: &Stage, load: &Load, plan: &Plan) -> anyhow::Result<()> {
    let mut dice = Dice::new(plan.seed, "weather");
    climate(stage, &mut dice);
    while load.goes_on() {
        pause(dice.between(400, 1_500)).await;
        let count = dice.between(1, 6);
        let line = |kind| stage.sandbox.line().add_fault(Fault::new(kind).times(count));
        let whatsapp = |kind| stage.sandbox.whatsapp().add_fault(Fault::new(kind).at("messages").times(count));
        match dice.place(16) {
            // Seldom: the pace is halved by each and comes back slowly, and it is the full pace that limits are kept
            // at.
            0 => line(FaultKind::RateLimit),
            1 => whatsapp(FaultKind::RateLimit),
            2..=4 => line(FaultKind::ServerError),
            5 | 6 => line(FaultKind::TimeoutBefore { hold_ms: dice.between(0, 2 * TIMEOUT_MS) }),
            7..=9 => line(FaultKind::TimeoutAfter { hold_ms: dice.between(0, 2 * TIMEOUT_MS) }),
            10 | 11 => whatsapp(FaultKind::ServerError),
            12 | 13 => whatsapp(FaultKind::TimeoutBefore { hold_ms: dice.between(0, 2 * TIMEOUT_MS) }),
            _ => whatsapp(FaultKind::TimeoutAfter { hold_ms: dice.between(0, 2 * TIMEOUT_MS) }),
        };
        if dice.place(3) == 0 {
            release(stage, dice.next()).await?;
        }
    }
    Ok(())
}

/// Latency of 20 to 200 ms on every message, a few calls that fail in any other way, and odd ways of telling.
fn climate(stage: &Stage, dice: &mut Dice) {
    let (line, whatsapp) = (stage.sandbox.line(), stage.sandbox.whatsapp());
    let mut some = |kind, share: f64| Fault { probability: Some(share), seed: dice.next(), ..Fault::new(kind) };
    let slow = FaultKind::SlowRange { from_ms: 20, to_ms: 200 };
    for endpoint in ["push", "multicast"] {
        line.add_fault(some(slow, 1.0).at(endpoint));
        for kind in [
            FaultKind::ServerError,
            FaultKind::BadGateway,
            FaultKind::TimeoutBefore { hold_ms: 0 },
            FaultKind::TimeoutAfter { hold_ms: 0 },
        ] {
            line.add_fault(some(kind, 0.004).at(endpoint));
        }
    }
    whatsapp.add_fault(some(slow, 1.0).at("messages"));
    for kind in [FaultKind::BadGateway, FaultKind::TimeoutBefore { hold_ms: 0 }, FaultKind::TimeoutAfter { hold_ms: 0 }]
    {
        whatsapp.add_fault(some(kind, 0.004).at("messages"));
    }
    let usual = StatusPlan::default();
    for plan in [
        StatusPlan { twice: true, ..usual },
        StatusPlan { held: true, ..usual },
        StatusPlan { early: true, ..usual },
        StatusPlan { sent_ms: Some(400), delivered_ms: Some(10), read_ms: Some(200), ..usual },
        StatusPlan::NEVER,
    ] {
        whatsapp.add_fault(some(FaultKind::Statuses(plan), 0.08).at("messages"));
    }
}

/// Lets go of what was held back, the latest first or shuffled, some of it twice.
async fn release(stage: &Stage, seed: u64) -> anyhow::Result<()> {
    stage.sandbox.line().release(LINE, ReleaseOrder::LatestFirst).await?;
    let how = Release { seed: Some(seed), per_call: 5, copies: 2, ..Release::default() };
    stage.sandbox.whatsapp().release(&stage.app, how).await?;
    Ok(())
}

/// Good weather again, but for the latency; nothing is held back any more. People's own oddities stay.
pub(super) async fn clear_up(stage: &Stage) -> anyhow::Result<()> {
    let (line, whatsapp) = (stage.sandbox.line(), stage.sandbox.whatsapp());
    let is_weather = |fault: &Fault| fault.user.is_none() && !matches!(fault.kind, FaultKind::SlowRange { .. });
    for fault in line.faults().into_iter().filter(|one| is_weather(&one.fault)) {
        line.clear_faults(Some(fault.id));
    }
    for fault in whatsapp.faults().into_iter().filter(|one| is_weather(&one.fault)) {
        whatsapp.clear_faults(Some(fault.id));
    }
    whatsapp.settled().await;
    release(stage, 0).await
}
