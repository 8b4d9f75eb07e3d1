//! A table of records where there is room for one, cards where there is not.

mod cell;

pub use cell::{Cell, CellLink, CellMain, CellSub, HeadCell, Sort};

use dioxus::prelude::*;

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
    /// The [`Row`]s.
    children: Element,
) -> Element {
    rsx! {
        table { class: style::table,
            caption { class: "vh", "{caption}" }
            thead { tr { {head} } }
            tbody { {children} }
        }
    }
}

/// One record.
#[component]
pub fn Row(
    /// Is its detail open beside the table?
    #[props(default)]
    open: bool,
    /// The [`Cell`]s.
    children: Element,
) -> Element {
    rsx! {
        tr { class: style::table_row, "data-open": open.then_some("true"), {children} }
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
