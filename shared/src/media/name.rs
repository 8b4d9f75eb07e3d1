//! What a document is called.

use crate::{limits::DOCUMENT_NAME, text::tidy_name};

/// What it ends in, so that a telephone opens it as what it is.
const ENDING: &str = ".pdf";
/// Where nothing is left of a name.
const NAMELESS: &str = "document";

/// What a document is called on the customer's telephone, made of what its file is called where it comes from: without
/// the way to it, without characters that nobody sees or that turn the direction of what follows (`bill\u{202e}fdp.exe`
/// looks like `billexe.pdf`), at most [`DOCUMENT_NAME`] bytes, and ending in `.pdf`, which it is.
pub fn document_name(file: &str) -> String {
    let name = tidy_name(file.rsplit(['/', '\\']).next().unwrap_or_default(), usize::MAX);
    let at = name.len().saturating_sub(ENDING.len());
    let has_ending = name.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(ENDING));
    let stem = if has_ending { &name[..at] } else { &name };
    let stem = bare(cut(bare(stem), DOCUMENT_NAME - ENDING.len()));
    format!("{}{ENDING}", if stem.is_empty() { NAMELESS } else { stem })
}

/// Without dots and spaces at its ends: some machines hide such a name, others do not take it.
fn bare(stem: &str) -> &str {
    stem.trim_matches(['.', ' '])
}

/// As much of a text as fits into so many bytes, no character cut in two.
fn cut(text: &str, most: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|end| *end <= most).last().unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("保固書.pdf", "保固書.pdf")]
    #[case("Autumn 2026.PDF", "Autumn 2026.pdf")]
    #[case("C:\\Users\\ann\\講義.pdf", "講義.pdf")]
    #[case("/home/ann/../講義.pdf", "講義.pdf")]
    #[case("..", "document.pdf")]
    #[case(".pdf", "document.pdf")]
    #[case("", "document.pdf")]
    #[case("\u{202e}\u{200f}\0", "document.pdf")]
    #[case("bill\u{202e}fdp.exe", "billfdp.exe.pdf")]
    #[case("a\r\nContent-Type: x.pdf", "a Content-Type: x.pdf")]
    #[case("setup.exe", "setup.exe.pdf")]
    #[case("價目表", "價目表.pdf")]
    #[case("v1.2 .pdf", "v1.2.pdf")]
    fn a_name_is_fit_to_be_shown_and_says_what_it_is(#[case] file: &str, #[case] name: &str) {
        assert_eq!(document_name(file), name);
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_keeps_its_ending() {
        assert_eq!(document_name(&"a".repeat(300)), format!("{}.pdf", "a".repeat(236)));
        assert_eq!(document_name(&format!("{}.pdf", "長".repeat(300))), format!("{}.pdf", "長".repeat(78)));
    }

    proptest! {
        #[test]
        fn whatever_a_file_is_called_its_name_stays_as_it_was_made(file in any::<String>()) {
            let name = document_name(&file);
            prop_assert!(name.len() <= DOCUMENT_NAME && name.len() > ENDING.len() && name.ends_with(ENDING));
            prop_assert!(!name.contains(['/', '\\']) && !name.chars().any(char::is_control));
            prop_assert_eq!(document_name(&name), name.clone());
        }
    }
}
