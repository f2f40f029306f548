//! Asymmetric generalized cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Asymmetric generalized cross-entropy: generalized cross-entropy of pₜ + a, which prefers the more frequent label.
///
/// For wrong labels, as long as the right class is the most frequent label of its examples: then its minimum is that of
/// clean labels. Mostly the passive half of a sum with [`NormalizedCrossEntropy`](crate::NormalizedCrossEntropy); alone
/// it learns slowly at large a, as all losses that are nearly linear in pₜ do.
///
/// # Formula
///
/// ```text
/// L = ((a + 1)^q − (a + pₜ)^q)/q
/// ∂L/∂ln pₜ = −pₜ·(a + pₜ)^(q−1)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - Between 0 and ((a + 1)^q − a^q)/q. It is asymmetric, hence robust, for q ≥ 1, and below for large enough a.
/// - q = 1 is [`Unhinged`](crate::Unhinged) for every a; a → 0 is
///   [`GeneralizedCrossEntropy`](crate::GeneralizedCrossEntropy).
///
/// # Numerics
///
/// Written −(a + 1)^q·(e^{q·r} − 1)/q with r = ln((a + pₜ)/(a + 1)) from 1 − pₜ, so pₜ near 1 loses nothing.
/// (a + 1)^q must be within the range of the dtype.
///
/// # Source
///
/// X. Zhou et al., Asymmetric Loss Functions for Learning with Noisy Labels, 2021, the definition of AGCE; a = 1, q = 2
/// are the defaults of its code.
///
#[doc = include_str!("../../docs/plots/asymmetric_generalized_cross_entropy.svg")]
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
/// let criterion = AsymmetricGeneralizedCrossEntropy::default().with_a(0.5).with_q(3.0).init();
/// let loss = criterion.forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (1.5f32.powi(3) - 1.0) / 3.0).abs() < 1e-6);
/// ```
#[doc(alias = "AGCE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AsymmetricGeneralizedCrossEntropy {
    /// a, added to pₜ: > 0 and ≤ 30, default 1.
    pub a: f64,
    /// q, the power: > 0 and ≤ 8, default 2.
    pub q: f64,
}

impl Config for AsymmetricGeneralizedCrossEntropy {}

impl Default for AsymmetricGeneralizedCrossEntropy {
    fn default() -> Self {
        Self { a: 1.0, q: 2.0 }
    }
}

impl AsymmetricGeneralizedCrossEntropy {
    /// With a, added to pₜ.
    pub fn with_a(mut self, a: f64) -> Self {
        self.a = a;
        self
    }

    /// With the power q.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }
}

impl Described for AsymmetricGeneralizedCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "asymmetric_generalized_cross_entropy",
        type_name: "AsymmetricGeneralizedCrossEntropy",
        family: Family::NoiseRobust,
        formula: "((a + 1)^q − (a + pₜ)^q)/q",
        source: "Zhou et al., Asymmetric Loss Functions for Learning with Noisy Labels, 2021, AGCE",
        purpose: "Wrong labels, the right one being the most frequent",
        parameters: &[
            Parameter::new("a", 1.0, Range::above_up_to(0.0, 30.0)),
            Parameter::new("q", 2.0, Range::above_up_to(0.0, 8.0)),
        ],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("q", "q")],
        settings: &[&[("q", 0.5)], &[("q", 1.0)], &[("q", 4.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for AsymmetricGeneralizedCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let top = self.a + 1.0;
        let missing = row.miss() / top;
        let near = (-missing.clone()).ln_1p();
        // Towards a = 0 and pₜ = 0 the digits are in a + pₜ.
        let log_ratio = if self.a >= 1.0 {
            near
        } else {
            let far = ((row.p() + self.a) / top).ln();
            R::select(&missing.less(&missing.constant(0.5)), near, far)
        };
        (log_ratio * self.q).exp_m1() * (-top.powf(self.q) / self.q)
    }
}
