//! A list of which only the rows in sight are drawn, however many there are; rows may be of any height.
//!
//! [`use_virtual_list`] says which rows to draw, [`VirtualList`] is the list around them, and each row is a [`ListItem`]. A row says
//! its height once it is drawn; until then an estimate stands for it. When rows in front of those in sight come, go or change their
//! height, the pane is scrolled along, so that what a person reads stays where it is; at the very top it stays at the top.

mod layout;

use std::{
    cell::{Ref, RefCell},
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    ops::Range,
    rc::Rc,
};

use dioxus::{
    html::{ScrollBehavior, geometry::PixelsVector2D},
    prelude::*,
};
use uuid::Uuid;

use self::layout::{Layout, View};
use super::screen::{Scroller, use_scroller};

/// This many rows are drawn before it is known how many can be seen.
const FIRST: usize = 30;
/// What a pane is taken for, before it is known how tall it is, in pixels.
const PANE: f64 = 900.0;
/// A difference in height that nobody sees, in pixels.
const SAME: f64 = 0.5;
/// The end of the list is near when less than this is left below what can be seen, in pixels.
const NEAR: f64 = 600.0;

/// The heights of a list's rows, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowHeights {
    /// What stands for a row that was not drawn yet.
    pub estimate: f64,
    /// The gap between two rows.
    pub gap: f64,
}

/// A place in a list: the first row in sight, and how much of it is above the pane, in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spot {
    row: usize,
    above: f64,
}

/// The heights that rows had when they were drawn.
type Known = HashMap<Uuid, f64, BuildHasherDefault<IdHasher>>;

/// Ids are drawn at random: their bits serve as they are, ten thousand times whenever a height is learnt.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for eight in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(eight).for_each(|(to, from)| *to = *from);
            self.0 = self.0.rotate_left(29) ^ u64::from_be_bytes(word);
        }
    }
}

/// The rows as they stand now. The height of a row that is drawn can be learnt in place: the page shows it already.
#[derive(Debug, PartialEq)]
struct Standing {
    keys: Rc<Vec<Uuid>>,
    layout: RefCell<Layout>,
}

impl Standing {
    fn layout(&self) -> Ref<'_, Layout> {
        self.layout.borrow()
    }

    /// The older places of the rows in `view` that are to stay where they are, with their places now.
    fn moved(&self, older: &Self, view: View) -> Vec<(usize, usize)> {
        let seen = older.layout().seen(view);
        let seen: Vec<(usize, &Uuid)> = seen.filter_map(|row| Some((row, older.keys.get(row)?))).collect();
        let place = |key: &Uuid| self.keys.iter().position(|other| other == key);
        seen.into_iter().filter_map(|(row, key)| Some((row, place(key)?))).collect()
    }
}

/// Which rows of a list are drawn.
#[derive(Clone, Copy, PartialEq)]
pub struct VirtualList {
    standing: Memo<Rc<Standing>>,
    drawn: Signal<Range<usize>>,
    focused: CopyValue<Option<Uuid>>,
    element: Signal<Option<Rc<MountedData>>>,
    rows: Rows,
}

/// What rows tell their list.
#[derive(Clone, Copy, PartialEq)]
struct Rows {
    measured: Callback<(usize, f64)>,
    focused: Callback<Option<usize>>,
}

/// A row's place in its list.
#[derive(Clone, Copy, PartialEq)]
pub struct Place {
    row: usize,
    /// Rows right before it that are not drawn leave this much empty, in pixels.
    blank: f64,
    /// How many rows the list has, where that is known.
    of: Option<usize>,
    rows: Rows,
}

/// Where a list stands in its pane, and how the pane is scrolled.
#[derive(Clone, Copy)]
struct Around {
    scroller: Option<Scroller>,
    list: Signal<Option<Rc<MountedData>>>,
}

