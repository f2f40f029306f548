//! The pictures of the lab: loss curves, comparisons of losses, training histories.
//!
//! Each function lays a picture out once, as plain data, and writes it twice: `stem.png` and `stem.svg`. Colours suit
//! colour-blind readers, dashes and markers those who print in grey. Values that are not finite are left out.

mod axis;
mod comparison;
mod curves;
mod error;
mod font;
mod history;
mod legend;
mod panel;
mod render;
mod scene;
mod stroke;
mod style;
#[cfg(test)]
mod tests;

pub use comparison::{Point, Series, comparison};
pub use curves::{Curve, CurvePanel, curves};
pub use error::PlotError;
pub use history::{History, history};
pub use panel::Labels;
