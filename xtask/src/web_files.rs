//! The files of the web app as they are served: named after their content, so that two versions never mix, and listed
//! for the service worker.

use std::{
    collections::BTreeMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// The page; a visit to any screen is answered with it.
const PAGE: &str = "index.html";
/// The service worker.
const WORKER: &str = "sw.js";
/// The folder of what is loaded when it is opened.
pub(crate) const CHUNKS: &str = "chunks";
/// What stands for the list of chunks in `chunks.js`.
const CHUNK_LIST: &str = "'{chunks}'";
/// What stands for the version in the page and in the service worker.
const VERSION: &str = "{version}";
/// What stands for the list of files in the service worker.
const FILES: &str = "'{files}'";

/// Files by their path below the web app's folder, parted by `/`.
#[derive(Debug, Default)]
pub(crate) struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// Takes in what lies in a folder, and below it.
    pub(crate) fn take_in(&mut self, folder: &Path) -> anyhow::Result<()> {
        for (path, file) in below(folder)? {
            let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            self.0.insert(path, content);
        }
        Ok(())
    }

    /// Takes in one file.
    pub(crate) fn insert(&mut self, path: &str, content: Vec<u8>) {
        self.0.insert(path.to_owned(), content);
    }

    /// The files with these endings, and how large each is.
    pub(crate) fn sizes(&self, endings: &[&str]) -> Vec<(&str, usize)> {
        let wanted = |path: &str| endings.iter().any(|ending| path.ends_with(ending));
        self.0.iter().filter(|(path, _)| wanted(path)).map(|(path, content)| (path.as_str(), content.len())).collect()
    }

    /// Whether any file holds these bytes.
    pub(crate) fn hold(&self, bytes: &[u8]) -> bool {
        self.0.values().any(|content| content.windows(bytes.len()).any(|window| window == bytes))
    }

    /// Gives scripts, styles and wasm names that hold a hash of their content, and writes these names where the old
    /// ones stood; then tells page and service worker the version, and the service worker the files.
    pub(crate) fn finish(&mut self) -> anyhow::Result<()> {
        self.list_chunks();
        while let Some(path) = self.next_to_rename() {
            let content = self.0.remove(&path).unwrap_or_default();
            let new = with_hash(&path, hash(&[&content]));
            for quote in ['"', '\''] {
                self.replace(&format!("/{path}{quote}"), &format!("/{new}{quote}"));
            }
            self.0.insert(new, content);
        }
        let all: Vec<&[u8]> = self.0.iter().flat_map(|(path, content)| [path.as_bytes(), content.as_slice()]).collect();
        let version = format!("{:016x}", hash(&all));
        self.replace(VERSION, &version);
        let shell: Vec<String> = self
            .0
            .keys()
            .filter(|path| *path != WORKER)
            .map(|path| if path == PAGE { "/".to_owned() } else { format!("/{path}") })
            .collect();
        let list = serde_json::to_string(&shell)?;
        self.replace(FILES, list.trim_start_matches('[').trim_end_matches(']'));
        Ok(())
    }

    /// Tells `chunks.js` the chunks, by name and file: `['send', '/chunks/send.wasm']`.
    fn list_chunks(&mut self) {
        let name = |path: &str| Some(path.strip_prefix(CHUNKS)?.strip_prefix('/')?.strip_suffix(".wasm")?.to_owned());
        let list: Vec<String> =
            self.0.keys().filter_map(|path| Some(format!("['{}', '/{path}']", name(path)?))).collect();
        self.replace(CHUNK_LIST, &list.join(", "));
    }

    /// A file that is to have a hash in its name, and names no other such file any more.
    fn next_to_rename(&self) -> Option<String> {
        let waiting: Vec<&String> = self.0.keys().filter(|path| is_renamed(path)).collect();
        let names_another = |content: &[u8]| {
            std::str::from_utf8(content).is_ok_and(|text| {
                waiting.iter().any(|other| ['"', '\''].iter().any(|quote| text.contains(&format!("/{other}{quote}"))))
            })
        };
        waiting
            .iter()
            .find(|path| self.0.get(**path).is_some_and(|content| !names_another(content)))
            .map(|path| (*path).clone())
    }

    fn replace(&mut self, old: &str, new: &str) {
        for content in self.0.values_mut() {
            if let Ok(text) = std::str::from_utf8(content)
                && text.contains(old)
            {
                *content = text.replace(old, new).into_bytes();
            }
        }
    }

    /// Adds each file's compressed forms, `.br` and `.gz`, as the server looks for them; pictures are compressed
    /// already.
    pub(crate) fn compress(&mut self) -> anyhow::Result<()> {
        let mut made = Vec::new();
        for (path, content) in self.0.iter().filter(|(path, _)| ending(path) != "png") {
            let parameters = BrotliEncoderParams { quality: 11, lgwin: 24, ..BrotliEncoderParams::default() };
            let mut small = Vec::new();
            brotli::BrotliCompress(&mut content.as_slice(), &mut small, &parameters)?;
            made.push((format!("{path}.br"), small));
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(content)?;
            made.push((format!("{path}.gz"), encoder.finish()?));
        }
        self.0.extend(made);
        Ok(())
    }

    /// Makes the folder hold these files and no others.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        for (path, content) in &self.0 {
            let file = folder.join(path);
            // Untouched where nothing changed, so that nothing is built again for it.
            if fs::read(&file).is_ok_and(|there| there == *content) {
                continue;
            }
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
        }
        for (path, file) in below(folder)? {
            if !self.0.contains_key(&path) {
                fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        Ok(())
    }
}

