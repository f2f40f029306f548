//! Kullback–Leibler divergence.

use super::mixture;
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Kullback–Leibler divergence KL(q‖p): the nats lost by coding targets q with the prediction p.
///
/// For targets that are distributions, as a teacher's in distillation. Its gradient by the scores is that of
/// cross-entropy, but its least value is 0. It covers: where q is large, p must be. The other direction is
/// [`AlphaDivergence`](crate::AlphaDivergence) at α = 0.
///
/// # Formula
///
/// ```text
/// L = Σₖ qₖ·ln(qₖ/pₖ)
/// ∂L/∂ln pₖ = −qₖ
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// For an index target it is [`CrossEntropy`](crate::CrossEntropy). It is [`SkewKl`](crate::SkewKl) at α = 1,
/// [`AlphaDivergence`](crate::AlphaDivergence) at α = 1 and the limit of [`Renyi`](crate::Renyi) at α → 1.
///
/// # Numerics
///
/// A class with q = 0 adds 0. The mean is over the rows. For `[N, C]` that is PyTorch's `batchmean`; of `[N, C, d1, …]`
/// `batchmean` divides by N alone, and is d1·… times as large. PyTorch's `mean` divides by all elements, classes too.
/// After a softmax it is Σ (q·ln(q/p) − q + p) + (Σ q − 1), whose terms are never negative, and are written
/// q·(eᵗ − 1 − t), t = ln(p/q), near p = q: distributions that are nearly equal keep their digits.
///
/// # Source
///
/// S. Kullback and R. A. Leibler, On Information and Sufficiency, 1951.
///
#[doc = include_str!("../../docs/plots/kl_divergence.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<2>::from_data([[0.75, 0.25]], &device);
/// let loss = KlDivergence::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.75 * 1.5f32.ln() - 0.25 * 2f32.ln())).abs() < 1e-6);
/// ```
#[doc(alias = "KLD")]
#[doc(alias = "relative entropy")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KlDivergence {}

impl Config for KlDivergence {}

impl Described for KlDivergence {
    const ENTRY: Entry = Entry {
        name: "kl_divergence",
        type_name: "KlDivergence",
        family: Family::Divergence,
        formula: "Σₖ qₖ·ln(qₖ/pₖ)",
        source: "Kullback and Leibler, On Information and Sufficiency, 1951",
        purpose: "Targets that are distributions, as a teacher's",
        parameters: &[],
    };
}

impl SoftClassFormula for KlDivergence {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        // After a softmax Σ p is 1, which is left to the excess: what is left is never negative.
        if class.is_softmax() { mixture::from_target(class, 1.0) } else { mixture::alone(class, 1.0) }
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        if sums.is_softmax() { sums.first() + sums.excess() } else { sums.first() }
    }
}
