//! The benchmark: measures what takes long where a team is large, prints a table, writes `bench/results.json`. Built
//! and run in release by `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "the table is this program's output")]

mod bare;
mod fanout;
mod filling;
mod intake;
mod limits;
mod lists;
mod measuring;
mod process;
mod records;
mod stage;
mod start;
mod stub;
mod taps;

use std::{fs, path::PathBuf};

use clap::{Parser, Subcommand};
use tests::Engine;

use self::measuring::Row;

/// How it is run.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// Which engine; both where it is left out and PostgreSQL is named by `STORECAST_TEST_POSTGRES`.
    #[arg(long, value_parser = ["sqlite", "postgres"])]
    engine: Option<String>,
    /// What is measured, one or several; everything where it is left out.
    #[arg(long, value_delimiter = ',', value_parser = WHAT)]
    only: Vec<String>,
    /// How often each request to a list is made in a run.
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// How many runs there are of the lists; of each figure the quietest run counts, as whatever else the machine does
    /// only adds to it.
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// How many large sends there are by turns with the bare loop; the median counts.
    #[arg(long, default_value_t = 5)]
    sends: usize,
    /// People of a large send.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(5_000..))]
    recipients: u64,
    /// Where the results go.
    #[arg(long, default_value = "bench/results.json")]
    out: PathBuf,
}

/// What can be measured.
const WHAT: [&str; 7] = ["start", "fanout", "limits", "taps", "intake", "conversations", "records"];

/// What the benchmark starts of itself as processes of their own, so that their work is not the server's.
#[derive(Debug, Subcommand)]
enum Part {
    /// The stand-in of LINE.
    #[command(hide = true)]
    Stub,
    /// The loop that the engine is held against.
    #[command(hide = true)]
    Bare {
        /// The stand-in's address.
        #[arg(long)]
        base: String,
        /// How many pushes.
        #[arg(long)]
        people: u64,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match &arguments.part {
        Some(Part::Stub) => stub::serve().await,
        Some(Part::Bare { base, people }) => bare::run(base, *people).await,
        None => measure(&arguments).await,
    }
}

async fn measure(arguments: &Arguments) -> anyhow::Result<()> {
    let engines = match arguments.engine.as_deref() {
        Some("sqlite") => vec![Engine::Sqlite],
        Some(_) => vec![Engine::Postgres],
        None => Engine::here()?,
    };
    let mut rows = Vec::new();
    println!("{:<64} {:>10} {:>10}  unit", "what", "target", "measured");
    for engine in engines {
        for what in WHAT {
            if arguments.only.is_empty() || arguments.only.iter().any(|only| only == what) {
                rows.extend(shown(measured(what, engine, arguments).await?));
            }
        }
    }
    if let Some(folder) = arguments.out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&arguments.out, serde_json::to_vec_pretty(&rows)?)?;
    println!("{}", arguments.out.display());
    Ok(())
}

async fn measured(what: &str, engine: Engine, arguments: &Arguments) -> anyhow::Result<Vec<Row>> {
    let Arguments { rounds, runs, sends, recipients: people, .. } = *arguments;
    match what {
        "start" => start::measure(engine, people).await,
        "fanout" => fanout::measure(engine, people, sends).await,
        "limits" => limits::measure(engine, people).await,
        "taps" => taps::measure(engine, people).await,
        "intake" => intake::measure(engine, people).await,
        "conversations" => lists::measure(engine, runs, rounds).await,
        _ => records::measure(engine, runs, rounds).await,
    }
}

/// Prints them as soon as they are known.
fn shown(rows: Vec<Row>) -> Vec<Row> {
    for row in &rows {
        println!("{row}");
    }
    rows
}
