//! `cargo xtask drill`: servers killed in the middle of their work, and the records held against what the platforms
//! received.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};

use crate::{
    cluster::{self, Cluster},
    run::{cargo, must, program, root, target},
};

/// How the drill is run.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// The database: sqlite or postgres.
    #[arg(long, default_value = "sqlite", value_parser = ["sqlite", "postgres"])]
    engine: String,
    /// Servers on it; 3 on PostgreSQL if left out, and SQLite takes one.
    #[arg(long)]
    servers: Option<usize>,
    /// How often a server is killed; half as often one is frozen.
    #[arg(long, default_value_t = 20)]
    kills: usize,
    /// Customers; a quarter of them are on WhatsApp.
    #[arg(long, default_value_t = 1_000)]
    recipients: usize,
    /// What all that is drawn follows from; the same seed strikes in the same order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keeps ledger, records and all else that the verdict rests on in this folder, as JSON lines.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Without optimisation, which is built already where tests were run.
    #[arg(long)]
    debug: bool,
}

/// How long the short drill of the tests may take before it is ended.
const SHORT: Duration = Duration::from_mins(4);

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build(arguments.debug)?;
    let cluster = match arguments.engine.as_str() {
        "postgres" => Some(Cluster::start()?.context("PostgreSQL 15 or newer is missing: apt-get install postgresql")?),
        _ => None,
    };
    let mut drill = command(arguments)?;
    if let Some(cluster) = &cluster {
        drill.env(cluster::VARIABLE, cluster.address());
    }
    must(&mut drill)
}

/// The short drill of `cargo xtask test`, ended where it does not end by itself.
pub(crate) fn short(engine: &str, cluster: Option<&Cluster>) -> anyhow::Result<()> {
    build(true)?;
    let arguments = Arguments {
        engine: engine.to_owned(),
        servers: Some(if engine == "postgres" { 2 } else { 1 }),
        kills: 3,
        recipients: 200,
        seed: 1,
        out: None,
        debug: true,
    };
    let mut drill = command(&arguments)?;
    if let Some(cluster) = cluster {
        drill.env(cluster::VARIABLE, cluster.address());
    }
    let mut running = drill.spawn().context("the drill cannot be run")?;
    let began = Instant::now();
    loop {
        if let Some(status) = running.try_wait()? {
            if status.success() {
                return Ok(());
            }
            bail!("the drill ended with {status}");
        }
        if began.elapsed() > SHORT {
            // The servers it started end with it.
            running.kill()?;
            running.wait()?;
            bail!("the drill did not end within {} s", SHORT.as_secs());
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// With the whole workspace's features where tests are built so: with those of two packages, half of it would be built
/// anew.
fn build(is_debug: bool) -> anyhow::Result<()> {
    let mut build = cargo();
    if is_debug {
        build.args(["build", "--workspace", "--bin", "storecast", "--bin", "drill"]);
    } else {
        build.args([
            "build",
            "--release",
            "--package",
            "server",
            "--package",
            "tests",
            "--bin",
            "storecast",
            "--bin",
            "drill",
        ]);
    }
    must(&mut build)
}

/// The drill program with these arguments; it finds the server's program beside itself.
fn command(arguments: &Arguments) -> anyhow::Result<std::process::Command> {
    let profile = if arguments.debug { "debug" } else { "release" };
    let mut drill = program(target().join(profile).join(format!("drill{}", std::env::consts::EXE_SUFFIX)));
    let servers = arguments.servers.unwrap_or(if arguments.engine == "postgres" { 3 } else { 1 });
    drill.current_dir(root()).args(["--engine", &arguments.engine]);
    for (name, number) in [("--servers", servers), ("--kills", arguments.kills), ("--recipients", arguments.recipients)]
    {
        drill.args([name, &number.to_string()]);
    }
    drill.args(["--seed", &arguments.seed.to_string()]);
    if let Some(out) = &arguments.out {
        // Relative to where the developer stands.
        let folder = std::env::current_dir()?.join(out);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        drill.arg("--out").arg(folder);
    }
    Ok(drill)
}
