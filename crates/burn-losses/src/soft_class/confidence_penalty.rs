//! Confidence penalty.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Confidence penalty: cross-entropy less β times the entropy of the prediction.
///
/// Against overconfidence, as label smoothing, but it leaves the model to choose which other classes are likely. With
/// few epochs or little capacity [`CrossEntropy`](crate::CrossEntropy) alone is better.
///
/// # Formula
///
/// ```text
/// L = −Σₖ qₖ·ln pₖ − β·H(p),   H(p) = −Σₖ pₖ·ln pₖ,   q = [k = t] for an index target
/// ∂L/∂ln pₖ = −qₖ + β·pₖ·(1 + ln pₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// β = 0 is [`CrossEntropy`](crate::CrossEntropy). Above β = 0 the loss may be negative, but is always above −β·ln C.
/// Against a class its least value is −(1 − β)·ln p − (1 − p)/p, where pₜ = p solves 1/p = β·ln(p·(C − 1)/(1 − p)) and
/// the others are alike.
///
/// # Source
///
/// G. Pereyra et al., Regularizing Neural Networks by Penalizing Confident Output Distributions, 2017, section 3, where
/// β is chosen by task.
///
#[doc = include_str!("../../docs/plots/confidence_penalty.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = ConfidencePenalty::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.9 * 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfidencePenalty {
    /// β, the factor of the entropy: ≥ 0, default 0.1.
    pub beta: f64,
}

impl Config for ConfidencePenalty {}

impl Default for ConfidencePenalty {
    fn default() -> Self {
        Self { beta: 0.1 }
    }
}

impl ConfidencePenalty {
    /// With β, the factor of the entropy.
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }
}

impl Described for ConfidencePenalty {
    const ENTRY: Entry = Entry {
        name: "confidence_penalty",
        type_name: "ConfidencePenalty",
        family: Family::Classification,
        formula: "−ln pₜ − β·H(p)",
        source: "Pereyra et al., Penalizing Confident Output Distributions, 2017",
        purpose: "Against overconfidence",
        parameters: &[Parameter::new("beta", 0.1, Range::at_least(0.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("beta", "β")], settings: &[&[("beta", 0.3)], &[("beta", 1.0)]], ..Picture::DEFAULT };
}

impl SoftClassFormula for ConfidencePenalty {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        class.weighted(class.p(), class.log_p()) * self.beta - class.weighted(class.target(), class.log_p())
    }
}
