//! A panel: a pair of axes with their labels, and lines drawn between them.

use super::{
    axis::Axis,
    font,
    scene::{Anchor, Scene, Text, Xy},
    stroke,
    style::{GREY, GRID, HEADING, LABEL, Style, TICK},
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
        let widest = y.ticks.iter().map(|(_, text)| font::width(text, TICK, false)).fold(0.0, f64::max);
        let plot = Rect {
            left: area.left + 1.6 * LABEL + widest + TICK_MARK + 8.0,
            top: area.top + if labels.title.is_empty() { 14.0 } else { 1.9 * HEADING },
            // The last tick label reaches half its width beyond the axis.
            right: area.right - 20.0,
            bottom: area.bottom - 1.5 * LABEL - 1.7 * TICK,
        };
        let panel = Self { plot, x, y, inset };
        panel.draw_axes(scene);
        // Every label is centred on its axis, and may be as long as the nearer side of the area allows.
        let (middle, center) = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
        let (width, height) = (2.0 * (area.right - middle), 2.0 * (center - area.top));
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
        for (value, text) in &self.x.ticks {
            let x = self.at(*value, 0.0).0;
            scene.line(&[(x, plot.top), (x, plot.bottom)], GRID, 1.0);
            scene.line(&[(x, plot.bottom), (x, plot.bottom + TICK_MARK)], GREY, 1.5);
            let at = (x, plot.bottom + TICK_MARK + 0.75 * TICK);
            scene.text(Text::new(at, text, TICK).anchor(Anchor::Middle));
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

    fn contains(&self, (x, y): Xy, margin: f64) -> bool {
        // Half a pixel: a clipped end may miss the border by a rounding error.
        let Rect { left, top, right, bottom } = self.plot;
        let margin = margin - 0.5;
        (left + margin..=right - margin).contains(&x) && (top + margin..=bottom - margin).contains(&y)
    }
}
