//! The document of a message.

use dioxus::prelude::*;

use super::style;
use crate::ui::{
    glyph::{Download, FileText},
    icon::{Icon, IconSize},
};

/// The document of a message: its icon, name and size. It is never shown in the page.
#[component]
pub fn BubbleFile(
    /// What it is, or what a tap does, in words: read out before its name.
    said: String,
    /// What it is called.
    name: String,
    /// Its kind and size.
    facts: Option<String>,
    /// Where it can be downloaded.
    href: Option<String>,
) -> Element {
    let shown = rsx! {
        Icon { FileText {} }
        span { class: style::bubble_file_main,
            span { class: "vh", "{said} " }
            b { class: style::bubble_file_name, "{name}" }
            if let Some(facts) = facts {
                span { class: style::bubble_file_facts, " {facts}" }
            }
        }
    };
    match href {
        Some(href) => rsx! {
            a { class: style::bubble_file, href, target: "_blank", rel: "noopener noreferrer",
                {shown}
                Icon { size: IconSize::Small, Download {} }
            }
        },
        None => rsx! {
            div { class: style::bubble_file, {shown} }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_its_name_and_size_and_a_link_only_where_it_can_be_had() {
        let preview = dioxus_ssr::render_element(rsx! {
            BubbleFile { said: "Document", name: "a.pdf", facts: "PDF · 1 MB" }
        });
        assert!(preview.starts_with("<div") && !preview.contains("href"), "{preview}");
        assert!(preview.contains(">Document </span>") && preview.contains(">a.pdf</b>"), "{preview}");
        assert!(preview.contains("> PDF · 1 MB</span>"), "{preview}");
        let thread = dioxus_ssr::render_element(rsx! {
            BubbleFile { said: "Download", name: "a.pdf", href: "/m/1" }
        });
        assert!(thread.starts_with("<a") && thread.contains(r#"href="/m/1""#), "{thread}");
        assert!(!thread.contains("<img") && !thread.contains("<iframe"), "{thread}");
    }
}
