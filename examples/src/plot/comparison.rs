//! Several losses compared by one number: lines over a varied condition, or a row per loss if it does not vary.

use super::{
    Labels, PlotError,
    axis::{self, Axis, extent},
    legend::{self, Entry, ROW},
    panel::{Panel, Rect},
    render,
    scene::{MARGIN, Scene, Text, WIDTH, Xy},
    stroke,
    style::{CAP, GREY, MARKER, NAME, Style, TICK},
};
use std::path::{Path, PathBuf};

/// One measured condition of one series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// The condition, such as a label-noise rate.
    pub x: f64,
    /// Mean over the repetitions, as a share of one.
    pub mean: f64,
    /// Standard deviation over the repetitions, as a share of one; no bar is drawn if it is not finite.
    pub sd: f64,
}

/// The measurements of one loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// Its points, in ascending order of the condition.
    pub points: Vec<Point>,
}

/// Draws means with error bars of ± one standard deviation, in per cent, and returns the two files written.
///
/// Over several conditions, each series is a line; at a single one, each is a row, the best on top.
///
/// # Errors
///
/// If there is no finite value, or if a file cannot be written.
pub fn comparison(stem: &Path, labels: &Labels, series: &[Series]) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(labels, series).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if it would be empty.
pub(super) fn layout(labels: &Labels, series: &[Series]) -> Option<Scene> {
    let points = || series.iter().flat_map(valid);
    let range = extent(points().flat_map(Point::bar))?;
    let accuracy = Axis::percent(range);
    Some(match &conditions(points())[..] {
        [condition] => rows(labels, series, *condition, accuracy),
        conditions => lines(labels, series, conditions, accuracy),
    })
}

/// The conditions of the points, in ascending order.
pub(super) fn conditions<'a>(points: impl Iterator<Item = &'a Point>) -> Vec<f64> {
    let mut conditions: Vec<_> = points.map(|point| point.x).collect();
    conditions.sort_by(f64::total_cmp);
    // 0.1 + 0.2 and 0.3 are the same condition.
    let tolerance = 1e-9 * conditions.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    conditions.dedup_by(|next, kept| *next - *kept <= tolerance);
    conditions
}

/// The points that can be drawn.
pub(super) fn valid(series: &Series) -> impl Iterator<Item = &Point> {
    series.points.iter().filter(|point| point.is_valid())
}

impl Point {
    fn is_valid(&self) -> bool {
        extent([self.x]).is_some() && extent([self.mean]).is_some()
    }

    /// The ends of the error bar.
    pub(super) fn bar(&self) -> [f64; 2] {
        axis::bar(self.mean, self.sd)
    }
}

/// How far series are moved sideways: each a little further than the one before, so that no error bar hides another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fan {
    step: f64,
    /// Room that it needs at both ends of the axis.
    pub(super) inset: f64,
}

impl Fan {
    /// For up to `count` series over conditions that lie some `width` apart, the first from the last.
    pub(super) fn new(conditions: &[f64], count: usize, width: f64) -> Self {
        let range = extent(conditions.iter().copied()).map_or(0.0, |(low, high)| high - low);
        let closest = conditions.windows(2).map(|pair| (pair[1] - pair[0]) / range).fold(1.0, f64::min);
        let step = (2.0 * MARKER + 3.0).min(0.6 * closest * width / count as f64);
        Self { step, inset: 20.0 + step * count as f64 / 2.0 }
    }

    /// How far series number `index` of `count` is moved.
    pub(super) fn aside(&self, index: usize, count: usize) -> f64 {
        self.step * (index as f64 - (count as f64 - 1.0) / 2.0)
    }
}

