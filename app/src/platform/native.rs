//! A desktop or a phone.

mod files;
mod keychain;
#[cfg(any(feature = "desktop", feature = "mobile"))]
mod window;
#[cfg(not(any(feature = "desktop", feature = "mobile")))]
#[path = "native/windowless.rs"]
mod window;

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, TimeZone as _, Utc};
use futures_util::future::LocalBoxFuture;
use shared::members::Client;

use super::{Colours, Locked, Machine, NotKept};
use files::Files;
use keychain::Keychain;
use window::Window;

pub(super) const CLIENT: Client = Client::Native;

/// A window of its own.
pub(super) fn launch(app: fn() -> dioxus::prelude::Element) {
    window::launch(app);
}

/// Trusts whom the system trusts.
#[cfg(not(target_os = "android"))]
pub(super) fn http_client() -> reqwest::Client {
    reqwest::Client::default()
}

/// Trusts the public authorities: asking Android whom it trusts takes a Java part in the bundle, which is not there.
#[cfg(target_os = "android")]
pub(super) fn http_client() -> reqwest::Client {
    let roots =
        webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|root| reqwest::Certificate::from_der(root).ok());
    reqwest::Client::builder().tls_certs_only(roots).build().unwrap_or_default()
}

/// The machine this runs on.
pub(super) struct This {
    values: Files,
    secrets: Keychain,
    window: Window,
}

impl This {
    /// Inside the app, so that it finds the window.
    pub(super) fn new() -> Self {
        Self {
            values: Files::of_this_user("values"),
            secrets: Keychain::of_this_system(Files::of_this_user("secrets")),
            window: Window::here(),
        }
    }
}

impl Machine for This {
    fn read(&self, key: &str) -> Option<String> {
        self.values.read(key)
    }

    fn write(&self, key: &str, value: &str) -> Result<(), NotKept> {
        self.values.write(key, value)
    }

    fn remove(&self, key: &str) {
        self.values.remove(key);
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        self.values.keys(prefix)
    }

    fn read_secret(&self, key: &str) -> LocalBoxFuture<'static, Result<Option<String>, Locked>> {
        self.secrets.read(key)
    }

    fn write_secret(&self, key: &str, value: &str) {
        self.secrets.write(key, value);
    }

    fn remove_secret(&self, key: &str) {
        self.secrets.remove(key);
    }

    fn languages(&self) -> Vec<String> {
        sys_locale::get_locales().collect()
    }

    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "this is the app's clock; tests have `Memory`")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis())
            .ok()
            .and_then(|millis| Utc.timestamp_millis_opt(millis).single())
            .unwrap_or_default()
    }

    fn describe(&self, title: &str, language: &str) {
        self.window.describe(title, language);
    }

    fn show_colours(&self, colours: Colours) {
        self.window.show_colours(colours);
    }

    fn visible(&self) -> bool {
        self.window.visible()
    }

    fn returns(&self) -> u32 {
        self.window.returns()
    }

    fn keep_file(&self, name: &str, _mime: &str, bytes: &[u8]) -> Result<Option<String>, NotKept> {
        let folder = dirs::download_dir().or_else(dirs::home_dir).ok_or(NotKept)?;
        // A name comes from the server: whatever it says, it names nothing outside the folder.
        let name = Path::new(name).file_name().and_then(|name| name.to_str()).ok_or(NotKept)?;
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "csv"));
        for n in 1..1_000 {
            let path = folder.join(if n == 1 { name.to_owned() } else { format!("{stem} ({n}).{ending}") });
            match fs::File::create_new(&path) {
                Ok(mut file) => {
                    file.write_all(bytes).map_err(|_| NotKept)?;
                    return Ok(Some(path.display().to_string()));
                }
                // One of that name is there, and stays.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(_) => return Err(NotKept),
            }
        }
        Err(NotKept)
    }

    fn origin(&self) -> Option<String> {
        None
    }

    fn caret(&self, field: &str) -> Option<usize> {
        self.window.caret(field)
    }

    fn focus_field(&self, field: &str) {
        self.window.focus_field(field);
    }

    fn write_field(&self, field: &str, text: &str, caret: usize) {
        self.window.write_field(field, text, caret);
    }
}

pub(super) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}
