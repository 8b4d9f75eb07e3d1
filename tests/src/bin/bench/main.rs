//! The benchmark: measures what takes long where a team is large, prints a table, writes `bench/results.json`. Built and run
//! in release by `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "the table is this program's output")]

mod lists;

use std::{fs, path::PathBuf};

use clap::Parser;
use serde::Serialize;
use tests::Engine;

/// How it is run.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which engine; both where it is left out and PostgreSQL is named by `STORECAST_TEST_POSTGRES`.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    engine: Option<String>,
    /// How often each request is made.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// Where the results go.
    #[arg(long, default_value = "bench/results.json")]
    out: PathBuf,
}

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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let engines = match arguments.engine.as_deref() {
        Some("sqlite") => vec![Engine::Sqlite],
        Some(_) => vec![Engine::Postgres],
        None => Engine::here()?,
    };
    let mut rows = Vec::new();
    for engine in engines {
        rows.extend(lists::measure(engine, arguments.rounds).await?);
    }
    println!("{:<52} {:>10} {:>10}  unit", "what", "target", "measured");
    for row in &rows {
        let verdict = if row.holds { "" } else { "  MISSED" };
        println!("{:<52} {:>10.1} {:>10.2}  {}{verdict}", row.name, row.target, row.measured, row.unit);
    }
    if let Some(folder) = arguments.out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&arguments.out, serde_json::to_vec_pretty(&rows)?)?;
    println!("{}", arguments.out.display());
    Ok(())
}
