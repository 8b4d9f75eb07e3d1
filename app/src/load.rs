//! What a screen reads from the server: the last value stays while it is asked again (architecture.md section 6).

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
};

use dioxus::{
    core::{Task, current_scope_id},
    prelude::*,
};
use shared::call::{Call, Page};

use crate::{
    api::{Failed, use_api},
    session::use_session,
    ui::virtual_list::Spot,
};

/// Rows of one page.
pub const PAGE: u32 = 50;
/// The most rows one call answers.
const MOST: u32 = 100;

/// A value of the server's, with `pending` and `error` beside it.
#[derive(PartialEq)]
pub struct Load<T: 'static> {
    value: Signal<Option<T>>,
    error: Signal<Option<Failed>>,
    pending: Signal<bool>,
    stale: Signal<bool>,
    runs: Signal<u32>,
}

impl<T> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Load<T> {}

impl<T: Clone + 'static> Load<T> {
    /// The last value that came, also while a newer one is asked for or has failed.
    pub fn value(&self) -> Option<T> {
        self.value.read().clone()
    }

    /// Why the last try failed; nothing again once one succeeds.
    pub fn error(&self) -> Option<Failed> {
        self.error.read().clone()
    }

    /// Whether an answer is awaited.
    pub fn pending(&self) -> bool {
        *self.pending.read()
    }

    /// Whether it is the first load: only then is there a skeleton.
    pub fn is_first(&self) -> bool {
        self.value.read().is_none() && self.error.read().is_none()
    }

    /// Why there is nothing to show: the first load failed.
    pub fn failed(&self) -> Option<Failed> {
        if self.value.read().is_some() {
            return None;
        }
        self.error()
    }

    /// Asks again. The value stays until the answer is here.
    pub fn reload(&self) {
        let mut runs = self.runs;
        runs += 1;
    }

    /// Asks again because something changed: after the answer that is awaited, so that a slow line still brings one.
    pub fn refresh(&self) {
        let mut stale = self.stale;
        if *self.pending.peek() {
            stale.set(true);
        } else {
            self.reload();
        }
    }

    /// Puts a value in place, such as the answer to a write.
    pub fn set(&self, new: T) {
        let mut value = self.value;
        value.set(Some(new));
    }
}

/// Loads what a call answers, and again whenever a signal that the closure reads changes. Answers that come late are
/// dropped. Where the call's path changes (another id) the old value goes; where only its query does, it stays.
///
/// The closure must read props as signals (`id: ReadSignal<ConversationId>`), or it does not see them change.
pub fn use_load<C: Call + 'static>(call: impl Fn() -> C + 'static) -> Load<C::Reply> {
    use_load_when(move || Some(call()))
}

/// As [`use_load`], and asks nothing while the closure has no call to make.
pub fn use_load_when<C: Call + 'static>(call: impl Fn() -> Option<C> + 'static) -> Load<C::Reply> {
    let api = use_api();
    let load = Load {
        value: use_signal(|| None),
        error: use_signal(|| None),
        pending: use_signal(|| true),
        stale: use_signal(|| false),
        runs: use_signal(|| 0_u32),
    };
    use_again_when_back(load.error, load.runs);
    use_again_when_stale(move || *load.pending.read(), load.stale, load.runs);
    let mut running = use_hook(|| CopyValue::new(None::<Task>));
    let mut path = use_hook(|| CopyValue::new(None::<String>));
    use_effect(move || {
        let _ = load.runs.read();
        let call = call();
        if let Some(task) = running.write().take() {
            task.cancel();
        }
        let (mut value, mut error, mut pending) = (load.value, load.error, load.pending);
        let new_path = call.as_ref().map(Call::path);
        if *path.peek() != new_path {
            if path.peek().is_some() {
                value.set(None);
                error.set(None);
            }
            path.set(new_path);
        }
        let Some(call) = call else {
            pending.set(false);
            return;
        };
        pending.set(true);
        let api = api.clone();
        let task = spawn(async move {
            match api.call(call).await {
                Ok(new) => {
                    value.set(Some(new));
                    error.set(None);
                }
                Err(failed) => error.set(Some(failed)),
            }
            pending.set(false);
        });
        running.set(Some(task));
    });
    load
}

