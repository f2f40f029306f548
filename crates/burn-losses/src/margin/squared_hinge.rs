//! Squared hinge loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Squared hinge loss: the square of the hinge loss.
///
/// As [`Hinge`](crate::Hinge), with a slope that has no jump; wrong labels weigh more.
/// [`ModifiedHuber`](crate::ModifiedHuber) is linear for those.
///
/// # Formula
///
/// ```text
/// L = max(1 − z, 0)²          z = y·x
/// ∂L/∂x = −2·y·max(1 − z, 0)
/// ```
///
/// # Shapes
///
/// - scores, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// The square of [`Hinge`](crate::Hinge).
///
/// # Source
///
/// The L2 loss of C. Cortes and V. N. Vapnik, Support-Vector Networks, 1995.
///
#[doc = include_str!("../../docs/plots/squared_hinge.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<1>::from_data([0.5, -2.0], &device);
/// let targets = Tensor::<1>::from_data([1.0, -1.0], &device);
/// let loss = SquaredHinge::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.125).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SquaredHinge {}

impl Config for SquaredHinge {}

impl Described for SquaredHinge {
    const ENTRY: Entry = Entry {
        name: "squared_hinge",
        type_name: "SquaredHinge",
        family: Family::Margin,
        formula: "max(1 − y·x, 0)²",
        source: "Cortes and Vapnik, Support-Vector Networks, 1995",
        purpose: "A maximum margin with a smooth loss",
        parameters: &[],
    };
}

impl PointwiseFormula for SquaredHinge {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let short = (-(at.margin() - 1.0)).max(at.constant(0.0));
        short.clone() * short
    }
}
