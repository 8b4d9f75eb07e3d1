//! Figures against their targets, and how they are taken.

use std::{
    fmt,
    time::{Duration, Instant},
};

use ::tests::Client;
use anyhow::{Context as _, ensure};
use serde::Serialize;
use shared::call::Call;

use crate::process;

/// One figure against its target.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    target: f64,
    measured: f64,
    unit: &'static str,
    /// Against the bare loop of the same run, where the target is such a share.
    ratio: Option<f64>,
    holds: bool,
}

impl Row {
    /// A figure that must not be above its target.
    pub(crate) fn at_most(name: String, target: f64, measured: f64, unit: &'static str) -> Self {
        Self { name, target, measured, unit, ratio: None, holds: measured <= target }
    }

    /// A figure that must not be below its target.
    pub(crate) fn at_least(name: String, target: f64, measured: f64, unit: &'static str) -> Self {
        Self { name, target, measured, unit, ratio: None, holds: measured >= target }
    }

    /// A rate as a share of the bare loop's, which must not be below its target.
    pub(crate) fn share(name: String, target: f64, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..Self::at_least(name, target, ratio, "of it") }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.holds { "" } else { "  MISSED" };
        write!(f, "{:<64} {:>10.2} {:>10.2}  {}{verdict}", self.name, self.target, self.measured, self.unit)
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
    Ok(p99(&took))
}

/// The 99th percentile, in milliseconds.
pub(crate) fn p99(took: &[Duration]) -> f64 {
    percentile(took, 99)
}

/// The median, in milliseconds.
pub(crate) fn p50(took: &[Duration]) -> f64 {
    percentile(took, 50)
}

fn percentile(took: &[Duration], hundredths: usize) -> f64 {
    let mut sorted = took.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
    sorted.get(place).map_or(0.0, Duration::as_secs_f64) * 1_000.0
}

/// The middle one of several runs; the lower one of two.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

/// Prints what is worth knowing beside a figure, and is no figure of its own.
pub(crate) fn note(text: &str) {
    println!("  {text}");
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
    let resident = || process::memory_mb(std::process::id(), "VmRSS");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_medians_are_the_nearest_rank() {
        let took: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!((p50(&took), p99(&took)), (100.0, 198.0));
        assert_eq!((p50(&[]), p99(&took[199..])), (0.0, 1.0));
        assert_eq!((median(vec![5.0, 1.0, 3.0]), median(vec![5.0, 1.0])), (3.0, 1.0));
    }

    #[test]
    fn a_figure_holds_on_its_own_side_of_the_target() {
        let holds = |row: Row| (row.holds, row.ratio);
        assert_eq!(holds(Row::at_most(String::new(), 2.0, 2.0, "")), (true, None));
        assert_eq!(holds(Row::at_most(String::new(), 2.0, 2.1, "")), (false, None));
        assert_eq!(holds(Row::at_least(String::new(), 2.0, 1.9, "")), (false, None));
        assert_eq!(holds(Row::share(String::new(), 0.5, 0.6)), (true, Some(0.6)));
    }
}
