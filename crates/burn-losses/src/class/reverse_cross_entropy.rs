//! Reverse cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Reverse cross-entropy: cross-entropy with prediction and target exchanged.
///
/// Rarely used alone: it is the robust half of [`SymmetricCrossEntropy`](crate::SymmetricCrossEntropy), and as slow to
/// learn as [`ClassMae`](crate::ClassMae), of which it is a multiple.
///
/// # Formula
///
/// ```text
/// L = −Σₖ pₖ·ln [k = t]  with ln 0 := A   =  −A·(1 − pₜ)
/// ∂L/∂ln pₜ = A·pₜ
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// A = −2 is [`ClassMae`](crate::ClassMae).
///
/// # Source
///
/// Y. Wang et al., Symmetric Cross Entropy for Robust Learning with Noisy Labels, 2019, equation 6. A = −4 is the
/// paper's; reference codes clamp the one-hot vector at 10⁻⁴ instead, which is A = −9.21.
///
#[doc = include_str!("../../docs/plots/reverse_cross_entropy.svg")]
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
/// let loss = ReverseCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 2.0).abs() < 1e-6); // 4·(1 − ½)
/// ```
#[doc(alias = "RCE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReverseCrossEntropy {
    /// A, what stands for ln 0: < 0, default −4.
    pub log_zero: f64,
}

impl Config for ReverseCrossEntropy {}

impl Default for ReverseCrossEntropy {
    fn default() -> Self {
        Self { log_zero: -4.0 }
    }
}

impl ReverseCrossEntropy {
    /// With A for ln 0.
    pub fn with_log_zero(mut self, log_zero: f64) -> Self {
        self.log_zero = log_zero;
        self
    }
}

impl Described for ReverseCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "reverse_cross_entropy",
        type_name: "ReverseCrossEntropy",
        family: Family::NoiseRobust,
        formula: "−A·(1 − pₜ)",
        source: "Wang et al., Symmetric Cross Entropy, 2019, equation 6",
        purpose: "The robust part of a sum with an active loss",
        parameters: &[Parameter::new("log_zero", -4.0, Range::below(0.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("log_zero", "A")],
        settings: &[&[("log_zero", -2.0)], &[("log_zero", -6.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for ReverseCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        row.miss() * -self.log_zero
    }
}
