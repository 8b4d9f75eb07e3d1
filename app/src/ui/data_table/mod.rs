//! A table of records where there is room for one, cards where there is not.

mod cell;

pub use cell::{Cell, CellLink, CellMain, CellSub, HeadCell, Sort};

use dioxus::prelude::*;

use super::virtual_list::{Blank, Place};

stylance::import_crate_style!(style, "src/ui/data_table/style.module.css");

/// Shows `table` from 980 px of its own width, `cards` below: it asks the room it has, not the window.
#[component]
pub fn Swap(
    /// The wide form.
    table: Element,
    /// The narrow form.
    cards: Element,
) -> Element {
    rsx! {
        div { class: style::swap,
            div { class: style::swap_table, {table} }
            div { class: style::swap_cards, {cards} }
        }
    }
}

/// A table with a name for assistive tech.
#[component]
pub fn DataTable(
    /// What the table holds, read out.
    caption: String,
    /// The [`HeadCell`]s.
    head: Element,
    /// How many rows there are, where not all are drawn and the number is known.
    rows: Option<usize>,
    /// What stands for the rows that are not drawn.
    #[props(default)]
    blank: Blank,
    /// The body appeared.
    #[props(default)]
    onmounted: EventHandler<MountedEvent>,
    /// The [`Row`]s.
    children: Element,
) -> Element {
    rsx! {
        table { class: style::table, aria_rowcount: rows.map(|rows| rows + 1),
            caption { class: "vh", "{caption}" }
            thead { tr { {head} } }
            tbody { onmounted: move |event| onmounted.call(event),
                Undrawn { height: blank.above }
                {children}
                Undrawn { height: blank.below }
            }
        }
    }
}

/// Keeps the room of rows that are not drawn.
#[component]
fn Undrawn(height: f64) -> Element {
    rsx! {
        if height > 0.0 {
            tr { aria_hidden: "true",
                td { class: style::table_undrawn, colspan: "20", height: "{height}px" }
            }
        }
    }
}

/// One record.
#[component]
pub fn Row(
    /// Is its detail open beside the table?
    #[props(default)]
    open: bool,
    /// Its place in a virtual list.
    place: Option<Place>,
    /// The [`Cell`]s.
    children: Element,
) -> Element {
    rsx! {
        tr {
            class: style::table_row,
            "data-open": open.then_some("true"),
            // The head is the first row.
            aria_rowindex: place.map(|place| place.row() + 2),
            onresize: move |event| {
                if let Some(place) = place {
                    place.measured(&event);
                }
            },
            {children}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{press::Destination, testing::routed};

    #[test]
    fn is_a_table_with_a_caption_and_sorted_heads() {
        let html = routed(|| {
            rsx! {
                DataTable {
                    caption: "Records",
                    head: rsx! {
                        HeadCell { sort: Sort::Descending, onsort: |()| {}, "Sent" }
                        HeadCell { num: true, "People" }
                    },
                    Row {
                        Cell { link: true,
                            CellLink { to: Destination::address("/records/1"), "First" }
                            CellSub { "2 messages" }
                        }
                        Cell { num: true, "128" }
                    }
                }
            }
        });
        assert!(html.contains(r#"<caption class="vh">Records</caption>"#), "{html}");
        assert!(html.contains(r#"scope="col" aria-sort="descending""#), "{html}");
        assert_eq!(html.matches("<button").count(), 1, "{html}");
        assert!(html.contains(r#"href="/records/1""#), "{html}");
    }
}