impl Around {
    /// What can be seen of the list; none while it is not shown, or nothing is known of it.
    async fn view(self) -> Option<View> {
        let scroller = self.scroller?;
        let (pane, body) = (scroller.pane.peek().clone()?, scroller.body.peek().clone()?);
        let list = self.list.peek().clone()?;
        let pane = pane.get_client_rect().await.ok()?;
        let body = body.get_client_rect().await.ok()?;
        let list = list.get_client_rect().await.ok()?;
        let (top, bottom) = (pane.min_y().max(body.min_y()), pane.max_y().min(body.max_y()));
        let shown = bottom > top && list.width() > 0.0;
        shown.then(|| View { top: top - list.min_y(), height: bottom - top })
    }

    /// Scrolls on by so much: one of the two scrolls, the other cannot.
    async fn scroll(self, by: f64) -> Option<()> {
        let scroller = self.scroller?;
        for element in [scroller.body.peek().clone()?, scroller.pane.peek().clone()?] {
            let offset = element.get_scroll_offset().await.ok()?;
            element.scroll(PixelsVector2D::new(offset.x, offset.y + by), ScrollBehavior::Instant).await.ok()?;
        }
        Some(())
    }
}

/// What stands for the rows that are not drawn, in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Blank {
    /// Above those that are.
    pub above: f64,
    /// Below them.
    pub below: f64,
}

impl Place {
    /// Which row of the list, from 0.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Tells the list how tall the row is now; for `onresize`.
    pub fn measured(&self, event: &ResizeEvent) {
        if let Ok(size) = event.get_border_box_size() {
            self.rows.measured.call((self.row, size.height));
        }
    }
}

/// The rows of a list that are to be drawn, by what tells them apart. `spot` is where the list was left, and is kept up to date: one
/// that lives longer than the list opens it where it was. `onend` is called while the end is near.
///
/// Below a [`PaneBody`](super::screen::PaneBody), which scrolls; elsewhere all rows are drawn.
pub fn use_virtual_list<T: 'static>(
    items: ReadSignal<Vec<T>>,
    key: fn(&T) -> Uuid,
    heights: RowHeights,
    spot: CopyValue<Spot>,
    onend: impl FnMut(()) + 'static,
) -> VirtualList {
    let keys = use_memo(move || Rc::new(items.read().iter().map(key).collect::<Vec<Uuid>>()));
    let onend = use_callback(onend);
    use_rows(keys, heights, spot, onend)
}