/// Asks again what failed for want of a connection, once another call reached the server.
fn use_again_when_back(error: Signal<Option<Failed>>, mut runs: Signal<u32>) {
    let online = use_session().online;
    use_effect(move || {
        if online() && matches!(*error.peek(), Some(Failed::Offline)) {
            runs += 1;
        }
    });
}

/// Asks again what changed while an answer was awaited, once it is here.
fn use_again_when_stale(awaited: impl Fn() -> bool + 'static, mut stale: Signal<bool>, mut runs: Signal<u32>) {
    use_effect(move || {
        if !awaited() && *stale.peek() {
            stale.set(false);
            runs += 1;
        }
    });
}

/// Puts newly loaded rows in the place of the first ones of a list; false where the two do not meet, so that rows between would
/// be lost. A list is newest first: rows that changed came to the front, so the last of the new ones is where both meet.
fn renew<T>(rows: &mut Vec<T>, new: Vec<T>, key: fn(&T) -> String) -> bool {
    let keys: HashSet<String> = new.iter().map(key).collect();
    let Some(last) = new.last().map(key) else { return false };
    // Beyond twice as many rows it did not stay in its place, but came to the front from there.
    let near = new.len() * 2;
    let Some(meet) = rows.iter().take(near).position(|row| key(row) == last) else { return false };
    rows.retain({
        let mut place = 0;
        move |row| {
            place += 1;
            place > meet + 1 && !keys.contains(&key(row))
        }
    });
    rows.splice(0..0, new);
    true
}

/// Which rows of a list are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Where the page before ended.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

/// The lists of the screens that were left: a screen that is opened again shows its list at once, where it was, also without a
/// line. In context below the `SignedIn` layout, so that it goes with the session.
#[derive(Clone, Copy)]
pub struct Memory {
    lists: CopyValue<HashMap<TypeId, Box<dyn Any>>>,
    scope: ScopeId,
}

/// Provides the memory of lists to everything below.
pub fn use_memory_provider() {
    use_context_provider(|| Memory { lists: CopyValue::new(HashMap::new()), scope: current_scope_id() });
}

/// What stays of a list when its screen is left.
struct Kept<T: 'static, K: 'static> {
    items: Signal<Vec<T>>,
    next: Signal<Option<String>>,
    loaded: Signal<bool>,
    /// What is listed.
    listed: CopyValue<Option<K>>,
    /// What was asked for last.
    asked: CopyValue<Option<String>>,
    spot: CopyValue<Spot>,
    /// Whether a screen shows it now.
    open: CopyValue<bool>,
}

impl<T, K> Clone for Kept<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, K> Copy for Kept<T, K> {}

impl<T, K> Kept<T, K> {
    fn new(scope: ScopeId) -> Self {
        Self {
            items: Signal::new_in_scope(Vec::new(), scope),
            next: Signal::new_in_scope(None, scope),
            loaded: Signal::new_in_scope(false, scope),
            listed: CopyValue::new_in_scope(None, scope),
            asked: CopyValue::new_in_scope(None, scope),
            spot: CopyValue::new_in_scope(Spot::default(), scope),
            open: CopyValue::new_in_scope(false, scope),
        }
    }
}

/// The list of this place in the code, as it was when its screen was left; `F` is what tells the places apart. One that two screens
/// show at once is another for the second.
fn use_kept<T: 'static, K: 'static, F: 'static>() -> Kept<T, K> {
    let mut kept = use_hook(|| {
        let Some(mut memory) = try_consume_context::<Memory>() else { return Kept::new(current_scope_id()) };
        let place = TypeId::of::<(F, T, K)>();
        let left = memory.lists.peek().get(&place).and_then(|kept| kept.downcast_ref::<Kept<T, K>>()).copied();
        match left {
            Some(kept) if !*kept.open.peek() => kept,
            Some(_) => Kept::new(current_scope_id()),
            None => {
                let kept = Kept::<T, K>::new(memory.scope);
                memory.lists.write().insert(place, Box::new(kept));
                kept
            }
        }
    });
    use_hook(move || kept.open.set(true));
    use_drop(move || {
        if let Ok(mut open) = kept.open.try_write() {
            *open = false;
        }
    });
    kept
}