/// Lines over the conditions, with the names at their ends.
fn lines(labels: &Labels, series: &[Series], conditions: &[f64], accuracy: Axis) -> Scene {
    let drawn = |one| valid(one).next().is_some();
    let entries: Vec<_> =
        series.iter().enumerate().map(|(index, one)| Entry::new(index, &one.name, drawn(one))).collect();
    let mut scene = Scene::new((200.0 + ROW * series.len() as f64).max(900.0));
    let top = scene.heading(&labels.title);
    let right = WIDTH - MARGIN - legend::end_width(&entries, 420.0);
    let area = Rect { left: MARGIN, top, right, bottom: scene.height - MARGIN / 2.0 };

    let fan = Fan::new(conditions, series.len(), area.width() - 300.0);
    let plain = Labels { title: String::new(), ..labels.clone() };
    let panel = Panel::with_inset(&mut scene, area, Axis::at(conditions), accuracy, &plain, fan.inset);

    let mut ends = Vec::new();
    for ((index, one), entry) in series.iter().enumerate().zip(&entries) {
        draw_series(&mut scene, &panel, one, fan.aside(index, series.len()), &entry.style);
        ends.push(valid(one).last().map(|point| panel.at(point.x, point.mean).1));
    }
    legend::draw_ends(&mut scene, &panel.plot, &entries, &ends, WIDTH - MARGIN);
    scene
}

/// Draws a series as a line with markers and error bars, moved sideways by `aside`.
pub(super) fn draw_series(scene: &mut Scene, panel: &Panel, series: &Series, aside: f64, style: &Style) {
    panel.stroke(scene, &line(panel, series, aside), style);
    for point in valid(series) {
        let place = |mean| place(panel, point.x, mean, aside);
        scene.point(place(point.mean), point.bar().map(place), CAP, style);
    }
}

/// The line through the points of a series. A missing point leaves a gap: nothing may suggest that it was measured.
pub(super) fn line(panel: &Panel, series: &Series, aside: f64) -> Vec<Vec<Xy>> {
    let place = |point: &Point| {
        if point.is_valid() { place(panel, point.x, point.mean, aside) } else { (f64::NAN, f64::NAN) }
    };
    stroke::runs(series.points.iter().map(place))
}

fn place(panel: &Panel, x: f64, mean: f64, aside: f64) -> Xy {
    let at = panel.at(x, mean);
    (at.0 + aside, at.1)
}

/// A row for each series, with its name on the left and its numbers on the right.
fn rows(labels: &Labels, series: &[Series], condition: f64, accuracy: Axis) -> Scene {
    let mean = |index: &usize| valid(&series[*index]).next().map_or(f64::NEG_INFINITY, |point| point.mean);
    let mut order: Vec<_> = (0..series.len()).collect();
    order.sort_by(|a, b| mean(b).total_cmp(&mean(a)));

    let height = 54.0;
    let mut scene = Scene::new(260.0 + height * series.len() as f64);
    let top = scene.heading(&labels.title);
    let numbers_width = 200.0;
    let area = Rect { left: MARGIN, top, right: WIDTH - MARGIN - numbers_width, bottom: scene.height - MARGIN / 2.0 };
    // Rows count from one, downwards.
    let name = |index: usize| Text::new((0.0, 0.0), &series[index].name, TICK).cut(480.0).content;
    let ticks = order.iter().enumerate().map(|(row, &index)| (row as f64 + 1.0, name(index))).collect();
    let names = Axis { low: series.len() as f64 + 0.5, high: 0.5, ticks };
    let subtitle = format!("{} = {}", labels.x, axis::plain(condition));
    let around = Labels { title: subtitle, x: labels.y.clone(), y: String::new() };
    let panel = Panel::new(&mut scene, area, accuracy, names, &around);

    for (row, index) in order.into_iter().enumerate() {
        let row = row as f64 + 1.0;
        let style = Style::nth(index);
        let at = (panel.plot.right + 30.0, panel.at(0.0, row).1);
        let Some(point) = valid(&series[index]).next() else {
            scene.text(Text::new(at, "no data", NAME).color(GREY));
            continue;
        };
        let bar = point.bar().map(|mean| panel.at(mean, row));
        scene.point(panel.at(point.mean, row), bar, 1.6 * CAP, &style);
        let mut numbers = format!("{:.1}", 100.0 * point.mean);
        if point.sd.is_finite() {
            numbers += &format!(" ± {:.1}", 100.0 * point.sd);
        }
        numbers.push('%');
        scene.text(Text::new(at, &numbers, NAME));
    }
    scene
}
