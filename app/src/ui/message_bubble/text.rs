//! The text of a message: plain pieces, links, and what was filled in for this customer.

use dioxus::prelude::*;

use super::style;

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
) -> Element {
    rsx! {
        span { class: style::bubble_text,
            for segment in segments {
                match segment {
                    Segment::Fill(text) => rsx! {
                        span { class: style::bubble_fill, "{text}" }
                    },
                    Segment::Link { text, href } if may_open(&href) => rsx! {
                        a { class: style::bubble_link, href, target: "_blank", rel: "noopener noreferrer", "{text}" }
                    },
                    Segment::Text(text) | Segment::Link { text, .. } => rsx! { "{text}" },
                }
            }
        }
    }
}

/// Whether an address may become a link: a customer's text is not to be trusted with `javascript:`.
fn may_open(href: &str) -> bool {
    href.split_once(':').is_some_and(|(scheme, _)| {
        ["http", "https", "mailto", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
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
}
