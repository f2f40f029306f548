//! Partially Huberised generalized cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::class::GeneralizedCrossEntropy;
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Partially Huberised generalized cross-entropy: generalized cross-entropy, made linear in pₜ where it is steep.
///
/// For wrong labels, where [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy) with small q still follows the
/// hardest of them: below p* the slope by pₜ stays −τ. With q near 1 it changes next to nothing.
///
/// # Formula
///
/// ```text
/// L = −τ·pₜ + τ·p* + (1 − p*^q)/q   where pₜ ≤ p* = τ^(−1/(1−q))     ∂L/∂ln pₜ = −τ·pₜ
///     (1 − pₜ^q)/q                  elsewhere                                    −pₜ^q
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - τ → ∞, and every τ > 1 at q = 1, is [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy).
/// - τ = 1 is [`Unhinged`](crate::Unhinged); q → 0 is [`PHuberCrossEntropy`](crate::PHuberCrossEntropy), p* = 1/τ.
///
/// # Numerics
///
/// Value and slope of the two pieces agree at p*. Where p* > ½ the line is written by 1 − pₜ.
///
/// # Source
///
/// A. K. Menon et al., Can Gradient Clipping Mitigate Label Noise?, 2020: equation 10 for this loss instead of
/// cross-entropy, which joins where the slope by pₜ is −τ.
///
#[doc = include_str!("../../docs/plots/phuber_generalized_cross_entropy.svg")]
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
/// let criterion = PHuberGeneralizedCrossEntropy::default().with_q(0.5).with_tau(2.0).init(); // p* = ¼
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (0.5 + 1.0)).abs() < 1e-6);
/// ```
#[doc(alias = "PHuber-GCE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PHuberGeneralizedCrossEntropy {
    /// q, from cross-entropy (towards 0) to MAE (1): > 0 and ≤ 1, default 0.7.
    pub q: f64,
    /// τ, the largest slope by pₜ: ≥ 1, default 10.
    pub tau: f64,
}

impl Config for PHuberGeneralizedCrossEntropy {}

impl Default for PHuberGeneralizedCrossEntropy {
    fn default() -> Self {
        Self { q: 0.7, tau: 10.0 }
    }
}

impl PHuberGeneralizedCrossEntropy {
    /// With q.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }

    /// With τ.
    pub fn with_tau(mut self, tau: f64) -> Self {
        self.tau = tau;
        self
    }
}

impl Described for PHuberGeneralizedCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "phuber_generalized_cross_entropy",
        type_name: "PHuberGeneralizedCrossEntropy",
        family: Family::NoiseRobust,
        formula: "its tangent of slope −τ where (1 − pₜ^q)/q is steeper, else (1 − pₜ^q)/q",
        source: "Menon et al., Can Gradient Clipping Mitigate Label Noise?, 2020, equation 10",
        purpose: "Wrong labels, where generalized cross-entropy follows the worst",
        parameters: &[
            Parameter::new("q", 0.7, Range::above_up_to(0.0, 1.0)),
            Parameter::new("tau", 10.0, Range::at_least(1.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("tau", "τ")],
        settings: &[&[("tau", 1.0)], &[("tau", 1.2)], &[("tau", 2.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for PHuberGeneralizedCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let log_p = row.log_p();
        // ln p*: −∞ at q = 1, where nothing is steeper than τ, and 0 at τ = 1, where nothing is not.
        let log_join = if self.tau == 1.0 { 0.0 } else { -self.tau.ln() / (1.0 - self.q) };
        let at_join = (self.q * log_join).exp_m1() / -self.q;
        let line = if log_join < -core::f64::consts::LN_2 {
            row.p() * -self.tau + (self.tau * log_join.exp() + at_join)
        } else {
            row.miss() * self.tau + (self.tau * log_join.exp_m1() + at_join)
        };
        let gentle = log_p.constant(log_join).less(&log_p);
        R::select(&gentle, GeneralizedCrossEntropy { q: self.q }.loss(row), line)
    }
}
