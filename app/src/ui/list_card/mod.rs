//! One row of a list: a conversation, a person, a recipient. It is a link, a button or a check box, never two of them.

use dioxus::prelude::*;

use super::{
    check::{Check, CheckState},
    layer::use_unique_id,
    press::{Destination, Press},
    skeleton::{Skeleton, SkeletonShape},
    virtual_list::{ListItem, Place},
};

stylance::import_crate_style!(style, "src/ui/list_card/style.module.css");

/// How tall a row is.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListCardSize {
    /// Two lines and no tags: a recipient with a reason.
    Sm,
    /// With a preview line and tags.
    #[default]
    Md,
}

/// A list of [`ListCard`]s, or of anything else that renders `li`.
#[component]
pub fn List(
    /// What the list holds, where no heading says it.
    label: Option<String>,
    children: Element,
) -> Element {
    rsx! {
        ul { role: "list", "aria-label": label, {children} }
    }
}

/// One row.
///
/// With `checked` it is a check box (a tap anywhere toggles), with `to` a link, with only `onclick` a button, with none of
/// them plain. A `disabled` row stays readable and focusable, does nothing, and its `note` says why.
#[component]
pub fn ListCard(
    /// Where a tap leads.
    #[props(default, into)]
    to: Destination,
    /// A tap; not called while `disabled`.
    onclick: Option<EventHandler<MouseEvent>>,
    /// Picked or not; makes the row a check box.
    checked: Option<bool>,
    #[props(default)] disabled: bool,
    /// The row whose detail stands beside the list.
    #[props(default)]
    current: bool,
    #[props(default)] unread: bool,
    #[props(default)] size: ListCardSize,
    /// The avatar.
    start: Option<Element>,
    title: String,
    time: Option<String>,
    /// The preview line, the only one that may end in "…".
    text: Option<String>,
    /// An icon before the preview line: photo, video, sticker.
    glyph: Option<Element>,
    /// The unread count at the end of the preview line.
    count: Option<Element>,
    /// A second line that wraps: a reason, a number.
    note: Option<String>,
    /// Badges.
    foot: Option<Element>,
    /// What a tap does, in words, at the far side.
    end: Option<Element>,
    /// Its place in a virtual list.
    place: Option<Place>,
) -> Element {
    let note_id = use_unique_id("list-card-note");
    let lead = match (checked.is_some(), start.is_some()) {
        (true, _) => Some("check"),
        (false, true) => Some("avatar"),
        (false, false) => None,
    };
    let inner = rsx! {
        if let Some(picked) = checked {
            Check { state: picked }
        }
        {start}
        span { class: style::list_card_main,
            span { class: style::list_card_line,
                span { class: style::list_card_title, "{title}" }
                if let Some(time) = time {
                    span { class: style::list_card_time, "{time}" }
                }
            }
            if text.is_some() || glyph.is_some() || count.is_some() {
                span { class: style::list_card_line,
                    span { class: style::list_card_text,
                        if glyph.is_some() {
                            span { class: style::list_card_glyph, {glyph} }
                        }
                        {text}
                    }
                    {count}
                }
            }
            if let Some(note) = note {
                span { class: style::list_card_note, id: disabled.then(|| note_id.clone()), "{note}" }
            }
            if foot.is_some() {
                span { class: style::list_card_foot, {foot} }
            }
        }
        if end.is_some() {
            span { class: style::list_card_end, {end} }
        }
    };
    let data_size = (size == ListCardSize::Sm).then_some("sm");
    let data_unread = unread.then_some("true");
    rsx! {
        ListItem { place,
            if to.is_none() && onclick.is_none() && checked.is_none() && !disabled {
                div {
                    class: style::list_card,
                    "data-lead": lead,
                    "data-size": data_size,
                    "data-unread": data_unread,
                    {inner}
                }
            } else {
                Press {
                    to,
                    class: style::list_card,
                    blocked: disabled.then_some(note_id),
                    onclick: move |event| {
                        if let Some(handler) = onclick {
                            handler.call(event);
                        }
                    },
                    role: checked.map(|_| "checkbox"),
                    "aria-checked": checked.map(|picked| CheckState::from(picked).aria()),
                    "aria-current": current.then_some("true"),
                    "data-lead": lead,
                    "data-size": data_size,
                    "data-unread": data_unread,
                    {inner}
                }
            }
        }
    }
}

/// Rows of the real layout while the first load runs. Put [`Loading`](super::skeleton::Loading) beside it.
#[component]
pub fn ListCardSkeleton(
    /// How many rows.
    #[props(default = 8)]
    rows: usize,
) -> Element {
    // Uneven widths read as names and messages; even ones as a table.
    const WIDTHS: [(&str, &str); 4] = [("30%", "82%"), ("24%", "64%"), ("36%", "40%"), ("52%", "88%")];
    rsx! {
        ul { "aria-hidden": "true",
            for (row, (name, text)) in WIDTHS.iter().cycle().take(rows).enumerate() {
                li { key: "{row}", class: style::list_card, "data-lead": "avatar",
                    Skeleton { shape: SkeletonShape::Round, height: "46px" }
                    span { class: style::list_card_main, "data-gap": "true",
                        span { class: style::list_card_line,
                            Skeleton { width: *name, height: "16px" }
                            Skeleton { width: "44px", height: "12px" }
                        }
                        Skeleton { width: *text, height: "13px" }
                        if row % 4 != 2 {
                            span { class: style::list_card_foot,
                                Skeleton { width: "52px", height: "18px" }
                                Skeleton { width: "40px", height: "18px" }
                            }
                        }
                    }
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
    fn a_pickable_row_is_a_check_box() {
        let html = routed(|| {
            rsx! {
                ListCard { title: "林雅婷", text: "還有嗎？", checked: false, onclick: |_| {} }
            }
        });
        assert!(html.contains(r#"role="checkbox" aria-checked="false""#), "{html}");
        assert!(html.contains("林雅婷") && html.contains("還有嗎？"), "{html}");
    }

    #[test]
    fn a_disabled_row_is_no_link() {
        let html = routed(|| {
            rsx! {
                ListCard { title: "A", to: Destination::address("/x"), disabled: true, note: "Blocked" }
                ListCard { title: "B", to: Destination::address("/y"), unread: true }
            }
        });
        assert!(html.contains(r#"aria-disabled="true""#), "{html}");
        assert!(!html.contains(r#"href="/x""#), "{html}");
        assert!(html.contains(r#"href="/y""#) && html.contains(r#"data-unread="true""#), "{html}");
    }

    #[test]
    fn the_skeleton_is_silent() {
        let html = routed(|| rsx! { ListCardSkeleton { rows: 3 } });
        assert!(html.starts_with(r#"<ul aria-hidden="true">"#), "{html}");
        assert_eq!(html.matches("<li").count(), 3, "{html}");
    }
}
