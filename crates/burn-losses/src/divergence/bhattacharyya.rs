//! Bhattacharyya distance.

use super::Renyi;
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Bhattacharyya distance: minus the logarithm of the overlap Σ √(pq) of prediction and target.
///
/// As [`KlDivergence`](crate::KlDivergence), with a target's classes weighed by √q instead of q, hence gentler with
/// what the prediction misses; symmetric, and infinite only without any overlap.
///
/// # Formula
///
/// ```text
/// L = −ln Σₖ √(pₖ·qₖ)
/// ∂L/∂ln pₖ = −½·√(pₖ·qₖ)/Σⱼ √(pⱼ·qⱼ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// Half of [`Renyi`](crate::Renyi) at α = ½, from which it is made. For an index target it is half of
/// [`CrossEntropy`](crate::CrossEntropy).
///
/// # Numerics
///
/// Index targets lose no digits, however near to 1 or to 0 pₜ is, nor do distributions that are nearly equal: see
/// [`Renyi`](crate::Renyi).
///
/// # Source
///
/// A. Bhattacharyya, On a Measure of Divergence Between Two Statistical Populations Defined by Their Probability
/// Distributions, 1943.
///
#[doc = include_str!("../../docs/plots/bhattacharyya.svg")]
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
/// let loss = Bhattacharyya::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5 * 2f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bhattacharyya {}

impl Config for Bhattacharyya {}

impl Described for Bhattacharyya {
    const ENTRY: Entry = Entry {
        name: "bhattacharyya",
        type_name: "Bhattacharyya",
        family: Family::Divergence,
        formula: "−ln Σₖ √(pₖ·qₖ)",
        source: "Bhattacharyya, On a Measure of Divergence Between Two Statistical Populations, 1943",
        purpose: "A gentler KL, symmetric",
        parameters: &[],
    };
}

impl SoftClassFormula for Bhattacharyya {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;
    const SECOND: bool = true;

    fn is_log_sum(&self) -> bool {
        true
    }

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        RENYI.term(class)
    }

    #[inline(always)]
    fn second<R: Real>(&self, class: &Class<R>) -> R {
        RENYI.second(class)
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        RENYI.loss(sums) * 0.5
    }
}

/// Of which it is half.
const RENYI: Renyi = Renyi { alpha: 0.5 };
