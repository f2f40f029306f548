//! Normalized cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{ClassFormula, Row, Terms};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Normalized cross-entropy: cross-entropy divided by the sum of the cross-entropies with every class as the target.
///
/// Bounded and symmetric, hence robust to label noise; but alone it underfits, since it can fall by making the other
/// classes less likely one against another. Meant as the active half of a sum with a passive loss such as
/// [`ClassMae`](crate::ClassMae).
///
/// # Formula
///
/// ```text
/// L = ln pₜ / Σₖ ln pₖ
/// ∂L/∂xⱼ = ([j = t] − pⱼ)/Σ − ln pₜ·(1 − C·pⱼ)/Σ²,   Σ = Σₖ ln pₖ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// Between 0 and 1; 1/C for equal logits; 0 for a single class.
///
/// # Source
///
/// X. Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, equation 5.
///
#[doc = include_str!("../../docs/plots/normalized_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([3], &device);
/// let loss = NormalizedCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.2).abs() < 1e-6);
/// ```
#[doc(alias = "NCE")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NormalizedCrossEntropy {}

impl Config for NormalizedCrossEntropy {}

impl Described for NormalizedCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "normalized_cross_entropy",
        type_name: "NormalizedCrossEntropy",
        family: Family::NoiseRobust,
        formula: "ln pₜ / Σₖ ln pₖ",
        source: "Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, equation 5",
        purpose: "The active part of a sum with a passive loss",
        parameters: &[],
    };
}

impl ClassFormula for NormalizedCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn terms(&self) -> Terms {
        Terms::LOG_P_SUM
    }

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        if row.classes() == 1 {
            return row.miss();
        }
        let log_p = row.log_p();
        // The limit for a target without any probability, where both are −∞.
        let impossible = log_p.equal(&log_p.constant(f64::NEG_INFINITY));
        R::select(&impossible, log_p.constant(1.0), log_p / row.log_p_sum())
    }
}
