//! Many losses compared by one number over a varied condition, a few of them in each of many panels.

use super::{
    Labels, PlotError,
    axis::{Axis, extent},
    comparison::{self, Fan, Point, Series, draw_series, valid},
    legend::{self, Block, Entry},
    panel::{Panel, Rect, rooms},
    render,
    scene::{MARGIN, Scene, WIDTH},
    style::{MARKER, Style},
};
use std::path::{Path, PathBuf};

/// One panel of [`facets`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// Above the panel; may be empty.
    pub title: String,
    /// What is compared. Series of the same name look the same in all panels.
    pub series: Vec<Series>,
    /// What it is compared with: grey lines without markers, behind the others.
    pub faint: Vec<Series>,
}

/// Draws means with error bars of ± one standard deviation, in per cent, in panels with the same axes, and returns the
/// two files written. There are two panels side by side, or three if there are more than six.
///
/// # Errors
///
/// If there is no finite value, or if a file cannot be written.
pub fn facets(stem: &Path, labels: &Labels, facets: &[Facet]) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(labels, facets).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if it would be empty.
pub(super) fn layout(labels: &Labels, facets: &[Facet]) -> Option<Scene> {
    let series = || facets.iter().flat_map(|facet| &facet.series);
    let faint = || facets.iter().flat_map(|facet| &facet.faint);
    let bars = series().flat_map(valid).flat_map(Point::bar);
    let accuracy = Axis::percent(extent(bars.chain(faint().flat_map(valid).map(|point| point.mean)))?);
    let conditions = comparison::conditions(series().chain(faint()).flat_map(valid));
    let numbers = legend::numbers(series().map(|one| one.name.as_str()));

    let mut scene = Scene::new(0.0);
    let mut top = scene.heading(&labels.title);
    let count = if facets.len() > 6 { 3 } else { facets.len().min(2) };
    let mut beside = vec![""; count];
    beside[0] = labels.y.as_str();
    let columns = Rect { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top }.columns(&beside);
    let taken = rooms(&accuracy, labels);
    let width = columns[0].width() - taken.left - taken.right;
    let height = (0.7 * width).min(440.0);
    let most = facets.iter().map(|facet| facet.series.len()).max().unwrap_or(0);
    // Most of the width is left for the conditions; the fan takes the rest.
    let fan = Fan::new(&conditions, most, 0.7 * width - 40.0);

    for (row, in_row) in facets.chunks(count).enumerate() {
        let mut bottom = top;
        for (index, facet) in in_row.iter().enumerate() {
            let is_lowest = (row + 1) * count + index >= facets.len();
            let x = if is_lowest { labels.x.as_str() } else { "" };
            let around = Labels::new(facet.title.as_str(), x, beside[index]);
            let area = Rect { top, ..columns[index] }.holding(height, &accuracy, &around);
            let (x, y) = (Axis::at(&conditions), accuracy.clone());
            let panel = Panel::with_inset(&mut scene, area, x, y, &around, fan.inset);

            let drawn = |one: &Series| valid(one).next().is_some();
            let faint = facet.faint.iter().enumerate().map(|(index, one)| (Style::faint(index), one));
            let named = facet.series.iter().map(|one| (Style::nth(numbers[one.name.as_str()]), one));
            for (style, one) in faint.clone() {
                draw_faint(&mut scene, &panel, one, &style);
            }
            for (place, (style, one)) in named.clone().enumerate() {
                draw_series(&mut scene, &panel, one, fan.aside(place, facet.series.len()), &style);
            }
            let entries: Vec<_> =
                named.chain(faint).map(|(style, one)| Entry::styled(style, &one.name, drawn(one))).collect();
            let block = Block::narrow(&entries, area.width());
            block.draw(&mut scene, area.middle(), area.bottom + 0.3 * MARGIN);
            bottom = bottom.max(area.bottom + 0.3 * MARGIN + block.height());
        }
        top = bottom + MARGIN;
    }
    scene.height = top;
    Some(scene)
}

/// Draws the line of a series, without markers; a point without neighbours, which is no line, becomes a short one.
fn draw_faint(scene: &mut Scene, panel: &Panel, series: &Series, style: &Style) {
    let mut parts = comparison::line(panel, series, 0.0);
    for part in &mut parts {
        if let [(x, y)] = part[..] {
            *part = vec![(x - MARKER, y), (x + MARKER, y)];
        }
    }
    panel.stroke(scene, &parts, style);
}
