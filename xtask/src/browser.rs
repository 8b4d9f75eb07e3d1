//! What the browser journeys need: Node, Chromium, and Playwright's core from the npm registry.

use std::{fs, path::PathBuf};

use crate::run::{answer, has, must, program, root};

/// The variable that names the browser to the journeys.
pub(crate) const CHROMIUM: &str = "CHROMIUM";

/// The oldest Node that runs Playwright (its `engines`).
const OLDEST_NODE: u32 = 20;

/// The browser of the machine: the one that [`CHROMIUM`] names, or the system's.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(CHROMIUM) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    std::env::split_paths(&path).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file())
}

/// What is missing to run the journeys, each with its cure.
pub(crate) fn missing() -> Vec<String> {
    let mut missing = Vec::new();
    let version = answer(program("node").arg("--version"));
    let major = version.as_deref().and_then(|v| v.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) || !has("npm", &["--version"]) {
        missing.push(format!("Node {OLDEST_NODE} or newer with npm: apt-get install nodejs npm"));
    }
    if chromium().is_none() {
        missing.push("Chromium: apt-get install chromium fonts-noto-cjk".to_owned());
    }
    missing
}

/// Installs the journeys' npm packages, unless they are there as the lock file has them.
pub(crate) fn install() -> anyhow::Result<()> {
    let folder = root().join("tests").join("browser");
    let wanted = fs::read(folder.join("package-lock.json"))?;
    let note = folder.join("node_modules").join(".installed-lock.json");
    if fs::read(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    must(program("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(&folder))?;
    fs::write(note, wanted)?;
    Ok(())
}
