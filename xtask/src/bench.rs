//! `cargo xtask bench`: the promised figures, measured in release.

use crate::{
    cluster::{Cluster, VARIABLE},
    run::{cargo, must, program, target},
};

/// What is passed on to the benchmark; `--help` lists it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let built =
        ["build", "--release", "--package", "server", "--package", "tests", "--bin", "storecast", "--bin", "bench"];
    must(cargo().args(built))?;
    // Where there is no PostgreSQL on the machine, SQLite alone is measured.
    let cluster = Cluster::start_durable()?;
    let mut bench = program(target().join("release").join(format!("bench{}", std::env::consts::EXE_SUFFIX)));
    bench.args(&arguments.rest);
    if let Some(cluster) = &cluster {
        bench.env(VARIABLE, cluster.address());
    }
    must(&mut bench)
}
