//! What formulas see, and how their type is forgotten, so that the engines need not know it.

mod points;
mod rows;
mod sums;

pub(crate) use points::{Binary, BinaryOptions, Distribution, ErasedBinary, PointFormula, Points, Pointwise};
pub use points::{BinaryFormula, DistributionFormula, Labels, Observation, Point, PointwiseFormula, Score};
pub(crate) use rows::{BLOCK, Block, Known, LogPSum};
pub use rows::{ClassFormula, Row, RowFormula, Terms};
pub use sums::{Class, SoftClassFormula, Sums};
pub(crate) use sums::{Expected, LANES, LOST, SoftFormula, Stretch, SumsBlock, given, weighted};
