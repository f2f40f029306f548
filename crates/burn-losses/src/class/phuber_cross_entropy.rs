//! Partially Huberised cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Partially Huberised cross-entropy: cross-entropy, made linear in pₜ where pₜ is small.
///
/// For some wrong labels, when cross-entropy is otherwise right: it differs from it only on examples the model finds
/// very unlikely, and there its loss and gradient are bounded, as clipping the loss's own gradient would make them.
///
/// # Formula
///
/// ```text
/// L = −τ·pₜ + ln τ + 1   where pₜ ≤ 1/τ          ∂L/∂ln pₜ = −τ·pₜ
///     −ln pₜ             elsewhere                           −1
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// τ → ∞ is [`CrossEntropy`](crate::CrossEntropy); τ = 1 is 1 − pₜ, half of [`ClassMae`](crate::ClassMae).
///
/// # Source
///
/// A. K. Menon et al., Can Gradient Clipping Mitigate Label Noise?, 2020, equation 10; τ = 10 as for CIFAR-100 there.
///
#[doc = include_str!("../../docs/plots/phuber_cross_entropy.svg")]
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use burn_losses::prelude::*;
///
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[-1000.0, 0.0]], &device);
/// let targets = Tensor::<1, Int>::from_data([0], &device);
/// let loss = PHuberCrossEntropy::default().init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (10f32.ln() + 1.0)).abs() < 1e-6); // bounded
/// ```
#[doc(alias = "PHuber-CE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PHuberCrossEntropy {
    /// τ, the largest slope by pₜ; linear where pₜ ≤ 1/τ: ≥ 1, default 10.
    pub tau: f64,
}

impl Config for PHuberCrossEntropy {}

impl Default for PHuberCrossEntropy {
    fn default() -> Self {
        Self { tau: 10.0 }
    }
}

impl PHuberCrossEntropy {
    /// With τ.
    pub fn with_tau(mut self, tau: f64) -> Self {
        self.tau = tau;
        self
    }
}

impl Described for PHuberCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "phuber_cross_entropy",
        type_name: "PHuberCrossEntropy",
        family: Family::NoiseRobust,
        formula: "−τ·pₜ + ln τ + 1 where pₜ ≤ 1/τ, else −ln pₜ",
        source: "Menon et al., Can Gradient Clipping Mitigate Label Noise?, 2020, equation 10",
        purpose: "Some wrong labels, cross-entropy otherwise",
        parameters: &[Parameter::new("tau", 10.0, Range::at_least(1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("tau", "τ")],
        settings: &[&[("tau", 1.0)], &[("tau", 2.0)], &[("tau", 4.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for PHuberCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let (log_p, join) = (row.log_p(), -self.tau.ln());
        let near = log_p.constant(join).less(&log_p);
        // At τ = 1 the line holds everywhere, written so that it is 0 at pₜ = 1 to the last digit.
        let line = if self.tau == 1.0 { row.miss() } else { row.p() * -self.tau + (1.0 - join) };
        R::select(&near, -log_p, line)
    }
}
