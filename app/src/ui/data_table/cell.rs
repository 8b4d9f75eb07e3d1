//! The cells of a table and what stands in them.

use dioxus::prelude::*;

use super::style;
use crate::ui::{
    glyph::{ArrowDown, ArrowUp},
    icon::{Icon, IconSize},
    press::{Destination, Press},
};

/// How a column is sorted now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    Descending,
}

/// The head of a column. With `onsort` a press sorts by it.
#[component]
pub fn HeadCell(
    /// A column of figures.
    #[props(default)]
    num: bool,
    /// As narrow as its content.
    #[props(default)]
    fit: bool,
    /// How it is sorted now, if by this column.
    sort: Option<Sort>,
    /// A press on the head.
    onsort: Option<EventHandler<()>>,
    /// The column's name.
    children: Element,
) -> Element {
    let aria_sort = sort.map(|sort| match sort {
        Sort::Ascending => "ascending",
        Sort::Descending => "descending",
    });
    rsx! {
        th {
            class: style::table_head,
            scope: "col",
            aria_sort,
            "data-num": num.then_some("true"),
            "data-fit": fit.then_some("true"),
            if let Some(onsort) = onsort {
                Press { class: style::table_sort, onclick: move |_| onsort.call(()),
                    {children}
                    match sort {
                        Some(Sort::Ascending) => rsx! { Icon { size: IconSize::Small, ArrowUp {} } },
                        Some(Sort::Descending) => rsx! { Icon { size: IconSize::Small, ArrowDown {} } },
                        None => rsx! {},
                    }
                }
            } else {
                {children}
            }
        }
    }
}

/// One cell.
#[component]
pub fn Cell(
    /// A figure.
    #[props(default)]
    num: bool,
    /// As narrow as its content.
    #[props(default)]
    fit: bool,
    /// Holds a [`CellLink`], which the whole cell then opens.
    #[props(default)]
    link: bool,
    /// Holds an `IconButton`.
    #[props(default)]
    menu: bool,
    /// What stands in it.
    children: Element,
) -> Element {
    rsx! {
        td {
            class: style::table_cell,
            "data-num": num.then_some("true"),
            "data-fit": fit.then_some("true"),
            "data-link": link.then_some("true"),
            "data-menu": menu.then_some("true"),
            {children}
        }
    }
}

/// The main line of a cell.
#[component]
pub fn CellMain(children: Element) -> Element {
    rsx! {
        b { class: style::table_main, {children} }
    }
}

/// The main line of a cell, leading to the record.
#[component]
pub fn CellLink(
    /// The record.
    #[props(into)]
    to: Destination,
    /// The record's name.
    children: Element,
) -> Element {
    rsx! {
        Press { to, class: format!("{} {}", style::table_main, style::table_link), {children} }
    }
}

/// The quiet line below: a fraction, a time, a store.
#[component]
pub fn CellSub(children: Element) -> Element {
    rsx! {
        span { class: style::table_sub, {children} }
    }
}
