//! Gathers the tokens, the base and every component's `style.module.css` into the app's one style sheet, `OUT_DIR/styles.css`.
//!
//! Its path is the variable `STORECAST_STYLES` of the build: `xtask` reads it from cargo's messages and serves the sheet as a file,
//! because the content policy forbids inline styles.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use stylance_core::Config;

/// The components with a style sheet of their own, children before parents: a parent's class on a child sets its place and must win.
const UI: &[&str] = &[
    "icon",
    "button",
    "icon_button",
    "file_input",
    "chip",
    "search_field",
    "field",
    "code_field",
    "select",
    "switch",
    "segmented",
    "check",
    "option",
    "app_bar",
    "tabs",
    "tab_bar",
    "steps",
    "action_bar",
    "menu",
    "action_list",
    "bottom_sheet",
    "filter_group",
    "dialog",
    "toast",
    "avatar",
    "badge",
    "list_card",
    "select_all",
    "person",
    "record_card",
    "reply_card",
    "panel",
    "facts",
    "list_note",
    "message_bubble",
    "preview_frame",
    "thread",
    "reply_bar",
    "message_card",
    "media_tile",
    "progress",
    "add_row",
    "outcome_bar",
    "outcome",
    "reason_group",
    "stat",
    "meter",
    "progress_ring",
    "send_hero",
    "data_table",
    "banner",
    "skeleton",
    "empty_state",
    "tone",
    "brand",
    "sign_in",
];

const MODULE: &str = "style.module.css";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.toml");

    // Asked of cargo now: what was compiled in may be the folder of another checkout with the same target folder.
    let root = PathBuf::from(
        env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set: run this through cargo")?,
    );
    let source = root.join("src");
    let modules = in_order(&source)?;

    let config = Config::load(root.clone())?;
    let mut sheet = String::new();
    for global in ["tokens.css", "base.css"] {
        sheet.push_str(&read(&source.join(global))?);
    }
    for module in modules {
        let css = stylance_core::load_and_modify_css(&module, &config)
            .map_err(|error| format!("{}: {error}", module.display()))?;
        sheet.push('\n');
        sheet.push_str(&css.contents);
    }

    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this through cargo")?;
    let styles = Path::new(&out).join("styles.css");
    write(&styles, &sheet)?;
    println!("cargo::rustc-env=STORECAST_STYLES={}", styles.display());
    Ok(())
}

/// Every style module: the kit's in the order of [`UI`], then all others by path. They are the screens', and no two of them meet.
fn in_order(source: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    collect(source, &mut found)?;
    found.sort();

    let ui = source.join("ui");
    let mut ordered: Vec<PathBuf> = UI.iter().map(|name| ui.join(name).join(MODULE)).collect();
    if let Some(missing) = ordered.iter().find(|module| !found.contains(module)) {
        return Err(format!(
            "{} is named in UI in app/build.rs and does not exist: add it or take its name out",
            missing.display()
        )
        .into());
    }
    for module in found {
        if ordered.contains(&module) {
            continue;
        }
        if module.starts_with(&ui) {
            return Err(format!(
                "{} has no place in the sheet: name its folder in UI in app/build.rs, after the components it holds",
                module.display()
            )
            .into());
        }
        ordered.push(module);
    }
    Ok(ordered)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".module.css")) {
            found.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
