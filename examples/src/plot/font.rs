//! The font of the bitmaps. It is built in, so that pictures are the same on every machine, with or without fonts.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::LazyLock;

/// plotters measures fonts by line height; this is how many ems the lines of the built-in font are high.
pub(super) const LINE: f64 = 2384.0 / 2048.0;

/// Whether the built-in fonts could be read. They are part of the program: `false` is a damaged asset.
static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    let regular = include_bytes!("../../assets/DejaVuSans.ttf");
    let bold = include_bytes!("../../assets/DejaVuSans-Bold.ttf");
    register_font("sans-serif", FontStyle::Normal, regular).is_ok()
        && register_font("sans-serif", FontStyle::Bold, bold).is_ok()
});

/// The font at a size that plotters understands.
pub(super) fn sized(size: f64, bold: bool) -> FontDesc<'static> {
    // Reading the flag is what registers the fonts. Without them, drawing text returns an error.
    let _ = *REGISTERED;
    FontDesc::new(FontFamily::SansSerif, size, if bold { FontStyle::Bold } else { FontStyle::Normal })
}

/// Length of a text in pixels.
pub(super) fn width(text: &str, em: f64, bold: bool) -> f64 {
    // Measured ten times as large, since plotters rounds to whole pixels.
    let size = sized(10.0 * em * LINE, bold).box_size(text);
    size.map_or(0.0, |(width, _)| f64::from(width) / 10.0)
}
