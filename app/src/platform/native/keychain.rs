//! Secrets: in the system's keychain, and in files of this user's where no keychain takes them.
//!
//! A file stands for every secret: it says that the keychain has it, or it is the secret itself. So nothing is asked of the
//! keychain for somebody who never signed in, and what was written last is known even if the keychain refused it. Everything
//! happens on a thread of its own, one after the other: a keychain may ask the person for a password.

use std::{
    collections::HashMap,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use futures_util::future::{FutureExt as _, LocalBoxFuture};
use keyring_core::{CredentialStore, Entry};
use tokio::sync::oneshot;

use super::{Files, Locked};

/// Under this name the system's own window shows what the app keeps.
const SERVICE: &str = "Storecast";
/// In the file of a secret: the keychain has it. No token looks like this.
const IN_KEYCHAIN: &str = "in the keychain";
/// How long a keychain may take. A person who is asked to unlock it needs that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// Opens the keychain.
type Open = Arc<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// The secrets of this user.
pub(super) struct Keychain {
    /// To the thread that keeps them.
    jobs: mpsc::Sender<Job>,
}

enum Job {
    Read(String, oneshot::Sender<Result<Option<String>, Locked>>),
    Write(String, String),
    Remove(String),
}

impl Keychain {
    /// The keychain of this system, with these files.
    pub(super) fn of_this_system(files: Files) -> Self {
        Self::start(Vault::new(files, Arc::new(open), PATIENCE))
    }

    fn start(mut vault: Vault) -> Self {
        let (jobs, to_do) = mpsc::channel();
        // A system that gives no thread any more keeps nothing; the reader below is told.
        let _ = thread::Builder::new().name("secrets".to_owned()).spawn(move || {
            for job in to_do {
                vault.run(job);
            }
        });
        Self { jobs }
    }

    pub(super) fn read(&self, key: &str) -> LocalBoxFuture<'static, Result<Option<String>, Locked>> {
        let (answer, answered) = oneshot::channel();
        self.give(Job::Read(key.to_owned(), answer));
        async move { answered.await.unwrap_or(Err(Locked)) }.boxed_local()
    }

    pub(super) fn write(&self, key: &str, value: &str) {
        self.give(Job::Write(key.to_owned(), value.to_owned()));
    }

    pub(super) fn remove(&self, key: &str) {
        self.give(Job::Remove(key.to_owned()));
    }

    fn give(&self, job: Job) {
        // The thread ends with the app alone.
        let _ = self.jobs.send(job);
    }
}

/// The keychain would not: it is locked, it is not there, or nobody answered in time.
#[derive(Debug)]
struct Refused;

/// What the thread has.
struct Vault {
    files: Files,
    open: Open,
    patience: Duration,
    keychain: Option<Arc<CredentialStore>>,
    /// It would not, and is left alone until the app starts again: a person who said no is not asked every quarter of an hour.
    refused: bool,
    /// What was read or written since the start.
    held: HashMap<String, String>,
}

impl Vault {
    fn new(files: Files, open: Open, patience: Duration) -> Self {
        Self { files, open, patience, keychain: None, refused: false, held: HashMap::new() }
    }

    fn run(&mut self, job: Job) {
        match job {
            Job::Read(key, answer) => {
                // Who asked may have gone.
                let _ = answer.send(self.read(&key));
                self.move_in(&key);
            }
            Job::Write(key, value) => self.write(&key, value),
            Job::Remove(key) => self.remove(&key),
        }
    }

    fn read(&mut self, key: &str) -> Result<Option<String>, Locked> {
        if let Some(held) = self.held.get(key) {
            return Ok(Some(held.clone()));
        }
        let found = match self.files.read(key) {
            Some(note) if note == IN_KEYCHAIN => self.ask(key, Entry::get_password).map_err(|Refused| Locked)?,
            kept => kept,
        };
        if let Some(found) = &found {
            self.held.insert(key.to_owned(), found.clone());
        }
        Ok(found)
    }

    /// What lies in a file, because no keychain took it or because an older version wrote it, goes where it belongs.
    fn move_in(&mut self, key: &str) {
        if !self.refused
            && let Some(value) = self.files.read(key).filter(|value| value != IN_KEYCHAIN)
        {
            self.write(key, value);
        }
    }

