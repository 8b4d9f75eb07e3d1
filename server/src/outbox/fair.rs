//! Who goes first: class by class, equal shares within a class, and a tenth kept for each class behind.
//!
//! What is taken at once is a whole slice, however small a share is. So it is remembered who got what: whoever got least goes
//! next, what somebody got beyond her share others get first, and a class behind saves its tenths up for a slice. The memory
//! is a lane's, in one process: each server is fair by itself.

use std::collections::{BTreeMap, HashMap};

use shared::id::CampaignId;

/// A campaign (or the replies, which have none) with work that is due on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) campaign: Option<CampaignId>,
    /// 0 replies, 1 group sends, 2 broadcasts.
    pub(crate) class: i64,
    /// Rows waiting.
    pub(crate) waiting: u64,
    /// Rows of its largest slice.
    pub(crate) largest: u64,
}

/// Rows that somebody who is new goes ahead of the others by: so few people go out at once, whoever else there is. It is one
/// slice of the largest kind, so that nobody waits much longer for it.
const HEAD_START: i64 = 500 * ROW;
/// A row on the scale of what everybody got.
const ROW: i64 = 1_000;

/// Who got what, from claim to claim.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fair {
    classes: BTreeMap<i64, Class>,
}

#[derive(Debug, Clone, Default)]
struct Class {
    /// What somebody who shared in it all the time would have got by now.
    even: i64,
    /// What those who are waiting got on that scale, and those who got more than their share.
    got: HashMap<Option<CampaignId>, i64>,
    /// Tenths of a row that the class has saved up while others before it were served.
    saved: i64,
}

impl Fair {
    /// Begins to share out `want` rows among what is due.
    pub(crate) fn round(&self, due: &[Due], want: u64) -> Round {
        let mut waiting: BTreeMap<i64, Vec<Due>> = BTreeMap::new();
        for one in due.iter().filter(|due| due.waiting > 0) {
            waiting.entry(one.class).or_default().push(*one);
        }
        let mut fair = self.clone();
        for number in waiting.keys() {
            fair.classes.entry(*number).or_default();
        }
        fair.classes.retain(|number, class| {
            let here = waiting.get(number).map(Vec::as_slice).unwrap_or_default();
            class.meet(here);
            !class.got.is_empty()
        });
        let sharing = waiting.iter().map(|(number, here)| (*number, here.len())).collect();
        Round { fair, waiting, sharing, want, taken: 0 }
    }
}

impl Class {
    /// Who is waiting now. Whoever is new begins a little behind what is even; whoever is gone and owes nothing is forgotten.
    fn meet(&mut self, here: &[Due]) {
        let begin = self.even - HEAD_START;
        self.got.retain(|campaign, got| *got > begin || here.iter().any(|due| due.campaign == *campaign));
        for due in here {
            self.got.entry(due.campaign).or_insert(begin);
        }
        if here.is_empty() {
            self.saved = 0;
        }
    }
}

/// One claim's sharing out, slice by slice: [`Round::turn`], then [`Round::took`].
#[derive(Debug)]
pub(crate) struct Round {
    fair: Fair,
    waiting: BTreeMap<i64, Vec<Due>>,
    /// How many share in each class.
    sharing: BTreeMap<i64, usize>,
    want: u64,
    taken: u64,
}

impl Round {
    /// Whose slice is taken next: the first class's, but for what a class behind has saved up. No more than is wanted and the
    /// rest of a slice is taken, and one more slice where a class behind has its turn.
    pub(crate) fn turn(&self) -> Option<Due> {
        let first = || self.waiting.keys().next().and_then(|class| self.least(*class));
        if self.taken == 0 {
            return first();
        }
        let behind = self.waiting.keys().skip(1).find_map(|class| {
            let saved = self.fair.classes.get(class).map_or(0, |class| class.saved);
            self.least(*class).filter(|due| saved >= tenths(due.largest))
        });
        behind.or_else(|| if self.taken < self.want { first() } else { None })
    }

    /// Who is next in a class. Of those who were not served lately the fewest people go first, unless somebody has waited for
    /// them so long that her share is overdue; then who got least.
    fn least(&self, class: i64) -> Option<Due> {
        let Class { even, got, .. } = self.fair.classes.get(&class)?;
        let key = |due: &Due| {
            let got = got.get(&due.campaign).copied().unwrap_or_default();
            let (late, fresh) = (got < even - 2 * HEAD_START, got <= even - HEAD_START);
            (!late, !fresh, if fresh && !late { 0 } else { got }, due.waiting, due.campaign)
        };
        self.waiting.get(&class)?.iter().min_by_key(|due| key(due)).copied()
    }

    /// A slice of so many rows was taken; or there was none any more.
    pub(crate) fn took(&mut self, due: Due, rows: Option<u64>) {
        let mut left = due.waiting;
        if let Some(rows) = rows {
            self.book(due, rows);
            left = left.saturating_sub(rows.max(1));
        }
        let Some(here) = self.waiting.get_mut(&due.class) else { return };
        if rows.is_none() || left == 0 {
            here.retain(|one| one.campaign != due.campaign);
        }
        for one in here.iter_mut().filter(|one| one.campaign == due.campaign) {
            one.waiting = left;
        }
        if here.is_empty() {
            self.waiting.remove(&due.class);
        }
    }

    fn book(&mut self, due: Due, rows: u64) {
        self.taken += rows;
        let is_behind = self.waiting.keys().next().is_some_and(|first| *first < due.class);
        let sharing = self.sharing.get(&due.class).copied().unwrap_or(1).max(1);
        let cost = i64::try_from(rows).unwrap_or(i64::MAX / ROW).saturating_mul(ROW);
        for (number, class) in &mut self.fair.classes {
            if *number == due.class {
                class.even += cost / i64::try_from(sharing).unwrap_or(1);
                *class.got.entry(due.campaign).or_default() += cost;
                class.saved -= if is_behind { tenths(rows) } else { 0 };
            } else if *number > due.class && self.waiting.contains_key(number) {
                class.saved += cost / ROW;
            }
        }
    }

    /// Who got what, for the next claim.
    pub(crate) fn end(self) -> Fair {
        self.fair
    }
}

fn tenths(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX / 10).saturating_mul(10)
}

#[cfg(test)]
#[path = "fair_test.rs"]
mod tests;
