//! Small helpers to write HTML by hand.

use std::fmt::Write as _;

/// Text made safe for HTML, in content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A query string of the pairs that have a value.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        out.push_str(&percent(value));
    }
    out
}

/// Text as part of a path or query.
pub(super) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Text with its addresses as links.
pub(super) fn linked(text: &str) -> String {
    let mut finder = linkify::LinkFinder::new();
    finder.kinds(&[linkify::LinkKind::Url]);
    // Else a full stop of Chinese would become part of the address.
    finder.url_can_be_iri(false);
    let mut out = String::new();
    for span in finder.spans(text) {
        let safe = escape(span.as_str());
        let web = span.as_str().starts_with("http://") || span.as_str().starts_with("https://");
        if span.kind().is_some() && web {
            out.push_str(&anchor(span.as_str(), &safe, ""));
        } else {
            out.push_str(&safe);
        }
    }
    out
}

/// Text of WhatsApp: addresses as links, and its marks for bold, italics, struck out and fixed width.
pub(super) fn formatted(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split("```").enumerate() {
        if place % 2 == 1 {
            out.push_str("<code>");
            out.push_str(&escape(part));
            out.push_str("</code>");
        } else {
            out.push_str(&part.split('\n').map(marked).collect::<Vec<_>>().join("\n"));
        }
    }
    out
}

/// A line with its marks. A mark opens before a word and closes behind one, on the same line.
fn marked(line: &str) -> String {
    const MARKS: [(char, &str); 3] = [('*', "b"), ('_', "i"), ('~', "s")];
    let word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let blank = |character: Option<char>| character.is_none_or(char::is_whitespace);
    for (start, character) in line.char_indices() {
        let Some((mark, tag)) = MARKS.iter().find(|(mark, _)| *mark == character) else { continue };
        let inner = &line[start + 1..];
        if word(line[..start].chars().next_back()) || blank(inner.chars().next()) {
            continue;
        }
        let end = inner.match_indices(*mark).map(|(end, _)| end).find(|end| {
            *end > 0 && !blank(inner[..*end].chars().next_back()) && !word(inner[end + 1..].chars().next())
        });
        if let Some(end) = end {
            let (before, after) = (linked(&line[..start]), marked(&inner[end + 1..]));
            return format!("{before}<{tag}>{}</{tag}>{after}", marked(&inner[..end]));
        }
    }
    linked(line)
}

/// A link that opens beside the page; `inner` is HTML.
pub(super) fn anchor(address: &str, inner: &str, class: &str) -> String {
    format!(
        "<a class=\"{class}\" href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">{inner}</a>",
        escape(address)
    )
}

/// A hidden field.
pub(super) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
}

#[cfg(test)]
mod tests {
    use super::{escape, formatted, linked, query};

    #[test]
    fn nothing_gets_through_as_markup() {
        assert_eq!(escape("<b a='1'>&\""), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
        assert_eq!(query(&[("q", "王 &"), ("none", "")]), "q=%E7%8E%8B%20%26");
    }

    #[test]
    fn marks_of_whatsapp() {
        for (text, html) in [
            ("*bold* and _it_, ~no~", "<b>bold</b> and <i>it</i>, <s>no</s>"),
            ("*a _b_ c*", "<b>a <i>b</i> c</b>"),
            ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
            ("* no * _ no_", "* no * _ no_"),
            ("```*as is* <b>```", "<code>*as is* &lt;b&gt;</code>"),
            ("*line\nbreak*", "*line\nbreak*"),
        ] {
            assert_eq!(formatted(text), html, "{text}");
        }
    }

    #[test]
    fn addresses_become_links() {
        let html = linked("看這裡 https://shop.example/a?b=1&c=2。<i>");
        assert!(html.contains("href=\"https://shop.example/a?b=1&amp;c=2\""), "{html}");
        assert!(html.ends_with("。&lt;i&gt;"), "{html}");
    }
}
