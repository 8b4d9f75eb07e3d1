//! A saved reply as a card: one of several to pick, or a link to where it is kept.

use dioxus::prelude::*;

use super::{
    check::{Check, CheckState},
    glyph::Info,
    icon::{Icon, IconSize},
    layer::use_unique_id,
    press::{Destination, Press},
    skeleton::{Skeleton, SkeletonShape},
};

stylance::import_crate_style!(style, "src/ui/reply_card/style.module.css");

/// A saved reply.
///
/// With `picked` it is a button that is pressed while it is the one that is picked; else a link. One that is `unfit` stays
/// readable and focusable, does nothing, and `why` says the reason.
#[component]
pub fn ReplyCard(
    /// Where it leads.
    #[props(default, into)]
    to: Destination,
    /// Is it the one that is picked?
    picked: Option<bool>,
    /// It was picked; not called while it is unfit.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// Is it the one whose detail stands beside the list?
    #[props(default)]
    current: bool,
    /// Its title.
    title: String,
    /// When it last changed.
    time: String,
    /// How its first text begins.
    text: String,
    /// Badges and [`ReplyKind`]s.
    foot: Element,
    /// Address of its first picture, or of its first film's still.
    thumb: Option<String>,
    /// What stands against it, or what it takes.
    why: Option<String>,
    /// Can it not be picked?
    #[props(default)]
    unfit: bool,
) -> Element {
    let why_id = use_unique_id("reply-card-why");
    rsx! {
        Press {
            to,
            class: style::reply_card,
            blocked: unfit.then(|| why_id.clone()),
            onclick,
            aria_pressed: picked.map(|picked| CheckState::from(picked).aria()),
            aria_current: current.then_some("true"),
            if let Some(picked) = picked {
                Check { state: picked }
            }
            span { class: style::reply_card_main,
                span { class: style::reply_card_line,
                    b { class: style::reply_card_title, "{title}" }
                    span { class: style::reply_card_time, "{time}" }
                }
                span { class: style::reply_card_text, "{text}" }
                span { class: style::reply_card_foot, {foot} }
                if let Some(why) = why {
                    span { class: style::reply_card_why, id: why_id,
                        Icon { size: IconSize::Small, Info {} }
                        span { "{why}" }
                    }
                }
            }
            if let Some(src) = thumb {
                img { class: style::reply_card_thumb, src, alt: "", loading: "lazy" }
            }
        }
    }
}

/// What is in a reply, or who may use it: a small icon and a word.
#[component]
pub fn ReplyKind(
    /// The icon.
    icon: Element,
    /// The word.
    children: Element,
) -> Element {
    rsx! {
        span { class: style::reply_card_kind,
            Icon { size: IconSize::Small, {icon} }
            {children}
        }
    }
}

/// Cards of the real layout while the first load runs. Put [`Loading`](super::skeleton::Loading) beside it.
#[component]
pub fn ReplyCardSkeleton(
    /// How many.
    #[props(default = 4)]
    cards: usize,
) -> Element {
    rsx! {
        ul { class: "stack", "data-gap": "sm", aria_hidden: "true",
            for card in 0..cards {
                li { key: "{card}", class: style::reply_card,
                    span { class: style::reply_card_main,
                        Skeleton { width: "52%", height: "17px" }
                        Skeleton { width: "88%", height: "13px" }
                        Skeleton { width: "34%", height: "13px" }
                    }
                    Skeleton { shape: SkeletonShape::Block, width: "56px", height: "56px" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn one_to_pick_is_a_button_and_says_why_it_cannot_be() {
        let html = routed(|| {
            rsx! {
                ReplyCard { picked: true, title: "A", time: "11/03", text: "x", foot: rsx! {} }
                ReplyCard {
                    picked: false,
                    unfit: true,
                    why: "Too large",
                    title: "B",
                    time: "11/03",
                    text: "y",
                    foot: rsx! {
                        ReplyKind { icon: rsx! { Info {} }, "1 text" }
                    },
                    thumb: "/media/1",
                }
            }
        });
        assert!(html.contains(r#"aria-pressed="true""#), "{html}");
        assert!(html.contains(r#"aria-disabled="true""#) && html.contains("Too large"), "{html}");
        assert!(html.contains(r#"src="/media/1" alt="""#) && html.contains("1 text"), "{html}");
    }

    #[test]
    fn one_to_open_is_a_link() {
        let html = routed(|| {
            rsx! {
                ReplyCard {
                    to: Destination::address("/saved-replies/1"),
                    current: true,
                    title: "A",
                    time: "11/03",
                    text: "x",
                    foot: rsx! {},
                }
            }
        });
        assert!(html.contains(r#"href="/saved-replies/1""#) && html.contains(r#"aria-current="true""#), "{html}");
        assert!(!html.contains("aria-pressed"), "{html}");
    }
}
