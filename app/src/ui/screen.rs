//! The frame every screen stands in; its classes are global, in `base.css`.

use std::rc::Rc;

use dioxus::prelude::*;

use super::layer::{use_layers, use_screen_layers};

/// The frame: the navigation, the screen, and the layers over it.
///
/// Sheets and dialogs go beside [`ScreenMain`], not into it; what is in it is inert while one of them is open.
#[component]
pub fn Screen(
    /// The `TabBar`.
    nav: Option<Element>,
    /// [`ScreenMain`] and the layers.
    children: Element,
) -> Element {
    use_layers();
    rsx! {
        div { class: "screen",
            {nav}
            {children}
        }
    }
}

/// How the panes of a screen stand from 900 px on.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One pane.
    #[default]
    One,
    /// A list at the start, the detail beside it.
    Split,
    /// A wide pane, something narrower beside it.
    Aside,
}

/// Which pane of a split screen a phone shows.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// The list.
    #[default]
    List,
    /// The detail.
    Detail,
}

/// The panes of a screen.
#[component]
pub fn ScreenMain(
    /// How they stand from 900 px on.
    #[props(default)]
    layout: Layout,
    /// Which one a phone shows, for [`Layout::Split`].
    #[props(default)]
    show: Show,
    /// The [`Pane`]s.
    children: Element,
) -> Element {
    let behind = use_screen_layers().is_some_and(|layers| layers.covered());
    let layout_name = match layout {
        Layout::One => None,
        Layout::Split => Some("split"),
        Layout::Aside => Some("aside"),
    };
    let show = match show {
        Show::List => "list",
        Show::Detail => "detail",
    };
    rsx! {
        main {
            class: "screen-main",
            "data-layout": layout_name,
            "data-show": (layout == Layout::Split).then_some(show),
            "inert": behind.then_some("true"),
            {children}
        }
    }
}

/// What a pane is in a split screen.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaneRole {
    /// Neither.
    #[default]
    Single,
    /// The list.
    List,
    /// The detail.
    Detail,
}

/// The ground of a pane.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Paper, for cards.
    #[default]
    Paper,
    /// The surface of rows.
    Surface,
}

/// What scrolls a pane's content, in context below the pane: its body, or on low screens the pane itself.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Scroller {
    /// The pane.
    pub(super) pane: Signal<Option<Rc<MountedData>>>,
    /// Its body.
    pub(super) body: Signal<Option<Rc<MountedData>>>,
    /// Counts up whenever one of them was scrolled.
    pub(super) moved: Signal<u32>,
}

/// The scroller of the pane around; none outside of panes.
pub(super) fn use_scroller() -> Option<Scroller> {
    use_hook(try_consume_context::<Scroller>)
}

/// One pane: head and foot keep their place, the body scrolls.
#[component]
pub fn Pane(
    /// What it is, for assistive technology.
    label: String,
    /// What it is in a split screen.
    #[props(default)]
    role: PaneRole,
    /// Its ground.
    #[props(default)]
    ground: Ground,
    /// Is it shown from 900 px on only?
    #[props(default)]
    wide_only: bool,
    /// [`PaneHead`], [`PaneBody`] and [`PaneFoot`].
    children: Element,
) -> Element {
    let mut scroller = Scroller { pane: use_signal(|| None), body: use_signal(|| None), moved: use_signal(|| 0) };
    use_context_provider(|| scroller);
    // A phone shows the detail alone: the first heading of the page is in the list, which it hides.
    let heading = (role == PaneRole::Detail).then(|| label.clone());
    let role = match role {
        PaneRole::Single => None,
        PaneRole::List => Some("list"),
        PaneRole::Detail => Some("detail"),
    };
    rsx! {
        section {
            class: if wide_only { "pane wide-only" } else { "pane" },
            "data-role": role,
            "data-ground": (ground == Ground::Surface).then_some("surface"),
            aria_label: label,
            onscroll: move |_| scroller.moved += 1,
            onmounted: move |event: MountedEvent| scroller.pane.set(Some(event.data())),
            if let Some(heading) = heading {
                h1 { class: "vh compact-only", "{heading}" }
            }
            {children}
        }
    }
}

/// The head of a pane: `AppBar`, then Steps or tools.
#[component]
pub fn PaneHead(
    /// What stands in it.
    children: Element,
) -> Element {
    rsx! {
        div { class: "pane-head", {children} }
    }
}

/// The body of a pane, which scrolls.
#[component]
pub fn PaneBody(
    /// Does it open at its end? Its one child is then a thread.
    #[props(default)]
    from_end: bool,
    /// It scrolled.
    #[props(default)]
    onscroll: EventHandler<ScrollEvent>,
    /// It appeared.
    #[props(default)]
    onmounted: EventHandler<MountedEvent>,
    #[props(extends = GlobalAttributes)] attributes: Vec<Attribute>,
    /// What stands in it.
    children: Element,
) -> Element {
    let scroller = use_scroller();
    rsx! {
        div {
            class: "pane-body",
            "data-start": from_end.then_some("end"),
            onscroll: move |event| {
                if let Some(mut scroller) = scroller {
                    scroller.moved += 1;
                }
                onscroll.call(event);
            },
            onmounted: move |event: MountedEvent| {
                if let Some(mut scroller) = scroller {
                    scroller.body.set(Some(event.data()));
                }
                onmounted.call(event);
            },
            ..attributes,
            {children}
        }
    }
}

/// The foot of a pane: `ActionBar`, `ReplyBar`, or only a Toast.
#[component]
pub fn PaneFoot(
    /// What stands in it.
    children: Element,
) -> Element {
    rsx! {
        div { class: "pane-foot", {children} }
    }
}

/// How wide a column gets.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnWidth {
    /// 720 px.
    #[default]
    Normal,
    /// 560 px.
    Narrow,
    /// The whole pane.
    Full,
}

/// The column of cards in the body of a pane.
#[component]
pub fn Column(
    /// How wide it gets.
    #[props(default)]
    width: ColumnWidth,
    /// Two columns from 900 px on, the second one narrower.
    #[props(default)]
    two: bool,
    /// Does the last child come first on phones?
    #[props(default)]
    reverse: bool,
    /// Smaller gaps.
    #[props(default)]
    tight: bool,
    /// What stands in it.
    children: Element,
) -> Element {
    let width = match width {
        ColumnWidth::Normal => None,
        ColumnWidth::Narrow => Some("narrow"),
        ColumnWidth::Full => Some("full"),
    };
    rsx! {
        div {
            class: "column",
            "data-width": width,
            "data-cols": two.then_some("2"),
            "data-reverse": reverse.then_some(""),
            "data-gap": tight.then_some("sm"),
            {children}
        }
    }
}
