//! The customer's chat around the bubbles of a preview.

use dioxus::prelude::*;

use super::message_bubble::Skin;

stylance::import_crate_style!(style, "src/ui/preview_frame/style.module.css");

/// The chat as the customer will see it.
#[component]
pub fn PreviewFrame(
    /// LINE or `WhatsApp`.
    skin: Skin,
    /// The account's avatar, in the small size.
    avatar: Element,
    /// The account's name.
    account: String,
    /// What kind of account it is.
    account_sub: Option<String>,
    /// The strip above the first bubble: a day or a time.
    strip: Option<String>,
    /// A [`PreviewWho`], where there are several customers to look through.
    foot: Option<Element>,
    /// The bubbles.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::preview, "data-skin": skin.attr(),
            div { class: style::preview_head,
                {avatar}
                span { class: style::preview_name,
                    "{account}"
                    if let Some(sub) = account_sub {
                        small { "{sub}" }
                    }
                }
            }
            ul { class: style::preview_wall, role: "list",
                if let Some(strip) = strip {
                    li { class: style::preview_strip, "{strip}" }
                }
                {children}
            }
            {foot}
        }
    }
}

/// Which sample customer a preview shows, between the buttons for the one before and the one after.
#[component]
pub fn PreviewWho(
    /// The `IconButton` to the one before.
    before: Element,
    /// The `IconButton` to the one after.
    after: Element,
    /// The customer's name.
    name: String,
    /// Which of how many, in words.
    place: String,
) -> Element {
    rsx! {
        div { class: style::preview_foot,
            {before}
            p { class: style::preview_who, role: "status", b { "{name}" } " {place}" }
            {after}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_whose_preview_it_is() {
        let html = dioxus_ssr::render_element(rsx! {
            PreviewFrame {
                skin: Skin::WhatsApp,
                avatar: rsx! {},
                account: "晴嶼生活",
                strip: "今天",
                foot: rsx! {
                    PreviewWho { before: rsx! {}, after: rsx! {}, name: "何詠詩", place: "1 / 7" }
                },
                li { "x" }
            }
        });
        assert!(html.contains(r#"data-skin="whatsapp""#), "{html}");
        assert!(html.contains(r#"role="status"><b>何詠詩</b> 1 / 7</p>"#), "{html}");
    }
}
