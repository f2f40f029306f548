//! Asymmetric exponential loss.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Asymmetric exponential loss: it falls exponentially with pₜ, and prefers the more frequent label.
///
/// For wrong labels, as long as the right class is the most frequent label of its examples. Mostly the passive half of
/// a sum with [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy); alone it learns slowly where there are many
/// classes, since its gradient vanishes where pₜ is small.
///
/// # Formula
///
/// ```text
/// L = e^(−pₜ/a)
/// ∂L/∂ln pₜ = −(pₜ/a)·e^(−pₜ/a)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - Between e^(−1/a) and 1: it is not 0 where pₜ = 1, nor for a single class.
/// - For large a it is nearly 1 − pₜ/a, a multiple of [`Unhinged`](crate::Unhinged) except for a constant.
///
/// # Source
///
/// X. Zhou et al., Asymmetric Loss Functions for Learning with Noisy Labels, 2021, the definition of AEL; a = 3 is
/// the default of its code, where the loss is called AExp.
///
#[doc = include_str!("../../docs/plots/asymmetric_exponential.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = AsymmetricExponential::default().with_a(0.5).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (-1f32).exp()).abs() < 1e-6);
/// ```
#[doc(alias = "AEL")]
#[doc(alias = "AExp")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsymmetricExponential {
    /// a, what pₜ is measured by: > 0, default 3.
    pub a: f64,
}

impl Config for AsymmetricExponential {}

impl Default for AsymmetricExponential {
    fn default() -> Self {
        Self { a: 3.0 }
    }
}

impl AsymmetricExponential {
    /// With a, what pₜ is measured by.
    pub fn with_a(mut self, a: f64) -> Self {
        self.a = a;
        self
    }
}

impl Described for AsymmetricExponential {
    const ENTRY: Entry = Entry {
        name: "asymmetric_exponential",
        type_name: "AsymmetricExponential",
        family: Family::NoiseRobust,
        formula: "e^(−pₜ/a)",
        source: "Zhou et al., Asymmetric Loss Functions for Learning with Noisy Labels, 2021, AEL",
        purpose: "The passive part of a sum with an active loss",
        parameters: &[Parameter::new("a", 3.0, Range::above(0.0))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("a", "a")], settings: &[&[("a", 0.5)], &[("a", 1.0)]], ..Picture::DEFAULT };
}

impl ClassFormula for AsymmetricExponential {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        (row.p() / -self.a).exp()
    }
}
