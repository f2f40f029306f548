//! A panel: a pair of axes with their labels, and lines drawn between them.

use super::{
    axis::Axis,
    font,
    scene::{Anchor, Scene, Text, Xy},
    stroke,
    style::{GREY, GRID, HEADING, LABEL, MARKER, Style, TICK},
};

/// What is written around a panel. Symbols are best given as Unicode: `∂L/∂p`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Above the panel; may be empty.
    pub title: String,
    /// Under the horizontal axis.
    pub x: String,
    /// Beside the vertical axis.
    pub y: String,
}

impl Labels {
    /// Labels with the given title and axes.
    pub fn new(title: impl Into<String>, x: impl Into<String>, y: impl Into<String>) -> Self {
        Self { title: title.into(), x: x.into(), y: y.into() }
    }
}

/// A rectangle, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// Space between panels side by side.
const GUTTER: f64 = 24.0;

impl Rect {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// The middle between the left and the right side.
    pub(super) fn middle(&self) -> f64 {
        (self.left + self.right) / 2.0
    }

    /// Divides an area among panels side by side, given the labels of their vertical axes; what these leave is divided
    /// evenly.
    pub(super) fn columns(&self, labels: &[&str]) -> Vec<Rect> {
        let count = labels.len() as f64;
        let beside: f64 = labels.iter().map(|label| room_beside(label)).sum();
        let width = (self.width() - beside - GUTTER * (count - 1.0)) / count;
        let mut left = self.left;
        let column = |label: &&str| {
            let area = Rect { left, right: left + room_beside(label) + width, ..*self };
            left = area.right + GUTTER;
            area
        };
        labels.iter().map(column).collect()
    }

    /// This area, as high as a panel with a plot of the given height needs it.
    pub(super) fn holding(&self, height: f64, y: &Axis, labels: &Labels) -> Rect {
        let rooms = rooms(y, labels);
        Rect { bottom: self.top + rooms.top + height + rooms.bottom, ..*self }
    }
}

/// Room for the label beside a vertical axis.
fn room_beside(label: &str) -> f64 {
    if label.is_empty() { 0.0 } else { 1.6 * LABEL }
}

/// How much of an area axes and labels take, on each side.
pub(super) fn rooms(y: &Axis, labels: &Labels) -> Rect {
    let widest = y.ticks.iter().map(|(_, text)| font::width(text, TICK, false)).fold(0.0, f64::max);
    Rect {
        left: room_beside(&labels.y) + widest + TICK_MARK + 8.0,
        top: if labels.title.is_empty() { 14.0 } else { 1.9 * HEADING },
        // The last tick label reaches half its width beyond the axis.
        right: 20.0,
        bottom: 1.7 * TICK + if labels.x.is_empty() { 0.0 } else { 1.5 * LABEL },
    }
}

/// A pair of axes and the place between them.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) plot: Rect,
    x: Axis,
    y: Axis,
    /// Room between the vertical axis and the first value.
    inset: f64,
}

/// Length of the tick marks.
const TICK_MARK: f64 = 7.0;

impl Panel {
    /// Draws axes, grid and labels into `area`; what they leave is the panel.
    pub(super) fn new(scene: &mut Scene, area: Rect, x: Axis, y: Axis, labels: &Labels) -> Self {
        Self::with_inset(scene, area, x, y, labels, 0.0)
    }

    /// The same, with room at both ends of the horizontal axis.
    pub(super) fn with_inset(scene: &mut Scene, area: Rect, x: Axis, y: Axis, labels: &Labels, inset: f64) -> Self {
        let rooms = rooms(&y, labels);
        let plot = Rect {
            left: area.left + rooms.left,
            top: area.top + rooms.top,
            right: area.right - rooms.right,
            bottom: area.bottom - rooms.bottom,
        };
        let panel = Self { plot, x, y, inset };
        panel.draw_axes(scene);
        // Every label is centred on its axis, and may be as long as the nearer side of the area allows.
        let (middle, center) = (plot.middle(), (plot.top + plot.bottom) / 2.0);
        let width = 2.0 * (area.right - middle).min(middle - area.left);
        let height = 2.0 * (area.bottom - center).min(center - area.top);
        let title = Text::new((middle, area.top + 0.8 * HEADING), &labels.title, HEADING);
        let below = Text::new((middle, area.bottom - 0.7 * LABEL), &labels.x, LABEL);
        let beside = Text::new((area.left + 0.7 * LABEL, center), &labels.y, LABEL).upright();
        for (label, length) in [(title, width), (below, width), (beside, height)] {
            scene.text(label.anchor(Anchor::Middle).fit(length));
        }
        panel
    }

    fn draw_axes(&self, scene: &mut Scene) {
        let plot = self.plot;
        let mut texts = Vec::new();
        for (value, text) in &self.x.ticks {
            let x = self.at(*value, 0.0).0;
            scene.line(&[(x, plot.top), (x, plot.bottom)], GRID, 1.0);
            scene.line(&[(x, plot.bottom), (x, plot.bottom + TICK_MARK)], GREY, 1.5);
            let at = (x, plot.bottom + TICK_MARK + 0.75 * TICK);
            texts.push(Text::new(at, text, TICK).anchor(Anchor::Middle));
        }
        let every = readable_step(&texts);
        for text in texts.into_iter().step_by(every) {
            scene.text(text);
        }
        for (value, text) in &self.y.ticks {
            let y = self.at(0.0, *value).1;
            // Where values may be negative, zero stands out.
            let color = if *value == 0.0 { GREY } else { GRID };
            scene.line(&[(plot.left, y), (plot.right, y)], color, 1.0);
            scene.line(&[(plot.left - TICK_MARK, y), (plot.left, y)], GREY, 1.5);
            scene.text(Text::new((plot.left - TICK_MARK - 6.0, y), text, TICK).anchor(Anchor::End));
        }
        scene.line(&[(plot.left, plot.top), (plot.left, plot.bottom), (plot.right, plot.bottom)], GREY, 1.5);
    }

