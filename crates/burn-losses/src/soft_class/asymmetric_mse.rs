//! Asymmetric mean squared error.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{Class, SoftClassFormula, Sums};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Asymmetric mean squared error: the mean squared distance of the probabilities from a times the target.
///
/// For wrong labels, as the passive half of a sum with an active loss such as
/// [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy). The larger a, the more it prefers the more frequent
/// label, and the less wrong ones matter.
///
/// # Formula
///
/// ```text
/// L = (1/C)·Σₖ (pₖ − a·qₖ)²,   q = [k = t] for an index target
/// ∂L/∂ln pₖ = (2/C)·pₖ·(pₖ − a·qₖ)
/// ```
///
/// # Shapes
///
/// - scores: `[N, C]` or `[N, C, d1, …]`
/// - targets: class indices `[N]` or `[N, d1, …]`; with `forward_soft` probabilities q in the scores' shape
///
/// # Special cases
///
/// a = 1 is [`Brier`](crate::Brier) divided by C. a = 0 knows no target: the code's default, here replaced by 1.
///
/// # Numerics
///
/// Written with q − p, so at a = 1 rows with 1 − p = 10⁻³⁰ keep their digits.
///
/// # Source
///
/// J. Wang et al., Joint Asymmetric Loss for Learning with Noisy Labels, 2025, the definition of AMSE.
///
#[doc = include_str!("../../docs/plots/asymmetric_mse.svg")]
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
/// let loss = AsymmetricMse::default().with_a(2.0).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5 * (1.5f32.powi(2) + 0.25)).abs() < 1e-6);
/// ```
#[doc(alias = "AMSE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsymmetricMse {
    /// a, the factor of the target: ≥ 0 and ≤ 10¹⁸, default 1.
    pub a: f64,
}

impl Config for AsymmetricMse {}

impl Default for AsymmetricMse {
    fn default() -> Self {
        Self { a: 1.0 }
    }
}

impl AsymmetricMse {
    /// With a, the factor of the target.
    pub fn with_a(mut self, a: f64) -> Self {
        self.a = a;
        self
    }
}

impl Described for AsymmetricMse {
    const ENTRY: Entry = Entry {
        name: "asymmetric_mse",
        type_name: "AsymmetricMse",
        family: Family::NoiseRobust,
        formula: "(1/C)·Σₖ (pₖ − a·[k = t])²",
        source: "Wang et al., Joint Asymmetric Loss for Learning with Noisy Labels, 2025",
        purpose: "The passive part of a sum with an active loss",
        parameters: &[Parameter::new("a", 1.0, Range::between(0.0, 1e18))],
    };
    const PICTURE: Picture =
        Picture { symbols: &[("a", "a")], settings: &[&[("a", 2.0)], &[("a", 4.0)]], ..Picture::DEFAULT };
}

impl SoftClassFormula for AsymmetricMse {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;
    const COMPARES: bool = true;

    #[inline(always)]
    fn term<R: Real>(&self, class: &Class<R>) -> R {
        let distance = class.difference() + class.target() * (self.a - 1.0);
        distance.clone() * distance
    }

    #[inline(always)]
    fn loss<R: Real>(&self, sums: &Sums<R>) -> R {
        sums.first() / sums.classes() as f64
    }
}
