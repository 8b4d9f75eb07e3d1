//! Who a send goes to: people ticked one by one, and whole filters with exceptions, so that nothing is limited to what
//! is loaded on the phone (seed steps 3 and 4).

use serde::{Deserialize, Serialize};

use crate::{
    conversations::ConversationFilter,
    id::ConversationId,
    limits,
    problem::{Problem, Rule},
};

/// A selection: the union of ticked conversations and of everything that matches some filters, less their exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Selection {
    /// Ticked one by one.
    #[serde(default)]
    pub ids: Vec<ConversationId>,
    /// Taken whole by "select all that match".
    #[serde(default)]
    pub matching: Vec<Matching>,
}

/// All that match a filter now, but for some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Matching {
    /// The filter; its state and scope are always "mine, in progress".
    pub filter: ConversationFilter,
    /// Unticked again.
    #[serde(default)]
    pub except: Vec<ConversationId>,
}

/// Filters that one selection may combine.
pub const MAX_FILTERS: usize = 5;

impl Selection {
    /// Whether nobody can be in it.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.matching.is_empty()
    }

    /// Ticks a person.
    pub fn add(&mut self, id: ConversationId) {
        for matching in &mut self.matching {
            matching.except.retain(|other| *other != id);
        }
        if !self.ids.contains(&id) {
            self.ids.push(id);
        }
    }

    /// Unticks a person, from whichever filter she came.
    pub fn remove(&mut self, id: ConversationId) {
        self.ids.retain(|other| *other != id);
        for matching in &mut self.matching {
            if !matching.except.contains(&id) {
                matching.except.push(id);
            }
        }
    }

    /// Takes all that match a filter, again from the start where the filter is already in.
    pub fn add_all(&mut self, filter: ConversationFilter) {
        self.matching.retain(|matching| matching.filter != filter);
        self.matching.push(Matching { filter, except: Vec::new() });
    }

    /// Whether "select all" of this filter is in.
    pub fn has_all(&self, filter: &ConversationFilter) -> bool {
        self.matching.iter().any(|matching| matching.filter == *filter)
    }

    /// Whether its size is within bounds; what it names is looked up by the server.
    pub fn check(&self) -> Result<(), Problem> {
        let ticked = self.ids.len() + self.matching.iter().map(|matching| matching.except.len()).sum::<usize>();
        if ticked > limits::TICKED {
            let rule = Rule::TooMany { limit: limits::TICKED as u64, actual: ticked as u64 };
            return Err(Problem::invalid("selection.ids", rule));
        }
        if self.matching.len() > MAX_FILTERS {
            let rule = Rule::TooMany { limit: MAX_FILTERS as u64, actual: self.matching.len() as u64 };
            return Err(Problem::invalid("selection.matching", rule));
        }
        self.matching.iter().try_for_each(|matching| matching.filter.check("selection.matching.filter"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> ConversationId {
        ConversationId(Uuid::from_u128(n))
    }

    #[test]
    fn unticking_one_of_a_whole_filter_makes_an_exception_and_ticking_takes_it_back() {
        let mut selection = Selection::default();
        selection.add_all(ConversationFilter::default());
        selection.remove(id(1));
        assert_eq!(selection.matching[0].except, [id(1)]);
        selection.add(id(1));
        assert!(selection.matching[0].except.is_empty());
        assert_eq!(selection.ids, [id(1)]);
        selection.remove(id(1));
        assert!(selection.ids.is_empty());
        assert_eq!(selection.matching[0].except, [id(1)]);
    }

    #[test]
    fn selecting_all_again_forgets_the_exceptions() {
        let mut selection = Selection::default();
        selection.add_all(ConversationFilter::default());
        selection.remove(id(1));
        selection.add_all(ConversationFilter::default());
        assert_eq!(selection.matching.len(), 1);
        assert!(selection.matching[0].except.is_empty());
    }
}
