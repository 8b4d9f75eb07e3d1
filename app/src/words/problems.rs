//! What went wrong, said with the field's human name and the cure.

use shared::{
    members::Role,
    problem::{Conflict, Forbidden, Problem, Rule, What},
};

use super::sentences;
use crate::api::Failed;

/// What is said of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What failed, in a few words.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
}

impl Said {
    /// Title and text of a failure.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into() }
    }

    /// Both as one line, for a toast or a field.
    pub fn line(&self) -> String {
        sentences(&[&self.title, &self.text])
    }
}

/// What went wrong.
pub struct Problems {
    /// The line to the server is down.
    pub offline: fn() -> Said,
    /// The app and the server are of different versions.
    pub outdated: fn() -> Said,
    /// What the server says.
    pub problem: fn(&Problem) -> Said,
    /// The human name of a field, by its path in the request.
    pub field: fn(&str) -> String,
    /// The rule that a field breaks, by the field's human name; a sentence with the cure.
    pub rule: fn(&str, &Rule) -> String,
    /// What stands against a request.
    pub conflict: fn(&Conflict) -> Said,
    /// What a member lacks, and whom to ask.
    pub forbidden: fn(&Forbidden) -> Said,
    /// What was not found.
    pub missing: fn(What) -> Said,
}

impl Problems {
    /// What is said of a failed call.
    pub fn said(&self, failed: &Failed) -> Said {
        match failed {
            Failed::Offline => (self.offline)(),
            Failed::Outdated => (self.outdated)(),
            Failed::Problem(problem) => (self.problem)(problem),
        }
    }

    /// What is wrong with one field, if that is what failed: for the line under the field.
    pub fn of_field(&self, failed: &Failed, field: &str) -> Option<String> {
        match failed {
            Failed::Problem(Problem::Invalid { field: at, rule }) if at == field => {
                Some((self.rule)(&(self.field)(at), rule))
            }
            _ => None,
        }
    }
}

/// The place of a message in `content.parts[2].text`, counted from 1.
pub(super) fn part(field: &str) -> Option<usize> {
    let (place, _) = field.strip_prefix("content.parts[")?.split_once(']')?;
    place.parse::<usize>().ok().map(|place| place + 1)
}

/// The place of a blank in `content.parts[0].fills[2].text`, counted from 1.
pub(super) fn blank(field: &str) -> Option<usize> {
    let (_, rest) = field.split_once(".fills[")?;
    let (place, _) = rest.split_once(']')?;
    place.parse::<usize>().ok().map(|place| place + 1)
}

/// Roles as a list of words.
pub(super) fn roles(allowed: &[Role], name: fn(Role) -> &'static str, between: &str) -> String {
    allowed.iter().map(|role| name(*role)).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use shared::problem::Unit;

    #[test]
    fn a_broken_rule_names_the_field_and_the_limit_in_both_languages() {
        let rule = Rule::TooLong { limit: 5_000, actual: 5_123, unit: Unit::Utf16 };
        let failed = Failed::Problem(Problem::invalid("content.parts[2].text", rule));
        let zh = Language::ZhHant.words().problems.said(&failed).line();
        assert!(zh.contains("第 3 則訊息") && zh.contains("5,000") && zh.contains("123"), "{zh}");
        let en = Language::En.words().problems.said(&failed).line();
        assert!(en.contains("Message 3") && en.contains("5,000") && en.contains("123"), "{en}");
    }

    #[test]
    fn only_the_named_field_gets_the_line() {
        let problems = &Language::ZhHant.words().problems;
        let failed = Failed::Problem(Problem::invalid("email", Rule::Required));
        assert_eq!(problems.of_field(&failed, "email").as_deref(), Some("請填寫電子郵件。"));
        assert_eq!(problems.of_field(&failed, "password"), None);
    }
}
