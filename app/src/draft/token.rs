//! How the place of the customer's name is shown and kept while a message is written.
//!
//! A message is kept with [`NAME_TOKEN`]; the person who writes it sees words in her own language instead, as one piece.

use std::ops::Range;

use shared::{content::NAME_TOKEN, text::utf16_len};

/// The text as it is shown in the field: each token as `shown`.
pub fn shown(text: &str, shown: &str) -> String {
    text.replace(NAME_TOKEN, shown)
}

/// The text as it is kept: each `shown` as the token.
pub fn kept(text: &str, shown: &str) -> String {
    text.replace(shown, NAME_TOKEN)
}

/// A change of the field: the text as it is to be shown, and where the caret belongs if it is not where the change left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The text, as shown.
    pub text: String,
    /// The caret in UTF-16 units, where it has to be put.
    pub caret: Option<usize>,
}

/// What became of the field when `before` was typed over into `after`, with each name as one piece: deleting a character of it deletes
/// all of it, and typing inside it goes behind it. Half a token would reach the customers as it is.
pub fn edited(before: &str, after: &str, name: &str) -> Edit {
    let start = common_prefix(before, after);
    let end = before.len() - common_suffix(&before[start..], &after[start..]);
    let typed = &after[start..after.len() - (before.len() - end)];

    let spans = spans(before, name);
    let (from, to) = if start == end {
        let place = spans.iter().find(|span| span.start < start && start < span.end).map_or(start, |span| span.end);
        (place, place)
    } else {
        let cut = |span: &&Range<usize>| span.start < end && start < span.end;
        let first = spans.iter().find(cut).map_or(start, |span| span.start);
        let last = spans.iter().rfind(cut).map_or(end, |span| span.end);
        (first.min(start), last.max(end))
    };
    if (from, to) == (start, end) {
        return Edit { text: after.to_owned(), caret: None };
    }
    let head = format!("{}{typed}", &before[..from]);
    Edit { caret: Some(utf16_len(&head)), text: format!("{head}{}", &before[to..]) }
}

/// Puts the name into a shown text at a caret (UTF-16 units; the end where it is not known), behind a name that the caret stands in.
pub fn with_name(text: &str, caret: Option<usize>, name: &str) -> Edit {
    let at = caret.map_or(text.len(), |caret| byte_at(text, caret));
    let at = spans(text, name).into_iter().find(|span| span.start < at && at < span.end).map_or(at, |span| span.end);
    let head = format!("{}{name}", &text[..at]);
    Edit { caret: Some(utf16_len(&head)), text: format!("{head}{}", &text[at..]) }
}

/// Where the name stands in a shown text, in bytes.
fn spans(text: &str, name: &str) -> Vec<Range<usize>> {
    text.match_indices(name).map(|(start, found)| start..start + found.len()).collect()
}

/// The byte at which the character of this UTF-16 unit begins; the end of the text where it is shorter.
fn byte_at(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units >= utf16 {
            return byte;
        }
        units += c.len_utf16();
    }
    text.len()
}

fn common_prefix(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

fn common_suffix(one: &str, other: &str) -> usize {
    one.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "【顧客姓名】";

    #[test]
    fn the_token_shows_as_words_and_is_kept_as_a_token() {
        let kept_text = format!("{NAME_TOKEN} 您好，{NAME_TOKEN}！");
        let shown_text = shown(&kept_text, NAME);
        assert_eq!(shown_text, "【顧客姓名】 您好，【顧客姓名】！");
        assert_eq!(kept(&shown_text, NAME), kept_text);
    }

    #[test]
    fn plain_typing_stays_as_it_is_and_leaves_the_caret_alone() {
        for (before, after) in [("您好", "您好！"), ("", "a"), ("ab", "b"), ("aa", "a"), ("好", "")] {
            let edit = edited(before, after, NAME);
            assert_eq!((edit.text.as_str(), edit.caret), (after, None));
        }
    }

    #[test]
    fn deleting_one_character_of_the_name_deletes_the_name() {
        let edit = edited("嗨【顧客姓名】您好", "嗨【顧客姓名您好", NAME);
        assert_eq!(edit.text, "嗨您好");
        assert_eq!(edit.caret, Some(1));
        let edit = edited("【顧客姓名】您好", "顧客姓名】您好", NAME);
        assert_eq!((edit.text.as_str(), edit.caret), ("您好", Some(0)));
    }

    #[test]
    fn a_selection_that_ends_inside_the_name_takes_all_of_it() {
        let edit = edited("早安【顧客姓名】您好", "早x姓名】您好", NAME);
        assert_eq!((edit.text.as_str(), edit.caret), ("早x您好", Some(2)));
    }

    #[test]
    fn typing_inside_the_name_goes_behind_it() {
        let edit = edited("【顧客姓名】您好", "【顧x客姓名】您好", NAME);
        assert_eq!((edit.text.as_str(), edit.caret), ("【顧客姓名】x您好", Some(7)));
    }

    #[test]
    fn the_name_goes_in_at_the_caret_counted_as_browsers_count() {
        let edit = with_name("😀您好", Some(2), NAME);
        assert_eq!((edit.text.as_str(), edit.caret), ("😀【顧客姓名】您好", Some(8)));
        assert_eq!(with_name("您好", None, NAME).text, "您好【顧客姓名】");
        assert_eq!(with_name("【顧客姓名】您好", Some(3), NAME).text, "【顧客姓名】【顧客姓名】您好");
        assert_eq!(with_name("a", Some(99), NAME).text, "a【顧客姓名】");
    }
}
