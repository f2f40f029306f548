//! Mean absolute percentage error.

use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Point, PointwiseFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Mean absolute percentage error: the error in per cent of the target.
///
/// For positive targets of very different size. Targets near 0 dominate, and predictions between 0 and the target cost
/// at most 100; [`Smape`](crate::Smape) and [`Msle`](crate::Msle) are milder.
///
/// # Formula
///
/// ```text
/// L = 100·|r|/max(|y|, ε)          r = ŷ − y
/// ∂L/∂ŷ = 100·sgn r/max(|y|, ε)
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same
///
/// # Special cases
///
/// Where |y| ≤ ε it is [`L1`](crate::L1) times 100/ε. The slope at r = 0 is 0.
///
/// # Numerics
///
/// Errors of more than half the target are written |ŷ/y − 1|, where the slope by the target has no terms that cancel.
///
/// # Source
///
/// `MeanAbsolutePercentageError` of Keras 3.
///
#[doc = include_str!("../../docs/plots/mape.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([3.0], &device);
/// let targets = Tensor::<1>::from_data([4.0], &device);
/// let loss = Mape::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 25.0).abs() < 1e-6);
/// ```
#[doc(alias = "MAPE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mape {
    /// ε, the least target that is divided by: > 0, default 10⁻⁷.
    pub epsilon: f64,
}

impl Config for Mape {}

impl Default for Mape {
    fn default() -> Self {
        Self { epsilon: 1e-7 }
    }
}

impl Mape {
    /// With ε, the least target that is divided by.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Mape {
    const ENTRY: Entry = Entry {
        name: "mape",
        type_name: "Mape",
        family: Family::Regression,
        formula: "100·|r|/max(|y|, ε)",
        source: "Keras 3, MeanAbsolutePercentageError",
        purpose: "Positive targets of very different size",
        parameters: &[Parameter::new("epsilon", 1e-7, Range::above(0.0))],
    };
}

impl PointwiseFormula for Mape {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        let (size, truth) = (at.residual().abs(), at.target().abs());
        let near = size.clone() / truth.clone();
        let far = (at.prediction() / at.target() - 1.0).abs();
        let share = R::select(&(size.clone() * 2.0).less(&truth), near, far);
        R::select(&at.constant(self.epsilon).less(&truth), share, size / self.epsilon) * 100.0
    }
}
