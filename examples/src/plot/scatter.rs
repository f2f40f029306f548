//! One measure against another: a named point for each loss.

use super::{
    Labels, PlotError,
    axis::{Axis, bar, extent},
    legend::{Block, Entry},
    panel::{Panel, Rect},
    placement::Placement,
    render,
    scene::{Anchor, MARGIN, Scene, Text, WIDTH, Xy},
    style::{CAP, GREY, NAME, Style, legible},
};
use plotters::style::RGBColor;
use std::path::{Path, PathBuf};

/// Two measures of one loss.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dot {
    /// What is written beside it.
    pub name: String,
    /// Mean of the horizontal measure.
    pub x: f64,
    /// Standard deviation of `x`; no bar is drawn if it is not finite.
    pub x_sd: f64,
    /// Mean of the vertical measure.
    pub y: f64,
    /// Standard deviation of `y`, likewise.
    pub y_sd: f64,
}

/// A height to compare with, such as what guessing gives: a dashed line across the panel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// Its place on the vertical axis.
    pub y: f64,
    /// What is written at its right end.
    pub name: String,
}

/// Which measures of a [`scatter`] are shares of one, drawn in per cent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScatterAxes {
    /// The horizontal one.
    pub x_percent: bool,
    /// The vertical one.
    pub y_percent: bool,
}

/// Draws named points with error bars of ± one standard deviation, and returns the two files written.
///
/// A name stands in the first free place right beside its point, or farther away at the end of a thin line, or, if
/// there is none, in a legend under the panel.
///
/// # Errors
///
/// If there is no finite point, or if a file cannot be written.
pub fn scatter(
    stem: &Path,
    labels: &Labels,
    axes: ScatterAxes,
    points: &[Dot],
    lines: &[Level],
) -> Result<[PathBuf; 2], PlotError> {
    let scene = layout(labels, axes, points, lines).ok_or_else(|| PlotError::no_data(stem))?;
    render::save(stem, &scene)
}

/// The picture; `None` if it would be empty.
pub(super) fn layout(labels: &Labels, axes: ScatterAxes, points: &[Dot], lines: &[Level]) -> Option<Scene> {
    let dots: Vec<_> = points.iter().enumerate().filter(|(_, dot)| dot.is_valid()).collect();
    let levels: Vec<_> = lines.iter().filter(|level| extent([level.y]).is_some()).collect();
    let across = extent(dots.iter().flat_map(|(_, dot)| bar(dot.x, dot.x_sd)))?;
    let up = extent(dots.iter().flat_map(|(_, dot)| bar(dot.y, dot.y_sd)).chain(levels.iter().map(|level| level.y)))?;

    let mut scene = Scene::new(0.0);
    let top = scene.heading(&labels.title);
    let bottom = 1000.0;
    let area = Rect { left: MARGIN, top, right: WIDTH - MARGIN, bottom };
    let plain = Labels { title: String::new(), ..labels.clone() };
    let panel = Panel::new(&mut scene, area, axis(axes.x_percent, across), axis(axes.y_percent, up), &plain);
    draw(&mut scene, &panel, &dots, &levels);

    let mut entries = write_names(&mut scene, &panel, &dots, &levels);
    let missing = points.iter().enumerate().filter(|(_, dot)| !dot.is_valid());
    entries.extend(missing.map(|(index, dot)| entry(index, dot)));
    let block = Block::new(&entries, WIDTH - 2.0 * MARGIN);
    block.draw(&mut scene, WIDTH / 2.0, bottom + 0.7 * MARGIN);
    scene.height = bottom + block.height() + 1.4 * MARGIN;
    Some(scene)
}

impl Dot {
    fn is_valid(&self) -> bool {
        extent([self.x]).is_some() && extent([self.y]).is_some()
    }

    fn place(&self, panel: &Panel) -> Xy {
        panel.at(self.x, self.y)
    }

    /// The ends of both error bars.
    fn bars(&self, panel: &Panel) -> [[Xy; 2]; 2] {
        let across = bar(self.x, self.x_sd).map(|x| panel.at(x, self.y));
        let up = bar(self.y, self.y_sd).map(|y| panel.at(self.x, y));
        [across, up]
    }
}

impl Level {
    /// The ends of the line.
    fn line(&self, panel: &Panel) -> [Xy; 2] {
        let y = panel.at(0.0, self.y).1;
        [(panel.plot.left, y), (panel.plot.right, y)]
    }
}

fn axis(percent: bool, range: (f64, f64)) -> Axis {
    if percent { Axis::percent(range) } else { Axis::padded(range) }
}

/// What a legend says of a point: its name and its marker, but no line.
fn entry(index: usize, dot: &Dot) -> Entry {
    Entry::styled(Style { width: 0.0, ..Style::nth(index) }, &dot.name, dot.is_valid())
}

fn draw(scene: &mut Scene, panel: &Panel, dots: &[(usize, &Dot)], levels: &[&Level]) {
    for level in levels {
        panel.stroke(scene, &[level.line(panel).to_vec()], &Style::REFERENCE);
    }
    // First all bars, then all markers: no bar runs across the marker of another point.
    for (index, dot) in dots {
        for bar in dot.bars(panel) {
            scene.error_bar(bar, CAP, &Style::nth(*index));
        }
    }
    for (index, dot) in dots {
        scene.halo(dot.place(panel), &Style::nth(*index));
        scene.marker(dot.place(panel), &Style::nth(*index));
    }
}

/// Writes names where there is room for them; returns the others.
fn write_names(scene: &mut Scene, panel: &Panel, dots: &[(usize, &Dot)], levels: &[&Level]) -> Vec<Entry> {
    let text = |name: &str, color: RGBColor| Text::new((0.0, 0.0), name, NAME).color(color).anchor(Anchor::Middle);
    let size = |text: &Text| (text.width() + 8.0, 1.1 * text.em);
    let lines = levels.iter().map(|level| level.line(panel));
    let lines = lines.chain(dots.iter().flat_map(|(_, dot)| dot.bars(panel))).collect();
    let markers = dots.iter().map(|(_, dot)| dot.place(panel)).collect();
    let mut placement = Placement::new(panel.plot, markers, lines);
    let mut others = Vec::new();

    for level in levels {
        let text = text(&level.name, GREY);
        match placement.along(level.line(panel)[0].1, size(&text)) {
            Some(place) => scene.text(Text { at: place.middle, ..text }),
            None => others.push(Entry::styled(Style::REFERENCE, &level.name, true)),
        }
    }
    let named: Vec<_> = dots
        .iter()
        .filter(|(_, dot)| !dot.name.is_empty())
        .map(|&(index, dot)| (index, dot, text(&dot.name, legible(Style::nth(index).color))))
        .collect();
    let wanted: Vec<_> = named.iter().map(|(_, dot, text)| (dot.place(panel), size(text))).collect();
    for ((index, dot, text), place) in named.into_iter().zip(placement.beside(&wanted)) {
        let Some(place) = place else {
            others.push(entry(index, dot));
            continue;
        };
        if let Some(leader) = place.leader {
            scene.line(&leader, GREY, 1.0);
        }
        scene.text(Text { at: place.middle, ..text });
    }
    others
}