    fn write(&mut self, key: &str, value: String) {
        let secret = value.clone();
        let kept = match self.ask(key, move |entry| entry.set_password(&secret)) {
            Ok(_) if self.files.read(key).is_some_and(|note| note == IN_KEYCHAIN) => Ok(()),
            Ok(_) => self.files.write(key, IN_KEYCHAIN),
            Err(Refused) => self.files.write(key, &value),
        };
        if kept.is_err() {
            // Not kept means signing in again at the next start, not going on as who signed in before.
            self.files.remove(key);
        }
        self.held.insert(key.to_owned(), value);
    }

    fn remove(&mut self, key: &str) {
        self.held.remove(key);
        if self.files.read(key).is_some_and(|note| note == IN_KEYCHAIN) {
            // What a keychain does not give up is never read again: the server ended that session, and its file goes.
            let _ = self.ask(key, Entry::delete_credential);
        }
        self.files.remove(key);
    }

    /// Asks the keychain, on yet another thread: it may never answer. Nothing where it has no such secret.
    fn ask<T: Send + 'static>(
        &mut self,
        key: &str,
        work: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<Option<T>, Refused> {
        if self.refused {
            return Err(Refused);
        }
        let (keychain, open, key) = (self.keychain.clone(), Arc::clone(&self.open), key.to_owned());
        let (answer, answered) = mpsc::channel();
        let asked = thread::Builder::new().name("keychain".to_owned()).spawn(move || {
            let done = keychain.map_or_else(|| open(), Ok).and_then(|keychain| {
                match keychain.build(SERVICE, &key, None).and_then(|entry| work(&entry)) {
                    Ok(done) => Ok((keychain, Some(done))),
                    Err(keyring_core::Error::NoEntry) => Ok((keychain, None)),
                    Err(error) => Err(error),
                }
            });
            // Nobody waits any more: it took too long.
            let _ = answer.send(done);
        });
        match answered.recv_timeout(self.patience) {
            Ok(Ok((keychain, done))) if asked.is_ok() => {
                self.keychain = Some(keychain);
                Ok(done)
            }
            _ => {
                self.refused = true;
                Err(Refused)
            }
        }
    }
}

/// The Secret Service of the desktop, over D-Bus.
#[cfg(all(target_os = "linux", any(feature = "desktop", feature = "mobile")))]
fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// The person's keychain.
#[cfg(all(target_os = "macos", any(feature = "desktop", feature = "mobile")))]
fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

/// The keychain of the app.
#[cfg(all(target_os = "ios", any(feature = "desktop", feature = "mobile")))]
fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::protected::Store::new()?)
}

/// The Credential Manager.
#[cfg(all(windows, any(feature = "desktop", feature = "mobile")))]
fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Preferences of the app, encrypted under a key that the Android Keystore does not give away.
#[cfg(all(target_os = "android", any(feature = "desktop", feature = "mobile")))]
fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(android_native_keyring_store::Store::new()?)
}

