//! What is remembered for a minute, so that not every webhook and every call reads it anew.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::FRESH;

/// Values by their key, each with the time it was read (UTC milliseconds).
pub(super) struct Memory<K, V>(Mutex<HashMap<K, (Arc<V>, i64)>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Memory<K, V> {
    fn known(&self) -> MutexGuard<'_, HashMap<K, (Arc<V>, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is believed at `now`.
    pub(super) fn get(&self, key: &K, now: i64) -> Option<Arc<V>> {
        let known = self.known();
        let (value, since) = known.get(key)?;
        (0..FRESH).contains(&(now - since)).then(|| Arc::clone(value))
    }

    /// Remembers what was read at `now`.
    pub(super) fn put(&self, key: K, value: &Arc<V>, now: i64) {
        self.known().insert(key, (Arc::clone(value), now));
    }

    /// Its row changed.
    pub(super) fn forget(&self, key: &K) {
        self.known().remove(key);
    }

    /// Any row may have changed.
    pub(super) fn clear(&self) {
        self.known().clear();
    }
}
