//! Legends: a block of names under the panels, or names at the ends of the lines. Neither covers data.

use super::{
    panel::Rect,
    scene::{Scene, Text, Xy},
    style::{GREY, NAME, Style},
};
use std::collections::HashMap;

/// Length of the piece of line before a name.
const SAMPLE: f64 = 60.0;
/// From a sample to its name.
const GAP: f64 = 12.0;
/// Height of a line of names.
pub(super) const ROW: f64 = 36.0;

/// A name in a legend.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) style: Style,
}

impl Entry {
    /// The entry of series number `index`; says so if nothing of it can be drawn.
    pub(super) fn new(index: usize, name: &str, drawn: bool) -> Self {
        Self::styled(Style::nth(index), name, drawn)
    }

    /// The same for a series of another look.
    pub(super) fn styled(style: Style, name: &str, drawn: bool) -> Self {
        let name = if drawn { name.to_owned() } else { format!("{name} (no data)") };
        Self { name, style }
    }

    /// Width of the entry, if its name is not longer than `limit`.
    fn width(&self, limit: f64) -> f64 {
        SAMPLE + GAP + Text::new((0.0, 0.0), &self.name, NAME).width().min(limit)
    }

    fn draw(&self, scene: &mut Scene, at: Xy, width: f64) {
        scene.sample(at, SAMPLE, &self.style);
        scene.text(Text::new((at.0 + SAMPLE + GAP, at.1), &self.name, NAME).cut(width - SAMPLE - GAP));
    }
}

/// Numbers names in the order of their first appearance, so that the same name looks the same wherever it appears.
pub(super) fn numbers<'a>(names: impl IntoIterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut numbers = HashMap::new();
    for name in names {
        let next = numbers.len();
        numbers.entry(name).or_insert(next);
    }
    numbers
}

/// Space between two columns of names.
const SPACE: f64 = 40.0;

/// A block of names in columns, each as wide as its names.
#[derive(Debug)]
pub(super) struct Block<'a> {
    columns: Vec<(f64, &'a [Entry])>,
}

impl<'a> Block<'a> {
    /// Fits the names into `width`, in as few rows as possible; names that are longer than half of it will be cut.
    pub(super) fn new(entries: &'a [Entry], width: f64) -> Self {
        Self::limited(entries, width, (width - SPACE) / 2.0)
    }

    /// The same for a narrow place: only names that are longer than all of `width` will be cut.
    pub(super) fn narrow(entries: &'a [Entry], width: f64) -> Self {
        Self::limited(entries, width, width)
    }

    /// Fits the names into `width`, and each into `limit`.
    fn limited(entries: &'a [Entry], width: f64, limit: f64) -> Self {
        let widths: Vec<_> = entries.iter().map(|entry| entry.width(limit - SAMPLE - GAP)).collect();
        let widest = |column: &[f64]| column.iter().copied().fold(0.0, f64::max);
        let divided =
            |rows: usize| Self { columns: widths.chunks(rows).map(widest).zip(entries.chunks(rows)).collect() };
        let mut rows = 1;
        while rows < entries.len() && divided(rows).width() > width {
            rows += 1;
        }
        divided(rows)
    }

    fn width(&self) -> f64 {
        self.columns.iter().map(|(width, _)| width + SPACE).sum::<f64>() - SPACE
    }

    pub(super) fn height(&self) -> f64 {
        self.columns.first().map_or(0.0, |(_, names)| names.len() as f64 * ROW)
    }

    /// Draws the names, centred on `middle`, from `top` downwards.
    pub(super) fn draw(&self, scene: &mut Scene, middle: f64, top: f64) {
        let mut left = middle - self.width() / 2.0;
        for (width, names) in &self.columns {
            for (row, entry) in names.iter().enumerate() {
                entry.draw(scene, (left, top + (row as f64 + 0.5) * ROW), *width);
            }
            left += width + SPACE;
        }
    }
}

/// Room that leads from the ends of the lines to their names.
const LEADER: f64 = 44.0;

