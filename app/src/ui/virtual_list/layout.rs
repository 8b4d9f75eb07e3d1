//! Where the rows of a long list stand, and which of them are drawn. Only arithmetic: lengths are CSS pixels, downwards.

use std::ops::Range;

/// Rows that are drawn even where nobody sees them.
const FEW: usize = 30;
/// Drawn beyond what can be seen, on each side, in views.
const BESIDE: f64 = 0.75;

/// What of a list can be seen: a stretch from `top`, which is above the list where it is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct View {
    /// From the top of the list.
    pub(super) top: f64,
    /// How much of it.
    pub(super) height: f64,
}

impl View {
    /// Stretched on both sides.
    fn stretched(self, by: f64) -> Self {
        Self { top: self.top - by, height: self.height + 2.0 * by }
    }
}

/// Where each row stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layout {
    /// Where each row begins, and at last where one more would.
    edges: Vec<f64>,
    /// The empty stretch between two rows.
    gap: f64,
}

impl Layout {
    /// Rows of these heights, one below the other.
    pub(super) fn new(heights: impl Iterator<Item = f64>, gap: f64) -> Self {
        let mut edge = 0.0;
        let mut edges = vec![edge];
        for height in heights {
            edge += height + gap;
            edges.push(edge);
        }
        Self { edges, gap }
    }

    /// Learns how tall a row is; returns how much taller that is than before. Those below it move along.
    pub(super) fn learn(&mut self, row: usize, height: f64) -> f64 {
        let taller = height + self.gap - (self.top(row + 1) - self.top(row));
        for edge in self.edges.iter_mut().skip(row + 1) {
            *edge += taller;
        }
        taller
    }

    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// Where a row begins; past the last one, where the next would.
    pub(super) fn top(&self, row: usize) -> f64 {
        self.edges.get(row).or(self.edges.last()).copied().unwrap_or_default()
    }

    /// The rows of which something can be seen.
    pub(super) fn seen(&self, view: View) -> Range<usize> {
        let ends = self.edges.get(1..).unwrap_or_default();
        let first = ends.partition_point(|end| *end <= view.top);
        let begins = self.edges.get(..self.len()).unwrap_or_default();
        let after = begins.partition_point(|begin| *begin < view.top + view.height);
        first..after.max(first)
    }

    /// The rows to draw: those that can be seen, and three quarters of a view of them on each side. Scrolling draws a row or two at
    /// a time, which fit into a frame of a slow phone; many at once do not. A short list is drawn whole, and of one that lies out of
    /// sight its nearer end: who goes by key or by voice finds something there.
    pub(super) fn window(&self, view: View, now: &Range<usize>) -> Range<usize> {
        if self.len() <= FEW {
            return 0..self.len();
        }
        let window = self.near(view, now);
        if !window.is_empty() {
            return window;
        }
        if view.top < 0.0 { 0..FEW } else { self.len() - FEW..self.len() }
    }

    fn near(&self, view: View, now: &Range<usize>) -> Range<usize> {
        let needed = self.seen(view.stretched(view.height * BESIDE));
        if now.end <= self.len() && now.start <= needed.start && needed.end <= now.end {
            let most = self.seen(view.stretched(view.height * 2.0));
            if most.start <= now.start && now.end <= most.end {
                return now.clone();
            }
        }
        needed
    }

    /// The height of rows that are not drawn, as an empty stretch beside rows that are.
    pub(super) fn blank(&self, rows: Range<usize>) -> f64 {
        (self.top(rows.end) - self.top(rows.start)).max(0.0)
    }

    /// The empty stretch below the last row that is drawn: after the last row of all there is no gap.
    pub(super) fn below(&self, drawn_to: usize) -> f64 {
        self.blank(drawn_to..self.len())
    }

    /// How far most of the rows in `view` moved from an older layout to this one. `moved` pairs the older places of rows with their
    /// new ones. The median: a row that was lifted to the top is not what the others did.
    pub(super) fn drift(&self, older: &Self, moved: &[(usize, usize)]) -> f64 {
        let mut drifts: Vec<f64> = moved.iter().map(|(from, to)| self.top(*to) - older.top(*from)).collect();
        drifts.sort_by(f64::total_cmp);
        drifts.get(drifts.len() / 2).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_layout()(heights in prop::collection::vec(1.0..300.0_f64, 0..400), gap in 0.0..20.0_f64) -> Layout {
            Layout::new(heights.into_iter(), gap)
        }
    }

    prop_compose! {
        fn any_view()(top in -5_000.0..60_000.0_f64, height in 0.0..2_000.0_f64) -> View {
            View { top, height }
        }
    }

