//! The course of one training: loss and measures epoch by epoch.

use super::{
    Labels, PlotError,
    axis::{Axis, extent},
    legend::{self, Entry},
    panel::{Panel, Rect},
    render,
    scene::{MARGIN, Scene, WIDTH},
    style::Style,
};
use plotters::style::BLACK;
use std::path::{Path, PathBuf};

/// What was measured after each epoch of a training. A vector may be empty or shorter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Mean training loss.
    pub loss: Vec<f64>,
    /// What the network was judged by, each with its name; all of one unit.
    pub measures: Vec<(String, Vec<f64>)>,
    /// What the axis of the measures says.
    pub measured: String,
    /// Whether they are shares of one, drawn in per cent.
    pub shares: bool,
}

/// Draws the course of one training, and returns the two files written. `loss` names the loss on its axis.
///
/// # Errors
///
/// If there is no finite loss or no finite measure, or if a file cannot be written.
pub fn history(stem: &Path, title: &str, loss: &str, history: &History) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(title, loss, history).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if a panel would be empty.
pub(super) fn layout(title: &str, loss: &str, history: &History) -> Option<Scene> {
    let mut scene = Scene::new(760.0);
    let top = scene.heading(title);
    let measures = &history.measures;
    let entries: Vec<_> = measures
        .iter()
        .enumerate()
        .map(|(index, (name, values))| Entry::new(index, name, extent(values.iter().copied()).is_some()))
        .collect();
    let names = legend::end_width(&entries, 340.0);
    let epochs = measures.iter().map(|(_, values)| values.len()).fold(history.loss.len(), usize::max);

    let bottom = scene.height - MARGIN / 2.0;
    let areas =
        Rect { left: MARGIN, top, right: WIDTH - MARGIN - names, bottom }.columns(&[loss, history.measured.as_str()]);
    let y = Axis::padded(extent(history.loss.iter().copied())?);
    let labels = Labels::new("", "epoch", loss);
    let panel = Panel::with_inset(&mut scene, areas[0], Axis::counting(epochs), y, &labels, 16.0);
    // Black, unlike any measure: no line of one panel should be taken for one of the other.
    panel.draw_epochs(&mut scene, &history.loss, &Style { color: BLACK, ..Style::nth(0) });

    let range = extent(measures.iter().flat_map(|(_, values)| values.iter().copied()))?;
    let y = if history.shares { Axis::percent(range) } else { Axis::padded(range) };
    let labels = Labels::new("", "epoch", &history.measured);
    let panel = Panel::with_inset(&mut scene, areas[1], Axis::counting(epochs), y, &labels, 16.0);
    let mut ends = Vec::new();
    for ((_, values), entry) in measures.iter().zip(&entries) {
        panel.draw_epochs(&mut scene, values, &entry.style);
        let last = values.iter().rev().find(|value| extent([**value]).is_some());
        ends.push(last.map(|value| panel.at(0.0, *value).1));
    }
    legend::draw_ends(&mut scene, &panel.plot, &entries, &ends, WIDTH - MARGIN);
    Some(scene)
}
