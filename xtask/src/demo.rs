//! `cargo xtask demo`: from a clone to a running product.

use std::{path::PathBuf, process::Command, thread};

use anyhow::{anyhow, bail};

use crate::{
    run::{cargo, must, root, target},
    web,
};

/// The server's setting for the folder of the web app.
pub(crate) const WEB_DIR: &str = "STORECAST_WEB_DIR";

/// How the demo is run. Every `STORECAST_…` variable is honoured too.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Port of the product on 127.0.0.1; the customers' phones are on the next one.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Folder that keeps the demo between runs; target/demo-data if left out.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Starts over: what the folder holds of an earlier demo is thrown away.
    #[arg(long)]
    fresh: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    build()?;
    let mut demo = program();
    if let Some(port) = arguments.port {
        demo.arg("--port").arg(port.to_string());
    }
    if let Some(data) = &arguments.data {
        // Relative to where the developer stands.
        demo.arg("--data").arg(std::env::current_dir()?.join(data));
    }
    if arguments.fresh {
        demo.arg("--fresh");
    }
    let status = demo.status()?;
    // Ctrl-C is how a demo ends.
    if !status.success() && status.code().is_some() {
        bail!("the demo ended with {status}");
    }
    Ok(())
}

/// Builds the web app and the demo program, at once where they do not wait for each other.
pub(crate) fn build() -> anyhow::Result<()> {
    println!("Building the web app and the server; the first time takes some minutes.");
    // Neither waits for the other: their profiles have folders and locks of their own.
    let web = thread::spawn(web::build);
    build_program()?;
    web.join().map_err(|_| anyhow!("the web app could not be put together"))?
}

/// Builds the demo program alone.
pub(crate) fn build_program() -> anyhow::Result<()> {
    must(cargo().args(["build", "--package", "tests", "--bin", "demo"]).env("CARGO_TERM_PROGRESS_WHEN", "never"))
}

/// The demo program, once it is built.
pub(crate) fn program() -> Command {
    let mut demo = Command::new(target().join("debug").join(format!("demo{}", std::env::consts::EXE_SUFFIX)));
    demo.current_dir(root());
    if std::env::var_os(WEB_DIR).is_none() {
        demo.env(WEB_DIR, web::folder());
    }
    demo
}
