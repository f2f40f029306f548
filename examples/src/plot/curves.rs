//! Loss and slope over one axis, side by side.

use super::{
    Labels, PlotError,
    axis::{Axis, extent},
    legend::{Block, Entry},
    panel::{Panel, Rect},
    render,
    scene::{MARGIN, Scene, WIDTH},
};
use std::path::{Path, PathBuf};

/// A loss as two lines over the same axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// What the legend calls it.
    pub name: String,
    /// Points of the loss, in ascending order of the first coordinate.
    pub loss: Vec<(f64, f64)>,
    /// Points of its slope, likewise.
    pub slope: Vec<(f64, f64)>,
}

/// One of the two panels of [`curves`].
#[derive(Clone, Debug, PartialEq)]
pub struct CurvePanel {
    /// What is written around it.
    pub labels: Labels,
    /// The largest magnitude that the vertical axis shows; lines beyond it are cut at the border. Cross-entropy needs
    /// one, as it is not bounded; `f64::INFINITY` shows everything.
    pub cap: f64,
}

/// Draws loss and slope of several losses, and returns the two files written.
///
/// # Errors
///
/// If a panel has no finite value, or if a file cannot be written.
pub fn curves(
    stem: &Path,
    title: &str,
    curves: &[Curve],
    loss: &CurvePanel,
    slope: &CurvePanel,
) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(title, curves, loss, slope).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if a panel would be empty.
pub(super) fn layout(title: &str, curves: &[Curve], loss: &CurvePanel, slope: &CurvePanel) -> Option<Scene> {
    let drawn = |curve: &Curve| [&curve.loss, &curve.slope].iter().any(|line| line.iter().any(|p| p.1.is_finite()));
    let entries: Vec<_> =
        curves.iter().enumerate().map(|(index, curve)| Entry::new(index, &curve.name, drawn(curve))).collect();
    let block = Block::new(&entries, WIDTH - 2.0 * MARGIN);
    let bottom = 830.0;
    let mut scene = Scene::new(bottom + block.height() + 1.4 * MARGIN);
    let top = scene.heading(title);

    let beside = [loss, slope].map(|panel| panel.labels.y.as_str());
    let areas = Rect { left: MARGIN, top, right: WIDTH - MARGIN, bottom }.columns(&beside);
    draw_panel(&mut scene, areas[0], loss, curves, |curve| &curve.loss)?;
    draw_panel(&mut scene, areas[1], slope, curves, |curve| &curve.slope)?;
    block.draw(&mut scene, WIDTH / 2.0, bottom + 0.7 * MARGIN);
    Some(scene)
}

fn draw_panel(
    scene: &mut Scene,
    area: Rect,
    panel: &CurvePanel,
    curves: &[Curve],
    line: impl Fn(&Curve) -> &[(f64, f64)],
) -> Option<()> {
    let points = || curves.iter().flat_map(&line).filter(|point| point.0.is_finite() && point.1.is_finite());
    let x = Axis::new(extent(points().map(|point| point.0))?);
    let y = value_axis(extent(points().map(|point| point.1))?, panel.cap);
    let panel = Panel::new(scene, area, x, y, &panel.labels);
    for (index, curve) in curves.iter().enumerate() {
        panel.draw_curve(scene, line(curve), index, curves.len());
    }
    Some(())
}

/// An axis for values that are compared with zero, cut at a magnitude of `cap`.
fn value_axis((low, high): (f64, f64), cap: f64) -> Axis {
    let cap = if cap > 1e-100 { cap } else { f64::INFINITY };
    let mut axis = Axis::padded((low.max(-cap).min(0.0), high.min(cap).max(0.0)));
    // No margin where lines are cut: they should run out of the panel, not end before its border.
    if low < -cap {
        axis.low = -cap;
    }
    if high > cap {
        axis.high = cap;
    }
    let visible = axis.low..=axis.high;
    axis.ticks.retain(|(value, _)| visible.contains(value));
    axis
}