    proptest! {
        #[test]
        fn what_can_be_seen_is_drawn(layout in any_layout(), view in any_view(), before in any_view()) {
            let now = layout.window(before, &(0..0));
            let drawn = layout.window(view, &now);
            let seen = layout.seen(view);
            prop_assert!(seen.is_empty() || (drawn.start <= seen.start && seen.end <= drawn.end), "{seen:?} {drawn:?}");
            prop_assert!(drawn.end <= layout.len());
        }

        #[test]
        fn little_more_than_what_can_be_seen_is_drawn(layout in any_layout(), view in any_view(), before in any_view()) {
            let now = layout.window(before, &(0..0));
            let drawn = layout.window(view, &now);
            let inner = drawn.start + 1..drawn.end.saturating_sub(1).max(drawn.start + 1);
            prop_assert!(drawn.len() <= FEW || layout.blank(inner) <= view.height * 5.0 + 0.001);
        }

        #[test]
        fn a_list_that_has_rows_draws_some_wherever_it_lies(layout in any_layout(), view in any_view()) {
            prop_assert!(layout.window(view, &(0..0)).len() >= layout.len().min(1));
            if layout.len() <= FEW {
                prop_assert_eq!(layout.window(view, &(0..0)), 0..layout.len());
            }
        }

        #[test]
        fn a_row_is_seen_exactly_where_it_stands(layout in any_layout(), view in any_view()) {
            let seen = layout.seen(view);
            for row in 0..layout.len() {
                let touches = layout.top(row) < view.top + view.height && layout.top(row + 1) > view.top;
                prop_assert_eq!(touches, seen.contains(&row), "row {}", row);
            }
        }

        #[test]
        fn drawn_rows_and_blanks_fill_the_list(layout in any_layout(), view in any_view()) {
            let drawn = layout.window(view, &(0..0));
            let whole = layout.blank(0..drawn.start) + layout.blank(drawn.clone()) + layout.below(drawn.end);
            prop_assert!((whole - layout.top(layout.len())).abs() < 0.001);
        }

        #[test]
        fn a_row_that_is_learnt_stands_as_if_it_had_been_known(
            heights in prop::collection::vec(1.0..300.0_f64, 1..100), gap in 0.0..20.0_f64,
            row in any::<prop::sample::Index>(), height in 1.0..300.0_f64,
        ) {
            let row = row.index(heights.len());
            let mut layout = Layout::new(heights.iter().copied(), gap);
            prop_assert!((layout.learn(row, height) - (height - heights[row])).abs() < 0.001);
            let known = heights.iter().enumerate().map(|(at, before)| if at == row { height } else { *before });
            let known = Layout::new(known, gap);
            for at in 0..=heights.len() {
                prop_assert!((layout.top(at) - known.top(at)).abs() < 0.001, "row {}", at);
            }
        }

        #[test]
        fn rows_put_in_front_move_the_others_by_their_height(
            layout in any_layout(), new in prop::collection::vec(1.0..300.0_f64, 0..20), view in any_view(),
        ) {
            let heights = (0..layout.len()).map(|row| layout.top(row + 1) - layout.top(row) - layout.gap);
            let longer = Layout::new(new.iter().copied().chain(heights), layout.gap);
            let moved: Vec<(usize, usize)> = layout.seen(view).map(|row| (row, row + new.len())).collect();
            let expected = if moved.is_empty() { 0.0 } else { longer.top(new.len()) };
            prop_assert!((longer.drift(&layout, &moved) - expected).abs() < 0.001);
        }
    }

    #[test]
    fn a_row_lifted_to_the_top_moves_the_others_down_by_one() {
        let layout = Layout::new([80.0; 100].into_iter(), 0.0);
        let view = View { top: 4_000.0, height: 800.0 };
        // The one at 52 has a new message.
        let moved: Vec<(usize, usize)> =
            layout.seen(view).map(|row| (row, if row == 52 { 0 } else { row + usize::from(row < 52) })).collect();
        assert_eq!(layout.seen(view), 50..60);
        assert!(layout.drift(&layout, &moved).abs() < f64::EPSILON, "most stood below it and did not move");
        let lifted_from_below: Vec<(usize, usize)> = layout.seen(view).map(|row| (row, row + 1)).collect();
        assert!((layout.drift(&layout, &lifted_from_below) - 80.0).abs() < f64::EPSILON);
    }

    #[test]
    fn small_steps_draw_a_row_or_two_and_smaller_ones_nothing() {
        let layout = Layout::new([80.0; 1_000].into_iter(), 0.0);
        let at = |top| View { top, height: 800.0 };
        let mut now = layout.window(at(8_000.0), &(0..0));
        assert_eq!(now, 92..118);
        assert_eq!(layout.window(at(8_020.0), &now), now);
        assert_eq!(layout.window(at(8_050.0), &now), 93..119);
        for step in 1..=50 {
            let next = layout.window(at(8_000.0 + f64::from(step) * 120.0), &now);
            assert!(next.end - now.end <= 2 && next.start >= now.start, "{now:?} {next:?}");
            now = next;
        }
        assert_eq!(now, 167..193);
    }
}
