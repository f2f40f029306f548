//! Weighted Jensen–Shannon divergence.

use super::mixture;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Weighted Jensen–Shannon divergence: the mean divergence of target and prediction from their mixture.
///
/// For wrong labels, with soft or index targets: α near 1 learns fast, as [`KlDivergence`](crate::KlDivergence), α near
/// 0 is robust, as [`ClassMae`](crate::ClassMae). [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) is the
/// cheaper bridge of this kind.
///
/// # Formula
///
/// ```text
/// L = (1 − α)·Σₖ qₖ·ln(qₖ/mₖ) + α·Σₖ pₖ·ln(pₖ/mₖ),   m = (1 − α)·q + α·p
/// ∂L/∂ln pₖ = α·pₖ·ln(pₖ/mₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// α = ½ is the Jensen–Shannon divergence, as [`SkewJensenShannon`](crate::SkewJensenShannon) at α = ½. L/(1 − α) tends
/// to KL(q‖p) as α → 1. For an index target L/(−α·ln α) tends to 1 − pₜ as α → 0.
///
/// # Numerics
///
/// Where p and q are near each other the logarithms are of 1 + α·(q − p)/m, which keeps the digits of q − p. Terms are
/// x·ln(x/m) − x + m, of which what is added cancels in the sum, and none is negative.
///
/// # Source
///
/// J. Lin, Divergence Measures Based on the Shannon Entropy, 1991, section IV, with two distributions. E. Englesson and
/// H. Azizpour, Generalized Jensen-Shannon Divergence Loss for Learning with Noisy Labels, 2021, divide it by a
/// constant of α, here left out.
///
#[doc = include_str!("../../docs/plots/weighted_jensen_shannon.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2>::from_data([[1.0, 0.0]], &device);
/// let loss = WeightedJensenShannon::default().with_alpha(0.25).init().forward_soft(logits, targets, Reduction::Mean);
/// // m is [7/8, 1/8].
/// assert!((loss.into_scalar::<f32>() - (0.75 * (8f32 / 7.0).ln() + 0.125 * (16f32 / 7.0).ln())).abs() < 1e-6);
/// ```
#[doc(alias = "GJS")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeightedJensenShannon {
    /// α, the weight of the prediction: > 0 and < 1, default 0.5.
    pub alpha: f64,
}

impl Config for WeightedJensenShannon {}

impl Default for WeightedJensenShannon {
    fn default() -> Self {
        Self { alpha: 0.5 }
    }
}

impl WeightedJensenShannon {
    /// With α, the weight of the prediction.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for WeightedJensenShannon {
    const ENTRY: Entry = Entry {
        name: "weighted_jensen_shannon",
        type_name: "WeightedJensenShannon",
        family: Family::Divergence,
        formula: "(1 − α)·Σₖ qₖ·ln(qₖ/mₖ) + α·Σₖ pₖ·ln(pₖ/mₖ), m = (1 − α)·q + α·p",
        source: "Lin, Divergence Measures Based on the Shannon Entropy, 1991",
        purpose: "Wrong labels, between KL and MAE",
        parameters: &[Parameter::new("alpha", 0.5, Range::open(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("alpha", "α")], settings: &[&[("alpha", 0.1)], &[("alpha", 0.9)]], ..Picture::DEFAULT };
}

impl SoftClassFormula for WeightedJensenShannon {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let target = mixture::from_target(class, self.alpha) * (1.0 - self.alpha);
        target + mixture::from_prediction(class, 1.0 - self.alpha) * self.alpha
    }
}
