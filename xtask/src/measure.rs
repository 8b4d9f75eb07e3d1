//! `cargo xtask measure`: what is promised of the web app in a browser.

use anyhow::bail;

use crate::{
    browser, demo, dist,
    run::{must, target},
};

pub(crate) fn run() -> anyhow::Result<()> {
    let missing = browser::missing();
    if !missing.is_empty() {
        bail!("nothing can be measured in a browser, missing on this machine: {}", missing.join("; "));
    }
    browser::install()?;
    dist::web_app()?;
    demo::build_program()?;
    let mut demo = demo::program();
    if let Some(chromium) = browser::chromium() {
        demo.env(browser::CHROMIUM, chromium);
    }
    demo.env(demo::WEB_DIR, dist::folder());
    demo.args(["--port", "0", "--fresh", "--data"]).arg(target().join("measure-data"));
    must(demo.args(["--then", "node", "tests/browser/measure.mjs"]))
}
