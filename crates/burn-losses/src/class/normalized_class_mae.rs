//! Normalized mean absolute error of the class probabilities.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Normalized mean absolute error of the class probabilities: divided by its sum over all classes as the target.
///
/// The passive half of a sum with [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy), where both are to have the
/// same scale whatever the number of classes. It is [`ClassMae`](crate::ClassMae) times a constant, so it resists wrong
/// labels as well and learns as slowly.
///
/// # Formula
///
/// ```text
/// L = 2·(1 − pₜ) / Σⱼ 2·(1 − pⱼ) = (1 − pₜ)/(C − 1)
/// ∂L/∂ln pₜ = −pₜ/(C − 1)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - Between 0 and 1/(C − 1); 0 for a single class.
/// - Normalised reverse cross-entropy (NRCE) is the same loss: A cancels.
///
/// # Source
///
/// X. Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, section 3. The authors' code
/// differs from it: NMAE is half of this, and in NRCE 1/4·(C − 1) stands for 1/(4·(C − 1)).
///
#[doc = include_str!("../../docs/plots/normalized_class_mae.svg")]
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
/// let loss = NormalizedClassMae::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.2).abs() < 1e-6); // (1 − 1/5)/4
/// ```
#[doc(alias = "NMAE")]
#[doc(alias = "NRCE")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NormalizedClassMae {}

impl Config for NormalizedClassMae {}

impl Described for NormalizedClassMae {
    const ENTRY: Entry = Entry {
        name: "normalized_class_mae",
        type_name: "NormalizedClassMae",
        family: Family::NoiseRobust,
        formula: "(1 − pₜ)/(C − 1)",
        source: "Ma et al., Normalized Loss Functions for Deep Learning with Noisy Labels, 2020, section 3",
        purpose: "The passive part of a sum with normalized cross-entropy",
        parameters: &[],
    };
}

impl ClassFormula for NormalizedClassMae {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        // A single class has nothing to miss, and 0/0 must not say otherwise.
        row.miss() / (row.classes() as f64 - 1.0).max(1.0)
    }
}
