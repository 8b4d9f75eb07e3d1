//! `cargo xtask dist`: one release binary with the web app inside.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, bail, ensure};

use crate::{
    run::{cargo, must, root, target},
    web::{self, Profile},
    web_files::{CHUNKS, Files},
};

/// The most that the first load of the web app may weigh, as brotli (architecture.md section 8), in bytes.
const FIRST_LOAD: usize = 500 * 1_000;

/// What a browser loads before the first screen: the page, its scripts and styles, and the app.
const LOADED: [&str; 4] = [".html.br", ".js.br", ".css.br", ".wasm.br"];

/// Only a development server answers this address; `dioxus` opens a WebSocket to it in development.
const DEVELOPMENT: &[u8] = b"/_dioxus";

/// Where the web app of a release is put. Beside the workspace whatever `CARGO_TARGET_DIR` says: `server` names this folder in
/// its source.
pub(crate) fn folder() -> PathBuf {
    root().join("target").join("web-dist")
}

pub(crate) fn run() -> anyhow::Result<()> {
    println!("Building the web app and the server for a release; the first time takes some minutes.");
    web_app()?;
    must(
        cargo()
            .args(["build", "--release", "--package", "server", "--bin", "storecast", "--features", "embed-app"])
            .env("CARGO_TERM_PROGRESS_WHEN", "never"),
    )?;
    let program = target().join("release").join(format!("storecast{}", std::env::consts::EXE_SUFFIX));
    let size = fs::metadata(&program).with_context(|| format!("cannot find {}", program.display()))?.len();
    println!("\n{}\n{:>10}  with the web app inside", program.display(), kilobytes(usize::try_from(size)?));
    Ok(())
}

/// Builds the web app of a release into [`folder`], and says what its first load weighs.
pub(crate) fn web_app() -> anyhow::Result<()> {
    let mut files = web::files(Profile::Release)?;
    ensure!(
        !files.hold(DEVELOPMENT),
        "the web app opens a development WebSocket: are debug assertions on in the profile wasm-release?"
    );
    files.compress()?;
    let first = first_load(&files);
    files.write(&folder())?;
    if first > FIRST_LOAD {
        bail!("the first load is {} as brotli and may be {} at most", kilobytes(first), kilobytes(FIRST_LOAD));
    }
    Ok(())
}

/// Says what the first load weighs, file by file, and answers the sum in bytes.
fn first_load(files: &Files) -> usize {
    let (first, later): (Vec<_>, Vec<_>) = files.sizes(&LOADED).into_iter().partition(|(path, _)| is_first(path));
    println!("\nFirst load of the web app, as brotli:");
    let sum = list(&first);
    println!("{:>10}  in all, of {} at most", kilobytes(sum), kilobytes(FIRST_LOAD));
    println!("\nLoaded when it is opened:");
    list(&later);
    sum
}

/// Not the chunks, and not the service worker: it is loaded once the app runs.
fn is_first(path: &str) -> bool {
    path != "sw.js.br" && !path.strip_prefix(CHUNKS).is_some_and(|rest| rest.starts_with('/'))
}

/// Says what each file weighs, and answers the sum.
fn list(files: &[(&str, usize)]) -> usize {
    for (path, size) in files {
        println!("{:>10}  {}", kilobytes(*size), path.trim_end_matches(".br"));
    }
    files.iter().map(|(_, size)| size).sum()
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100)
}