/// [`use_virtual_list`] but for the type of the rows: compiled once for all lists.
fn use_rows(
    keys: Memo<Rc<Vec<Uuid>>>,
    heights: RowHeights,
    mut spot: CopyValue<Spot>,
    onend: Callback<()>,
) -> VirtualList {
    let scroller = use_scroller();
    let known = use_hook(|| CopyValue::new(Known::default()));
    let standing = use_memo(move || {
        let known = known.peek();
        let keys = keys.read().clone();
        let each = keys.iter().map(|key| known.get(key).copied().unwrap_or(heights.estimate));
        let layout = RefCell::new(Layout::new(each, heights.gap));
        Rc::new(Standing { keys, layout })
    });
    let left_at = use_hook(|| *spot.peek());
    let mut drawn = use_signal(|| {
        let standing = standing.peek();
        let layout = standing.layout();
        match (scroller, left_at.row) {
            (None, _) => 0..usize::MAX,
            (_, 0) => 0..FIRST,
            (_, row) => layout.window(View { top: layout.top(row) + left_at.above, height: PANE }, &(0..0)),
        }
    });
    let around = Around { scroller, list: use_signal(|| None) };
    let mut view = use_hook(|| CopyValue::new(None::<View>));
    let mut looking = use_hook(|| CopyValue::new(false));

    // Once for all that happened together.
    let look = use_callback(move |()| {
        if looking.replace(true) {
            return;
        }
        spawn(async move {
            let seen = around.view().await;
            looking.set(false);
            // What was seen of a list stays while it is not shown.
            let Some(seen) = seen else { return };
            view.set(Some(seen));
            let standing = standing.peek().clone();
            let layout = standing.layout();
            let row = layout.seen(seen).start;
            spot.set(Spot { row, above: (seen.top - layout.top(row)).max(0.0) });
            let window = layout.window(seen, &drawn.peek());
            let near_end = layout.below(0) < seen.top + seen.height + NEAR;
            drop(layout);
            if *drawn.peek() != window {
                drawn.set(window);
            }
            if near_end {
                onend.call(());
            }
        });
    });
    let scroll = use_callback(move |by: f64| {
        spawn(async move {
            // A pane that is gone needs no scrolling.
            let _ = around.scroll(by).await;
            look.call(());
        });
    });

    let mut opened = use_hook(|| CopyValue::new(false));
    use_effect(move || {
        let there = around.list.read().is_some()
            && scroller.is_some_and(|scroller| scroller.pane.read().is_some() && scroller.body.read().is_some());
        if !there || opened.replace(true) {
            return look.call(());
        }
        spawn(async move {
            let Some(seen) = around.view().await else { return };
            let top = standing.peek().layout().top(left_at.row) + left_at.above;
            // A list that is opened anew in a pane which another one left scrolled begins at its top.
            if top > 0.0 || seen.top > 0.0 {
                scroll.call(top - seen.top);
            } else {
                look.call(());
            }
        });
    });
    use_effect(move || {
        if let Some(scroller) = scroller {
            let _ = scroller.moved.read();
            look.call(());
        }
    });
    let mut before = use_hook(|| CopyValue::new(None::<Rc<Standing>>));
    use_effect(move || {
        let now = standing.read().clone();
        let older = before.replace(Some(now.clone()));
        let seen = *view.peek();
        if let (Some(older), Some(seen)) = (older, seen)
            && seen.top > 0.0
        {
            let drift = now.layout().drift(&older.layout(), &now.moved(&older, seen));
            if drift.abs() > SAME {
                view.set(Some(View { top: seen.top + drift, ..seen }));
                return scroll.call(drift);
            }
        }
        look.call(());
    });

    let shifted = use_shifted(view, scroll);
    let (rows, focused) = use_told(standing, view, known, shifted, look);
    VirtualList { standing, drawn, focused, element: around.list, rows }
}

/// To be told by how much a row became taller: where it stands above those in sight, the pane is scrolled along, once for all
/// rows that tell it together.
fn use_shifted(mut view: CopyValue<Option<View>>, scroll: Callback<f64>) -> Callback<f64> {
    let mut owed = use_hook(|| CopyValue::new(0.0));
    use_callback(move |by: f64| {
        let Some(seen) = *view.peek() else { return };
        view.set(Some(View { top: seen.top + by, ..seen }));
        let before = *owed.peek();
        owed.set(before + by);
        if before == 0.0 {
            spawn(async move {
                let by = owed.replace(0.0);
                if by.abs() > SAME {
                    scroll.call(by);
                }
            });
        }
    })
}

/// What rows tell their list: how tall they are, which of them has the focus.
fn use_told(
    standing: Memo<Rc<Standing>>,
    view: CopyValue<Option<View>>,
    mut known: CopyValue<Known>,
    shifted: Callback<f64>,
    look: Callback<()>,
) -> (Rows, CopyValue<Option<Uuid>>) {
    let measured = use_callback(move |(row, height): (usize, f64)| {
        let standing = standing.peek().clone();
        let Some(key) = standing.keys.get(row).copied() else { return };
        // A row that is not shown has no height.
        if height > 0.0 {
            known.write().insert(key, height);
            let seen = (*view.peek()).filter(|seen| seen.top > 0.0);
            let is_above = seen.is_some_and(|seen| row < standing.layout().seen(seen).start);
            let taller = standing.layout.borrow_mut().learn(row, height);
            if is_above && taller.abs() > SAME {
                return shifted.call(taller);
            }
        }
        look.call(());
    });
    let mut focused = use_hook(|| CopyValue::new(None::<Uuid>));
    let took_focus = use_callback(move |row: Option<usize>| {
        let key = row.and_then(|row| standing.peek().keys.get(row).copied());
        focused.set(key);
    });
    (Rows { measured, focused: took_focus }, focused)
}

