//! Figures against their targets, and how they are taken.

use std::{
    fmt, fs,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use serde::Serialize;
use shared::call::Call;
use tests::Client;

/// One figure against its target.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    target: f64,
    measured: f64,
    unit: &'static str,
    /// Measured by target.
    ratio: f64,
    holds: bool,
}

impl Row {
    /// A figure that must not be above its target.
    pub(crate) fn at_most(name: String, target: f64, measured: f64, unit: &'static str) -> Self {
        Self { name, target, measured, unit, ratio: measured / target, holds: measured <= target }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.holds { "" } else { "  MISSED" };
        write!(f, "{:<56} {:>10.1} {:>10.2}  {}{verdict}", self.name, self.target, self.measured, self.unit)
    }
}

/// Of several runs of the same figures, the lowest of each.
pub(crate) fn quietest(runs: Vec<Vec<Row>>) -> Vec<Row> {
    let lower = |a: Row, b: Row| if b.measured < a.measured { b } else { a };
    let merged = runs.into_iter().reduce(|one, other| one.into_iter().zip(other).map(|(a, b)| lower(a, b)).collect());
    merged.unwrap_or_default()
}

/// The 99th percentile of so many rounds, in milliseconds, after one that warms up.
pub(crate) async fn timed<F: Future<Output = anyhow::Result<()>>>(
    rounds: usize,
    work: impl Fn() -> F,
) -> anyhow::Result<f64> {
    work().await?;
    let mut took = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let began = Instant::now();
        work().await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let place = (took.len() * 99).div_ceil(100).saturating_sub(1);
    let p99: Duration = took.get(place).copied().unwrap_or_default();
    Ok(p99.as_secs_f64() * 1_000.0)
}

/// A file as it streamed by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streamed {
    /// Lines in it, the headings included.
    pub(crate) lines: usize,
    /// The most that this process, server and client, grew meanwhile, in MB; none where the system does not tell.
    pub(crate) grew: Option<f64>,
}

/// Fetches a file and keeps nothing of it.
pub(crate) async fn streamed<C: Call>(client: &Client, call: &C) -> anyhow::Result<Streamed> {
    let before = resident();
    let mut grew = before.map(|_| 0.0_f64);
    let mut lines = 0;
    let mut answer = client.request(call).send().await?;
    ensure!(answer.status().is_success(), "{} was answered {}", C::ROUTE, answer.status());
    while let Some(chunk) = answer.chunk().await.context("the file broke off")? {
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
        grew = grew.zip(before.zip(resident())).map(|(most, (before, now))| most.max(now - before));
    }
    Ok(Streamed { lines, grew })
}

/// What this process holds in memory, in MB, where the system tells as Linux does.
fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1_024.0)
}