/// All files below a folder, by their path in it.
fn below(folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let listed = fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    for entry in listed {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.extend(below(&entry.path())?.into_iter().map(|(path, file)| (format!("{name}/{path}"), file)));
        } else {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a file is to have a hash in its name and has none yet. The service worker keeps its name: browsers know it
/// by that.
fn is_renamed(path: &str) -> bool {
    matches!(ending(path), "js" | "css" | "wasm") && path != WORKER && !has_hash(path)
}

/// As [`with_hash`] makes it, and as the server and the service worker know it.
fn has_hash(path: &str) -> bool {
    let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `app.js` as `app-0f3a9c1d00112233.js`.
fn with_hash(path: &str, hash: u64) -> String {
    match path.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-{hash:016x}.{ending}"),
        None => path.to_owned(),
    }
}

fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::run::root;

    fn app(script: &str) -> Files {
        let mut files = Files::default();
        files.insert("app_bg.wasm", vec![0, 0x61, 0x73, 0x6d, 0xff]);
        files.insert("snippets/x/inline0.js", b"export const x = 1;".to_vec());
        files.insert("app.js", b"import { x } from './snippets/x/inline0.js';".to_vec());
        files.insert("boot.js", format!("import init from '/app.js'; init('/app_bg.wasm'); {script}").into_bytes());
        files.insert("index.html", br#"<meta content="{version}"><script src="/boot.js"></script>"#.to_vec());
        files.insert("sw.js", b"const VERSION = '{version}'; const FILES = ['{files}'];".to_vec());
        files.insert("icons/icon-192.png", vec![0x89, 0x50]);
        files.finish().unwrap();
        files
    }

    fn text(files: &Files, start: &str) -> (String, String) {
        let (path, content) = files.0.iter().find(|(path, _)| path.starts_with(start)).unwrap();
        (path.clone(), String::from_utf8(content.clone()).unwrap())
    }

    #[test]
    fn every_name_leads_to_the_file_of_the_same_version() {
        let files = app("");
        let (boot, script) = text(&files, "boot");
        assert!(has_hash(&boot), "{boot}");
        let (wasm, app) = (files.0.keys().find(|path| path.ends_with("wasm")).unwrap(), text(&files, "app-"));
        assert!(script.contains(&format!("'/{wasm}'")) && script.contains(&format!("'/{}'", app.0)), "{script}");
        let (inline, _) = text(&files, "snippets");
        assert!(app.1.contains(&format!("'./{inline}'")), "{}", app.1);
        assert!(text(&files, "index").1.contains(&format!("\"/{boot}\"")));
    }

    #[test]
    fn the_service_worker_knows_all_files_but_itself_and_a_change_is_another_version() {
        let (files, changed) = (app(""), app("// changed"));
        let (_, worker) = text(&files, "sw.js");
        for path in files.0.keys().filter(|path| *path != WORKER && *path != PAGE) {
            assert!(worker.contains(&format!("\"/{path}\"")), "{path}: {worker}");
        }
        assert!(worker.contains("\"/\",") && !worker.contains("sw.js"), "{worker}");
        let version = |files: &Files| text(files, "index").1[15..31].to_owned();
        assert!(worker.contains(&version(&files)), "{worker}");
        assert_ne!(version(&files), version(&changed));
    }

    #[test]
    fn the_manifest_names_icons_that_are_there_and_the_colours_of_the_tokens() {
        let web = root().join("app/web");
        let manifest: Value = serde_json::from_slice(&fs::read(web.join("manifest.webmanifest")).unwrap()).unwrap();
        for icon in manifest["icons"].as_array().unwrap() {
            let file = fs::read(web.join(icon["src"].as_str().unwrap().trim_start_matches('/'))).unwrap();
            // A PNG's width is its fifth word.
            let width = u32::from_be_bytes([file[16], file[17], file[18], file[19]]);
            assert_eq!(icon["sizes"], format!("{width}x{width}"));
        }
        let tokens = fs::read_to_string(root().join("app/src/tokens.css")).unwrap();
        for (key, token) in [("theme_color", "surface"), ("background_color", "bg")] {
            let colour = manifest[key].as_str().unwrap();
            assert!(tokens.contains(&format!("--{token}: {colour};")), "{key} is not --{token}");
        }
    }
}
