//! Squared Hellinger distance.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Squared Hellinger distance: half the squared distance of the square roots of p and q.
///
/// For targets that may be wrong: symmetric and at most 1. It is flat where the prediction has next to nothing of the
/// target, so training begins more slowly than with [`KlDivergence`](crate::KlDivergence).
///
/// # Formula
///
/// ```text
/// L = ½·Σₖ (√pₖ − √qₖ)²
/// ∂L/∂ln pₖ = ½·(pₖ − √(pₖ·qₖ))
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// A quarter of [`AlphaDivergence`](crate::AlphaDivergence) at α = ½; 1 − e^(−B) of
/// [`Bhattacharyya`](crate::Bhattacharyya)'s B.
///
/// # Numerics
///
/// √q − √p is written (q − p)/(√q + √p), which keeps the digits of q − p. The slope by a p or q of 0, in truth
/// infinite, is 0.
///
/// # Source
///
/// E. Hellinger, Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen, 1909; with the
/// factor ½ as is usual in statistics.
///
#[doc = include_str!("../../docs/plots/squared_hellinger.svg")]
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
/// let loss = SquaredHellinger::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (1.0 - 0.5f32.sqrt())).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SquaredHellinger {}

impl Config for SquaredHellinger {}

impl Described for SquaredHellinger {
    const ENTRY: Entry = Entry {
        name: "squared_hellinger",
        type_name: "SquaredHellinger",
        family: Family::Divergence,
        formula: "½·Σₖ (√pₖ − √qₖ)²",
        source: "Hellinger, 1909",
        purpose: "Symmetric and at most 1: targets that may be wrong",
        parameters: &[],
    };
}

impl SoftClassFormula for SquaredHellinger {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let (p, q) = (class.p().sqrt(), class.target().sqrt());
        let is_zero = (p.clone() * q.clone()).equal(&class.constant(0.0));
        let distance = R::select(&is_zero, q.clone() - p.clone(), class.difference() / (q + p));
        distance.clone() * distance * 0.5
    }
}
