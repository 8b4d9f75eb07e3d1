//! `cargo xtask bench`: the promised figures, measured in release.

use crate::{
    cluster::{Cluster, VARIABLE},
    run::{cargo, must},
};

/// What is passed on to the benchmark; `--help` lists it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Where there is no PostgreSQL on the machine, SQLite alone is measured.
    let cluster = Cluster::start()?;
    let mut bench = cargo();
    bench.args(["run", "--release", "--package", "tests", "--bin", "bench", "--"]).args(&arguments.rest);
    if let Some(cluster) = &cluster {
        bench.env(VARIABLE, cluster.address());
    }
    must(&mut bench)
}
