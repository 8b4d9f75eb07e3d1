//! One of the messages in the composer: its head with the tools for its place, and its content.

mod text;

pub use text::{CardFoot, CardText};

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/message_card/style.module.css");

/// A step of dragging a card by its head. What a finger cannot drag, the buttons among the tools move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardDrag {
    /// This card is being dragged.
    Start,
    /// Another card is dragged over this one.
    Over,
    /// The dragging ended, wherever that was.
    End,
}

/// A message in the composer; renders an `li`.
#[component]
pub fn MessageCard(
    /// So that the screen can lead here, where there is no field in it to lead to.
    id: Option<String>,
    /// Its place, from 1.
    number: usize,
    /// What kind of message it is.
    title: String,
    /// The icon of that kind.
    icon: Element,
    /// The drag handle before the title.
    handle: Option<Element>,
    /// `IconButton`s: up, down, remove.
    tools: Element,
    /// Is this the card that is dragged?
    #[props(default)]
    dragging: bool,
    /// Steps of dragging; without it the card cannot be dragged.
    ondrag: Option<EventHandler<CardDrag>>,
    /// The content.
    children: Element,
) -> Element {
    let drag = move |step| {
        if let Some(handler) = ondrag {
            handler.call(step);
        }
    };
    let handled = handle.is_some().then_some("true");
    rsx! {
        li {
            class: style::message_card,
            tabindex: id.is_some().then_some("-1"),
            id,
            "data-state": dragging.then_some("dragging"),
            ondragenter: move |event| {
                event.prevent_default();
                drag(CardDrag::Over);
            },
            // A browser drops only where this says so.
            ondragover: move |event| event.prevent_default(),
            ondrop: move |event| event.prevent_default(),
            div {
                class: style::message_card_head,
                "data-handle": handled,
                draggable: ondrag.map(|_| "true"),
                ondragstart: move |event| {
                    // Firefox drags nothing without data; a refusal only costs the dragging.
                    let _ = event.data_transfer().set_data("text/plain", "");
                    drag(CardDrag::Start);
                },
                ondragend: move |_| drag(CardDrag::End),
                {handle}
                h2 { class: style::message_card_title,
                    span { class: style::message_card_no, "{number}" }
                    {icon}
                    "{title}"
                }
                span { class: style::message_card_tools, {tools} }
            }
            {children}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn only_a_card_with_a_handler_can_be_dragged() {
        let fixed = routed(|| {
            rsx! {
                MessageCard { number: 1, title: "Text", icon: rsx! {}, tools: rsx! { button { "Up" } } }
            }
        });
        assert!(fixed.starts_with("<li") && fixed.contains("Text</h2>"), "{fixed}");
        assert!(!fixed.contains("draggable"), "{fixed}");
        let movable = routed(|| {
            rsx! {
                MessageCard { number: 1, title: "Text", icon: rsx! {}, tools: rsx! {}, dragging: true, ondrag: |_| {} }
            }
        });
        assert!(movable.contains(r#"draggable="true""#) && movable.contains(r#"data-state="dragging""#), "{movable}");
    }
}
