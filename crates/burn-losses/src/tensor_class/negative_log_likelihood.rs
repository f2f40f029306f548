//! Negative log-likelihood.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::base::input::Input;
use crate::signature::TensorClassFormula;
use burn::config::Config;
use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

/// Negative log-likelihood of log-probabilities: minus the score of the target.
///
/// Where a model ends in a log-softmax of its own. From logits, [`CrossEntropy`](crate::CrossEntropy) is the same in one step, faster and
/// with more digits.
///
/// # Formula
///
/// ```text
/// L = −xₜ          xₜ = ln pₜ, taken as it is
/// ∂L/∂xₜ = −1,  0 for the others
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// Around a log-softmax it is [`CrossEntropy`](crate::CrossEntropy), value and gradient.
///
/// # Source
///
/// Common usage, as PyTorch's `NLLLoss`; R. A. Fisher, 1922.
///
#[doc = include_str!("../../docs/plots/negative_log_likelihood.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let log_p = Tensor::<2>::from_data([[-0.5, -2.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = NegativeLogLikelihood::default().init().forward(log_p, targets, Reduction::Mean);
/// assert_eq!(loss.into_scalar::<f32>(), 2.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NegativeLogLikelihood {}

impl Config for NegativeLogLikelihood {}

impl Described for NegativeLogLikelihood {
    const ENTRY: Entry = Entry {
        name: "negative_log_likelihood",
        type_name: "NegativeLogLikelihood",
        family: Family::Classification,
        formula: "−xₜ",
        source: "Fisher, On the Mathematical Foundations of Theoretical Statistics, 1922",
        purpose: "A model that ends in a log-softmax",
        parameters: &[],
    };
}

impl TensorClassFormula for NegativeLogLikelihood {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn losses(&self, scores: Tensor<3>, targets: Tensor<3, Int>) -> Tensor<3> {
        -scores.gather(1, targets)
    }

    fn input(&self) -> Input {
        Input::LogProbabilities
    }
}
