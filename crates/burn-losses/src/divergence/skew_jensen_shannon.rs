//! Skew Jensen–Shannon divergence.

use super::mixture;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Skew Jensen–Shannon divergence: the mean of the skew KL divergences in both directions.
///
/// For targets that may be wrong or have zeros: symmetric, and bounded for α < 1. At α = ½, the default, it is the
/// Jensen–Shannon divergence. It learns more slowly than [`KlDivergence`](crate::KlDivergence).
///
/// # Formula
///
/// ```text
/// L = ½·Σₖ (qₖ·ln(qₖ/mₖ) + pₖ·ln(pₖ/m′ₖ)),   m = α·p + (1 − α)·q,   m′ = α·q + (1 − α)·p
/// ∂L/∂ln pₖ = ½·pₖ·(ln(pₖ/m′ₖ) + α·qₖ/m′ₖ − α·qₖ/mₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// α = ½ is Jensen–Shannon, at most ln 2; α = 1 is half of [`Jeffreys`](crate::Jeffreys).
/// [`WeightedJensenShannon`](crate::WeightedJensenShannon) is another loss, the same at α = ½.
///
/// # Numerics
///
/// Where p and q are near each other the logarithms are of 1 + α·(q − p)/m, which keeps the digits of q − p. Terms are
/// x·ln(x/m) − x + m, of which what is added cancels in the sum, and none is negative.
///
/// # Source
///
/// J. Lin, Divergence Measures Based on the Shannon Entropy, 1991, for α = ½; F. Nielsen, A Family of Statistical
/// Symmetric Divergences Based on Jensen's Inequality, 2010, for the family from there to Jeffreys.
///
#[doc = include_str!("../../docs/plots/skew_jensen_shannon.svg")]
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
/// let loss = SkewJensenShannon::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.75 * (4f32 / 3.0).ln()).abs() < 1e-6);
/// ```
#[doc(alias = "JensenShannon")]
#[doc(alias = "JSD")]
#[doc(alias = "alpha-JS")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SkewJensenShannon {
    /// α, the share of the other distribution in each mixture: > 0 and ≤ 1, default 0.5.
    pub alpha: f64,
}

impl Config for SkewJensenShannon {}

impl Default for SkewJensenShannon {
    fn default() -> Self {
        Self { alpha: 0.5 }
    }
}

impl SkewJensenShannon {
    /// With α, the share of the other distribution.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for SkewJensenShannon {
    const ENTRY: Entry = Entry {
        name: "skew_jensen_shannon",
        type_name: "SkewJensenShannon",
        family: Family::Divergence,
        formula: "½·Σₖ (qₖ·ln(qₖ/(α·pₖ + (1 − α)·qₖ)) + pₖ·ln(pₖ/(α·qₖ + (1 − α)·pₖ)))",
        source: "Lin, Divergence Measures Based on the Shannon Entropy, 1991; Nielsen, 2010",
        purpose: "Symmetric and bounded: targets with zeros",
        parameters: &[Parameter::new("alpha", 0.5, Range::above_up_to(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("alpha", "α")], settings: &[&[("alpha", 0.1)], &[("alpha", 1.0)]], ..Picture::DEFAULT };
}

impl SoftClassFormula for SkewJensenShannon {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        (mixture::from_target(class, self.alpha) + mixture::from_prediction(class, self.alpha)) * 0.5
    }
}
