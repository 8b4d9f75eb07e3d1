//! The tests split a small program, which is built here, and run what came of it with the `chunks.js` of the app.

use std::{fs, path::Path};

use tempfile::TempDir;

use super::{Files, SHARED, split};
use crate::{
    run::{must, program, root},
    web::WASM,
    web_files,
};

/// Builds the program; `flags` are the linker's.
fn built(folder: &Path, flags: &[&str]) -> Vec<u8> {
    let (source, wasm) = (folder.join("program.rs"), folder.join("program.wasm"));
    fs::write(&source, include_str!("tests/program.rs")).unwrap();
    let mut compiler = program("rustc");
    compiler.args(["--edition", "2024", "--crate-type", "cdylib", "--target", WASM, "-Copt-level=z"]).args(flags);
    must(compiler.arg(&source).arg("-o").arg(&wasm)).unwrap();
    fs::read(wasm).unwrap()
}

/// The program in its files. It needs no `wasm-bindgen`.
fn parted(folder: &Path) -> Files {
    let wasm = built(folder, &["-Clink-arg=--emit-relocs", "-Clink-arg=--strip-debug"]);
    split(&wasm, &wasm).unwrap()
}

fn holds(wasm: &[u8], text: &str) -> bool {
    wasm.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
fn everything_is_in_one_file() {
    let folder = TempDir::new().unwrap();
    let files = parted(folder.path());
    let names: Vec<&str> = files.chunks.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [SHARED, "records", "send"]);
    let texts = ["in the first file", "in the shared file", "in the chunk records", "in the chunk send"];
    let all = [&files.main].into_iter().chain(files.chunks.iter().map(|(_, wasm)| wasm));
    for (at, wasm) in all.enumerate() {
        for (other, text) in texts.iter().enumerate() {
            assert_eq!(holds(wasm, text), at == other, "{text:?} and file {at}");
        }
    }
}

#[test]
fn a_wasm_without_relocations_is_refused() {
    let folder = TempDir::new().unwrap();
    let wasm = built(folder.path(), &[]);
    let refused = split(&wasm, &wasm).unwrap_err();
    assert!(refused.to_string().contains("--emit-relocs"), "{refused}");
}

#[test]
fn the_files_work_together_in_whichever_order_they_are_loaded() {
    let folder = TempDir::new().unwrap();
    let parted = parted(folder.path());
    let mut web = web_files::Files::default();
    web.insert("app_bg.wasm", parted.main);
    for (name, wasm) in parted.chunks {
        web.insert(&format!("{}/{name}.wasm", web_files::CHUNKS), wasm);
    }
    web.insert("chunks.js", fs::read(root().join("app/web/chunks.js")).unwrap());
    web.insert("package.json", br#"{ "type": "module" }"#.to_vec());
    web.finish().unwrap();
    let served = folder.path().join("web");
    web.write(&served).unwrap();
    must(program("node").arg(root().join("xtask/src/split/tests/run.mjs")).arg(&served)).unwrap();
}
