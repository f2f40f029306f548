//! Colours, sizes, and what tells one series from another.

use super::scene::Xy;
use plotters::style::RGBColor;
use std::f64::consts::TAU;

/// Text.
pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
/// Secondary text and axis lines.
pub(super) const GREY: RGBColor = RGBColor(112, 112, 112);
/// Lines behind the others.
const FAINT: RGBColor = RGBColor(165, 165, 165);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(226, 226, 226);

// Font sizes: at half size, the smallest is still eleven pixels.
pub(super) const TITLE: f64 = 34.0;
pub(super) const HEADING: f64 = 28.0;
pub(super) const LABEL: f64 = 26.0;
pub(super) const TICK: f64 = 23.0;
pub(super) const NAME: f64 = 24.0;

/// Radius of a marker.
pub(super) const MARKER: f64 = 7.5;
/// Half the width of the cap of an error bar.
pub(super) const CAP: f64 = 4.5;

/// Okabe and Ito's colours, told apart by all common kinds of colour vision. Their yellow is left out, and their orange and
/// their sky blue are darker: on white, a line needs a contrast of 3 to be seen, as WCAG 2 asks.
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(190, 130, 0),
    RGBColor(204, 121, 167),
    RGBColor(47, 142, 199),
    RGBColor(0, 0, 0),
];

/// Lengths of a dash, a gap, a dash, a gap; empty: a solid line.
pub(super) type Dash = &'static [f64];

const DASHES: [Dash; 5] = [&[], &[16.0, 8.0], &[4.0, 6.0], &[18.0, 6.0, 4.0, 6.0], &[34.0, 8.0]];

/// A marker: a regular polygon or star.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Marker {
    corners: u32,
    /// Rotation as a share of a full turn; zero: one corner points upwards.
    turn: f64,
    /// Distance of the inner corners of a star; one: no star.
    waist: f64,
    /// Polygons of few corners are drawn larger, to look the same size.
    scale: f64,
    pub(super) hollow: bool,
}

impl Marker {
    const fn new(corners: u32, turn: f64, waist: f64, scale: f64) -> Self {
        Self { corners, turn, waist, scale, hollow: false }
    }

    /// Corners of the marker around `at`.
    pub(super) fn outline(&self, at: Xy, radius: f64) -> Vec<Xy> {
        let steps = if self.waist < 1.0 { 2 * self.corners } else { self.corners };
        let corner = |step: u32| {
            let inner = self.waist < 1.0 && step % 2 == 1;
            let radius = radius * self.scale * if inner { self.waist } else { 1.0 };
            let angle = TAU * (f64::from(step) / f64::from(steps) + self.turn);
            (at.0 + radius * angle.sin(), at.1 - radius * angle.cos())
        };
        (0..steps).map(corner).collect()
    }
}

const MARKERS: [Marker; 8] = [
    Marker::new(24, 0.0, 1.0, 1.0),   // circle
    Marker::new(4, 0.125, 1.0, 1.25), // square
    Marker::new(3, 0.0, 1.0, 1.4),    // triangle
    Marker::new(4, 0.0, 1.0, 1.3),    // diamond
    Marker::new(4, 0.125, 0.35, 1.6), // cross
    Marker::new(3, 0.5, 1.0, 1.4),    // triangle on its tip
    Marker::new(5, 0.0, 0.4, 1.5),    // star
    Marker::new(4, 0.0, 0.35, 1.6),   // plus
];

/// How one series looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) color: RGBColor,
    pub(super) dash: Dash,
    pub(super) marker: Option<Marker>,
    /// Width of the line; zero: only the marker.
    pub(super) width: f64,
}

impl Style {
    /// The look of a line to compare with, such as what guessing would give.
    pub(super) const REFERENCE: Self = Self { color: GREY, dash: &[10.0, 7.0], marker: None, width: 1.5 };

    /// The look of series number `index`. The cycles differ in length, so no look comes twice in 560 series; markers
    /// alone, the second round of them hollow, tell sixteen series apart without colour.
    pub(super) fn nth(index: usize) -> Self {
        let mut marker = MARKERS[index % MARKERS.len()];
        marker.hollow = (index / MARKERS.len()) % 2 == 1;
        Self {
            color: COLORS[index % COLORS.len()],
            dash: DASHES[index % DASHES.len()],
            marker: Some(marker),
            width: 3.0,
        }
    }

    /// The look of series number `index` of those that stay behind the others.
    pub(super) fn faint(index: usize) -> Self {
        Self { color: FAINT, dash: DASHES[index % DASHES.len()], marker: None, width: 2.0 }
    }
}

/// The colour, darkened until text in it can be read on white: until their contrast is 4.5, as WCAG 2 asks.
pub(super) fn legible(color: RGBColor) -> RGBColor {
    let darkened = |step: u32| {
        let channel = |value: u8| (f64::from(value) * (1.0 - f64::from(step) / 20.0)) as u8;
        RGBColor(channel(color.0), channel(color.1), channel(color.2))
    };
    (0..20).map(darkened).find(|darkened| contrast(*darkened) >= 4.5).unwrap_or(INK)
}

/// The contrast of a colour with white, from 1 to 21.
fn contrast(color: RGBColor) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    1.05 / (0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn markers_tell_sixteen_series_apart_without_colour() {
        let looks: HashSet<_> = (0..16).map(|index| format!("{:?}", Style::nth(index).marker)).collect();
        assert_eq!(looks.len(), 16);
    }

    #[test]
    fn every_line_is_seen_on_white() {
        assert!(COLORS.iter().all(|color| contrast(*color) >= 3.0));
        assert!(contrast(RGBColor(230, 159, 0)) < 3.0);
    }

    #[test]
    fn legible_darkens_only_what_is_too_pale() {
        assert_eq!(legible(INK), INK);
        assert_eq!(legible(COLORS[0]), COLORS[0]);
        for color in COLORS {
            let text = legible(color);
            assert!(contrast(text) >= 4.5, "{color:?} becomes {text:?}");
            assert!(text.0 <= color.0 && text.1 <= color.1 && text.2 <= color.2, "{color:?} becomes {text:?}");
        }
    }
}
