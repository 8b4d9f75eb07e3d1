//! `cargo xtask shots`: pictures of every screen of the demo.

use std::{fs, process::Command};

use anyhow::{Context as _, bail};

use crate::{
    browser, demo,
    run::{must, root, target},
};

/// Which pictures are taken.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only the screens whose name contains this.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Keeps the demo of the last pictures instead of making it anew.
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let missing = browser::missing();
    if !missing.is_empty() {
        bail!("pictures cannot be taken, missing on this machine: {}", missing.join("; "));
    }
    browser::install()?;
    demo::build()?;
    let shots = root().join("shots");
    fs::create_dir_all(&shots).with_context(|| format!("cannot make the folder {}", shots.display()))?;
    let mut demo: Command = demo::program();
    demo.args(["--port", "0", "--data"]).arg(target().join("shots-data"));
    if !arguments.keep {
        demo.arg("--fresh");
    }
    if let Some(chromium) = browser::chromium() {
        demo.env(browser::CHROMIUM, chromium);
    }
    if let Some(only) = &arguments.only {
        demo.env("SHOTS_ONLY", only);
    }
    demo.env("SHOTS", &shots);
    must(demo.args(["--then", "node", "tests/browser/shots.mjs"]))?;
    println!("The pictures are in shots/.");
    Ok(())
}
