//! Root mean squared logarithmic error.

use super::{at_least, log_ratio, root_mean_square};
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::graph::elementwise;
use crate::signature::{Per, TensorFormula};
use burn::config::Config;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Root mean squared logarithmic error: the root of the mean [`Msle`](crate::Msle) of the whole batch.
///
/// For targets of many sizes, such as prices and counts, of which the ratio matters, and for competitions that measure
/// it. Predictions that are too low cost more than those as much too high.
///
/// # Formula
///
/// ```text
/// L = √((1/n)·Σ d²)          d = ln(1 + max(ŷ, ε)) − ln(1 + max(y, ε)),  over all n elements of the batch
/// ∂L/∂ŷ = d/(n·L·(1 + ŷ)) where ŷ > ε, else 0; 0 where L = 0          ∂L/∂y = −d/(n·L·(1 + y)) likewise
/// ```
///
/// # Shapes
///
/// - predictions, targets: any shape, the same; one loss for the batch, whatever the reduction
///
/// # Special cases
///
/// For numbers near 0 it is [`Rmse`](crate::Rmse), for large ones the root mean square of ln(ŷ/y).
///
/// # Numerics
///
/// The difference of the logarithms is one logarithm of the quotient, by `ln_1p`: near the target it keeps its digits.
///
/// # Source
///
/// `root_mean_squared_log_error` of scikit-learn 1.4, without its error for negative numbers: ε is that of
/// [`Msle`](crate::Msle).
///
#[doc = include_str!("../../docs/plots/rmsle.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let predictions = Tensor::<1>::from_data([1.0, 3.0], &device);
/// let targets = Tensor::<1>::from_data([3.0, 1.0], &device);
/// let loss = Rmsle::default().init().forward(predictions, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "RMSLE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rmsle {
    /// ε, the least value a logarithm is taken of: > 0, default 10⁻⁷.
    pub epsilon: f64,
}

impl Config for Rmsle {}

impl Default for Rmsle {
    fn default() -> Self {
        Self { epsilon: 1e-7 }
    }
}

impl Rmsle {
    /// With ε, the least value a logarithm is taken of.
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }
}

impl Described for Rmsle {
    const ENTRY: Entry = Entry {
        name: "rmsle",
        type_name: "Rmsle",
        family: Family::Whole,
        formula: "√(mean (ln(1 + max(ŷ, ε)) − ln(1 + max(y, ε)))²)",
        source: "scikit-learn 1.4, root_mean_squared_log_error",
        purpose: "Positive targets over orders of magnitude, in one number",
        parameters: &[Parameter::new("epsilon", 1e-7, Range::above(0.0))],
    };
}

impl TensorFormula for Rmsle {
    const PER: Per = Per::Batch;
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, prediction: Tensor<3>, target: Tensor<3>) -> Tensor<3> {
        let numbers = [prediction, target].map(|x| at_least(self.epsilon, x));
        root_mean_square(elementwise(numbers, |[x, y]| log_ratio(x, y, 1.0)), 0.0)
    }
}
