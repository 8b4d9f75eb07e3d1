//! A WhatsApp template as a bubble: header, text, footer and buttons.

use dioxus::prelude::*;

use super::{BubbleSide, BubbleState, Frame, Segment, Skin, Text, style, text::may_open};
use crate::ui::{
    glyph::{Copy, ExternalLink, List, Phone, Reply},
    icon::{Icon, IconSize},
    press::Press,
};

/// What a button of a template does, for its icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BubbleButtonKind {
    /// Answers for the customer.
    Reply,
    /// Opens an address.
    Link,
    /// Calls a number.
    Call,
    /// Copies a code.
    Copy,
    /// Anything else.
    Other,
}

/// A button of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BubbleButton {
    /// What it does.
    pub kind: BubbleButtonKind,
    /// What stands on it.
    pub text: String,
    /// Where it leads, if that can be opened from here.
    pub href: Option<String>,
}

/// Buttons that WhatsApp shows at once; of more than these the last place goes to the entry that shows the rest (domain.md 5).
const SHOWN: usize = 3;

/// A template. Its text follows WhatsApp's marks in every skin.
#[component]
pub fn TemplateBubble(
    /// Whose look it has.
    #[props(default)]
    skin: Skin,
    /// Who wrote it.
    #[props(default)]
    side: BubbleSide,
    /// The first of several by the same sender: in a preview it alone shows who sent them.
    #[props(default)]
    first: bool,
    /// The line above the text; empty where there is none.
    #[props(default)]
    header: Vec<Segment>,
    /// What stands above the text: a [`BubbleMedia`](super::BubbleMedia) or [`BubbleFile`](super::BubbleFile).
    media: Option<Element>,
    /// The text, in its pieces, marks included.
    body: Vec<Segment>,
    /// The line below; empty where there is none.
    #[props(default)]
    footer: String,
    /// The buttons, in order.
    #[props(default)]
    buttons: Vec<BubbleButton>,
    /// What the entry that shows the rest of the buttons is called.
    see_all: String,
    /// The time, and what became of the message.
    meta: Option<Element>,
    /// What became of the message.
    #[props(default)]
    state: BubbleState,
    /// Buttons of ours below, such as "try again".
    actions: Option<Element>,
) -> Element {
    rsx! {
        Frame {
            skin,
            side,
            first,
            meta,
            state,
            actions,
            below: (!buttons.is_empty()).then(|| rsx! {
                Buttons { buttons, see_all }
            }),
            {media}
            if !header.is_empty() {
                div { class: style::bubble_title,
                    Text { segments: header }
                }
            }
            Text { segments: body, marked: true }
            if !footer.is_empty() {
                span { class: style::bubble_foot, "{footer}" }
            }
        }
    }
}

#[component]
fn Buttons(buttons: Vec<BubbleButton>, see_all: String) -> Element {
    let mut open = use_signal(|| false);
    let folded = buttons.len() > SHOWN;
    let shown = if folded && !open() { SHOWN - 1 } else { buttons.len() };
    rsx! {
        div { class: style::bubble_actions,
            for button in buttons.into_iter().take(shown) {
                Action { button }
            }
            if folded {
                Press {
                    class: style::bubble_action,
                    aria_expanded: if open() { "true" } else { "false" },
                    onclick: move |_| open.toggle(),
                    Icon { size: IconSize::Small, List {} }
                    "{see_all}"
                }
            }
        }
    }
}

/// A button: a link where it opens something that can be opened from here, else a picture of one.
#[component]
fn Action(button: BubbleButton) -> Element {
    let BubbleButton { kind, text, href } = button;
    let shown = rsx! {
        match kind {
            BubbleButtonKind::Reply => rsx! { Icon { size: IconSize::Small, Reply {} } },
            BubbleButtonKind::Link => rsx! { Icon { size: IconSize::Small, ExternalLink {} } },
            BubbleButtonKind::Call => rsx! { Icon { size: IconSize::Small, Phone {} } },
            BubbleButtonKind::Copy => rsx! { Icon { size: IconSize::Small, Copy {} } },
            BubbleButtonKind::Other => rsx! {},
        }
        "{text}"
    };
    match href.filter(|href| may_open(href)) {
        Some(href) => rsx! {
            a { class: style::bubble_action, href, target: "_blank", rel: "noopener noreferrer", {shown} }
        },
        None => rsx! {
            span { class: style::bubble_action, {shown} }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    fn button(text: &str) -> BubbleButton {
        BubbleButton { kind: BubbleButtonKind::Reply, text: text.to_owned(), href: None }
    }

    #[test]
    fn header_text_footer_and_buttons_stand_in_one_bubble() {
        let html = routed(|| {
            let link = BubbleButton {
                kind: BubbleButtonKind::Link,
                text: "看新品".to_owned(),
                href: Some("https://shop.example/new".to_owned()),
            };
            let wild = BubbleButton { href: Some("javascript:x".to_owned()), ..link.clone() };
            rsx! {
                TemplateBubble {
                    skin: Skin::WhatsApp,
                    first: true,
                    header: vec![Segment::text("到貨*通知*")],
                    body: vec![Segment::Fill("雅婷".to_owned()), Segment::text("，*9 折*到 "), Segment::Blank("2".to_owned())],
                    footer: "回覆取消訂閱",
                    buttons: vec![link, wild, button("取消訂閱")],
                    see_all: "查看所有選項",
                    meta: rsx! { "14:32" },
                }
            }
        });
        assert!(html.contains("<li") && html.contains(r#"data-skin="whatsapp" data-first="true""#), "{html}");
        // Marks belong to the text alone.
        assert!(html.contains("到貨*通知*") && html.contains("9 折"), "{html}");
        assert!(
            html.contains(">雅婷</span>") && html.contains(">2</span>") && html.contains(">回覆取消訂閱</span>"),
            "{html}"
        );
        assert_eq!(html.matches("<a ").count(), 1, "{html}");
        assert!(html.contains(r#"href="https://shop.example/new""#) && !html.contains("查看所有選項"), "{html}");
        assert!(html.find("14:32") < html.find("取消訂閱</span></div>"), "{html}");
    }

    #[test]
    fn of_four_buttons_two_are_shown_and_the_rest_is_behind_one_entry() {
        let html = routed(|| {
            rsx! {
                TemplateBubble {
                    body: vec![Segment::text("x")],
                    buttons: ["一", "二", "三", "四"].map(button).to_vec(),
                    see_all: "查看所有選項",
                }
            }
        });
        assert!(html.contains("一</span>") && html.contains("二</span>"), "{html}");
        assert!(!html.contains("三</span>") && html.contains(r#"aria-expanded="false""#), "{html}");
    }
}
