//! Unhinged loss.

use crate::base::entry::{Described, Entry, Family, Parameter};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Unhinged loss: linear in the probability of the target class.
///
/// For very many wrong labels and few classes, as [`ClassMae`](crate::ClassMae), of which it is half: symmetric, hence
/// robust in theory, and slow to learn in practice, as its gradient vanishes where pₜ is small. It is the common limit
/// of the robust losses of this crate, under the name by which papers compare with it.
///
/// # Formula
///
/// ```text
/// L = 1 − pₜ
/// ∂L/∂ln pₜ = −pₜ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// Half of [`ClassMae`](crate::ClassMae); [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) at q = 1,
/// [`PHuberCrossEntropy`](crate::PHuberCrossEntropy) at τ = 1, [`TaylorCrossEntropy`](crate::TaylorCrossEntropy) of
/// order 1.
///
/// # Source
///
/// B. van Rooyen, A. K. Menon and R. C. Williamson, Learning with Symmetric Label Noise: The Importance of Being
/// Unhinged, 2015, where it is 1 − y·v of a binary score v; over the softmax, as here, in A. K. Menon et al., Can
/// Gradient Clipping Mitigate Label Noise?, 2020.
///
#[doc = include_str!("../../docs/plots/unhinged.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0, 0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([1], &device);
/// let loss = Unhinged::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.75).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Unhinged {}

impl Config for Unhinged {}

impl Described for Unhinged {
    const ENTRY: Entry = Entry {
        name: "unhinged",
        type_name: "Unhinged",
        family: Family::NoiseRobust,
        formula: "1 − pₜ",
        source: "Van Rooyen, Menon and Williamson, The Importance of Being Unhinged, 2015",
        purpose: "A comparison: the limit of the robust losses",
        parameters: &[],
    };
}

impl ClassFormula for Unhinged {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        row.miss()
    }
}