/// A build without a window has no use for one.
#[cfg(not(any(feature = "desktop", feature = "mobile")))]
fn open() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(keyring_core::Error::NoDefaultStore)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use keyring_core::{Error, mock};

    use super::*;

    const KEY: &str = "refresh-token";

    /// A device: its keychain and its folder outlive the app's starts.
    struct Device {
        folder: tempfile::TempDir,
        keychain: Arc<mock::Store>,
    }

    impl Device {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), keychain: mock::Store::new().unwrap() }
        }

        fn files(&self) -> Files {
            Files::in_folder(self.folder.path().to_owned())
        }

        /// The app starts, and its keychain opens.
        fn start(&self) -> Vault {
            let keychain = Arc::clone(&self.keychain);
            Vault::new(self.files(), Arc::new(move || Ok(keychain.clone())), Duration::from_secs(5))
        }

        /// The app starts where no keychain answers.
        fn start_without(&self) -> Vault {
            let refuse = || Err(Error::NoStorageAccess("locked".into()));
            Vault::new(self.files(), Arc::new(refuse), Duration::from_secs(5))
        }

        fn entry(&self) -> Entry {
            keyring_core::api::CredentialStoreApi::build(&*self.keychain, SERVICE, KEY, None).unwrap()
        }

        fn in_keychain(&self) -> Option<String> {
            self.entry().get_password().ok()
        }

        fn in_file(&self) -> Option<String> {
            fs::read_to_string(Path::join(self.folder.path(), KEY)).ok()
        }

        /// The keychain refuses the next thing asked of it.
        fn refuse_once(&self) {
            let entry = self.entry();
            let secret: &mock::Cred = entry.as_any().downcast_ref().unwrap();
            secret.set_error(Error::PlatformFailure("out of order".into()));
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what a read answers where there is something")]
    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_secret_is_in_the_keychain_and_in_no_file_and_survives_a_start() {
        let device = Device::new();
        let mut vault = device.start();
        assert_eq!(vault.read(KEY), Ok(None));
        for token in ["a.1", "a.2"] {
            vault.write(KEY, token.to_owned());
            assert_eq!((device.in_keychain(), device.in_file()), (some(token), some(IN_KEYCHAIN)));
        }
        let mut vault = device.start();
        assert_eq!(vault.read(KEY), Ok(some("a.2")));
        vault.remove(KEY);
        assert_eq!((device.in_keychain(), device.in_file()), (None, None));
        assert_eq!((vault.read(KEY), device.start().read(KEY)), (Ok(None), Ok(None)));
    }

    #[test]
    fn what_the_keychain_refuses_is_in_a_file_until_it_takes_it() {
        let device = Device::new();
        device.start_without().write(KEY, "a.1".to_owned());
        assert_eq!((device.in_keychain(), device.in_file()), (None, some("a.1")));
        assert_eq!(device.start_without().read(KEY), Ok(some("a.1")));

        let (answer, mut answered) = oneshot::channel();
        device.start().run(Job::Read(KEY.to_owned(), answer));
        assert_eq!(answered.try_recv().unwrap(), Ok(some("a.1")));
        assert_eq!((device.in_keychain(), device.in_file()), (some("a.1"), some(IN_KEYCHAIN)), "moved, once");
    }

    #[test]
    fn a_token_of_an_older_version_is_moved_from_its_file() {
        let device = Device::new();
        device.files().write(KEY, "k1.family.7.mac").unwrap();
        let (answer, _) = oneshot::channel();
        device.start().run(Job::Read(KEY.to_owned(), answer));
        assert_eq!((device.in_keychain(), device.in_file()), (some("k1.family.7.mac"), some(IN_KEYCHAIN)));
    }

    #[test]
    fn a_refusal_in_between_leaves_the_newest_and_the_keychain_alone() {
        let device = Device::new();
        let mut vault = device.start();
        vault.write(KEY, "a.1".to_owned());
        device.refuse_once();
        vault.write(KEY, "a.2".to_owned());
        assert_eq!((device.in_keychain(), device.in_file()), (some("a.1"), some("a.2")));
        vault.write(KEY, "a.3".to_owned());
        assert_eq!((device.in_keychain(), device.in_file()), (some("a.1"), some("a.3")), "not asked again");
        assert_eq!(device.start().read(KEY), Ok(some("a.3")));
    }

    #[test]
    fn a_locked_keychain_is_told_from_an_empty_one() {
        let device = Device::new();
        assert_eq!(device.start_without().read(KEY), Ok(None), "nobody signed in: it is not even asked");
        device.start().write(KEY, "a.1".to_owned());
        assert_eq!(device.start_without().read(KEY), Err(Locked));
        assert_eq!(device.start().read(KEY), Ok(some("a.1")), "it was not lost");
        device.entry().delete_credential().unwrap();
        assert_eq!(device.start().read(KEY), Ok(None), "the person threw it away");
    }

    #[test]
    fn a_keychain_that_never_answers_or_breaks_down_is_one_that_refuses() {
        let device = Device::new();
        device.start().write(KEY, "a.1".to_owned());
        let silent = || -> keyring_core::Result<Arc<CredentialStore>> {
            loop {
                thread::park();
            }
        };
        let broken = || -> keyring_core::Result<Arc<CredentialStore>> { panic!("no Android context") };
        for open in [Arc::new(silent) as Open, Arc::new(broken)] {
            let mut vault = Vault::new(device.files(), open, Duration::from_millis(50));
            assert_eq!(vault.read(KEY), Err(Locked));
        }
    }

    #[tokio::test]
    async fn reading_waits_for_what_was_written_before() {
        let device = Device::new();
        let secrets = Keychain::start(device.start());
        secrets.write(KEY, "a.1");
        assert_eq!(secrets.read(KEY).await, Ok(some("a.1")));
        secrets.remove(KEY);
        assert_eq!(secrets.read(KEY).await, Ok(None));
    }
}
