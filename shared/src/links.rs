//! Links in a text: found, counted, shown; never changed in a group send (seed Q&A 1 and 2).

use linkify::{LinkFinder, LinkKind};

/// A stretch of text: plain, or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'t> {
    /// Plain text.
    Text(&'t str),
    /// An http or https address as typed.
    Link(&'t str),
}

/// Splits a text into plain stretches and links, in order and without loss.
///
/// An address ends at the first character that is not ASCII: in Chinese text the next word follows without a space.
pub fn segments(text: &str) -> Vec<Segment<'_>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut found = Vec::new();
    let mut plain_from = 0;
    for (start, run) in ascii_runs(text) {
        for link in finder.links(run).filter(|link| is_web(link.as_str())) {
            let (from, to) = (start + link.start(), start + link.end());
            if plain_from < from {
                found.push(Segment::Text(&text[plain_from..from]));
            }
            found.push(Segment::Link(&text[from..to]));
            plain_from = to;
        }
    }
    if plain_from < text.len() {
        found.push(Segment::Text(&text[plain_from..]));
    }
    found
}

/// The stretches of ASCII in a text, each with the byte it starts at.
fn ascii_runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_ascii()).map(move |run| (run.as_ptr() as usize - text.as_ptr() as usize, run))
}

/// The links of a text, in order; the same address twice is two (domain.md 7.1).
pub fn links(text: &str) -> Vec<&str> {
    segments(text)
        .into_iter()
        .filter_map(|segment| match segment {
            Segment::Link(link) => Some(link),
            Segment::Text(_) => None,
        })
        .collect()
}

fn is_web(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Seed Q&A 1: 若內文中帶有 3 個連結，則導購連結發送數目則會計算為 3 則.
    #[test]
    fn three_links_in_a_text_are_three() {
        let text = "新品 https://qingyu.example/new，預留https://qingyu.example/hold 門市：https://qingyu.example/new";
        assert_eq!(
            links(text),
            ["https://qingyu.example/new", "https://qingyu.example/hold", "https://qingyu.example/new"]
        );
    }

    /// Seed Q&A 2: a hand-written UTM stays.
    #[test]
    fn a_query_and_fragment_belong_to_the_link() {
        let address = "https://shop.example/a?utm_source=line&utm_campaign=x%20y#top";
        assert_eq!(links(&format!("看 {address}。")), [address]);
    }

    #[test]
    fn other_schemes_and_mail_are_text() {
        assert!(links("javascript://x ftp://a.example mailto:a@b.example").is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "(\\PC{0,20}|https?://[a-z.]{1,10}/[a-z?=&]{0,10}|，| |\n){0,6}") {
            let whole: String = segments(&text).into_iter().map(|s| match s { Segment::Text(t) | Segment::Link(t) => t }).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
