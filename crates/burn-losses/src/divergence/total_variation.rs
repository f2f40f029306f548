//! Total variation distance.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Total variation distance: half the sum of |p − q|, the most by which two probabilities of an event differ.
///
/// To measure more than to train with: its slope has a kink wherever p = q and does not shrink on the way there.
/// [`SquaredHellinger`](crate::SquaredHellinger) is the smooth loss next to it.
///
/// # Formula
///
/// ```text
/// L = ½·Σₖ |pₖ − qₖ|
/// ∂L/∂ln pₖ = ½·pₖ·sign(pₖ − qₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// Between 0 and 1. For an index target it is [`Unhinged`](crate::Unhinged), half of [`ClassMae`](crate::ClassMae). The
/// slope where p = q is 0.
///
/// # Numerics
///
/// For p above ½ the difference is taken of 1 − p and 1 − q, so rows with 1 − p = 10⁻³⁰ keep their digits.
///
/// # Source
///
/// D. A. Levin, Y. Peres and E. L. Wilmer, Markov Chains and Mixing Times, 2009, proposition 4.2.
///
#[doc = include_str!("../../docs/plots/total_variation.svg")]
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
/// let loss = TotalVariation::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TotalVariation {}

impl Config for TotalVariation {}

impl Described for TotalVariation {
    const ENTRY: Entry = Entry {
        name: "total_variation",
        type_name: "TotalVariation",
        family: Family::Divergence,
        formula: "½·Σₖ |pₖ − qₖ|",
        source: "Levin, Peres and Wilmer, Markov Chains and Mixing Times, 2009, proposition 4.2",
        purpose: "To measure how far two distributions are apart",
        parameters: &[],
    };
}

impl SoftClassFormula for TotalVariation {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        class.difference().abs() * 0.5
    }
}
