//! Rényi divergence.

use super::KlDivergence;
use super::alpha_divergence::power_term;
use super::mixture::log_power;
use crate::base::entry::{Described, Entry, Family, Parameter, Range};
use crate::engine::formula::{Class, LOST, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Rényi divergence of order α: the logarithm of the mean α-th power of q/p, scaled to be KL at α = 1.
///
/// Where bounds on likelihood ratios matter, as in differential privacy (large α), or as a gentler
/// [`KlDivergence`](crate::KlDivergence) (α < 1). It grows with α.
///
/// # Formula
///
/// ```text
/// L = ln(Σₖ qₖ^α·pₖ^(1−α))/(α − 1)
/// ∂L/∂ln pₖ = −qₖ^α·pₖ^(1−α)/Σⱼ qⱼ^α·pⱼ^(1−α)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// α = ½ is twice [`Bhattacharyya`](crate::Bhattacharyya); α = 1 stands for its limit,
/// [`KlDivergence`](crate::KlDivergence). For an index target it is [`CrossEntropy`](crate::CrossEntropy) for every α.
///
/// # Numerics
///
/// The sum is made of logarithms, so nothing over- or underflows; where it is near 1, of what each term is more than its
/// share of 1, which keeps the digits of distributions that are nearly equal. Where q is 1 for one class and 0 for the others the
/// loss is −ln pₜ to the last digit, however near to 1 or to 0 pₜ is. Against a logit of ∞, with α > 1, the other classes
/// have equal slopes: how far they lie from each other is lost in ∞.
///
/// # Source
///
/// A. Rényi, On Measures of Entropy and Information, 1961, equation 3.3.
///
#[doc = include_str!("../../docs/plots/renyi.svg")]
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
/// let loss = Renyi::default().with_alpha(2.0).init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 1.25f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Renyi {
    /// α, the order: > 0, default 0.5.
    pub alpha: f64,
}

impl Config for Renyi {}

impl Default for Renyi {
    fn default() -> Self {
        Self { alpha: 0.5 }
    }
}

impl Renyi {
    /// With the order α.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }
}

impl Described for Renyi {
    const ENTRY: Entry = Entry {
        name: "renyi",
        type_name: "Renyi",
        family: Family::Divergence,
        formula: "ln(Σₖ qₖ^α·pₖ^(1−α))/(α − 1)",
        source: "Rényi, On Measures of Entropy and Information, 1961, equation 3.3",
        purpose: "Bounds on likelihood ratios, or a gentler KL",
        parameters: &[Parameter::new("alpha", 0.5, Range::above(0.0))],
    };
}

impl SoftClassFormula for Renyi {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;
    const SECOND: bool = true;

    fn is_log_sum(&self) -> bool {
        self.alpha != 1.0
    }

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        match self.alpha {
            1.0 => KlDivergence {}.term(class),
            alpha => log_power(class, alpha),
        }
    }

    /// Σ q^α·p^(1−α) − 1, except for the excess of q.
    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        match self.alpha {
            1.0 => class.constant(0.0),
            alpha if class.is_softmax() => power_term(class, alpha),
            alpha => power_term(class, alpha) - class.difference() * (1.0 - alpha),
        }
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        match self.alpha {
            1.0 => KlDivergence {}.loss(sums),
            alpha => {
                // Near 1 the sum is what it is more than 1.
                let excess = if sums.is_softmax() { sums.excess() * alpha } else { sums.excess() };
                let change = sums.second() + excess;
                let half = sums.constant(0.5);
                let is_near = change.clone().abs().less(&half);
                let near = R::select(&is_near, change, half).ln_1p();
                let loss = R::select(&is_near, near, sums.first()) / (alpha - 1.0);
                let is_infinite = sums.constant(-LOST * 1e-6).less(&loss.detached());
                // Added, so that the slopes stay.
                loss + R::select(&is_infinite, sums.constant(f64::INFINITY), sums.constant(0.0))
            }
        }
    }
}
