//! Generalized cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Generalized cross-entropy: a bridge from cross-entropy, which learns fast, to MAE, which forgives wrong labels.
///
/// The first thing to try with wrong labels: one parameter, bounded loss, and it still learns with many classes. With
/// clean labels cross-entropy is a little better.
///
/// # Formula
///
/// ```text
/// L = (1 − pₜ^q)/q
/// ∂L/∂ln pₜ = −pₜ^q
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// q → 0 is [`CrossEntropy`](crate::CrossEntropy), q = 1 half of [`ClassMae`](crate::ClassMae).
///
/// # Numerics
///
/// Written −(e^{q·ln pₜ} − 1)/q with `exp_m1`, so small q and pₜ near 1 lose nothing.
///
/// # Source
///
/// Z. Zhang and M. R. Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels,
/// 2018, equation 6.
///
#[doc = include_str!("../../docs/plots/generalized_cross_entropy.svg")]
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
/// let loss = GeneralizedCrossEntropy::default().with_q(1.0).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - 0.5).abs() < 1e-6);
/// ```
#[doc(alias = "GCE")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneralizedCrossEntropy {
    /// q, from cross-entropy (towards 0) to MAE (1): > 0 and ≤ 1, default 0.7.
    pub q: f64,
}

impl Config for GeneralizedCrossEntropy {}

impl Default for GeneralizedCrossEntropy {
    fn default() -> Self {
        Self { q: 0.7 }
    }
}

impl GeneralizedCrossEntropy {
    /// With q.
    pub fn with_q(mut self, q: f64) -> Self {
        self.q = q;
        self
    }
}

impl Described for GeneralizedCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "generalized_cross_entropy",
        type_name: "GeneralizedCrossEntropy",
        family: Family::NoiseRobust,
        formula: "(1 − pₜ^q)/q",
        source: "Zhang and Sabuncu, Generalized Cross Entropy Loss, 2018, equation 6",
        purpose: "The first thing to try with wrong labels",
        parameters: &[Parameter::new("q", 0.7, Range::above_up_to(0.0, 1.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("q", "q")],
        settings: &[&[("q", 0.1)], &[("q", 0.3)], &[("q", 1.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for GeneralizedCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        (row.log_p() * self.q).exp_m1() / -self.q
    }
}
