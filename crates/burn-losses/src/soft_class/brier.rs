//! Brier score.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Brier score: the squared distance of the predicted probabilities from the target.
///
/// For calibrated probabilities, and to measure them: a proper score like [`CrossEntropy`](crate::CrossEntropy), but
/// bounded by 2, so a confident mistake does not rule the mean. It learns slowly where pₜ is near 0.
///
/// # Formula
///
/// ```text
/// L = Σₖ (pₖ − qₖ)²,   q = [k = t] for an index target
/// ∂L/∂ln pₖ = 2·pₖ·(pₖ − qₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// Between 0 and 2. C times [`AsymmetricMse`](crate::AsymmetricMse) at a = 1. With two classes it is twice
/// scikit-learn's `brier_score_loss`, the squared error of one of them.
///
/// # Numerics
///
/// For p above ½ the difference is taken of 1 − p and 1 − q, so rows with 1 − p = 10⁻³⁰ keep their digits.
///
/// # Source
///
/// G. W. Brier, Verification of Forecasts Expressed in Terms of Probability, 1950.
///
#[doc = include_str!("../../docs/plots/brier.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = Brier::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brier {}

impl Config for Brier {}

impl Described for Brier {
    const ENTRY: Entry = Entry {
        name: "brier",
        type_name: "Brier",
        family: Family::Classification,
        formula: "Σₖ (pₖ − qₖ)²",
        source: "Brier, Verification of Forecasts Expressed in Terms of Probability, 1950",
        purpose: "Calibrated probabilities, and measuring them",
        parameters: &[],
    };
}

impl SoftClassFormula for Brier {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        class.difference() * class.difference()
    }
}
