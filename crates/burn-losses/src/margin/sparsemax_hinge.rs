//! Sparsemax hinge loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Sparsemax hinge loss: the sparsemax loss of two classes, a hinge with a parabola in place of its corner.
///
/// As [`Hinge`](crate::Hinge), with a slope that has no jump, and the exact loss of sparsemax probabilities.
///
/// # Formula
///
/// ```text
/// L = 0              where z ≥ 1          z = y·x
///     (z − 1)²/4     between
///     −z             where z ≤ −1
/// ∂L/∂x = −y·((1 − z)/2 clipped to 0 … 1)
/// ```
///
/// # Shapes
///
/// - scores, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// A quarter of [`ModifiedHuber`](crate::ModifiedHuber).
///
/// # Source
///
/// A. F. T. Martins and R. F. Astudillo, From Softmax to Sparsemax, 2016, the case of two classes.
///
#[doc = include_str!("../../docs/plots/sparsemax_hinge.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<1>::from_data([0.0], &device);
/// let targets = Tensor::<1>::from_data([1.0], &device);
/// let loss = SparsemaxHinge::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SparsemaxHinge {}

impl Config for SparsemaxHinge {}

impl Described for SparsemaxHinge {
    const ENTRY: Entry = Entry {
        name: "sparsemax_hinge",
        type_name: "SparsemaxHinge",
        family: Family::Margin,
        formula: "0 where y·x ≥ 1, −y·x where y·x ≤ −1, else (y·x − 1)²/4",
        source: "Martins and Astudillo, From Softmax to Sparsemax, 2016",
        purpose: "A hinge without a jump in its slope",
        parameters: &[],
    };
}

impl PointwiseFormula for SparsemaxHinge {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let short = (-(at.margin() - 1.0)).max(at.constant(0.0));
        R::select(&at.margin().less(&at.constant(-1.0)), -at.margin(), short.clone() * short * 0.25)
    }
}
