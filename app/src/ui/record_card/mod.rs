//! A past send as a card, where a table has no room.

use dioxus::prelude::*;

use super::{
    press::{Destination, Press},
    virtual_list::{ListItem, Place},
};

stylance::import_crate_style!(style, "src/ui/record_card/style.module.css");

/// One figure of a card: what it counts, its value ("–" when not known), and its fraction or the reason for "–".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFigure {
    /// What is counted.
    pub label: String,
    /// The figure.
    pub value: String,
    /// Its fraction, or why there is none.
    pub part: Option<String>,
}

/// A card that opens a record; renders an `li`.
#[component]
pub fn RecordCard(
    /// The record.
    #[props(into)]
    to: Destination,
    /// The one whose detail stands beside the list.
    #[props(default)]
    current: bool,
    /// Channel badges (`inline`).
    channels: Option<Element>,
    /// When, and what kind of send.
    when: String,
    /// The badge of its state.
    status: Option<Element>,
    /// First line of the content.
    title: String,
    /// Sender, store, how many messages.
    facts: String,
    figures: Vec<RecordFigure>,
    /// Its place in a virtual list.
    place: Option<Place>,
) -> Element {
    rsx! {
        ListItem { place,
            Press { to, class: style::record_card, "aria-current": current.then_some("true"),
                span { class: style::record_card_line,
                    span { class: style::record_card_facts, {channels} span { "{when}" } }
                    {status}
                }
                b { class: style::record_card_title, "{title}" }
                span { class: style::record_card_facts, "{facts}" }
                span { class: style::record_card_figures,
                    for figure in figures {
                        span { key: "{figure.label}", class: style::record_card_figure,
                            "{figure.label} "
                            b { "{figure.value}" }
                            if let Some(part) = figure.part {
                                " {part}"
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
    fn shows_a_rate_with_its_fraction() {
        let html = routed(|| {
            let figure = |label: &str, value: &str, part: Option<&str>| RecordFigure {
                label: label.to_owned(),
                value: value.to_owned(),
                part: part.map(str::to_owned),
            };
            rsx! {
                RecordCard {
                    to: Destination::address("/records/1"),
                    current: true,
                    when: "11/03 14:20",
                    title: "週年慶",
                    facts: "許芷晴",
                    figures: vec![figure("People", "128", None), figure("Success", "92.97%", Some("119 / 128"))],
                }
            }
        });
        assert!(html.contains(r#"href="/records/1""#) && html.contains(r#"aria-current="true""#), "{html}");
        assert!(html.contains("<b>92.97%</b> 119 / 128"), "{html}");
    }
}
