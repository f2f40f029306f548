//! Perceptron loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Perceptron loss: linear on the wrong side, nothing on the right one.
///
/// For the classical learning rule and for comparison. All zero scores are an optimum of it; [`Hinge`](crate::Hinge)
/// asks for a margin.
///
/// # Formula
///
/// ```text
/// L = max(−z, 0)          z = y·x
/// ∂L/∂x = −y where z < 0, else 0
/// ```
///
/// # Shapes
///
/// - scores, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// [`Hinge`](crate::Hinge) without its margin. The slope at z = 0 is 0.
///
/// # Source
///
/// F. Rosenblatt, The Perceptron, 1958.
///
#[doc = include_str!("../../docs/plots/perceptron.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<1>::from_data([2.0, 3.0], &device);
/// let targets = Tensor::<1>::from_data([-1.0, 1.0], &device);
/// let loss = Perceptron::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Perceptron {}

impl Config for Perceptron {}

impl Described for Perceptron {
    const ENTRY: Entry = Entry {
        name: "perceptron",
        type_name: "Perceptron",
        family: Family::Margin,
        formula: "max(−y·x, 0)",
        source: "Rosenblatt, The Perceptron, 1958",
        purpose: "The classical learning rule",
        parameters: &[],
    };
}

impl PointwiseFormula for Perceptron {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        (-at.margin()).max(at.constant(0.0))
    }
}
