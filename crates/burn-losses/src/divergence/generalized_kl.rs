//! Generalized Kullback–Leibler divergence.

use super::mixture;
use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Generalized Kullback–Leibler divergence: KL for positive numbers that need not sum to 1.
///
/// For intensities, counts or independent probabilities, given as such by `Input::Probabilities`. After a softmax it is
/// [`KlDivergence`](crate::KlDivergence).
///
/// # Formula
///
/// ```text
/// L = Σₖ (qₖ·ln(qₖ/pₖ) − qₖ + pₖ)
/// ∂L/∂ln pₖ = pₖ − qₖ
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// Where p and q both sum to 1 it is [`KlDivergence`](crate::KlDivergence). Each term is ≥ 0 by itself, and 0 only for
/// p = q.
///
/// # Numerics
///
/// Near p = q a term is written q·(eᵗ − 1 − t) with t = ln(p/q) = ln(1 + (p − q)/q), a series, where the three parts would
/// cancel.
///
/// # Source
///
/// I. Csiszár, Why Least Squares and Maximum Entropy? An Axiomatic Approach to Inference for Linear Inverse Problems,
/// 1991, the I-divergence.
///
#[doc = include_str!("../../docs/plots/generalized_kl.svg")]
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
/// let loss = GeneralizedKl::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.75 * 1.5f32.ln() - 0.25 * 2f32.ln())).abs() < 1e-6);
/// ```
#[doc(alias = "I-divergence")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneralizedKl {}

impl Config for GeneralizedKl {}

impl Described for GeneralizedKl {
    const ENTRY: Entry = Entry {
        name: "generalized_kl",
        type_name: "GeneralizedKl",
        family: Family::Divergence,
        formula: "Σₖ (qₖ·ln(qₖ/pₖ) − qₖ + pₖ)",
        source: "Csiszár, Why Least Squares and Maximum Entropy?, 1991",
        purpose: "Positive numbers that need not sum to 1",
        parameters: &[],
    };
}

impl SoftClassFormula for GeneralizedKl {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        mixture::from_target(class, 1.0)
    }
}
