//! What a picture is made of before a backend draws it: lines, filled areas and text.
//!
//! A layout is plain data, in pixels of the finished picture. So one function draws it on every backend, and a test
//! can ask it whether anything lies where it must not.

use super::{
    font, stroke,
    style::{INK, MARKER, Style, TITLE},
};
use plotters::style::{RGBColor, WHITE};

/// A place in the picture: pixels from the left and from the top.
pub(super) type Xy = (f64, f64);

/// How wide every picture is; the height depends on what has to go in.
pub(super) const WIDTH: f64 = 1600.0;
/// Space around a picture.
pub(super) const MARGIN: f64 = 24.0;

/// Which end of a text its position names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A run of text, centred vertically on its position.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) at: Xy,
    pub(super) content: String,
    /// Font size: the length of the em in pixels.
    pub(super) em: f64,
    pub(super) bold: bool,
    pub(super) color: RGBColor,
    pub(super) anchor: Anchor,
    /// Read from bottom to top, as the label of a vertical axis is.
    pub(super) upright: bool,
}

impl Text {
    /// A line of text in the usual colour that begins at `at`.
    pub(super) fn new(at: Xy, content: &str, em: f64) -> Self {
        // Control characters are not allowed in XML, not even escaped.
        let content = content.replace(char::is_control, " ");
        Self { at, content, em, bold: false, color: INK, anchor: Anchor::Start, upright: false }
    }

    pub(super) fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn upright(self) -> Self {
        Self { upright: true, ..self }
    }

    /// Shrinks the text by up to a quarter so that it fits, then cuts it.
    pub(super) fn fit(mut self, width: f64) -> Self {
        self.em *= (width / self.width().max(1.0)).clamp(0.75, 1.0);
        self.cut(width)
    }

    /// Cuts the text, with an ellipsis, so that it fits.
    pub(super) fn cut(mut self, width: f64) -> Self {
        let whole = self.content.clone();
        let mut count = whole.chars().count();
        // A column is as wide as its widest name, give or take a rounding error.
        while self.width() > width + 1e-6 && count > 1 {
            count -= 1;
            self.content = whole.chars().take(count).chain(['…']).collect();
        }
        self
    }

    /// Length of the text in pixels.
    pub(super) fn width(&self) -> f64 {
        font::width(&self.content, self.em, self.bold)
    }
}

/// One thing to draw.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Line { points: Vec<Xy>, color: RGBColor, width: f64 },
    Area { points: Vec<Xy>, color: RGBColor },
    Text(Text),
}

/// A picture: shapes in the order in which they are painted.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) height: f64,
    pub(super) shapes: Vec<Shape>,
}

impl Scene {
    pub(super) fn new(height: f64) -> Self {
        Self { height, shapes: Vec::new() }
    }

    /// Writes the title of the picture, and returns where the rest may begin.
    pub(super) fn heading(&mut self, title: &str) -> f64 {
        let heading = Text::new((WIDTH / 2.0, MARGIN + 0.6 * TITLE), title, TITLE).bold().anchor(Anchor::Middle);
        self.text(heading.fit(WIDTH - 2.0 * MARGIN));
        MARGIN + 1.7 * TITLE
    }

    pub(super) fn text(&mut self, text: Text) {
        if !text.content.is_empty() {
            self.shapes.push(Shape::Text(text));
        }
    }

    pub(super) fn line(&mut self, points: &[Xy], color: RGBColor, width: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points: points.to_vec(), color, width });
        }
    }

    /// Clears the surroundings of a marker, which keeps crowded markers apart.
    pub(super) fn halo(&mut self, at: Xy, style: &Style) {
        self.area(at, style, MARKER + 2.0, WHITE);
    }

    /// Draws the marker of a series.
    pub(super) fn marker(&mut self, at: Xy, style: &Style) {
        self.area(at, style, MARKER, style.color);
        if style.marker.is_some_and(|marker| marker.hollow) {
            self.area(at, style, MARKER - 3.0, WHITE);
        }
    }

    fn area(&mut self, at: Xy, style: &Style, radius: f64, color: RGBColor) {
        if let Some(marker) = style.marker {
            self.shapes.push(Shape::Area { points: marker.outline(at, radius), color });
        }
    }

    /// Draws an error bar along one of the axes; `cap` is half of the line across each of its ends.
    pub(super) fn error_bar(&mut self, ends: [Xy; 2], cap: f64, style: &Style) {
        if ends[0] == ends[1] {
            return;
        }
        self.line(&ends, style.color, 2.0);
        let (dx, dy) = if ends[0].0 == ends[1].0 { (cap, 0.0) } else { (0.0, cap) };
        for (x, y) in ends {
            self.line(&[(x - dx, y - dy), (x + dx, y + dy)], style.color, 2.0);
        }
    }

    /// Draws the marker of a series and its error bar.
    pub(super) fn point(&mut self, at: Xy, bar: [Xy; 2], cap: f64, style: &Style) {
        self.halo(at, style);
        self.error_bar(bar, cap, style);
        self.marker(at, style);
    }

    /// Draws the sample of a series in a legend: a piece of its line with its marker, beginning at `at`.
    pub(super) fn sample(&mut self, at: Xy, length: f64, style: &Style) {
        if style.width > 0.0 {
            for dash in stroke::dashes(&[at, (at.0 + length, at.1)], style.dash) {
                self.line(&dash, style.color, style.width);
            }
        }
        let middle = (at.0 + length / 2.0, at.1);
        self.halo(middle, style);
        self.marker(middle, style);
    }
}
