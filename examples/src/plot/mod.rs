//! The pictures of the lab: loss curves, comparisons of losses over one condition or of two measures, training
//! histories, and the curves of attacks.
//!
//! Each function lays a picture out once, as plain data, and writes it twice: `stem.png` and `stem.svg`. Colours suit
//! colour-blind readers, dashes and markers those who print in grey. Values that are not finite are left out.

mod axis;
mod comparison;
mod curves;
mod epochs;
mod error;
mod facets;
mod font;
mod history;
mod legend;
mod panel;
mod placement;
mod render;
mod roc;
mod scatter;
mod scene;
mod stroke;
mod style;
#[cfg(test)]
mod tests;

pub use comparison::{Point, Series, comparison};
pub use curves::{Curve, CurvePanel, curves};
pub use epochs::{EpochPanel, epochs};
pub use error::PlotError;
pub use facets::{Facet, facets};
pub use history::{History, history};
pub use panel::Labels;
pub use roc::{RocCurve, RocPanel, roc};
pub use scatter::{Dot, Level, ScatterAxes, scatter};
