//! Builds the web app into `target/web`, with cargo and `wasm-bindgen` as a library alone.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, anyhow, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::run::{answer, cargo, must, program, root, target};

const WASM: &str = "wasm32-unknown-unknown";

/// Small enough to load quickly, quick enough to build: see `Cargo.toml`.
const PROFILE: &str = "wasm-dev";

/// The folder that the server serves as the web app.
pub(crate) fn folder() -> PathBuf {
    target().join("web")
}

/// What cargo compiled the app to.
#[derive(Debug)]
pub(crate) struct Compiled {
    wasm: PathBuf,
    styles: PathBuf,
}

/// Builds the web app whole.
pub(crate) fn build() -> anyhow::Result<()> {
    bind(&compile()?)
}

/// Compiles the app to wasm. Its profile has folders of its own below `target`, so that it can be built beside the server.
pub(crate) fn compile() -> anyhow::Result<Compiled> {
    add_target()?;
    let mut command = cargo();
    command
        .args(["build", "--package", "app", "--bin", "app", "--target", WASM, "--profile", PROFILE])
        .args(["--message-format", "json-render-diagnostics"])
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let built = command.output().context("cannot run cargo")?;
    if !built.status.success() {
        bail!("the web app does not build: {}", built.status);
    }
    // Cargo tells where it put things also where nothing was to be done.
    let (mut wasm, mut styles) = (None, None);
    for line in built.stdout.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        wasm = files.filter(|file| file.ends_with("app.wasm")).map(PathBuf::from).next_back().or(wasm);
        let set = message["env"].as_array().into_iter().flatten();
        let sheet = set.filter(|pair| pair[0] == "STORECAST_STYLES").find_map(|pair| pair[1].as_str());
        styles = sheet.map(PathBuf::from).or(styles);
    }
    Ok(Compiled {
        wasm: wasm.context("cargo named no app.wasm: is the binary of `app` still called `app`?")?,
        styles: styles.context("cargo named no style sheet: does app/build.rs still set STORECAST_STYLES?")?,
    })
}

/// Makes the files that a browser loads: by `wasm-bindgen` from the wasm, the style sheet, and what lies in `app/web`.
pub(crate) fn bind(compiled: &Compiled) -> anyhow::Result<()> {
    let web = folder();
    fs::create_dir_all(&web).with_context(|| format!("cannot make the folder {}", web.display()))?;
    if is_older(&web.join("app_bg.wasm"), &compiled.wasm) {
        Bindgen::new()
            .input_path(&compiled.wasm)
            .out_name("app")
            .web(true)
            .and_then(|bindgen| bindgen.typescript(false).keep_debug(false).generate(&web))
            .map_err(|error| anyhow!("wasm-bindgen could not read {}: {error:#}", compiled.wasm.display()))?;
    }
    copy(&compiled.styles, &web.join("app.css"))?;
    copy_templates(&web)
}

/// Lints what only the web build compiles.
pub(crate) fn lint() -> anyhow::Result<()> {
    add_target()?;
    must(cargo().args([
        "clippy",
        "--package",
        "app",
        "--target",
        WASM,
        "--profile",
        PROFILE,
        "--",
        "--deny",
        "warnings",
    ]))
}

fn copy_templates(web: &Path) -> anyhow::Result<()> {
    let templates = root().join("app").join("web");
    let listed = fs::read_dir(&templates).with_context(|| format!("cannot read the folder {}", templates.display()))?;
    for entry in listed {
        let entry = entry?;
        copy(&entry.path(), &web.join(entry.file_name()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn is_older(made: &Path, source: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    match (changed(made), changed(source)) {
        (Some(made), Some(source)) => made < source,
        _ => true,
    }
}

/// Adds the wasm target where rustup manages the toolchain; elsewhere the compiler says what is missing.
fn add_target() -> anyhow::Result<()> {
    let rustup = || program("rustup");
    let Some(installed) = answer(rustup().args(["target", "list", "--installed"])) else {
        return Ok(());
    };
    if installed.lines().any(|target| target.trim() == WASM) {
        return Ok(());
    }
    must(rustup().args(["target", "add", WASM]))
}
