//! Symmetric cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Symmetric cross-entropy: a little cross-entropy to learn by, and reverse cross-entropy to resist wrong labels.
///
/// For wrong labels, where [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) learns too slowly: two
/// parameters instead of one, and the loss is not bounded, so that very long training can still fit the noise.
///
/// # Formula
///
/// ```text
/// L = −α·ln pₜ − β·A·(1 − pₜ)
/// ∂L/∂ln pₜ = −α + β·A·pₜ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// β = 0 is α times [`CrossEntropy`](crate::CrossEntropy), α = 0 β times
/// [`ReverseCrossEntropy`](crate::ReverseCrossEntropy).
///
/// # Source
///
/// Y. Wang et al., Symmetric Cross Entropy for Robust Learning with Noisy Labels, 2019, equation 7; α = 0.1, β = 1 as
/// for CIFAR-10 there. A = −4 is the paper's; reference codes clamp at 10⁻⁴, which is A = −9.21.
///
#[doc = include_str!("../../docs/plots/symmetric_cross_entropy.svg")]
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
/// let loss = SymmetricCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.1 * 2f32.ln() + 2.0)).abs() < 1e-6);
/// ```
#[doc(alias = "SCE")]
#[doc(alias = "SL")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SymmetricCrossEntropy {
    /// α, the factor of cross-entropy: ≥ 0, default 0.1.
    pub alpha: f64,
    /// β, the factor of reverse cross-entropy: ≥ 0, default 1.
    pub beta: f64,
    /// A, what stands for ln 0: < 0, default −4.
    pub log_zero: f64,
}

impl Config for SymmetricCrossEntropy {}

impl Default for SymmetricCrossEntropy {
    fn default() -> Self {
        Self { alpha: 0.1, beta: 1.0, log_zero: -4.0 }
    }
}

impl SymmetricCrossEntropy {
    /// With α for cross-entropy.
    pub fn with_alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// With β for reverse cross-entropy.
    pub fn with_beta(mut self, beta: f64) -> Self {
        self.beta = beta;
        self
    }

    /// With A for ln 0.
    pub fn with_log_zero(mut self, log_zero: f64) -> Self {
        self.log_zero = log_zero;
        self
    }
}

impl Described for SymmetricCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "symmetric_cross_entropy",
        type_name: "SymmetricCrossEntropy",
        family: Family::NoiseRobust,
        formula: "−α·ln pₜ − β·A·(1 − pₜ)",
        source: "Wang et al., Symmetric Cross Entropy, 2019, equation 7",
        purpose: "Wrong labels, and learning has to be fast",
        parameters: &[
            Parameter::new("alpha", 0.1, Range::at_least(0.0)),
            Parameter::new("beta", 1.0, Range::at_least(0.0)),
            Parameter::new("log_zero", -4.0, Range::below(0.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("alpha", "α")],
        settings: &[&[("alpha", 0.0)], &[("alpha", 0.5)], &[("alpha", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for SymmetricCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let passive = row.miss() * (-self.beta * self.log_zero);
        // Without the active part the loss is bounded, and 0 · ∞ must not say otherwise.
        if self.alpha == 0.0 { passive } else { passive - row.log_p() * self.alpha }
    }
}
