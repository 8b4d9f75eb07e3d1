//! A desktop or a phone.

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, TimeZone as _, Utc};
use shared::members::Client;

use super::{Colours, Machine, NotKept};

pub(super) const CLIENT: Client = Client::Native;

/// A window that brings the style sheet along, as no page links it.
#[cfg(feature = "desktop")]
pub(super) fn launch(app: fn() -> dioxus::prelude::Element) {
    const STYLES: &str = concat!("<style>", include_str!(env!("STORECAST_STYLES")), "</style>");
    let window = dioxus::desktop::Config::new().with_custom_head(STYLES.to_owned());
    dioxus::LaunchBuilder::new().with_cfg(window).launch(app);
}

/// Without a window of its own: what the build was made for decides.
#[cfg(not(feature = "desktop"))]
pub(super) fn launch(app: fn() -> dioxus::prelude::Element) {
    dioxus::launch(app);
}

/// The machine this runs on.
pub(super) struct This;

/// Where values lie: one file each, readable by this user alone.
fn folder(of: &str) -> Option<PathBuf> {
    Some(dirs::data_local_dir()?.join("storecast").join(of))
}

fn path(of: &str, key: &str) -> Option<PathBuf> {
    let safe = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) && !key.starts_with('.');
    safe.then(|| folder(of).map(|folder| folder.join(key)))?
}

fn read(of: &str, key: &str) -> Option<String> {
    fs::read_to_string(path(of, key)?).ok()
}

/// Writes beside and renames, so that a dead battery leaves the old value or the new one.
fn write(of: &str, key: &str, value: &str) -> Result<(), NotKept> {
    let path = path(of, key).ok_or(NotKept)?;
    let beside = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(value.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    };
    written().map_err(|_| NotKept)
}

fn remove(of: &str, key: &str) {
    if let Some(path) = path(of, key) {
        // What is not there is forgotten already.
        let _ = fs::remove_file(path);
    }
}

impl Machine for This {
    fn read(&self, key: &str) -> Option<String> {
        read("values", key)
    }

    fn write(&self, key: &str, value: &str) -> Result<(), NotKept> {
        write("values", key, value)
    }

    fn remove(&self, key: &str) {
        remove("values", key);
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        let Some(entries) = folder("values").and_then(|folder| fs::read_dir(folder).ok()) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|key| key.starts_with(prefix))
            .collect()
    }

    fn read_secret(&self, key: &str) -> Option<String> {
        read("secrets", key)
    }

    fn write_secret(&self, key: &str, value: &str) -> Result<(), NotKept> {
        write("secrets", key, value)
    }

    fn remove_secret(&self, key: &str) {
        remove("secrets", key);
    }

    fn languages(&self) -> Vec<String> {
        #[expect(clippy::disallowed_methods, reason = "the language is the user's, not a setting of ours")]
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .filter(|value| !value.is_empty())
            .map(|value| value.split('.').next().unwrap_or_default().replace('_', "-"))
            .collect()
    }

    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "this is the app's clock; tests have `Memory`")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis())
            .ok()
            .and_then(|millis| Utc.timestamp_millis_opt(millis).single())
            .unwrap_or_default()
    }

    // A window has its title from the bundle, and its text goes by the language of the system.
    fn describe(&self, _title: &str, _language: &str) {}

    fn show_colours(&self, _colours: Colours) {}

    fn visible(&self) -> bool {
        true
    }

    fn origin(&self) -> Option<String> {
        None
    }
}

pub(super) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}
