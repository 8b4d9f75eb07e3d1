//! Refusals in words, for the command line: the field as its option is called, and the cure.

use server::{members::admin::AdminError, refused::Refused};
use shared::problem::{Problem, Rule, Unit, What};

/// An error with its causes; problems in words.
pub(super) fn of(error: &anyhow::Error) -> String {
    let causes = error.chain().map(|cause| {
        if let Some(AdminError::Problem(problem)) = cause.downcast_ref() {
            return problem_in_words(problem);
        }
        if let Some(Refused::Problem(problem)) = cause.downcast_ref() {
            return problem_in_words(problem);
        }
        cause.downcast_ref().map_or_else(|| cause.to_string(), problem_in_words)
    });
    let mut said: Vec<String> = Vec::new();
    for cause in causes {
        // A transparent error says what its cause says.
        if said.last() != Some(&cause) {
            said.push(cause);
        }
    }
    said.join(": ")
}

fn problem_in_words(problem: &Problem) -> String {
    match problem {
        Problem::Invalid { field, rule } => format!("{}: {}", field.replace('_', "-"), rule_in_words(rule)),
        Problem::Missing { what } => match what {
            What::Member => "there is no such member: see `storecast admin list-members`".into(),
            What::Channel => "there is no such channel: see `storecast admin list-channels`".into(),
            What::Store => "there is no such store: see `storecast admin list-stores`".into(),
            what => format!("there is no such {}", format!("{what:?}").to_lowercase()),
        },
        Problem::Unavailable => "the platform or the database cannot be reached now; try again".into(),
        other => other.to_string(),
    }
}

fn rule_in_words(rule: &Rule) -> String {
    match rule {
        Rule::Required => "must not be empty".into(),
        Rule::TooLong { limit, actual, unit } => {
            let unit = match unit {
                Unit::Utf16 => "UTF-16 units",
                Unit::Characters => "characters",
                Unit::Bytes => "bytes",
            };
            format!("is {actual} {unit} long, the most is {limit}")
        }
        Rule::TooMany { limit, actual } => format!("are {actual}, the most is {limit}"),
        Rule::TooFew { least, actual } => format!("has {actual}, needs at least {least}"),
        Rule::Malformed { expected } => format!("must be {expected}"),
        Rule::Unknown { count } => format!("{count} of them do not exist in this team"),
        Rule::ControlCharacter => "holds a control character".into(),
        Rule::Taken => "is taken by another already".into(),
        Rule::Unfit { fault } => format!("cannot be sent as it is: {fault:?}"),
        Rule::NotYours => "is more than this role may give away".into(),
    }
}
