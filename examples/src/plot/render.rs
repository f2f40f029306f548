//! From a scene to files: one function draws on every backend of plotters.

use super::{
    PlotError, font,
    scene::{Anchor, Scene, Shape, WIDTH, Xy},
};
use plotters::{
    prelude::{BitMapBackend, DrawingBackend, SVGBackend},
    style::{
        Color, FontTransform, ShapeStyle, TextStyle, WHITE,
        text_anchor::{HPos, Pos, VPos},
    },
};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// Backends take whole pixels only. So we draw this much larger: the bitmap is averaged down, which smooths it, and the
/// vector graphics says that its units are smaller.
const SCALE: u32 = 3;

/// Where a backend puts text, which plotters leaves to each.
struct Typesetting {
    /// Size that gives an em of one pixel.
    size: f64,
    /// From the top anchor down to the baseline, in ems.
    baseline: f64,
}

const BITMAP: Typesetting = Typesetting { size: font::LINE, baseline: font::LINE / 2.0 };
const VECTOR: Typesetting = Typesetting { size: 1.24, baseline: 0.76 };

/// From the middle of a text, as the eye sees it, down to the baseline, in ems.
const MIDDLE: f64 = 0.34;

/// Writes `stem.png` and `stem.svg`.
pub(super) fn save(stem: &Path, scene: &Scene) -> Result<[PathBuf; 2], PlotError> {
    if scene.height > 16_000.0 {
        return Err(PlotError::new(stem, "there are too many series for one picture"));
    }
    let with = |extension| {
        let mut path = stem.as_os_str().to_owned();
        path.push(extension);
        PathBuf::from(path)
    };
    let (png, svg) = (with(".png"), with(".svg"));
    save_png(&png, scene).map_err(|cause| PlotError::new(&png, cause))?;
    save_svg(&svg, scene).map_err(|cause| PlotError::new(&svg, cause))?;
    Ok([png, svg])
}

fn save_png(path: &Path, scene: &Scene) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (width, height) = size(scene);
    let large = (SCALE * width, SCALE * height);
    let mut pixels = vec![0; 3 * large.0 as usize * large.1 as usize];
    draw(&mut BitMapBackend::with_buffer(&mut pixels, large), scene, &BITMAP)?;
    let mut backend = BitMapBackend::new(path, (width, height));
    backend.blit_bitmap((0, 0), (width, height), &shrink(&pixels, large))?;
    Ok(backend.present()?)
}

/// Averages squares of `SCALE` by `SCALE` pixels.
fn shrink(pixels: &[u8], (width, height): (u32, u32)) -> Vec<u8> {
    let (width, height, scale) = (width as usize, height as usize, SCALE as usize);
    let mut small = Vec::with_capacity(pixels.len() / scale / scale);
    for y in (0..height).step_by(scale) {
        for x in (0..width).step_by(scale) {
            for channel in 0..3 {
                let row = |dy| (0..scale).map(move |dx| 3 * ((y + dy) * width + x + dx) + channel);
                let sum: u32 = (0..scale).flat_map(row).map(|index| u32::from(pixels[index])).sum();
                small.push((sum / (SCALE * SCALE)) as u8);
            }
        }
    }
    small
}

fn save_svg(path: &Path, scene: &Scene) -> Result<(), Box<dyn Error + Send + Sync>> {
    let (width, height) = size(scene);
    let large = (SCALE * width, SCALE * height);
    let mut svg = String::new();
    draw(&mut SVGBackend::with_string(&mut svg, large), scene, &VECTOR)?;
    // The size on the page; the view box keeps the finer units.
    let from = format!("width=\"{}\" height=\"{}\"", large.0, large.1);
    let to = format!("width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\"");
    Ok(fs::write(path, svg.replacen(&from, &to, 1))?)
}

fn size(scene: &Scene) -> (u32, u32) {
    (WIDTH as u32, scene.height.round() as u32)
}

fn draw<DB: DrawingBackend>(
    backend: &mut DB,
    scene: &Scene,
    typesetting: &Typesetting,
) -> Result<(), Box<dyn Error + Send + Sync>>
where
    DB::ErrorType: 'static,
{
    let (width, height) = backend.get_size();
    backend.ensure_prepared()?;
    backend.draw_rect((0, 0), (width as i32, height as i32), &WHITE.filled(), true)?;
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, color, width } => {
                let stroke_width = (width * f64::from(SCALE)).round() as u32;
                let style = ShapeStyle { color: color.to_rgba(), filled: false, stroke_width };
                backend.draw_path(points.iter().map(unit), &style)?;
            }
            Shape::Area { points, color } => backend.fill_polygon(points.iter().map(unit), color)?,
            Shape::Text(text) => {
                let size = f64::from(SCALE) * text.em * typesetting.size;
                let horizontal = match text.anchor {
                    Anchor::Start => HPos::Left,
                    Anchor::Middle => HPos::Center,
                    Anchor::End => HPos::Right,
                };
                let rise = text.em * (typesetting.baseline - MIDDLE);
                let (at, turn) = if text.upright {
                    ((text.at.0 - rise, text.at.1), FontTransform::Rotate270)
                } else {
                    ((text.at.0, text.at.1 - rise), FontTransform::None)
                };
                let font = font::sized(size, text.bold).transform(turn);
                let style = TextStyle { pos: Pos::new(horizontal, VPos::Top), ..font.color(&text.color) };
                backend.draw_text(&text.content, &style, unit(&at))?;
            }
        }
    }
    Ok(backend.present()?)
}

/// A place in the units of a backend.
fn unit(at: &Xy) -> (i32, i32) {
    let unit = |pixels: f64| (pixels * f64::from(SCALE)).round() as i32;
    (unit(at.0), unit(at.1))
}
