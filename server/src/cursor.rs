//! Where a page of a list ended: a moment and a key, opaque to the caller.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::{
    call::Page,
    problem::{Problem, Rule},
};

/// The last row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The time that the list is sorted by, UTC milliseconds.
    pub(crate) at: i64,
    /// What tells rows of the same time apart.
    pub(crate) key: String,
}

impl Cursor {
    /// Reads the `after` of a request.
    pub(crate) fn read(after: Option<&str>) -> Result<Option<Self>, Problem> {
        after.map(|text| Self::decode(text).ok_or_else(unreadable)).transpose()
    }

    fn decode(text: &str) -> Option<Self> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, key) = text.split_once('.')?;
        let fits = key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:".contains(&byte));
        Some(Self { at: at.parse().ok()?, key: fits.then(|| key.to_owned())? })
    }

    /// As the `next` of a page.
    pub(crate) fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}.{}", self.at, self.key))
    }
}

/// What is said of an `after` that is no end of a page.
pub(crate) fn unreadable() -> Problem {
    Problem::invalid("after", Rule::Malformed { expected: "the `next` of the page before".into() })
}

/// Checks the asked size of a page, 1 to 100 rows.
pub(crate) fn page_limit(limit: u32) -> Result<usize, Problem> {
    match limit {
        0 => Err(Problem::invalid("limit", Rule::TooFew { least: 1, actual: 0 })),
        1..=100 => Ok(limit as usize),
        _ => Err(Problem::invalid("limit", Rule::TooMany { limit: 100, actual: limit.into() })),
    }
}

/// A page of the first `limit` of these rows. They were asked for with one more than that, which tells whether to go
/// on.
pub(crate) fn page<T>(rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Page<T> {
    page_by(rows, limit, |row| cursor(row).text())
}

/// As [`page`], where this text says where a row stands.
pub(crate) fn page_by<T>(mut rows: Vec<T>, limit: usize, place: impl Fn(&T) -> String) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(place);
    Page { items: rows, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(at in any::<i64>(), key in "[0-9a-f:-]{0,40}") {
            let cursor = Cursor { at, key };
            prop_assert_eq!(Cursor::read(Some(&cursor.text())), Ok(Some(cursor)));
        }

        #[test]
        fn no_text_is_more_than_refused(text in any::<String>()) {
            let _ = Cursor::read(Some(&text));
        }
    }

    #[test]
    fn what_is_no_cursor_is_named() {
        for text in ["", "%", "MTI", "x.y", "MTIzLiUl"] {
            let Err(Problem::Invalid { field, .. }) = Cursor::read(Some(text)) else { panic!("{text}") };
            assert_eq!(field, "after");
        }
        assert_eq!(Cursor::read(None), Ok(None));
    }

    #[test]
    fn a_page_is_1_to_100_rows() {
        assert!(page_limit(0).is_err());
        assert_eq!(page_limit(1), Ok(1));
        assert_eq!(page_limit(100), Ok(100));
        assert!(page_limit(101).is_err());
    }

    #[test]
    fn a_page_goes_on_only_where_there_is_more() {
        let cursor = |row: &i64| Cursor { at: *row, key: String::new() };
        assert_eq!(page(vec![1, 2], 2, cursor).next, None);
        let first = page(vec![1, 2, 3], 2, cursor);
        assert_eq!(first.items, [1, 2]);
        assert_eq!(Cursor::read(first.next.as_deref()), Ok(Some(Cursor { at: 2, key: String::new() })));
        assert_eq!(page(Vec::new(), 2, cursor).next, None);
    }
}
