//! Passwords: argon2id, off the threads that serve requests, at most two at once, at the same cost whoever asks.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use secrecy::{ExposeSecret as _, SecretString};
use shared::problem::{Problem, Rule, Unit};
use tokio::sync::Semaphore;

use crate::refused::{Refused, Result};

/// The shortest password that can be set, in characters.
pub const SHORTEST: usize = 8;
/// The longest password, in bytes: longer ones are refused before any work is spent on them.
pub const LONGEST: usize = 256;
/// Hashings at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// A hash that no password fits, verified where there is no account, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&rand::random::<[u8; 32]>()).unwrap_or_default());

/// Hashes and verifies passwords.
pub struct Passwords {
    turns: Arc<Semaphore>,
    verified: AtomicU64,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), verified: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// Whether the password fits the hash. Without a hash (an unknown or disabled member) it costs the same, and is
    /// false.
    pub(super) async fn verify(&self, password: SecretString, against: Option<String>) -> Result<bool> {
        self.verified.fetch_add(1, Ordering::Relaxed);
        self.in_turn(move || {
            let known = against.is_some();
            let against = against.unwrap_or_else(|| NOBODY.clone());
            let fits = Argon2::default().verify_password(password.expose_secret().as_bytes(), against.as_str()).is_ok();
            Ok(fits && known)
        })
        .await
    }

    /// The hash of a new password, in PHC format.
    pub(super) async fn hash(&self, password: SecretString) -> Result<String> {
        self.in_turn(move || hash(password.expose_secret().as_bytes())).await
    }

    /// How many passwords were verified so far: a try at an unknown account counts as one at a known.
    pub fn verified(&self) -> u64 {
        self.verified.load(Ordering::Relaxed)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Problem::TooMany { retry_after: PATIENCE.as_secs() })?
            .map_err(Refused::fault)?;
        // The turn goes with the work: a client that hangs up does not free it early.
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(Refused::fault)?
    }
}

fn hash(password: &[u8]) -> Result<String> {
    let hash = Argon2::default().hash_password(password).map_err(Refused::fault)?;
    Ok(hash.to_string())
}

/// Refuses a password that cannot be set.
pub(super) fn check_new(password: &str) -> Result<(), Problem> {
    check_length(password)?;
    let characters = password.chars().count();
    if characters < SHORTEST {
        let rule = Rule::TooFew { least: SHORTEST as u64, actual: characters as u64 };
        return Err(Problem::invalid("password", rule));
    }
    Ok(())
}

/// Refuses a password that is not worth hashing.
pub(super) fn check_length(password: &str) -> Result<(), Problem> {
    if password.is_empty() {
        return Err(Problem::invalid("password", Rule::Required));
    }
    if password.len() > LONGEST {
        let rule = Rule::TooLong { limit: LONGEST as u64, actual: password.len() as u64, unit: Unit::Bytes };
        return Err(Problem::invalid("password", rule));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_verified_whether_there_is_an_account_or_not() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".to_owned().into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(passwords.verify("correct horse".to_owned().into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong".to_owned().into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("wrong".to_owned().into(), None).await.unwrap());
        assert_eq!(passwords.verified(), 3);
        assert!(NOBODY.starts_with("$argon2id$"), "the hash for nobody is a whole one, so it costs the same");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_than_two_are_hashed_at_once() {
        let passwords = Passwords::default();
        let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let work = || {
            let (now, most) = (now.clone(), most.clone());
            passwords.in_turn(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(20));
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        };
        futures_util::future::try_join_all((0..8).map(|_| work())).await.unwrap();
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }
}