/// A list of the server's that grows page by page.
#[derive(PartialEq)]
pub struct Pages<T: 'static> {
    items: Signal<Vec<T>>,
    next: Signal<Option<String>>,
    error: Signal<Option<Failed>>,
    loaded: Signal<bool>,
    spot: CopyValue<Spot>,
    pending: Signal<bool>,
    more: Signal<bool>,
    stale: Signal<bool>,
    runs: Signal<u32>,
    load_more: Callback<()>,
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pages<T> {}

impl<T: Clone + 'static> Pages<T> {
    /// The rows so far.
    pub fn items(&self) -> ReadSignal<Vec<T>> {
        self.items.into()
    }

    /// Where the list was left.
    pub fn spot(&self) -> CopyValue<Spot> {
        self.spot
    }

    /// Why the last try failed; the rows stay.
    pub fn error(&self) -> Option<Failed> {
        self.error.read().clone()
    }

    /// Why the last try failed, where nothing else says so: that the line is down is said above the list.
    pub fn trouble(&self) -> Option<Failed> {
        self.error().filter(|failed| *failed != Failed::Offline)
    }

    /// Whether it is the first load: only then is there a skeleton.
    pub fn is_first(&self) -> bool {
        !*self.loaded.read() && self.error.read().is_none()
    }

    /// Why there is nothing to show: the first load failed.
    pub fn failed(&self) -> Option<Failed> {
        if *self.loaded.read() {
            return None;
        }
        self.error()
    }

    /// Whether the first page is being asked for, again or for the first time.
    pub fn pending(&self) -> bool {
        *self.pending.read()
    }

    /// Whether there are more rows.
    pub fn has_more(&self) -> bool {
        self.next.read().is_some()
    }

    /// Whether more rows are on their way.
    pub fn more_pending(&self) -> bool {
        *self.more.read()
    }

    /// Asks for the next page; does nothing while one is on its way or where there is none.
    pub fn load_more(&self) {
        self.load_more.call(());
    }

    /// The end is near: asks for the next page, unless the last try failed. Then it is the person's to try again.
    pub fn near_end(&self) {
        if self.error.peek().is_none() {
            self.load_more();
        }
    }

    /// Asks for the rows again, in place.
    pub fn reload(&self) {
        let mut runs = self.runs;
        runs += 1;
    }

    /// Asks for the rows again because something changed: after the answer that is awaited, so that a slow line still brings
    /// one.
    pub fn refresh(&self) {
        let mut stale = self.stale;
        if *self.pending.peek() || *self.more.peek() {
            stale.set(true);
        } else {
            self.reload();
        }
    }

    /// Puts rows in place, such as one that was just written.
    pub fn update(&self, change: impl FnOnce(&mut Vec<T>)) {
        let mut items = self.items;
        change(&mut items.write());
    }
}

