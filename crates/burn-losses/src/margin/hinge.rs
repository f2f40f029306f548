//! Hinge loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Hinge loss: no loss beyond a margin of 1, linear before it.
///
/// For maximum-margin classifiers, and for discriminators. The scores are not probabilities;
/// [`SoftMargin`](crate::SoftMargin) gives some.
///
/// # Formula
///
/// ```text
/// L = max(1 − z, 0)          z = y·x
/// ∂L/∂x = −y where z < 1, else 0
/// ```
///
/// # Shapes
///
/// - scores, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// [`Perceptron`](crate::Perceptron) with a margin of 1. The slope at z = 1 is 0.
///
/// # Source
///
/// C. Cortes and V. N. Vapnik, Support-Vector Networks, 1995.
///
#[doc = include_str!("../../docs/plots/hinge.svg")]
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
/// let loss = Hinge::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25).abs() < 1e-6);
/// ```
#[doc(alias = "SVM")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hinge {}

impl Config for Hinge {}

impl Described for Hinge {
    const ENTRY: Entry = Entry {
        name: "hinge",
        type_name: "Hinge",
        family: Family::Margin,
        formula: "max(1 − y·x, 0)",
        source: "Cortes and Vapnik, Support-Vector Networks, 1995",
        purpose: "A maximum margin between two classes",
        parameters: &[],
    };
}

impl PointwiseFormula for Hinge {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        (-(at.margin() - 1.0)).max(at.constant(0.0))
    }
}
