//! A PDF made in code, for the demo and for tests: one page of lines in a typeface that every reader has.

use std::fmt::Write as _;

/// A PDF of one A5 page with these lines, the first one large. Letters of ASCII only: others would need a typeface
/// inside.
pub fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut text = String::from("BT /F 22 Tf 40 520 Td 30 TL\n");
    for (place, line) in lines.iter().enumerate() {
        let shown: String = line.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '(' | ')' | '\\')).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "({shown}) Tj T*");
        if place == 0 {
            text.push_str("/F 13 Tf 22 TL\n");
        }
    }
    text.push_str("ET\n");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{text}endstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let (mut whole, mut places) = (String::from("%PDF-1.4\n"), String::new());
    for (place, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", whole.len());
        let _ = writeln!(whole, "{} 0 obj{object}endobj", place + 1);
    }
    let (start, count) = (whole.len(), objects.len() + 1);
    let _ = writeln!(
        whole,
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF"
    );
    whole.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_is_where_the_index_says_and_nothing_escapes_its_line() {
        let whole = String::from_utf8(pdf(&["Warranty", "a) Tj (b\\ 保固", "24 months"])).unwrap();
        assert!(whole.contains("(a Tj b ) Tj") && whole.contains("(24 months) Tj"), "{whole}");
        let start: usize = whole.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(whole[start..].starts_with("xref\n0 6\n"));
        for (place, line) in whole[start..].lines().skip(3).take(5).enumerate() {
            let at: usize = line[..10].parse().unwrap();
            assert!(whole[at..].starts_with(&format!("{} 0 obj<<", place + 1)), "{line}");
        }
        let (stream, _) = whole.split_once("stream\n").unwrap().1.split_once("endstream").unwrap();
        assert!(whole.contains(&format!("/Length {}>>", stream.len())));
    }
}
