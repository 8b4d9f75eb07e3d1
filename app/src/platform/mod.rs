//! What the machine under the app gives: storage, language, colours, time. The only place that knows whether it is a browser.

mod chosen;
#[cfg(test)]
mod memory;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

use std::{rc::Rc, time::Duration};

use chrono::{DateTime, Utc};
use dioxus::prelude::*;
use futures_util::future::{FutureExt as _, LocalBoxFuture, ready};
use shared::members::Client;
use uuid::Uuid;

pub use chosen::{Chosen, LocalAddress, Unreadable};
#[cfg(test)]
pub(crate) use memory::Memory;
#[cfg(not(target_arch = "wasm32"))]
use native as here;
#[cfg(target_arch = "wasm32")]
use web as here;

/// How a session is kept here: decides how the refresh token travels.
pub const CLIENT: Client = here::CLIENT;

/// Shows the app: in the page, or in a window of its own.
pub fn launch(app: fn() -> Element) {
    here::launch(app);
}

/// What carries the app's requests, trusting the certificates that are trusted here.
pub fn http_client() -> reqwest::Client {
    here::http_client()
}

/// The colours of the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colours {
    /// As the machine has them.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Colours {
    /// As it is stored, and as `data-theme` spells it; the machine's own is nothing.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads it back; what is not known is the machine's own.
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The device would not keep a value: its storage is full or switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the device does not keep values: its storage is full or switched off")]
pub struct NotKept;

/// The device keeps a secret and does not hand it out now: its keychain is locked, or does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keychain of the device is locked or does not answer")]
pub struct Locked;

/// A part of the program did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotLoaded {
    /// The server cannot be reached.
    #[error("the server cannot be reached")]
    Offline,
    /// The server has another version by now, and no part of this one any more.
    #[error("the server has another version of the app")]
    Outdated,
}

/// What each kind of machine must give.
pub trait Machine {
    /// The value kept under a key.
    fn read(&self, key: &str) -> Option<String>;
    /// Keeps a value on the device.
    fn write(&self, key: &str, value: &str) -> Result<(), NotKept>;
    /// Forgets a value.
    fn remove(&self, key: &str);
    /// The keys that begin so.
    fn keys(&self, prefix: &str) -> Vec<String>;
    /// A secret of a native build. A browser has none: there the server's cookie is the secret. It may wait for the person to
    /// unlock the keychain.
    fn read_secret(&self, key: &str) -> LocalBoxFuture<'static, Result<Option<String>, Locked>>;
    /// Keeps a secret, in the background: what is read afterwards is this.
    fn write_secret(&self, key: &str, value: &str);
    /// Forgets a secret, in the background.
    fn remove_secret(&self, key: &str);
    /// The languages the person reads, the best first, as BCP 47 tags.
    fn languages(&self) -> Vec<String>;
    /// The moment.
    fn now(&self) -> DateTime<Utc>;
    /// The title of the window and the language of its text (BCP 47).
    fn describe(&self, title: &str, language: &str);
    /// Light, dark, or as the machine has it.
    fn show_colours(&self, colours: Colours);
    /// Whether somebody can see the app now; polling rests while nobody can.
    fn visible(&self) -> bool;
    /// Whether the machine has a line at all, as far as it knows.
    fn has_line(&self) -> bool {
        true
    }
    /// Counts up whenever somebody looks at the app again, or the machine has a line again.
    fn returns(&self) -> u32 {
        0
    }
    /// Shows a number on the app's icon, where the machine has such a thing; nothing at 0.
    fn badge(&self, _count: u64) {}
    /// Whether a newer version of the app is on the device, which [`Machine::take_new_version`] starts.
    fn has_new_version(&self) -> bool {
        false
    }
    /// Starts the newer version in the place of this one.
    fn take_new_version(&self) {}
    /// Brings a part of the program that is not there from the start; only a browser has such parts.
    fn load_chunk(&self, _name: &'static str) -> LocalBoxFuture<'static, Result<(), NotLoaded>> {
        ready(Ok(())).boxed_local()
    }
    /// Keeps a file where the person finds it, and says where, if it is not where this machine always puts them.
    fn keep_file(&self, name: &str, mime: &str, bytes: &[u8]) -> Result<Option<String>, NotKept>;
    /// The server this build came from; a native build has to be told.
    fn origin(&self) -> Option<String>;
    /// Where the caret stands in the text field with this id, in UTF-16 units, where that is known.
    fn caret(&self, _field: &str) -> Option<usize> {
        None
    }
    /// Gives the field with this id the focus, in sight; anything else that can have the focus, too.
    fn focus_field(&self, _field: &str) {}
    /// Puts a text into the field with this id, with the focus and the caret there (UTF-16 units). At once: what is typed next must
    /// find both, which a page drawn again a moment later could not promise. What is drawn then is the same text and moves nothing.
    fn write_field(&self, _field: &str, _text: &str, _caret: usize) {}
}

/// The machine under the app, in context.
#[derive(Clone)]
pub struct Device(Rc<dyn Machine>);

impl Device {
    /// The machine the app runs on.
    pub fn this() -> Self {
        Self(Rc::new(here::This::new()))
    }

    #[cfg(test)]
    pub(crate) fn memory(memory: Memory) -> Self {
        Self(Rc::new(memory))
    }
}

impl std::ops::Deref for Device {
    type Target = dyn Machine;
    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// The machine under the app.
pub fn use_device() -> Device {
    use_hook(consume_context::<Device>)
}

/// Waits.
pub async fn sleep(time: Duration) {
    here::sleep(time).await;
}

/// A new random id, for what the client names itself: drafts and the keys of replies.
pub fn draw_id() -> Uuid {
    #[expect(clippy::disallowed_methods, reason = "the client has no ordered clock; its ids only have to differ")]
    Uuid::new_v4()
}
