//! What a screen reads from the server: the last value stays while it is asked again (architecture.md section 6).

use std::{collections::HashSet, time::Duration};

use dioxus::{core::Task, prelude::*};
use shared::call::{Call, Page};

use crate::{
    api::{Failed, use_api},
    platform::{sleep, use_device},
    session::use_session,
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
        runs: use_signal(|| 0_u32),
    };
    use_again_when_back(load.error, load.runs);
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

/// Asks again every so often, as long as the component lives and somebody can see it.
pub fn use_every(time: Duration, reload: impl Fn() + 'static) {
    let device = use_device();
    let reload = use_callback(move |()| reload());
    use_future(move || {
        let device = device.clone();
        async move {
            loop {
                sleep(time).await;
                if device.visible() {
                    reload.call(());
                }
            }
        }
    });
}

/// The old rows that follow the newly loaded ones; `None` where the two no longer meet, so that rows between would be lost.
fn rest_after<T: Clone>(old: &[T], new: &[T], key: fn(&T) -> String) -> Option<Vec<T>> {
    let new: HashSet<String> = new.iter().map(key).collect();
    let last = old.iter().rposition(|row| new.contains(&key(row)))?;
    Some(old.get(last + 1..).unwrap_or_default().to_vec())
}

/// Which rows of a list are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Where the page before ended.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

/// A list of the server's that grows page by page.
#[derive(PartialEq)]
pub struct Pages<T: 'static> {
    items: Signal<Vec<T>>,
    next: Signal<Option<String>>,
    error: Signal<Option<Failed>>,
    loaded: Signal<bool>,
    pending: Signal<bool>,
    more: Signal<bool>,
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

    /// Why the last try failed; the rows stay.
    pub fn error(&self) -> Option<Failed> {
        self.error.read().clone()
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

    /// Asks for the rows again, in place.
    pub fn reload(&self) {
        let mut runs = self.runs;
        runs += 1;
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
pub fn use_pages<C, T, K>(
    what: impl Fn() -> K + 'static,
    key: fn(&T) -> String,
    call: impl Fn(Ask) -> C + 'static,
) -> Pages<T>
where
    C: Call<Reply = Page<T>> + 'static,
    T: Clone + 'static,
    K: PartialEq + 'static,
{
    let api = use_api();
    let call = use_callback(move |ask: Ask| call(ask));
    let mut items = use_signal(Vec::<T>::new);
    let mut next = use_signal(|| None::<String>);
    let mut error = use_signal(|| None::<Failed>);
    let mut loaded = use_signal(|| false);
    let mut pending = use_signal(|| true);
    let mut more = use_signal(|| false);
    let runs = use_signal(|| 0_u32);
    use_again_when_back(error, runs);
    let mut running = use_hook(|| CopyValue::new(None::<Task>));
    let mut listed = use_hook(|| CopyValue::new(None::<K>));
    let mut asked = use_hook(|| CopyValue::new(None::<String>));

    use_effect(move || {
        let _ = runs.read();
        let what = Some(what());
        let plain = call.call(Ask { after: None, limit: PAGE });
        if let Some(task) = running.write().take() {
            task.cancel();
        }
        more.set(false);
        if *listed.peek() != what {
            if listed.peek().is_some() {
                items.write().clear();
                next.set(None);
                error.set(None);
                loaded.set(false);
            }
            listed.set(what);
        }
        // The same question again refreshes what is shown, all of it; another question starts anew.
        let question = serde_json::to_string(&plain).ok();
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
                    if again && shown > MOST {
                        let rest = rest_after(&items.peek(), &page.items, key);
                        if let Some(rest) = rest {
                            items.set(page.items.into_iter().chain(rest).collect());
                        } else {
                            items.set(page.items);
                            next.set(page.next);
                        }
                    } else {
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

    Pages { items, next, error, loaded, pending, more, runs, load_more }
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

    #[test]
    fn a_refresh_of_a_long_list_keeps_what_follows_and_starts_anew_where_there_is_a_gap() {
        let key = |n: &u32| n.to_string();
        assert_eq!(rest_after(&[5, 4, 3, 2, 1], &[6, 5, 4], key), Some(vec![3, 2, 1]));
        assert_eq!(rest_after(&[3, 2, 1], &[9, 8, 7], key), None);
    }
}