/// Loads a list by pages, and again whenever a signal that `call` or `what` reads changes.
///
/// `what` says what is listed: where it changes the old rows go at once (another tab, another customer). Where only the
/// call changes (a filter) they stay until the new ones are here. `key` tells rows apart.
pub fn use_pages<C, T, K, F>(what: impl Fn() -> K + 'static, key: fn(&T) -> String, call: F) -> Pages<T>
where
    C: Call<Reply = Page<T>> + 'static,
    T: Clone + 'static,
    K: PartialEq + 'static,
    F: Fn(Ask) -> C + 'static,
{
    let api = use_api();
    let call = use_callback(call);
    let Kept { mut items, mut next, mut loaded, mut listed, mut asked, mut spot, .. } = use_kept::<T, K, F>();
    let mut error = use_signal(|| None::<Failed>);
    let mut pending = use_signal(|| true);
    let mut more = use_signal(|| false);
    let stale = use_signal(|| false);
    let runs = use_signal(|| 0_u32);
    let mut opened = use_hook(|| CopyValue::new(false));
    use_again_when_back(error, runs);
    use_again_when_stale(move || *pending.read() || *more.read(), stale, runs);
    let mut running = use_hook(|| CopyValue::new(None::<Task>));

    use_effect(move || {
        let _ = runs.read();
        let what = Some(what());
        let plain = call.call(Ask { after: None, limit: PAGE });
        let question = serde_json::to_string(&plain).ok();
        // What was left with another filter is not what is opened now.
        let other_question = !opened.replace(true) && *asked.peek() != question;
        if let Some(task) = running.write().take() {
            task.cancel();
        }
        more.set(false);
        if *listed.peek() != what || other_question {
            if listed.peek().is_some() {
                items.write().clear();
                next.set(None);
                error.set(None);
                loaded.set(false);
                spot.set(Spot::default());
            }
            listed.set(what);
        }
        // The same question again refreshes what is shown, all of it; another question starts anew.
        let again = *loaded.peek() && *asked.peek() == question;
        asked.set(question);
        let shown = u32::try_from(items.peek().len()).unwrap_or(MOST);
        let limit = if again { shown.clamp(PAGE, MOST) } else { PAGE };
        let ask = call.call(Ask { after: None, limit });
        pending.set(true);
        let api = api.clone();
        let task = spawn(async move {
            match api.call(ask).await {
                Ok(page) => {
                    let renewed = again && shown > MOST && renew(&mut items.write(), page.items.clone(), key);
                    if !renewed {
                        items.set(page.items);
                        next.set(page.next);
                    }
                    loaded.set(true);
                    error.set(None);
                }
                Err(failed) => error.set(Some(failed)),
            }
            pending.set(false);
        });
        running.set(Some(task));
    });

    let load_more = use_load_more(key, call, Growing { items, next, error, more, pending, running });

    Pages { items, next, error, loaded, spot, pending, more, stale, runs, load_more }
}

/// What a list that grows is made of.
struct Growing<T: 'static> {
    items: Signal<Vec<T>>,
    next: Signal<Option<String>>,
    error: Signal<Option<Failed>>,
    more: Signal<bool>,
    pending: Signal<bool>,
    running: CopyValue<Option<Task>>,
}

/// Asks for the page after the last one. A reload of the first page cancels it: the cursor may be another then.
fn use_load_more<C, T>(key: fn(&T) -> String, call: Callback<Ask, C>, list: Growing<T>) -> Callback<()>
where
    C: Call<Reply = Page<T>> + 'static,
    T: Clone + 'static,
{
    let api = use_api();
    let Growing { mut items, mut next, mut error, mut more, pending, mut running } = list;
    use_callback(move |()| {
        let Some(after) = next.peek().clone() else {
            return;
        };
        if *more.peek() || *pending.peek() {
            return;
        }
        more.set(true);
        let api = api.clone();
        let ask = call.call(Ask { after: Some(after), limit: PAGE });
        let task = spawn(async move {
            match api.call(ask).await {
                Ok(page) => {
                    let known: HashSet<String> = items.peek().iter().map(key).collect();
                    let new = page.items.into_iter().filter(|row| !known.contains(&key(row)));
                    items.write().extend(new);
                    next.set(page.next);
                    error.set(None);
                }
                Err(failed) => error.set(Some(failed)),
            }
            more.set(false);
        });
        running.set(Some(task));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a key is asked of any row")]
    fn key(n: &u32) -> String {
        n.to_string()
    }

    #[test]
    fn a_refresh_of_a_long_list_keeps_what_follows_and_starts_anew_where_there_is_a_gap() {
        let mut rows = vec![5, 4, 3, 2, 1];
        assert!(renew(&mut rows, vec![6, 5, 4], key));
        assert_eq!(rows, [6, 5, 4, 3, 2, 1]);
        assert!(!renew(&mut rows, vec![9, 8, 7], key));
        assert_eq!(rows, [6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_row_that_comes_to_the_front_from_far_below_takes_none_of_the_others_along() {
        let mut rows: Vec<u32> = (1..=300).rev().collect();
        let new: Vec<u32> = std::iter::once(7).chain((202..=300).rev()).collect();
        assert!(renew(&mut rows, new, key));
        let expected: Vec<u32> = std::iter::once(7).chain((1..=300).rev().filter(|n| *n != 7)).collect();
        assert_eq!(rows, expected);
        // All of the page came from far below: where it meets the rest is not known.
        let mut rows: Vec<u32> = (1..=300).rev().collect();
        assert!(!renew(&mut rows, (1..=50).collect(), key));
    }

    #[test]
    fn a_row_that_left_the_list_goes() {
        let mut rows = vec![5, 4, 3, 2, 1];
        assert!(renew(&mut rows, vec![5, 3], key));
        assert_eq!(rows, [5, 3, 2, 1]);
    }
}
