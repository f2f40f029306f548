//! Skew Kullback–Leibler divergence.

use super::mixture;
use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Skew Kullback–Leibler divergence: KL from q to a mixture of the prediction with q itself, hence bounded.
///
/// Instead of [`KlDivergence`](crate::KlDivergence) where the prediction may miss what the target has, and one such
/// class should not rule the gradient. Below α = 1 it is at most −ln(1 − α).
///
/// # Formula
///
/// ```text
/// L = Σₖ qₖ·ln(qₖ/mₖ),   m = α·p + (1 − α)·q
/// ∂L/∂ln pₖ = −α·pₖ·qₖ/mₖ
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// α = 1 is [`KlDivergence`](crate::KlDivergence). For an index target it is −ln(1 − α·(1 − pₜ)).
///
/// # Numerics
///
/// Where p and q are near each other ln(q/m) is ln(1 + α·(q − p)/m), which keeps the digits of q − p; and after a softmax
/// the terms are q·ln(q/m) − q + m, which do not cancel, and α·(Σ q − 1) is added.
///
/// # Source
///
/// L. Lee, Measures of Distributional Similarity, 1999, the skew divergence; α here is the share of the prediction.
///
#[doc = include_str!("../../docs/plots/skew_kl.svg")]
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
/// let loss = SkewKl::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (4f32 / 3.0).ln()).abs() < 1e-6);
/// ```
#[doc(alias = "alpha-KL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SkewKl {
    /// α, the share of the prediction in the mixture: > 0 and ≤ 1, default 0.5.
    pub alpha: f64,
}

impl Config for SkewKl {}

impl Default for SkewKl {
    fn default() -> Self {
        Self { alpha: 0.5 }
    }
}

impl SkewKl {
    /// With α, the share of the prediction.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for SkewKl {
    const ENTRY: Entry = Entry {
        name: "skew_kl",
        type_name: "SkewKl",
        family: Family::Divergence,
        formula: "Σₖ qₖ·ln(qₖ/(α·pₖ + (1 − α)·qₖ))",
        source: "Lee, Measures of Distributional Similarity, 1999",
        purpose: "KL, bounded where the prediction misses a class",
        parameters: &[Parameter::new("alpha", 0.5, Range::above_up_to(0.0, 1.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("alpha", "α")], settings: &[&[("alpha", 0.1)], &[("alpha", 0.9)]], ..Picture::DEFAULT };
}

impl SoftClassFormula for SkewKl {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        if class.is_softmax() { mixture::from_target(class, self.alpha) } else { mixture::alone(class, self.alpha) }
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        if sums.is_softmax() { sums.first() + sums.excess() * self.alpha } else { sums.first() }
    }
}