/// Width of the names at the ends of lines.
pub(super) fn end_width(entries: &[Entry], limit: f64) -> f64 {
    LEADER + entries.iter().map(|entry| entry.width(limit)).fold(SAMPLE + GAP, f64::max) + 8.0
}

/// Draws names to the right of a panel, each as near as possible to the height at which its line ends, and thin lines
/// that lead there. A name without a height comes last.
pub(super) fn draw_ends(scene: &mut Scene, plot: &Rect, entries: &[Entry], ends: &[Option<f64>], right: f64) {
    let height = |index: &usize| ends[*index].unwrap_or(f64::INFINITY);
    let mut order: Vec<_> = (0..entries.len()).collect();
    order.sort_by(|a, b| height(a).total_cmp(&height(b)));
    let wanted: Vec<_> = order.iter().map(|index| height(index).min(plot.bottom)).collect();
    for (index, y) in order.into_iter().zip(spread(&wanted, plot.top, plot.bottom)) {
        let entry = &entries[index];
        if let Some(end) = ends[index] {
            let (from, to) = (plot.right + 6.0, plot.right + LEADER - 6.0);
            let mut leader = vec![(from, end), (to, y)];
            if (end - y).abs() > 1.0 {
                leader.splice(1..1, [(from + 6.0, end), (to - 4.0, y)]);
            }
            scene.line(&leader, GREY, 1.0);
        }
        entry.draw(scene, (plot.right + LEADER, y), right - plot.right - LEADER);
    }
}

/// Moves sorted heights apart until rows do not overlap, as little as a simple rule can: neighbours that collide form
/// a group, and a group is centred on where its members wanted to be.
fn spread(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    // Sum of the wanted tops, and number of members.
    let mut groups: Vec<(f64, usize)> = Vec::new();
    let span = |size: usize| (size - 1) as f64 * ROW;
    let first = |(sum, size): (f64, usize)| (sum / size as f64 - span(size) / 2.0).min(bottom - span(size)).max(top);
    for &height in wanted {
        let mut group = (height, 1);
        while let Some(&above) = groups.last() {
            if first(above) + span(above.1) + ROW <= first(group) {
                break;
            }
            groups.pop();
            group = (group.0 + above.0, group.1 + above.1);
        }
        groups.push(group);
    }
    let rows = |group: (f64, usize)| (0..group.1).map(move |row| first(group) + row as f64 * ROW);
    groups.into_iter().flat_map(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_first_appearance() {
        let numbers = numbers(["b", "a", "b", "c", "a"]);
        assert_eq!(["a", "b", "c"].map(|name| numbers[name]), [1, 0, 2]);
    }

    #[test]
    fn narrow_blocks_cut_no_name_that_fits() {
        let entries = ["a name of middling length", "another of its kind", "b"].map(|name| Entry::new(0, name, true));
        let longest = entries.iter().map(|entry| entry.width(f64::INFINITY)).fold(0.0, f64::max);
        let block = Block::narrow(&entries, longest);
        assert_eq!(block.height(), 3.0 * ROW);
        assert!((block.width() - longest).abs() < 1e-6, "{block:?}");
        assert_eq!(Block::narrow(&entries, 3.0 * longest).height(), ROW);
    }

    #[test]
    fn spread_keeps_order_and_distance() {
        for wanted in [vec![], vec![50.0], vec![0.0; 5], vec![600.0; 7], vec![10.0, 11.0, 300.0, 301.0, 302.0, 599.0]] {
            let rows = spread(&wanted, 0.0, 600.0);
            assert_eq!(rows.len(), wanted.len());
            assert!(rows.windows(2).all(|pair| pair[1] - pair[0] > ROW - 1e-9), "{rows:?}");
            assert!(rows.iter().all(|row| (0.0..=600.0).contains(row)), "{rows:?}");
        }
        assert_eq!(spread(&[100.0, 300.0], 0.0, 600.0), [100.0, 300.0]);
    }
}
