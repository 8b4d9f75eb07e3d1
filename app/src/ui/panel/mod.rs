//! A titled group on a page.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/panel/style.module.css");

/// A group on the page, as a region named by its title.
#[component]
pub fn Panel(
    /// So that a link can jump here.
    id: Option<String>,
    /// The heading.
    title: Option<String>,
    /// What the group is called where it shows no title.
    label: Option<String>,
    /// Quiet words after the title.
    sub: Option<String>,
    /// Do those words stand on a line of their own?
    #[props(default)]
    sub_line: bool,
    /// A button at the far side of the head.
    end: Option<Element>,
    /// Padding around plain content; without it the content brings its own ([`PanelBody`], lists, figures).
    #[props(default)]
    padded: bool,
    /// The content.
    children: Element,
) -> Element {
    let name = label.or_else(|| title.clone());
    rsx! {
        section { class: style::panel, id, aria_label: name,
            if let Some(title) = title {
                header { class: style::panel_head,
                    h2 { class: style::panel_title,
                        "{title} "
                        if let Some(sub) = sub {
                            small { "data-line": sub_line.then_some("true"), "{sub}" }
                        }
                    }
                    {end}
                }
            }
            if padded {
                div { class: style::panel_pad, {children} }
            } else {
                {children}
            }
        }
    }
}

/// Padded content below a panel's head, its tabs or its figures.
#[component]
pub fn PanelBody(children: Element) -> Element {
    rsx! {
        div { class: style::panel_body, {children} }
    }
}

/// Chips or segments between a panel's head and its list.
#[component]
pub fn PanelTabs(children: Element) -> Element {
    rsx! {
        div { class: style::panel_tabs, {children} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_region_named_by_its_title() {
        let html = dioxus_ssr::render_element(rsx! {
            Panel { title: "Check", sub: "37 people", id: "check", PanelBody { "x" } }
        });
        assert!(html.contains(r#"id="check" aria-label="Check""#), "{html}");
        assert!(html.contains("Check <small>37 people</small></h2>"), "{html}");
    }
}
