//! Builds the web app, with cargo and `wasm-bindgen` as a library alone.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, anyhow, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    run::{answer, cargo, must, program, root, target},
    split,
    web_files::{CHUNKS, Files},
};

/// What the web app is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// What `wasm-bindgen` calls the wasm.
const APP: &str = "app_bg.wasm";

/// What the app is built for; each is a profile of `Cargo.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The demo and the tests: small enough to load quickly, quick enough to build.
    Dev,
    /// A release: as small as it gets.
    Release,
}

impl Profile {
    const fn name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }
}

/// The folder that the server serves as the web app.
pub(crate) fn folder() -> PathBuf {
    target().join("web")
}

/// What cargo compiled the app to.
#[derive(Debug)]
struct Compiled {
    wasm: PathBuf,
    styles: PathBuf,
}

/// Builds the web app for the demo and the tests, into `target/web`.
pub(crate) fn build() -> anyhow::Result<()> {
    files(Profile::Dev)?.write(&folder())
}

/// Builds the web app: its files, named and listed as they are served.
pub(crate) fn files(profile: Profile) -> anyhow::Result<Files> {
    let compiled = compile(profile)?;
    let mut files = Files::default();
    files.take_in(&bind(&compiled, profile)?)?;
    files.insert("app.css", read(&compiled.styles)?);
    files.take_in(&root().join("app").join("web"))?;
    files.finish()?;
    Ok(files)
}

/// Compiles the app to wasm. Its profile has folders of its own below `target`, so that it can be built beside the
/// server.
fn compile(profile: Profile) -> anyhow::Result<Compiled> {
    add_target()?;
    let mut command = cargo();
    command
        .args(["rustc", "--package", "app", "--bin", "app", "--target", WASM, "--profile", profile.name()])
        .args(["--message-format", "json-render-diagnostics"])
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    if profile == Profile::Release {
        // Only the linker knows whose address is taken where.
        command.args(["--", "-Clink-arg=--emit-relocs"]);
    }
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

/// Makes what a browser can load of the wasm, unless that is there already; answers the folder it is in.
fn bind(compiled: &Compiled, profile: Profile) -> anyhow::Result<PathBuf> {
    let folder = target().join("web-bindgen").join(profile.name());
    if is_older(&folder.join(APP), &compiled.wasm) {
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot clear the folder {}", folder.display()))?;
        }
        Bindgen::new()
            .input_path(&compiled.wasm)
            .out_name("app")
            .web(true)
            .and_then(|bindgen| {
                bindgen
                    .typescript(false)
                    .keep_debug(false)
                    // A panic of the demo and the tests tells where it was; for a release they are needed as they are,
                    // to split it.
                    .demangle(profile == Profile::Dev)
                    // `boot.js` names the wasm, whose name is another one in the end.
                    .omit_default_module_path(true)
                    .generate(&folder)
            })
            .map_err(|error| anyhow!("wasm-bindgen could not read {}: {error:#}", compiled.wasm.display()))?;
        if profile == Profile::Release {
            part(&compiled.wasm, &folder)?;
        }
    }
    Ok(folder)
}

/// Parts what `wasm-bindgen` made into what the first screen needs, which keeps its name, and the chunks.
fn part(linked: &Path, folder: &Path) -> anyhow::Result<()> {
    let bound = folder.join(APP);
    let files = split::split(&read(linked)?, &read(&bound)?).context("cannot split the web app")?;
    let chunks = folder.join(CHUNKS);
    fs::create_dir_all(&chunks)?;
    for (name, wasm) in files.chunks {
        fs::write(chunks.join(format!("{name}.wasm")), wasm)?;
    }
    // The last one: with it, all of them are newer than what they are made of.
    fs::write(&bound, files.main).with_context(|| format!("cannot write {}", bound.display()))
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
        Profile::Dev.name(),
        "--",
        "--deny",
        "warnings",
    ]))
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
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
