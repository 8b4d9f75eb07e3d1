//! Text as people search and count it.

use crate::{
    limits,
    problem::{Problem, Rule, Unit},
};

/// Folds text for searching: lower case and full-width forms made half-width, so that `ＡＢＣ` finds `abc`.
///
/// The databases' own `lower` differ beyond ASCII, so both sides of a comparison go through here (codebases.md section
/// 5).
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The length as LINE counts it: UTF-16 code units, so an emoji outside the basic plane is 2 (providers.md A3).
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A name fit to be shown and stored: control and direction-override characters removed, white space folded, at most
/// `limit` characters. Platforms let customers choose any name, 10,000 characters and right-to-left marks included.
pub fn tidy_name(name: &str, limit: usize) -> String {
    let visible: String = name
        .chars()
        .filter(
            |c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'),
        )
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let folded: Vec<&str> = visible.split_whitespace().collect();
    folded.join(" ").chars().take(limit).collect()
}

/// Whether one line of text is there, printable and not longer than `limit` characters, as it is kept: tidied
/// ([`tidy_name`]).
pub(crate) fn check_line(field: &str, text: &str, limit: usize) -> Result<(), Problem> {
    if text.chars().any(char::is_control) {
        return Err(Problem::invalid(field, Rule::ControlCharacter));
    }
    let actual = tidy_name(text, usize::MAX).chars().count();
    if actual == 0 {
        return Err(Problem::invalid(field, Rule::Required));
    }
    if actual > limit {
        let rule = Rule::TooLong { limit: limit as u64, actual: actual as u64, unit: Unit::Characters };
        return Err(Problem::invalid(field, rule));
    }
    Ok(())
}

/// Whether what is searched for can be looked for: not longer than [`limits::SEARCH`], and nothing that no database
/// takes.
pub(crate) fn check_search(field: &str, search: &str) -> Result<(), Problem> {
    let actual = search.chars().count();
    if actual > limits::SEARCH {
        let rule = Rule::TooLong { limit: limits::SEARCH as u64, actual: actual as u64, unit: Unit::Characters };
        return Err(Problem::invalid(field, rule));
    }
    if search.contains('\0') { Err(Problem::invalid(field, Rule::ControlCharacter)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_that_nobody_sees_is_refused_and_spaces_around_one_do_not_count() {
        let required = || Err(Problem::invalid("name", Rule::Required));
        assert_eq!(check_line("name", "  ", 3), required());
        assert_eq!(check_line("name", "\u{202e}\u{200f}", 3), required());
        assert_eq!(check_line("name", " ab  c ", 4), Ok(()));
        let rule = Rule::TooLong { limit: 3, actual: 4, unit: Unit::Characters };
        assert_eq!(check_line("name", "ab  c", 3), Err(Problem::invalid("name", rule)));
        assert_eq!(check_line("name", "a\nb", 3), Err(Problem::invalid("name", Rule::ControlCharacter)));
    }

    #[test]
    fn a_search_is_short_and_has_no_character_that_ends_a_text() {
        assert_eq!(check_search("search", &"長".repeat(limits::SEARCH)), Ok(()));
        assert_eq!(check_search("search", ""), Ok(()));
        let actual = limits::SEARCH as u64 + 1;
        let rule = Rule::TooLong { limit: limits::SEARCH as u64, actual, unit: Unit::Characters };
        let refused = check_search("filter.search", &"長".repeat(limits::SEARCH + 1));
        assert_eq!(refused, Err(Problem::invalid("filter.search", rule)));
        assert_eq!(check_search("search", "a\0"), Err(Problem::invalid("search", Rule::ControlCharacter)));
    }

    #[test]
    fn folding_finds_full_width_and_capitals() {
        assert_eq!(fold("ＡＢＣ　Ｄ"), "abc d");
        assert_eq!(fold("É"), "é");
    }

    #[test]
    fn an_emoji_counts_as_two_units() {
        assert_eq!(utf16_len("a😀"), 3);
        assert_eq!(utf16_len("\r\n"), 2);
    }

    #[test]
    fn a_name_loses_direction_overrides_and_line_breaks() {
        assert_eq!(tidy_name("\u{202e}evil\u{202c}\n name ", 100), "evil name");
        assert_eq!(tidy_name("👩‍👩‍👧 家", 100), "👩‍👩‍👧 家");
        assert_eq!(tidy_name(&"長".repeat(10_000), 100).chars().count(), 100);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            // `İ` folds to two characters of which the second is a combining mark; folding is still stable.
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn a_tidy_name_stays_tidy(text in any::<String>(), limit in 1usize..50) {
            let once = tidy_name(&text, limit);
            prop_assert!(once.chars().count() <= limit);
            prop_assert_eq!(tidy_name(&once, limit), once.trim_end());
        }
    }
}
