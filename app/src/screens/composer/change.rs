//! A change of the messages being written, so that whoever keeps them applies it to what they are by then.

use shared::{content::Part, limits::MAX_PARTS};

/// A change of the messages; places count from 0. One that no longer fits changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The message at this place is this now.
    Put(usize, Part),
    /// These come in at this place, as many as there is room for.
    Insert(usize, Vec<Part>),
    /// The message at this place goes.
    Remove(usize),
    /// The message at one place goes to another.
    Move {
        /// Where it is.
        from: usize,
        /// Where it goes.
        to: usize,
    },
}

impl Change {
    /// Changes the messages.
    pub fn apply(self, parts: &mut Vec<Part>) {
        match self {
            Self::Put(place, part) => {
                if let Some(old) = parts.get_mut(place) {
                    *old = part;
                }
            }
            Self::Insert(place, new) => insert(parts, place, new),
            Self::Remove(place) => remove(parts, place),
            Self::Move { from, to } => shift(parts, from, to),
        }
    }

    /// Follows with what stands for each message, such as the keys of their cards; `new` makes one.
    pub(super) fn follow<T>(&self, parts: &mut Vec<T>, mut new: impl FnMut() -> T) {
        match self {
            Self::Put(..) => {}
            Self::Insert(place, added) => insert(parts, *place, added.iter().map(|_| new()).collect()),
            Self::Remove(place) => remove(parts, *place),
            Self::Move { from, to } => shift(parts, *from, *to),
        }
    }
}

fn insert<T>(all: &mut Vec<T>, place: usize, mut new: Vec<T>) {
    new.truncate(MAX_PARTS.saturating_sub(all.len()));
    let place = place.min(all.len());
    all.splice(place..place, new);
}

fn remove<T>(all: &mut Vec<T>, place: usize) {
    if place < all.len() {
        all.remove(place);
    }
}

fn shift<T>(all: &mut Vec<T>, from: usize, to: usize) {
    if from < all.len() && to < all.len() {
        let one = all.remove(from);
        all.insert(to, one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(texts: &str) -> Vec<Part> {
        texts.chars().map(Part::text).collect()
    }

    #[test]
    fn messages_move_come_and_go_and_a_sixth_never_comes_in() {
        for (change, after) in [
            (Change::Put(1, Part::text("x")), "axcd"),
            (Change::Move { from: 0, to: 3 }, "bcda"),
            (Change::Move { from: 3, to: 0 }, "dabc"),
            (Change::Remove(0), "bcd"),
            (Change::Insert(1, parts("xyz")), "axbcd"),
            (Change::Insert(99, parts("x")), "abcdx"),
            (Change::Put(9, Part::text("x")), "abcd"),
            (Change::Remove(9), "abcd"),
            (Change::Move { from: 9, to: 0 }, "abcd"),
        ] {
            let mut all = parts("abcd");
            let mut keys = vec![0, 1, 2, 3];
            change.follow(&mut keys, || 9);
            change.clone().apply(&mut all);
            assert_eq!(all, parts(after), "{change:?}");
            assert_eq!(keys.len(), all.len(), "{change:?}");
        }
    }
}
