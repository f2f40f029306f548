//! Jeffreys' divergence.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{Class, SoftClassFormula};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Jeffreys' divergence KL(q‖p) + KL(p‖q): symmetric, and infinite where only one of the two is 0.
///
/// For soft targets without zeros that the prediction must neither miss nor exceed, as between two models that learn
/// from each other. With an index target it is infinite: take [`SkewJensenShannon`](crate::SkewJensenShannon) there.
///
/// # Formula
///
/// ```text
/// L = Σₖ (qₖ − pₖ)·ln(qₖ/pₖ)
/// ∂L/∂ln pₖ = pₖ·(1 + ln(pₖ/qₖ)) − qₖ
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// Half of it is what some texts call Jensen–Shannon, and [`SkewJensenShannon`](crate::SkewJensenShannon) at α = 1. A
/// class with q = 0 and p > 0 makes it infinite, and its slope, too; one where both are 0 adds 0.
///
/// # Numerics
///
/// One product a class, of which both factors vanish where p = q, and keep their digits next to it.
///
/// # Source
///
/// H. Jeffreys, An Invariant Form for the Prior Probability in Estimation Problems, 1946.
///
#[doc = include_str!("../../docs/plots/jeffreys.svg")]
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
/// let loss = Jeffreys::default().init().forward_soft(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.25 * 3f32.ln()).abs() < 1e-6);
/// ```
#[doc(alias = "symmetric KL")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jeffreys {}

impl Config for Jeffreys {}

impl Described for Jeffreys {
    const ENTRY: Entry = Entry {
        name: "jeffreys",
        type_name: "Jeffreys",
        family: Family::Divergence,
        formula: "Σₖ (qₖ − pₖ)·ln(qₖ/pₖ)",
        source: "Jeffreys, An Invariant Form for the Prior Probability in Estimation Problems, 1946",
        purpose: "Soft targets without zeros, both directions alike",
        parameters: &[],
    };
}

impl SoftClassFormula for Jeffreys {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let (zero, infinity) = (class.constant(0.0), class.constant(f64::INFINITY));
        let far = class.finite_log_target() - class.finite_log_p();
        let is_near = class.is_near();
        let term = class.difference() * R::select(&is_near, -class.log_ratio(), far);
        // Where one of the two is 0, unless both are.
        let is_lost = class.log_p().equal(&class.constant(f64::NEG_INFINITY));
        let term = term + R::select(&is_lost, infinity, zero.clone()) + class.infinite_without_target();
        let is_empty = (class.target() + class.p()).equal(&zero);
        R::select(&is_empty, zero, term)
    }
}
