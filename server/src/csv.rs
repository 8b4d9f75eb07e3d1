//! CSV for spreadsheets: RFC 4180 in UTF-8 with a byte order mark, without cells that a spreadsheet would run or change
//! (domain.md 6.5, 10).

use bytes::Bytes;

/// Rows on their way out.
#[derive(Debug)]
pub(crate) struct Csv(String);

impl Csv {
    /// A file with its headings. The mark tells Excel that it is UTF-8.
    pub(crate) fn with_headings(headings: &[String]) -> Self {
        let mut csv = Self("\u{feff}".to_owned());
        csv.row(headings.iter().map(|heading| Cell::Text(heading)));
        csv
    }

    /// The rows that follow.
    pub(crate) fn more() -> Self {
        Self(String::new())
    }

    /// Appends a row.
    pub(crate) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) {
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            match cell {
                Cell::Text(text) => self.text(text),
                Cell::Number(number) => self.0.push_str(&number.to_string()),
            }
        }
        self.0.push_str("\r\n");
    }

    fn text(&mut self, text: &str) {
        let guarded = is_run(text) || is_changed(text);
        let quoted = text.contains(['"', ',', '\r', '\n']);
        if quoted {
            self.0.push('"');
        }
        if guarded {
            self.0.push('\'');
        }
        if quoted {
            self.0.push_str(&text.replace('"', "\"\""));
            self.0.push('"');
        } else {
            self.0.push_str(text);
        }
    }

    /// What was written.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}

/// A cell.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// A text, which a spreadsheet is to show as it is.
    Text(&'a str),
    /// A number to reckon with.
    Number(u64),
}

/// Whether a spreadsheet would run it as a formula: a customer names herself as she likes.
fn is_run(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Whether a spreadsheet would read it as a number and drop digits: leading zeros, more than 15 digits, `1E5`.
fn is_changed(text: &str) -> bool {
    let is_number = text.parse::<f64>().is_ok() && text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (!is_whole || text.len() > 15 || (text.len() > 1 && text.starts_with('0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("王小美", "王小美")]
    #[case("a,b", "\"a,b\"")]
    #[case("say \"hi\"", "\"say \"\"hi\"\"\"")]
    #[case("two\nlines", "\"two\nlines\"")]
    #[case("=1+1", "'=1+1")]
    #[case("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    #[case("+886", "'+886")]
    #[case("-1", "'-1")]
    #[case("@sum", "'@sum")]
    #[case("\tx", "'\tx")]
    #[case("\rx", "\"'\rx\"")]
    #[case("＝1", "'＝1")]
    #[case("0912345678", "'0912345678")]
    #[case("1234567890123456", "'1234567890123456")]
    #[case("1E5", "'1E5")]
    #[case("007", "'007")]
    #[case("0", "0")]
    #[case("2026", "2026")]
    #[case("", "")]
    #[case("01989d1e-0000-7000-8000-000000000000", "01989d1e-0000-7000-8000-000000000000")]
    fn a_cell_is_shown_as_it_is(#[case] text: &str, #[case] written: &str) {
        let mut csv = Csv::more();
        csv.row([Cell::Text(text), Cell::Number(7)]);
        assert_eq!(csv.into_bytes(), format!("{written},7\r\n"));
    }

    #[test]
    fn a_file_begins_with_the_mark_and_its_headings() {
        let csv = Csv::with_headings(&["送出時間".to_owned(), "a,b".to_owned()]);
        assert_eq!(csv.into_bytes(), "\u{feff}送出時間,\"a,b\"\r\n");
    }

    /// Reads a row back as RFC 4180 says.
    fn read(mut row: &str) -> Vec<String> {
        let mut cells = Vec::new();
        loop {
            let mut cell = String::new();
            if let Some(mut rest) = row.strip_prefix('"') {
                loop {
                    let end = rest.find('"').unwrap();
                    cell.push_str(&rest[..end]);
                    rest = &rest[end + 1..];
                    match rest.strip_prefix('"') {
                        Some(more) => {
                            cell.push('"');
                            rest = more;
                        }
                        None => break,
                    }
                }
                row = rest;
            } else {
                let end = row.find([',', '\r']).unwrap();
                cell.push_str(&row[..end]);
                row = &row[end..];
            }
            cells.push(cell);
            match row.strip_prefix(',') {
                Some(rest) => row = rest,
                None => break,
            }
        }
        assert_eq!(row, "\r\n");
        cells
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back_and_is_never_run(texts in prop::collection::vec("[-=+@\t\r\n\",'0-9a-zé王 ]{0,8}", 1..5)) {
            let mut csv = Csv::more();
            csv.row(texts.iter().map(|text| Cell::Text(text)));
            let written = String::from_utf8(csv.into_bytes().to_vec()).unwrap();
            for (text, cell) in texts.iter().zip(read(&written)) {
                prop_assert!(cell == *text || cell.strip_prefix('\'') == Some(text));
                prop_assert!(!is_run(&cell) && !is_changed(&cell));
            }
        }
    }
}
