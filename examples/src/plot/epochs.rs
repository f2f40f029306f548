//! The courses of several trainings epoch by epoch, side by side.

use super::{
    Labels, PlotError,
    axis::{Axis, extent},
    legend::{Block, Entry, numbers},
    panel::{Panel, Rect},
    render,
    scene::{MARGIN, Scene, WIDTH},
    style::Style,
};
use std::path::{Path, PathBuf};

/// One panel of [`epochs`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochPanel {
    /// Above the panel; may be empty.
    pub title: String,
    /// What its vertical axis says.
    pub y: String,
    /// What was measured after each epoch, as shares of one, with the names of the legend. Lines of the same name look
    /// the same in all panels.
    pub lines: Vec<(String, Vec<f64>)>,
}

/// Panels side by side; further ones begin another row.
const COLUMNS: usize = 3;

/// Draws measures over epochs, in per cent, best in one to three panels, and returns the two files written.
///
/// # Errors
///
/// If there is no finite value, or if a file cannot be written.
pub fn epochs(stem: &Path, title: &str, panels: &[EpochPanel]) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(title, panels).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if it would be empty.
pub(super) fn layout(title: &str, panels: &[EpochPanel]) -> Option<Scene> {
    let lines = || panels.iter().flat_map(|panel| &panel.lines);
    let share = Axis::percent(extent(lines().flat_map(|(_, values)| values.iter().copied()))?);
    let count = lines().map(|(_, values)| values.len()).max().unwrap_or(0);
    let numbers = numbers(lines().map(|(name, _)| name.as_str()));
    let mut names: Vec<_> = numbers.iter().map(|(name, index)| (*index, *name)).collect();
    names.sort_unstable();
    let drawn = |name: &str| lines().any(|line| line.0 == name && extent(line.1.iter().copied()).is_some());
    let entries: Vec<_> = names.into_iter().map(|(index, name)| Entry::new(index, name, drawn(name))).collect();
    let block = Block::new(&entries, WIDTH - 2.0 * MARGIN);

    let mut scene = Scene::new(0.0);
    let mut top = scene.heading(title);
    let in_row = panels.len().min(COLUMNS);
    for row in panels.chunks(COLUMNS) {
        let beside: Vec<_> = (0..in_row).map(|index| row.get(index).map_or("", |panel| panel.y.as_str())).collect();
        let columns = Rect { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top }.columns(&beside);
        let mut bottom = top;
        for (panel, column) in row.iter().zip(columns) {
            let labels = Labels::new(panel.title.as_str(), "epoch", panel.y.as_str());
            let area = column.holding(500.0, &share, &labels);
            let (x, y) = (Axis::counting(count), share.clone());
            let axes = Panel::with_inset(&mut scene, area, x, y, &labels, 16.0);
            for (name, values) in &panel.lines {
                axes.draw_epochs(&mut scene, values, &Style::nth(numbers[name.as_str()]));
            }
            bottom = area.bottom.max(bottom);
        }
        top = bottom + 0.7 * MARGIN;
    }
    block.draw(&mut scene, WIDTH / 2.0, top);
    scene.height = top + block.height() + 0.7 * MARGIN;
    Some(scene)
}
