//! Curves of attacks, or of any binary decision: true-positive over false-positive rate, side by side.

use super::{
    Labels, PlotError,
    axis::Axis,
    legend::{Block, Entry},
    panel::{Panel, Rect, rooms},
    render,
    scene::{MARGIN, Scene, WIDTH},
    style::Style,
};
use std::path::{Path, PathBuf};

/// How well one decision separates two classes, whatever its threshold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RocCurve {
    /// What the legend calls it.
    pub name: String,
    /// False-positive and true-positive rate from (0, 0) to (1, 1).
    pub points: Vec<(f64, f64)>,
}

/// One panel of [`roc`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RocPanel {
    /// Above the panel; may be empty.
    pub title: String,
    /// Its curves; those of the same position look the same in all panels.
    pub curves: Vec<RocCurve>,
}

/// Panels side by side; further ones begin another row.
const COLUMNS: usize = 4;
/// The longest side of a plot.
const SIDE: f64 = 680.0;

/// Draws true-positive over false-positive rates, best in one to four panels, and returns the two files written.
///
/// # Errors
///
/// If there is no pair of rates to draw, or if a file cannot be written.
pub fn roc(stem: &Path, title: &str, panels: &[RocPanel]) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(title, panels).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if it would be empty.
pub(super) fn layout(title: &str, panels: &[RocPanel]) -> Option<Scene> {
    let entries = entries(panels)?;
    let block = Block::new(&entries, WIDTH - 2.0 * MARGIN);
    let mut scene = Scene::new(0.0);
    let mut top = scene.heading(title);

    // Square plots leave a margin on both sides if there are few of them.
    let axis = Axis::padded((0.0, 1.0));
    let mut beside = vec![""; panels.len().min(COLUMNS)];
    beside[0] = "true-positive rate";
    let mut row = Rect { left: MARGIN, top, right: WIDTH - MARGIN, bottom: top };
    let taken = rooms(&axis, &Labels::new("", "", beside[0]));
    let width = row.columns(&beside)[0].width() - taken.left - taken.right;
    let side = width.min(SIDE);
    let spare = (width - side) * beside.len() as f64 / 2.0;
    (row.left, row.right) = (row.left + spare, row.right - spare);
    let columns = row.columns(&beside);

    for in_row in panels.chunks(COLUMNS) {
        let mut bottom = top;
        for ((panel, column), y) in in_row.iter().zip(&columns).zip(&beside) {
            let labels = Labels::new(panel.title.as_str(), "false-positive rate", *y);
            let area = Rect { top, ..*column }.holding(side, &axis, &labels);
            draw_panel(&mut scene, area, &axis, &labels, &panel.curves);
            bottom = area.bottom.max(bottom);
        }
        top = bottom + 0.7 * MARGIN;
    }
    block.draw(&mut scene, WIDTH / 2.0, top);
    scene.height = top + block.height() + 0.7 * MARGIN;
    Some(scene)
}

fn draw_panel(scene: &mut Scene, area: Rect, axis: &Axis, labels: &Labels, curves: &[RocCurve]) {
    let panel = Panel::new(scene, area, axis.clone(), axis.clone(), labels);
    // What guessing would give.
    panel.stroke(scene, &[vec![panel.at(0.0, 0.0), panel.at(1.0, 1.0)]], &Style::REFERENCE);
    for (index, curve) in curves.iter().enumerate() {
        panel.draw_curve(scene, &curve.points, index, curves.len());
    }
}

/// One entry for each position and name; `None` if nothing can be drawn.
fn entries(panels: &[RocPanel]) -> Option<Vec<Entry>> {
    let can_be_drawn = |rate: f64| (0.0..=1.0).contains(&rate);
    let drawn = |curve: &RocCurve| curve.points.iter().any(|point| can_be_drawn(point.0) && can_be_drawn(point.1));
    let mut named: Vec<(usize, &str, bool)> = Vec::new();
    for (index, curve) in panels.iter().flat_map(|panel| panel.curves.iter().enumerate()) {
        match named.iter_mut().find(|(number, name, _)| *number == index && *name == curve.name) {
            Some((_, _, any)) => *any |= drawn(curve),
            None => named.push((index, curve.name.as_str(), drawn(curve))),
        }
    }
    named.sort_by_key(|(index, _, _)| *index);
    let any = named.iter().any(|(_, _, any)| *any);
    any.then(|| named.into_iter().map(|(index, name, any)| Entry::new(index, name, any)).collect())
}
