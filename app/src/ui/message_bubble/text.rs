//! The text of a message: plain pieces, links, and what was filled in for this customer.

use dioxus::prelude::*;

use super::{
    marks::{Block, Look, Run, blocks},
    style,
};

/// A piece of a message's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Words as they are, line breaks included.
    Text(String),
    /// A link: what is shown, and where it leads.
    Link {
        /// What is shown.
        text: String,
        /// Where it leads. Anything but `http:`, `https:`, `mailto:` and `tel:` is shown as plain words.
        href: String,
    },
    /// What was filled in for a variable, such as a customer's name.
    Fill(String),
    /// A place where nothing is filled in yet: what it is called.
    Blank(String),
}

impl Segment {
    /// Plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// The text of a message. Its links open beside the app.
#[component]
pub fn Text(
    /// The pieces, in order.
    segments: Vec<Segment>,
    /// Does it follow WhatsApp's marks?
    #[props(default)]
    marked: bool,
) -> Element {
    let blocks = if marked { blocks(&segments) } else { vec![Block::Lines(segments.into_iter().map(plain).collect())] };
    rsx! {
        for block in blocks {
            match block {
                Block::Lines(line) => rsx! {
                    span { class: style::bubble_text, {runs(line)} }
                },
                Block::Quote(line) => rsx! {
                    span { class: "{style::bubble_text} {style::bubble_quote}", {runs(line)} }
                },
                Block::Dots(items) => rsx! {
                    ul { class: style::bubble_list,
                        for item in items {
                            li { {runs(item)} }
                        }
                    }
                },
                Block::Numbers(items) => rsx! {
                    ol { class: style::bubble_list, "data-numbered": "",
                        for (number , item) in items {
                            li { value: "{number}", {runs(item)} }
                        }
                    }
                },
            }
        }
    }
}

fn plain(segment: Segment) -> Run {
    Run { look: Look::default(), segment }
}

fn runs(runs: Vec<Run>) -> Element {
    rsx! {
        for run in runs {
            {looked(run)}
        }
    }
}

/// A stretch in its look.
fn looked(Run { look, segment }: Run) -> Element {
    let mut shown = piece(segment);
    if look.code {
        shown = rsx! { code { class: style::bubble_code, {shown} } };
    }
    if look.struck {
        shown = rsx! { s { {shown} } };
    }
    if look.italic {
        shown = rsx! { em { {shown} } };
    }
    if look.bold {
        shown = rsx! { strong { {shown} } };
    }
    shown
}

fn piece(segment: Segment) -> Element {
    match segment {
        Segment::Fill(text) => rsx! {
            span { class: style::bubble_fill, "{text}" }
        },
        Segment::Blank(text) => rsx! {
            span { class: style::bubble_blank, "{text}" }
        },
        Segment::Link { text, href } if may_open(&href) => rsx! {
            a { class: style::bubble_link, href, target: "_blank", rel: "noopener noreferrer", "{text}" }
        },
        Segment::Text(text) | Segment::Link { text, .. } => rsx! { "{text}" },
    }
}

/// Whether an address may become a link: a customer's text is not to be trusted with `javascript:`.
pub(super) fn may_open(href: &str) -> bool {
    href.split_once(':').is_some_and(|(scheme, _)| {
        ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn link(href: &str) -> Segment {
        Segment::Link { text: "see here".to_owned(), href: href.to_owned() }
    }

    #[test]
    fn links_open_beside_the_app() {
        let html = dioxus_ssr::render_element(rsx! {
            Text { segments: vec![Segment::Fill("雅婷".to_owned()), Segment::text(" hi\n"), link("https://shop.example/a?b=1")] }
        });
        assert!(
            html.contains(r#"href="https://shop.example/a?b=1" target="_blank" rel="noopener noreferrer""#),
            "{html}"
        );
        assert!(html.contains(">雅婷</span> hi\n<a"), "{html}");
    }

    #[test]
    fn a_script_is_no_link_and_markup_is_words() {
        let html = dioxus_ssr::render_element(rsx! {
            Text { segments: vec![link("javascript:alert(1)"), link("JAVASCRIPT:x"), link("/relative"), Segment::text("<b>")] }
        });
        assert!(!html.contains("<a") && !html.contains("<b>"), "{html}");
        assert_eq!(html.matches("see here").count(), 3, "{html}");
    }

    #[test]
    fn marks_are_followed_only_where_they_are_to_be() {
        let segments = vec![Segment::text("*9 折* _今天_ ~99~\n- `A1`\n> 見\n3. 三")];
        let html = dioxus_ssr::render_element(rsx! {
            Text { segments: segments.clone(), marked: true }
        });
        for part in
            ["<strong>9 折</strong>", "<em>今天</em>", "<s>99</s>", ">A1</code></li>", r#"<li value="3">三</li>"#]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        let html = dioxus_ssr::render_element(rsx! {
            Text { segments }
        });
        assert!(html.contains("*9 折* _今天_") && !html.contains("<strong>"), "{html}");
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(text in "[a<>&\"'/=*_~`\n -]{0,40}") {
            let html = dioxus_ssr::render_element(rsx! {
                Text { segments: vec![Segment::text(text.clone())], marked: true }
            });
            let tags = html.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap_or_default());
            for tag in tags {
                let name = tag.trim_start_matches('/');
                prop_assert!(["span", "ul", "li", "strong", "em", "s", "code"].contains(&name), "{}: {}", name, html);
            }
        }
    }
}
