//! Modified Huber loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Labels, Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Modified Huber loss: the squared hinge loss, continued by a line on the wrong side.
///
/// For wrong labels and outliers, where [`SquaredHinge`](crate::SquaredHinge) exaggerates; (clipped score + 1)/2 is a
/// probability.
///
/// # Formula
///
/// ```text
/// L = max(1 − z, 0)²   where z ≥ −1          z = y·x
///     −4·z             elsewhere
/// ∂L/∂x = −2·y·max(1 − z, 0) where z ≥ −1, else −4·y
/// ```
///
/// # Shapes
///
/// - scores, targets: any shape, the same; targets −1 or 1
///
/// # Special cases
///
/// [`SquaredHinge`](crate::SquaredHinge) where z ≥ −1; four times [`SparsemaxHinge`](crate::SparsemaxHinge).
///
/// # Source
///
/// T. Zhang, Solving Large Scale Linear Prediction Problems Using Stochastic Gradient Descent Algorithms, 2004.
///
#[doc = include_str!("../../docs/plots/modified_huber.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let scores = Tensor::<1>::from_data([-2.0], &device);
/// let targets = Tensor::<1>::from_data([1.0], &device);
/// let loss = ModifiedHuber::default().init().forward(scores, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 8.0).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModifiedHuber {}

impl Config for ModifiedHuber {}

impl Described for ModifiedHuber {
    const ENTRY: Entry = Entry {
        name: "modified_huber",
        type_name: "ModifiedHuber",
        family: Family::Margin,
        formula: "max(1 − y·x, 0)² where y·x ≥ −1, else −4·y·x",
        source: "Zhang, Solving Large Scale Linear Prediction Problems, 2004",
        purpose: "A margin, with wrong labels",
        parameters: &[],
    };
}

impl PointwiseFormula for ModifiedHuber {
    const LABELS: Labels = Labels::MinusOrPlusOne;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let short = (-(at.margin() - 1.0)).max(at.constant(0.0));
        R::select(&at.margin().less(&at.constant(-1.0)), at.margin() * -4.0, short.clone() * short)
    }
}