    /// The place of a pair of values.
    pub(super) fn at(&self, x: f64, y: f64) -> Xy {
        let Rect { left, top, right, bottom } = self.plot;
        let width = right - left - 2.0 * self.inset;
        (left + self.inset + self.x.share(x) * width, bottom - self.y.share(y) * (bottom - top))
    }

    /// The visible parts of a line through pairs of values.
    pub(super) fn visible(&self, values: &[(f64, f64)]) -> Vec<Vec<Xy>> {
        let runs = stroke::runs(values.iter().map(|&(x, y)| self.at(x, y)));
        // A lone point between missing ones is no line, but is kept: it will get a marker.
        let parts = |run: Vec<Xy>| {
            if run.len() == 1 { vec![run] } else { stroke::clip(&run, &self.plot) }
        };
        runs.into_iter().flat_map(parts).filter(|part| self.contains(part[0], 0.0)).collect()
    }

    /// Draws parts of a line in the dashes of its series.
    pub(super) fn stroke(&self, scene: &mut Scene, parts: &[Vec<Xy>], style: &Style) {
        for dash in parts.iter().flat_map(|part| stroke::dashes(part, style.dash)) {
            scene.line(&dash, style.color, style.width);
        }
    }

    /// Draws the markers whose middle is in the panel, at least `margin` away from its border.
    pub(super) fn mark(&self, scene: &mut Scene, points: impl IntoIterator<Item = Xy>, style: &Style, margin: f64) {
        for point in points.into_iter().filter(|point| self.contains(*point, margin)) {
            scene.halo(point, style);
            scene.marker(point, style);
        }
    }

    /// Draws line number `index` of `count` through pairs of values, with markers at even distances.
    pub(super) fn draw_curve(&self, scene: &mut Scene, values: &[(f64, f64)], index: usize, count: usize) {
        let (style, distance) = (Style::nth(index), 150.0);
        let parts = self.visible(values);
        self.stroke(scene, &parts, &style);
        // Markers of different lines start at different places, lest they hide each other where lines meet.
        let first = distance * (index as f64 + 0.5) / count as f64;
        for part in &parts {
            if part.len() == 1 {
                self.mark(scene, part.iter().copied(), &style, 0.0);
            } else {
                self.mark(scene, stroke::along(part, first, distance), &style, MARKER);
            }
        }
    }

    /// Draws values over epochs, with markers at some twelve of them.
    pub(super) fn draw_epochs(&self, scene: &mut Scene, values: &[f64], style: &Style) {
        let points: Vec<_> = values.iter().enumerate().map(|(index, value)| (index as f64 + 1.0, *value)).collect();
        let parts = self.visible(&points);
        self.stroke(scene, &parts, style);
        let every = values.len().div_ceil(12).max(1);
        let regular = points.iter().skip(every / 2).step_by(every).map(|&(x, y)| self.at(x, y));
        let lone = parts.iter().filter(|part| part.len() == 1).flatten().copied();
        self.mark(scene, lone.chain(regular), style, 0.0);
    }

    fn contains(&self, (x, y): Xy, margin: f64) -> bool {
        // Half a pixel: a clipped end may miss the border by a rounding error.
        let Rect { left, top, right, bottom } = self.plot;
        let margin = margin - 0.5;
        (left + margin..=right - margin).contains(&x) && (top + margin..=bottom - margin).contains(&y)
    }
}

/// The smallest step at which texts in a row, each centred on its place, stay apart.
fn readable_step(texts: &[Text]) -> usize {
    let apart = |a: &Text, b: &Text| b.at.0 - a.at.0 >= (a.width() + b.width()) / 2.0 + 8.0;
    let readable = |step: &usize| {
        let kept: Vec<_> = texts.iter().step_by(*step).collect();
        kept.windows(2).all(|pair| apart(pair[0], pair[1]))
    };
    (1..texts.len()).find(readable).unwrap_or(texts.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect { left: 0.0, top: 0.0, right: 1000.0, bottom: 500.0 };

    #[test]
    fn columns_leave_plots_of_one_size() {
        let labels = ["y", "", ""].map(|y| Labels::new("title", "x", y));
        let areas = AREA.columns(&labels.each_ref().map(|labels| labels.y.as_str()));
        assert_eq!((areas[0].left, areas[1].left), (0.0, areas[0].right + GUTTER));
        assert!((areas[2].right - AREA.right).abs() < 1e-9);
        let axis = Axis::new((0.0, 1.0));
        let widths: Vec<_> = areas
            .iter()
            .zip(&labels)
            .map(|(area, labels)| {
                let mut scene = Scene::new(500.0);
                let area = area.holding(200.0, &axis, labels);
                let plot = Panel::new(&mut scene, area, axis.clone(), axis.clone(), labels).plot;
                assert!((plot.bottom - plot.top - 200.0).abs() < 1e-9, "{plot:?}");
                plot.width()
            })
            .collect();
        assert!(widths.iter().all(|width| (width - widths[0]).abs() < 1e-9), "{widths:?}");
    }

    #[test]
    fn readable_step_leaves_out_what_would_touch() {
        let row = |distance: f64| [0.0, 1.0, 2.0, 3.0].map(|index| Text::new((distance * index, 0.0), "0.25", 20.0));
        let width = row(0.0)[0].width();
        assert_eq!(readable_step(&row(width + 10.0)), 1);
        assert_eq!(readable_step(&row(width)), 2);
        assert_eq!(readable_step(&row(0.0)), 4);
        assert_eq!(readable_step(&[]), 1);
    }
}
