//! A machine that is only memory, for tests: its clock stands still and nothing leaves the test.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use chrono::{DateTime, Utc};
use futures_util::future::{FutureExt as _, LocalBoxFuture, ready};

use super::{Colours, Locked, Machine, NotKept, NotLoaded};

/// A machine that is only memory.
#[derive(Clone)]
pub(crate) struct Memory {
    /// Shared, as by the windows of one machine.
    pub(crate) values: Rc<RefCell<BTreeMap<String, String>>>,
    pub(crate) secrets: RefCell<BTreeMap<String, String>>,
    /// Files that were kept, by name.
    pub(crate) files: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Whether its keychain is locked.
    pub(crate) locked: bool,
    pub(crate) language: &'static str,
    pub(crate) now: DateTime<Utc>,
    /// Shared, so that a test sees it.
    pub(crate) title: Rc<RefCell<String>>,
    pub(crate) colours: Cell<Colours>,
    /// Brings the parts of the program that are not there from the start.
    pub(crate) chunks: fn() -> LocalBoxFuture<'static, Result<(), NotLoaded>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            values: Rc::default(),
            secrets: RefCell::default(),
            files: RefCell::default(),
            locked: false,
            language: "zh-TW",
            now: "2026-11-05T06:32:00Z".parse().unwrap_or_default(),
            title: Rc::default(),
            colours: Cell::default(),
            chunks: || ready(Ok(())).boxed_local(),
        }
    }
}

impl Machine for Memory {
    fn read(&self, key: &str) -> Option<String> {
        self.values.borrow().get(key).cloned()
    }

    fn write(&self, key: &str, value: &str) -> Result<(), NotKept> {
        self.values.borrow_mut().insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    fn remove(&self, key: &str) {
        self.values.borrow_mut().remove(key);
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        let values = self.values.borrow();
        values.keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    fn read_secret(&self, key: &str) -> LocalBoxFuture<'static, Result<Option<String>, Locked>> {
        let secret = self.secrets.borrow().get(key).cloned();
        ready(if self.locked && secret.is_some() { Err(Locked) } else { Ok(secret) }).boxed_local()
    }

    fn write_secret(&self, key: &str, value: &str) {
        self.secrets.borrow_mut().insert(key.to_owned(), value.to_owned());
    }

    fn remove_secret(&self, key: &str) {
        self.secrets.borrow_mut().remove(key);
    }

    fn languages(&self) -> Vec<String> {
        vec![self.language.to_owned()]
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }

    fn describe(&self, title: &str, _language: &str) {
        title.clone_into(&mut self.title.borrow_mut());
    }

    fn show_colours(&self, colours: Colours) {
        self.colours.set(colours);
    }

    fn visible(&self) -> bool {
        true
    }

    fn load_chunk(&self, _name: &'static str) -> LocalBoxFuture<'static, Result<(), NotLoaded>> {
        (self.chunks)()
    }

    fn keep_file(&self, name: &str, _mime: &str, bytes: &[u8]) -> Result<Option<String>, NotKept> {
        self.files.borrow_mut().insert(name.to_owned(), bytes.to_vec());
        Ok(None)
    }

    fn origin(&self) -> Option<String> {
        Some("http://test.invalid".to_owned())
    }
}
