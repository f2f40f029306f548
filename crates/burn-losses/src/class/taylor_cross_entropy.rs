//! Taylor cross-entropy.

use crate::base::entry::{Described, Entry, Family, Parameter, Picture, Range};
use crate::engine::formula::{ClassFormula, Row};
use crate::real::Real;
use burn::config::Config;
use serde::{Deserialize, Serialize};

/// Taylor cross-entropy: the first n terms of the series of cross-entropy in powers of 1 − pₜ.
///
/// For wrong labels: a bounded loss between MAE (n = 1), which forgives them, and cross-entropy (n → ∞), which learns
/// fast. With clean labels cross-entropy is a little better.
///
/// # Formula
///
/// ```text
/// L = Σⱼ₌₁ⁿ (1 − pₜ)ʲ/j          −ln pₜ = Σⱼ₌₁^∞ (1 − pₜ)ʲ/j
/// ∂L/∂ln pₜ = −(1 − (1 − pₜ)ⁿ)
/// ```
///
/// # Shapes
///
/// - logits: `[N, C]` or `[N, C, d1, …]`
/// - targets: `[N]` or `[N, d1, …]`
///
/// # Special cases
///
/// - Between 0 and 1 + 1/2 + … + 1/n.
/// - n = 1 is [`Unhinged`](crate::Unhinged), half of [`ClassMae`](crate::ClassMae); n → ∞ is
///   [`CrossEntropy`](crate::CrossEntropy).
///
/// # Numerics
///
/// A polynomial of 1 − pₜ with positive coefficients: no digit is lost anywhere.
///
/// # Source
///
/// L. Feng et al., Can Cross Entropy Loss Be Robust to Label Noise?, 2020. It is not cross-entropy over a Taylor
/// softmax, to which some codes give this name.
///
#[doc = include_str!("../../docs/plots/taylor_cross_entropy.svg")]
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
/// let loss = TaylorCrossEntropy::default().with_order(3.0).init().forward(logits, targets, Reduction::Mean);
/// assert!((loss.into_scalar::<f32>() - (1.0 / 2.0 + 1.0 / 8.0 + 1.0 / 24.0)).abs() < 1e-6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaylorCrossEntropy {
    /// n, the number of terms: a whole number ≥ 1 and ≤ 32, default 2.
    pub order: f64,
}

impl Config for TaylorCrossEntropy {}

impl Default for TaylorCrossEntropy {
    fn default() -> Self {
        Self { order: 2.0 }
    }
}

impl TaylorCrossEntropy {
    /// With n, the number of terms.
    pub fn with_order(mut self, order: f64) -> Self {
        self.order = order;
        self
    }
}

impl Described for TaylorCrossEntropy {
    const ENTRY: Entry = Entry {
        name: "taylor_cross_entropy",
        type_name: "TaylorCrossEntropy",
        family: Family::NoiseRobust,
        formula: "Σⱼ₌₁ⁿ (1 − pₜ)ʲ/j",
        source: "Feng et al., Can Cross Entropy Loss Be Robust to Label Noise?, 2020",
        purpose: "Wrong labels, by steps between MAE and cross-entropy",
        parameters: &[Parameter::new("order", 2.0, Range::whole(1.0, 32.0))],
    };
    const PICTURE: Picture = Picture {
        symbols: &[("order", "n")],
        settings: &[&[("order", 1.0)], &[("order", 4.0)], &[("order", 16.0)]],
        ..Picture::DEFAULT
    };
}

impl ClassFormula for TaylorCrossEntropy {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    #[inline(always)]
    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        let (miss, order) = (row.miss(), self.order as u32);
        let mut sum = miss.constant(1.0 / self.order);
        for term in (1..order).rev() {
            sum = sum * miss.clone() + 1.0 / f64::from(term);
        }
        sum * miss
    }
}
