//! The benchmark: measures what takes long where a team is large, prints a table, writes `bench/results.json`. Built and run
//! in release by `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "the table is this program's output")]

mod filling;
mod lists;
mod measuring;
mod records;

use std::{fs, path::PathBuf};

use clap::Parser;
use tests::Engine;

use self::measuring::Row;

/// How it is run.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which engine; both where it is left out and PostgreSQL is named by `STORECAST_TEST_POSTGRES`.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    engine: Option<String>,
    /// What is measured; everything where it is left out.
    #[arg(long, value_parser = ["conversations", "records"])]
    only: Option<String>,
    /// How often each request is made in a run.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// How many runs there are; of each figure the quietest run counts, as whatever else the machine does only adds to it.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Where the results go.
    #[arg(long, default_value = "bench/results.json")]
    out: PathBuf,
}

impl Arguments {
    fn asks_for(&self, what: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == what)
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
    let (runs, rounds) = (arguments.runs, arguments.rounds);
    let mut rows = Vec::new();
    println!("{:<56} {:>10} {:>10}  unit", "what", "target", "measured");
    for engine in engines {
        if arguments.asks_for("conversations") {
            rows.extend(shown(lists::measure(engine, runs, rounds).await?));
        }
        if arguments.asks_for("records") {
            rows.extend(shown(records::measure(engine, runs, rounds).await?));
        }
    }
    if let Some(folder) = arguments.out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&arguments.out, serde_json::to_vec_pretty(&rows)?)?;
    println!("{}", arguments.out.display());
    Ok(())
}

/// Prints them as soon as they are known.
fn shown(rows: Vec<Row>) -> Vec<Row> {
    for row in &rows {
        println!("{row}");
    }
    rows
}