impl VirtualList {
    /// The rows to draw, each with its place. `whole` says that these are all: more may come otherwise.
    pub fn rows<T: Clone>(&self, items: &[T], whole: bool) -> Vec<(Place, T)> {
        let standing = self.standing.read();
        let window = self.window(items.len());
        let focused = self.focused.peek().and_then(|key| standing.keys.iter().position(|other| *other == key));
        // A row with the focus stays, or the focus would be lost.
        let focused = focused.filter(|row| !window.contains(row) && *row < items.len());
        let before = focused.filter(|row| *row < window.start);
        let after = focused.filter(|row| *row >= window.end);
        let mut end = before.unwrap_or(window.start);
        let mut rows = Vec::with_capacity(window.len() + 1);
        for row in before.into_iter().chain(window).chain(after) {
            let Some(item) = items.get(row) else { continue };
            let blank = standing.layout().blank(end..row);
            end = row + 1;
            rows.push((Place { row, blank, of: whole.then_some(items.len()), rows: self.rows }, item.clone()));
        }
        rows
    }

    /// What stands for the rows that are not drawn.
    pub fn blank(&self) -> Blank {
        let standing = self.standing.read();
        let layout = standing.layout();
        let window = self.window(layout.len());
        let focused = self.focused.peek().and_then(|key| standing.keys.iter().position(|other| *other == key));
        let start = focused.map_or(window.start, |row| row.min(window.start));
        let end = focused.map_or(window.end, |row| window.end.max(row + 1));
        Blank { above: layout.blank(0..start), below: layout.below(end) }
    }

    fn window(&self, rows: usize) -> Range<usize> {
        let drawn = self.drawn.read();
        drawn.start.min(rows)..drawn.end.min(rows)
    }
}

impl VirtualList {
    /// Call it in `onmounted` of the element around the rows.
    pub fn mounted(&self, event: &MountedEvent) {
        let mut element = self.element;
        element.set(Some(event.data()));
    }
}

/// The list around the rows that are drawn.
#[component]
pub fn VirtualRows(
    /// Which rows those are.
    list: VirtualList,
    /// What the list holds, where no heading says it.
    label: Option<String>,
    /// Whether the rows are cards, with gaps between them.
    #[props(default)]
    cards: bool,
    /// The rows, each a [`ListItem`].
    children: Element,
) -> Element {
    let Blank { above, below } = list.blank();
    rsx! {
        ul {
            role: "list",
            "aria-label": label,
            class: if cards { "stack" } else { "rows" },
            "data-gap": cards.then_some("sm"),
            padding_top: "{above}px",
            padding_bottom: "{below}px",
            onmounted: move |event| list.mounted(&event),
            {children}
        }
    }
}

/// A row of a list: a plain `li`, or one of a [`VirtualList`] at its place.
#[component]
pub fn ListItem(
    /// Its place in a virtual list.
    place: Option<Place>,
    /// What stands in it.
    children: Element,
) -> Element {
    let Some(place) = place else {
        return rsx! {
            li { {children} }
        };
    };
    let Place { row, blank, of, rows } = place;
    rsx! {
        li {
            margin_top: (blank > 0.0).then(|| format!("{blank}px")),
            "aria-posinset": row + 1,
            "aria-setsize": of.map_or_else(|| "-1".to_owned(), |of| of.to_string()),
            onresize: move |event| place.measured(&event),
            onfocusin: move |_| rows.focused.call(Some(row)),
            onfocusout: move |_| rows.focused.call(None),
            {children}
        }
    }
}
