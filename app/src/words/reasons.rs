//! Why a customer did not get a message, in plain words with what to do next (domain.md 4.7).

use shared::{
    campaigns::Doubt,
    reasons::{CheckedBy, Reason},
};

/// What is said of a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReasonWords {
    /// In a few words.
    pub title: &'static str,
    /// What happened.
    pub why: &'static str,
    /// What to do next.
    pub next: &'static str,
}

/// Why a customer did not get a message.
pub struct Reasons {
    /// Of a failure, or of what is not known.
    pub reason: fn(Reason) -> ReasonWords,
    /// Why it is not sure that somebody will get it.
    pub doubt: fn(Doubt) -> ReasonWords,
    /// Who says so.
    pub checked_by: fn(CheckedBy) -> &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_its_own_title_and_a_cure_in_both_languages() {
        for language in Language::ALL {
            let words = &language.words().reasons;
            let titles: HashSet<&str> = Reason::ALL.into_iter().map(|reason| (words.reason)(reason).title).collect();
            assert_eq!(titles.len(), Reason::ALL.len());
            for reason in Reason::ALL {
                let said = (words.reason)(reason);
                assert!(!said.why.is_empty() && !said.next.is_empty(), "{reason:?}");
            }
        }
    }

    /// Seed step 15 shows the platform-side word itself.
    #[test]
    fn a_blocked_customer_is_told_with_the_seeds_word() {
        for language in Language::ALL {
            let said = (language.words().reasons.reason)(Reason::Unfollowed);
            assert!(said.why.contains("unfollowed"), "{}", said.why);
        }
    }
}
