//! Why a content cannot be sent as it is.

use shared::content::{Content, NAME_TOKEN, Part, count, fill_name};

use crate::words::Words;

/// What is wrong with one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// There is nothing in it.
    Empty,
    /// There is nothing but the name in it.
    OnlyName,
    /// It is too long, with the longest name filled in.
    TooLong,
}

/// What is wrong with a message.
pub(super) fn wrong(text: &str, longest_name: &str) -> Option<Wrong> {
    if fill_name(text, "").trim().is_empty() {
        Some(if text.contains(NAME_TOKEN) { Wrong::OnlyName } else { Wrong::Empty })
    } else if count(text, longest_name).fits() {
        None
    } else {
        Some(Wrong::TooLong)
    }
}

/// The first message that is wrong, by its place from 0.
pub(super) fn first_wrong(content: &Content, longest_name: &str) -> Option<(usize, Wrong)> {
    content
        .parts
        .iter()
        .enumerate()
        .find_map(|(place, Part::Text { text })| wrong(text, longest_name).map(|wrong| (place, wrong)))
}

/// Why "next" cannot be pressed, in words.
pub(super) fn blocked(words: &Words, content: &Content, longest_name: &str) -> Option<String> {
    let say = &words.send.write;
    if content.parts.is_empty() {
        return Some(say.blocked_none.to_owned());
    }
    first_wrong(content, longest_name).map(|(place, wrong)| {
        let n = place + 1;
        match wrong {
            Wrong::Empty => (say.blocked_empty)(n),
            Wrong::OnlyName => (say.blocked_only_name)(n),
            Wrong::TooLong => (say.blocked_long)(n),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_what_the_server_takes() {
        let long = format!("{}{NAME_TOKEN}", "a".repeat(4_998));
        for (text, name, expected) in [
            ("您好", "Ann", None),
            (" \n", "Ann", Some(Wrong::Empty)),
            (NAME_TOKEN, "Ann", Some(Wrong::OnlyName)),
            (long.as_str(), "Al", None),
            (long.as_str(), "Ann", Some(Wrong::TooLong)),
        ] {
            assert_eq!(wrong(text, name), expected, "{text:.20}");
            let content = Content { parts: vec![Part::Text { text: text.into() }] };
            assert_eq!(content.check(name).is_ok(), expected.is_none());
            assert_eq!(first_wrong(&content, name).map(|(_, wrong)| wrong), expected);
        }
    }
}
