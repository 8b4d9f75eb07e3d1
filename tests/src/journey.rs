//! Runs the browser journeys of `tests/browser`: scripts that use the product as a person does.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, bail};
use serde_json::json;

use crate::{World, database::variable, team::PASSWORD};

/// What a journey needs to know, as the script gets it in the variable `JOURNEY`.
fn facts(world: &World) -> String {
    let seats = |team: &crate::Team| {
        let seat = |seat: &crate::Seat| json!({ "name": seat.name, "email": seat.email, "role": seat.role, "password": PASSWORD });
        let who = |email: &str| email.split('@').next().unwrap_or_default().to_owned();
        team.members.iter().map(|member| (who(&member.email), seat(member))).collect::<serde_json::Map<_, _>>()
    };
    json!({
        "url": world.server.base,
        "sandbox": world.sandbox.base(),
        "account": world.team.accounts.first().map(|account| &account.name),
        "members": seats(&world.team),
        "other": seats(&world.other),
        "plain": seats(&world.plain),
        "web": world.config.web_dir,
    })
    .to_string()
}

/// Where the scripts are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}

/// The browser, if this machine can run journeys. Where it cannot, that is said aloud, and fails where `CI` is `true`.
#[expect(clippy::print_stderr, reason = "a test that is left out must be seen")]
fn browser() -> anyhow::Result<Option<PathBuf>> {
    let named = variable("CHROMIUM").map(PathBuf::from);
    let browser = named.into_iter().chain([PathBuf::from("/usr/bin/chromium")]).find(|path| path.exists());
    let node = Command::new("node").arg("--version").output().is_ok_and(|said| said.status.success());
    let missing = match &browser {
        None => "Chromium is missing: apt-get install chromium",
        Some(_) if !node => "Node is missing: apt-get install nodejs npm",
        Some(_) if !folder().join("node_modules/playwright-core").exists() => {
            "npm packages are missing: run `npm ci` in tests/browser"
        }
        Some(_) if crate::web_folder().is_none() => "the web app is not built: run `cargo xtask web`",
        Some(_) => return Ok(browser),
    };
    if crate::is_ci() {
        bail!("{missing}");
    }
    eprintln!("SKIPPED: {missing}; no browser journey was made");
    Ok(None)
}

/// Runs a journey in this world to its end: `tests/browser/NAME.mjs`. False where this machine cannot run any.
pub async fn run(world: &World, name: &str) -> anyhow::Result<bool> {
    let Some(browser) = browser()? else { return Ok(false) };
    let script = folder().join(format!("{name}.mjs"));
    let mut node = Command::new("node");
    node.arg(&script)
        .current_dir(folder())
        .env("CHROMIUM", browser)
        .env("JOURNEY", facts(world))
        .env("JOURNEY_NAME", name);
    let output = tokio::task::spawn_blocking(move || node.output()).await?.context("cannot run node")?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        bail!("the journey {name} failed ({}):\n{said}", output.status);
    }
    announce(&said);
    Ok(true)
}

#[expect(clippy::print_stdout, reason = "what a journey saw is the test's output")]
fn announce(said: &str) {
    print!("{said}");
}
